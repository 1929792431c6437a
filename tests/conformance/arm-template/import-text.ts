import { type Diagnostic, locate, sourceText } from '../../../src/diagnostics/index.ts';
import {
  type ArmTemplateOptions,
  importArmTemplate,
} from '../../../src/importers/arm-template/index.ts';
import type { ImportedPart } from '../../../src/importers/imported-part.ts';
import { parseJson } from '../../../src/importers/json/index.ts';
import type { AzureResource } from '../../../src/model/index.ts';
import { path, toJson, type Value } from '../../../src/values/index.ts';

/** A located value from JSON text or from plain JSON. */
export function parsed(json: unknown, file = 'main.json'): Value {
  const text = typeof json === 'string' ? json : JSON.stringify(json, null, 2);
  const { value } = parseJson(text, sourceText(file, text));
  if (value === undefined) throw new Error('the text of the test is not JSON');
  return value;
}

export function importJson(template: unknown, options: ArmTemplateOptions = {}): ImportedPart {
  return importArmTemplate(parsed(template), options);
}

/** A template with the parts given and sensible rest. */
export function templateOf(parts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources: [],
    ...parts,
  };
}

/** One resource that holds `properties`, so that expressions have somewhere to stand. */
export function holderOf(properties: unknown): Record<string, unknown> {
  return { type: 'Test.Holder/holders', apiVersion: '2024-01-01', name: 'holder', properties };
}

/** The value of one expression, brackets not included, in a template with the parts given. */
export function evaluateExpression(
  expression: string,
  parts: Readonly<Record<string, unknown>> = {},
  options: ArmTemplateOptions = {},
): { readonly value: Value; readonly part: ImportedPart } {
  const { resources = [], ...rest } = parts;
  const holder = holderOf({ value: `[${expression}]` });
  const template = templateOf({ ...rest, resources: [holder, ...(resources as unknown[])] });
  const part = importJson(template, options);
  const found = part.resources.find((resource) => resource.type === 'test.holder/holders');
  const value = path(found?.body, 'properties', 'value');
  if (value === undefined) throw new Error('the holder is gone');
  return { value, part };
}

/** Plain JSON of an expression's value. */
export function jsonOf(
  expression: string,
  parts: Readonly<Record<string, unknown>> = {},
  options: ArmTemplateOptions = {},
): unknown {
  return toJson(evaluateExpression(expression, parts, options).value);
}

export function resourceNamed(part: ImportedPart, name: string): AzureResource {
  const found = part.resources.find((resource) => resource.name === name);
  if (found === undefined) {
    throw new Error(`no ${name} among ${part.resources.map((each) => each.name).join(', ')}`);
  }
  return found;
}

export function bodyJson(resource: AzureResource): unknown {
  return toJson(resource.body);
}

/** `code line:column` of every diagnostic. */
export function located(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map((diagnostic) => {
    if (diagnostic.at === undefined) return diagnostic.code;
    const { line, column } = locate(diagnostic.at);
    return `${diagnostic.code} ${line}:${column}`;
  });
}

export function codesOf(part: ImportedPart): string[] {
  return part.diagnostics.map((diagnostic) => diagnostic.code);
}

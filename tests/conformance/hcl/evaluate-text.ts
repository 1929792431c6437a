import { type Diagnostic, sourceText } from '../../../src/diagnostics/index.ts';
import { evaluateConfiguration } from '../../../src/importers/terraform/hcl/modules/evaluate-configuration.ts';
import { moduleSourceOf } from '../../../src/importers/terraform/hcl/modules/module-source.ts';
import { type HclFile, parseHcl } from '../../../src/importers/terraform/hcl/syntax/parse-hcl.ts';
import { parseHclJson } from '../../../src/importers/terraform/hcl/syntax/parse-json-body.ts';
import type { TerraformResource } from '../../../src/importers/terraform/terraform-resource.ts';
import { member, toJson, type Value } from '../../../src/values/index.ts';

export interface Evaluated {
  readonly resources: readonly TerraformResource[];
  readonly codes: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  readonly gaps: readonly { readonly what: string; readonly why: string }[];
}

/** A configuration by the names of its files; the root module is the folder `.`, modules lie in folders below. */
export function evaluateFiles(
  texts: Readonly<Record<string, string>>,
  parameters: Readonly<Record<string, string>> = {},
): Evaluated {
  const diagnostics: Diagnostic[] = [];
  const folders = new Map<string, HclFile[]>([['.', []]]);
  const values: HclFile[] = [];
  for (const [path, text] of Object.entries(texts)) {
    const source = sourceText(path, text);
    if (!/\.(?:tf|tf\.json|tfvars)$/.test(path)) continue;
    const parsed = path.endsWith('.json') ? parseHclJson(text, source) : parseHcl(text, source);
    diagnostics.push(...parsed.diagnostics);
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
    if (path.endsWith('.tfvars')) values.push(parsed.value);
    else folders.set(folder, [...(folders.get(folder) ?? []), parsed.value]);
  }
  const result = evaluateConfiguration(moduleSourceOf('.', folders.get('.')!), {
    library: {
      at: (folder) => {
        const files = folders.get(folder);
        return files === undefined ? undefined : moduleSourceOf(folder, files);
      },
      installed: () => undefined,
    },
    files: {
      text: (path) => texts[path],
      below: (folder) =>
        Object.keys(texts).filter((path) => folder === '.' || path.startsWith(`${folder}/`)),
    },
    values,
    parameters,
  });
  const all = [...diagnostics, ...result.diagnostics];
  return {
    resources: result.resources,
    codes: all.map(({ code }) => code),
    diagnostics: all,
    gaps: result.gaps,
  };
}

/** The value of an expression, as an argument of a resource. */
export function evaluateExpression(
  expression: string,
  given = '',
): { readonly value: Value; readonly codes: readonly string[] } {
  const text = `${given}\nresource "any_thing" "x" {\n  value = ${expression}\n}\n`;
  const evaluated = evaluateFiles({ 'main.tf': text });
  const { values } = resourceAt(evaluated, 'any_thing.x');
  return { value: member(values, 'value')!, codes: evaluated.codes };
}

export function resourceAt(evaluated: Evaluated, address: string): TerraformResource {
  const found = evaluated.resources.find((resource) => resource.address === address);
  if (found !== undefined) return found;
  throw new Error(`${address} is not among ${evaluated.resources.map((one) => one.address)}`);
}

export function jsonOf(evaluated: Evaluated, address: string): Record<string, unknown> {
  return toJson(resourceAt(evaluated, address).values) as Record<string, unknown>;
}

import { locate } from '../../diagnostics/index.ts';
import { isAbsent, itemsOf, member, stringOf, toJson, type Value } from '../../values/index.ts';
import { type ArmError, armError } from '../arm-error.ts';

/** What the manager looks at before it opens a template: that parameters and values belong together. In its own words. */
export function refuseParameters(template: Value, given: Value | undefined): ArmError | undefined {
  const declared = entries(member(template, 'parameters'));
  const values = entries(given);
  const names = new Set(declared.map(({ name }) => name.toLowerCase()));
  const strangers = values.filter(({ name }) => !names.has(name.toLowerCase()));
  if (strangers.length > 0) {
    const supplied = strangers.map(({ name }) => name).join(', ');
    const known = declared.map(({ name }) => name).join(', ');
    return invalid(
      `The following parameters were supplied, but do not correspond to any parameters defined in the template: '${supplied}'. The parameters defined in the template are: '${known}'. Please see https://aka.ms/arm-pass-parameter-values/#parameter-file for usage details.`,
    );
  }
  for (const { name, value: declaration } of declared) {
    const passed = values.find((entry) => entry.name.toLowerCase() === name.toLowerCase())?.value;
    const refused =
      passed === undefined ? missing(name, declaration) : wrong(name, declaration, passed);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function missing(name: string, declaration: Value): ArmError | undefined {
  const nullable = member(declaration, 'nullable');
  const hasDefault = member(declaration, 'defaultValue') !== undefined;
  if (hasDefault || (nullable?.kind === 'boolean' && nullable.value)) return undefined;
  const { line, column } = locate(declaration.at);
  return invalid(
    `The value for the template parameter '${name}' at line '${line}' and column '${column}' is not provided. Please see https://aka.ms/arm-create-parameter-file for usage details.`,
  );
}

function wrong(name: string, declaration: Value, passed: Value): ArmError | undefined {
  const value = member(passed, 'value');
  if (value === undefined || !isAbsent(member(passed, 'reference'))) return undefined;
  const type = stringOf(member(declaration, 'type'))?.toLowerCase();
  const expected = type === undefined ? undefined : KINDS[type];
  if (expected !== undefined && value.kind !== 'null' && !expected.includes(value.kind)) {
    return invalid(
      `Template parameter JToken type is not valid. Expected '${expected.join(', ')}'. Actual '${value.kind}'. The parameter is '${name}'. Please see https://aka.ms/arm-create-parameter-file for usage details.`,
    );
  }
  const allowed = itemsOf(member(declaration, 'allowedValues')).map((item) =>
    JSON.stringify(toJson(item)),
  );
  // Secrets are compared and never shown.
  const isSecret = type?.startsWith('secure') === true;
  if (allowed.length === 0 || allowed.includes(JSON.stringify(toJson(value)))) return undefined;
  const shown = isSecret ? '' : ` The value '${String(toJson(value))}'`;
  const list = allowed.map((text) => text.replace(/^"|"$/g, '')).join(',');
  return invalid(
    `The provided value for the template parameter '${name}' is not valid.${isSecret ? ' The value' : shown} is not part of the allowed value(s): '${list}'.`,
  );
}

const KINDS: Readonly<Record<string, readonly Value['kind'][]>> = {
  string: ['string'],
  securestring: ['string'],
  int: ['number'],
  bool: ['boolean'],
  array: ['array'],
  object: ['object'],
  secureobject: ['object'],
};

function entries(value: Value | undefined): { readonly name: string; readonly value: Value }[] {
  return value?.kind === 'object' ? [...value.members.values()] : [];
}

function invalid(message: string): ArmError {
  return armError(400, 'InvalidTemplate', `Deployment template validation failed: '${message}'`);
}

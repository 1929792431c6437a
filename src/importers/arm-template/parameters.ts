import type { Place } from '../../diagnostics/index.ts';
import { isAbsent, member, type ObjectValue, stringOf, type Value } from '../../values/index.ts';
import { clip } from './call.ts';
import { evaluateValue } from './evaluate-value.ts';
import { type Context, type Frame, type Parameter, report, settle, slotOf } from './run.ts';
import { unknownAt } from './unknowns.ts';

/** A value handed to a template from outside; worked out when the parameter is first asked for. */
export interface GivenParameter {
  readonly at: Place;
  /** A reference to a Key Vault: the value is a secret and never seen. */
  readonly isSecret: boolean;
  readonly evaluate: () => Value;
}

/**
 * Declares the parameters of a template. A parameter that has neither value nor default is reported once, here,
 * whether it is used or not: Azure refuses to deploy without it.
 */
export function declareParameters(
  frame: Frame,
  given: ReadonlyMap<string, GivenParameter>,
  contextOf: (parameter: string) => Context,
): void {
  const declarations = member(frame.template, 'parameters');
  if (declarations?.kind !== 'object') return;
  for (const [key, entry] of declarations.members) {
    const parameter = declareParameter(frame, entry.name, entry.value, given.get(key), contextOf);
    frame.parameters.set(key, parameter);
    if (parameter.slot === undefined) reportMissing(frame, entry.name, entry.at);
  }
}

function declareParameter(
  frame: Frame,
  name: string,
  declaration: Value,
  given: GivenParameter | undefined,
  contextOf: (parameter: string) => Context,
): Parameter {
  // ARM-10: nobody may see the value, so it is not even worked out.
  const isSecure =
    /^secure/i.test(stringOf(member(declaration, 'type')) ?? '') || given?.isSecret === true;
  if (isSecure)
    return { name, isSecure, slot: slotOf(() => ({ kind: 'null', at: declaration.at })) };
  const fallback = member(declaration, 'defaultValue');
  if (given !== undefined) {
    const evaluate = () => checkAllowed(frame, name, declaration, given.evaluate());
    return { name, isSecure, slot: slotOf(evaluate) };
  }
  if (fallback !== undefined) {
    return { name, isSecure, slot: slotOf(() => evaluateValue(fallback, contextOf(name))) };
  }
  const nullable = member(declaration, 'nullable');
  if (nullable?.kind === 'boolean' && nullable.value) {
    return { name, isSecure, slot: slotOf(() => ({ kind: 'null', at: declaration.at })) };
  }
  return { name, isSecure, slot: undefined };
}

/** The value of `parameters('name')`. */
export function parameterValue(written: string, text: string, context: Context): Value {
  const { frame } = context;
  const parameter = frame.parameters.get(written.toLowerCase());
  if (parameter === undefined) {
    report(
      frame.run,
      'arm/unknown-name',
      'error',
      `there is no parameter \`${clip(written)}\``,
      context.at,
    );
    return unknownAt(context.at, 'malformed', text, `a declaration of parameter ${written}`);
  }
  const { name } = parameter;
  // One parameter has one value wherever it is used: its unknowns are equal.
  const symbol = `parameters('${name}') of ${frame.label}`;
  const missing = `a value for parameter ${name}`;
  if (parameter.isSecure) {
    return unknownAt(context.at, 'secret', text, `the secret in parameter ${name}`, symbol);
  }
  if (parameter.slot === undefined) {
    return unknownAt(context.at, 'missing-parameter', text, missing, symbol);
  }
  const value = settle(parameter.slot, () => cycle(`parameter \`${name}\``, text, context));
  if (value.kind === 'unknown' && value.symbol === undefined && value.reason !== 'malformed') {
    return { ...value, symbol };
  }
  return value;
}

export function cycle(what: string, text: string, context: Context): Value {
  report(context.frame.run, 'arm/cycle', 'error', `${what} depends on itself`, context.at);
  return unknownAt(context.at, 'malformed', text, `${what} without a cycle`);
}

/** The `parameters` of a parameter file, or the object itself when it is written without its frame. */
export function parameterEntries(root: Value): ObjectValue | undefined {
  const entries = member(root, 'parameters');
  if (entries?.kind === 'object') return entries;
  return root.kind === 'object' && entries === undefined ? root : undefined;
}

/** The values of parameter files. They are literals, not expressions; later files win. */
export function parametersFromFiles(
  files: readonly Value[],
  contextOf: (parameter: string) => Context,
): ReadonlyMap<string, GivenParameter> {
  const given = new Map<string, GivenParameter>();
  for (const file of files) {
    for (const [key, entry] of parameterEntries(file)?.members ?? []) {
      if (entry.value.kind !== 'object') continue;
      const value = member(entry.value, 'value');
      const isSecret = !isAbsent(member(entry.value, 'reference'));
      if (value === undefined && !isSecret) continue;
      given.set(key, {
        at: entry.at,
        isSecret,
        evaluate: () =>
          value === undefined
            ? { kind: 'null', at: entry.at }
            : evaluateValue(value, { ...contextOf(entry.name), isLiteral: true }),
      });
    }
  }
  return given;
}

function checkAllowed(frame: Frame, name: string, declaration: Value, value: Value): Value {
  const allowed = member(declaration, 'allowedValues');
  if (allowed?.kind !== 'array' || (value.kind !== 'string' && value.kind !== 'number'))
    return value;
  const texts = allowed.items.map((item) =>
    item.kind === 'string' || item.kind === 'number' ? String(item.value) : undefined,
  );
  if (texts.includes(undefined) || texts.includes(String(value.value))) return value;
  report(
    frame.run,
    'arm/parameter-not-allowed',
    'warning',
    `parameter \`${name}\` is \`${clip(String(value.value))}\`; allowed are ${texts.map((text) => `\`${text}\``).join(', ')}`,
    value.at,
  );
  return value;
}

function reportMissing(frame: Frame, name: string, at: Place): void {
  report(
    frame.run,
    'arm/parameter-missing',
    'warning',
    frame.isRoot
      ? `parameter \`${name}\` has no value and no default; what depends on it is unknown`
      : `parameter \`${name}\` of ${frame.label} is not passed and has no default`,
    frame.via.length === 0 ? at : { ...at, via: frame.via },
    frame.isRoot
      ? `pass --parameters FILE or --param ${name}=value`
      : 'pass it where the template is deployed',
  );
}

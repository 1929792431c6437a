import type { Place } from '../../../../diagnostics/index.ts';
import type { Unknown } from '../../../../values/index.ts';
import { callSymbol, derivedUnknown, unknownAt } from '../../../arm-template/unknowns.ts';
import { terraformAttribute } from '../../terraform-resource.ts';
import type { Expression } from '../syntax/syntax-tree.ts';
import type { Attributes, HclUnknown, HclValue } from '../values/hcl-value.ts';
import { toValue } from '../values/to-value.ts';
import { placeIn, report, type Scope } from './run.ts';

const TEXT_LENGTH_MAX = 200;

/** What the person wrote, on one line. */
export function writtenText(expression: Expression, scope: Scope): string {
  const { start, end } = expression;
  const text = scope.file.text.slice(start, Math.min(end, start + 2 * TEXT_LENGTH_MAX));
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > TEXT_LENGTH_MAX ? `${line.slice(0, TEXT_LENGTH_MAX)}…` : line;
}

/** The unknown that an expression is because a part of it is: same reason, its own text. */
export function undecided(
  cause: Unknown,
  expression: Expression,
  scope: Scope,
  symbol?: string,
): HclUnknown {
  const at = placeIn(scope, expression.start);
  return derivedUnknown(cause, writtenText(expression, scope), at, symbol);
}

/** Terraform would refuse the expression: says why, unless a `try` is around, and gives an unknown. */
export function refused(expression: Expression, scope: Scope, why: string): HclUnknown {
  const { run } = scope;
  const at = placeIn(scope, expression.start);
  const text = writtenText(expression, scope);
  run.failures += 1;
  if (run.trying === 0) {
    const message = `this expression cannot be evaluated: ${why}`;
    report(run, 'terraform/evaluation-failed', 'warning', message, at);
  }
  return unknownAt(at, 'malformed', text, `an expression Terraform accepts (${why})`);
}

/** What only an apply tells about a resource. */
export function attributeAfterApply(of: Attributes, step: string, at: Place): HclUnknown {
  const path = of.path === '' ? step : `${of.path}.${step}`;
  return afterApply(of.address, path, at);
}

function afterApply(address: string, path: string, at: Place): HclUnknown {
  const text = path === '' ? address : `${address}.${path}`;
  const missing = address.split('.').includes('data')
    ? `what the data source answers for ${text}`
    : `the value of ${text}, which an apply tells`;
  return unknownAt(at, 'run-time', text, missing, terraformAttribute(address, path));
}

/** `address#path` with one more step: an index of a whole resource is a part of its address. */
export function stepInto(
  of: HclUnknown,
  step: string | number,
  at: Place,
  text: string,
): HclUnknown {
  const { symbol } = of;
  if (symbol === undefined) return derivedUnknown(of, text, at, undefined);
  const match = /^terraform:([^«»]*)#([^#]*)$/.exec(symbol);
  if (match === null) return derivedUnknown(of, text, at, `${symbol}.${step}`);
  const [, address = '', path = ''] = match;
  const index = typeof step === 'number' ? `[${step}]` : `[${JSON.stringify(step)}]`;
  const isName = typeof step === 'string' && /^[A-Za-z_][\w-]*$/.test(step);
  if (isName && path !== '') return afterApply(address, `${path}.${step}`, at);
  if (isName) return afterApply(address, `${step}`, at);
  return path === '' ? afterApply(address + index, '', at) : afterApply(address, path + index, at);
}

/** `of["key"]` of a resource whose instances are not known names one of them, though its key may look like a name. */
export function instanceOf(
  of: HclUnknown,
  key: string | number,
  at: Place,
): HclUnknown | undefined {
  const match = /^terraform:([^«»]*)#$/.exec(of.symbol ?? '');
  if (match === null) return undefined;
  const index = typeof key === 'number' ? `[${key}]` : `[${JSON.stringify(key)}]`;
  return afterApply(`${match[1]}${index}`, '', at);
}

/** Symbol of a pure function of values: equal arguments give equal symbols. None when a part has no identity. */
export function symbolOfCall(name: string, list: readonly HclValue[]): string | undefined {
  const budget = { left: 200 };
  if (!list.every((value) => isSmall(value, budget))) return undefined;
  return callSymbol(
    name,
    list.map((value) => toValue(value)),
  );
}

function isSmall(value: HclValue, budget: { left: number }): boolean {
  budget.left -= 1;
  if (budget.left < 0) return false;
  if (value.kind === 'unknown') return value.symbol !== undefined;
  if (value.kind === 'sequence') {
    return value.rest === undefined && value.items.every((item) => isSmall(item, budget));
  }
  if (value.kind !== 'mapping') return true;
  if (value.rest !== undefined || value.open !== undefined) return false;
  return [...value.members.values()].every((item) => isSmall(item, budget));
}

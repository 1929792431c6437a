import type { Unknown, Value } from '../../../values/index.ts';
import {
  ANY_NUMBER,
  booleanResult,
  type Call,
  type FunctionTable,
  failure,
  type Known,
  kindOf,
  lazy,
  nullResult,
  plain,
  tolerant,
} from '../call.ts';
import { callSymbol, derivedUnknown, hasToken, unknownOfToken } from '../unknowns.ts';
import { compareValues } from './equality.ts';

/** Comparison and three-valued logic: an unknown operand decides nothing that a known one has not decided. */
export const LOGIC_FUNCTIONS: FunctionTable = {
  if: lazy(3, 3, chooseBranch),
  and: lazy(1, ANY_NUMBER, (call) => connect(call, false)),
  or: lazy(1, ANY_NUMBER, (call) => connect(call, true)),
  not: plain(1, 1, ([value], call) => {
    const truth = truthOf(value!);
    return truth === undefined ? notBoolean(call, value!) : booleanResult(call, !truth);
  }),
  bool: plain(1, 1, ([value], call) => {
    const truth = value?.kind === 'number' ? value.value !== 0 : truthOf(value!);
    return truth === undefined ? notBoolean(call, value!) : booleanResult(call, truth);
  }),
  coalesce: lazy(1, ANY_NUMBER, coalesce),
  equals: tolerant(2, 2, ([a, b], call) => {
    const equality = compareValues(call.context.frame.run, a!, b!);
    if (equality !== 'unknown') return booleanResult(call, equality === 'same');
    const cause = firstUnknown(a!) ?? firstUnknown(b!);
    const symbol = callSymbol('equals', [a!, b!]);
    if (cause === undefined) return failure(call, 'the values are too large to compare');
    return derivedUnknown(cause, call.expression.text, call.context.at, symbol);
  }),
  less: plain(2, 2, (list, call) => order(list, call, (sign) => sign < 0)),
  lessorequals: plain(2, 2, (list, call) => order(list, call, (sign) => sign <= 0)),
  greater: plain(2, 2, (list, call) => order(list, call, (sign) => sign > 0)),
  greaterorequals: plain(2, 2, (list, call) => order(list, call, (sign) => sign >= 0)),
};

/** The truth of a value; texts `true` and `false` count (iac-formats 2.7). `undefined` for anything else. */
export function truthOf(value: Value): boolean | undefined {
  if (value.kind === 'boolean') return value.value;
  if (value.kind !== 'string') return undefined;
  const lower = value.value.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

/** ARM-03: the branch not taken may not even be evaluable. An unknown condition is no matter if both agree. */
function chooseBranch(call: Call): Value {
  const [condition, then, otherwise] = call.expression.arguments;
  const decided = call.evaluate(condition!);
  if (decided.kind === 'unknown') {
    const a = call.evaluate(then!);
    const b = call.evaluate(otherwise!);
    if (compareValues(call.context.frame.run, a, b) === 'same') return a;
    const symbol = callSymbol('if', [decided, a, b]);
    return derivedUnknown(decided, call.expression.text, call.context.at, symbol);
  }
  const truth = truthOf(decided);
  if (truth === undefined) return notBoolean(call, decided);
  return call.evaluate(truth ? then! : otherwise!);
}

/** `and` is decided by the first false operand, `or` by the first true one. */
function connect(call: Call, deciding: boolean): Value {
  const seen: Value[] = [];
  let cause: Unknown | undefined;
  for (const argument of call.expression.arguments) {
    const value = call.evaluate(argument);
    seen.push(value);
    if (value.kind === 'unknown') {
      cause ??= value;
      continue;
    }
    const truth = truthOf(value);
    if (truth === undefined) return notBoolean(call, value);
    if (truth === deciding) return booleanResult(call, deciding);
  }
  if (cause === undefined) return booleanResult(call, !deciding);
  const symbol = callSymbol(call.expression.name, seen);
  return derivedUnknown(cause, call.expression.text, call.context.at, symbol);
}

function coalesce(call: Call): Value {
  const seen: Value[] = [];
  for (const argument of call.expression.arguments) {
    const value = call.evaluate(argument);
    seen.push(value);
    if (value.kind === 'null') continue;
    if (value.kind !== 'unknown' || isNeverNull(value)) return value;
    const symbol = callSymbol('coalesce', seen);
    return derivedUnknown(value, call.expression.text, call.context.at, symbol);
  }
  return nullResult(call);
}

/** A parameter that must be passed is not null, placeholders and generated names are not either. */
function isNeverNull(value: Unknown): boolean {
  const { reason } = value;
  if (reason === 'placeholder' || reason === 'generated-name') return true;
  return reason === 'missing-parameter' && /^parameters\('[^']*'\) of /.test(value.symbol ?? '');
}

function order(list: readonly Known[], call: Call, holds: (sign: number) => boolean): Value {
  const [a, b] = list;
  if (a?.kind === 'number' && b?.kind === 'number') {
    return booleanResult(call, holds(a.value - b.value));
  }
  if (a?.kind === 'string' && b?.kind === 'string') {
    return booleanResult(call, holds(compareTexts(a.value, b.value)));
  }
  return failure(call, `${kindOf(a!)} and ${kindOf(b!)} have no order`);
}

/** As .NET's invariant culture: by letters first, lower case before upper case at a tie. */
export function compareTexts(a: string, b: string): number {
  return COLLATOR.compare(a, b);
}

const COLLATOR = new Intl.Collator('en', { caseFirst: 'lower' });

function firstUnknown(value: Value): Unknown | undefined {
  if (value.kind === 'unknown') return value;
  if (value.kind === 'string' && hasToken(value.value))
    return unknownOfToken(value.value, value.at);
  const children =
    value.kind === 'array'
      ? value.items
      : value.kind === 'object'
        ? [...value.members.values()].map((entry) => entry.value)
        : [];
  for (const child of children) {
    const found = firstUnknown(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function notBoolean(call: Call, value: Known): Value {
  return failure(call, `expected true or false, found ${kindOf(value)}`);
}

import type { Value } from '../../../values/index.ts';
import {
  ANY_NUMBER,
  type Call,
  type FunctionTable,
  failure,
  type Known,
  kindOf,
  numberResult,
  plain,
} from '../call.ts';

/** Integer arithmetic, as .NET does it: division and remainder go towards zero. */
export const NUMBER_FUNCTIONS: FunctionTable = {
  add: plain(2, 2, (list, call) => calculate(list, call, (a, b) => a + b)),
  sub: plain(2, 2, (list, call) => calculate(list, call, (a, b) => a - b)),
  mul: plain(2, 2, (list, call) => calculate(list, call, (a, b) => a * b)),
  div: plain(2, 2, (list, call) =>
    calculate(list, call, (a, b) => (b === 0 ? undefined : Math.trunc(a / b))),
  ),
  mod: plain(2, 2, (list, call) => calculate(list, call, (a, b) => (b === 0 ? undefined : a % b))),
  int: plain(1, 1, ([value], call) => {
    if (value?.kind === 'number') return numberResult(call, Math.trunc(value.value));
    const isWhole = value?.kind === 'string' && /^\s*[+-]?\d+\s*$/.test(value.value);
    if (!isWhole) return failure(call, 'it is not a whole number');
    return numberResult(call, Number(value.value));
  }),
  float: plain(1, 1, ([value], call) => {
    if (value?.kind === 'number') return numberResult(call, value.value);
    const number =
      value?.kind === 'string' && value.value.trim() !== '' ? Number(value.value) : Number.NaN;
    return Number.isFinite(number)
      ? numberResult(call, number)
      : failure(call, 'it is not a number');
  }),
  min: plain(1, ANY_NUMBER, (list, call) => extreme(list, call, (a, b) => a < b)),
  max: plain(1, ANY_NUMBER, (list, call) => extreme(list, call, (a, b) => a > b)),
};

function calculate(
  list: readonly Known[],
  call: Call,
  operation: (a: number, b: number) => number | undefined,
): Value {
  const [a, b] = list;
  if (a?.kind !== 'number' || b?.kind !== 'number') {
    return failure(call, `numbers are expected, found ${kindOf(a!)} and ${kindOf(b!)}`);
  }
  const result = operation(a.value, b.value);
  return result === undefined ? failure(call, 'division by zero') : numberResult(call, result);
}

function extreme(
  list: readonly Known[],
  call: Call,
  isBetter: (a: number, b: number) => boolean,
): Value {
  const only = list[0];
  const items: readonly Value[] = list.length === 1 && only?.kind === 'array' ? only.items : list;
  let best: number | undefined;
  for (const item of items) {
    if (item.kind === 'unknown') return item;
    if (item.kind !== 'number') return failure(call, `numbers are expected, found ${kindOf(item)}`);
    if (best === undefined || isBetter(item.value, best)) best = item.value;
  }
  return best === undefined ? failure(call, 'there are no numbers') : numberResult(call, best);
}

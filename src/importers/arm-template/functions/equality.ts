import type { Value } from '../../../values/index.ts';
import { spend } from '../budget.ts';
import type { Run } from '../run.ts';
import { couldBeEqual } from '../unknowns.ts';

/** Equal, different, or not to be told: an unknown could settle it either way. */
export type Equality = 'same' | 'different' | 'unknown';

/**
 * Deep comparison. Texts with case, keys of objects without (ARM-01). Two unknowns are the same only by symbol.
 * O(nodes), paid from the budget: shared parts are compared each time they occur.
 */
export function compareValues(run: Run, a: Value, b: Value): Equality {
  if (a === b && a.kind !== 'unknown') return containsUnknown(run, a) ? 'unknown' : 'same';
  if (a.kind === 'unknown' || b.kind === 'unknown') {
    const isOne =
      a.kind === 'unknown' &&
      b.kind === 'unknown' &&
      a.symbol !== undefined &&
      a.symbol === b.symbol;
    return isOne ? 'same' : 'unknown';
  }
  if (!spend(run, 1, a.at)) return 'unknown';
  if (a.kind === 'array' && b.kind === 'array') {
    if (a.items.length !== b.items.length) return 'different';
    return all(a.items.map((item, index) => () => compareValues(run, item, b.items[index]!)));
  }
  if (a.kind === 'object' && b.kind === 'object') {
    if (a.members.size !== b.members.size) return 'different';
    return all(
      [...a.members].map(([key, entry]) => () => {
        const other = b.members.get(key);
        return other === undefined ? 'different' : compareValues(run, entry.value, other.value);
      }),
    );
  }
  if (a.kind === 'null' || b.kind === 'null') return a.kind === b.kind ? 'same' : 'different';
  if (a.kind !== b.kind) return 'different';
  if (a.kind === 'string' && b.kind === 'string' && a.value !== b.value) {
    return couldBeEqual(a.value, b.value) ? 'unknown' : 'different';
  }
  return 'value' in a && 'value' in b && a.value === b.value ? 'same' : 'different';
}

/** Different as soon as one part is, whatever the others are. */
function all(parts: readonly (() => Equality)[]): Equality {
  let result: Equality = 'same';
  for (const part of parts) {
    const equality = part();
    if (equality === 'different') return 'different';
    if (equality === 'unknown') result = 'unknown';
  }
  return result;
}

/** Is any part unknown and without identity? */
function containsUnknown(run: Run, value: Value): boolean {
  if (value.kind === 'unknown') return value.symbol === undefined;
  if (value.kind !== 'array' && value.kind !== 'object') return false;
  if (!spend(run, 1, value.at)) return true;
  if (value.kind === 'array') return value.items.some((item) => containsUnknown(run, item));
  return [...value.members.values()].some((entry) => containsUnknown(run, entry.value));
}

import type { Snapshot } from '../../model/index.ts';
import { toJson } from '../../values/index.ts';

/**
 * What was read, in 16 hexadecimal digits: equal for equal resources and objects, whatever files they came from. It
 * stands in the header of every file, so that one can be told to belong to an input. O(size of the input).
 */
export function inputHash(snapshot: Snapshot): string {
  let state = START;
  for (const [key, resource] of [...snapshot.resources].sort(byKey)) {
    state = mix(state, `${key} ${JSON.stringify(toJson(resource.body))}`);
    if (resource.exists !== undefined) state = mix(state, resource.exists.text);
  }
  for (const [key, object] of [...snapshot.objects].sort(byKey)) {
    state = mix(state, `${key} ${JSON.stringify(toJson(object.body))}`);
  }
  return hex(state);
}

/** FNV-1a over UTF-16 code units, twice with different starts. Not for secrets. */
export function checksum(text: string): string {
  return hex(mix(START, text));
}

interface State {
  readonly low: number;
  readonly high: number;
}

const START: State = { low: 0x811c9dc5, high: 0x9747b28c };

function mix({ low, high }: State, text: string): State {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193) >>> 0;
    high = Math.imul(high ^ (code + index), 0x01000193) >>> 0;
  }
  return { low, high };
}

function hex({ low, high }: State): string {
  return low.toString(16).padStart(8, '0') + high.toString(16).padStart(8, '0');
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

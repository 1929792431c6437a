import { type AddressTerm, type Perimeter, readPerimeter } from '../../src/model/index.ts';
import { addressSet, formatIp, formatPrefix, prefixesOfAddressSet } from '../../src/net/index.ts';
import { isUnknown, type Unknown } from '../../src/values/index.ts';
import { type Json, snapshotOf } from './snapshot-of.ts';

/** The perimeter of plain JSON. */
export function perimeterOf(resources: readonly Json[], objects: readonly Json[] = []): Perimeter {
  return readPerimeter(snapshotOf(resources, objects));
}

/** The one entry of a view, for cases with one resource of its kind. */
export function only<T>(entries: ReadonlyMap<string, T> | readonly T[]): T {
  const all = [...entries.values()];
  if (all.length !== 1) throw new Error(`expected one entry, found ${all.length}`);
  return all[0]!;
}

export function codesOf(perimeter: Perimeter): readonly string[] {
  return perimeter.diagnostics.map((diagnostic) => diagnostic.code);
}

/** Address terms in a few words: `*`, `10.0.0.0/8`, `tag Storage`, `?missing fact`. */
export function termTexts(
  terms: readonly AddressTerm[] | undefined,
): readonly string[] | undefined {
  return terms?.map(termText);
}

/** The value, addresses and ports as text, or the missing fact after a `?`. */
export function told(value: unknown): unknown {
  if (isUnknown(value)) return `?${(value as Unknown).missing}`;
  if (typeof value === 'object' && value !== null && 'family' in value && 'value' in value) {
    return formatIp(value as Parameters<typeof formatIp>[0]);
  }
  return value;
}

function termText(term: AddressTerm): string {
  switch (term.kind) {
    case 'any':
      return '*';
    case 'service-tag':
      return `tag ${term.tag}`;
    case 'unknown':
      return `?${term.unknown.missing}`;
    default:
      return prefixesOfAddressSet(addressSet([term.range]))
        .map(formatPrefix)
        .join('+');
  }
}

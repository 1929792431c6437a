import type { Condition } from '../flows/index.ts';
import type { Network } from '../network/index.ts';

/** What a question takes as failed. */
export interface Failures {
  /** Keys of resources that are certainly down. */
  readonly keys: ReadonlySet<string>;
  /** Resources that may be down, by key, and what would tell: nobody wrote which zone they are in. */
  readonly doubts: ReadonlyMap<string, Condition>;
}

export const NO_FAILURES: Failures = { keys: new Set(), doubts: new Map() };

/** A resource whose failure changes where flows get to. */
interface Mortal {
  readonly kind: 'firewall' | 'NAT gateway' | 'node pool' | 'private endpoint';
  readonly key: string;
  readonly name: string;
  /** Absent: it is in no zone that could fail on its own. */
  readonly zones?: readonly string[];
  readonly hasUnknownZones?: boolean;
}

export type ParsedFailures =
  | { readonly kind: 'failures'; readonly failures: Failures; readonly names: readonly string[] }
  | {
      readonly kind: 'problem';
      readonly message: string;
      readonly hint: string;
      readonly word: string;
      /** What can fail, by name. */
      readonly known: readonly string[];
    };

/**
 * `zone:N`, `firewall` for every firewall, or the name or id of a firewall, NAT gateway, node pool or private endpoint. A resource
 * that lists several zones survives one of them; one that lists none stands in a zone nobody wrote down, so it may be hit or not
 * (AFW-08).
 */
export function failuresOf(network: Network, words: readonly string[]): ParsedFailures {
  const mortals = mortalsOf(network);
  const keys = new Set<string>();
  const doubts = new Map<string, Condition>();
  const names: string[] = [];
  const zones = new Set<string>();
  for (const word of words) {
    const zone = /^zone:(\w+)$/i.exec(word)?.[1];
    if (zone !== undefined) {
      zones.add(zone);
      names.push(`zone ${zone}`);
      continue;
    }
    const wanted = word.toLowerCase();
    const found = mortals.filter(
      ({ kind, key, name }) =>
        (wanted === 'firewall' && kind === 'firewall') ||
        key === wanted ||
        name.toLowerCase() === wanted,
    );
    if (found.length === 0) {
      const all = mortals.map(({ name }) => name);
      const known = all.slice(0, 8);
      return {
        kind: 'problem',
        message: `nothing of the input that can fail is called \`${word}\``,
        hint: `write zone:1, firewall for all of them${known.length === 0 ? '' : `, or ${known.join(', ')}`}`,
        word,
        known: all,
      };
    }
    for (const { key, kind, name } of found) {
      keys.add(key);
      names.push(`${kind} ${name}`);
    }
  }
  if (zones.size > 0) for (const one of mortals) hitBy(zones, one, keys, doubts);
  for (const key of keys) doubts.delete(key);
  return { kind: 'failures', failures: { keys, doubts }, names };
}

function hitBy(
  down: ReadonlySet<string>,
  { zones, hasUnknownZones, kind, name, key }: Mortal,
  keys: Set<string>,
  doubts: Map<string, Condition>,
): void {
  if (zones === undefined) return;
  const missing = `whether ${kind} ${name} is in zone ${[...down].join(' or ')}`;
  if (hasUnknownZones === true || zones.length === 0) doubts.set(key, { missing });
  else if (zones.every((each) => down.has(each))) keys.add(key);
}

function mortalsOf({ firewalls, perimeter, clusters }: Network): readonly Mortal[] {
  const zonal = (
    kind: Mortal['kind'],
    view: {
      readonly key: string;
      readonly name: string;
      readonly zones: readonly string[];
      readonly unknownZones?: unknown;
    },
  ): Mortal => ({
    kind,
    key: view.key,
    name: view.name,
    zones: view.zones,
    hasUnknownZones: view.unknownZones !== undefined,
  });
  return [
    ...[...firewalls.values()].map(({ firewall }) => zonal('firewall', firewall)),
    ...[...perimeter.natGateways.values()].map((gateway) => zonal('NAT gateway', gateway)),
    ...clusters.flatMap(({ pools }) => pools.map(({ pool }) => zonal('node pool', pool))),
    ...[...perimeter.privateEndpoints.values()].map(
      ({ key, name }): Mortal => ({ kind: 'private endpoint', key, name }),
    ),
  ];
}

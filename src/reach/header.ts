import {
  type ApplicationKind,
  type Condition,
  distinctConditions,
  type FlowBox,
  type FlowRule,
  intersectPorts,
} from '../flows/index.ts';
import {
  type AddressSet,
  addressSetCovers,
  addressSetSize,
  addressSetsOverlap,
  equalAddressSets,
  firstAddress,
  type Port,
  type Protocol,
  portSetHas,
} from '../net/index.ts';
import type { AddressLike } from '../network/index.ts';

/**
 * One end of a flow as it stands in the packet: what the sender put there, or an address that somebody else put there. The latter
 * is one member of a set, and who reads it reads all members at once: a rule that holds only some of them may or may not match.
 */
export type End =
  | { readonly kind: 'as-sent' }
  | {
      readonly kind: 'one-of';
      /** Never empty. */
      readonly addresses: AddressSet;
      /** Whose address it is, after "which address … has": `a node of aks-subnet`. */
      readonly label: string;
      /** Two ends with one symbol are the same address. */
      readonly symbol?: string;
    };

export const AS_SENT: End = { kind: 'as-sent' };

/** Certainly one and the same address: the same end, symbol or number. Both ends of the same side of a flow. */
export function sameEnd(a: End, b: End): boolean {
  if (a === b) return true;
  if (a.kind === 'as-sent' || b.kind === 'as-sent') return a.kind === b.kind;
  if (a.symbol !== undefined && a.symbol === b.symbol) return true;
  return isOneAddress(a) && equalAddressSets(a.addresses, b.addresses);
}

/** Is its number known? */
export function isOneAddress(end: End): boolean {
  return end.kind === 'one-of' && addressSetSize(end.addresses) === 1n;
}

/** The end as owners of addresses are asked for: a number where there is one. */
export function likeEnd(end: End & { readonly kind: 'one-of' }): AddressLike {
  const symbol = end.symbol === undefined ? {} : { symbol: end.symbol };
  const ip = isOneAddress(end) ? firstAddress(end.addresses) : undefined;
  return ip === undefined
    ? { kind: 'within', addresses: end.addresses, ...symbol }
    : { kind: 'exact', ip, ...symbol };
}

/** The headers of a flow at one place, in terms of the flow as it was sent. */
export interface Header {
  readonly source: End;
  readonly destination: End;
  /** Set once somebody translated the port. */
  readonly destinationPort?: Port;
  /** Set once somebody opened a connection of its own. */
  readonly application?: ApplicationKind;
}

const WITH_PORTS: readonly Protocol[] = ['tcp', 'udp', 'sctp'];

/**
 * Rules as they read these headers, said in terms of the flow as it was sent: headers that were rewritten are compared here and
 * disappear. Boxes that cannot hold any flow of `bounds` are left out, so a question about a corner pays for the corner.
 * O(boxes · log prefixes).
 */
export function readThrough<Effect, By>(
  rules: readonly FlowRule<Effect, By>[],
  header: Header,
  bounds: FlowBox,
): FlowRule<Effect, By>[] {
  const read = (box: FlowBox): FlowBox | undefined => {
    const { sources, destinations, destinationPorts, sourceIs, destinationIs, ...rest } = box;
    if (!isThat(header.source, sourceIs) || !isThat(header.destination, destinationIs)) {
      return undefined;
    }
    const needs: Condition[] = [];
    let result: FlowBox = rest;
    for (const [set, end, limit, key] of [
      [sources, header.source, bounds.sources, 'sources'],
      [destinations, header.destination, bounds.destinations, 'destinations'],
    ] as const) {
      if (set === undefined) continue;
      if (end.kind === 'as-sent') {
        const part = limit === undefined ? 'some' : share(set, limit);
        if (part === 'none') return undefined;
        // A set that holds everything asked about says nothing: the universe need not be cut by it.
        if (part === 'some') result = { ...result, [key]: set };
        continue;
      }
      const part = share(set, end.addresses);
      if (part === 'none') return undefined;
      if (part === 'some') needs.push({ missing: `which address ${end.label} has` });
    }
    const { application } = header;
    if (application !== undefined && result.applications !== undefined) {
      if (!result.applications.includes(application)) return undefined;
      const { applications: _, ...others } = result;
      result = others;
    }
    if (destinationPorts !== undefined) {
      const isRewritten = header.destinationPort !== undefined;
      const meansPorts = box.protocols === undefined || box.protocols.some(hasPorts);
      if (isRewritten && meansPorts && !portSetHas(destinationPorts, header.destinationPort)) {
        return undefined;
      }
      if (!isRewritten) {
        const limit = bounds.destinationPorts;
        if (limit !== undefined && intersectPorts(limit, destinationPorts).length === 0) {
          return undefined;
        }
        result = { ...result, destinationPorts };
      }
    }
    if (needs.length === 0) return result;
    return { ...result, needs: distinctConditions(box.needs ?? [], needs) };
  };
  return rules.flatMap((rule) => {
    const region = rule.region.flatMap((box) => read(box) ?? []);
    return region.length === 0 ? [] : [{ ...rule, region }];
  });
}

type Share = 'all' | 'some' | 'none';

/** Lists are read by many ways with the same headers, and their sets are few: compared once. */
const shares = new WeakMap<AddressSet, WeakMap<AddressSet, Share>>();

/** How much of `within` lies in the set. */
function share(set: AddressSet, within: AddressSet): Share {
  let known = shares.get(within);
  if (known === undefined) {
    known = new WeakMap();
    shares.set(within, known);
  }
  let answer = known.get(set);
  if (answer === undefined) {
    answer = addressSetCovers(set, within)
      ? 'all'
      : addressSetsOverlap(set, within)
        ? 'some'
        : 'none';
    known.set(set, answer);
  }
  return answer;
}

/** Is the end the address that only Azure knows? Without a symbol there is nothing to be. */
function isThat(end: End, symbol: string | undefined): boolean {
  return symbol === undefined || (end.kind === 'one-of' && end.symbol === symbol);
}

function hasPorts(protocol: Protocol): boolean {
  return WITH_PORTS.includes(protocol);
}

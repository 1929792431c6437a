import type { AddressTerm, RuleSources } from '../model/index.ts';
import {
  type AddressSet,
  addressSet,
  addressSetCovers,
  addressSetHas,
  formatAddressSet,
  type Ip,
  parseIp,
  parseIpv4,
} from '../net/index.ts';
import type { Network } from '../network/index.ts';
import { coverAddresses, writtenPrefix } from './address-cover.ts';
import type { LoggedFlow } from './logged-flows.ts';

/** How far a rule is narrowed. */
export interface NarrowingLimits {
  /** Rules that one becomes. */
  readonly rules: number;
  readonly prefixes: number;
  /** The widest prefix that may stand for several destinations. */
  readonly widest: number;
  readonly names: number;
}

export const NARROWING: NarrowingLimits = { rules: 3, prefixes: 8, widest: 24, names: 8 };

/** One rule that says what was used: fields of ARM as they stand in a rule afterwards; those that stay are absent. */
export interface NarrowRule {
  readonly sourceAddresses?: readonly string[];
  readonly destinationAddresses?: readonly string[];
  readonly destinationPorts?: readonly string[];
  readonly protocols?: readonly string[];
  readonly services?: readonly { readonly protocolType: string; readonly port: number }[];
  readonly targetFqdns?: readonly string[];
}

/** What a rule becomes, or why it is left as it is. */
export type Narrowed =
  | {
      readonly kind: 'narrowed';
      readonly rules: readonly NarrowRule[];
      /** What was not narrowed, as sentences. */
      readonly kept: readonly string[];
    }
  | { readonly kind: 'left'; readonly why: string };

/** Finds the range that stands for a source in a rule. */
export type RangeOfSource = (address: string) => string;

/**
 * Pods and nodes come back with other addresses: a source stands for its subnet where the input has it and the rule lets all of it
 * through; elsewhere for itself.
 */
export function sourceRanges(network: Network, sources: RuleSources): RangeOfSource {
  const allowed = rangesIn(sources.addresses);
  const subnets = [...network.subnets.values()]
    .filter(({ addresses }) => allowed === 'any' || addressSetCovers(allowed, addresses))
    .map(({ addresses }) => ({ addresses, text: formatAddressSet(addresses) }))
    .filter(({ text }) => /^[\d./]+$/.test(text));
  const known = new Map<string, string>();
  return (address) => {
    const remembered = known.get(address);
    if (remembered !== undefined) return remembered;
    const ip = parseIp(address) as Ip;
    const range = subnets.find(({ addresses }) => addressSetHas(addresses, ip))?.text ?? address;
    known.set(address, range);
    return range;
  };
}

/** Ranges alone can be narrowed; `undefined` where something else stands between them. */
export function areRanges(terms: readonly AddressTerm[]): boolean {
  return terms.length > 0 && terms.every(({ kind }) => kind === 'any' || kind === 'range');
}

function rangesIn(terms: readonly AddressTerm[]): AddressSet | 'any' {
  if (terms.some(({ kind }) => kind === 'any')) return 'any';
  return addressSet(terms.flatMap((term) => (term.kind === 'range' ? [term.range] : [])));
}

/** Whether the sources of a rule can be written anew. */
export function canNarrowSources({
  addresses,
  ipGroups,
  kubeSelectorGroups,
}: RuleSources): boolean {
  return ipGroups.length === 0 && kubeSelectorGroups.length === 0 && areRanges(addresses);
}

/** Ranges of subnets as they are, single addresses under a cover. */
export function sourceList(ranges: Iterable<string>, limits: NarrowingLimits): readonly string[] {
  const all = [...new Set(ranges)];
  const prefixes = all.filter((range) => range.includes('/'));
  const single = all.flatMap((range) => {
    const value = range.includes('/') ? undefined : parseIpv4(range);
    return value === undefined ? [] : [value];
  });
  const covered = coverAddresses(single, { most: limits.prefixes, widest: limits.widest });
  return [...prefixes, ...covered.map(writtenPrefix)].sort();
}

/** Flows that IPv4 rules can say. */
export function isIpv4(text: string): boolean {
  return parseIpv4(text) !== undefined;
}

/** Adds a flow to what its target is known for. */
export function usedBy(
  flows: readonly LoggedFlow[],
  targetOf: (flow: LoggedFlow) => string,
  sourceOf: RangeOfSource,
  serviceOf: (flow: LoggedFlow) => string,
) {
  const used = new Map<string, { target: string; sources: Set<string>; services: Set<string> }>();
  for (const flow of flows) {
    const target = targetOf(flow);
    const one = used.get(target) ?? { target, sources: new Set(), services: new Set() };
    one.sources.add(sourceOf(flow.source));
    one.services.add(serviceOf(flow));
    used.set(target, one);
  }
  return [...used.values()];
}

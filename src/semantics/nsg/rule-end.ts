import type { AddressTerm, Reference } from '../../model/index.ts';
import {
  type AddressSet,
  ALL_ADDRESSES,
  ALL_IPV4,
  addressSet,
  NO_ADDRESSES,
  unionAddresses,
} from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import type { FlowAddress } from '../flow.ts';
import { matchSet, membersOfTag as publishedMembers } from '../match.ts';
import { type Match, type MissingFact, NO, YES } from '../verdict.ts';
import { membersOfGroup } from './group-members.ts';
import {
  HOST_ADDRESS,
  type LocalTag,
  METADATA_ADDRESS,
  type PossibleMembers,
  PUBLIC_ADDRESSES,
  type VirtualNetworkTag,
} from './local-tags.ts';

/** What the terms of one end of a rule mean on one subnet. */
export interface EndContext {
  readonly network: Network;
  readonly virtualNetwork: VirtualNetworkTag;
  readonly internet: LocalTag;
  /** Is the default route of the subnet part of `VirtualNetwork`, or does that stay open (AZN-33)? */
  readonly defaultRouteInTag: 'included' | 'undecided';
  /** Pods that `VirtualNetwork` holds beside the network, where the traffic of an overlay is asked about (AKS-62). */
  readonly podsInTag: LocalTag;
}

/** One end of a rule as sets: all its terms together. */
export interface RuleEnd {
  readonly certain: AddressSet;
  readonly possible: readonly PossibleMembers[];
  /** Symbols of addresses that only Azure knows and that the end names. */
  readonly symbols: ReadonlySet<string>;
  /** Set when `certain` holds the default route of the subnet through `VirtualNetwork`: what it holds without. */
  readonly firm?: AddressSet;
}

/**
 * Joins the terms of one end, so that a set covered only by several of them together is still covered. An end without
 * any term is unknown, not everything.
 */
export function ruleEnd(
  terms: readonly AddressTerm[],
  groups: readonly Reference[],
  name: string,
  context: EndContext,
): RuleEnd {
  const certain: AddressSet[] = [];
  const possible: PossibleMembers[] = [];
  const symbols = new Set<string>();
  let usesDefaultRoute = false;
  for (const term of terms) {
    switch (term.kind) {
      case 'any':
        return { certain: ALL_ADDRESSES, possible: [], symbols };
      case 'range':
        certain.push(addressSet([term.range]));
        break;
      case 'service-tag': {
        const tag = membersOfTag(term, context);
        certain.push(tag.addresses);
        possible.push(...tag.possible);
        if (isVirtualNetwork(term)) {
          certain.push(context.podsInTag.addresses);
          possible.push(...context.podsInTag.possible);
          if (context.virtualNetwork.includesDefaultRoute) usesDefaultRoute = true;
        }
        break;
      }
      default: {
        const why = { missing: term.unknown.missing, at: term.at };
        possible.push({ addresses: ALL_ADDRESSES, why });
        if (term.unknown.symbol !== undefined) symbols.add(term.unknown.symbol);
      }
    }
  }
  for (const group of groups) {
    const members = membersOfGroup(group, context.network);
    certain.push(members.addresses);
    possible.push(...members.possible);
    for (const symbol of members.symbols) symbols.add(symbol);
  }
  if (terms.length === 0 && groups.length === 0) {
    possible.push({ addresses: ALL_ADDRESSES, why: { missing: `the addresses of ${name}` } });
  }
  const end = { certain: unionAddresses(...certain), possible, symbols };
  if (!usesDefaultRoute) return end;
  // Without the tag's own set, so that a rule which names the address besides the tag stays firm.
  const others = certain.filter((set) => set !== context.virtualNetwork.addresses);
  return { ...end, firm: unionAddresses(...others, context.virtualNetwork.withoutDefaultRoute) };
}

/** Does the address lie in the end? A set that lies in it only in part matches `unknown`. O(log n) for one address. */
export function matchEnd(end: RuleEnd, address: FlowAddress): Match {
  if (address.symbol !== undefined && end.symbols.has(address.symbol)) return YES;
  const known = matchSet(end.certain, address);
  if (known.kind === 'yes' || end.possible.length === 0) return known;
  const why: MissingFact[] = known.kind === 'unknown' ? [...known.why] : [];
  for (const members of end.possible) {
    if (matchSet(members.addresses, address).kind !== 'no') why.push(members.why);
  }
  return why.length === 0 ? NO : { kind: 'unknown', why };
}

/** True when the end matches only because the default route counts as `VirtualNetwork` (AZN-33). */
export function restsOnDefaultRoute(end: RuleEnd, address: FlowAddress): boolean {
  return end.firm !== undefined && matchSet(end.firm, address).kind !== 'yes';
}

function isVirtualNetwork(term: AddressTerm & { readonly kind: 'service-tag' }): boolean {
  return term.tag.toLowerCase() === 'virtualnetwork';
}

function membersOfTag(
  term: AddressTerm & { readonly kind: 'service-tag' },
  context: EndContext,
): LocalTag {
  switch (term.tag.toLowerCase()) {
    case 'virtualnetwork': {
      const tag = context.virtualNetwork;
      if (!tag.includesDefaultRoute || context.defaultRouteInTag === 'included') return tag;
      const missing = 'whether the tag VirtualNetwork holds the default route of the subnet';
      return {
        addresses: tag.withoutDefaultRoute,
        possible: [...tag.possible, { addresses: ALL_IPV4, why: { missing, at: term.at } }],
      };
    }
    case 'internet':
      return context.internet;
    case 'azureloadbalancer':
    case 'azureplatformdns':
      return { addresses: HOST_ADDRESS, possible: [] };
    case 'azureplatformimds':
      return { addresses: METADATA_ADDRESS, possible: [] };
    default: {
      const { serviceTags } = context.network.perimeter.snapshot.datasets;
      const members = publishedMembers(serviceTags, term.tag);
      if (members !== undefined) return { addresses: members, possible: [] };
      const why = { missing: `members of service tag ${term.tag}`, at: term.at };
      return { addresses: NO_ADDRESSES, possible: [{ addresses: PUBLIC_ADDRESSES, why }] };
    }
  }
}

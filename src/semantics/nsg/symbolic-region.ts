import { assertNever } from '../../diagnostics/index.ts';
import { type Condition, distinctConditions, type FlowBox, isEmptyBox } from '../../flows/index.ts';
import type { AddressTerm, Reference, SecurityRule } from '../../model/index.ts';
import {
  type AddressSet,
  ALL_ADDRESSES,
  ALL_IPV4,
  ALL_PORTS,
  addressSet,
  addressSetCovers,
  equalAddressSets,
  isEmptyAddressSet,
  NO_ADDRESSES,
  type PortSet,
  type Protocol,
  portSetCovers,
  unionAddresses,
} from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown, type Uncertain } from '../../values/index.ts';
import { membersOfTag } from '../match.ts';
import { meaningOfGroup } from './symbolic-groups.ts';
import {
  AZURE_HOST,
  INSTANCE_METADATA,
  type LocalWords,
  type Meaning,
  type PossibleAddresses,
  PUBLIC,
} from './symbolic-tags.ts';

/** What words in rules mean on one subnet. */
export interface Dictionary {
  readonly network: Network;
  readonly words: LocalWords;
  /** Does the default route of the subnet count as `VirtualNetwork`, or does that stay open (AZN-33)? */
  readonly defaultRouteInTag: 'included' | 'undecided';
}

/** The flows of a rule. */
export interface RuleRegion {
  readonly boxes: readonly FlowBox[];
  /** Flows it holds only since the default route counts as `VirtualNetwork` (AZN-33), and some of `boxes` again. */
  readonly byDefaultRoute: readonly FlowBox[];
}

/** @param needs what must be so for the rule to be there at all */
export function regionOf(
  rule: SecurityRule,
  dictionary: Dictionary,
  needs: readonly Condition[],
): RuleRegion {
  const { sourceApplicationSecurityGroups: from, destinationApplicationSecurityGroups: to } = rule;
  const sources = partsOf(rule.sources, from, `the source of rule ${rule.name}`, dictionary);
  const destinations = partsOf(
    rule.destinations,
    to,
    `the destination of rule ${rule.name}`,
    dictionary,
  );
  const boxes: FlowBox[] = [];
  const byDefaultRoute: FlowBox[] = [];
  for (const source of sources) {
    for (const destination of destinations) {
      for (const headers of headersOf(rule)) {
        const all = distinctConditions(needs, headers.needs ?? [], destination.needs, source.needs);
        const box: FlowBox = {
          ...headers,
          ...(source.addresses === undefined ? {} : { sources: source.addresses }),
          ...(destination.addresses === undefined ? {} : { destinations: destination.addresses }),
          ...(source.symbol === undefined ? {} : { sourceIs: source.symbol }),
          ...(destination.symbol === undefined ? {} : { destinationIs: destination.symbol }),
          ...(all.length === 0 ? {} : { needs: all }),
        };
        if (isEmptyBox(box)) continue;
        const isPlain = source.isByDefaultRoute !== true && destination.isByDefaultRoute !== true;
        (isPlain ? boxes : byDefaultRoute).push(box);
      }
    }
  }
  return { boxes, byDefaultRoute };
}

/** Addresses of one end of a rule, if `needs` are so. */
interface Part {
  /** Absent: every address. */
  readonly addresses?: AddressSet;
  /** The one address that has this symbol, and that only Azure knows. */
  readonly symbol?: string;
  readonly needs: readonly Condition[];
  readonly isByDefaultRoute?: true;
}

/**
 * One end as a union: what its terms certainly hold together in one part, what they may hold in others. An end without any term is
 * not known, rather than everything or nothing.
 */
function partsOf(
  terms: readonly AddressTerm[],
  groups: readonly Reference[],
  name: string,
  dictionary: Dictionary,
): readonly Part[] {
  const anything = (need: Condition): Meaning => ({
    certain: NO_ADDRESSES,
    possible: [{ addresses: ALL_ADDRESSES, needs: [need] }],
  });
  const symbols = terms.flatMap((term) =>
    term.kind === 'unknown' && term.unknown.symbol !== undefined ? [term.unknown.symbol] : [],
  );
  const meanings: Meaning[] = groups.map((group) => meaningOfGroup(dictionary.network, group));
  const defaultRoutes: Part[] = [];
  if (terms.length === 0 && groups.length === 0) {
    meanings.push(anything({ missing: `the addresses of ${name}` }));
  }
  for (const term of terms) {
    switch (term.kind) {
      case 'any':
        return [{ needs: [] }];
      case 'range':
        meanings.push({ certain: addressSet([term.range]), possible: [] });
        break;
      case 'unknown':
        // It may turn out to be any word or range.
        meanings.push(anything({ missing: term.unknown.missing, at: term.at }));
        break;
      case 'service-tag': {
        const meaning = meaningOfTag(term, dictionary);
        meanings.push(meaning);
        if (meaning.byDefaultRoute) defaultRoutes.push(defaultRoutePart(term, dictionary));
        break;
      }
      default:
        assertNever(term);
    }
  }
  const certain = united(meanings.map((meaning) => meaning.certain));
  symbols.push(...meanings.flatMap((meaning) => meaning.symbols ?? []));
  return [
    ...part(certain, []),
    ...[...new Set(symbols)].map((symbol) => ({ symbol, needs: [] })),
    ...defaultRoutes.slice(0, 1).map((route) => ({
      ...route,
      // With the rest of the end, so that a set which lies in both together lies in one part.
      addresses: unionAddresses(certain, ALL_IPV4),
    })),
    ...partsOfPossible(
      meanings.flatMap(({ possible }) => possible),
      certain,
    ),
  ];
}

function defaultRoutePart(term: AddressTerm, { defaultRouteInTag }: Dictionary): Part {
  if (defaultRouteInTag === 'included') return { needs: [], isByDefaultRoute: true };
  const missing = 'whether the tag VirtualNetwork holds the default route of the subnet';
  return { needs: [{ missing, at: term.at }], isByDefaultRoute: true };
}

/** One part per set of conditions; what is certain anyway is left out. */
function partsOfPossible(possible: readonly PossibleAddresses[], certain: AddressSet): Part[] {
  const byNeeds = new Map<string, PossibleAddresses[]>();
  for (const entry of possible) {
    if (addressSetCovers(certain, entry.addresses)) continue;
    const key = entry.needs.map(({ missing }) => missing).join('\n');
    byNeeds.set(key, [...(byNeeds.get(key) ?? []), entry]);
  }
  return [...byNeeds.values()].flatMap((entries) =>
    part(united(entries.map(({ addresses }) => addresses)), entries[0]!.needs),
  );
}

/** The union. A set that is alone stays the very object, so that rules with one tag share its members. */
function united(sets: readonly AddressSet[]): AddressSet {
  const [first, ...others] = sets.filter((set) => !isEmptyAddressSet(set));
  if (first === undefined) return NO_ADDRESSES;
  return others.length === 0 ? first : unionAddresses(first, ...others);
}

function part(addresses: AddressSet, needs: readonly Condition[]): Part[] {
  if (isEmptyAddressSet(addresses)) return [];
  return [equalAddressSets(addresses, ALL_ADDRESSES) ? { needs } : { addresses, needs }];
}

/** A service tag: a word of the platform or of this network, or published members (AZN-32, AZN-34, AZN-35). */
function meaningOfTag(
  term: AddressTerm & { readonly kind: 'service-tag' },
  { network, words }: Dictionary,
): Meaning {
  switch (term.tag.toLowerCase()) {
    case 'virtualnetwork':
      return words.virtualNetwork;
    case 'internet':
      return words.internet;
    case 'azureloadbalancer':
    case 'azureplatformdns':
      return { certain: AZURE_HOST, possible: [] };
    case 'azureplatformimds':
      return { certain: INSTANCE_METADATA, possible: [] };
    default: {
      const { serviceTags } = network.perimeter.snapshot.datasets;
      const certain = membersOfTag(serviceTags, term.tag);
      if (certain !== undefined) return { certain, possible: [] };
      const needs = [{ missing: `members of service tag ${term.tag}`, at: term.at }];
      return { certain: NO_ADDRESSES, possible: [{ addresses: PUBLIC, needs }] };
    }
  }
}

const EVERY_PROTOCOL: readonly Protocol[] = ['tcp', 'udp', 'sctp', 'icmp', 'esp', 'ah', 'other'];
const WITH_PORTS: readonly Protocol[] = ['tcp', 'udp', 'sctp'];
const PORTS_IGNORED: readonly Protocol[] = ['icmp', 'esp', 'ah'];

/**
 * Protocols and ports of a rule. Ports are ignored for ICMP, ESP and AH (AZN-40); whether a rule for single ports holds a protocol
 * that has none and that Azure does not name is not said, so it may.
 */
function headersOf(rule: SecurityRule): readonly FlowBox[] {
  const needs = isUnknown(rule.protocol)
    ? [{ missing: rule.protocol.missing, at: rule.protocol.at }]
    : [];
  const named = isUnknown(rule.protocol) || rule.protocol === '*' ? undefined : [rule.protocol];
  const isPortless = isEveryPort(rule.sourcePorts) && isEveryPort(rule.destinationPorts);
  if (isPortless) return [{ ...(named === undefined ? {} : { protocols: named }), needs }];
  const among = (protocols: readonly Protocol[]) =>
    protocols.filter((protocol) => (named ?? EVERY_PROTOCOL).includes(protocol));
  const source = portsOf(rule.sourcePorts, 'sourcePorts', 'the source port of the flow');
  const destination = portsOf(
    rule.destinationPorts,
    'destinationPorts',
    'the destination port of the flow',
  );
  const ported = [...needs, ...source.needs, ...destination.needs];
  const perhaps = [...needs, ...source.unported, ...destination.unported];
  const isEmpty = source.isEmpty || destination.isEmpty;
  return [
    { protocols: among(PORTS_IGNORED), needs },
    ...(isEmpty
      ? []
      : [
          {
            protocols: among(WITH_PORTS),
            ...source.limit,
            ...destination.limit,
            needs: ported,
          },
          { protocols: among(['other']), needs: perhaps },
        ]),
  ];
}

/** A condition on a port: for protocols with ports, and what it leaves open for those without. */
function portsOf(
  ports: Uncertain<PortSet>,
  key: 'sourcePorts' | 'destinationPorts',
  which: string,
): {
  readonly limit: FlowBox;
  readonly needs: readonly Condition[];
  readonly unported: readonly Condition[];
  readonly isEmpty: boolean;
} {
  if (isUnknown(ports)) {
    const needs = [{ missing: ports.missing, at: ports.at }];
    return { limit: {}, needs, unported: needs, isEmpty: false };
  }
  if (isEveryPort(ports)) return { limit: {}, needs: [], unported: [], isEmpty: false };
  const unported = [{ missing: which }];
  return { limit: { [key]: ports }, needs: [], unported, isEmpty: ports.length === 0 };
}

function isEveryPort(ports: Uncertain<PortSet>): boolean {
  return !isUnknown(ports) && portSetCovers(ports, ALL_PORTS);
}

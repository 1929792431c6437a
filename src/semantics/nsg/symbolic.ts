import { placeless } from '../../diagnostics/index.ts';
import {
  type Condition,
  EVERY_FLOW,
  type FlowBox,
  type FlowRegion,
  type FlowRule,
  intersectRegions,
  needing,
} from '../../flows/index.ts';
import type { AddressTerm, NetworkSecurityGroup, SecurityRule } from '../../model/index.ts';
import { type AddressSet, ALL_PORTS, unionAddresses } from '../../net/index.ts';
import { type Network, PLATFORM_ADDRESSES } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Decider } from '../verdict.ts';
import { type Dictionary, regionOf } from './symbolic-region.ts';
import { AZURE_HOST, INSTANCE_METADATA, localWords, type Meaning } from './symbolic-tags.ts';

export type NsgRule = FlowRule<'allow' | 'deny', Decider>;

export interface NsgRulesOptions {
  /**
   * With a user route 0.0.0.0/0 on the subnet, `VirtualNetwork` was seen to become every address (AZN-33). `included`
   * (the default) follows that; `undecided` leaves it open.
   */
  readonly defaultRouteInTag?: 'included' | 'undecided';
  /**
   * The pods of a cluster whose traffic among nodes and pods is asked about: they have addresses of no network. What Azure appends lets
   * them pass; whether a written rule means them by `VirtualNetwork` nobody says (AKS-62).
   */
  readonly insideOverlay?: { readonly cluster: string; readonly pods: AddressSet };
}

/**
 * One network security group for the first packet of flows in one direction, as an ordered list. Complete: the last rule takes
 * every flow. Inbound the destination is the private address the platform translated to, or the front end with floating IP
 * (AZN-37); outbound the final destination, never the next hop (AZN-38). O(rules · terms + members of their tags).
 * @param subnetKey the subnet the group is attached to, or the interface with the group is in: tags depend on it
 * @see AZN-30 priority order, AZN-31 default rules, AZN-36 host services
 */
export function nsgRules(
  network: Network,
  nsg: NetworkSecurityGroup,
  direction: 'Inbound' | 'Outbound',
  subnetKey: string,
  options: NsgRulesOptions = {},
): readonly NsgRule[] {
  const dictionary: Dictionary = {
    network,
    words: localWords(network, subnetKey),
    defaultRouteInTag: options.defaultRouteInTag ?? 'included',
  };
  const { written, appended } = withPods(dictionary, options.insideOverlay);
  const entries = [
    ...nsg.rules.map((rule) => ({ rule, isDefault: false })),
    ...DEFAULT_RULES.map((rule) => ({ rule, isDefault: true })),
  ]
    .filter(({ rule }) => isUnknown(rule.direction) || rule.direction === direction)
    .sort((a, b) => orderOf(a.rule) - orderOf(b.rule))
    .map(({ rule, isDefault }) => ({
      rule,
      told: toldRule(nsg, rule, isDefault, isDefault ? appended : written),
    }));
  const rules = entries.flatMap(({ told }) => told);
  const all = direction === 'Inbound' ? rules : [...hostServiceRules(entries), ...rules];
  return ofDoubtfulGroup(nsg, all);
}

/**
 * The group attached to a subnet, whatever the attachment: none allows (AZN-42), one that is not in the input leaves every flow
 * open.
 */
export function subnetNsgRules(
  network: Network,
  subnetKey: string,
  direction: 'Inbound' | 'Outbound',
  options: NsgRulesOptions = {},
): readonly NsgRule[] {
  const subnet = network.subnets.get(subnetKey);
  if (subnet === undefined) {
    const by: Decider = { kind: 'platform', name: `subnet ${subnetKey}` };
    return open(by, { missing: `the subnet ${subnetKey}` });
  }
  const link = subnet.networkSecurityGroup;
  const name = `subnet ${subnet.subnet.name}`;
  const by: Decider = { kind: 'platform', name, fact: 'AZN-42' };
  switch (link.kind) {
    case 'found':
      return nsgRules(network, link.target, direction, subnetKey, options);
    case 'none': {
      const none = { ...by, name: `no network security group on ${name}` };
      return [{ region: [EVERY_FLOW], effect: 'allow', by: none }];
    }
    case 'dangling':
      return open(by, { missing: `the rules of ${link.id}`, at: link.at });
    default:
      return open(by, { missing: link.unknown.missing, at: link.unknown.at });
  }
}

/** What `VirtualNetwork` says of pods of an overlay: in the rules Azure appends they are in it, in written ones they may be. */
function withPods(
  dictionary: Dictionary,
  inside: NsgRulesOptions['insideOverlay'],
): { readonly written: Dictionary; readonly appended: Dictionary } {
  if (inside === undefined) return { written: dictionary, appended: dictionary };
  const { words } = dictionary;
  const { virtualNetwork } = words;
  const meaning = (more: Partial<Meaning>): Dictionary => ({
    ...dictionary,
    words: { ...words, virtualNetwork: { ...virtualNetwork, ...more } },
  });
  const needs = [{ missing: `whether the tag VirtualNetwork holds the pods of ${inside.cluster}` }];
  const pods = { addresses: inside.pods, needs };
  return {
    written: meaning({ possible: [...virtualNetwork.possible, pods] }),
    appended: meaning({ certain: unionAddresses(virtualNetwork.certain, inside.pods) }),
  };
}

/** Nobody knows for any flow. */
function open(by: Decider, need: Condition): readonly NsgRule[] {
  return either([EVERY_FLOW], need, by);
}

/** Allowed if what is missing turns out so, denied if not. */
function either(region: FlowRegion, need: Condition, by: Decider): readonly NsgRule[] {
  return [
    { region: needing(region, [need]), effect: 'allow', by },
    { region, effect: 'deny', by },
  ];
}

/**
 * One rule. What it holds only by the default route is told after the rest of it, by a decider that says so. A rule whose priority
 * or direction is not known stands first and may not be there.
 */
function toldRule(
  nsg: NetworkSecurityGroup,
  rule: SecurityRule,
  isDefault: boolean,
  dictionary: Dictionary,
): readonly NsgRule[] {
  const needs = [rule.priority, rule.direction].flatMap((value) =>
    isUnknown(value) ? [{ missing: value.missing, at: value.at }] : [],
  );
  const { boxes, byDefaultRoute } = regionOf(rule, dictionary, needs);
  const priority = isUnknown(rule.priority) ? '' : ` ${rule.priority}`;
  const by: Decider = {
    kind: isDefault ? 'default' : 'rule',
    name: `${nsg.name}: ${rule.name}${priority}`,
    fact: isDefault ? 'AZN-31' : 'AZN-30',
    ...(isDefault ? {} : { at: rule.at }),
  };
  return [
    ...withAccess(rule, boxes, by),
    ...withAccess(rule, byDefaultRoute, { ...by, fact: 'AZN-33' }),
  ];
}

function withAccess({ access }: SecurityRule, region: FlowRegion, by: Decider): readonly NsgRule[] {
  if (region.length === 0) return [];
  if (isUnknown(access)) return either(region, { missing: access.missing, at: access.at }, by);
  return [{ region, effect: access === 'Allow' ? 'allow' : 'deny', by }];
}

const DNS: FlowBox = {
  destinations: AZURE_HOST,
  protocols: ['tcp', 'udp', 'sctp'],
  destinationPorts: [53, 53],
};
const METADATA: FlowBox = { destinations: INSTANCE_METADATA };

/**
 * AZN-36: what an interface sends to the host passes, unless a rule names that service of the host by its platform tag. Probes,
 * which come from the host, are subject to rules.
 */
function hostServiceRules(
  entries: readonly { readonly rule: SecurityRule; readonly told: readonly NsgRule[] }[],
): readonly NsgRule[] {
  const naming = entries.flatMap(({ rule, told }) => {
    const names = (tag: string) =>
      rule.destinations.some(
        (term) => term.kind === 'service-tag' && term.tag.toLowerCase() === tag,
      );
    const services = [
      ...(names('azureplatformdns') ? [DNS] : []),
      ...(names('azureplatformimds') ? [METADATA] : []),
    ];
    return told.flatMap((entry) => {
      const region = intersectRegions(entry.region, services);
      return region.length === 0 ? [] : [{ ...entry, region }];
    });
  });
  const by = {
    kind: 'platform',
    name: 'host service, not subject to rules',
    fact: 'AZN-36',
  } as const;
  return [...naming, { region: [{ destinations: PLATFORM_ADDRESSES }], effect: 'allow', by }];
}

/**
 * A group that may not exist filters nothing if it does not. One that is only referred to has rules we do not see: each of
 * them may come before any we see and say the opposite.
 */
function ofDoubtfulGroup(nsg: NetworkSecurityGroup, rules: readonly NsgRule[]): readonly NsgRule[] {
  if (nsg.isReference === true) {
    const unseen = { missing: `the rules of network security group ${nsg.name}`, at: nsg.at };
    return rules.flatMap((rule): NsgRule[] => {
      const opposite = rule.effect === 'allow' ? 'deny' : 'allow';
      return [{ ...rule, region: needing(rule.region, [unseen]), effect: opposite }, rule];
    });
  }
  if (nsg.exists === undefined) return rules;
  const { missing, at } = nsg.exists;
  const name = `no network security group ${nsg.name}`;
  const by = { kind: 'platform', name, at: nsg.at, fact: 'AZN-42' } as const;
  return [{ region: [{ needs: [{ missing, at }] }], effect: 'allow', by }, ...rules];
}

/** Lower first (AZN-30). A rule of unknown priority may come before any other. */
function orderOf(rule: SecurityRule): number {
  return isUnknown(rule.priority) ? -1 : rule.priority;
}

const NOWHERE = placeless('default rules of every network security group');

/** The rules that Azure appends to every group (AZN-31). */
const DEFAULT_RULES: readonly SecurityRule[] = [
  defaultRule('Inbound', 65000, 'AllowVnetInBound', 'VirtualNetwork', 'VirtualNetwork'),
  defaultRule('Inbound', 65001, 'AllowAzureLoadBalancerInBound', 'AzureLoadBalancer', '*'),
  defaultRule('Inbound', 65500, 'DenyAllInBound', '*', '*'),
  defaultRule('Outbound', 65000, 'AllowVnetOutBound', 'VirtualNetwork', 'VirtualNetwork'),
  defaultRule('Outbound', 65001, 'AllowInternetOutBound', '*', 'Internet'),
  defaultRule('Outbound', 65500, 'DenyAllOutBound', '*', '*'),
];

function defaultRule(
  direction: 'Inbound' | 'Outbound',
  priority: number,
  name: string,
  from: string,
  to: string,
): SecurityRule {
  return {
    key: `default/${name.toLowerCase()}`,
    name,
    at: NOWHERE,
    direction,
    priority,
    access: name.startsWith('Allow') ? 'Allow' : 'Deny',
    protocol: '*',
    sourcePorts: ALL_PORTS,
    destinationPorts: ALL_PORTS,
    sources: [word(from)],
    destinations: [word(to)],
    sourceApplicationSecurityGroups: [],
    destinationApplicationSecurityGroups: [],
  };
}

function word(text: string): AddressTerm {
  if (text === '*') return { kind: 'any', text, at: NOWHERE };
  return { kind: 'service-tag', tag: text, text, at: NOWHERE };
}

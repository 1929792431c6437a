import type { Gap } from '../../diagnostics/index.ts';
import type {
  AddressTerm,
  NetworkSecurityGroup,
  Reference,
  SecurityRule,
} from '../../model/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  addressesOfPrefixes,
  addressSet,
  NO_ADDRESSES,
  type PortSet,
  parsePrefix,
  unionAddresses,
} from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { membersOfTag, PUBLIC, type SubnetTags } from './security-tags.ts';

/** A rule of a network security group as the kernel can judge it. Rules are in the order in which they are tried. */
export interface ReadyRule {
  readonly name: string;
  readonly access: 'Allow' | 'Deny';
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'esp' | 'ah' | '*';
  readonly sources: AddressSet;
  readonly destinations: AddressSet;
  readonly sourcePorts: PortSet;
  readonly destinationPorts: PortSet;
  /** Names a platform service, so that it acts on flows to the platform too (AZN-36). */
  readonly namesPlatform: boolean;
}

export interface ReadyRules {
  readonly rules: readonly ReadyRule[];
  readonly gaps: readonly Gap[];
}

const EVERY_PORT: PortSet = [0, 65535];
const LOAD_BALANCER = addressesOfPrefixes([parsePrefix('168.63.129.16')!]);

/**
 * The rules of one direction in their order, the platform's own at the end (AZN-31). What nobody can resolve fails closed and is told: an
 * allow then matches nothing, a deny everything that it may mean: of a service tag all public addresses, else every one.
 * @param members addresses of the members of an application security group
 */
export function readyRules(
  group: NetworkSecurityGroup,
  direction: 'Inbound' | 'Outbound',
  tags: SubnetTags,
  network: Network,
  members: (groupKey: string) => AddressSet,
): ReadyRules {
  const gaps: Gap[] = [];
  const own = group.rules
    .filter((rule) => isUnknown(rule.direction) || rule.direction === direction)
    .map((rule, index) => ({ rule, index, priority: isUnknown(rule.priority) ? 0 : rule.priority }))
    .sort((a, b) => a.priority - b.priority || a.index - b.index);
  const rules = own.flatMap(({ rule }) => {
    const ready = readyRule(rule, tags, network, members);
    if (!ready.isWhole) {
      gaps.push({
        what: `rule ${group.name}/${rule.name}`,
        why: 'part of it is not known: in the lab it allows less than in Azure',
        at: rule.at,
      });
    }
    return ready.rule === undefined ? [] : [ready.rule];
  });
  return { rules: [...rules, ...defaultRules(direction, tags)], gaps };
}

function defaultRules(direction: 'Inbound' | 'Outbound', tags: SubnetTags): readonly ReadyRule[] {
  const base = {
    protocol: '*',
    sourcePorts: EVERY_PORT,
    destinationPorts: EVERY_PORT,
    sources: ALL_IPV4,
    destinations: ALL_IPV4,
    namesPlatform: false,
  } as const;
  const vnet = { sources: tags.virtualNetwork, destinations: tags.virtualNetwork };
  return direction === 'Inbound'
    ? [
        { ...base, ...vnet, name: 'AllowVnetInBound', access: 'Allow' },
        { ...base, name: 'AllowAzureLoadBalancerInBound', access: 'Allow', sources: LOAD_BALANCER },
        { ...base, name: 'DenyAllInBound', access: 'Deny' },
      ]
    : [
        { ...base, ...vnet, name: 'AllowVnetOutBound', access: 'Allow' },
        { ...base, name: 'AllowInternetOutBound', access: 'Allow', destinations: tags.internet },
        { ...base, name: 'DenyAllOutBound', access: 'Deny' },
      ];
}

function readyRule(
  rule: SecurityRule,
  tags: SubnetTags,
  network: Network,
  members: (groupKey: string) => AddressSet,
): { readonly rule?: ReadyRule; readonly isWhole: boolean } {
  const access = isUnknown(rule.access) ? 'Deny' : rule.access;
  const read = (terms: readonly AddressTerm[], groups: readonly Reference[]) =>
    endOf(terms, groups, access, tags, network, members);
  const from = read(rule.sources, rule.sourceApplicationSecurityGroups);
  const to = read(rule.destinations, rule.destinationApplicationSecurityGroups);
  const ports = (set: SecurityRule['sourcePorts']): PortSet =>
    isUnknown(set) ? (access === 'Deny' ? EVERY_PORT : []) : set;
  const protocol = isUnknown(rule.protocol) ? '*' : rule.protocol;
  const isWhole =
    from.isWhole &&
    to.isWhole &&
    ![rule.access, rule.direction, rule.priority, rule.protocol].some(isUnknown) &&
    !isUnknown(rule.sourcePorts) &&
    !isUnknown(rule.destinationPorts);
  if (isUnknown(rule.protocol) && access === 'Allow') return { isWhole };
  return {
    isWhole,
    rule: {
      name: rule.name,
      access,
      protocol,
      sources: from.addresses,
      destinations: to.addresses,
      sourcePorts: ports(rule.sourcePorts),
      destinationPorts: ports(rule.destinationPorts),
      namesPlatform: [...rule.sources, ...rule.destinations].some(
        (term) => term.kind === 'service-tag' && /^azureplatform/i.test(term.tag),
      ),
    },
  };
}

function endOf(
  terms: readonly AddressTerm[],
  groups: readonly Reference[],
  access: 'Allow' | 'Deny',
  tags: SubnetTags,
  network: Network,
  members: (groupKey: string) => AddressSet,
): { readonly addresses: AddressSet; readonly isWhole: boolean } {
  const sets: AddressSet[] = [];
  /** What the rest may mean. */
  const possible: AddressSet[] = [];
  for (const term of terms) {
    const set =
      term.kind === 'any'
        ? ALL_IPV4
        : term.kind === 'range'
          ? addressSet([term.range])
          : term.kind === 'service-tag'
            ? membersOfTag(term.tag, tags, network)
            : undefined;
    if (set !== undefined) sets.push(set);
    else possible.push(term.kind === 'service-tag' ? PUBLIC : ALL_IPV4);
  }
  for (const group of groups) {
    if (isUnknown(group)) possible.push(ALL_IPV4);
    else sets.push(members(group.key));
  }
  const isWhole = possible.length === 0;
  if (access === 'Deny') sets.push(...possible);
  return { addresses: sets.length === 0 ? NO_ADDRESSES : unionAddresses(...sets), isWhole };
}

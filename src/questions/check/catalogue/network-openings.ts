import type { AddressTerm, NetworkSecurityGroup, SecurityRule } from '../../../model/index.ts';
import {
  type AddressSet,
  addressSet,
  addressSetCovers,
  addressSetHas,
  addressSetsOverlap,
  formatAddressSet,
  type IpRange,
  isEmptyAddressSet,
  parseIpRange,
  portSetHas,
  subtractAddresses,
} from '../../../net/index.ts';
import {
  type FirewallPlacement,
  type KnownAddress,
  PUBLIC_IPV4,
  type SubnetPlacement,
} from '../../../network/index.ts';
import { virtualNetworkTag } from '../../../semantics/nsg/concrete.ts';
import { coveredRules } from '../../../semantics/nsg/covered-rules.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, holdsProven, type Judgement } from '../judge.ts';
import { type NsgShare, nsgShare, piecesOf } from '../proof/nsg-share.ts';
import { undecided } from './firewall-settings.ts';
import { nodeSubnets, type RuleSubject, securityRulesOf } from './network-subjects.ts';

const managementPorts = eachSubject<RuleSubject>({
  id: 'nsg/management-open-to-internet',
  severity: 'error',
  title: 'SSH and RDP are not open to the internet.',
  explanation:
    'Nodes are reached through Bastion, a jump box or `kubectl debug`. An open 22 or 3389 is found by scanners within minutes.',
  fix: 'limit the source to the Bastion subnet or an administrator’s address',
  facts: ['AZN-30'],
  covers: ['P3'],
  subjects: securityRulesOf,
  none: 'no security rule',
  key: ({ rule }) => rule.key,
  judge: ({ nsg, rule }) => {
    const { direction, access, protocol, destinationPorts: ports } = rule;
    if (direction === 'Outbound' || access === 'Deny') return HOLDS;
    if (!isUnknown(protocol) && protocol !== 'tcp' && protocol !== '*') return HOLDS;
    const open = isUnknown(ports) ? [] : [22, 3389].filter((port) => portSetHas(ports, port));
    if (!isUnknown(ports) && open.length === 0) return HOLDS;
    const world = rule.sources.find(isWorld);
    const perhaps = rule.sources.find((term) => term.kind === 'unknown');
    if ((world === undefined && perhaps === undefined) || neverDecides(nsg, rule)) return HOLDS;
    if (isUnknown(ports))
      return undecided(`The ports of ${nsg.name}/${rule.name} are not known.`, ports);
    const doubt = [direction, access, protocol].find(isUnknown);
    if (doubt !== undefined)
      return undecided(`What ${nsg.name}/${rule.name} does is not known.`, doubt);
    if (world === undefined)
      return perhaps?.kind === 'unknown'
        ? undecided(`The sources of ${nsg.name}/${rule.name} are not known.`, perhaps.unknown)
        : HOLDS;
    return {
      kind: 'fails',
      message: `Rule ${rule.name} of ${nsg.name} opens port ${open.join(' and ')} to the internet.`,
      places: [{ at: world.at, what: `source ${world.text}` }],
      evidence: [`${world.text} → ${open.join(', ')}`],
    };
  },
});

const nodeSubnetOpen = eachSubject<SubnetPlacement>({
  id: 'nsg/node-subnet-open-to-internet',
  severity: 'warning',
  title: 'Node subnets admit published front ends, not the internet.',
  explanation:
    'Behind a firewall the sources of published services are AzureFirewallSubnet or the gateway subnet. A rule that admits `Internet`, `*` or a public range to the node subnet is open to whoever finds another way in.',
  fix: 'name AzureFirewallSubnet or the gateway subnet as the source, and the front end as the destination',
  facts: ['AZN-37', 'AFW-E07'],
  covers: ['P3', 'FW-7'],
  subjects: (context) =>
    nodeSubnets(context).filter(({ networkSecurityGroup }) => networkSecurityGroup.kind !== 'none'),
  none: 'no node subnet has a security group',
  key: ({ subnet }) => subnet.key,
  judge: (subnet, context) => {
    const link = subnet.networkSecurityGroup;
    if (link.kind !== 'found' || link.target.isReference === true)
      return {
        kind: 'undecided',
        message: `Whether ${subnet.subnet.name} is open to the internet is not known.`,
        missing: `the security group of ${subnet.subnet.name}`,
        at: subnet.subnet.at,
      };
    const nsg = link.target;
    const { network } = context;
    const outside = outsideOf(context, subnet);
    const box = { sources: outside, destinations: subnet.addresses };
    const share = isEmptyAddressSet(subnet.addresses)
      ? undefined
      : nsgShare(network, subnet.subnet.key, 'Inbound', box);
    return nsg.rules.map((rule) => judgeAdmission(subnet, nsg, rule, outside, share));
  },
});

const clientRangesBehindDnat = eachSubject({
  id: 'ingress/client-address-lost',
  severity: 'error',
  title: 'Filters behind a DNAT rule admit the firewall, not the client.',
  explanation:
    'DNAT replaces the client’s address by one of AzureFirewallSubnet. A `loadBalancerSourceRanges` list of client prefixes then blocks everybody.',
  fix: 'list the AzureFirewallSubnet prefix, and filter clients in the DNAT rule',
  facts: ['AFW-E07', 'AKS-72'],
  covers: ['FW-7'],
  subjects: (context: CheckContext) =>
    context.network.clusters
      .flatMap((cluster) => cluster.loadBalancerServices)
      .filter(
        (frontend) =>
          frontend.isInternal &&
          frontend.service.loadBalancerSourceRanges.length > 0 &&
          context.network.firewalls.size > 0,
      ),
  none: 'no internal load balancer limits its clients beside a firewall',
  key: ({ service }) => `${service.namespace}/Service/${service.name}`,
  judge: ({ service, address }, context) => {
    const firewalls = [...context.network.firewalls.values()];
    const inside = firewalls.flatMap((one) =>
      one.subnet.kind === 'found' ? [one.subnet.target.addresses] : [],
    );
    if (inside.length === 0)
      return {
        kind: 'undecided',
        message: `Whether ${service.name} admits the firewall is not known.`,
        missing: 'AzureFirewallSubnet of the firewall',
        at: service.at,
      };
    const texts = service.loadBalancerSourceRanges;
    const ranges = addressSet(texts.flatMap(rangeOf));
    if (inside.some((set) => addressSetCovers(ranges, set))) return HOLDS;
    // Clients inside come straight, unless the list names a part of the firewall.
    const namesFirewall = inside.some((set) => addressSetsOverlap(set, ranges));
    const isReadable = texts.every((text) => rangeOf(text).length > 0);
    if (isReadable && !namesFirewall && !addressSetsOverlap(ranges, PUBLIC_IPV4)) return HOLDS;
    const translated = isTranslatedTo(firewalls, address);
    if (translated === 'no') return HOLDS;
    const at = service.at;
    if (translated === 'maybe' || !isReadable)
      return {
        kind: 'undecided',
        message: `Whether ${service.name} admits what is translated to it is not known.`,
        missing: isReadable
          ? `the DNAT rules that lead to ${service.name}`
          : `ranges that can be read`,
        at,
      };
    return {
      kind: 'fails',
      message: namesFirewall
        ? `${service.namespace}/${service.name} admits a part of AzureFirewallSubnet only: a DNAT flow may come from any instance.`
        : `${service.namespace}/${service.name} admits only client addresses, which a DNAT rule replaces by the firewall’s.`,
      places: [{ at, what: `loadBalancerSourceRanges ${texts.join(', ')}` }],
      evidence: [`${inside.map(formatAddressSet).join(', ')} is not in the list`],
    };
  },
});

export const NETWORK_OPENING_CHECKS: readonly Check[] = [
  managementPorts,
  nodeSubnetOpen,
  clientRangesBehindDnat,
];

function outsideOf({ network }: CheckContext, { subnet }: SubnetPlacement): AddressSet {
  return subtractAddresses(PUBLIC_IPV4, virtualNetworkTag(network, subnet.key).withoutDefaultRoute);
}

function judgeAdmission(
  subnet: SubnetPlacement,
  nsg: NetworkSecurityGroup,
  rule: SecurityRule,
  outside: AddressSet,
  share: NsgShare | undefined,
): Judgement {
  if (rule.direction === 'Outbound' || rule.access === 'Deny') return HOLDS;
  const world = rule.sources.find(
    (term) =>
      isWorld(term) ||
      (term.kind === 'range' && addressSetsOverlap(addressSet([term.range]), outside)),
  );
  const perhaps = rule.sources.find((term) => term.kind === 'unknown');
  if ((world === undefined && perhaps === undefined) || neverDecides(nsg, rule)) return HOLDS;
  // Rules before it may leave it none of the flows from outside, and some of others.
  if (share !== undefined && !share.deciders.has(rule.at)) return holdsProven([]);
  const doubt = [rule.access, rule.direction].find(isUnknown);
  if (doubt !== undefined)
    return undecided(`What ${nsg.name}/${rule.name} does is not known.`, doubt);
  if (world === undefined)
    return perhaps?.kind === 'unknown'
      ? undecided(`The sources of ${nsg.name}/${rule.name} are not known.`, perhaps.unknown)
      : HOLDS;
  return {
    kind: 'fails',
    message: `Rule ${rule.name} of ${nsg.name} admits ${world.text} to node subnet ${subnet.subnet.name}.`,
    places: [{ at: world.at, what: `source ${world.text}` }],
    evidence: admitted(share, rule, world.text, subnet),
  };
}

/** Exactly what the rule lets in from outside, where that is certain. */
function admitted(
  share: NsgShare | undefined,
  rule: SecurityRule,
  source: string,
  { subnet }: SubnetPlacement,
) {
  const own = share?.allowed.by.find(({ by }) => by.at === rule.at);
  if (share === undefined || own === undefined) return [`source ${source}`];
  const flows = `everything from outside the network to ${subnet.name}`;
  const pieces = piecesOf(share.sets, own.flows, PIECES);
  return { lines: [`source ${source}`, ...pieces], proof: { flows, on: [] } };
}

/** How many pieces of an opening a finding tells. */
const PIECES = 3;

/** Memory, not state: a group is immutable, and asking rule by rule would compare all with all each time. */
const coveredOf = new WeakMap<NetworkSecurityGroup, ReadonlySet<SecurityRule>>();

/** Do earlier rules take all its flows? What those admit is judged on their own account. */
function neverDecides(nsg: NetworkSecurityGroup, rule: SecurityRule): boolean {
  let covered = coveredOf.get(nsg);
  if (covered === undefined) {
    covered = new Set(coveredRules(nsg).map((one) => one.rule));
    coveredOf.set(nsg, covered);
  }
  return covered.has(rule);
}

/** Does a DNAT rule of these firewalls lead to the address? */
function isTranslatedTo(
  firewalls: readonly FirewallPlacement[],
  address: KnownAddress,
): 'yes' | 'maybe' | 'no' {
  let answer: 'maybe' | 'no' = 'no';
  for (const { firewall, policies, missingPolicy } of firewalls) {
    if (missingPolicy !== undefined || firewall.isReference === true) answer = 'maybe';
    const collections = [
      ...firewall.collections,
      ...policies.flatMap((policy) => policy.groups.flatMap((group) => group.collections)),
    ];
    for (const collection of collections) {
      if (collection.kind !== 'dnat') continue;
      for (const { translatedAddress: target, translatedFqdn } of collection.rules) {
        if (target === undefined || isUnknown(target)) {
          const symbol = target?.symbol;
          if (symbol !== undefined && symbol === address.symbol) return 'yes';
          if (target !== undefined || translatedFqdn !== undefined) answer = 'maybe';
        } else if (addressSetHas(address.addresses, target)) {
          if (address.isExact) return 'yes';
          answer = 'maybe';
        }
      }
    }
  }
  return answer;
}

function isWorld(term: AddressTerm): boolean {
  if (term.kind === 'any') return true;
  if (term.kind === 'service-tag') return term.tag.toLowerCase() === 'internet';
  if (term.kind !== 'range') return false;
  const { range } = term;
  return range.family === 4
    ? range.low === 0 && range.high === 0xffff_ffff
    : range.low === 0n && range.high === (1n << 128n) - 1n;
}

function rangeOf(text: string): readonly IpRange[] {
  const range = parseIpRange(text);
  return range === undefined ? [] : [range];
}

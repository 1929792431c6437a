import type { AddressTerm, NetworkSecurityGroup, SecurityRule } from '../../../model/index.ts';
import {
  addressSet,
  addressSetsOverlap,
  type IpRange,
  parseIpRange,
  portSetHas,
} from '../../../net/index.ts';
import { PUBLIC_IPV4, type SubnetPlacement } from '../../../network/index.ts';
import { virtualNetworkTag } from '../../../semantics/nsg/concrete.ts';
import { coveredRules } from '../../../semantics/nsg/covered-rules.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS } from '../judge.ts';
import { undecided } from './firewall-settings.ts';
import { nodeSubnets, subnetsOf } from './network-subjects.ts';

interface RuleSubject {
  readonly nsg: NetworkSecurityGroup;
  readonly rule: SecurityRule;
}

const unreachableRule = eachSubject<NetworkSecurityGroup>({
  id: 'nsg/rule-never-reached',
  severity: 'warning',
  title: 'Every security rule can be reached.',
  explanation:
    'A rule behind others that already match everything it would match decides nothing. When the earlier ones have the other action, somebody believes in a protection (or an opening) that is not there.',
  fix: 'delete the rule, or move it before the ones that cover it',
  facts: ['AZN-30'],
  covers: ['NET-14'],
  subjects: groupsOf,
  none: 'no network security group',
  key: ({ key }) => key,
  judge: (nsg) => {
    const unknown = nsg.rules.find((rule) => isUnknown(rule.priority) || isUnknown(rule.access));
    const covered = coveredRules(nsg);
    if (covered.length === 0) {
      return unknown === undefined
        ? HOLDS
        : {
            kind: 'undecided',
            message: `The order of the rules of ${nsg.name} is not known.`,
            missing: `priority and action of rule ${unknown.name}`,
            at: unknown.at,
          };
    }
    return covered.map(({ rule, by }) => {
      const opposite = by.some((other) => other.access !== rule.access);
      return {
        kind: 'fails' as const,
        message: `Rule ${rule.name} of ${nsg.name} never decides: ${by.map((other) => other.name).join(', ')} ${by.length === 1 ? 'covers' : 'cover'} it${opposite ? ' with the opposite action' : ''}.`,
        places: [
          { at: rule.at, what: `rule ${rule.name} ${String(rule.priority)}` },
          ...by.slice(0, 2).map((other) => ({
            at: other.at,
            what: `rule ${other.name} ${String(other.priority)}`,
          })),
        ],
        evidence: by.map(
          (other) => `${other.name} ${String(other.priority)} ${String(other.access)}`,
        ),
      };
    });
  },
});

const loadBalancerTag = eachSubject<RuleSubject>({
  id: 'nsg/load-balancer-tag-misread',
  severity: 'warning',
  title: 'The tag AzureLoadBalancer is used for probes only.',
  explanation:
    'AzureLoadBalancer is the probe address 168.63.129.16, not the clients behind a load balancer. A rule that allows it on web ports admits no client; a deny before 65001 that leaves it out makes every backend unhealthy.',
  fix: 'name the client prefixes (or AzureFirewallSubnet, or the gateway subnet) as the source; keep probes allowed before a deny-all',
  facts: ['AZN-34'],
  covers: ['NET-15', 'P3'],
  subjects: rulesOf,
  none: 'no security rule',
  key: ({ rule }) => rule.key,
  judge: ({ nsg, rule }) => {
    if (rule.direction !== 'Inbound') return HOLDS;
    const unknown = rule.sources.find((term) => term.kind === 'unknown');
    if (unknown?.kind === 'unknown')
      return undecided(`The sources of ${nsg.name}/${rule.name} are not known.`, unknown.unknown);
    const tagged = rule.sources.find(isLoadBalancerTag);
    const ports = rule.destinationPorts;
    const namesPorts =
      !isUnknown(ports) &&
      !portSetHas(ports, 1) &&
      [80, 443, 8080].some((port) => portSetHas(ports, port));
    if (tagged !== undefined && rule.access === 'Allow' && namesPorts) {
      return {
        kind: 'fails',
        message: `Rule ${rule.name} of ${nsg.name} looks as if it admitted clients; it admits health probes only.`,
        places: [{ at: tagged.at, what: 'source AzureLoadBalancer' }],
        evidence: ['AzureLoadBalancer is 168.63.129.16'],
      };
    }
    const deniesAll =
      rule.access === 'Deny' &&
      rule.sources.some((term) => term.kind === 'any') &&
      rule.protocol === '*' &&
      !isUnknown(ports) &&
      portSetHas(ports, 1) &&
      portSetHas(ports, 65535);
    if (!deniesAll || isUnknown(rule.priority)) return HOLDS;
    const priority = rule.priority;
    const probes = nsg.rules.some(
      (other) =>
        other.direction === 'Inbound' &&
        other.access === 'Allow' &&
        !isUnknown(other.priority) &&
        other.priority < priority &&
        other.sources.some((term) => term.kind === 'any' || isLoadBalancerTag(term)),
    );
    return probes
      ? HOLDS
      : {
          kind: 'fails',
          message: `Rule ${rule.name} of ${nsg.name} also drops health probes: every load-balanced backend becomes unhealthy.`,
          places: [{ at: rule.at, what: `rule ${rule.name} ${String(priority)}` }],
          evidence: ['no allow for AzureLoadBalancer before it'],
        };
  },
});

const tagIsEverything = eachSubject<SubnetPlacement>({
  id: 'nsg/virtual-network-tag-is-everything',
  severity: 'warning',
  title: 'The tag VirtualNetwork means the virtual network.',
  explanation:
    'A user route 0.0.0.0/0 on the subnet becomes part of the tag VirtualNetwork: default rule 65000 then admits every address in and out, and the final deny is never reached.',
  fix: 'write explicit allows and a deny-all before 65000',
  facts: ['AZN-33', 'AZN-32'],
  covers: ['NET-16', 'P3'],
  subjects: (context) =>
    subnetsOf(context).filter((subnet) => subnet.networkSecurityGroup.kind !== 'none'),
  none: 'no subnet has a network security group',
  key: ({ subnet }) => subnet.key,
  judge: (subnet, context) => {
    const link = subnet.networkSecurityGroup;
    if (link.kind !== 'found')
      return {
        kind: 'undecided',
        message: `The security group of ${subnet.subnet.name} is not in the input.`,
        missing:
          link.kind === 'dangling'
            ? `network security group \`${link.id}\``
            : `the security group of ${subnet.subnet.name}`,
        at: subnet.subnet.at,
      };
    const tag = virtualNetworkTag(context.network, subnet.subnet.key);
    if (!tag.includesDefaultRoute) return HOLDS;
    const denies = link.target.rules.some(
      (rule) =>
        rule.direction === 'Inbound' &&
        rule.access === 'Deny' &&
        rule.protocol === '*' &&
        rule.sources.some(
          (term) =>
            term.kind === 'any' ||
            (term.kind === 'service-tag' && /^(internet|virtualnetwork)$/i.test(term.tag)),
        ),
    );
    return denies
      ? HOLDS
      : {
          kind: 'fails',
          message: `${link.target.name} on ${subnet.subnet.name} admits every address that gets there: its default route is part of VirtualNetwork.`,
          places: [
            { at: link.target.at, what: link.target.name },
            ...(tag.defaultRouteAt === undefined
              ? []
              : [{ at: tag.defaultRouteAt, what: 'route 0.0.0.0/0' }]),
          ],
          evidence: ['AllowVnetInBound 65000 matches everything'],
        };
  },
});

const managementPorts = eachSubject<RuleSubject>({
  id: 'nsg/management-open-to-internet',
  severity: 'error',
  title: 'SSH and RDP are not open to the internet.',
  explanation:
    'Nodes are reached through Bastion, a jump box or `kubectl debug`. An open 22 or 3389 is found by scanners within minutes.',
  fix: 'limit the source to the Bastion subnet or an administrator’s address',
  facts: ['AZN-30'],
  covers: ['P3'],
  subjects: rulesOf,
  none: 'no security rule',
  key: ({ rule }) => rule.key,
  judge: ({ nsg, rule }) => {
    if (rule.direction !== 'Inbound' || rule.access !== 'Allow') return HOLDS;
    if (isUnknown(rule.destinationPorts))
      return undecided(
        `The ports of ${nsg.name}/${rule.name} are not known.`,
        rule.destinationPorts,
      );
    const ports = rule.destinationPorts;
    const open = [22, 3389].filter((port) => portSetHas(ports, port));
    if (open.length === 0 || rule.protocol === 'udp' || rule.protocol === 'icmp') return HOLDS;
    const world = rule.sources.find(isWorld);
    if (world === undefined) return HOLDS;
    return {
      kind: 'fails',
      message: `Rule ${rule.name} of ${nsg.name} opens port ${open.join(' and ')} to the internet.`,
      places: [{ at: world.at, what: `source ${world.text}` }],
      evidence: [`${world.text} → ${open.join(', ')}`],
    };
  },
});

const nodeSubnetOpen = eachSubject<{
  subnet: SubnetPlacement;
  rule: SecurityRule;
  nsg: NetworkSecurityGroup;
}>({
  id: 'nsg/node-subnet-open-to-internet',
  severity: 'warning',
  title: 'Node subnets admit published front ends, not the internet.',
  explanation:
    'Behind a firewall the sources of published services are AzureFirewallSubnet or the gateway subnet. A rule that admits `Internet` or `*` to the node subnet is open to whoever finds another way in.',
  fix: 'name AzureFirewallSubnet or the gateway subnet as the source, and the front end as the destination',
  facts: ['AZN-37', 'AFW-E07'],
  covers: ['P3', 'FW-7'],
  subjects: (context) =>
    nodeSubnets(context).flatMap((subnet) => {
      const link = subnet.networkSecurityGroup;
      return link.kind === 'found'
        ? link.target.rules
            .filter((rule) => rule.direction === 'Inbound' && rule.access !== 'Deny')
            .map((rule) => ({ subnet, rule, nsg: link.target }))
        : [];
    }),
  none: 'no node subnet has a security group with inbound rules',
  key: ({ subnet, rule }) => `${subnet.subnet.key} ${rule.key}`,
  judge: ({ subnet, rule, nsg }) => {
    if (isUnknown(rule.access))
      return undecided(`What ${nsg.name}/${rule.name} does is not known.`, rule.access);
    const world = rule.sources.find(isWorld);
    if (world === undefined) return HOLDS;
    return {
      kind: 'fails',
      message: `Rule ${rule.name} of ${nsg.name} admits ${world.text} to node subnet ${subnet.subnet.name}.`,
      places: [{ at: world.at, what: `source ${world.text}` }],
      evidence: [`source ${world.text}`],
    };
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
  judge: ({ service }, context) => {
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
    const ranges = addressSet(service.loadBalancerSourceRanges.flatMap((text) => rangeOf(text)));
    if (
      inside.some((set) => addressSetsOverlap(set, ranges)) ||
      !addressSetsOverlap(ranges, PUBLIC_IPV4)
    )
      return HOLDS;
    return {
      kind: 'fails',
      message: `${service.namespace}/${service.name} admits only client addresses, which a DNAT rule replaces by the firewall’s.`,
      places: [
        {
          at: service.at,
          what: `loadBalancerSourceRanges ${service.loadBalancerSourceRanges.join(', ')}`,
        },
      ],
      evidence: ['AzureFirewallSubnet is not in the list'],
    };
  },
});

export const NETWORK_SECURITY_GROUP_CHECKS: readonly Check[] = [
  unreachableRule,
  loadBalancerTag,
  tagIsEverything,
  managementPorts,
  nodeSubnetOpen,
  clientRangesBehindDnat,
];

function groupsOf(context: CheckContext): readonly NetworkSecurityGroup[] {
  return [...context.perimeter.networkSecurityGroups.values()].filter(
    (nsg) => nsg.isReference !== true,
  );
}

function rulesOf(context: CheckContext): readonly RuleSubject[] {
  return groupsOf(context).flatMap((nsg) => nsg.rules.map((rule) => ({ nsg, rule })));
}

function isLoadBalancerTag(term: AddressTerm): boolean {
  return term.kind === 'service-tag' && term.tag.toLowerCase() === 'azureloadbalancer';
}

function isWorld(term: AddressTerm): boolean {
  if (term.kind === 'any') return true;
  if (term.kind === 'service-tag') return term.tag.toLowerCase() === 'internet';
  return (
    term.kind === 'range' &&
    term.range.family === 4 &&
    term.range.low === 0 &&
    term.range.high === 0xffff_ffff
  );
}

function rangeOf(text: string): readonly IpRange[] {
  const range = parseIpRange(text);
  return range === undefined ? [] : [range];
}

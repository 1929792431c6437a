import type { AddressTerm, NetworkSecurityGroup, SecurityRule } from '../../../model/index.ts';
import {
  ALL_IPV4,
  ALL_PORTS,
  addressSet,
  addressSetCovers,
  addressSetsOverlap,
  portSetCovers,
  portSetHas,
} from '../../../net/index.ts';
import type { SubnetPlacement } from '../../../network/index.ts';
import { virtualNetworkTag } from '../../../semantics/nsg/concrete.ts';
import { coveredRules } from '../../../semantics/nsg/covered-rules.ts';
import { HOST_ADDRESS } from '../../../semantics/nsg/local-tags.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, holdsProven, type Judgement } from '../judge.ts';
import { neverHit } from '../proof/nsg-never-hit.ts';
import { undecided } from './firewall-settings.ts';
import {
  type RuleSubject,
  securityGroupsOf,
  securityRulesOf,
  subnetsOf,
} from './network-subjects.ts';

const unreachableRule = eachSubject<NetworkSecurityGroup>({
  id: 'nsg/rule-never-reached',
  severity: 'warning',
  title: 'Every security rule can be reached.',
  explanation:
    'A rule behind others that already match everything it would match decides nothing. When the earlier ones have the other action, somebody believes in a protection (or an opening) that is not there.',
  fix: 'delete the rule, or move it before the ones that cover it',
  facts: ['AZN-30'],
  covers: ['NET-14'],
  subjects: securityGroupsOf,
  none: 'no network security group',
  key: ({ key }) => key,
  judge: (nsg, { network }) => {
    const proven = neverHit(network, nsg);
    const covered = proven ?? coveredRules(nsg);
    if (covered.length === 0) {
      const unplaced = nsg.rules.find(
        (rule) => isUnknown(rule.priority) || isUnknown(rule.access) || isUnknown(rule.direction),
      );
      if (unplaced !== undefined)
        return {
          kind: 'undecided',
          message: `The order of the rules of ${nsg.name} is not known.`,
          missing: `priority and action of rule ${unplaced.name}`,
          at: unplaced.at,
        };
      const perhaps = coveredRules(widest(nsg))[0];
      return perhaps === undefined
        ? proven === undefined
          ? HOLDS
          : holdsProven([])
        : {
            kind: 'undecided',
            message: `Whether rule ${perhaps.rule.name} of ${nsg.name} ever decides is not known.`,
            missing: `everything that ${perhaps.by.map((other) => other.name).join(', ')} matches`,
            at: perhaps.rule.at,
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
        evidence: coverEvidence(rule, by, proven !== undefined),
        // Somebody believes in a rule that the others contradict: which of them goes is theirs to say.
        ...(opposite ? {} : { changes: [{ at: rule.at, path: [] }] }),
      };
    });
  },
});

function coverEvidence(rule: SecurityRule, by: readonly SecurityRule[], isProven: boolean) {
  const lines = by.map(
    (other) => `${other.name} ${String(other.priority)} ${String(other.access)}`,
  );
  const flows = `every flow that ${rule.name} matches, wherever the group is attached`;
  return isProven ? { lines, proof: { flows, on: [] } } : lines;
}

const loadBalancerTag = eachSubject<RuleSubject>({
  id: 'nsg/load-balancer-tag-misread',
  severity: 'warning',
  title: 'The tag AzureLoadBalancer is used for probes only.',
  explanation:
    'AzureLoadBalancer is the probe address 168.63.129.16, not the clients behind a load balancer. A rule that allows it on web ports admits no client; a deny before 65001 that leaves it out makes every backend unhealthy.',
  fix: 'name the client prefixes (or AzureFirewallSubnet, or the gateway subnet) as the source; keep probes allowed before a deny-all',
  facts: ['AZN-34'],
  covers: ['NET-15', 'P3'],
  subjects: securityRulesOf,
  none: 'no security rule',
  key: ({ rule }) => rule.key,
  judge: ({ nsg, rule }, context) => [
    judgeClientRule(context, nsg, rule),
    judgeDenyOfProbes(nsg, rule),
  ],
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
    if (link.kind !== 'found' || link.target.isReference === true)
      return {
        kind: 'undecided',
        message: `The security group of ${subnet.subnet.name} is not in the input.`,
        missing:
          link.kind === 'dangling'
            ? `network security group \`${link.id}\``
            : `the security group of ${subnet.subnet.name}`,
        at: subnet.subnet.at,
      };
    const answers = link.target.rules.map((rule) => deniesTheRest(rule, subnet));
    if (answers.includes('yes')) return HOLDS;
    const tag = virtualNetworkTag(context.network, subnet.subnet.key);
    // What may be any address at all is a route table, or a route, that is not known.
    const perhaps = tag.possible.find((one) => addressSetCovers(one.addresses, ALL_IPV4));
    if (!tag.includesDefaultRoute && perhaps === undefined) return HOLDS;
    const open = answers.indexOf('unknown');
    if (!tag.includesDefaultRoute || open >= 0)
      return {
        kind: 'undecided',
        message: `Whether ${link.target.name} on ${subnet.subnet.name} admits every address is not known.`,
        missing: tag.includesDefaultRoute
          ? `what rule ${link.target.rules[open]!.name} denies`
          : perhaps!.why.missing,
        at: link.target.at,
      };
    return {
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

export const NETWORK_SECURITY_GROUP_CHECKS: readonly Check[] = [
  unreachableRule,
  loadBalancerTag,
  tagIsEverything,
];

/** The group in the world where whatever is not known matches everything. */
function widest(nsg: NetworkSecurityGroup): NetworkSecurityGroup {
  const terms = (list: readonly AddressTerm[]): readonly AddressTerm[] => {
    const unknown = list.find((term) => term.kind === 'unknown');
    return unknown === undefined ? list : [{ kind: 'any', text: unknown.text, at: unknown.at }];
  };
  return {
    ...nsg,
    rules: nsg.rules.map((rule) => ({
      ...rule,
      protocol: isUnknown(rule.protocol) ? '*' : rule.protocol,
      sourcePorts: isUnknown(rule.sourcePorts) ? ALL_PORTS : rule.sourcePorts,
      destinationPorts: isUnknown(rule.destinationPorts) ? ALL_PORTS : rule.destinationPorts,
      sources: terms(rule.sources),
      destinations: terms(rule.destinations),
    })),
  };
}

/** Is it meant to admit clients, by a tag that holds none? */
function judgeClientRule(
  context: CheckContext,
  nsg: NetworkSecurityGroup,
  rule: SecurityRule,
): Judgement {
  if (rule.direction === 'Outbound' || rule.access === 'Deny') return HOLDS;
  const tagged = rule.sources.find(isLoadBalancerTag);
  const perhaps = rule.sources.find((term) => term.kind === 'unknown');
  if (tagged === undefined && perhaps === undefined) return HOLDS;
  const ports = rule.destinationPorts;
  const namesPorts =
    isUnknown(ports) ||
    (!portSetHas(ports, 1) && [80, 443, 8080].some((port) => portSetHas(ports, port)));
  // Bastion's own rule set has 443 from the tag (azure-networking 8.1).
  if (!namesPorts || isBastionGroup(context, nsg)) return HOLDS;
  if (tagged === undefined)
    return perhaps?.kind === 'unknown'
      ? undecided(`The sources of ${nsg.name}/${rule.name} are not known.`, perhaps.unknown)
      : HOLDS;
  const doubt = [ports, rule.direction, rule.access].find(isUnknown);
  if (doubt !== undefined)
    return undecided(`What ${nsg.name}/${rule.name} admits is not known.`, doubt);
  return {
    kind: 'fails',
    message: `Rule ${rule.name} of ${nsg.name} looks as if it admitted clients; it admits health probes only.`,
    places: [{ at: tagged.at, what: 'source AzureLoadBalancer' }],
    evidence: ['AzureLoadBalancer is 168.63.129.16'],
  };
}

/** Does it deny every probe before rule 65001 admits them? Probes are TCP or HTTP. */
function judgeDenyOfProbes(nsg: NetworkSecurityGroup, rule: SecurityRule): Judgement {
  if (rule.direction === 'Outbound' || rule.access === 'Allow') return HOLDS;
  const denied = matchesProbes(rule, false);
  if (denied === 'no') return HOLDS;
  const { priority } = rule;
  const before = nsg.rules
    .filter(
      (other) =>
        other.direction !== 'Outbound' &&
        other.access !== 'Deny' &&
        (isUnknown(priority) || isUnknown(other.priority) || other.priority < priority),
    )
    .map((other) =>
      [priority, other.priority, other.direction, other.access].some(isUnknown) &&
      matchesProbes(other, true) !== 'no'
        ? 'unknown'
        : matchesProbes(other, true),
    );
  if (before.includes('yes')) return HOLDS;
  const isOpen = [priority, rule.direction, rule.access].some(isUnknown);
  if (denied === 'unknown' || isOpen || before.includes('unknown'))
    return {
      kind: 'undecided',
      message: `Whether ${nsg.name}/${rule.name} drops health probes is not known.`,
      missing:
        denied === 'unknown' || isOpen
          ? `all of rule ${rule.name}`
          : `the rules of ${nsg.name} before ${rule.name}`,
      at: rule.at,
    };
  return {
    kind: 'fails',
    message: `Rule ${rule.name} of ${nsg.name} also drops health probes: every load-balanced backend becomes unhealthy.`,
    places: [{ at: rule.at, what: `rule ${rule.name} ${String(priority)}` }],
    evidence: ['no allow for AzureLoadBalancer before it'],
  };
}

/**
 * Does a rule match probes, whatever their port? One that names the tag is meant for probes: its ports are theirs.
 * @param withNetwork whether the tag VirtualNetwork counts: it holds the probe address (AZN-32)
 */
function matchesProbes(rule: SecurityRule, withNetwork: boolean): 'yes' | 'no' | 'unknown' {
  const { protocol, destinationPorts: ports } = rule;
  if (!isUnknown(protocol) && protocol !== '*' && protocol !== 'tcp') return 'no';
  if (withNetwork && rule.sources.some(isLoadBalancerTag))
    return isUnknown(protocol) ? 'unknown' : 'yes';
  const isAll = isUnknown(ports) || (portSetHas(ports, 1) && portSetHas(ports, 65535));
  if (!isAll) return 'no';
  const isFromHost = rule.sources.some(
    (term) =>
      term.kind === 'any' ||
      isLoadBalancerTag(term) ||
      (term.kind === 'range' && addressSetsOverlap(addressSet([term.range]), HOST_ADDRESS)) ||
      (withNetwork && term.kind === 'service-tag' && term.tag.toLowerCase() === 'virtualnetwork'),
  );
  const mayBe = rule.sources.some((term) => term.kind === 'unknown');
  if (!isFromHost && !mayBe) return 'no';
  return isFromHost && !isUnknown(protocol) && !isUnknown(ports) ? 'yes' : 'unknown';
}

/** Does the rule deny everything that comes to the subnet from outside the network? */
function deniesTheRest(rule: SecurityRule, subnet: SubnetPlacement): 'yes' | 'no' | 'unknown' {
  const { direction, access, protocol, sourcePorts, destinationPorts } = rule;
  if (direction === 'Outbound' || access === 'Allow') return 'no';
  if (!isUnknown(protocol) && protocol !== '*') return 'no';
  const ports = [sourcePorts, destinationPorts];
  if (ports.some((set) => !isUnknown(set) && !portSetCovers(set, ALL_PORTS))) return 'no';
  const ends = [
    holds(rule.sources, /^(internet|virtualnetwork)$/i, ALL_IPV4),
    holds(rule.destinations, /^virtualnetwork$/i, subnet.addresses),
  ];
  if (ends.includes('no')) return 'no';
  const isOpen = [direction, access, protocol, ...ports].some(isUnknown);
  return isOpen || ends.includes('unknown') ? 'unknown' : 'yes';
}

function holds(
  terms: readonly AddressTerm[],
  tags: RegExp,
  addresses: SubnetPlacement['addresses'],
): 'yes' | 'no' | 'unknown' {
  const isNamed = terms.some(
    (term) => term.kind === 'any' || (term.kind === 'service-tag' && tags.test(term.tag)),
  );
  const written = addressSet(terms.flatMap((term) => (term.kind === 'range' ? [term.range] : [])));
  if (isNamed || addressSetCovers(written, addresses)) return 'yes';
  return terms.some((term) => term.kind === 'unknown') ? 'unknown' : 'no';
}

function isBastionGroup(context: CheckContext, nsg: NetworkSecurityGroup): boolean {
  return subnetsOf(context).some(
    ({ subnet, networkSecurityGroup: link }) =>
      subnet.name.toLowerCase() === 'azurebastionsubnet' &&
      link.kind === 'found' &&
      link.target.key === nsg.key,
  );
}

function isLoadBalancerTag(term: AddressTerm): boolean {
  return term.kind === 'service-tag' && term.tag.toLowerCase() === 'azureloadbalancer';
}

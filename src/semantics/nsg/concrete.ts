import type { NetworkSecurityGroup, SecurityRule } from '../../model/index.ts';
import {
  ALL_PORTS,
  addressSetCovers,
  type PortSet,
  portSetCovers,
  portSetHas,
} from '../../net/index.ts';
import { type Network, PLATFORM_ADDRESSES } from '../../network/index.ts';
import { isUnknown, type Uncertain } from '../../values/index.ts';
import type { Flow } from '../flow.ts';
import { addressesOfFlowAddress } from '../match.ts';
import {
  allOf,
  type Decider,
  type Match,
  type MissingFact,
  NO,
  unknownMatch,
  type Verdict,
  YES,
} from '../verdict.ts';
import { HOST_ADDRESS, METADATA_ADDRESS } from './local-tags.ts';
import { type Direction, type NsgOptions, type ReadyRule, readyRules } from './ready-rules.ts';
import { matchEnd, restsOnDefaultRoute } from './rule-end.ts';

export { type CoveredRule, coveredRules } from './covered-rules.ts';
export { defaultSecurityRules } from './default-rules.ts';
export { internetTag, type VirtualNetworkTag, virtualNetworkTag } from './local-tags.ts';
export type { Direction, NsgOptions, OverlayPods } from './ready-rules.ts';

/**
 * Verdict of one network security group for the first packet of a flow; replies need no rule of their own.
 *
 * Rules that may match are not skipped: the verdict is certain only when they and the rule that surely matches agree.
 * A group that is only referred to has rules we do not see, hence unknown.
 *
 * @param flow inbound: the destination after the platform translated it to the private address of the interface,
 *   or the load balancer front end where floating IP is on; the source is the real client (AZN-37). Outbound: the private
 *   source before any translation, the final destination and never the next hop (AZN-38)
 * @param at the subnet the group is attached to, or the interface with the group is in: tags depend on it
 * @see AZN-30 priority order, AZN-31 default rules, AZN-32 VirtualNetwork, AZN-36 host services, AZN-40 ports
 */
export function evaluateNsg(
  network: Network,
  nsg: NetworkSecurityGroup,
  direction: Direction,
  flow: Flow,
  at: { readonly subnetKey: string },
  options: NsgOptions = {},
): Verdict {
  const platform = platformVerdict(network, nsg, direction, flow, at, options);
  const verdict =
    platform ??
    firstMatch(nsg, readyRules(network, nsg, direction, at.subnetKey, options), flow, {
      // Never reached with the default rules in place: 65500 matches everything.
      kind: 'deny',
      by: { kind: 'default', name: `${nsg.name}: end of rules`, fact: 'AZN-31' },
    });
  const doubt = doubtAbout(nsg, verdict.kind === 'allow');
  return doubt === undefined ? verdict : { kind: 'unknown', by: verdict.by, why: [doubt] };
}

/**
 * The NSG attached to a subnet, whatever the attachment: none allows (AZN-42), one that is not in the input is unknown.
 */
export function evaluateSubnetNsg(
  network: Network,
  subnetKey: string,
  direction: Direction,
  flow: Flow,
  options: NsgOptions = {},
): Verdict {
  const subnet = network.subnets.get(subnetKey);
  const link = subnet?.networkSecurityGroup;
  if (subnet === undefined || link === undefined) {
    const by: Decider = { kind: 'platform', name: `subnet ${subnetKey}` };
    return { kind: 'unknown', by, why: [{ missing: `the subnet ${subnetKey}` }] };
  }
  const by = { kind: 'platform', name: `subnet ${subnet.subnet.name}`, fact: 'AZN-42' } as const;
  switch (link.kind) {
    case 'none':
      return { kind: 'allow', by: { ...by, name: `no network security group on ${by.name}` } };
    case 'found':
      return evaluateNsg(network, link.target, direction, flow, { subnetKey }, options);
    case 'dangling':
      return { kind: 'unknown', by, why: [{ missing: `the rules of ${link.id}`, at: link.at }] };
    default:
      return {
        kind: 'unknown',
        by,
        why: [{ missing: link.unknown.missing, at: link.unknown.at }],
      };
  }
}

/** Subnet and interface together, in the order asked: each must allow (AZN-42). A deny wins over an unknown. */
export function everyLevel(levels: readonly [Verdict, ...Verdict[]]): Verdict {
  return (
    levels.find((verdict) => verdict.kind === 'deny') ??
    levels.find((verdict) => verdict.kind === 'unknown') ??
    levels[0]
  );
}

/** The first rule that surely matches decides, or `otherwise`, unless a rule that may match before says the opposite. */
function firstMatch(
  nsg: NetworkSecurityGroup,
  rules: readonly ReadyRule[],
  flow: Flow,
  otherwise: Verdict & { readonly kind: 'allow' | 'deny' },
): Verdict {
  const maybes: Maybe[] = [];
  for (const candidate of rules) {
    const match = allOf([matchRule(candidate, flow), certainty(candidate)]);
    if (match.kind === 'no') continue;
    if (match.kind === 'unknown') {
      maybes.push({ rule: candidate, why: match.why });
      continue;
    }
    const { access } = candidate.rule;
    const by = deciderOf(nsg, candidate, flow);
    if (isUnknown(access)) {
      return { kind: 'unknown', by, why: [{ missing: access.missing, at: access.at }] };
    }
    return settle(nsg, { kind: access === 'Allow' ? 'allow' : 'deny', by }, maybes, flow);
  }
  return settle(nsg, otherwise, maybes, flow);
}

interface Maybe {
  readonly rule: ReadyRule;
  readonly why: readonly MissingFact[];
}

function settle(
  nsg: NetworkSecurityGroup,
  verdict: Verdict & { readonly kind: 'allow' | 'deny' },
  maybes: readonly Maybe[],
  flow: Flow,
): Verdict {
  const access = verdict.kind === 'allow' ? 'Allow' : 'Deny';
  const against = maybes.filter(({ rule }) => rule.rule.access !== access);
  const [first] = against;
  if (first !== undefined) {
    const why = against.flatMap((entry) => [...entry.why, ...accessDoubt(entry.rule)]);
    return { kind: 'unknown', by: deciderOf(nsg, first.rule, flow), why };
  }
  const also = maybes.map(({ rule }) => deciderOf(nsg, rule, flow));
  return also.length === 0 ? verdict : { ...verdict, also };
}

/** Cheap conditions first; the first `no` ends it, for most rules do not match. */
function matchRule(candidate: ReadyRule, flow: Flow): Match {
  const { rule } = candidate;
  const matches: Match[] = [];
  for (const condition of [
    () => matchProtocol(rule, flow),
    () => matchPorts(rule.destinationPorts, flow.destinationPort, flow, 'destination port'),
    () => matchEnd(candidate.destination, flow.destination),
    () => matchEnd(candidate.source, flow.source),
    () => matchPorts(rule.sourcePorts, flow.sourcePort, flow, 'source port'),
  ]) {
    const match = condition();
    if (match.kind === 'no') return NO;
    matches.push(match);
  }
  return allOf(matches);
}

function matchProtocol(rule: SecurityRule, flow: Flow): Match {
  if (isUnknown(rule.protocol)) return unknownMatch(rule.protocol.missing, rule.protocol.at);
  return rule.protocol === '*' || rule.protocol === flow.protocol ? YES : NO;
}

/** AZN-40: only TCP and UDP (and SCTP, which no rule names) have ports here. */
function matchPorts(
  ports: Uncertain<PortSet>,
  port: number | undefined,
  flow: Flow,
  what: string,
): Match {
  if (flow.protocol === 'icmp' || flow.protocol === 'esp' || flow.protocol === 'ah') return YES;
  if (isUnknown(ports)) return unknownMatch(ports.missing, ports.at);
  if (portSetCovers(ports, ALL_PORTS)) return YES;
  if (port === undefined) return ports.length === 0 ? NO : unknownMatch(`the ${what} of the flow`);
  return portSetHas(ports, port) ? YES : NO;
}

function certainty(candidate: ReadyRule): Match {
  return candidate.doubts.length === 0 ? YES : { kind: 'unknown', why: candidate.doubts };
}

function accessDoubt({ rule }: ReadyRule): MissingFact[] {
  return isUnknown(rule.access) ? [{ missing: rule.access.missing, at: rule.access.at }] : [];
}

function deciderOf(nsg: NetworkSecurityGroup, candidate: ReadyRule, flow: Flow): Decider {
  const { rule, isDefault } = candidate;
  const priority = isUnknown(rule.priority) ? '' : ` ${rule.priority}`;
  const rests =
    restsOnDefaultRoute(candidate.source, flow.source) ||
    restsOnDefaultRoute(candidate.destination, flow.destination);
  return {
    kind: isDefault ? 'default' : 'rule',
    name: `${nsg.name}: ${rule.name}${priority}`,
    fact: rests ? 'AZN-33' : isDefault ? 'AZN-31' : 'AZN-30',
    ...(isDefault ? {} : { at: rule.at }),
  };
}

/**
 * AZN-36: what a NIC sends to the host's own services passes, unless a rule names that service by its platform tag.
 * `undefined` when the flow is not such a flow.
 */
function platformVerdict(
  network: Network,
  nsg: NetworkSecurityGroup,
  direction: Direction,
  flow: Flow,
  at: { readonly subnetKey: string },
  options: NsgOptions,
): Verdict | undefined {
  if (direction !== 'Outbound') return undefined;
  const set = addressesOfFlowAddress(flow.destination);
  if (!addressSetCovers(PLATFORM_ADDRESSES, set)) return undefined;
  const isDns = addressSetCovers(HOST_ADDRESS, set) && flow.destinationPort === 53;
  const isMetadata = addressSetCovers(METADATA_ADDRESS, set);
  const naming = readyRules(network, nsg, direction, at.subnetKey, options).filter(({ rule }) =>
    rule.destinations.some((term) => {
      const tag = term.kind === 'service-tag' ? term.tag.toLowerCase() : '';
      return (isDns && tag === 'azureplatformdns') || (isMetadata && tag === 'azureplatformimds');
    }),
  );
  return firstMatch(nsg, naming, flow, {
    kind: 'allow',
    by: { kind: 'platform', name: 'host service, not subject to rules', fact: 'AZN-36' },
  });
}

/** A group that may not exist decides nothing against a flow; one that is only referred to has rules we do not see. */
function doubtAbout(nsg: NetworkSecurityGroup, allowsAnyway: boolean): MissingFact | undefined {
  if (nsg.isReference === true) {
    return { missing: `the rules of network security group ${nsg.name}`, at: nsg.at };
  }
  if (nsg.exists !== undefined && !allowsAnyway) {
    return { missing: nsg.exists.missing, at: nsg.exists.at };
  }
  return undefined;
}

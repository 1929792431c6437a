import type { Condition, FlowBox, FlowRegion } from '../../../flows/index.ts';
import type { NetworkRule } from '../../../model/index.ts';
import {
  ALL_PORTS,
  type DomainName,
  type PortSet,
  type Protocol,
  parseDomainName,
  singleAddress,
} from '../../../net/index.ts';
import type { FirewallPlacement } from '../../../network/index.ts';
import { isUnknown, type Uncertain } from '../../../values/index.ts';
import type { FirewallContext } from '../context.ts';
import { effectiveSettings, tierHas } from '../effective-settings.ts';
import { addressListsOf } from './address-lists.ts';
import { toldInTurn, turnsOf } from './collection-order.ts';
import {
  acting,
  anything,
  conditionOf,
  type FirewallDecider,
  type FirewallRule,
  originOf,
} from './firewall-decider.ts';
import { productOf } from './region-product.ts';

/** Reads the flows of a network rule. */
export type NetworkRuleReader = (rule: NetworkRule) => FlowRegion;

/**
 * The network rules as they are written, in the order they run.
 * @returns over flows before source translation that are not addressed to the firewall. No entry for what no rule takes
 * @see AFW-10 to AFW-14 order, AFW-30 to AFW-41 what a rule takes
 */
export function writtenNetworkRules(
  placement: FirewallPlacement,
  context: FirewallContext,
): readonly FirewallRule[] {
  const read = networkRuleReader(placement, context);
  const stage = 'network rules';
  return toldInTurn(turnsOf(placement, 'network'), (entry): FirewallRule[] => {
    const { collection, unread, at, name } = entry;
    const origin = { stage, ...originOf(entry) } as const;
    if (unread !== undefined) return anything({ kind: 'rule', name, at, ...origin }, unread);
    if (collection?.kind !== 'network') return [];
    return collection.rules.flatMap((rule) => {
      const by: FirewallDecider = {
        kind: 'rule',
        name: `${name}/${rule.name}`,
        at: rule.at,
        rule,
        ...origin,
      };
      return acting(read(rule), collection.action, by);
    });
  });
}

/** AFW-30: protocol and port, source, and destination. */
export function networkRuleReader(
  placement: FirewallPlacement,
  context: FirewallContext,
): NetworkRuleReader {
  const lists = addressListsOf(context);
  const { tier } = effectiveSettings(placement);
  const isHonoured = tierHas(tier, 'FQDNs in network rules') !== false;
  return (rule) => {
    const names = () => resolvingToAny(rule.destinationFqdns, isHonoured, context);
    const { destinationAddresses, destinationIpGroups } = rule;
    return productOf(
      servicesOf(rule.protocols, portsOf(rule.destinationPorts, lists.ports)),
      lists.side('destinations', destinationAddresses, destinationIpGroups, names),
      lists.sources(rule.sources),
    );
  };
}

const IGNORED_BY_BASIC: Condition = {
  missing: 'whether a Basic firewall honours FQDNs in network rules',
};

/**
 * The flows that go where a name resolves to. The firewall compares addresses it resolved itself (AFW-39); only a client that asks
 * the same resolver surely holds one of them (AFW-40). Any other flow may go to the same address (AFW-41).
 */
function resolvingToAny(
  fqdns: NetworkRule['destinationFqdns'],
  isHonoured: boolean,
  context: FirewallContext,
): FlowRegion {
  const boxes: FlowBox[] = [];
  const shared: DomainName[] = [];
  for (const fqdn of fqdns) {
    if (isUnknown(fqdn)) {
      boxes.push({ needs: [conditionOf(fqdn)] });
      continue;
    }
    const name = parseDomainName(fqdn.text);
    if (name === undefined) continue; // a wildcard, which resolves to nothing (AFW-39)
    if (!isHonoured) {
      boxes.push({ needs: [IGNORED_BY_BASIC] });
      continue;
    }
    if (context.clientResolver === 'through-firewall') shared.push(name);
    boxes.push(...resolvingTo(name, context));
  }
  return shared.length === 0
    ? boxes
    : [{ names: { patterns: shared, withoutName: false } }, ...boxes];
}

/** As far as addresses tell: by what the firewall's DNS is known to answer. */
function resolvingTo(name: DomainName, context: FirewallContext): FlowRegion {
  const answer = context.resolve?.(name);
  if (answer?.kind === 'exact') return [{ destinations: singleAddress(answer.ip) }];
  const where: FlowBox = answer === undefined ? {} : { destinations: answer.addresses };
  const open: FlowBox = {
    ...where,
    needs: [{ missing: `which addresses the firewall sees for ${name}` }],
  };
  if (context.clientResolver === 'through-firewall') return [open];
  const missing =
    context.clientResolver === 'unknown'
      ? `whether the client resolves ${name} through the firewall`
      : `whether the client and the firewall see the same address for ${name}`;
  const names = { patterns: [name], withoutName: false };
  return [{ ...where, names, needs: [{ missing }] }, open];
}

/** What a rule writes as its ports. */
export type WrittenPorts =
  | { readonly kind: 'all' }
  | { readonly kind: 'some'; readonly ports: PortSet }
  | { readonly kind: 'open'; readonly condition: Condition };

export function portsOf(
  written: Uncertain<PortSet>,
  same: (ports: PortSet) => PortSet,
): WrittenPorts {
  if (isUnknown(written)) return { kind: 'open', condition: conditionOf(written) };
  if (written.length === 2 && written[0] === ALL_PORTS[0] && written[1] === ALL_PORTS[1]) {
    return { kind: 'all' };
  }
  return { kind: 'some', ports: same(written) };
}

/** The flows of some protocols with these ports, for protocols that have them. */
export function withPorts(protocols: readonly Protocol[], written: WrittenPorts): FlowBox {
  switch (written.kind) {
    case 'all':
      return { protocols };
    case 'some':
      return { protocols, destinationPorts: written.ports };
    case 'open':
      return { protocols, needs: [written.condition] };
  }
}

const TCP: readonly Protocol[] = ['tcp'];
const UDP: readonly Protocol[] = ['udp'];
const ICMP: readonly Protocol[] = ['icmp'];
/** Protocols whose ports a firewall reads. */
export const WITH_PORTS: readonly Protocol[] = ['tcp', 'udp'];
/** Every other one. */
export const PORTLESS: readonly Protocol[] = ['icmp', 'sctp', 'esp', 'ah', 'other'];
const ALL: WrittenPorts = { kind: 'all' };
const PORT_OF_ICMP: Condition = { missing: 'whether an ICMP rule with a port matches ICMP' };

/** Protocol and port together, since what `Any` and ICMP mean hangs on the port (AFW-31, AFW-32). */
function servicesOf(
  protocols: NetworkRule['protocols'],
  written: WrittenPorts,
): readonly FlowBox[] {
  const boxes: FlowBox[] = [];
  const [first, second] = protocols;
  // The everyday pair is one box.
  if (protocols.length === 2 && first !== second && isTcpOrUdp(first) && isTcpOrUdp(second)) {
    return [withPorts(WITH_PORTS, written)];
  }
  for (const protocol of protocols) {
    if (isUnknown(protocol)) {
      // Whatever it is: with a port where there are ports, and perhaps a protocol that has none.
      const condition = conditionOf(protocol);
      const portless = withPorts(PORTLESS, written.kind === 'some' ? ALL : written);
      for (const box of [withPorts(WITH_PORTS, written), portless]) {
        boxes.push({ ...box, needs: [condition, ...(box.needs ?? [])] });
      }
    } else if (protocol === 'TCP') boxes.push(withPorts(TCP, written));
    else if (protocol === 'UDP') boxes.push(withPorts(UDP, written));
    else if (protocol === 'ICMP') {
      if (written.kind === 'some') boxes.push({ protocols: ICMP, needs: [PORT_OF_ICMP] });
      else boxes.push(withPorts(ICMP, written));
    } else if (written.kind === 'all') return [{}];
    else if (written.kind === 'some') boxes.push(withPorts(WITH_PORTS, written));
    else boxes.push({ needs: [written.condition] });
  }
  return boxes;
}

function isTcpOrUdp(protocol: NetworkRule['protocols'][number] | undefined): boolean {
  return protocol === 'TCP' || protocol === 'UDP';
}

import type { Condition, FlowRule, NameSet } from '../../flows/index.ts';
import type { AddressValue, PrivateEndpoint, Service } from '../../model/index.ts';
import { type AddressSet, addressSetHas, equalIp, formatIp, parseIp } from '../../net/index.ts';
import {
  type ClusterPlacement,
  type FirewallPlacement,
  homeOfObjects,
  type Network,
} from '../../network/index.ts';
import { isUnknown, privateAddressOf } from '../../values/index.ts';
import type { Decider, MissingFact } from '../verdict.ts';
import { dnsServersOf } from './resolver.ts';
import { type Answer, answerOf, azureView, open, patternsOf } from './symbolic-azure.ts';

/** What a name means to a machine that asks for it. */
export type NameEffect =
  | {
      readonly kind: 'private';
      /** The address, or the set it lies in. Never empty. */
      readonly addresses: AddressSet;
      readonly symbol?: string;
      readonly endpoint?: PrivateEndpoint;
    }
  /** By public DNS: any address that is not in the perimeter. */
  | { readonly kind: 'public' }
  /** Any address at all. */
  | { readonly kind: 'anywhere' }
  | { readonly kind: 'nxdomain' }
  /** Nobody answers: the server named is a firewall without DNS proxy. */
  | { readonly kind: 'unanswered' };

export type NameRule = FlowRule<NameEffect, Decider>;

/**
 * What names mean in a network, by name; complete for flows with a name. Rules are ordered by how specific their names
 * are. O(names² ) in the records that the network sees.
 * @param fromVnetKey the network of the machine that asks its DNS servers
 * @see AZS-20 whom it asks, AZS-21 and AZS-22 which zone answers, AZS-23 public names of services with an endpoint,
 *   AZS-24 whose links count behind a firewall, AZS-26 records of endpoints
 */
export function nameRules(network: Network, fromVnetKey: string): readonly NameRule[] {
  return rulesOf(askersOf(network, fromVnetKey));
}

/** What names mean to a firewall that reads them in HTTP or TLS: it asks the servers of its own setting alone (azure-firewall 6). */
export function firewallNameRules(
  network: Network,
  placement: FirewallPlacement,
): readonly NameRule[] {
  return rulesOf([firewallItself(network, placement)]);
}

function rulesOf(askers: readonly Asker[]): readonly NameRule[] {
  const patterns = [...new Set(askers.flatMap(({ patterns: own }) => own))].sort(bySpecificity);
  return patterns.flatMap((pattern): readonly NameRule[] => {
    const asked = witnessOf(pattern, patterns);
    const answers = askers.map(({ answer }) => answer(asked));
    const agreed = agree(answers, asked);
    const names: NameSet = { patterns: [pattern], withoutName: false };
    return agreed.map(({ effect, by, needs }) => ({
      region: [{ names, ...(needs.length === 0 ? {} : { needs: renamed(needs, asked, pattern) }) }],
      effect,
      by,
    }));
  });
}

/** One name, or all names of a pattern, and where inside the perimeter they lead. */
export interface NamedAddresses {
  /** `name`, or `*suffix` less the more specific ones of the list. */
  readonly pattern: string;
  readonly addresses: AddressSet;
  readonly symbol?: string;
  readonly endpoint?: PrivateEndpoint;
  /** Empty: for certain. */
  readonly needs: readonly Condition[];
}

/** The explicit pairs of `nameRules`: names that lead, or may lead, into the perimeter. Every other one is public or nobody's. */
export function nameAddresses(network: Network, fromVnetKey: string): readonly NamedAddresses[] {
  return nameRules(network, fromVnetKey).flatMap(({ region, effect }) => {
    if (effect.kind !== 'private') return [];
    const { kind: _, ...where } = effect;
    return region.flatMap(({ names, needs = [] }) =>
      (names?.patterns ?? []).map((pattern) => ({ pattern, ...where, needs })),
    );
  });
}

/** A name that the cluster's own DNS answers, before it asks anybody else (AKS-80). */
export interface ClusterServiceName {
  readonly name: string;
  readonly service: Service;
  /** `cluster-address`: absent when not assigned yet. `pods`: a headless Service gives the addresses of its pods. */
  readonly leadsTo:
    | { readonly kind: 'cluster-address'; readonly address?: AddressValue }
    | { readonly kind: 'pods' }
    | { readonly kind: 'alias'; readonly target: string };
}

/** Service names of a cluster in full: `web.shop.svc.cluster.local`. Pods may leave out the end of it. */
export function clusterServiceNames(
  network: Network,
  cluster: ClusterPlacement,
): readonly ClusterServiceName[] {
  if (homeOfObjects(network) !== cluster) return [];
  return network.perimeter.kubernetes.services.map((service): ClusterServiceName => {
    const name = `${service.name}.${service.namespace}.svc.cluster.local`;
    const { clusterIp, externalName = '' } = service;
    if (service.type === 'ExternalName') {
      const target = externalName.toLowerCase().replace(/\.$/, '');
      return { name, service, leadsTo: { kind: 'alias', target } };
    }
    if (clusterIp === 'None') return { name, service, leadsTo: { kind: 'pods' } };
    const address = clusterIp === undefined ? undefined : parseIp(clusterIp);
    const known = address === undefined ? {} : { address };
    return { name, service, leadsTo: { kind: 'cluster-address', ...known } };
  });
}

/** Somebody who answers, and the patterns between which the answers differ. */
interface Asker {
  readonly patterns: readonly string[];
  readonly answer: (name: string) => Answer;
}

/** AZS-20: the servers of the network, each of which may be the one that is asked; Azure's own when none is written. */
function askersOf(network: Network, vnetKey: string): readonly Asker[] {
  const placement = network.vnets.get(vnetKey);
  const servers: Decider = { kind: 'platform', name: 'DNS servers of the network', fact: 'AZS-20' };
  if (placement === undefined) {
    const missing = `DNS servers of virtual network \`${vnetKey}\` (not in the input)`;
    return [always(open(servers, { missing }))];
  }
  const { vnet } = placement;
  if (vnet.dnsServers.length > 0) {
    return vnet.dnsServers.map((server) => askerAt(network, vnetKey, server));
  }
  if (vnet.isReference !== true) return [azure(network, vnetKey)];
  const missing = `DNS servers of virtual network \`${vnet.name}\``;
  return [always(open(servers, { missing, at: vnet.at }))];
}

function askerAt(network: Network, vnetKey: string, server: AddressValue): Asker {
  const at = network.vnets.get(vnetKey)!.vnet.at;
  const by: Decider = { kind: 'platform', name: 'DNS servers of the network', fact: 'AZS-20' };
  if (isAzureHost(server)) return azure(network, vnetKey);
  for (const placement of network.firewalls.values()) {
    const { firewall, privateAddress: own } = placement;
    if (isUnknown(server)) {
      const symbol = own?.symbol ?? privateAddressOf(firewall.key);
      if (server.symbol === symbol) return firewallProxy(network, placement, server.at);
    } else if (own !== undefined && addressSetHas(own.addresses, server)) {
      const isLikely = own.likely !== undefined && equalIp(own.likely, server);
      if (own.isExact || isLikely) return firewallProxy(network, placement, at);
      const missing = `whether ${formatIp(server)} is the private address of firewall \`${firewall.name}\``;
      return always(open(by, { missing, at }));
    }
  }
  if (isUnknown(server)) return always(open(by, { missing: server.missing, at: server.at }));
  const custom: Decider = { kind: 'rule', name: 'custom DNS server', at };
  return asking((name) =>
    open(custom, { missing: `what the custom DNS server answers for \`${name}\``, at }),
  );
}

/** AZS-24: its question sets out in the network of the firewall. AZS-25: off unless switched on. */
function firewallProxy(
  network: Network,
  placement: FirewallPlacement,
  named: Decider['at'],
): Asker {
  const { firewall, policies, subnet, missingPolicy } = placement;
  const own = policies.at(-1);
  const holder = own ?? firewall;
  const isPolicyGone = own === undefined && firewall.policy !== undefined;
  const at = isPolicyGone ? (missingPolicy?.at ?? firewall.at) : holder.at;
  const by: Decider = {
    kind: 'rule',
    name: `DNS proxy of firewall ${firewall.name}`,
    ...((at ?? named) === undefined ? {} : { at: at ?? named! }),
    fact: 'AZS-24',
  };
  const needing = (fact: MissingFact) => always(open(by, fact));
  if (isPolicyGone) return needing({ missing: 'the firewall policy is not in the input', at });
  const { dnsProxyEnabled: isOn, dnsServers: upstream } = holder.settings;
  const isBasic = (firewall.skuTier ?? own?.skuTier) === 'Basic';
  if (!isBasic && isUnknown(isOn)) return needing({ missing: isOn.missing, at: isOn.at });
  // Sources disagree whether a policy takes the setting over from its base.
  const mayInherit =
    (missingPolicy !== undefined && own !== undefined) ||
    policies
      .slice(0, -1)
      .some(({ settings: { dnsProxyEnabled: base } }) => base === true || isUnknown(base));
  if (!isBasic && isOn === undefined && upstream.length === 0 && mayInherit) {
    const missing = `whether policy \`${holder.name}\` takes its DNS proxy setting from its base policy`;
    return needing({ missing, at: holder.at });
  }
  if (isBasic || isOn !== true) return always([{ effect: { kind: 'unanswered' }, by, needs: [] }]);
  if (subnet.kind !== 'found') {
    const missing = `the virtual network of firewall \`${firewall.name}\``;
    return needing({ missing, at: firewall.at });
  }
  if (upstream.every(isAzureHost)) return azure(network, subnet.target.vnet.key);
  return asking((name) =>
    open(by, {
      missing: `what the DNS servers of firewall \`${firewall.name}\` answer for \`${name}\``,
      at: holder.at,
    }),
  );
}

function firewallItself(network: Network, placement: FirewallPlacement): Asker {
  const { firewall, subnet } = placement;
  const by: Decider = { kind: 'platform', name: `DNS of firewall ${firewall.name}` };
  if (subnet.kind !== 'found') {
    const missing = `the virtual network of firewall \`${firewall.name}\``;
    return always(open(by, { missing, at: firewall.at }));
  }
  const servers = dnsServersOf(placement);
  if ('missing' in servers) return always(open(by, servers));
  if (servers.every(isAzureHost)) return azure(network, subnet.target.vnet.key);
  return asking((name) =>
    open(by, {
      missing: `what the DNS servers of firewall \`${firewall.name}\` answer for \`${name}\``,
    }),
  );
}

function azure(network: Network, vnetKey: string): Asker {
  const view = azureView(network, vnetKey);
  return { patterns: patternsOf(view), answer: (name) => answerOf(view, name) };
}

function always(answer: Answer): Asker {
  return asking(() => answer);
}

function asking(answer: (name: string) => Answer): Asker {
  return { patterns: ['*'], answer };
}

function isAzureHost(address: AddressValue): boolean {
  return !isUnknown(address) && formatIp(address) === '168.63.129.16';
}

/** Any server may be asked: what they say counts when all say the same. */
function agree(answers: readonly Answer[], name: string): Answer {
  const [first = []] = answers;
  const [one] = first;
  if (one === undefined || answers.every((answer) => isSame(answer, first))) return first;
  const missing = `which DNS server answers for \`${name}\`: they disagree`;
  return open(one.by, { missing });
}

function isSame(a: Answer, b: Answer): boolean {
  return (
    a.length === b.length &&
    a.every(({ effect, needs }, index) => {
      const other = b[index]!;
      return (
        isSameEffect(effect, other.effect) &&
        needs.map(({ missing }) => missing).join() ===
          other.needs.map(({ missing }) => missing).join()
      );
    })
  );
}

function isSameEffect(a: NameEffect, b: NameEffect): boolean {
  if (a.kind !== 'private' || b.kind !== 'private') return a.kind === b.kind;
  const text = ({ addresses: { v4, v6 } }: { readonly addresses: AddressSet }) => `${v4}|${v6}`;
  return text(a) === text(b) && a.symbol === b.symbol && a.endpoint?.key === b.endpoint?.key;
}

/** Exact names before patterns, longer ones before shorter ones. */
function bySpecificity(a: string, b: string): number {
  const isA = Number(a.startsWith('*'));
  const isB = Number(b.startsWith('*'));
  return isA - isB || b.length - a.length || (a < b ? -1 : 1);
}

/** A name of the pattern that no more specific pattern takes. Two labels deep, as an alias with a placeholder wants. */
function witnessOf(pattern: string, patterns: readonly string[]): string {
  if (!pattern.startsWith('*')) return pattern;
  const taken = new Set(patterns);
  for (let number = 0; ; number += 1) {
    const label = `n${number}`;
    const name = pattern === '*' ? `${label}.invalid` : `${label}${pattern.slice(1)}`;
    if (!taken.has(name)) return name;
  }
}

/** The words of a name, for every name of its pattern. */
function renamed(
  needs: readonly MissingFact[],
  name: string,
  pattern: string,
): readonly Condition[] {
  const [label = ''] = name.split('.');
  const star = pattern === '*' ? '*' : undefined;
  if (pattern === name) return needs;
  return needs.map(({ missing, at }) => {
    const text =
      star === undefined ? missing.replaceAll(`\`${label}.`, '`*.') : missing.replaceAll(name, '*');
    return at === undefined ? { missing: text } : { missing: text, at };
  });
}

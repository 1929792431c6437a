import type { Place } from '../../diagnostics/index.ts';
import type { AddressValue } from '../../model/index.ts';
import { addressSetHas, equalIp, formatIp, type Ip, parseIp } from '../../net/index.ts';
import type { FirewallPlacement, Network } from '../../network/index.ts';
import { isUnknown, privateAddressOf } from '../../values/index.ts';
import type { MissingFact } from '../verdict.ts';

/** Azure's own resolver, answered by the host of every VM. Not reachable from outside Azure. */
export const AZURE_DNS = parseIp('168.63.129.16') as Ip;

/** Who answers the DNS queries of a machine. */
export type Resolver =
  | { readonly kind: 'azure'; readonly at?: Place }
  | {
      readonly kind: 'firewall';
      readonly firewall: FirewallPlacement;
      readonly at: Place;
      /** Taken as true and said: the literal address is the firewall's (AZN-21). */
      readonly assumption?: string;
    }
  /** Somebody's own server: what it answers is in no file. */
  | { readonly kind: 'custom'; readonly address: AddressValue; readonly at: Place }
  | { readonly kind: 'unknown'; readonly why: readonly MissingFact[] };

/** The DNS proxy of a firewall, and whom it asks. Empty `servers`: Azure's resolver. */
export interface DnsProxy {
  readonly state: 'on' | 'off' | 'unknown';
  readonly servers: readonly AddressValue[];
  readonly why: string;
  readonly at?: Place;
}

/**
 * The DNS servers of a VNet, in the order written; Azure's own when none is. Machines may ask any of them.
 * @see AZS-20
 */
export function resolversOf(network: Network, vnetKey: string): readonly Resolver[] {
  const placement = network.vnets.get(vnetKey);
  if (placement === undefined) {
    return [
      {
        kind: 'unknown',
        why: [{ missing: `DNS servers of virtual network \`${vnetKey}\` (not in the input)` }],
      },
    ];
  }
  const { vnet } = placement;
  if (vnet.isReference === true && vnet.dnsServers.length === 0) {
    return [
      {
        kind: 'unknown',
        why: [{ missing: `DNS servers of virtual network \`${vnet.name}\``, at: vnet.at }],
      },
    ];
  }
  if (vnet.dnsServers.length === 0) return [{ kind: 'azure' }];
  return vnet.dnsServers.map((server) => resolverAt(network, server, vnet.at));
}

/** The one kind of resolver a VNet uses; `unknown` when its servers differ. */
export function resolverOf(network: Network, vnetKey: string): Resolver {
  const resolvers = resolversOf(network, vnetKey);
  const first = resolvers[0];
  if (first === undefined) return { kind: 'azure' };
  if (resolvers.length === 1 || resolvers.every((resolver) => isSame(resolver, first)))
    return first;
  const vnet = network.vnets.get(vnetKey)?.vnet;
  return {
    kind: 'unknown',
    why: [
      {
        missing: `which of the ${resolvers.length} DNS servers of \`${vnet?.name ?? vnetKey}\` answers`,
        ...(vnet === undefined ? {} : { at: vnet.at }),
      },
    ],
  };
}

/**
 * Do machines of a VNet see the same answers as the firewall, as its FQDN network rules need?
 * @see AKS-82, AZS-24
 */
export function resolvesThroughFirewall(
  network: Network,
  vnetKey: string,
  firewallKey: string,
): 'through-firewall' | 'elsewhere' | 'unknown' {
  const resolver = resolverOf(network, vnetKey);
  if (resolver.kind === 'unknown') return 'unknown';
  if (resolver.kind !== 'firewall' || resolver.firewall.firewall.key !== firewallKey) {
    return 'elsewhere';
  }
  const { state } = dnsProxyOf(resolver.firewall);
  if (state === 'on') return 'through-firewall';
  return state === 'off' ? 'elsewhere' : 'unknown';
}

/**
 * The DNS proxy setting in force. A policy's own setting decides; sources disagree whether a child policy takes
 * it over from its base, so an inherited "on" is `unknown`. Not written: off.
 * @see AZS-25
 */
export function dnsProxyOf(placement: FirewallPlacement): DnsProxy {
  const { firewall, policies, missingPolicy } = placement;
  const own = policies.at(-1);
  if (firewall.policy !== undefined && own === undefined) {
    const at = missingPolicy?.at ?? firewall.at;
    return { state: 'unknown', servers: [], why: 'the firewall policy is not in the input', at };
  }
  const holder = own ?? firewall;
  if ((firewall.skuTier ?? own?.skuTier) === 'Basic') {
    return { state: 'off', servers: [], why: 'tier Basic has no DNS proxy', at: holder.at };
  }
  const { dnsProxyEnabled, dnsServers } = holder.settings;
  if (isUnknown(dnsProxyEnabled)) {
    return {
      state: 'unknown',
      servers: dnsServers,
      why: dnsProxyEnabled.missing,
      at: dnsProxyEnabled.at,
    };
  }
  if (dnsProxyEnabled === undefined && dnsServers.length === 0) {
    const base = policies
      .slice(0, -1)
      .find((policy) => isPerhapsOn(policy.settings.dnsProxyEnabled));
    if (base !== undefined || (missingPolicy !== undefined && own !== undefined)) {
      return {
        state: 'unknown',
        servers: [],
        why: `whether policy \`${holder.name}\` takes its DNS proxy setting from its base policy`,
        at: holder.at,
      };
    }
  }
  return {
    state: dnsProxyEnabled === true ? 'on' : 'off',
    servers: dnsServers,
    why: dnsProxyEnabled === true ? 'DNS proxy is on' : 'DNS proxy is off',
    at: holder.at,
  };
}

/** Whom a firewall itself asks for names: never the servers of its network (azure-firewall 6). Empty: Azure's resolver. */
export function dnsServersOf({
  firewall,
  policies,
  missingPolicy,
}: FirewallPlacement): readonly AddressValue[] | MissingFact {
  const own = policies.at(-1);
  if (firewall.policy !== undefined && own === undefined) {
    const at = missingPolicy?.at ?? firewall.at;
    return { missing: 'the firewall policy is not in the input', at };
  }
  const holder = own ?? firewall;
  if ((firewall.skuTier ?? own?.skuTier) === 'Basic') return [];
  const { dnsServers } = holder.settings;
  if (dnsServers.length > 0) return dnsServers;
  // As with the proxy: sources disagree whether a child takes the setting over.
  const isOpen =
    (missingPolicy !== undefined && own !== undefined) ||
    policies.slice(0, -1).some(({ settings }) => settings.dnsServers.length > 0);
  const missing = `whether policy \`${holder.name}\` takes its DNS servers from its base policy`;
  return isOpen ? { missing, at: holder.at } : [];
}

/** Whose address a DNS server setting names. */
function resolverAt(network: Network, server: AddressValue, at: Place): Resolver {
  if (!isUnknown(server)) {
    if (isAzureDns(server)) return { kind: 'azure', at };
    for (const placement of network.firewalls.values()) {
      const own = placement.privateAddress;
      if (own === undefined || !addressSetHas(own.addresses, server)) continue;
      if (own.isExact) return { kind: 'firewall', firewall: placement, at };
      if (own.likely !== undefined && equalIp(own.likely, server)) {
        const assumption = `${formatIp(server)} is the private address of firewall ${placement.firewall.name}`;
        return { kind: 'firewall', firewall: placement, at, assumption };
      }
      const missing = `whether ${formatIp(server)} is the private address of firewall \`${placement.firewall.name}\``;
      return { kind: 'unknown', why: [{ missing, at }] };
    }
    return { kind: 'custom', address: server, at };
  }
  for (const placement of network.firewalls.values()) {
    const symbol = placement.privateAddress?.symbol ?? privateAddressOf(placement.firewall.key);
    if (server.symbol === symbol) {
      return { kind: 'firewall', firewall: placement, at: server.at };
    }
  }
  return { kind: 'unknown', why: [{ missing: server.missing, at: server.at }] };
}

export function isAzureDns(address: AddressValue): boolean {
  return !isUnknown(address) && address.family === 4 && address.value === AZURE_DNS.value;
}

function isSame(a: Resolver, b: Resolver): boolean {
  if (a.kind === 'azure') return b.kind === 'azure';
  if (a.kind === 'firewall') {
    return b.kind === 'firewall' && a.firewall.firewall.key === b.firewall.firewall.key;
  }
  // Several servers of one's own are taken to hold the same data: what they answer is unknown either way.
  return a.kind === 'custom' && b.kind === 'custom';
}

function isPerhapsOn(setting: unknown): boolean {
  return setting === true || isUnknown(setting);
}

import type { UserRoute } from '../../../model/index.ts';
import { addressSetHas, equalIp, formatIp } from '../../../net/index.ts';
import type { FirewallPlacement, SubnetPlacement } from '../../../network/index.ts';
import { dnsProxyOf, resolverOf } from '../../../semantics/dns/resolver.ts';
import { isUnknown, privateAddressOf } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { managed } from './cluster-subjects.ts';
import { fqdnRules, mayHoldFqdnRules, undecided } from './firewall-settings.ts';
import { firewallsOf } from './firewall-subjects.ts';
import { goesThroughAppliance } from './network-subjects.ts';

/** Whom the firewall and the machines behind it ask for names. */

const fqdnRuleWithoutProxy = eachSubject<FirewallPlacement>({
  id: 'firewall/fqdn-rule-without-dns-proxy',
  severity: 'error',
  title: 'Names in network rules are resolved by the same resolver for clients and firewall.',
  explanation:
    'A network rule with an FQDN matches the addresses that the firewall resolved. Clients that ask another resolver may get other addresses and are denied, now and then. The DNS proxy must be on, and the virtual networks must use the firewall as their DNS server.',
  fix: 'turn on the DNS proxy and set the VNet’s DNS servers to the firewall’s private address; restart or reimage the nodes; or use application rules',
  facts: ['AFW-E04', 'AKS-82'],
  covers: ['FW-4'],
  subjects: (context) =>
    firewallsOf(context).filter(
      (placement) =>
        fqdnRules(context, placement).length > 0 || mayHoldFqdnRules(context, placement),
    ),
  none: 'no firewall has a network rule that names an FQDN',
  key: ({ firewall }) => firewall.key,
  judge: (placement, context) => {
    const rules = fqdnRules(context, placement);
    const { name, at } = placement.firewall;
    const proxy = dnsProxyOf(placement);
    if (proxy.state === 'on') return HOLDS;
    const message = `Whether FQDN network rules of ${name} work is not known.`;
    if (proxy.state === 'unknown')
      return {
        kind: 'undecided',
        message,
        missing: `the DNS proxy setting of ${name} (${proxy.why})`,
        at,
      };
    if (rules.length === 0)
      return {
        kind: 'undecided',
        message,
        missing: `whether the rules of ${name} that are not in the input name FQDNs`,
        at,
      };
    return {
      kind: 'fails',
      message: `${rules.length === 1 ? `A network rule of ${name} names hosts` : `${rules.length} network rules of ${name} name hosts`}, and its DNS proxy is off: what it matches is luck.`,
      places: rules
        .slice(0, 3)
        .map(({ rule }) => ({ at: rule.at, what: `network rule ${rule.name}` })),
      evidence: [proxy.why],
    };
  },
});

interface ClientOfProxy {
  readonly placement: FirewallPlacement;
  readonly vnetKey: string;
  readonly cluster: string;
  /** Does the default route of its nodes lead to this firewall for certain? */
  readonly isBehind: boolean;
}

const clientsBypassProxy = eachSubject<ClientOfProxy>({
  id: 'firewall/dns-proxy-bypassed',
  severity: 'warning',
  title: 'Clusters behind a firewall with DNS proxy ask that proxy.',
  explanation:
    'Turning the proxy on changes nothing for clients until the virtual network’s DNS servers point to the firewall. Until then FQDN network rules match other addresses than clients use (an error where there are such rules), and the DNS log stays empty.',
  fix: 'set `dhcpOptions.dnsServers` of the cluster’s VNet to the firewall’s private address, then restart the nodes',
  facts: ['AFW-E04', 'AZS-20'],
  covers: ['FW-4'],
  subjects: (context) =>
    firewallsOf(context)
      .filter((placement) => dnsProxyOf(placement).state === 'on')
      .flatMap((placement) => clientsOf(placement, context)),
  none: 'no cluster whose network is in the input lies behind a firewall with DNS proxy',
  key: ({ placement, vnetKey }) => `${placement.firewall.key} ${vnetKey}`,
  judge: ({ placement, vnetKey, cluster, isBehind }, context) => {
    const { firewall } = placement;
    const resolver = resolverOf(context.network, vnetKey);
    const vnet = context.network.vnets.get(vnetKey)?.vnet;
    const at = vnet?.at ?? firewall.at;
    if (resolver.kind === 'firewall' && resolver.firewall.firewall.key === firewall.key)
      return HOLDS;
    const open = (missing: string): Judgement => ({
      kind: 'undecided',
      message: `Whether ${cluster} resolves through ${firewall.name} is not known.`,
      missing,
      at,
    });
    if (resolver.kind === 'unknown')
      return open(resolver.why.map((fact) => fact.missing).join('; '));
    if (!isBehind) return open(`whether ${cluster} lies behind ${firewall.name}`);
    // A server of one's own may well ask the firewall in turn: no file says.
    if (resolver.kind === 'custom') {
      const { address } = resolver;
      const server = isUnknown(address) ? address.text : formatIp(address);
      return open(`whether DNS server ${server} asks ${firewall.name}`);
    }
    const rules = fqdnRules(context, placement).length;
    const named = rules === 0 ? '' : ' Its network rules with host names match by luck.';
    return {
      kind: 'fails',
      ...(rules === 0 ? {} : { severity: 'error' }),
      message: `The DNS proxy of ${firewall.name} is on, and ${cluster} does not use it.${named}`,
      places: [
        {
          at: 'at' in resolver && resolver.at !== undefined ? resolver.at : at,
          what:
            resolver.kind === 'azure' ? 'dhcpOptions.dnsServers: none' : 'dhcpOptions.dnsServers',
        },
      ],
      evidence: [
        resolver.kind === 'azure'
          ? 'the VNet uses Azure’s resolver'
          : `the VNet asks firewall ${resolver.firewall.firewall.name}`,
      ],
    };
  },
});

const dnsOnlyInParent = eachSubject<FirewallPlacement>({
  id: 'firewall/dns-settings-only-in-parent',
  severity: 'warning',
  title: 'Every policy states its own DNS settings.',
  explanation:
    'Pages disagree whether a child policy inherits the DNS proxy. Set on the base policy only, it may be off.',
  fix: 'repeat dnsSettings in the child policy',
  facts: ['AFW-E09'],
  covers: ['FW-9'],
  subjects: (context) =>
    firewallsOf(context).filter(({ policies }) => policies.at(-1)?.basePolicy !== undefined),
  none: 'no firewall whose policy has a base policy',
  key: ({ firewall }) => firewall.key,
  judge: (placement) => {
    const own = placement.policies.at(-1)!;
    const { dnsProxyEnabled, dnsServers } = own.settings;
    const message = `The DNS settings of ${own.name} are not known.`;
    if (isUnknown(dnsProxyEnabled)) return undecided(message, dnsProxyEnabled);
    if (dnsProxyEnabled !== undefined || dnsServers.length > 0) return HOLDS;
    const bases = placement.policies.slice(0, -1);
    const parent = bases.find(
      ({ settings }) => settings.dnsProxyEnabled === true || settings.dnsServers.length > 0,
    );
    if (parent !== undefined)
      return {
        kind: 'fails',
        message: `Only base policy ${parent.name} ${parent.settings.dnsProxyEnabled === true ? 'turns the DNS proxy on' : 'names DNS servers'}; whether ${own.name} inherits it is contradictory.`,
        places: [
          { at: own.at, what: 'dnsSettings: none' },
          { at: parent.at, what: 'dnsSettings' },
        ],
        evidence: ['documentation contradicts itself on inherited DNS settings'],
      };
    const setting = bases.map(({ settings }) => settings.dnsProxyEnabled).find(isUnknown);
    if (setting !== undefined) return undecided(message, setting);
    const missing = placement.missingPolicy;
    return missing === undefined
      ? HOLDS
      : {
          kind: 'undecided',
          message,
          missing: `base policy \`${missing.id.split('/').at(-1)}\` (not in the input)`,
          at: missing.at,
        };
  },
});

export const FIREWALL_DNS_CHECKS: readonly Check[] = [
  fqdnRuleWithoutProxy,
  clientsBypassProxy,
  dnsOnlyInParent,
];

/** The virtual networks of clusters whose nodes send their default route to this firewall, or may. */
function clientsOf(placement: FirewallPlacement, context: CheckContext): readonly ClientOfProxy[] {
  const seen = new Map<string, ClientOfProxy>();
  for (const cluster of managed(context)) {
    for (const { nodeSubnet } of cluster.pools) {
      if (nodeSubnet.kind !== 'found') continue;
      const behind = isBehind(nodeSubnet.target, placement);
      const vnetKey = nodeSubnet.target.vnet.key;
      if (behind === 'no' || seen.get(vnetKey)?.isBehind === true) continue;
      seen.set(vnetKey, { placement, vnetKey, cluster: cluster.name, isBehind: behind === 'yes' });
    }
  }
  return [...seen.values()];
}

type Certainty = 'yes' | 'no' | 'perhaps';

function isBehind(subnet: SubnetPlacement, placement: FirewallPlacement): Certainty {
  const { routeTable } = subnet;
  if (routeTable.kind === 'none') return 'no';
  if (routeTable.kind !== 'found') return 'perhaps';
  const route = goesThroughAppliance(subnet);
  if (route !== undefined) return leadsTo(route, placement);
  const { routes, isReference } = routeTable.target;
  const isOpen = routes.some(
    ({ destination, nextHopType }) => isUnknown(destination) || isUnknown(nextHopType),
  );
  return isOpen || isReference === true ? 'perhaps' : 'no';
}

function leadsTo(route: UserRoute, { firewall, privateAddress }: FirewallPlacement): Certainty {
  const hop = route.nextHopAddresses[0];
  if (hop === undefined) return 'perhaps';
  if (isUnknown(hop)) {
    const symbol = privateAddress?.symbol ?? privateAddressOf(firewall.key);
    return hop.symbol === symbol ? 'yes' : 'perhaps';
  }
  if (privateAddress === undefined || !addressSetHas(privateAddress.addresses, hop)) return 'no';
  const { isExact, likely } = privateAddress;
  return isExact || (likely !== undefined && equalIp(likely, hop)) ? 'yes' : 'perhaps';
}

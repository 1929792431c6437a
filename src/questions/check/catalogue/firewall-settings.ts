import type { AzureFirewall, FirewallPolicy, FirewallSettings } from '../../../model/index.ts';
import {
  ALL_IPV4,
  addressesOfPrefixes,
  addressSet,
  addressSetCovers,
  addressSetsOverlap,
  parsePrefix,
} from '../../../net/index.ts';
import type { FirewallPlacement } from '../../../network/index.ts';
import { dnsProxyOf, resolverOf } from '../../../semantics/dns/resolver.ts';
import { isUnknown, type Unknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import {
  applicationRulesOf,
  collectionsOf,
  firewallsOf,
  networkRulesOf,
} from './firewall-subjects.ts';

type Holder = AzureFirewall | FirewallPolicy;

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
    firewallsOf(context).filter((placement) => fqdnRules(context, placement).length > 0),
  none: 'no network rule names an FQDN',
  key: ({ firewall }) => firewall.key,
  judge: (placement, context) => {
    const rules = fqdnRules(context, placement);
    const proxy = dnsProxyOf(placement);
    const places = rules
      .slice(0, 3)
      .map(({ rule }) => ({ at: rule.at, what: `network rule ${rule.name}` }));
    if (proxy.state === 'unknown') {
      return {
        kind: 'undecided',
        message: `Whether FQDN network rules of ${placement.firewall.name} work is not known.`,
        missing: `the DNS proxy setting of ${placement.firewall.name} (${proxy.why})`,
        at: placement.firewall.at,
      };
    }
    if (proxy.state === 'off') {
      return {
        kind: 'fails',
        message: `${rules.length} network rule(s) of ${placement.firewall.name} name hosts, and its DNS proxy is off: they match by luck.`,
        places,
        evidence: ['DNS proxy off'],
      };
    }
    return HOLDS;
  },
});

const clientsBypassProxy = eachSubject<{
  placement: FirewallPlacement;
  vnetKey: string;
  cluster: string;
}>({
  id: 'firewall/dns-proxy-bypassed',
  severity: 'warning',
  title: 'Clusters behind a firewall with DNS proxy ask that proxy.',
  explanation:
    'Turning the proxy on changes nothing for clients until the virtual network’s DNS servers point to the firewall. Until then FQDN network rules match other addresses than clients use, and the DNS log stays empty.',
  fix: 'set `dhcpOptions.dnsServers` of the cluster’s VNet to the firewall’s private address, then restart the nodes',
  facts: ['AFW-E04', 'AZS-20'],
  covers: ['FW-4'],
  subjects: (context) =>
    firewallsOf(context)
      .filter((placement) => dnsProxyOf(placement).state === 'on')
      .flatMap((placement) =>
        clusterVnets(context).map(({ vnetKey, cluster }) => ({ placement, vnetKey, cluster })),
      ),
  none: 'no firewall with DNS proxy beside a cluster whose network is in the input',
  key: ({ placement, vnetKey }) => `${placement.firewall.key} ${vnetKey}`,
  judge: ({ placement, vnetKey, cluster }, context) => {
    const resolver = resolverOf(context.network, vnetKey);
    const vnet = context.network.vnets.get(vnetKey)?.vnet;
    const at = vnet?.at ?? placement.firewall.at;
    if (resolver.kind === 'firewall') return HOLDS;
    if (resolver.kind === 'unknown')
      return {
        kind: 'undecided',
        message: `Whether ${cluster} resolves through ${placement.firewall.name} is not known.`,
        missing: resolver.why.map((fact) => fact.missing).join('; '),
        at,
      };
    return {
      kind: 'fails',
      message: `The DNS proxy of ${placement.firewall.name} is on, and ${cluster} does not use it.`,
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
          : 'the VNet uses another DNS server',
      ],
    };
  },
});

const threatIntel = eachSubject<FirewallPlacement>({
  id: 'firewall/threat-intelligence-not-denying',
  severity: 'warning',
  title: 'Threat intelligence denies.',
  explanation:
    'In Alert mode known-bad addresses and names are only logged, and network rules on 80 and 443 even hide name-based alerts. Off, nothing looks.',
  fix: 'set threatIntelMode to Deny, with an allow list for what must pass',
  facts: ['AFW-E23'],
  covers: ['FW-23'],
  subjects: firewallsOf,
  none: 'no firewall',
  key: ({ firewall }) => firewall.key,
  judge: (placement) => {
    const modes = holdersOf(placement).map((holder) => holder.settings.threatIntelMode);
    if (modes.includes('Deny')) return HOLDS;
    const unknown = modes.find(isUnknown) ?? missingPolicy(placement);
    if (unknown !== undefined)
      return undecided(
        `The threat intelligence mode of ${placement.firewall.name} is not known.`,
        unknown,
      );
    const tier = tierOf(placement);
    const mode =
      modes.includes('Alert') || modes.every((one) => one === undefined) ? 'only alerts' : 'is off';
    const holder = holdersOf(placement).at(-1) ?? placement.firewall;
    return {
      kind: 'fails',
      message: `Threat intelligence of ${placement.firewall.name} ${mode}${tier === 'Basic' ? ' (the Basic tier cannot deny)' : ''}.`,
      places: [
        {
          at: holder.at,
          what: `threatIntelMode ${modes.find((one) => one !== undefined) ?? 'not set (Alert)'}`,
        },
      ],
      evidence: [`threatIntelMode: ${modes.find((one) => one !== undefined) ?? 'not set'}`],
    };
  },
});

const privateRanges = eachSubject<Holder>({
  id: 'firewall/private-ranges-incomplete',
  severity: 'warning',
  title: 'A custom list of private ranges keeps the private ranges.',
  explanation:
    'A custom SNAT list replaces the defaults. A range that is left out is translated: on-premises sees firewall addresses instead of clients, and private paths become asymmetric. `0.0.0.0/0` switches translation off, which ends internet egress.',
  fix: 'list 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and 100.64.0.0/10 together with your own ranges',
  facts: ['AFW-E14'],
  covers: ['FW-14'],
  subjects: (context) =>
    holders(context).filter(({ settings }) => settings.snatPrivateRanges !== undefined),
  none: 'no custom private ranges',
  key: ({ key }) => key,
  judge: (holder) => {
    const terms = holder.settings.snatPrivateRanges ?? [];
    const unknown = terms.find((term) => term.kind === 'unknown');
    if (unknown?.kind === 'unknown')
      return undecided(`The private ranges of ${holder.name} are not known.`, unknown.unknown);
    const set = addressSet(terms.flatMap((term) => (term.kind === 'range' ? [term.range] : [])));
    if (addressSetCovers(set, ALL_IPV4) || terms.some((term) => term.kind === 'any')) {
      return {
        kind: 'fails',
        severity: 'error',
        message: `${holder.name} never translates (0.0.0.0/0 is private to it): nothing reaches the internet.`,
        places: [{ at: terms[0]?.at ?? holder.at, what: 'private ranges' }],
        evidence: ['0.0.0.0/0 in the private ranges'],
      };
    }
    const missing = DEFAULT_PRIVATE.filter(
      (text) => !addressSetCovers(set, addressesOfPrefixes([parsePrefix(text)!])),
    );
    if (missing.length === 0) return HOLDS;
    return {
      kind: 'fails',
      message: `${holder.name} translates traffic to ${missing.join(', ')} although these ranges are private.`,
      places: [{ at: terms[0]?.at ?? holder.at, what: 'private ranges' }],
      evidence: missing.map((text) => `${text} is not in the list`),
    };
  },
});

const idpsRanges = eachSubject<FirewallPolicy>({
  id: 'firewall/idps-private-ranges-differ',
  severity: 'note',
  title: 'IDPS knows the same private ranges as SNAT.',
  explanation:
    'IDPS takes only RFC 1918 as internal unless told otherwise. Pods in 100.64.0.0/10 count as external, so outbound signatures do not fire for them.',
  fix: 'set intrusionDetection.configuration.privateRanges to the ranges in use',
  facts: ['AFW-E15'],
  covers: ['FW-15'],
  subjects: (context) =>
    [...context.perimeter.firewallPolicies.values()].filter(
      (policy) =>
        policy.intrusionDetectionMode !== undefined && policy.intrusionDetectionMode !== 'Off',
    ),
  none: 'no policy uses IDPS',
  key: ({ key }) => key,
  judge: (policy, context) => {
    if (isUnknown(policy.intrusionDetectionMode))
      return undecided(
        `Whether ${policy.name} uses IDPS is not known.`,
        policy.intrusionDetectionMode,
      );
    const shared = addressesOfPrefixes([parsePrefix('100.64.0.0/10')!]);
    const used =
      context.network.clusters.some((cluster) =>
        addressSetsOverlap(cluster.podAddresses, shared),
      ) ||
      [...context.network.vnets.values()].some((vnet) =>
        addressSetsOverlap(vnet.addresses, shared),
      );
    const listed = (policy.intrusionDetectionPrivateRanges ?? []).some(
      (term) => term.kind === 'range' && addressSetsOverlap(addressSet([term.range]), shared),
    );
    if (!used || listed) return HOLDS;
    return {
      kind: 'fails',
      message: `IDPS of ${policy.name} takes addresses in 100.64.0.0/10 for outside ones.`,
      places: [{ at: policy.at, what: 'intrusionDetection' }],
      evidence: ['100.64.0.0/10 is in use and not among the IDPS private ranges'],
    };
  },
});

const basicTier = eachSubject<FirewallPlacement>({
  id: 'firewall/basic-tier-lacks-feature',
  severity: 'error',
  title: 'Nothing is configured that the Basic tier silently lacks.',
  explanation:
    'Basic has no DNS proxy, no custom DNS, no FQDN in network rules, no threat intelligence deny, no web categories and no private-address DNAT.',
  fix: 'use the Standard tier, or remove the setting',
  facts: ['AFW-E32'],
  covers: ['FW-32'],
  subjects: firewallsOf,
  none: 'no firewall',
  key: ({ firewall }) => firewall.key,
  judge: (placement, context) => {
    const tier = placement.firewall.skuTier;
    if (isUnknown(tier))
      return undecided(`The tier of ${placement.firewall.name} is not known.`, tier);
    if (tierOf(placement) !== 'Basic') return HOLDS;
    const settings = holdersOf(placement).map((holder) => holder.settings);
    const lacking = [
      ...(settings.some((one) => one.dnsProxyEnabled === true) ? ['DNS proxy'] : []),
      ...(settings.some((one) => one.dnsServers.length > 0) ? ['custom DNS servers'] : []),
      ...(settings.some((one) => one.threatIntelMode === 'Deny')
        ? ['threat intelligence deny']
        : []),
      ...(fqdnRules(context, placement).length > 0 ? ['FQDN in network rules'] : []),
    ];
    if (lacking.length === 0) return HOLDS;
    return {
      kind: 'fails',
      message: `${placement.firewall.name} is Basic and is given ${lacking.join(', ')}.`,
      places: [{ at: placement.firewall.at, what: 'sku.tier: Basic' }],
      evidence: lacking,
    };
  },
});

const zones = eachSubject<FirewallPlacement>({
  id: 'firewall/not-zone-redundant',
  severity: 'warning',
  title: 'The firewall spans availability zones.',
  explanation:
    'All egress depends on the firewall. In one zone it shares that zone’s fate; zones are chosen at creation.',
  fix: 'deploy it with zones 1, 2 and 3 and zone-redundant public addresses',
  facts: ['AFW-E28'],
  covers: ['A14'],
  subjects: (context) =>
    firewallsOf(context).filter(({ firewall }) => firewall.virtualHub === undefined),
  none: 'no firewall in a virtual network',
  key: ({ firewall }) => firewall.key,
  judge: ({ firewall }) => {
    if (firewall.zones.length >= 2) return HOLDS;
    return {
      kind: 'fails',
      message: `${firewall.name} is not zone redundant: one zone down, all egress down.`,
      places: [{ at: firewall.at, what: `zones ${firewall.zones.join(', ') || 'not set'}` }],
      evidence: [`zones: ${firewall.zones.join(', ') || 'none'}`],
    };
  },
});

const fewAddresses = eachSubject<FirewallPlacement>({
  id: 'firewall/few-public-addresses',
  severity: 'note',
  title: 'There are enough public addresses for SNAT.',
  explanation:
    'Each public address gives 2,496 ports per instance towards one destination. The AKS guide recommends at least 20 addresses for production; exhaustion shows as intermittent failures to one busy destination.',
  fix: 'add public IP configurations from a prefix (20 or more), or attach a NAT gateway to AzureFirewallSubnet',
  facts: ['AFW-E11'],
  covers: ['FW-11', 'O4'],
  subjects: (context) =>
    firewallsOf(context).filter(
      (placement) =>
        placement.firewall.virtualHub === undefined && context.perimeter.clusters.size > 0,
    ),
  none: 'no firewall beside a cluster',
  key: ({ firewall }) => firewall.key,
  judge: (placement) => {
    if (placement.natGateway.kind === 'found') return HOLDS;
    if (placement.natGateway.kind === 'unknown')
      return undecided(
        `Whether a NAT gateway serves ${placement.firewall.name} is not known.`,
        placement.natGateway.unknown,
      );
    const count = placement.publicAddresses.length;
    if (count >= 20) return HOLDS;
    return {
      kind: 'fails',
      message: `${placement.firewall.name} has ${count} public address(es): ${(count * 2 * 2496).toLocaleString('en-US')} connections to one destination at a time.`,
      places: [{ at: placement.firewall.at, what: 'ipConfigurations' }],
      evidence: [`${count} × 2 instances × 2,496 ports`],
    };
  },
});

const classicIgnored = eachSubject<AzureFirewall>({
  id: 'firewall/classic-settings-ignored',
  severity: 'warning',
  title: 'A firewall with a policy has no classic settings beside it.',
  explanation:
    'With a policy attached, DNS, SNAT and threat intelligence keys in additionalProperties are ignored; only the policy counts.',
  fix: 'move the setting to the policy and delete it from the firewall',
  facts: ['AFW-E10'],
  covers: ['FW-10'],
  subjects: (context) =>
    [...context.perimeter.firewalls.values()].filter(({ policy }) => policy !== undefined),
  none: 'no firewall with a policy',
  key: ({ key }) => key,
  judge: (firewall) => {
    const { settings } = firewall;
    const ignored = [
      ...(settings.dnsProxyEnabled === undefined ? [] : ['Network.DNS.EnableProxy']),
      ...(settings.dnsServers.length === 0 ? [] : ['Network.DNS.Servers']),
      ...(settings.snatPrivateRanges === undefined ? [] : ['Network.SNAT.PrivateRanges']),
      ...(settings.threatIntelMode === undefined ? [] : ['threatIntelMode']),
    ];
    if (ignored.length === 0) return HOLDS;
    return {
      kind: 'fails',
      message: `${firewall.name} has a policy, so its own ${ignored.join(', ')} does nothing.`,
      places: [{ at: firewall.at, what: ignored.join(', ') }],
      evidence: ignored,
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
  subjects: (context) => firewallsOf(context).filter(({ policies }) => policies.length > 1),
  none: 'no firewall whose policy has a base policy',
  key: ({ firewall }) => firewall.key,
  judge: (placement) => {
    const own = placement.policies.at(-1)!;
    const set = own.settings.dnsProxyEnabled;
    if (isUnknown(set)) return undecided(`The DNS settings of ${own.name} are not known.`, set);
    const parent = placement.policies
      .slice(0, -1)
      .find((policy) => policy.settings.dnsProxyEnabled === true);
    if (set !== undefined || parent === undefined) return HOLDS;
    return {
      kind: 'fails',
      message: `Only base policy ${parent.name} turns the DNS proxy on; whether ${own.name} inherits it is contradictory.`,
      places: [
        { at: own.at, what: 'dnsSettings: none' },
        { at: parent.at, what: 'dnsSettings' },
      ],
      evidence: ['documentation contradicts itself on inherited DNS settings'],
    };
  },
});

const infrastructureDisabled = eachSubject({
  id: 'firewall/infrastructure-collection-disabled',
  severity: 'note',
  title: 'Whoever denies every name means to switch off the built-in infrastructure rules.',
  explanation:
    'A deny-all application collection is not redundant: it runs before the built-in collection that lets platform images, disk status and diagnostics through.',
  fix: 'keep it only on purpose, and allow the platform names that are needed',
  facts: ['AFW-E36'],
  covers: ['FW-36'],
  subjects: (context) =>
    applicationRulesOf(context).filter(
      ({ collection }) => collection.kind === 'application' && collection.action !== 'Allow',
    ),
  none: 'no application rule denies anything',
  key: ({ rule }) => rule.key,
  judge: ({ rule, collection }) => {
    if (collection.kind === 'application' && isUnknown(collection.action))
      return undecided(`Whether ${collection.name} denies is not known.`, collection.action);
    const all = rule.targetFqdns.find((target) => !isUnknown(target) && target.text === '*');
    return all === undefined
      ? HOLDS
      : {
          kind: 'fails',
          message: `${collection.name}/${rule.name} denies every name: the built-in infrastructure rules are off.`,
          places: [{ at: all.at, what: '*' }],
          evidence: ['deny * precedes the infrastructure collection'],
        };
  },
});

const samePriority = eachSubject({
  id: 'firewall/duplicate-priority',
  severity: 'error',
  title: 'Collections of one scope have different priorities.',
  explanation:
    'What runs first among equal priorities is undocumented, so the verdict of overlapping rules is too. Azure refuses most of these.',
  fix: 'give each collection its own priority',
  facts: ['AFW-E01'],
  covers: ['AFW-2.1'],
  subjects: collectionsOf,
  none: 'no rule collection',
  key: ({ collection }) => collection.key,
  judge: (subject, context) => {
    const { collection } = subject;
    if (isUnknown(collection.priority))
      return undecided(`The priority of ${collection.name} is not known.`, collection.priority);
    const twin = collectionsOf(context).find(
      (other) =>
        other.collection !== collection &&
        other.holder === subject.holder &&
        other.group === subject.group &&
        other.collection.kind === collection.kind &&
        other.collection.priority === collection.priority &&
        other.collection.name < collection.name,
    );
    return twin === undefined
      ? HOLDS
      : {
          kind: 'fails',
          message: `Collections ${twin.collection.name} and ${collection.name} both have priority ${String(collection.priority)}.`,
          places: [
            { at: collection.at, what: `priority ${String(collection.priority)}` },
            { at: twin.collection.at, what: `priority ${String(collection.priority)}` },
          ],
          evidence: ['order undocumented'],
        };
  },
});

export const FIREWALL_SETTING_CHECKS: readonly Check[] = [
  fqdnRuleWithoutProxy,
  clientsBypassProxy,
  threatIntel,
  privateRanges,
  idpsRanges,
  basicTier,
  zones,
  fewAddresses,
  classicIgnored,
  dnsOnlyInParent,
  infrastructureDisabled,
  samePriority,
];

const DEFAULT_PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];

/** Whoever's settings count: the policies, base first; the firewall itself without one. */
export function holdersOf(
  placement: FirewallPlacement,
): readonly { readonly settings: FirewallSettings; readonly at: AzureFirewall['at'] }[] {
  return placement.policies.length > 0 ? placement.policies : [placement.firewall];
}

function holders(context: CheckContext): readonly Holder[] {
  return [...context.perimeter.firewalls.values(), ...context.perimeter.firewallPolicies.values()];
}

function tierOf(placement: FirewallPlacement): string | undefined {
  const tier = placement.firewall.skuTier ?? placement.policies.at(-1)?.skuTier;
  return typeof tier === 'string' ? tier : undefined;
}

function fqdnRules(context: CheckContext, placement: FirewallPlacement) {
  const keys = new Set([placement.firewall.key, ...placement.policies.map((policy) => policy.key)]);
  return networkRulesOf(context).filter(
    ({ rule, holder }) => rule.destinationFqdns.length > 0 && keys.has(holder.key),
  );
}

function clusterVnets(
  context: CheckContext,
): readonly { readonly vnetKey: string; readonly cluster: string }[] {
  const seen = new Map<string, string>();
  for (const cluster of context.network.clusters) {
    for (const pool of cluster.pools) {
      if (pool.nodeSubnet.kind === 'found') seen.set(pool.nodeSubnet.target.vnet.key, cluster.name);
    }
  }
  return [...seen].map(([vnetKey, cluster]) => ({ vnetKey, cluster }));
}

function missingPolicy(placement: FirewallPlacement): Unknown | undefined {
  const missing = placement.missingPolicy;
  return missing === undefined
    ? undefined
    : {
        kind: 'unknown',
        reason: 'external-link',
        text: missing.id,
        missing: `firewall policy \`${missing.id.split('/').at(-1)}\` (not in the input)`,
        at: missing.at,
      };
}

export function undecided(message: string, unknown: Unknown): Judgement {
  return { kind: 'undecided', message, missing: unknown.missing, at: unknown.at };
}

import type { Gap } from '../diagnostics/index.ts';
import type { Datasets } from '../facts/index.ts';
import type { Perimeter } from '../model/index.ts';
import {
  type AddressSet,
  type DomainName,
  formatIp,
  type Ip,
  singleAddress,
  unionAddresses,
} from '../net/index.ts';
import type { FirewallPlacement, KnownAddress, Network } from '../network/index.ts';
import { isUnknown } from '../values/index.ts';
import type { Appliance, ApplianceSite, DnsProxyConfiguration } from './appliance.ts';
import { type ApplicationRules, applicationRules } from './application/application-rules.ts';
import { applicationMaps } from './application/name-maps.ts';
import { dnatRegions } from './network/dnat-regions.ts';
import { type LayeredRules, layersOf } from './network/layers.ts';
import { networkRegions } from './network/network-regions.ts';
import type { Region } from './network/region.ts';
import { TABLE, tableText } from './nftables/table.ts';
import { proxyMaps } from './proxy/proxy-maps.ts';
import { proxyText } from './proxy/proxy-text.ts';
import { addressReader } from './rules/address-reader.ts';
import { ruleNumbers } from './rules/rule-numbers.ts';
import { ruleOrder } from './rules/rule-order.ts';
import { type ApplianceSettings, applianceSettings } from './rules/settings.ts';
import { threatFilter } from './threat/threat-filter.ts';

export interface ApplianceInput {
  readonly firewall: FirewallPlacement;
  readonly perimeter: Pick<Perimeter, 'ipGroups' | 'clusters'>;
  /** Settles addresses that are symbols in the rules. */
  readonly network?: Network;
  readonly datasets: Pick<Datasets, 'serviceTags' | 'fqdnTags' | 'threatList'>;
  readonly site: ApplianceSite;
  /** What the firewall's own DNS answers, for names that DNAT rules translate to. */
  readonly resolve?: (name: DomainName) => Ip | undefined;
}

/**
 * An Azure Firewall as configuration of a Linux machine. The same input gives the same bytes. Nothing passes that the input does
 * not certainly allow; whatever was narrowed, widened or left out for that is in `gaps`.
 *
 * O(rules × their prefixes), and see `layersOf` and `applicationMaps` for what overlapping rules cost.
 */
export function compileAppliance(input: ApplianceInput): Appliance {
  const { firewall: placement, perimeter, datasets, site } = input;
  const symbols = settledSymbols(input);
  const reader = addressReader(datasets.serviceTags, perimeter.ipGroups, symbols);
  const settings = applianceSettings(placement, reader);
  const order = ruleOrder(placement);
  const numbers = ruleNumbers();
  const gaps: Gap[] = [...order.gaps, ...settings.gaps];

  const threats = threatFilter(datasets.threatList, settings, reader, numbers);
  const ownPublic = unionAddresses(...site.publicAddresses.map(singleAddress));
  const ownPrivate = singleAddress(site.privateAddress);
  const dnat = settings.isForcedTunnelling
    ? { regions: [], targets: [], gaps: [] }
    : dnatRegions(
        order.collections.dnat,
        takesDnatPrivately(placement, settings) ? unionAddresses(ownPublic, ownPrivate) : ownPublic,
        reader,
        symbols,
        input.resolve ?? (() => undefined),
        numbers,
      );
  const network = networkRegions(order.collections.network, reader, settings, numbers);
  const application = applicationRules(
    order.collections.application,
    reader,
    datasets.fqdnTags,
    locationsOf(placement, perimeter),
    numbers,
  );
  gaps.push(...threats.gaps, ...dnat.gaps, ...network.gaps, ...application.gaps);

  const inbound = layersOf(dnat.regions);
  const withPorts = layersOf(network.withPorts);
  const others = layersOf(network.others);
  noteEntangled('DNAT rules', inbound, dnat.regions, gaps);
  noteEntangled('network rules', withPorts, network.withPorts, gaps);
  noteEntangled('network rules without ports', others, network.others, gaps);
  // What a network rule might have denied must not reach the application rules.
  const isWhole = withPorts.placed === network.withPorts.length;
  const maps = applicationMaps(isWhole ? application.rules : []);
  if (maps.isTooLarge) {
    gaps.push({
      what: 'application rules',
      why: 'too many names for too many different sources: none of them is compiled, so nothing passes by name',
    });
  }
  const { http, tls } = maps;
  for (const port of http.ports.filter((entry) => tls.ports.includes(entry))) {
    const why = 'named for HTTP and for HTTPS: only TLS passes there';
    gaps.push({ what: `port ${port} of application rules`, why });
  }
  gaps.push(...leftOut(placement, settings, application, threats.names !== undefined));
  if (reader.hasSeenIpv6()) {
    gaps.push({ what: 'IPv6 addresses in rules', why: 'the appliance forwards IPv4 only' });
  }
  const hasProxy = http.ports.length > 0 || tls.ports.length > 0;
  return {
    name: placement.firewall.name,
    nftables: tableText({
      name: placement.firewall.name,
      site,
      rules: numbers.all(),
      threats,
      dnat: inbound.layers,
      dnatTargets: dnat.targets,
      withPorts: withPorts.layers,
      others: others.layers,
      nameSets: [...new Set(network.names.map(({ set }) => set))],
      proxiedPorts: { http: http.ports, tls: tls.ports },
      answersDns: settings.dnsProxyEnabled,
      privateRanges: settings.privateRanges,
      leavesPrivately: settings.hasNatGateway || settings.isForcedTunnelling,
      own: unionAddresses(
        ownPublic,
        ownPrivate,
        singleAddress(site.instanceAddress ?? site.privateAddress),
      ),
    }),
    ...(hasProxy
      ? { haproxy: { text: proxyText(site, maps, threats), maps: proxyMaps(maps, threats) } }
      : {}),
    dnsProxy: dnsProxyOf(site, settings, network.names),
    rules: numbers.all(),
    ownAddresses: [
      ...site.publicAddresses,
      ...(site.instanceAddress === undefined ? [] : [site.instanceAddress]),
    ],
    gaps,
  };
}

/** AFW-61: in a virtual network and not on Basic. A tier that is not known is taken for Basic. */
function takesDnatPrivately({ firewall }: FirewallPlacement, { tier }: ApplianceSettings): boolean {
  return firewall.virtualHub === undefined && !isUnknown(tier) && tier !== 'Basic';
}

function dnsProxyOf(
  site: ApplianceSite,
  settings: ApplianceSettings,
  names: DnsProxyConfiguration['sets'],
): DnsProxyConfiguration {
  return {
    isListening: settings.dnsProxyEnabled,
    upstream: site.dnsUpstream.map(({ address, port }) => ({ address: formatIp(address), port })),
    sets: names,
    table: TABLE,
  };
}

/** The firewall's own addresses stand for their symbols, and every address that the network knows exactly. */
function settledSymbols({
  firewall,
  network,
  site,
}: ApplianceInput): ReadonlyMap<string, AddressSet> {
  const symbols = new Map<string, AddressSet>();
  for (const { address } of network?.owners.entries ?? []) {
    if (address.symbol !== undefined && address.isExact)
      symbols.set(address.symbol, address.addresses);
  }
  const own = (known: KnownAddress | undefined, ip: Ip | undefined) => {
    if (known?.symbol !== undefined && ip !== undefined)
      symbols.set(known.symbol, singleAddress(ip));
  };
  own(firewall.privateAddress, site.privateAddress);
  for (const [at, { address }] of firewall.publicAddresses.entries()) {
    own(address, site.publicAddresses[at]);
  }
  return symbols;
}

/** Regions of the clusters behind the firewall: `<location>` in Microsoft's lists is theirs. */
function locationsOf(
  { firewall }: FirewallPlacement,
  perimeter: Pick<Perimeter, 'clusters'>,
): readonly string[] {
  const found = [...perimeter.clusters.values()].flatMap(({ location }) => location ?? []);
  const all = found.length > 0 ? found : [firewall.location ?? []].flat();
  return [...new Set(all)].sort();
}

function noteEntangled(
  what: string,
  layered: LayeredRules,
  regions: readonly Region[],
  gaps: Gap[],
): void {
  if (layered.placed === regions.length) return;
  gaps.push({
    what,
    why: `too entangled to compile after ${layered.placed} of ${regions.length}: what only the rest would decide is denied`,
  });
}

/** Parts of the firewall that this appliance has not. */
function leftOut(
  { firewall, policies }: FirewallPlacement,
  settings: ApplianceSettings,
  application: ApplicationRules,
  readsNames: boolean,
): readonly Gap[] {
  const gaps: Gap[] = [];
  const inspecting = policies.find(
    ({ intrusionDetectionMode: mode }) => mode !== undefined && mode !== 'Off',
  );
  if (inspecting !== undefined) {
    gaps.push({
      what: `intrusionDetection of policy \`${inspecting.name}\``,
      why: 'signatures are not matched',
      at: inspecting.at,
    });
  }
  const explicit = policies.find(
    ({ explicitProxyEnabled: enabled }) => enabled !== undefined && enabled !== false,
  );
  if (explicit !== undefined) {
    const why = 'the appliance is no explicit proxy: its ports are closed';
    gaps.push({ what: `explicitProxy of policy \`${explicit.name}\``, why, at: explicit.at });
  }
  if (application.rules.length > 0) {
    gaps.push({
      what: 'built-in infrastructure collection',
      why: 'its names are not published: only names that rules allow pass',
    });
  }
  if (readsNames && settings.threatIntelMode === 'Deny') {
    gaps.push({
      what: 'names of threat intelligence',
      why: 'they are looked for where application rules decide; connections that a network rule allows are not read',
      at: firewall.at,
    });
  }
  return gaps;
}

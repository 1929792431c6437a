import type { ManagedCluster, PrivateDnsZoneLink, PrivateEndpoint } from '../../model/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  equalIp,
  isEmptyAddressSet,
  singleAddress,
} from '../../net/index.ts';
import type { ClusterPlacement, Network } from '../../network/index.ts';
import { isUnknown, privateAddressOf } from '../../values/index.ts';
import { isPrivateApiServerName, privateApiServerEndings } from '../api-server/public-names.ts';
import type { Decider, MissingFact } from '../verdict.ts';
import type { NameEffect } from './symbolic.ts';
import { type AliasSuffix, aliasesOf, aliasSuffixes, suffixesInto } from './symbolic-alias.ts';
import { namesKept, recordUnder, tableOf, type ZoneTable } from './symbolic-records.ts';

/** What one name means: the first effect whose needs come out so. The last one has none. */
export type Answer = readonly {
  readonly effect: NameEffect;
  readonly by: Decider;
  readonly needs: readonly MissingFact[];
}[];

/** Azure's resolver, asked from one network. */
export interface AzureView {
  readonly network: Network;
  readonly vnetKey: string;
  readonly linked: readonly LinkedTable[];
  /** Zones with a link whose network is not known. */
  readonly perhaps: readonly LinkedTable[];
  readonly suffixes: readonly AliasSuffix[];
}

interface LinkedTable {
  readonly table: ZoneTable;
  readonly link: PrivateDnsZoneLink;
}

export function azureView(network: Network, vnetKey: string): AzureView {
  const linked: LinkedTable[] = [];
  const perhaps: LinkedTable[] = [];
  for (const zone of network.perimeter.privateDnsZones.values()) {
    for (const link of zone.links) {
      const { virtualNetwork: to } = link;
      if (isUnknown(to)) perhaps.push({ table: tableOf(network, zone), link });
      else if (to.key === vnetKey) linked.push({ table: tableOf(network, zone), link });
    }
  }
  const suffixes = aliasSuffixes(network.perimeter.snapshot.datasets.privateDnsZones);
  return { network, vnetKey, linked, perhaps, suffixes };
}

/**
 * Every pattern that makes a difference to the resolver: names that none of the more specific ones takes are answered
 * alike under each.
 */
export function patternsOf({ network, linked, perhaps, suffixes }: AzureView): readonly string[] {
  const patterns = new Set(['*', 'internal.cloudapp.net', '*.internal.cloudapp.net']);
  for (const { table } of [...linked, ...perhaps]) {
    const { zone } = table.zone;
    const kept = [...network.perimeter.privateEndpoints.values()].flatMap((one) =>
      namesKept(one, zone),
    );
    const inside = ['@', '*', ...table.held.keys(), ...kept];
    for (const outer of [zone, ...suffixesInto(suffixes, zone)]) {
      for (const name of inside) patterns.add(name === '@' ? outer : `${name}.${outer}`);
    }
  }
  for (const { suffix } of suffixes) patterns.add(`*.${suffix.join('.')}`);
  for (const { dnsConfigs } of network.perimeter.privateEndpoints.values()) {
    for (const { fqdn } of dnsConfigs) patterns.add(fqdn.toLowerCase());
  }
  for (const ending of privateApiServerEndings(network)) patterns.add(`*${ending}`);
  for (const { cluster } of network.clusters) {
    for (const name of [cluster?.fqdn, cluster?.privateFqdn]) {
      if (name !== undefined) patterns.add(name.toLowerCase());
    }
  }
  // A placeholder nobody can fill in stands for one label, which no pattern says: what lies above it is taken together.
  return [...patterns].map((text) => text.replace(/^.*\{[^.]*(?=\.)/, '*'));
}

/** Linked zones for good (AZS-21), then names of AKS, then public DNS with its aliases (AZS-23). */
export function answerOf(view: AzureView, asked: string): Answer {
  let name = asked;
  for (let steps = 0; steps < 8; steps += 1) {
    const own = closest(view.linked, name);
    const other = closest(view.perhaps, name);
    if (
      other !== undefined &&
      zoneOf(other).length > (own === undefined ? 0 : zoneOf(own).length)
    ) {
      const { virtualNetwork: to, at } = other.link;
      const missing = isUnknown(to) ? to.missing : 'the linked network';
      return open(zoneDecider(other), { missing, at });
    }
    const next = own === undefined ? outside(view, asked, name) : inside(view, own, asked, name);
    if (typeof next !== 'string') return next;
    name = next;
  }
  return open(
    { kind: 'platform', name: 'DNS' },
    { missing: `an end to the aliases of \`${asked}\`` },
  );
}

function inside(view: AzureView, own: LinkedTable, asked: string, name: string): Answer | string {
  const { table, link } = own;
  const { zone } = table;
  const by = zoneDecider(own);
  const relative = name === zone.zone ? '@' : name.slice(0, -zone.zone.length - 1);
  const record = recordUnder(table, relative);
  switch (record?.kind) {
    case 'alias':
      return record.target;
    case 'unknown':
      return open(by, record.fact);
    case 'endpoint':
      return sure(by, endpointEffect(view.network, record.endpoint));
    case 'address': {
      const { address } = record;
      const endpoint = [...view.network.perimeter.privateEndpoints.values()].find((one) =>
        isUnknown(address)
          ? address.symbol !== undefined && symbolsOf(one).includes(address.symbol)
          : one.addresses.some((each) => !isUnknown(each) && equalIp(each, address)),
      );
      if (!isUnknown(address)) {
        const known = endpoint === undefined ? {} : { endpoint };
        return sure(by, { kind: 'private', addresses: singleAddress(address), ...known });
      }
      if (endpoint !== undefined) return sure(by, endpointEffect(view.network, endpoint));
      const symbol = address.symbol === undefined ? {} : { symbol: address.symbol };
      return sure(by, { kind: 'private', addresses: ALL_IPV4, ...symbol });
    }
    default:
  }
  if (zone.isReference === true) {
    const missing = `records of private DNS zone \`${zone.zone}\` (declared elsewhere)`;
    return open(by, { missing, at: zone.at });
  }
  if (link.registrationEnabled === true || isUnknown(link.registrationEnabled)) {
    const missing = `whether a machine registered \`${name}\` in zone \`${zone.zone}\``;
    return open(by, { missing, at: link.at });
  }
  // AZS-22: the link may look on in public DNS.
  if (/^nxdomainredirect$/i.test(link.resolutionPolicy ?? '')) {
    return sure({ ...by, fact: 'AZS-22' }, { kind: 'public' });
  }
  const nobody: NameEffect = { kind: 'nxdomain' };
  if (name === asked || isOfEndpoint(view.network, asked, relative, zone.zone)) {
    return sure(by, nobody);
  }
  const missing = `whether \`${asked}\` has a private endpoint (then its name leads into zone \`${zone.zone}\`, which has no record for it)`;
  return [
    { effect: nobody, by, needs: [{ missing, at: link.at }] },
    { effect: { kind: 'public' }, by, needs: [] },
  ];
}

function outside(view: AzureView, asked: string, name: string): Answer | string {
  const cluster = apiServer(view, name);
  if (cluster !== undefined) return cluster;
  if (name === 'internal.cloudapp.net' || name.endsWith('.internal.cloudapp.net')) {
    return open(
      { kind: 'platform', name: 'Azure DNS' },
      { missing: `the machine called \`${name}\`` },
    );
  }
  if (isPrivateApiServerName(view.network, name)) {
    return sure({ kind: 'platform', name: 'public DNS', fact: 'AKS-53' }, { kind: 'nxdomain' });
  }
  const targets = aliasesOf(view.suffixes, name);
  const held = targets.filter(
    (target) => (closest(view.linked, target) ?? closest(view.perhaps, target)) !== undefined,
  );
  const [target] = held;
  if (target === undefined) {
    return sure({ kind: 'platform', name: 'public DNS', fact: 'AZS-21' }, { kind: 'public' });
  }
  if (held.length === targets.length) return target;
  const missing = `which private zone \`${asked}\` is an alias into`;
  return open({ kind: 'platform', name: 'public DNS', fact: 'AZS-23' }, { missing });
}

/** AKS-53, AKS-54: AKS links the zone it makes to the nodes' network only. */
function apiServer({ network, vnetKey }: AzureView, name: string): Answer | undefined {
  const isCalled = (text: string | undefined) => text?.toLowerCase() === name;
  const placement = network.clusters.find(
    ({ cluster }) =>
      cluster !== undefined && (isCalled(cluster.fqdn) || isCalled(cluster.privateFqdn)),
  );
  const cluster = placement?.cluster;
  if (placement === undefined || cluster === undefined) return undefined;
  const { at, isPrivate, publicFqdn, privateDnsZone } = cluster.apiServer;
  const by: Decider = { kind: 'platform', name: 'DNS of AKS', at, fact: 'AKS-53' };
  if (isUnknown(isPrivate)) return open(by, { missing: isPrivate.missing, at });
  if (isPrivate !== true) return sure(by, { kind: 'public' });
  const effect = apiServerEffect(network, placement, cluster);
  if (!isCalled(cluster.privateFqdn)) {
    if (publicFqdn === true) return sure(by, effect);
    return open(by, { missing: `whether the public name of ${cluster.name} is on`, at });
  }
  if (isUnknown(privateDnsZone)) return open(by, { missing: privateDnsZone.missing, at });
  const setting = privateDnsZone?.toLowerCase() ?? 'system';
  if (setting === 'none') return sure(by, effect);
  if (setting !== 'system') return sure(by, { kind: 'nxdomain' });
  const nodes = placement.pools[0]?.nodeSubnet;
  if (nodes?.kind !== 'found') {
    return open(by, { missing: `the virtual network of ${cluster.name}'s nodes`, at });
  }
  return sure(by, nodes.target.vnet.key === vnetKey ? effect : { kind: 'nxdomain' });
}

/** AKS-52, AKS-55: an endpoint in the first pool's subnet, or a front end in the API server's own. */
function apiServerEffect(
  network: Network,
  { pools }: ClusterPlacement,
  { key, apiServer: { subnet, vnetIntegration } }: ManagedCluster,
): NameEffect {
  const own =
    subnet === undefined || isUnknown(subnet) ? undefined : network.subnets.get(subnet.key);
  const nodes = pools[0]?.nodeSubnet;
  const first = nodes?.kind === 'found' ? nodes.target : undefined;
  const room = (vnetIntegration === true ? own : first)?.addresses;
  return { kind: 'private', addresses: orAny(room), symbol: privateAddressOf(key) };
}

function endpointEffect(network: Network, endpoint: PrivateEndpoint): NameEffect {
  const [address] = endpoint.addresses;
  if (address !== undefined && !isUnknown(address)) {
    return { kind: 'private', addresses: singleAddress(address), endpoint };
  }
  const { subnet } = endpoint;
  const home =
    subnet === undefined || isUnknown(subnet) ? undefined : network.subnets.get(subnet.key);
  const [symbol] = symbolsOf(endpoint);
  return {
    kind: 'private',
    addresses: orAny(home?.addresses),
    endpoint,
    ...(symbol === undefined ? {} : { symbol }),
  };
}

function symbolsOf({ addresses, key }: PrivateEndpoint): readonly string[] {
  const own = addresses.flatMap((one) => (isUnknown(one) ? (one.symbol ?? []) : []));
  return [...own, privateAddressOf(key)];
}

/** Is there an endpoint in the input for the service with that public name? */
function isOfEndpoint(network: Network, name: string, relative: string, zone: string): boolean {
  return [...network.perimeter.privateEndpoints.values()].some(
    (one) =>
      one.dnsConfigs.some(({ fqdn }) => fqdn.toLowerCase() === name) ||
      namesKept(one, zone).includes(relative),
  );
}

function closest(tables: readonly LinkedTable[], name: string): LinkedTable | undefined {
  let best: LinkedTable | undefined;
  for (const one of tables) {
    const zone = zoneOf(one);
    const holds = name === zone || name.endsWith(`.${zone}`);
    if (holds && (best === undefined || zone.length > zoneOf(best).length)) best = one;
  }
  return best;
}

function zoneOf({ table }: LinkedTable): string {
  return table.zone.zone;
}

function zoneDecider(one: LinkedTable): Decider {
  return { kind: 'rule', name: `private DNS zone ${zoneOf(one)}`, at: one.link.at, fact: 'AZS-21' };
}

function sure(by: Decider, effect: NameEffect): Answer {
  return [{ effect, by, needs: [] }];
}

/** It may be any address, or none. */
export function open(by: Decider, need: MissingFact): Answer {
  return [
    { effect: { kind: 'anywhere' }, by, needs: [need] },
    { effect: { kind: 'nxdomain' }, by, needs: [] },
  ];
}

function orAny(set: AddressSet | undefined): AddressSet {
  return set === undefined || isEmptyAddressSet(set) ? ALL_IPV4 : set;
}

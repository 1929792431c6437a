import { describe, expect, it } from 'vitest';
import type { DomainName } from '../../src/net/index.ts';
import type { Network } from '../../src/network/index.ts';
import { resolveName } from '../../src/semantics/dns/concrete.ts';
import { clusterServiceNames, nameAddresses, nameRules } from '../../src/semantics/dns/symbolic.ts';
import {
  cluster,
  firewall,
  firewallPolicy,
  id,
  networkOf,
  privateEndpoint,
  publicIp,
  resource,
  subnetId,
  vnet,
  vnetKey,
  zone,
} from '../conformance/aks-fixture.ts';
import { type Dice, diceOf, point, summaryAt } from '../support/compare-deciders.ts';
import { seededRandom } from '../support/seeded-random.ts';

type Json = Record<string, unknown>;

const VAULTS = 'privatelink.vaultcore.azure.net';
const REGISTRIES = 'privatelink.azurecr.io';
const BLOBS = 'privatelink.blob.core.windows.net';
const OWN = 'corp.example.com';
const ZONES = [
  VAULTS,
  REGISTRIES,
  BLOBS,
  OWN,
  'dev.corp.example.com',
  'azure.net',
  'vault.azure.net',
];
const NAMES = [
  ...[
    'kv1.vault.azure.net',
    'kv2.vault.azure.net',
    `kv1.${VAULTS}`,
    `kv3.${VAULTS}`,
    'vault.azure.net',
  ],
  ...['reg.azurecr.io', 'reg.westeurope.data.azurecr.io', `reg.${REGISTRIES}`, 'other.azurecr.io'],
  ...['acct.blob.core.windows.net', 'acct2.blob.core.windows.net', `acct.${BLOBS}`],
  ...[
    OWN,
    `db.${OWN}`,
    `x.db.${OWN}`,
    `www.${OWN}`,
    `app.dev.${OWN}`,
    `a.b.dev.${OWN}`,
    `loop.${OWN}`,
  ],
  ...['mcr.microsoft.com', 'vm1.internal.cloudapp.net', 'internal.cloudapp.net', 'azure.net'],
  ...['aks-1.hcp.westeurope.azmk8s.io', 'aks-1.privatelink.westeurope.azmk8s.io'],
];
const unknown = (missing: string): Json => ({ $unknown: missing, missing });

function zoneIn(dice: Dice, name: string): readonly Json[] {
  const spoken = ['kv1', 'reg', 'acct', 'db', '*', '*.dev', '@', 'www'];
  const records = Object.fromEntries(
    dice.some(spoken, 0.25).map((record) => [record, `10.240.4.${40 + dice.number(9)}`]),
  );
  const link = dice.pick<Json>([
    {},
    {},
    { registrationEnabled: true },
    { registrationEnabled: unknown('a flag') },
    { resolutionPolicy: 'NxDomainRedirect' },
    { virtualNetwork: { id: unknown(`the network of ${name}`) } },
  ]);
  const [first, ...rest] = zone(name, [...dice.some(['spoke', 'hub'], 0.6)], records, link);
  const base = id('Microsoft.Network/privateDnsZones', name);
  const aliases = dice.some(
    [
      ['loop', `loop.${OWN}`],
      ['x.db', `db.${OWN}`],
      ['kv2', 'kv1.vault.azure.net'],
      ['www', 'mcr.microsoft.com'],
    ],
    0.2,
  );
  return [
    { ...first, ...(dice.chance(0.1) ? { $isReference: true } : {}) },
    ...rest,
    ...aliases.map(([record, cname]) => ({
      id: `${base}/CNAME/${record}`,
      type: 'Microsoft.Network/privateDnsZones/CNAME',
      name: `${name}/${record}`,
      properties: { cnameRecord: { cname } },
    })),
  ];
}

const SERVICES = [
  [id('Microsoft.KeyVault/vaults', 'kv1'), 'vault', VAULTS],
  [id('Microsoft.ContainerRegistry/registries', 'reg'), 'registry', REGISTRIES],
  [id('Microsoft.Storage/storageAccounts', 'acct'), 'blob', BLOBS],
  [id('Microsoft.Storage/storageAccounts', 'acct'), 'file', BLOBS],
  [id('Microsoft.Search/searchServices', 'kv2'), 'search', VAULTS],
] as const;

function endpoints(dice: Dice): readonly Json[] {
  return dice.some(SERVICES, 0.3).flatMap(([service, group, own], index) => {
    const home = { id: subnetId('spoke', 'endpoints') };
    const address = dice.chance(0.5) ? { address: `10.240.4.${40 + index}` } : {};
    const group26 = dice.chance(0.6) ? { zone: own } : {};
    const made = privateEndpoint(`pe-${index}`, home, { id: service }, group, {
      ...address,
      ...group26,
    });
    if (!dice.chance(0.3)) return made;
    const [first, ...rest] = made;
    const properties = first!['properties'] as Json;
    const fqdn = dice.pick(['kv1.vault.azure.net', 'reg.westeurope.data.azurecr.io']);
    const customDnsConfigs = [{ fqdn, ipAddresses: ['10.240.4.44'] }];
    return [{ ...first, properties: { ...properties, customDnsConfigs } }, ...rest];
  });
}

function worldOf(dice: Dice): Network {
  const dns = dice.pick([
    ...[undefined, undefined, undefined, ['10.200.0.4'], ['10.200.0.4'], ['10.1.1.53']],
    ...[['168.63.129.16'], ['10.200.0.4', '168.63.129.16']],
  ]);
  const settings = dice.pick<Json>([
    { enableProxy: true },
    { enableProxy: true },
    { enableProxy: true, servers: ['10.1.1.53'] },
    {},
    { enableProxy: unknown('a proxy') },
  ]);
  const isPrivate = dice.pick<unknown>([true, true, false, unknown('whether it is private')]);
  return networkOf([
    vnet(
      'hub',
      '10.200.0.0/24',
      { AzureFirewallSubnet: { addressPrefix: '10.200.0.0/26' } },
      { peers: ['spoke'] },
    ),
    vnet(
      'spoke',
      '10.240.0.0/16',
      { nodes: { addressPrefix: '10.240.0.0/22' }, endpoints: { addressPrefix: '10.240.4.32/28' } },
      { peers: ['hub'], ...(dns === undefined ? {} : { dns }) },
    ),
    firewall('fw', 'hub', '10.200.0.4', 'policy'),
    publicIp('pip-fw', '20.9.9.9'),
    ...(dice.chance(0.9) ? [firewallPolicy('policy', { dnsSettings: settings })] : []),
    ...dice.some(ZONES, 0.4).flatMap((name) => zoneIn(dice, name)),
    ...endpoints(dice),
    cluster('aks', {
      fqdn: 'aks-1.hcp.westeurope.azmk8s.io',
      privateFQDN: 'aks-1.privatelink.westeurope.azmk8s.io',
      apiServerAccessProfile: {
        enablePrivateCluster: isPrivate,
        ...dice.pick<Json>([{}, { privateDNSZone: 'none' }, { privateDNSZone: 'system' }]),
        ...dice.pick<Json>([{}, { enablePrivateClusterPublicFQDN: true }]),
      },
    }),
    resource('Microsoft.KeyVault/vaults', 'kv1', {}),
  ]);
}

function nameOf(dice: Dice): DomainName {
  const name = dice.pick(NAMES);
  return (
    dice.chance(0.25) ? `${dice.pick(['a', 'q.r', 'kv1', '_dmarc'])}.${name}` : name
  ) as DomainName;
}

describe('names, told twice', () => {
  it('both tellings agree on random zones, endpoints and names', () => {
    const dice = diceOf(seededRandom(21));
    const seen = new Map<string, number>();
    for (let world = 0; world < 220; world += 1) {
      const network = worldOf(dice);
      const from = vnetKey(dice.pick(['spoke', 'spoke', 'hub', 'gone']));
      const rules = nameRules(network, from);
      for (let turn = 0; turn < 60; turn += 1) {
        const name = nameOf(dice);
        const label = `${world}: ${name} from ${from.split('/').at(-1)}`;
        const said = resolveName(network, from, name);
        const { effects, by, needs, isComplete } = summaryAt(rules, point({ name }));
        seen.set(said.kind, (seen.get(said.kind) ?? 0) + 1);
        expect([label, isComplete]).toEqual([label, true]);
        if (said.kind === 'unknown') {
          expect([label, effects.length]).toEqual([label, 2]);
          // Words about one name say every name of its pattern.
          const shape = (text: string) => text.replace(/`[^`]*`/g, '`…`');
          expect([label, needs.map(shape)]).toEqual([
            label,
            said.why.map(({ missing }) => shape(missing)),
          ]);
          continue;
        }
        expect([label, effects.map(({ kind }) => kind)]).toEqual([label, [said.kind]]);
        const effect = effects[0]!;
        expect([label, by[0]?.name]).toEqual([label, said.by.name]);
        if (said.kind !== 'private' || effect.kind !== 'private') continue;
        expect([label, effect.addresses]).toEqual([label, said.address.addresses]);
        expect([label, effect.endpoint?.key]).toEqual([label, said.endpoint?.key]);
        if (!said.address.isExact)
          expect([label, effect.symbol]).toEqual([label, said.address.symbol]);
      }
    }
    for (const kind of ['private', 'public', 'nxdomain', 'unanswered', 'unknown']) {
      expect([kind, (seen.get(kind) ?? 0) > 100]).toEqual([kind, true]);
    }
  });

  it('AZS-21: the explicit pairs are what leads into the perimeter, and nothing else is', () => {
    const network = networkOf([
      vnet('spoke', '10.240.0.0/16', { endpoints: { addressPrefix: '10.240.4.0/24' } }),
      ...zone(OWN, ['spoke'], { db: '10.240.4.9', '*.dev': '10.240.4.10' }),
    ]);
    const pairs = nameAddresses(network, vnetKey('spoke'));
    expect(pairs.map(({ pattern, needs }) => [pattern, needs.length])).toEqual([
      [`db.${OWN}`, 0],
      [`*.dev.${OWN}`, 0],
    ]);
  });

  it('a zone that is perhaps linked leaves an alias into it open, and a longer one that is linked is sure', () => {
    const asked = (zones: readonly Json[], name: string) => {
      const network = networkOf([
        vnet('spoke', '10.240.0.0/16', { nodes: { addressPrefix: '10.240.0.0/22' } }),
        ...zones,
      ]);
      const said = resolveName(network, vnetKey('spoke'), name as DomainName);
      const { effects } = summaryAt(nameRules(network, vnetKey('spoke')), point({ name }));
      expect(new Set(effects.map(({ kind }) => kind)).size > 1).toBe(said.kind === 'unknown');
      return said.kind;
    };
    const perhaps = { virtualNetwork: { id: unknown('a network') } };
    expect(asked(zone(VAULTS, ['spoke'], {}, perhaps), 'kv1.vault.azure.net')).toBe('unknown');
    const both = [
      ...zone(OWN, ['spoke'], {}, perhaps),
      ...zone(`dev.${OWN}`, ['spoke'], { app: '10.240.4.9' }),
    ];
    expect(asked(both, `app.dev.${OWN}`)).toBe('private');
    expect(asked(both, `db.${OWN}`)).toBe('unknown');
  });

  it('AKS-80: Services have names of their own inside the cluster', () => {
    const service = (name: string, spec: Json): Json => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'shop' },
      spec,
    });
    const network = networkOf(
      [cluster('aks', {})],
      [
        service('web', { clusterIP: '10.0.0.20', ports: [{ port: 80 }] }),
        service('db', { clusterIP: 'None', ports: [{ port: 80 }] }),
        service('out', { type: 'ExternalName', externalName: 'API.Example.com.' }),
      ],
    );
    const names = clusterServiceNames(network, network.clusters[0]!);
    expect(names.map(({ name, leadsTo }) => [name, leadsTo.kind])).toEqual([
      ['web.shop.svc.cluster.local', 'cluster-address'],
      ['db.shop.svc.cluster.local', 'pods'],
      ['out.shop.svc.cluster.local', 'alias'],
    ]);
    expect(names[2]?.leadsTo).toEqual({ kind: 'alias', target: 'api.example.com' });
  });
});

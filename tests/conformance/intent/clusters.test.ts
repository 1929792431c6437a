import { describe, expect, it } from 'vitest';
import { isUnknown, member, path } from '../../../src/values/index.ts';
import {
  answers,
  faults,
  type Json,
  object,
  page,
  resource,
  told,
  type World,
  worldOf,
} from './page-world.ts';

/** What stands around the flows: clusters, hub services, private endpoints, logs. Each as the baseline of 2026 has it. */

const cluster = (world: World, name = 'aks-shop-prod-westeurope'): Json =>
  resource(world, `/managedclusters/${name}`).properties;
const types = ({ snapshot }: World): readonly string[] =>
  [...snapshot.resources.values()].map(({ type }) => type.split('/').slice(1).join('/'));
const hub = (more: string) => page().replace('/24\nspokes', `/24\n${more}spokes`);

describe('a cluster nobody said much about', () => {
  const world = worldOf(page());

  it('is an overlay with Cilium and policies by name, private, and leaves by the firewall', async () => {
    expect(cluster(await world).networkProfile).toMatchObject({
      networkPlugin: 'azure',
      networkPluginMode: 'overlay',
      networkDataplane: 'cilium',
      networkPolicy: 'cilium',
      outboundType: 'userDefinedRouting',
      podCidr: '10.244.0.0/16',
      serviceCidr: '172.16.0.0/16',
      dnsServiceIP: '172.16.0.10',
      advancedNetworking: { enabled: true, security: { advancedNetworkPolicies: 'FQDN' } },
    });
    expect(cluster(await world).apiServerAccessProfile.enablePrivateCluster).toBe(true);
  });

  it('its zone is linked to the hub, where the firewall asks (AKS-53, AZS-24)', async () => {
    const links = [...(await world).snapshot.resources.values()].filter(({ key }) =>
      key.includes('privatelink.westeurope.azmk8s.io/virtualnetworklinks'),
    );
    expect(links.map(({ name }) => name).sort()).toEqual(['pl-hub', 'pl-shop']);
  });

  it('its identity may join the subnet, the table and the zone before it exists (AKS-57)', async () => {
    const scopes = [...(await world).snapshot.resources.values()]
      .filter(({ type }) => type.endsWith('roleassignments'))
      .map(({ id }) => id.split('/providers/').at(-2)?.split('/').slice(1).join('/'));
    expect(scopes.sort()).toEqual([
      'privateDnsZones/privatelink.westeurope.azmk8s.io',
      'routeTables/rt-shop-prod-westeurope',
      'virtualNetworks/vnet-shop-prod-westeurope',
      'virtualNetworks/vnet-shop-prod-westeurope/subnets/snet-shop-nodes',
    ]);
  });

  it('next hop and DNS server are the address only Azure knows, one symbol for both', async () => {
    const { resources } = (await world).snapshot;
    const find = (end: string) => [...resources.values()].find(({ key }) => key.endsWith(end));
    const route = path(find('/routes/default')?.body, 'properties', 'nextHopIpAddress');
    const servers = path(
      find('/vnet-shop-prod-westeurope')?.body,
      'properties',
      'dhcpOptions',
      'dnsServers',
    );
    const dns = servers?.kind === 'array' ? servers.items[0] : undefined;
    const firewall = find('/azurefirewalls/afw-shop-prod-westeurope')?.key;
    expect(isUnknown(route) && route.symbol).toBe(`private-address:${firewall}`);
    expect(isUnknown(dns) && dns.symbol).toBe(`private-address:${firewall}`);
  });

  it('every leaf points at the page, and what a default decided says which', async () => {
    const { resources } = (await world).snapshot;
    const policy = [...resources.values()].find(({ type }) => type.endsWith('/firewallpolicies'));
    const mode = path(policy?.body, 'properties', 'threatIntelMode');
    expect(mode?.at.source.file).toBe('perimeter.yaml');
    expect(mode?.at.via).toEqual(['default hub.firewall.threatIntelligence']);
    const vnet = [...resources.values()].find(({ key }) =>
      key.endsWith('/vnet-shop-prod-westeurope'),
    );
    expect(member(vnet?.body, 'tags')?.kind).toBe('object');
  });

  it('nothing about it is a finding', async () => {
    expect(faults(await world)).toEqual([]);
  });
});

describe('a second cluster is one parameter', () => {
  const both = worldOf(page('', '    also: green\n    active: green\n'));

  it('it has subnets, table, group and identity of its own, and shares hub and firewall', async () => {
    const world = await both;
    const count = (type: string) => types(world).filter((one) => one === type).length;
    expect(count('managedclusters')).toBe(2);
    expect(count('routetables')).toBe(2);
    expect(count('networksecuritygroups')).toBe(2);
    expect(count('userassignedidentities')).toBe(2);
    expect(count('azurefirewalls')).toBe(1);
    expect(count('privatednszones')).toBe(1);
    const prefixes = ['snet-shop-nodes', 'snet-shop-green-nodes'].map(
      (name) => resource(world, `/subnets/${name}`).properties.addressPrefix,
    );
    expect(prefixes).toEqual(['10.1.0.0/24', '10.1.1.0/24']);
  });

  it('the firewall admits both, each from its own nodes', async () => {
    const { ruleCollections } = resource(await both, '/rcg-platform').properties;
    expect(
      ruleCollections.map(({ name, rules }: Json) => [name, rules[0].sourceAddresses]),
    ).toEqual([
      ['shop-platform', ['10.1.0.0/24']],
      ['shop-green-platform', ['10.1.1.0/24']],
    ]);
  });

  it('what is published goes to the active one', async () => {
    const ingress = 'ingress:\n  - { name: web, to: { namespace: shop, app: web } }\n';
    const fronts = async (active: string) => {
      const world = await worldOf(page(ingress, `    also: green\n    active: ${active}\n`));
      return object(world, 'Service shop/web').metadata.annotations[
        'service.beta.kubernetes.io/azure-load-balancer-internal-subnet'
      ];
    };
    expect(await fronts('shop')).toBe('snet-shop-ingress');
    expect(await fronts('green')).toBe('snet-shop-green-ingress');
  });
});

describe('other choices', () => {
  it('a public API server admits every address the cluster leaves by, and the people named (AKS-51)', async () => {
    const world = await worldOf(
      page('', '    apiServer: { access: public, authorizedRanges: [203.0.113.0/24] }\n'),
    );
    const ranges: readonly Json[] = cluster(world).apiServerAccessProfile.authorizedIPRanges;
    expect(ranges).toHaveLength(21);
    expect(ranges.at(-1)).toBe('203.0.113.0/24');
    expect(faults(world)).toEqual([]);
  });

  it.each([
    [
      'hub services',
      hub('  bastion: true\n  gateway: { kind: expressRoute, onPremises: [192.168.0.0/16] }\n'),
    ],
    ['Premium', hub('  firewall: { tier: Premium }\n')],
    ['pods in a subnet', page('', '    network: { plugin: podSubnet }\n')],
    ['an API server in the network', page('', '    apiServer: { vnetIntegration: true }\n')],
    [
      'endpoints',
      page(
        'privateEndpoints:\n  - { name: keys, for: keyVault }\n  - { name: images, for: registry }\n',
      ),
    ],
  ])('%s: nothing is a finding', async (_, text) => {
    const world = await worldOf(text);
    expect(told(world)).toEqual([]);
    expect(faults(world)).toEqual([]);
  });

  it('a gateway has routes back to the spokes through the firewall, and spokes use it', async () => {
    const world = await worldOf(hub('  gateway: { kind: vpn, onPremises: [192.168.0.0/16] }\n'));
    const { routes } = resource(world, '/rt-shop-gateway-prod-westeurope').properties;
    expect(routes[0].properties).toMatchObject({
      addressPrefix: '10.1.0.0/16',
      nextHopType: 'VirtualAppliance',
    });
    expect(resource(world, '/peer-to-hub').properties.useRemoteGateways).toBe(true);
    expect(resource(world, '/peer-to-shop').properties.allowGatewayTransit).toBe(true);
  });

  it('an appliance stands where routes lead; what it allows is not known here', async () => {
    const world = await worldOf(hub('  nva: {}\n'), [['shop', 'order']]);
    const { routes } = resource(world, '/rt-shop-prod-westeurope').properties;
    expect(routes[0].properties.nextHopIpAddress).toBe('10.0.0.4');
    expect(types(world)).not.toContain('azurefirewalls');
    expect(answers(world, 'node:system', 'mcr.microsoft.com:443')).toBe('unknown');
  });

  it('a vault behind an endpoint: its name leads there for the pods that may, and for no others (AZS-23)', async () => {
    const text = page(
      'privateEndpoints:\n  - { name: keys, for: keyVault, from: [{ namespace: shop, app: order }] }\n',
    );
    const world = await worldOf(text, [
      ['shop', 'order'],
      ['shop', 'front'],
    ]);
    const end = 'private-endpoint:pep-shop-keys-prod-westeurope:443';
    expect(answers(world, 'deploy:shop/order', end)).toBe('allowed');
    expect(answers(world, 'deploy:shop/front', end)).toBe('denied');
    const vault = [...world.snapshot.resources.values()].find(({ type }) =>
      type.endsWith('/vaults'),
    );
    expect(path(vault?.body, 'properties', 'publicNetworkAccess')).toMatchObject({
      value: 'Disabled',
    });
  });

  it('no way out: no route, no rules for nodes, images from a cache (AKS-33)', async () => {
    const world = await worldOf(page('', '    network: { outbound: none }\n    addOns: []\n'));
    expect(resource(world, '/rt-shop-prod-westeurope').properties.routes).toEqual([]);
    expect(cluster(world).bootstrapProfile).toEqual({ artifactSource: 'Cache' });
    expect(types(world)).not.toContain('firewallpolicies/rulecollectiongroups');
  });

  it('alerts tell the people named; without any there is nobody to tell', async () => {
    const world = await worldOf(page('alerts: { email: ["ops@example.com"], snatPercent: 70 }\n'));
    expect(types(world)).toContain('actiongroups');
    const snat = resource(world, '/ar-shop-snat-prod-westeurope').properties;
    expect(snat.criteria.allOf[0]).toMatchObject({
      metricName: 'SNATPortUtilization',
      threshold: 70,
    });
    expect(types(await worldOf(page()))).not.toContain('actiongroups');
    expect(types(await worldOf(page('logging: { enabled: false }\n')))).not.toContain('workspaces');
  });

  it('no two resources share an id, and no name is longer than Azure takes', async () => {
    const long = page()
      .replace('name: shop\nlocation', `name: ${'a'.repeat(32)}\nenvironment: staging\nlocation`)
      .concat(
        'privateEndpoints:\n  - { name: keys, for: keyVault }\n  - { name: files, for: blob }\n',
      );
    const { resources } = (await worldOf(long)).snapshot;
    const LONGEST: Readonly<Record<string, number>> = {
      'microsoft.keyvault/vaults': 24,
      'microsoft.storage/storageaccounts': 24,
      'microsoft.containerservice/managedclusters': 63,
      'microsoft.network/azurefirewalls': 56,
      'microsoft.operationalinsights/workspaces': 63,
      'microsoft.network/virtualnetworks': 64,
    };
    for (const { type, name } of resources.values()) {
      expect(name.length, `${type} ${name}`).toBeLessThanOrEqual(LONGEST[type] ?? 80);
    }
  });
});

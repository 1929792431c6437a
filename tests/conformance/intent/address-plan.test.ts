import { describe, expect, it } from 'vitest';
import { page, resource, told, type World, worldOf } from './page-world.ts';

/** Ranges as a person would give them out by hand: the lowest aligned free block, large subnets first. */

function subnets({ snapshot }: World): Readonly<Record<string, string>> {
  const found = [...snapshot.resources.values()].filter(({ type }) => type.endsWith('/subnets'));
  return Object.fromEntries(
    found.map((one) => [
      one.name,
      resource({ snapshot } as World, `/subnets/${one.name}`).properties.addressPrefix,
    ]),
  );
}

const hub = (more: string) => page().replace('/24\nspokes', `/24\n${more}spokes`);

describe('subnets are carved out of the address space', () => {
  it('a minimal page: /26 for the firewall, and 7 nodes rounded up to a /24', async () => {
    expect(subnets(await worldOf(page()))).toEqual({
      AzureFirewallSubnet: '10.0.0.0/26',
      'snet-shop-nodes': '10.1.0.0/24',
    });
  });

  it('every fixed name of the hub, at its least size', async () => {
    const text = hub(
      '  firewall: { tier: Basic }\n  bastion: true\n  gateway: { kind: vpn, onPremises: [192.168.0.0/16] }\n',
    );
    expect(subnets(await worldOf(text))).toMatchObject({
      AzureFirewallSubnet: '10.0.0.0/26',
      AzureFirewallManagementSubnet: '10.0.0.64/26',
      AzureBastionSubnet: '10.0.0.128/26',
      GatewaySubnet: '10.0.0.192/27',
    });
  });

  it('large ones first: gateway and nodes before front ends and endpoints', async () => {
    const text = page(
      'ingress:\n  - { name: web, to: { namespace: shop, app: web } }\nprivateEndpoints:\n  - { name: keys, for: keyVault }\n',
    );
    expect(subnets(await worldOf(text))).toMatchObject({
      'snet-shop-nodes': '10.1.0.0/24',
      'snet-agw': '10.1.1.0/24',
      'snet-shop-ingress': '10.1.2.0/27',
      'snet-pep': '10.1.2.32/27',
    });
  });

  it('what is written stays, the rest goes around it', async () => {
    const text = page().replace(
      '10.1.0.0/16 }',
      '10.1.0.0/16, subnets: { snet-shop-nodes: 10.1.128.0/20 } }',
    );
    expect(subnets(await worldOf(text))['snet-shop-nodes']).toBe('10.1.128.0/20');
  });

  it('pods of a subnet come in batches of 16: 7 nodes of 110 pods take 896 addresses, a /22', async () => {
    expect(subnets(await worldOf(page('', '    network: { plugin: podSubnet }\n')))).toMatchObject({
      'snet-shop-pods': '10.1.0.0/22',
      'snet-shop-nodes': '10.1.4.0/24',
    });
  });

  it('pods of the node subnet: 7 nodes take 7 × 111 addresses, a /22', async () => {
    const world = await worldOf(page('', '    network: { plugin: nodeSubnet }\n'));
    expect(subnets(world)['snet-shop-nodes']).toBe('10.1.0.0/22');
  });

  it('an API server in the network has a /28 of its own, delegated', async () => {
    const world = await worldOf(page('', '    apiServer: { vnetIntegration: true }\n'));
    const { properties } = resource(world, '/subnets/snet-shop-api');
    expect(properties.addressPrefix).toBe('10.1.1.0/28');
    expect(properties.delegations[0].properties.serviceName).toBe(
      'Microsoft.ContainerService/managedClusters',
    );
  });
});

describe('ranges that overlap are refused, with free ones', () => {
  it.each([
    [
      'a spoke over the hub',
      page().replace('10.1.0.0/16', '10.0.0.0/16'),
      'intent/address-overlap 6: spoke shop `10.0.0.0/16` overlaps the hub `10.0.0.0/24`',
      'free: 10.1.0.0/16, 10.2.0.0/16, 10.3.0.0/16',
    ],
    [
      'on-premises over a spoke',
      hub('  gateway: { kind: vpn, onPremises: [10.1.128.0/24] }\n'),
      'intent/address-overlap 5: the range on premises `10.1.128.0/24` overlaps spoke shop `10.1.0.0/16`',
      'free: 10.0.1.0/24, 10.0.2.0/24, 10.0.3.0/24',
    ],
    [
      'pods over a spoke',
      page('', '    network: { podRange: 10.1.0.0/16 }\n'),
      'intent/address-overlap 9: the pod range of shop `10.1.0.0/16` overlaps spoke shop `10.1.0.0/16`',
      'free: 10.2.0.0/16, 10.3.0.0/16, 10.4.0.0/16',
    ],
    [
      'the default Service range over a spoke',
      page().replace('10.1.0.0/16', '172.16.0.0/16'),
      'intent/address-overlap 8: the Service range of shop `172.16.0.0/16` overlaps spoke shop `172.16.0.0/16`',
      'free: 10.1.0.0/16, 10.2.0.0/16, 10.3.0.0/16',
    ],
  ])('%s', async (_, text, message, hint) => {
    const world = await worldOf(text);
    expect(told(world, 'error')).toEqual([message]);
    expect(world.snapshot.diagnostics[0]?.hint).toBe(hint);
  });

  it('two clusters may use one pod range: it never leaves either', async () => {
    const text = page().replace('namespaces:', '  - name: other\nnamespaces:');
    expect(told(await worldOf(text))).toEqual([]);
  });
});

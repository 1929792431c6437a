import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/network/index.ts';
import {
  connectionVerdict,
  endpointAdmission,
  endpointFor,
  endpointsFor,
  pathToEndpoint,
  policiesInForce,
  splitsAtAppliance,
} from '../../src/semantics/private-endpoint/concrete.ts';
import {
  firewall,
  flow,
  id,
  keyOf,
  networkOf,
  privateEndpoint,
  publicIp,
  ref,
  resource,
  routeTable,
  subnetId,
  subnetKey,
  vnet,
} from './aks-fixture.ts';

type Json = Record<string, unknown>;

const VAULT = { id: id('Microsoft.KeyVault/vaults', 'kv1') };
const VAULT_KEY = keyOf('Microsoft.KeyVault/vaults', 'kv1');
const ENDPOINT = keyOf('Microsoft.Network/privateEndpoints', 'pe-kv');

/** Spoke 10.240.0.0/16 with an endpoint at 10.240.4.37, hub with firewall 10.200.0.4, both ways peered. */
function perimeter(
  options: {
    status?: string;
    routes?: Record<string, string>;
    policies?: string;
    group?: Json;
    elsewhere?: boolean;
  } = {},
): Network {
  const group = options.group;
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
      {
        nodes: {
          addressPrefix: '10.240.0.0/22',
          routeTable: ref('Microsoft.Network/routeTables', 'rt'),
        },
        endpoints: {
          addressPrefix: '10.240.4.32/28',
          ...(options.policies === undefined
            ? {}
            : { privateEndpointNetworkPolicies: options.policies }),
          ...(group === undefined
            ? {}
            : { networkSecurityGroup: ref('Microsoft.Network/networkSecurityGroups', 'nsg') }),
        },
      },
      { peers: ['hub'] },
    ),
    vnet('island', '10.99.0.0/16', { a: { addressPrefix: '10.99.0.0/24' } }),
    routeTable('rt', options.routes ?? { '0.0.0.0/0': '10.200.0.4' }),
    publicIp('pip-fw', '20.51.7.8'),
    firewall('fw', 'hub', '10.200.0.4'),
    ...(group === undefined ? [] : [group]),
    ...privateEndpoint('pe-kv', { id: subnetId('spoke', 'endpoints') }, VAULT, 'vault', {
      address: '10.240.4.37',
      ...(options.status === undefined ? {} : { status: options.status }),
    }),
  ]);
}

const endpointOf = (network: Network) => network.perimeter.privateEndpoints.get(ENDPOINT)!;
const pathIn = (network: Network, from = subnetKey('spoke', 'nodes')) =>
  pathToEndpoint(network, from, endpointOf(network));

describe('private endpoints', () => {
  it('AZS-30: only an approved connection carries traffic', () => {
    const verdict = (status?: string) =>
      connectionVerdict(endpointOf(perimeter(status === undefined ? {} : { status }))).kind;
    expect(verdict('Approved')).toBe('allow');
    expect(verdict('Pending')).toBe('deny');
    expect(verdict('Rejected')).toBe('deny');
    expect(verdict('Disconnected')).toBe('deny');
    expect(verdict()).toBe('allow');
  });

  it('are found by the service they lead to', () => {
    const network = perimeter();
    expect(endpointsFor(network, VAULT_KEY)).toHaveLength(1);
    expect(endpointFor(network, VAULT_KEY)?.name).toBe('pe-kv');
    expect(endpointFor(network, keyOf('Microsoft.KeyVault/vaults', 'kv2'))).toBeUndefined();
    expect(
      endpointFor(network, VAULT_KEY, keyOf('Microsoft.Network/virtualNetworks', 'island')),
    ).toBeUndefined();
  });

  it('AZS-31: a 0/0 route to the firewall does not divert them', () => {
    expect(pathIn(perimeter()).kind).toBe('direct');
  });

  it('AZS-31: the /32 reaches no network that is not peered directly', () => {
    expect(pathIn(perimeter(), subnetKey('island', 'a')).kind).not.toBe('direct');
  });

  // disable-private-endpoint-network-policy.md: for 10.240.0.0/16 routes of /16…/32 count, 10.0.0.0/8 and 0/0 do not.
  it.each([
    ['10.240.0.0/16', 'through-appliance'],
    ['10.240.4.32/28', 'through-appliance'],
    ['10.0.0.0/8', 'direct'],
    ['0.0.0.0/0', 'direct'],
  ])('AZS-33: with route tables enabled there, a route for %s makes it %s', (prefix, kind) => {
    const path = pathIn(perimeter({ policies: 'Enabled', routes: { [prefix]: '10.200.0.4' } }));
    expect(path.kind).toBe(kind);
    if (path.kind === 'through-appliance') {
      expect(path.firewallKey).toBe(keyOf('Microsoft.Network/azureFirewalls', 'fw'));
    }
  });

  it('AZS-33: without route tables enabled a longer user route changes nothing', () => {
    const routes = { '10.240.4.32/28': '10.200.0.4' };
    expect(pathIn(perimeter({ routes })).kind).toBe('direct');
    expect(pathIn(perimeter({ routes, policies: 'NetworkSecurityGroupEnabled' })).kind).toBe(
      'direct',
    );
    expect(pathIn(perimeter({ routes, policies: 'RouteTableEnabled' })).kind).toBe(
      'through-appliance',
    );
  });

  it('AZS-34: an endpoint behind the firewall splits unless the firewall translates', () => {
    const diverted = pathIn(
      perimeter({ policies: 'Enabled', routes: { '10.240.4.32/28': '10.200.0.4' } }),
    );
    expect(splitsAtAppliance(diverted, 'no')).toBe('yes');
    expect(splitsAtAppliance(diverted, 'yes')).toBe('no');
    expect(splitsAtAppliance(diverted, 'unknown')).toBe('unknown');
    expect(splitsAtAppliance(pathIn(perimeter()), 'no')).toBe('no');
  });

  it.each([
    [undefined, false, false],
    ['Disabled', false, false],
    ['Enabled', true, true],
    ['NetworkSecurityGroupEnabled', true, false],
    ['RouteTableEnabled', false, true],
  ])(
    'AZS-32: policies %s let NSGs act: %s, route tables: %s',
    (policies, securityGroup, routes) => {
      const network = perimeter(policies === undefined ? {} : { policies });
      const subnet = network.subnets.get(subnetKey('spoke', 'endpoints'))!;
      expect(policiesInForce(subnet)).toEqual({ securityGroup, routeTable: routes });
    },
  );

  it('AZS-32: an NSG that denies everything stops nobody while policies are disabled', () => {
    const group = resource('Microsoft.Network/networkSecurityGroups', 'nsg', {
      securityRules: [
        {
          name: 'deny',
          properties: {
            priority: 100,
            direction: 'Inbound',
            access: 'Deny',
            protocol: '*',
            sourceAddressPrefix: '*',
            sourcePortRange: '*',
            destinationAddressPrefix: '*',
            destinationPortRange: '*',
          },
        },
      ],
    });
    const request = flow('10.240.0.5', '10.240.4.37', 443);
    const admitted = (policies?: string) => {
      const network = perimeter({ group, ...(policies === undefined ? {} : { policies }) });
      return endpointAdmission(network, endpointOf(network), request).kind;
    };
    expect(admitted()).toBe('allow');
    expect(admitted('RouteTableEnabled')).toBe('allow');
    expect(admitted('NetworkSecurityGroupEnabled')).toBe('deny');
    expect(admitted('Enabled')).toBe('deny');
  });
});

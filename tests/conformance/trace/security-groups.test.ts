import { describe, it } from 'vitest';
import { cluster, publicIp, resource, routeTable, subnetId } from '../aks-fixture.ts';
import {
  at,
  deployment,
  expectWalk,
  firewallWith,
  type Json,
  networkOf,
  nsg,
  nsgOf,
  type SecurityRuleWords,
  service,
  tableOf,
  vnet,
} from './build.ts';

// azure-networking.md 5.5: the test vectors, each inside a whole walk.

const CLIENT = '198.51.100.7';

function aksWith(rules: readonly SecurityRuleWords[]) {
  return networkOf(
    [
      vnet('net', '10.42.0.0/16', { aks: { addressPrefix: '10.42.1.0/24', ...nsgOf('nsg') } }),
      nsg('nsg', rules),
      cluster('aks', {}, { vnetSubnetID: subnetId('net', 'aks') }),
    ],
    [deployment('web'), service('web', { type: 'LoadBalancer' }, at('20.1.1.1'))],
  );
}

describe('a security group on the node subnet', () => {
  it('N1, AKS-71: default rules alone deny a client at the public front end (floating IP)', () => {
    expectWalk(aksWith([]), CLIENT, '20.1.1.1:80', {
      answer: 'denied',
      ends: 'denied',
      says: /DenyAllInBound 65500/i,
      around: ['pod'],
    });
  });

  it('N1: an allow that names the front end and the service port lets it in', () => {
    expectWalk(
      aksWith([['In', 100, 'Allow', 'Internet', '20.1.1.1', '80', 'Tcp']]),
      CLIENT,
      '20.1.1.1:80',
      {
        answer: 'allowed',
      },
    );
  });

  it('AKS-71: an allow that names node addresses is no use with floating IP', () => {
    expectWalk(
      aksWith([['In', 100, 'Allow', 'Internet', '10.42.1.0/24', '80', 'Tcp']]),
      CLIENT,
      '20.1.1.1:80',
      { answer: 'denied' },
    );
  });

  it('N2, AZN-35: an allow from AzureLoadBalancer admits probes, not clients', () => {
    const network = aksWith([['In', 100, 'Allow', 'AzureLoadBalancer', '*', '*', 'Tcp']]);
    expectWalk(network, CLIENT, '20.1.1.1:80', { answer: 'denied', says: /65500/ });
  });

  it('N3: a deny of everything at 4096 cuts node from node', () => {
    expectWalk(aksWith([['In', 4096, 'Deny', '*', '*', '*']]), '10.42.1.9', '10.42.1.10:10250', {
      answer: 'denied',
      says: /Deny4096 4096/,
    });
  });

  it('N4, AZN-38: an allow for the firewall’s address opens nothing behind it', () => {
    const network = networkOf([
      vnet('net', '10.42.0.0/16', {
        aks: { addressPrefix: '10.42.1.0/24', ...nsgOf('nsg'), ...tableOf('t') },
        AzureFirewallSubnet: { addressPrefix: '10.42.2.0/24' },
      }),
      routeTable('t', { '0.0.0.0/0': '10.42.2.4' }),
      nsg('nsg', [
        ['Out', 100, 'Allow', '*', '10.42.2.4', '*'],
        ['Out', 4096, 'Deny', '*', '*', '*'],
      ]),
      publicIp('pip-fw', '203.0.113.10'),
      firewallWith('fw', { id: subnetId('net', 'AzureFirewallSubnet') }, '10.42.2.4', ['pip-fw'], {
        network: [['*', '*', '*']],
      }),
    ]);
    expectWalk(network, '10.42.1.9', '8.8.8.8:443', {
      answer: 'denied',
      around: ['firewall'],
      says: /Deny4096/,
    });
  });
});

describe('subnet and interface (N5)', () => {
  const spokeAndVm = (interfaceRules: readonly SecurityRuleWords[]): Json[] => [
    vnet(
      'a',
      '10.1.0.0/16',
      { vms: { addressPrefix: '10.1.0.0/24', ...nsgOf('subnet') } },
      { peers: { b: {} } },
    ),
    vnet('b', '10.2.0.0/16', { other: { addressPrefix: '10.2.0.0/24' } }, { peers: { a: {} } }),
    nsg('subnet', [
      ['In', 100, 'Allow', 'VirtualNetwork', '*', '443', 'Tcp'],
      ['In', 4096, 'Deny', '*', '*', '*'],
    ]),
    nsg('nic', interfaceRules),
    resource('Microsoft.Network/networkInterfaces', 'vm', {
      ...nsgOf('nic'),
      ipConfigurations: [
        {
          name: 'ip',
          properties: { privateIPAddress: '10.1.0.4', subnet: { id: subnetId('a', 'vms') } },
        },
      ],
    }),
  ];

  it('AZN-42: a flow from a peered network passes both levels', () => {
    expectWalk(networkOf(spokeAndVm([])), '10.2.0.9', '10.1.0.4:443', { answer: 'allowed' });
  });

  it('AZN-42: each attached group must allow', () => {
    const network = networkOf(spokeAndVm([['In', 100, 'Deny', '*', '*', '443', 'Tcp']]));
    expectWalk(network, '10.2.0.9', '10.1.0.4:443', { answer: 'denied', says: /nic: Deny100/ });
    expectWalk(networkOf(spokeAndVm([])), '10.2.0.9', '10.1.0.4:80', {
      answer: 'denied',
      says: /subnet: Deny4096/,
    });
  });

  it('AZN-42: the interface’s group looks at what it sends, before the subnet’s', () => {
    const network = networkOf(spokeAndVm([['Out', 100, 'Deny', '*', '*', '22', 'Tcp']]));
    expectWalk(network, '10.1.0.4', '10.2.0.9:22', { answer: 'denied', says: /nic: Deny100/ });
    expectWalk(network, '10.1.0.4', '10.2.0.9:443', { answer: 'allowed' });
  });
});

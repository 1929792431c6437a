import { describe, expect, it } from 'vitest';
import { parseFqdnTags } from '../../../src/facts/datasets/fqdn-tags.ts';
import { cluster, publicIp, resource, routeTable, subnetId } from '../aks-fixture.ts';
import {
  deployment,
  type Expected,
  end,
  expectWalk,
  firewallWith,
  type Json,
  networkOf,
  type Rules,
  tableOf,
  vnet,
  vpn,
} from './build.ts';

// azure-firewall.md 2.9 (verdicts of a typical AKS egress) and 4 (which source the destination sees).

const FQDN_TAGS = parseFqdnTags(
  JSON.stringify({
    _meta: {
      nameSource: 'fqdn-tags.md (2026-03-28)',
      completeness: { AzureKubernetesService: 'documented' },
    },
    AzureKubernetesService: {
      entries: [
        { fqdn: '*.hcp.<location>.azmk8s.io', ports: [{ protocol: 'Https', port: 443 }] },
        { fqdn: 'mcr.microsoft.com', ports: [{ protocol: 'Https', port: 443 }] },
      ],
    },
  }),
  'test',
).value!;
const SERVICE_TAGS = {
  info: { origin: 'test', version: '1' },
  isComplete: false,
  prefixes: new Map([['azurecloud.eastus', ['20.42.0.0/17']]]),
};

interface Shape {
  readonly rules?: Rules;
  readonly dns?: readonly string[];
  readonly firewall?: Json;
  readonly firewallSubnet?: Json;
  readonly publicIps?: readonly string[];
  readonly more?: readonly Json[];
  readonly location?: string;
}

function egress(shape: Shape = {}) {
  const pips = shape.publicIps ?? ['198.51.100.10'];
  const names = pips.map((_, index) => `pip-${index}`);
  const made = cluster(
    'aks',
    {
      networkProfile: {
        networkPlugin: 'azure',
        networkPluginMode: 'overlay',
        outboundType: 'userDefinedRouting',
      },
    },
    { vnetSubnetID: subnetId('net', 'aks') },
  );
  return networkOf(
    [
      vnet(
        'net',
        '10.42.0.0/16',
        {
          aks: { addressPrefix: '10.42.1.0/24', ...tableOf('t') },
          vms: { addressPrefix: '10.42.3.0/24', ...tableOf('t-vms') },
          AzureFirewallSubnet: { addressPrefix: '10.42.2.0/24', ...shape.firewallSubnet },
          GatewaySubnet: { addressPrefix: '10.42.4.0/27' },
        },
        shape.dns === undefined ? {} : { dns: shape.dns },
      ),
      routeTable('t', { '0.0.0.0/0': '10.42.2.4', '10.42.3.0/24': '10.42.2.4' }),
      routeTable('t-vms', { '10.42.1.0/24': '10.42.2.4' }),
      ...names.map((name, index) => publicIp(name, pips[index])),
      firewallWith(
        'fw',
        { id: subnetId('net', 'AzureFirewallSubnet') },
        '10.42.2.4',
        names,
        shape.rules ?? {},
        shape.firewall ?? {},
      ),
      { ...made, location: shape.location ?? 'eastus' },
      ...(shape.more ?? []),
    ],
    [deployment('web')],
    { fqdnTags: FQDN_TAGS, serviceTags: SERVICE_TAGS },
  );
}

const NODE = 'node:nodes';
/** nodes 10.42.1.0/24; TCP 9000 and UDP 1194 to AzureCloud.eastus, UDP 123 to ntp.ubuntu.com; the AKS tag. */
const AKS: Rules = {
  network: [
    ['10.42.1.0/24', 'AzureCloud.eastus', '9000'],
    ['10.42.1.0/24', 'AzureCloud.eastus', '1194', 'UDP'],
  ],
  application: [['10.42.1.0/24', 'tag:AzureKubernetesService', 'Https:443']],
};
const PROXY = { additionalProperties: { 'Network.DNS.EnableProxy': 'true' } };

describe('verdicts of a typical AKS egress', () => {
  const rows: readonly (readonly [string, Shape, from: string, to: string, Expected])[] = [
    [
      'AFW-54: a documented name of the tag is allowed',
      { rules: AKS },
      NODE,
      'mcr.microsoft.com:443',
      { answer: 'allowed', through: ['firewall'] },
    ],
    [
      'AFW-45: HTTPS to an address carries no SNI for a rule to match',
      { rules: AKS },
      NODE,
      '20.42.1.1:443',
      { answer: 'denied', says: /SNI/ },
    ],
    [
      'AFW-54: a name that is not in the tag is denied, unless Microsoft put it there',
      { rules: AKS },
      NODE,
      'docker.io:443',
      {
        answer: 'unknown',
        says: /denied, unless FQDN tag AzureKubernetesService contains docker\.io \(Microsoft does not publish its members\)/,
      },
    ],
    [
      'AFW-15: without a tag it is the default deny',
      { rules: { network: AKS.network! } },
      NODE,
      'docker.io:443',
      { answer: 'denied', says: /default deny/ },
    ],
    [
      'AFW-40: a name in a network rule depends on who resolves it',
      { rules: { fqdn: [['10.42.1.0/24', 'registry-1.docker.io', '443']] }, firewall: PROXY },
      NODE,
      'registry-1.docker.io:443',
      { answer: 'unknown' },
    ],
    [
      'AFW-40: it holds for clients of the firewall’s DNS proxy',
      {
        rules: { fqdn: [['10.42.1.0/24', 'registry-1.docker.io', '443']] },
        firewall: PROXY,
        dns: ['10.42.2.4'],
      },
      NODE,
      'registry-1.docker.io:443',
      { answer: 'allowed' },
    ],
    [
      // azure-firewall 2.1: the proxy answers clients itself, on its private address.
      'the DNS proxy answers the client itself: no other box waits for the answer',
      { rules: AKS, firewall: PROXY },
      '10.42.1.9',
      '10.42.2.4:53/udp',
      { answer: 'allowed', ends: 'delivered' },
    ],
    [
      'no rule for somebody else’s resolver',
      { rules: AKS },
      NODE,
      '8.8.8.8:53/udp',
      { answer: 'denied', says: /default deny/ },
    ],
    [
      'AFW-28: the internet at a public address without DNAT',
      { rules: AKS },
      'internet',
      '198.51.100.10:443',
      { answer: 'denied', ends: 'denied' },
    ],
    [
      'AFW-46: UDP 443 is not for application rules',
      { rules: { application: [['*', '*', 'Https:443']] } },
      NODE,
      '9.9.9.9:443/udp',
      { answer: 'denied' },
    ],
  ];
  for (const [title, shape, from, to, expected] of rows) {
    it(title, () => {
      expectWalk(egress(shape), from, to, expected);
    });
  }

  it('AFW-16: an answer needs no rule, and a deny of the reverse direction does not break it', () => {
    const rules: Rules = {
      network: [['10.42.1.0/24', '10.42.3.9', '443']],
      networkDeny: [['10.42.3.9', '10.42.1.0/24', '*']],
    };
    expectWalk(egress({ rules }), '10.42.1.9', '10.42.3.9:443', {
      answer: 'allowed',
      through: ['firewall'],
    });
    expectWalk(egress({ rules }), '10.42.3.9', '10.42.1.9:443', {
      answer: 'denied',
      through: ['firewall'],
    });
  });

  it('AFW-54: `<location>` in a tag is the region of the cluster that sends', () => {
    const to = 'x.hcp.northeurope.azmk8s.io:443';
    expectWalk(egress({ rules: AKS, location: 'northeurope' }), NODE, to, { answer: 'allowed' });
    expectWalk(egress({ rules: AKS, location: 'eastus' }), NODE, to, { answer: 'unknown' });
  });
});

describe('the source that the destination sees', () => {
  const ANY: Rules = { network: [['*', '*', '*']] };
  const HTTPS: Rules = { application: [['*', '*', 'Https:443']] };
  const INSTANCE = 'an instance of firewall fw';
  const NAT: Shape = {
    firewallSubnet: {
      natGateway: {
        id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/natGateways/nat',
      },
    },
    more: [
      resource('Microsoft.Network/natGateways', 'nat', {
        publicIpAddresses: [
          {
            id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/publicIPAddresses/pip-nat',
          },
        ],
      }),
      publicIp('pip-nat', '198.51.100.99'),
    ],
  };
  const TUNNEL: Shape = {
    firewallSubnet: tableOf('t-fw'),
    firewall: {
      managementIpConfiguration: {
        name: 'm',
        properties: {
          subnet: { id: subnetId('net', 'AzureFirewallManagementSubnet') },
          publicIPAddress: {
            id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/publicIPAddresses/pip-0',
          },
        },
      },
    },
    more: [
      { ...routeTable('t-fw', { '0.0.0.0/0': 'VirtualNetworkGateway' }) },
      ...vpn('net', ['10.10.0.0/16']),
    ],
  };
  const rows: readonly (readonly [string, Shape, to: string, source: string])[] = [
    [
      'AFW-70: network rule, private destination: the original source',
      { rules: ANY },
      '10.42.3.9:443',
      '10.42.1.9',
    ],
    [
      'AFW-71: network rule, destination outside: the firewall’s public address',
      { rules: ANY },
      '8.8.8.8:443',
      '198.51.100.10',
    ],
    [
      'AFW-71: with several public addresses any of them',
      { rules: ANY, publicIps: ['198.51.100.10', '198.51.100.11'] },
      '8.8.8.8:443',
      'a public address of firewall fw',
    ],
    [
      'AFW-72: application rule, public destination: the firewall’s public address',
      { rules: HTTPS },
      'example.com:443',
      '198.51.100.10',
    ],
    [
      'AFW-73: a NAT gateway on AzureFirewallSubnet: its address',
      { rules: ANY, ...NAT },
      '8.8.8.8:443',
      '198.51.100.99',
    ],
    ['AFW-74: forced tunnelling: an instance', { rules: ANY, ...TUNNEL }, '8.8.8.8:443', INSTANCE],
  ];
  for (const [title, shape, to, source] of rows) {
    it(title, () => {
      const trace = expectWalk(egress(shape), '10.42.1.9', to, {
        answer: 'allowed',
        through: ['firewall'],
      });
      expect(end(trace.forward.hops.at(-1)!.flow.source)).toBe(source);
    });
  }

  it('a destination inside ranges that are never translated is not reachable on the internet', () => {
    const firewall = { additionalProperties: { 'Network.SNAT.PrivateRanges': '0.0.0.0/0' } };
    expectWalk(egress({ rules: ANY, firewall }), '10.42.1.9', '8.8.8.8:443', {
      answer: 'denied',
      ends: 'no-route',
    });
  });
});

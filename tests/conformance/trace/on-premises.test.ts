import { describe, it } from 'vitest';
import { publicIp, routeTable, subnetId } from '../aks-fixture.ts';
import {
  type Expected,
  expectWalk,
  firewallWith,
  type Json,
  networkOf,
  tableOf,
  vnet,
  vpn,
} from './build.ts';

// azure-networking.md 8.2: (a) the gateway's subnet routes every spoke prefix to the firewall, (b) the spoke's table
// takes no gateway routes and sends 0/0 there. One without the other is inspected one way only: dropped.

interface Shape {
  readonly hasGatewayRoute: boolean;
  readonly hasSpokeTable: boolean;
  readonly isForwardedTrafficAllowed?: boolean;
}

function site({ hasGatewayRoute, hasSpokeTable, isForwardedTrafficAllowed = true }: Shape) {
  const spokeTable = routeTable('rt-spoke', hasSpokeTable ? { '0.0.0.0/0': '10.200.0.4' } : {});
  return networkOf([
    vnet(
      'hub',
      '10.200.0.0/24',
      {
        AzureFirewallSubnet: { addressPrefix: '10.200.0.0/26' },
        GatewaySubnet: { addressPrefix: '10.200.0.64/27', ...tableOf('rt-gateway') },
      },
      { peers: { spoke: { allowGatewayTransit: true } } },
    ),
    vnet(
      'spoke',
      '10.240.0.0/16',
      { nodes: { addressPrefix: '10.240.0.0/22', ...tableOf('rt-spoke') } },
      {
        peers: {
          hub: { useRemoteGateways: true, allowForwardedTraffic: isForwardedTrafficAllowed },
        },
      },
    ),
    routeTable('rt-gateway', hasGatewayRoute ? { '10.240.0.0/16': '10.200.0.4' } : {}),
    {
      ...spokeTable,
      properties: {
        ...(spokeTable['properties'] as Json),
        disableBgpRoutePropagation: hasSpokeTable,
      },
    },
    publicIp('pip-fw', '203.0.113.10'),
    firewallWith('fw', { id: subnetId('hub', 'AzureFirewallSubnet') }, '10.200.0.4', ['pip-fw'], {
      network: [
        ['10.10.0.0/16', '10.240.0.0/16', '443'],
        ['10.240.0.0/16', '10.10.0.0/16', '443'],
      ],
    }),
    ...vpn('hub', ['10.10.0.0/16']),
  ]);
}

const rows: readonly (readonly [string, Shape, Expected])[] = [
  [
    'both halves: inspected both ways',
    { hasGatewayRoute: true, hasSpokeTable: true },
    { answer: 'allowed', through: ['firewall'] },
  ],
  [
    'neither half: around the firewall both ways',
    { hasGatewayRoute: false, hasSpokeTable: false },
    { answer: 'allowed', around: ['firewall'] },
  ],
];

describe('on-premises and a spoke', () => {
  for (const [title, shape, expected] of rows) {
    it(`${title}, whoever begins`, () => {
      expectWalk(site(shape), 'onprem:10.10.0.0/16', '10.240.0.9:443', expected);
      expectWalk(site(shape), '10.240.0.9', '10.10.3.3:443', expected);
    });
  }

  it('AFW-E06: without the gateway’s route only the answer meets the firewall', () => {
    const network = site({ hasGatewayRoute: false, hasSpokeTable: true });
    expectWalk(network, 'onprem:10.10.0.0/16', '10.240.0.9:443', {
      answer: 'broken',
      around: ['firewall'],
      backEnds: 'no-session',
      says: /fw never saw the request/,
    });
    expectWalk(network, '10.240.0.9', '10.10.3.3:443', {
      answer: 'broken',
      through: ['firewall'],
      backEnds: 'no-session',
      says: /fw saw the request and never its answer/,
    });
  });

  it('AFW-E06: without the spoke’s table only the request meets the firewall', () => {
    const network = site({ hasGatewayRoute: true, hasSpokeTable: false });
    expectWalk(network, 'onprem:10.10.0.0/16', '10.240.0.9:443', {
      answer: 'broken',
      through: ['firewall'],
      backEnds: 'no-session',
      says: /fw saw the request and never its answer/,
    });
    expectWalk(network, '10.240.0.9', '10.10.3.3:443', {
      answer: 'broken',
      around: ['firewall'],
      backEnds: 'no-session',
      says: /fw never saw the request/,
    });
  });

  // azure-networking.md 2.5: never "blocked" on the strength of this flag alone, and not certain to work either.
  it('without allowForwardedTraffic on the spoke’s peering nobody can tell', () => {
    const network = site({
      hasGatewayRoute: true,
      hasSpokeTable: true,
      isForwardedTrafficAllowed: false,
    });
    expectWalk(network, 'onprem:10.10.0.0/16', '10.240.0.9:443', {
      answer: 'unknown',
      says: /allowForwardedTraffic/,
    });
  });

  // Found by real packets: default outbound access is documented for virtual machines, and the clients of a gateway are none.
  it('AZS-05: the internet, through the gateway without a firewall, is nobody’s promise', () => {
    const network = site({ hasGatewayRoute: false, hasSpokeTable: false });
    expectWalk(network, 'onprem:10.10.0.0/16', '8.8.8.8:443', {
      answer: 'unknown',
      says: /whether the gateway in `GatewaySubnet` hands on to the internet/,
    });
  });
});

import { describe, it } from 'vitest';
import {
  id,
  privateEndpoint,
  publicIp,
  routeTable,
  subnetId,
  networkOf as withZones,
  zone,
} from '../aks-fixture.ts';
import { expectWalk, firewallWith, type Json, type Rules, tableOf, vnet } from './build.ts';

// azure-networking.md 6.2 and 6.3.

const VAULT = { id: id('Microsoft.KeyVault/vaults', 'kv1') };
const ZONE = 'privatelink.vaultcore.azure.net';
const NAME = 'kv1.vault.azure.net';

interface Shape {
  readonly linked?: readonly string[];
  readonly records?: Record<string, string>;
  readonly status?: string;
  readonly policies?: string;
  readonly routes?: Record<string, string>;
  readonly rules?: Rules;
}

function perimeter(shape: Shape = {}) {
  const subnet = { id: subnetId('spoke', 'endpoints') };
  const rest = {
    address: '10.240.4.36',
    ...(shape.status === undefined ? {} : { status: shape.status }),
  };
  const resources: Json[] = [
    vnet(
      'hub',
      '10.200.0.0/24',
      { AzureFirewallSubnet: { addressPrefix: '10.200.0.0/26' } },
      { peers: { spoke: {} } },
    ),
    vnet(
      'spoke',
      '10.240.0.0/16',
      {
        nodes: { addressPrefix: '10.240.0.0/22', ...tableOf('T') },
        endpoints: {
          addressPrefix: '10.240.4.32/28',
          ...(shape.policies === undefined
            ? {}
            : { privateEndpointNetworkPolicies: shape.policies }),
        },
      },
      { peers: { hub: {} } },
    ),
    routeTable('T', { '0.0.0.0/0': '10.200.0.4', ...shape.routes }),
    publicIp('pip-fw', '203.0.113.10'),
    firewallWith(
      'fw',
      { id: subnetId('hub', 'AzureFirewallSubnet') },
      '10.200.0.4',
      ['pip-fw'],
      shape.rules ?? {},
    ),
    ...privateEndpoint('pe-kv', subnet, VAULT, 'vault', rest),
    ...zone(ZONE, [...(shape.linked ?? ['spoke'])], shape.records ?? { kv1: '10.240.4.36' }),
  ];
  return withZones(resources);
}

const NODE = '10.240.0.9';

describe('a private endpoint', () => {
  it('AZN-13, AZS-31: the /32 of the endpoint beats 0/0: the firewall never sees it', () => {
    expectWalk(perimeter(), NODE, `${NAME}:443`, {
      answer: 'allowed',
      around: ['firewall'],
      there: [
        'subnet nodes: 10.240.0.9 → 10.240.4.36:443',
        'private-endpoint pe-kv: 10.240.0.9 → 10.240.4.36:443',
      ],
    });
  });

  it('AZS-21: without a zone link the name leads to the public address, and so to the firewall', () => {
    expectWalk(perimeter({ linked: ['hub'] }), NODE, `${NAME}:443`, {
      answer: 'denied',
      through: ['firewall'],
      around: ['private-endpoint'],
    });
  });

  it('AZS-21: a linked zone without the record is an outage', () => {
    const network = perimeter({ records: { other: '10.240.4.37' } });
    expectWalk(network, NODE, `${NAME}:443`, {
      answer: 'denied',
      says: /no record/,
      around: ['subnet', 'firewall'],
    });
  });

  it('AZS-30: only an approved connection carries traffic', () => {
    expectWalk(perimeter({ status: 'Pending' }), NODE, `${NAME}:443`, {
      answer: 'denied',
      says: /Pending/,
    });
  });

  const DIVERTED = { policies: 'RouteTableEnabled', routes: { '10.240.0.0/16': '10.200.0.4' } };

  it('AZS-34: diverted to the firewall without SNAT, the answer comes straight back: asymmetric', () => {
    const rules = { network: [['10.240.0.0/22', '10.240.4.36', '443']] } as const;
    expectWalk(perimeter({ ...DIVERTED, rules }), NODE, `${NAME}:443`, {
      answer: 'broken',
      through: ['firewall', 'private-endpoint'],
      source: NODE,
      says: /fw saw the request and never its answer/,
    });
  });

  it('AZS-34: an application rule translates the source, and the answer returns to the firewall', () => {
    const rules = { application: [['10.240.0.0/22', NAME, 'Https:443']] } as const;
    expectWalk(perimeter({ ...DIVERTED, rules, linked: ['spoke', 'hub'] }), NODE, `${NAME}:443`, {
      answer: 'allowed',
      through: ['firewall', 'private-endpoint'],
      source: 'an instance of firewall fw',
    });
  });

  it('AZN-14: a route shorter than the VNet’s prefix diverts nothing', () => {
    const network = perimeter({
      policies: 'RouteTableEnabled',
      routes: { '10.0.0.0/8': '10.200.0.4' },
    });
    expectWalk(network, NODE, `${NAME}:443`, { answer: 'allowed', around: ['firewall'] });
  });
});

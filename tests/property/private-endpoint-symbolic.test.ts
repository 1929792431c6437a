import { describe, expect, it } from 'vitest';
import { formatIp, type Ip } from '../../src/net/index.ts';
import { findOwner, type Network } from '../../src/network/index.ts';
import {
  connectionVerdict,
  policiesInForce,
  subnetOfEndpoint,
} from '../../src/semantics/private-endpoint/concrete.ts';
import { privateEndpointRules } from '../../src/semantics/private-endpoint/symbolic.ts';
import { id, networkOf, resource, subnetId, vnet, vnetKey } from '../conformance/aks-fixture.ts';
import { type Dice, diceOf, point, sorted, summaryAt } from '../support/compare-deciders.ts';
import { seededRandom } from '../support/seeded-random.ts';

type Json = Record<string, unknown>;

const NAMES = ['pe-a', 'pe-b', 'pe-c', 'pe-d'];
const EDGES = ['10.240.8.0', '10.240.8.4', '10.240.8.5', '10.240.8.255', '10.200.1.9', '10.99.0.4'];
const unknown = (missing: string): Json => ({ $unknown: missing, missing });

function connection(dice: Dice, name: string): Json {
  const status = dice.pick<unknown>([
    ...['Approved', 'approved', 'Approved', 'Pending', 'Rejected', 'Disconnected'],
    ...[undefined, undefined, unknown(`the state of ${name}`)],
  ]);
  return {
    name,
    properties: {
      privateLinkServiceId: id('Microsoft.KeyVault/vaults', 'vault'),
      groupIds: ['vault'],
      ...(status === undefined ? {} : { privateLinkServiceConnectionState: { status } }),
    },
  };
}

function endpoint(dice: Dice, name: string, index: number): Json {
  const at = dice.pick<unknown>([
    ...[subnetId('spoke', 'endpoints'), subnetId('spoke', 'endpoints'), subnetId('far', 'pool')],
    ...[subnetId('hub', 'pool'), subnetId('gone', 'pool'), unknown('a subnet')],
  ]);
  const addresses = dice.some<unknown>([EDGES[index], unknown(`an address of ${name}`)], 0.5);
  const made = (count: number) =>
    Array.from({ length: count }, (_, each) => connection(dice, `${name}-${each}`));
  return resource(
    'Microsoft.Network/privateEndpoints',
    name,
    {
      subnet: { id: at },
      privateLinkServiceConnections: made(dice.pick([0, 1, 1, 1, 2])),
      manualPrivateLinkServiceConnections: made(dice.pick([0, 0, 1])),
      ipConfigurations: addresses.map((privateIPAddress, each) => ({
        name: `ip-${each}`,
        properties: { privateIPAddress },
      })),
    },
    dice.chance(0.1) ? { $exists: unknown(`whether ${name} exists`) } : {},
  );
}

function worldOf(dice: Dice): Network {
  const policies = dice.pick([
    ...[undefined, 'Disabled', 'Enabled', 'NetworkSecurityGroupEnabled', 'RouteTableEnabled'],
  ]);
  const guarded = policies === undefined ? {} : { privateEndpointNetworkPolicies: policies };
  return networkOf([
    vnet(
      'spoke',
      '10.240.0.0/16',
      { endpoints: { addressPrefix: '10.240.8.0/24', ...guarded } },
      { peers: ['hub'] },
    ),
    vnet(
      'hub',
      '10.200.0.0/16',
      { pool: { addressPrefix: '10.200.1.0/24' } },
      { peers: ['spoke'] },
    ),
    vnet('far', '10.240.0.0/16', { pool: { addressPrefix: '10.240.8.0/25' } }),
    ...dice.some(NAMES, 0.8).map((name, index) => endpoint(dice, name, index)),
  ]);
}

/** What the walk makes of one address: whoever has it, else whoever may, and their admission. */
function concreteAt(network: Network, to: Ip, vnetKey: string | undefined) {
  const from = vnetKey === undefined ? {} : { vnetKey };
  const owners = findOwner(network, { kind: 'exact', ip: to }, from).flatMap((found) =>
    found.owner.kind === 'private-endpoint' ? [{ ...found, endpoint: found.owner.endpoint }] : [],
  );
  return owners.map(({ endpoint: one, certainty }) => {
    const home = subnetOfEndpoint(network, one);
    const policies = home.kind === 'found' ? policiesInForce(home.target) : undefined;
    return {
      key: one.key,
      name: one.name,
      isSure: certainty === 'yes',
      verdict: connectionVerdict(one),
      isGuarded: policies?.securityGroup ?? false,
      yieldsToRoutes: policies?.routeTable ?? false,
    };
  });
}

describe('private endpoints, told twice', () => {
  it('both tellings agree on random endpoints, addresses and senders', () => {
    const dice = diceOf(seededRandom(30));
    const seen = new Map<string, number>();
    for (let world = 0; world < 250; world += 1) {
      const network = worldOf(dice);
      for (const from of [undefined, vnetKey('spoke'), vnetKey('hub'), vnetKey('far')]) {
        const rules = privateEndpointRules(network, from);
        for (let flow = 0; flow < 16; flow += 1) {
          const to = dice.near(EDGES);
          const label = `${world}: ${formatIp(to)} from ${from?.split('/').at(-1)}`;
          const { effects, by, allNeeds, isComplete } = summaryAt(
            rules,
            point({ destination: to }),
          );
          const owners = concreteAt(network, to, from);
          const sure = owners.filter(({ isSure }) => isSure);
          // An address has one holder; two that claim it are a fault of the input, and the first one is taken.
          const expected = sure.length > 0 ? sure.slice(0, 1) : owners;
          const keys = sorted(effects.map(({ endpoint: one }) => one.key));
          if (sure.length > 1 && !isComplete) continue;
          expect([label, keys]).toEqual([label, sorted(expected.map(({ key }) => key))]);
          for (const owner of expected) {
            const own = effects.filter(({ endpoint: one }) => one.key === owner.key);
            const connections = own.map(({ connection: one }) => one);
            const { kind } = owner.verdict;
            seen.set(kind, (seen.get(kind) ?? 0) + 1);
            expect([
              label,
              own.every((one) => (one.guardedBy !== undefined) === owner.isGuarded),
            ]).toEqual([label, true]);
            expect([
              label,
              own.every((one) => one.yieldsToRoutes === owner.yieldsToRoutes),
            ]).toEqual([label, true]);
            if (!owner.isSure) {
              expect([
                label,
                allNeeds.includes(`which address private endpoint ${owner.name} has`),
              ]).toEqual([label, true]);
            }
            if (kind === 'allow') expect([label, connections]).toEqual([label, ['approved']]);
            if (kind === 'deny') expect([label, connections]).toEqual([label, ['refused']]);
            if (owner.verdict.kind === 'unknown') {
              expect([label, connections[0]]).toEqual([label, 'approved']);
              const why = owner.verdict.why.map(({ missing }) => missing);
              expect([label, why.filter((text) => !allNeeds.includes(text))]).toEqual([label, []]);
            } else if (owner.isSure && isComplete) {
              expect([label, by[0]]).toEqual([label, owner.verdict.by]);
              expect([label, allNeeds]).toEqual([label, []]);
            }
          }
        }
      }
    }
    for (const kind of ['allow', 'deny', 'unknown']) {
      expect([kind, (seen.get(kind) ?? 0) > 300]).toEqual([kind, true]);
    }
  });

  it('an endpoint that exists only under a condition takes nothing for certain', () => {
    const conditional = endpoint(diceOf(seededRandom(1)), 'pe-a', 0);
    const network = networkOf([
      {
        ...conditional,
        $exists: unknown('whether pe-a is deployed'),
        properties: {
          privateLinkServiceConnections: [
            { name: 'a', properties: { privateLinkServiceId: '/vault', groupIds: ['vault'] } },
          ],
        },
      },
    ]);
    const [found] = network.perimeter.privateEndpoints.values();
    expect(connectionVerdict(found!)).toMatchObject({
      kind: 'unknown',
      why: [{ missing: 'whether pe-a is deployed' }],
    });
  });
});

import { describe, expect, it } from 'vitest';
import { resource, subnetId } from '../conformance/aks-fixture.ts';
import {
  at,
  deployment,
  type Json,
  networkOf,
  nsg,
  nsgOf,
  type SecurityRuleWords,
  service,
  vnet,
} from '../conformance/trace/build.ts';
import { type Dice, diceOf } from '../support/compare-deciders.ts';
import { compareReach, newTally } from '../support/compare-reach.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** Traffic inside an overlay, in both tellings: random groups on the subnets of random pools, pods that run here, there or anywhere. */

const ENDS = [
  ...['*', '*', '10.244.0.0/16', '10.244.0.0/16', '10.244.0.0/24', '10.0.0.0/8'],
  ...[
    '10.42.0.0/16',
    '10.42.1.0/24',
    '10.42.2.0/24',
    'VirtualNetwork',
    'VirtualNetwork',
    'Internet',
  ],
];
const SEEDS = Number(process.env['SALLYPORT_REACH_SEEDS'] ?? '60');

describe('traffic between the nodes of an overlay', () => {
  it('sets and walks agree', () => {
    const tally = newTally();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const network = networkOf(...inside(diceOf(seededRandom(seed * 131 + 7))));
      const random = seededRandom(seed);
      for (const [from, to] of [
        ['pods', 'pods'],
        ['nodes', 'pods:8080'],
        ['pods', 'service:shop/a'],
        ['198.51.100.7', 'service:shop/a'],
      ] as const) {
        const title = `seed ${seed}:`;
        const sampling = { from, to, pointsPerRegion: 3, pairsMost: 4, random, title };
        compareReach(network, sampling, tally);
      }
    }
    expect(tally.wrong.slice(0, 10)).toEqual([]);
    expect(tally.compared).toBeGreaterThan(20 * SEEDS);
    // Neither telling hides behind "open", and both find some of it.
    expect(tally.open).toBeLessThan(tally.compared * 0.8);
    expect(tally.openThoughCertain / tally.compared).toBeLessThan(0.05);
  });
});

function inside({ pick, chance, number }: Dice): [Json[], Json[]] {
  const rules = (): SecurityRuleWords[] => [
    ['In', 90, 'Allow', 'Internet', '20.1.1.1', '80', 'Tcp'],
    ...Array.from(
      { length: number(4) },
      (_, index): SecurityRuleWords => [
        pick(['In', 'Out']),
        100 + index,
        pick(['Allow', 'Deny']),
        pick(ENDS),
        pick(ENDS),
        pick(['*', '*', '*', '8080', '1000-9000']),
        pick(['*', '*', 'Tcp', 'Udp']),
      ],
    ),
  ];
  const pool = (name: string): Json => ({
    name,
    mode: name === 'one' ? 'System' : 'User',
    osType: 'Linux',
    count: 2,
    vnetSubnetID: subnetId('net', pick(['one', 'one', 'two', 'elsewhere'])),
  });
  const names = ['one', 'two', 'three'].slice(0, 1 + number(3));
  const plugin = chance(0.2) ? 'kubenet' : 'azure';
  const workload = (name: string): Json => {
    const spec = {
      ...(chance(0.6) ? { nodeSelector: { agentpool: pick(names) } } : {}),
      ...(chance(0.1) ? { hostNetwork: true } : {}),
    };
    return chance(0.6) ? deployment(name, {}, 'shop', spec) : running(name, spec, pick);
  };
  return [
    [
      vnet('net', '10.42.0.0/16', {
        one: { addressPrefix: '10.42.1.0/24', ...nsgOf('nsg-one') },
        two: {
          addressPrefix: '10.42.2.0/24',
          ...(chance(0.8) ? nsgOf(pick(['nsg-two', 'gone'])) : {}),
        },
      }),
      nsg('nsg-one', rules()),
      nsg('nsg-two', rules()),
      resource('Microsoft.ContainerService/managedClusters', 'aks', {
        networkProfile: {
          networkPlugin: plugin,
          ...(plugin === 'azure' ? { networkPluginMode: 'overlay' } : {}),
          podCidr: '10.244.0.0/16',
        },
        agentPoolProfiles: names.map(pool),
      }),
    ],
    [
      ...['a', 'b', 'c'].map(workload),
      service(
        'a',
        {
          type: 'LoadBalancer',
          externalTrafficPolicy: pick(['Cluster', 'Cluster', 'Local']),
        },
        at('20.1.1.1'),
      ),
    ],
  ];
}

/** A pod that was seen on a node. */
function running(name: string, spec: Json, pick: Dice['pick']): Json {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { app: name } },
    spec: {
      ...spec,
      nodeName: pick(['aks-1', 'aks-1', 'aks-2']),
      containers: [
        { name: 'c', image: 'example/c:1', ports: [{ name: 'http', containerPort: 8080 }] },
      ],
    },
    status: { phase: 'Running', podIP: `10.244.${pick(['0', '1'])}.${name.charCodeAt(0)}` },
  };
}

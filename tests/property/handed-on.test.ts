import { describe, expect, it } from 'vitest';
import { resource, routeTable, subnetId } from '../conformance/aks-fixture.ts';
import {
  at,
  deployment,
  INTERNAL,
  type Json,
  networkOf,
  nsg,
  nsgOf,
  type SecurityRuleWords,
  service,
  tableOf,
  vnet,
} from '../conformance/trace/build.ts';
import { type Dice, diceOf } from '../support/compare-deciders.ts';
import { compareReach, newTally } from '../support/compare-reach.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** What nodes hand on to pods with addresses of the network, in both tellings: random groups and routes on the subnets of random pools. */

const ENDS = [
  ...['*', '*', '10.42.0.0/16', '10.42.1.0/24', '10.42.2.0/24', '10.42.2.0/25', '10.42.64.0/18'],
  ...['10.42.9.0/24', 'VirtualNetwork', 'Internet'],
];
const PREFIXES = ['0.0.0.0/0', '10.42.1.0/24', '10.42.2.0/24', '10.42.2.0/25', '10.42.64.0/18'];
const SEEDS = Number(process.env['SALLYPORT_REACH_SEEDS'] ?? '60');

describe('what a node hands on to a pod of the network', () => {
  it('sets and walks agree', () => {
    const tally = newTally();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const network = networkOf(...cluster(diceOf(seededRandom(seed * 137 + 11))));
      const random = seededRandom(seed);
      for (const from of ['10.42.9.9', '198.51.100.7']) {
        const title = `seed ${seed}:`;
        const sampling = { from, to: 'service:shop/a', pointsPerRegion: 6, random, title };
        compareReach(network, sampling, tally);
      }
    }
    expect(tally.wrong.slice(0, 10)).toEqual([]);
    expect(tally.compared).toBeGreaterThan(10 * SEEDS);
    // Neither telling hides behind "open", and both find some of it.
    expect(tally.open).toBeGreaterThan(0);
    expect(tally.open).toBeLessThan(tally.compared * 0.8);
    expect(tally.openThoughCertain / tally.compared).toBeLessThan(0.05);
  });
});

function cluster({ pick, chance, number }: Dice): [Json[], Json[]] {
  const rules = (): SecurityRuleWords[] => [
    ['In', 90, 'Allow', '10.42.9.0/24', '10.42.1.200', '80', 'Tcp'],
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
  const subnets = ['one', 'two', 'pods'];
  const routes = () =>
    Object.fromEntries(
      Array.from({ length: number(3) }, () => [
        pick(PREFIXES),
        pick(['None', '10.42.9.4', 'VnetLocal', 'VnetLocal']),
      ]),
    );
  const guard = (name: string): Json => ({
    ...(chance(0.7) ? nsgOf(pick([`nsg-${name}`, `nsg-${name}`, `nsg-${name}`, 'gone'])) : {}),
    ...(chance(0.5) ? tableOf(`rt-${name}`) : {}),
  });
  const hasPodSubnet = chance(0.5);
  const isOverlay = chance(0.2);
  const names = ['one', 'two', 'three'].slice(0, 1 + number(3));
  const pool = (name: string): Json => ({
    name,
    mode: name === 'one' ? 'System' : 'User',
    osType: 'Linux',
    count: pick([1, 2]),
    ...(chance(0.2) ? { enableAutoScaling: true, minCount: 1, maxCount: 3 } : {}),
    vnetSubnetID: subnetId('net', name === 'one' ? 'one' : pick(['one', 'two', 'elsewhere'])),
    ...(hasPodSubnet && !isOverlay
      ? { podSubnetID: subnetId('net', pick(['pods', 'pods', 'two'])) }
      : {}),
  });
  const workload = deployment('a', {}, 'shop', {
    ...(chance(0.6) ? { nodeSelector: { agentpool: pick(names) } } : {}),
    ...(isOverlay || chance(0.4) ? { hostNetwork: true } : {}),
  });
  const mode = isOverlay ? { networkPluginMode: 'overlay', podCidr: '10.244.0.0/16' } : {};
  return [
    [
      vnet('net', '10.42.0.0/16', {
        clients: { addressPrefix: '10.42.9.0/24' },
        one: { addressPrefix: '10.42.1.0/24', ...guard('one') },
        two: { addressPrefix: '10.42.2.0/24', ...guard('two') },
        pods: { addressPrefix: '10.42.64.0/18', ...guard('pods') },
      }),
      ...subnets.flatMap((name) => [
        nsg(`nsg-${name}`, rules()),
        routeTable(`rt-${name}`, routes()),
      ]),
      resource('Microsoft.ContainerService/managedClusters', 'aks', {
        networkProfile: {
          networkPlugin: 'azure',
          ...mode,
          ...pick([{}, { networkDataplane: 'cilium' }]),
        },
        agentPoolProfiles: names.map(pool),
      }),
    ],
    [
      workload,
      service(
        'a',
        {
          type: 'LoadBalancer',
          externalTrafficPolicy: pick(['Cluster', 'Cluster', 'Cluster', 'Local']),
        },
        chance(0.7) ? { ...INTERNAL, ...at('10.42.1.200') } : at('20.1.1.1'),
      ),
    ],
  ];
}

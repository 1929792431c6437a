import { describe, expect, it } from 'vitest';
import type { Network } from '../../../src/network/index.ts';
import type { ReachVerdict } from '../../../src/reach/index.ts';
import { answerTrace } from '../../../src/trace/index.ts';
import { resource, routeTable, subnetId } from '../aks-fixture.ts';
import {
  deployment,
  type Json,
  networkOf,
  nsg,
  nsgOf,
  policy,
  type SecurityRuleWords,
  service,
  tableOf,
  vnet,
} from '../trace/build.ts';
import { expectBoth, reachOf } from './ask-both.ts';

// Real packets found that pods with addresses of the network were told as if they never shared a node, where no box stands between them.

const PODS = '10.42.64.0/18';
/** In front of every subnet, in both directions. */
const CLOSED: readonly SecurityRuleWords[] = [
  ['In', 100, 'Deny', '*', '*', '*'],
  ['Out', 100, 'Deny', '*', '*', '*'],
];

interface Shape {
  readonly rules?: readonly SecurityRuleWords[];
  readonly routes?: Record<string, string>;
  readonly hasPodSubnet?: boolean;
  readonly objects?: readonly Json[];
  /** Not in the input, or AKS makes a network of its own. Default: written. */
  readonly subnets?: 'written' | 'elsewhere' | 'none';
  readonly engine?: 'calico';
}

/** A cluster without overlay: pools `one` and `twin` in one subnet, `two` in another. */
function perimeter(shape: Shape): Network {
  const { rules, routes, hasPodSubnet = false, objects = [] } = shape;
  const { subnets = 'written', engine = 'none' } = shape;
  const guard = {
    ...(rules === undefined ? {} : nsgOf('nsg')),
    ...(routes === undefined ? {} : tableOf('rt')),
  };
  const at = (name: string, subnet: string) =>
    subnets === 'none' ? {} : { [name]: subnetId('net', subnet) };
  const pool = (name: string, subnet: string, mode = 'User'): Json => ({
    name,
    mode,
    osType: 'Linux',
    count: 3,
    ...at('vnetSubnetID', subnet),
    ...(hasPodSubnet ? at('podSubnetID', 'pods') : {}),
  });
  const written = subnets === 'written';
  return networkOf(
    [
      ...(written ? [net(guard)] : []),
      nsg('nsg', [...(rules ?? [])]),
      routeTable('rt', routes ?? {}),
      resource('Microsoft.ContainerService/managedClusters', 'aks', {
        networkProfile: { networkPlugin: 'azure', networkPolicy: engine },
        agentPoolProfiles: [pool('one', 'one', 'System'), pool('twin', 'one'), pool('two', 'two')],
      }),
    ],
    [
      on('one', 'a'),
      on('one', 'b'),
      on('twin', 'c'),
      on('two', 'd'),
      on('one', 'h', { hostNetwork: true }),
      service('b', {}),
      ...objects,
    ],
  );
}

function net(guard: Json): Json {
  return vnet('net', '10.42.0.0/16', {
    one: { addressPrefix: '10.42.1.0/24', ...guard },
    two: { addressPrefix: '10.42.2.0/24', ...guard },
    pods: { addressPrefix: PODS, ...guard },
  });
}

function on(pool: string, name: string, spec: Json = {}): Json {
  return deployment(name, {}, 'shop', { nodeSelector: { agentpool: pool }, ...spec });
}

function says(shape: Shape, from: string, to: string, expected: ReachVerdict): void {
  expectBoth(perimeter(shape), from, to, expected);
}

/** Both ways, the worse first. */
function told(network: Network, from: string, to: string): readonly string[] {
  return answerTrace(network, { from, to }).traces.map(
    ({ answer, summary }) => `${answer}: ${/\(([^()]*)\)\.$/.exec(summary)?.[1]}`,
  );
}
const EITHER = ['denied: on two nodes', 'allowed: both on one node'];

describe.each([
  ['addresses of the node subnet', false],
  ['a pod subnet', true],
])('AKS-61: pods with %s', (_, hasPodSubnet) => {
  const closed = perimeter({ rules: CLOSED, hasPodSubnet });
  const eitherWay = (from: string, to: string, network = closed) => {
    expect(told(network, from, to)).toEqual(EITHER);
    expect(reachOf(network, from, to)).toEqual(['open']);
  };

  it('that may share a node are kept apart by a group only if they do not', () => {
    eitherWay('deploy:a', 'deploy:b:8080');
    eitherWay('deploy:a', 'service:shop/b:80');
  });

  it('are reached the same way from a node that may be their own, and by a pod with its address', () => {
    eitherWay('node:one', 'deploy:b:8080');
    eitherWay('deploy:h', 'deploy:b:8080');
    eitherWay('deploy:a', 'deploy:h:8080');
  });

  it('that certainly share none are denied', () => {
    for (const [from, to] of [
      ['deploy:a', 'deploy:c:8080'],
      ['deploy:a', 'deploy:d:8080'],
      ['node:twin', 'deploy:b:8080'],
      ['deploy:h', 'deploy:c:8080'],
    ] as const) {
      says({ rules: CLOSED, hasPodSubnet }, from, to, 'denied');
    }
  });

  it('are not told apart where both ways end alike', () => {
    const open = perimeter({ rules: [], hasPodSubnet });
    expectBoth(open, 'deploy:a', 'deploy:b:8080', 'allowed');
    const { traces } = answerTrace(open, { from: 'deploy:a', to: 'deploy:b:8080' });
    expect(traces.map(({ summary }) => summary)).toEqual(['shop/a reaches shop/b.']);
    says({ hasPodSubnet }, 'deploy:a', 'deploy:b:8080', 'allowed');
  });

  it('meet no route on one node either', () => {
    const routes = { '10.42.0.0/16': 'None' };
    eitherWay('deploy:a', 'deploy:b:8080', perimeter({ routes, hasPodSubnet }));
  });

  it('that were seen on one node are there, and on two nodes are not', () => {
    const seen = (name: string, nodeName: string, podIP: string): Json => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'shop', labels: { app: name } },
      spec: { nodeName, nodeSelector: { agentpool: 'one' }, containers: [{ name: 'c' }] },
      status: { podIP, phase: 'Running' },
    });
    const base = hasPodSubnet ? '10.42.64' : '10.42.1';
    const objects = [
      seen('x', 'aks-one-1', `${base}.50`),
      seen('y', 'aks-one-1', `${base}.51`),
      seen('z', 'aks-one-2', `${base}.80`),
    ];
    const shape = { rules: CLOSED, hasPodSubnet, objects };
    says(shape, 'pod:x', 'pod:y:8080', 'allowed');
    says(shape, 'pod:x', 'pod:z:8080', 'denied');
  });
});

describe('AKS-59: pods with addresses of a network that the input does not hold', () => {
  const closed = policy('closed', {
    podSelector: { matchLabels: { app: 'b' } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: { app: 'a' } } }] }],
  });
  const assumed = (shape: Shape, from: string, to: string) =>
    answerTrace(perimeter(shape), { from, to }).traces.flatMap(({ assumptions }) => assumptions);

  it.each(['elsewhere', 'none'] as const)('meet their policies (%s)', (subnets) => {
    const shape: Shape = { subnets, objects: [closed], engine: 'calico' };
    says(shape, 'deploy:a', 'deploy:b:8080', 'allowed');
    says(shape, 'deploy:c', 'deploy:b:8080', 'denied');
    says(shape, 'node:one', 'deploy:a:8080', 'allowed');
    // The own node is let in (K8P-16), others are not, and which one it is nobody knows.
    says(shape, 'node:one', 'deploy:b:8080', 'open');
  });

  it('are taken to reach each other, and that is said; a network that AKS makes lets them', () => {
    const said = ['one', 'two'].map(
      (pool) =>
        `the security group on the subnet of pool ${pool}, which is not in the input, lets traffic inside its cluster pass`,
    );
    expect(assumed({ subnets: 'elsewhere' }, 'deploy:a', 'deploy:d:8080')).toEqual(said);
    expect(assumed({ subnets: 'elsewhere' }, 'node:one', 'deploy:d:8080')).toEqual(said);
    expect(assumed({ subnets: 'none' }, 'deploy:a', 'deploy:d:8080')).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { answerMatrix } from '../../../src/questions/matrix/index.ts';
import type { ReachVerdict } from '../../../src/reach/index.ts';
import { answerTrace } from '../../../src/trace/index.ts';
import { resource, routeTable, subnetId } from '../aks-fixture.ts';
import {
  at,
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

// aks.md 2.2: "Overlay NSG: subnet NSG sees unencapsulated pod packets. If denies exist, allow: node CIDR -> node CIDR all; node CIDR ->
// pod CIDR all; pod CIDR -> pod CIDR all." On one node a packet does not leave it. Answers by hand.

const NODES = '10.42.1.0/24';
const MORE = '10.42.2.0/24';
const PODS = '10.244.0.0/16';

interface Shape {
  /** Rules of the group on the subnet of pool `one`. Absent: no group. */
  readonly one?: readonly SecurityRuleWords[];
  /** Of the subnet of pool `two`. */
  readonly two?: readonly SecurityRuleWords[];
  /** Pool `twin` has the subnet of pool `one`. */
  readonly routes?: Record<string, string>;
  readonly profile?: Json;
  readonly objects?: readonly Json[];
  readonly subnetsAreKnown?: boolean;
}

function perimeter({ one, two, routes, profile, objects, subnetsAreKnown = true }: Shape) {
  const table = routes === undefined ? {} : tableOf('rt');
  const pool = (name: string, subnet: string, mode = 'User'): Json => ({
    name,
    mode,
    osType: 'Linux',
    count: 3,
    vnetSubnetID: subnetId('net', subnet),
  });
  return networkOf(
    [
      ...(subnetsAreKnown
        ? [
            vnet('net', '10.42.0.0/16', {
              one: {
                addressPrefix: NODES,
                ...(one === undefined ? {} : nsgOf('nsg-one')),
                ...table,
              },
              two: {
                addressPrefix: MORE,
                ...(two === undefined ? {} : nsgOf('nsg-two')),
                ...table,
              },
            }),
          ]
        : []),
      nsg('nsg-one', one ?? []),
      nsg('nsg-two', two ?? []),
      routeTable('rt', routes ?? {}),
      resource('Microsoft.ContainerService/managedClusters', 'aks', {
        networkProfile: { networkPlugin: 'azure', networkPluginMode: 'overlay', podCidr: PODS },
        ...profile,
        agentPoolProfiles: [pool('one', 'one', 'System'), pool('twin', 'one'), pool('two', 'two')],
      }),
    ],
    objects ?? [
      on('one', 'a'),
      on('one', 'b'),
      on('twin', 'c'),
      on('two', 'd'),
      deployment('any'),
      service('d', {}),
      service('b', {}),
      service('front', { type: 'LoadBalancer', selector: { app: 'd' } }, at('20.1.1.1')),
      service(
        'local',
        { type: 'LoadBalancer', selector: { app: 'd' }, externalTrafficPolicy: 'Local' },
        at('20.1.1.2'),
      ),
    ],
  );
}

/** A workload whose pods run on one pool. */
function on(pool: string, name: string): Json {
  return deployment(name, {}, 'shop', { nodeSelector: { agentpool: pool } });
}

const DENY_IN: SecurityRuleWords = ['In', 4096, 'Deny', '*', '*', '*'];
const DENY_OUT: SecurityRuleWords = ['Out', 4096, 'Deny', '*', '*', '*'];
const TAG: SecurityRuleWords = ['In', 200, 'Allow', 'VirtualNetwork', 'VirtualNetwork', '*'];
/** The three that AKS asks for, in one direction. */
const asked = (direction: 'In' | 'Out', nodes = '10.42.0.0/16'): SecurityRuleWords[] => [
  [direction, 100, 'Allow', nodes, nodes, '*'],
  [direction, 110, 'Allow', nodes, PODS, '*'],
  [direction, 120, 'Allow', PODS, PODS, '*'],
];

function says(shape: Shape, from: string, to: string, expected: ReachVerdict): string {
  const network = perimeter(shape);
  expectBoth(network, from, to, expected);
  return answerTrace(network, { from, to })
    .traces.map(({ summary }) => summary)
    .join('\n');
}

describe('pod to pod in an overlay, past the groups of node subnets', () => {
  it('AKS-62: a group without a rule of its own lets pods reach each other', () => {
    says({ one: [], two: [] }, 'deploy:a', 'deploy:d:8080', 'allowed');
    says({ one: [], two: [] }, 'deploy:a', 'deploy:b:8080', 'allowed');
  });

  it('AKS-61: on nodes of different subnets a deny of everything inbound cuts them', () => {
    const summary = says({ two: [DENY_IN] }, 'deploy:a', 'deploy:d:8080', 'denied');
    expect(summary).toContain('nsg-two: Deny4096 4096');
    says({ two: [DENY_IN] }, 'deploy:d', 'deploy:a:8080', 'allowed');
  });

  it('AKS-61: so does one outbound at the sender', () => {
    says({ one: [DENY_OUT] }, 'deploy:a', 'deploy:d:8080', 'denied');
    says({ one: [DENY_OUT] }, 'deploy:d', 'deploy:a:8080', 'allowed');
  });

  it('AKS-61: on one pool it hangs on whether they share a node', () => {
    const summary = says({ one: [DENY_IN] }, 'deploy:a', 'deploy:b:8080', 'open');
    expect(summary).toContain('whether both run on one node');
  });

  it('AKS-61: on two pools of one subnet they certainly share none', () => {
    says({ one: [DENY_IN] }, 'deploy:a', 'deploy:c:8080', 'denied');
  });

  it('AKS-59: with the three rules it asks for before the deny everything passes', () => {
    const both = { one: [...asked('In'), ...asked('Out'), DENY_IN, DENY_OUT] };
    const shape = { one: both.one, two: both.one };
    says(shape, 'deploy:a', 'deploy:d:8080', 'allowed');
    says(shape, 'deploy:a', 'deploy:b:8080', 'allowed');
    says(shape, 'node:one', 'deploy:d:8080', 'allowed');
  });

  it('AKS-59: an allow for the node range alone is not enough', () => {
    const rules: SecurityRuleWords[] = [['In', 100, 'Allow', '10.42.0.0/16', '*', '*'], DENY_IN];
    says({ two: rules }, 'deploy:a', 'deploy:d:8080', 'denied');
    says({ two: rules }, 'node:one', 'deploy:d:8080', 'allowed');
  });

  it('AKS-62: whether VirtualNetwork in a written rule holds pods is open', () => {
    const summary = says({ two: [TAG, DENY_IN] }, 'deploy:a', 'deploy:d:8080', 'open');
    expect(summary).toContain('VirtualNetwork');
  });

  it('AZN-33: with a route 0.0.0.0/0 on the subnet the tag holds pods as well', () => {
    const routes = { '0.0.0.0/0': '10.42.9.4' };
    says({ two: [TAG, DENY_IN], routes }, 'deploy:a', 'deploy:d:8080', 'allowed');
  });

  it('AKS-60: routes of the user are not asked', () => {
    const routes = { '10.244.0.0/16': 'None', '10.42.0.0/16': 'None' };
    says({ one: [], two: [], routes }, 'deploy:a', 'deploy:d:8080', 'allowed');
  });

  it('a rule for one port cuts that port alone', () => {
    const rules: SecurityRuleWords[] = [['In', 100, 'Deny', PODS, PODS, '8080', 'Tcp']];
    says({ two: rules }, 'deploy:a', 'deploy:d:8080', 'denied');
    says({ two: rules }, 'deploy:a', 'deploy:d:9090', 'allowed');
  });

  it('a rule for some of the range hangs on the address of the pod', () => {
    const rules: SecurityRuleWords[] = [['In', 100, 'Deny', '10.244.3.0/24', PODS, '*']];
    says({ two: rules }, 'deploy:a', 'deploy:d:8080', 'open');
  });

  it('a workload that may run on every pool reaches one whose subnet denies only by way of one node', () => {
    says({ two: [DENY_IN] }, 'deploy:a', 'deploy:any:8080', 'open');
    const everywhere = { one: [DENY_IN], two: [DENY_IN] };
    says(everywhere, 'deploy:a', 'deploy:any:8080', 'open');
    says(everywhere, 'deploy:c', 'deploy:d:8080', 'denied');
  });

  it('kubenet pods keep their addresses on the way as well (AKS-58)', () => {
    const profile = { networkProfile: { networkPlugin: 'kubenet', podCidr: PODS } };
    says({ two: [DENY_IN], profile }, 'deploy:a', 'deploy:d:8080', 'denied');
    says({ two: [], profile }, 'deploy:a', 'deploy:d:8080', 'allowed');
  });
});

describe('pods that were seen running', () => {
  const seen = (name: string, nodeName: string, podIP: string): Json => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { app: name } },
    spec: {
      nodeName,
      nodeSelector: { agentpool: 'one' },
      containers: [{ name: 'c', image: 'example/c:1', ports: [{ containerPort: 8080 }] }],
    },
    status: { podIP, phase: 'Running' },
  });

  it('AKS-61: on one node no group sees them, on two it does', () => {
    const objects = [
      seen('x', 'aks-one-1', '10.244.0.5'),
      seen('y', 'aks-one-1', '10.244.0.6'),
      seen('z', 'aks-one-2', '10.244.1.5'),
    ];
    says({ one: [DENY_IN], objects }, 'pod:x', 'pod:y:8080', 'allowed');
    says({ one: [DENY_IN], objects }, 'pod:x', 'pod:z:8080', 'denied');
  });
});

describe('other ways to a pod inside its cluster', () => {
  it('AKS-61: from a node of another pool the group of the pod’s subnet decides', () => {
    says({ two: [DENY_IN] }, 'node:one', 'deploy:d:8080', 'denied');
    says({ two: [] }, 'node:one', 'deploy:d:8080', 'allowed');
    says({ one: [DENY_IN] }, 'node:one', 'deploy:b:8080', 'open');
    says({ one: [DENY_IN] }, 'node:twin', 'deploy:b:8080', 'denied');
  });

  it('K8P-19: a Service leads to its backend, wherever that runs', () => {
    says({ two: [DENY_IN] }, 'deploy:a', 'service:shop/d:80', 'denied');
    says({ one: [DENY_IN] }, 'deploy:a', 'service:shop/b:80', 'open');
    says({ one: [], two: [] }, 'deploy:a', 'service:shop/d:80', 'allowed');
  });

  it('AKS-75: under Cluster any node hands on to the pod, as itself', () => {
    const open: SecurityRuleWords = ['In', 100, 'Allow', 'Internet', '20.1.1.1', '80', 'Tcp'];
    const network = perimeter({ one: [open], two: [open, DENY_IN] });
    // By a node of pool `one` it is denied on the way to pool `two`; by one of `two` the node may be the pod's own.
    const { traces } = answerTrace(network, { from: '198.51.100.7', to: '20.1.1.1:80' });
    expect(traces.map(({ answer }) => answer).sort()).toEqual(['denied', 'unknown']);
    expect(reachOf(network, '198.51.100.7', '20.1.1.1:80')).toEqual(['open']);
    const allowed = perimeter({ one: [open], two: [open] });
    expectBoth(allowed, '198.51.100.7', '20.1.1.1:80', 'allowed');
  });

  it('AKS-60: from an address of the nodes’ subnet only if a node has it, and past the groups then', () => {
    const summary = says({ one: [], two: [] }, '10.42.1.9', 'deploy:d:8080', 'open');
    expect(summary).toContain('whether 10.42.1.9 is a node of aks');
    says({ two: [DENY_IN] }, '10.42.1.9', 'deploy:d:8080', 'denied');
    says({ one: [DENY_OUT] }, '10.42.1.9', 'deploy:d:8080', 'denied');
  });

  it('AKS-76: under Local it is the node of the pod', () => {
    const open: SecurityRuleWords = ['In', 100, 'Allow', 'Internet', '20.1.1.2', '80', 'Tcp'];
    const network = perimeter({ one: [open], two: [open, DENY_IN] });
    expectBoth(network, '198.51.100.7', '20.1.1.2:80', 'allowed');
  });
});

describe('a host-network pod that calls a pod of the overlay', () => {
  const shape = (more: Shape): Shape => ({
    ...more,
    objects: [
      deployment('h', {}, 'shop', { hostNetwork: true, nodeSelector: { agentpool: 'one' } }),
      on('one', 'a'),
      on('two', 'd'),
      ...(more.objects ?? []),
    ],
  });
  const calls = (more: Shape, expected: ReachVerdict, to = 'deploy:d:8080') =>
    says(shape(more), 'deploy:h', to, expected);

  it('AKS-60: sends as its node, and the overlay carries it whatever the routes say', () => {
    calls({ one: [], two: [] }, 'allowed');
    calls({ one: [], two: [], routes: { '10.244.0.0/16': 'None' } }, 'allowed');
  });

  it('AKS-61: meets the group of the pod’s subnet with the address of its node', () => {
    calls({ two: [DENY_IN] }, 'denied');
    calls({ two: [['In', 100, 'Deny', PODS, '*', '*']] }, 'allowed');
    calls({ two: [['In', 100, 'Deny', NODES, PODS, '*']] }, 'denied');
    calls({ one: [DENY_OUT] }, 'denied');
  });

  it('AKS-61: may run on the node of the pod, where no group looks', () => {
    calls({ one: [DENY_IN] }, 'open', 'deploy:a:8080');
  });

  it('K8P-17: meets the policies of the pod it calls, which let its own node in (K8P-16)', () => {
    const closed = policy('closed', { podSelector: {}, policyTypes: ['Ingress'] });
    const profile = {
      networkProfile: {
        networkPlugin: 'azure',
        networkPluginMode: 'overlay',
        networkPolicy: 'calico',
        podCidr: PODS,
      },
    };
    const summary = calls({ one: [], two: [], profile, objects: [closed] }, 'open');
    expect(summary).toContain('whether it shares a node with shop/d');
  });
});

describe('what is not known of the groups', () => {
  it('a subnet that is not in the input is taken to let its cluster work, and that is said', () => {
    const network = perimeter({ subnetsAreKnown: false });
    expectBoth(network, 'deploy:a', 'deploy:d:8080', 'allowed');
    const [trace] = answerTrace(network, { from: 'deploy:a', to: 'deploy:d:8080' }).traces;
    expect(trace?.assumptions.join()).toContain('lets traffic inside its cluster pass');
  });
});

describe('the matrix of pods', () => {
  it('AKS-61: says what the groups between nodes leave of what policies admit', () => {
    const { senders, receivers, cells } = answerMatrix(perimeter({ two: [DENY_IN] }));
    const at = (ends: typeof senders, name: string) =>
      ends.findIndex(({ members }) => members.includes(`shop/${name}`));
    const level = (from: string, to: string) =>
      cells[at(senders, from)]?.[at(receivers, to)]?.level;
    expect(level('a', 'd')).toBe('none');
    expect(level('d', 'a')).toBe('all');
  });
});

import { describe, expect, it } from 'vitest';
import type { Network } from '../../../src/network/index.ts';
import { answerTrace } from '../../../src/trace/index.ts';
import { resource, routeTable, subnetId } from '../aks-fixture.ts';
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
} from '../trace/build.ts';
import { expectBoth, reachOf } from './ask-both.ts';

// Real packets found that what a node hands on under `externalTrafficPolicy: Cluster` was taken to reach a pod of another node past every
// group and route between them. AKS-75: every node receives, and the pod sees a node address. Answers by hand.

const CLIENTS = '10.42.9.0/24';
const NODES = '10.42.1.0/24';
const MORE = '10.42.2.0/24';
const PODS = '10.42.64.0/18';
const CLIENT = '10.42.9.9';
const FRONT = '10.42.1.200:80';
const ALSO = '10.42.1.200:81';
const LOCAL = '10.42.1.201:80';

/** Where the pods behind the Services have their addresses. */
type Kind = 'host network' | 'node subnet' | 'pod subnet';

interface Shape {
  readonly kind?: Kind;
  /** The pool the pods run on; `two` has nodes of its own in a subnet of its own, and exists only then. Default: `one`. */
  readonly on?: 'one' | 'two';
  readonly nodesOfOne?: number;
  readonly groups?: Partial<Record<'one' | 'two' | 'pods', readonly SecurityRuleWords[]>>;
  readonly routes?: Partial<Record<'one' | 'two' | 'pods', Record<string, string>>>;
}

function perimeter(shape: Shape): Network {
  const { kind = 'host network', on = 'one', groups = {}, routes = {} } = shape;
  const guard = (name: 'one' | 'two' | 'pods') => ({
    ...(groups[name] === undefined ? {} : nsgOf(`nsg-${name}`)),
    ...(routes[name] === undefined ? {} : tableOf(`rt-${name}`)),
  });
  const pool = (name: string, count: number, mode = 'User'): Json => ({
    name,
    mode,
    osType: 'Linux',
    count,
    vnetSubnetID: subnetId('net', name),
    ...(kind === 'pod subnet' ? { podSubnetID: subnetId('net', 'pods') } : {}),
  });
  const spec = { nodeSelector: { agentpool: on }, hostNetwork: kind === 'host network' };
  const ports = [
    { port: 80, targetPort: 'http' },
    { port: 81, targetPort: 9090 },
  ];
  const front = { type: 'LoadBalancer', selector: { app: 'web' }, ports };
  return networkOf(
    [
      vnet('net', '10.42.0.0/16', {
        clients: { addressPrefix: CLIENTS },
        one: { addressPrefix: NODES, ...guard('one') },
        two: { addressPrefix: MORE, ...guard('two') },
        pods: { addressPrefix: PODS, ...guard('pods') },
      }),
      ...(['one', 'two', 'pods'] as const).flatMap((name) => [
        nsg(`nsg-${name}`, groups[name] ?? []),
        routeTable(`rt-${name}`, routes[name] ?? {}),
      ]),
      resource('Microsoft.ContainerService/managedClusters', 'aks', {
        networkProfile: { networkPlugin: 'azure', networkPolicy: 'calico' },
        agentPoolProfiles: [
          pool('one', shape.nodesOfOne ?? 3, 'System'),
          ...(on === 'two' ? [pool('two', 3)] : []),
        ],
      }),
    ],
    [
      deployment('web', {}, 'shop', spec),
      service('front', front, { ...INTERNAL, ...at('10.42.1.200') }),
      service(
        'local',
        { ...front, externalTrafficPolicy: 'Local' },
        { ...INTERNAL, ...at('10.42.1.201') },
      ),
    ],
  );
}

/** Clients get to the front end; what nodes send to nodes and pods does not pass. */
const FROM_CLIENTS: readonly SecurityRuleWords[] = [
  ['In', 100, 'Allow', CLIENTS, '*', '*'],
  ['In', 200, 'Deny', '*', '*', '*'],
];
const OUTBOUND: readonly SecurityRuleWords[] = [['Out', 200, 'Deny', '*', NODES, '*']];

/** What is said of each way, the answers in order of the alphabet. */
function answersOf(network: Network, to = FRONT): readonly string[] {
  return answerTrace(network, { from: CLIENT, to })
    .traces.map(({ answer }) => answer)
    .sort();
}

function summaries(network: Network, to = FRONT): string {
  const { traces } = answerTrace(network, { from: CLIENT, to });
  return traces.map(({ summary }) => summary).join('\n');
}

const KINDS: readonly (readonly [Kind, 'one' | 'pods'])[] = [
  ['host network', 'one'],
  ['node subnet', 'one'],
  ['pod subnet', 'pods'],
];

describe.each(KINDS)('AKS-75: handed on to a pod with an address of the %s', (kind, where) => {
  const closed: Shape = { kind, groups: { [where]: FROM_CLIENTS } };

  it('it passes where nobody wrote a rule or a route against it (AZN-31)', () => {
    expectBoth(perimeter({ kind }), CLIENT, FRONT, 'allowed');
    expectBoth(perimeter({ kind, groups: { one: [], pods: [] } }), CLIENT, FRONT, 'allowed');
  });

  it('AKS-61: behind a group that denies nodes it hangs on whether the pod runs on the node that received it', () => {
    const network = perimeter(closed);
    expectBoth(network, CLIENT, FRONT, 'open');
    const missing = `whether both run on one node (between nodes nsg-${where}: Deny200 200 denies it)`;
    expect(summaries(network)).toContain(missing);
  });

  it('AKS-61: a pool of one node has no other', () => {
    expectBoth(perimeter({ ...closed, nodesOfOne: 1 }), CLIENT, FRONT, 'allowed');
  });

  it('AKS-76: under Local the node that receives is that of the pod', () => {
    expectBoth(perimeter(closed), CLIENT, LOCAL, 'allowed');
  });

  it('a rule for the port of the pod cuts that port alone', () => {
    const from: SecurityRuleWords = ['In', 100, 'Deny', NODES, '*', '8080', 'Tcp'];
    const network = perimeter({ kind, groups: { [where]: [from] } });
    expectBoth(network, CLIENT, FRONT, 'open');
    expectBoth(network, CLIENT, ALSO, 'allowed');
  });

  it('AZN-42: the group of the node’s subnet looks at what leaves it', () => {
    const out: SecurityRuleWords = [
      'Out',
      200,
      'Deny',
      NODES,
      kind === 'pod subnet' ? PODS : NODES,
      '*',
    ];
    expectBoth(perimeter({ kind, groups: { one: [out] } }), CLIENT, FRONT, 'open');
  });
});

describe('AKS-75: handed on to a pod of a pool with a subnet of its own', () => {
  it('by a node of the other pool it is denied, by one of its own it may be that of the pod', () => {
    const network = perimeter({ on: 'two', groups: { two: FROM_CLIENTS } });
    expect(answersOf(network)).toEqual(['denied', 'unknown']);
    expect(reachOf(network, CLIENT, FRONT)).toEqual(['open']);
  });

  it('it is denied where the nodes of its own pool are not reached', () => {
    const nobody: SecurityRuleWords = ['In', 200, 'Deny', '*', '*', '*'];
    expectBoth(perimeter({ on: 'two', groups: { two: [nobody] } }), CLIENT, FRONT, 'denied');
  });

  it('a route to nowhere keeps it from the other subnet, and nothing keeps it in its own', () => {
    const network = perimeter({ on: 'two', routes: { one: { [MORE]: 'None' } } });
    expect(answersOf(network)).toEqual(['allowed', 'denied']);
    expect(reachOf(network, CLIENT, FRONT)).toEqual(['open']);
  });

  it('so does one that takes the answer away from the node that waits', () => {
    const network = perimeter({ on: 'two', routes: { two: { [NODES]: 'None' } } });
    expect(answersOf(network)).toEqual(['allowed', 'broken']);
    expect(reachOf(network, CLIENT, FRONT)).toEqual(['open']);
    const closed = perimeter({
      on: 'two',
      groups: { two: [['In', 100, 'Deny', CLIENTS, '*', '*']] },
      routes: { two: { [NODES]: 'None' } },
    });
    expect(answersOf(closed)).toEqual(['broken', 'denied']);
    expect(reachOf(closed, CLIENT, FRONT)).toEqual(['open']);
  });

  it('nobody says whether an appliance carries it', () => {
    const network = perimeter({ on: 'two', routes: { one: { [MORE]: '10.42.9.4' } } });
    expect(answersOf(network)).toEqual(['allowed', 'unknown']);
    expect(reachOf(network, CLIENT, FRONT)).toEqual(['open']);
  });

  it('the outbound group of the subnet that receives denies it too', () => {
    const network = perimeter({
      on: 'two',
      groups: { one: [['Out', 200, 'Deny', '*', MORE, '*']] },
    });
    expect(answersOf(network)).toEqual(['allowed', 'denied']);
    expect(reachOf(network, CLIENT, FRONT)).toEqual(['open']);
  });

  it('on two nodes that no rule keeps apart it is allowed by every way', () => {
    const groups = { one: FROM_CLIENTS.slice(0, 1), two: [] };
    expectBoth(perimeter({ on: 'two', groups }), CLIENT, FRONT, 'allowed');
    expectBoth(perimeter({ on: 'two', groups: { one: OUTBOUND } }), CLIENT, FRONT, 'allowed');
  });
});

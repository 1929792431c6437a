import { describe, expect, it } from 'vitest';
import type { NodeSeat } from '../../src/lab/plan/node-seat.ts';
import { planServices } from '../../src/lab/plan/nodes/plan-services.ts';
import {
  type PoliciesOfNode,
  planPolicies,
} from '../../src/lab/plan/nodes/policy/plan-policies.ts';
import type {
  Direction,
  PolicyRule,
  PolicyWorld,
  Traffic,
} from '../../src/lab/plan/nodes/policy/policy-rule.ts';
import type { SeatedPod } from '../../src/lab/plan/nodes/seated-pod.ts';
import { slicesByService } from '../../src/lab/plan/nodes/service-backends.ts';
import { type ClusterObjects, readPerimeter } from '../../src/model/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  addressSetHas,
  type DomainName,
  equalIp,
  type Ip,
  NO_ADDRESSES,
  type Port,
  parseIp,
  parsePrefix,
  singleAddress,
} from '../../src/net/index.ts';
import type { ClusterPlacement } from '../../src/network/index.ts';
import {
  type Engine,
  evaluateConnection,
  type PolicyEnd,
  parsePolicies,
} from '../../src/semantics/network-policy/index.ts';
import { type Dice, diceOf } from '../support/compare-deciders.ts';
import { clusterOf, NAMES, PORTS, type PolicyKinds } from '../support/random-policies.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type Json, snapshotOf } from '../support/snapshot-of.ts';

/**
 * The lab's own reading of policies beside the prover's, on random clusters. They share no line; what the kernel makes of the lab's is tried in
 * tests/lab. A pod whose policies the lab says it cannot compile is not compared, nor what the prover calls unknown.
 */

const range = (text: string) => addressesOfPrefixes([parsePrefix(text)!]);
const RANGES = {
  podAddresses: range('10.244.0.0/16'),
  nodeAddresses: range('10.0.0.0/24'),
  serviceAddresses: range('10.2.0.0/16'),
};
const NODES = { n1: '10.0.0.4', n2: '10.0.0.5' } as const;
const OUTSIDE = ['8.8.8.8', '20.0.0.1', '10.1.2.3', '192.168.1.1'];
const ADDRESS_OF_NAME = new Map(NAMES.map((name, index) => [name, `198.18.7.${index + 1}`]));

const KINDS: Readonly<Record<Engine, PolicyKinds>> = {
  generic: { network: 4, admin: 3, calico: 1, cilium: 1, unknowns: 0.01 },
  'azure-npm': { network: 5, admin: 1, calico: 0, cilium: 0, unknowns: 0 },
  calico: { network: 3, admin: 2, calico: 4, cilium: 0, unknowns: 0.01 },
  cilium: { network: 2, admin: 1, calico: 0, cilium: 4, unknowns: 0.01 },
};

const COUNT = Number(process.env['POLICY_WORLDS'] ?? 30);

interface World {
  readonly objects: ClusterObjects;
  readonly pods: readonly SeatedPod[];
  readonly seats: readonly NodeSeat[];
  readonly planned: ReadonlyMap<NodeSeat, PoliciesOfNode>;
}

describe.each(Object.entries(KINDS))('the lab reads policies as the prover does', (name, kinds) => {
  const engine = name as Engine;
  it(`under ${engine}`, () => {
    let compared = 0;
    const denied = { allow: 0, deny: 0 };
    for (let seed = 1; seed <= COUNT; seed++) {
      const dice = diceOf(seededRandom(seed * 7919 + engine.length));
      const world = worldOf(dice, engine, kinds);
      const policies = parsePolicies(world.objects, RANGES).value;
      for (let flow = 0; flow < 60; flow++) {
        const asked = askedOf(dice, world);
        const told = evaluateConnection(
          policies,
          engine,
          asked.client.end,
          asked.server.end,
          asked.protocol,
          asked.port as Port,
          {},
          { comparesEngines: false },
        );
        const opens =
          told.egress?.connectionOpens === true || told.ingress?.connectionOpens === true;
        if (told.verdict.kind === 'unknown' || opens) continue;
        const mine = labVerdict(world, asked);
        if (mine === undefined) continue;
        compared++;
        denied[mine]++;
        const what = `${engine} seed ${seed}: ${asked.client.name} → ${asked.server.name} ${asked.protocol} ${asked.port}`;
        expect(`${what}: ${mine}`).toBe(`${what}: ${told.verdict.kind}`);
      }
    }
    expect(compared).toBeGreaterThan(COUNT * 10);
    expect(Math.min(denied.allow, denied.deny)).toBeGreaterThan(COUNT);
  });
});

interface End {
  readonly name: string;
  readonly end: PolicyEnd;
  readonly address: Ip;
  readonly pod?: SeatedPod;
}

interface Asked {
  readonly client: End;
  readonly server: End;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly port: number;
}

function askedOf(dice: Dice, { pods }: World): Asked {
  const own = pods.filter(({ pod }) => !pod.hostNetwork);
  const podEnd = (): End => {
    const pod = dice.pick(own);
    return { name: pod.endName, end: { kind: 'pod', pod: pod.pod }, address: pod.address, pod };
  };
  const addressEnd = (text: string, name?: string): End => {
    const ip = parseIp(text)!;
    const address = { kind: 'exact', ip } as const;
    const end: PolicyEnd =
      name === undefined
        ? { kind: 'address', address }
        : { kind: 'address', address, name: name as DomainName };
    return { name: name ?? text, end, address: ip };
  };
  const far = () => addressEnd(dice.pick([...OUTSIDE, ...Object.values(NODES)]));
  const named = () =>
    addressEnd(...(dice.pick([...ADDRESS_OF_NAME]).reverse() as [string, string]));
  const client = dice.chance(0.75) ? podEnd() : far();
  let server =
    client.pod === undefined || dice.chance(0.5) ? podEnd() : dice.chance(0.5) ? far() : named();
  if (server.pod !== undefined && server.pod === client.pod) server = far();
  const protocol = dice.pick(['tcp', 'tcp', 'tcp', 'udp', 'sctp'] as const);
  return { client, server, protocol, port: dice.pick(PORTS.filter((port) => port > 0)) };
}

function worldOf(dice: Dice, engine: Engine, kinds: PolicyKinds): World {
  const { manifests } = clusterOf(dice, kinds);
  const kept = manifests.filter(
    ({ kind }) => !/^(Pod|Deployment|Node|EndpointSlice)$/.test(String(kind)),
  );
  const pods = Array.from({ length: 6 }, (_, index) => podManifest(dice, index));
  const nodes = Object.entries(NODES).map(
    ([name, address], index): Json => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { pool: index === 0 ? 'system' : 'user' } },
      status: { addresses: [{ type: 'InternalIP', address }] },
    }),
  );
  const objects = readPerimeter(snapshotOf([], [...kept, ...nodes, ...pods])).kubernetes;
  const cluster = { ...RANGES, loadBalancerServices: [] } as unknown as ClusterPlacement;
  const seats = Object.entries(NODES).map(([host, address], index) =>
    seatOf(cluster, host, address, index),
  );
  const seated = objects.pods.map((pod, index): SeatedPod => {
    const seat = seats.find(({ host }) => host === pod.nodeName)!;
    const address = pod.hostNetwork ? seat.address : parseIp(pod.address!)!;
    const endName = `pod/${pod.namespace}/${pod.name}`;
    return { pod, index, seat, host: `h${index}`, address, endName };
  });
  const slices = slicesByService(objects);
  const { services } = planServices(cluster, objects.services, slices, seated, new Set(), []);
  const world = (here: NodeSeat): PolicyWorld => ({
    pods: seated,
    labelsOfNamespace: (name) =>
      objects.namespaces.get(name)?.labels ?? { 'kubernetes.io/metadata.name': name },
    seats,
    here,
    services,
    podRange: RANGES.podAddresses,
    apiServer: NO_ADDRESSES,
    addressesOfName: (name) => addressesNamed(name),
    names: NAMES,
  });
  const planned = new Map(
    seats.map((seat) => [seat, planPolicies(engine, objects.policies, world(seat))]),
  );
  return { objects, pods: seated, seats, planned };
}

function addressesNamed(name: string): AddressSet {
  const address = ADDRESS_OF_NAME.get(name);
  return address === undefined ? NO_ADDRESSES : singleAddress(parseIp(address)!);
}

function podManifest(dice: Dice, index: number): Json {
  const { pick, chance } = dice;
  const node = pick(Object.keys(NODES));
  const isHost = index === 5;
  const ports = dice.some<Json>(
    [
      { name: 'web', containerPort: pick([80, 443]) },
      { name: 'dns', containerPort: 53, protocol: 'UDP' },
      { name: 'alt', containerPort: 8080 },
    ],
    0.5,
  );
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `p${index}`,
      namespace: pick(['x', 'y', 'z']),
      labels: pick<Json>([{}, { app: 'a' }, { app: 'b' }, { app: 'a', tier: 'web' }]),
    },
    spec: {
      nodeName: node,
      hostNetwork: isHost,
      containers: [{ name: 'c', ports }],
      ...(chance(0.3) ? { serviceAccountName: 'robot' } : {}),
    },
    status: {
      podIP: isHost ? NODES[node as keyof typeof NODES] : `10.244.${index % 2}.${10 + index}`,
    },
  };
}

function seatOf(cluster: ClusterPlacement, host: string, address: string, index: number): NodeSeat {
  return {
    host,
    endName: `node/${host}`,
    cluster,
    // The only labels that policies of these clusters name.
    pool: {
      name: host,
      osType: 'Linux',
      labels: { pool: index === 0 ? 'system' : 'user' },
    } as unknown as NonNullable<NodeSeat['pool']>,
    index,
    address: parseIp(address)!,
    prefixLength: 24,
    gateway: parseIp('10.0.0.1')!,
    interfaceName: 'eth0',
    fabricHost: 'fabric',
    fabricInterface: host,
    resolvers: [],
    nearPrefixes: [],
    podAddresses: [],
  };
}

/** `undefined`: the lab does not ask about one of the ends. */
function labVerdict(world: World, asked: Asked): 'allow' | 'deny' | undefined {
  const sides = [
    { direction: 'egress', self: asked.client, other: asked.server },
    { direction: 'ingress', self: asked.server, other: asked.client },
  ] as const;
  let verdict: 'allow' | 'deny' = 'allow';
  for (const { direction, self, other } of sides) {
    if (self.pod === undefined) continue;
    const policies = world.planned.get(self.pod.seat)!;
    if (policies.doubtful.has(self.pod)) return undefined;
    const isOwnNode = equalIp(other.address, self.pod.seat.address);
    if (isOwnNode && direction === 'ingress') {
      // Cilium inserts its allowance for the own node below whatever denies it (K8P-57).
      if (policies.deniesOwnNode && isDenied(policies, self.pod, other.address, asked)) {
        verdict = 'deny';
      }
      continue;
    }
    if (isOwnNode && !policies.judgesOwnNode) continue;
    // What becomes of it on the node itself is the node's own affair (K8P-36): nobody is told.
    if (isOwnNode && direction === 'egress') return undefined;
    if (!passes(policies, self.pod, direction, other.address, asked)) verdict = 'deny';
  }
  return verdict;
}

function isDenied({ tiers }: PoliciesOfNode, pod: SeatedPod, far: Ip, asked: Asked): boolean {
  return tiers
    .flatMap(({ policies }) => policies)
    .filter(({ subjects }) => subjects.has(pod))
    .flatMap(({ rules }) => rules.ingress ?? [])
    .filter(({ action }) => action === 'deny')
    .some((rule) => matches(rule, pod.address, far, asked.protocol, asked.port));
}

/** What the chains of `policyRules` do, step by step. */
function passes(
  { tiers }: PoliciesOfNode,
  pod: SeatedPod,
  direction: Direction,
  far: Ip,
  { protocol, port }: Asked,
): boolean {
  for (const { policies } of tiers) {
    const covering = policies.filter(
      ({ subjects, rules }) => subjects.has(pod) && rules[direction] !== undefined,
    );
    const rule = covering
      .flatMap(({ rules }) => rules[direction] ?? [])
      .find((each) => matches(each, pod.address, far, protocol, port));
    if (rule?.action === 'allow') return true;
    if (rule?.action === 'deny') return false;
    if (rule === undefined && covering.some(({ isolates }) => isolates.has(direction)))
      return false;
  }
  return true;
}

function matches(
  { near, far, traffic }: PolicyRule,
  nearAddress: Ip,
  farAddress: Ip,
  protocol: string,
  port: number,
): boolean {
  const speaksOf = (each: Traffic) =>
    each.protocol === protocol &&
    each.sourcePorts === undefined &&
    (each.ports === undefined || (each.ports[0] <= port && port <= each.ports[1]));
  return (
    (near === undefined || addressSetHas(near, nearAddress)) &&
    (far === undefined || addressSetHas(far, farAddress)) &&
    (traffic === undefined || traffic.some(speaksOf))
  );
}

import { describe, expect, it } from 'vitest';
import type { FlowPoint } from '../../src/flows/index.ts';
import type { PodClass } from '../../src/model/index.ts';
import { readPerimeter } from '../../src/model/read-perimeter.ts';
import {
  addressesOfPrefixes,
  formatIp,
  NO_ADDRESSES,
  type Port,
  parseDomainName,
  parsePrefix,
} from '../../src/net/index.ts';
import type { PolicyEngine } from '../../src/network/index.ts';
import {
  type Arrival,
  type ClusterRanges,
  evaluatePolicies,
  type PolicyEnd,
  type PolicyQuestion,
  type PolicySet,
  parsePolicies,
} from '../../src/semantics/network-policy/index.ts';
import {
  type AddressKind,
  type ClusterView,
  egressBetween,
  egressRules,
  ingressBetween,
  ingressRules,
  type PolicyRule,
  podClasses,
  podMatrix,
} from '../../src/semantics/network-policy/symbolic/index.ts';
import { podNamed, shop } from '../conformance/netpol-world.ts';
import { type Dice, diceOf, point, type Summary, summaryAt } from '../support/compare-deciders.ts';
import {
  ADDRESSES,
  clusterOf,
  NAMES,
  PORTS,
  type PolicyKinds,
} from '../support/random-policies.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { snapshotOf } from '../support/snapshot-of.ts';

const range = (text: string) => addressesOfPrefixes([parsePrefix(text)!]);
const RANGES: readonly ClusterRanges[] = [
  {
    podAddresses: range('10.244.0.0/16'),
    nodeAddresses: range('10.0.0.0/24'),
    serviceAddresses: range('10.2.0.0/16'),
  },
  // Pods in the subnet of the nodes.
  {
    podAddresses: range('10.0.0.0/8'),
    nodeAddresses: range('10.0.0.0/16'),
    serviceAddresses: NO_ADDRESSES,
  },
  { podAddresses: NO_ADDRESSES, nodeAddresses: NO_ADDRESSES, serviceAddresses: NO_ADDRESSES },
];

interface World {
  readonly view: ClusterView;
  readonly policies: PolicySet;
  readonly pods: readonly PodClass[];
}

function worldOf(dice: Dice, engine: PolicyEngine, kinds: PolicyKinds): World {
  const { manifests } = clusterOf(dice, kinds);
  const { kubernetes } = readPerimeter(snapshotOf([], manifests));
  const policies = parsePolicies(kubernetes, dice.pick(RANGES)).value;
  return { view: { policies, engine, names: NAMES }, policies, pods: kubernetes.pods };
}

const KINDS: Readonly<
  Record<string, { readonly engine: PolicyEngine; readonly kinds: PolicyKinds }>
> = {
  'a nameless engine': {
    engine: 'generic',
    kinds: { network: 4, admin: 2, calico: 0, cilium: 0, unknowns: 0 },
  },
  'a nameless engine with hints of another': {
    engine: 'generic',
    kinds: { network: 2, admin: 1, calico: 1, cilium: 1, unknowns: 0.02 },
  },
  'Azure NPM': {
    engine: 'azure-npm',
    kinds: { network: 5, admin: 1, calico: 0, cilium: 0, unknowns: 0.03 },
  },
  Calico: {
    engine: 'calico',
    kinds: { network: 3, admin: 2, calico: 4, cilium: 0, unknowns: 0.02 },
  },
  Cilium: {
    engine: 'cilium',
    kinds: { network: 2, admin: 1, calico: 0, cilium: 4, unknowns: 0.02 },
  },
  'an unknown engine': {
    engine: 'unknown',
    kinds: { network: 3, admin: 0, calico: 0, cilium: 0, unknowns: 0.01 },
  },
  'no engine': {
    engine: 'none',
    kinds: { network: 3, admin: 1, calico: 1, cilium: 1, unknowns: 0.05 },
  },
};

const COUNT = Number(process.env['POLICY_WORLDS'] ?? 36);

interface Case {
  readonly question: PolicyQuestion;
  readonly at: FlowPoint;
}

let compared = 0;

describe('symbolic and concrete telling of network policies agree', () => {
  for (const [name, { engine, kinds }] of Object.entries(KINDS)) {
    it(`under ${name}`, () => {
      for (let seed = 1; seed <= COUNT; seed += 1) {
        const dice = diceOf(seededRandom(seed * 7919 + name.length));
        const world = worldOf(dice, engine, kinds);
        for (const pod of world.pods) compareAddresses(dice, world, pod, seed);
        comparePods(dice, world, seed);
      }
    }, 60_000);
  }

  it('in more than a hundred thousand flows', () => {
    expect(compared).toBeGreaterThan(100_000);
  });
});

describe('classes of pods', () => {
  for (const [name, { engine, kinds }] of Object.entries(KINDS)) {
    it(`hold pods that behave alike under ${name}`, () => {
      let pairs = 0;
      for (let seed = 1; seed <= 12; seed += 1) {
        const dice = diceOf(seededRandom(seed * 104_729 + name.length));
        const world = worldOf(dice, engine, { ...kinds, copies: 3 });
        const { classes, classOf } = podClasses(world.view);
        expect(classes.flatMap(({ pods }) => pods)).toHaveLength(world.pods.length);
        for (const { id, pods } of classes) {
          const [one, other] = [pods[0]!, dice.pick(pods)];
          expect(classOf(other)).toBe(id);
          if (one === other) continue;
          pairs += 1;
          const third = dice.pick(world.pods.filter((pod) => pod !== one && pod !== other));
          for (let count = 0; count < 20; count += 1) sameAnswers(dice, world, one, other, third);
        }
      }
      expect(pairs).toBeGreaterThan(10);
    });
  }
});

function sameAnswers(
  dice: Dice,
  world: World,
  one: PodClass,
  other: PodClass,
  third: PodClass,
): void {
  const { name: _, ...at } = pointOf(dice, 'egress');
  const outside: PolicyEnd = { kind: 'address', address: { kind: 'exact', ip: at.destination } };
  const thirdEnd: PolicyEnd = { kind: 'pod', pod: third };
  const ask = (subject: PodClass, peer: PolicyEnd, direction: 'egress' | 'ingress') =>
    verdictKind(world, { ...questionOf(at), direction, subject, peer });
  // Which node is their own one is no matter of classes.
  const nodes = world.policies.objects.nodes.flatMap(({ addresses }) => addresses);
  if (nodes.includes(formatIp(at.destination)) || third.hostNetwork) return;
  for (const direction of ['egress', 'ingress'] as const) {
    const isOwn = [one, other].some(({ address }) => address === formatIp(at.destination));
    if (!isOwn) expect(ask(one, outside, direction)).toBe(ask(other, outside, direction));
    expect(ask(one, thirdEnd, direction)).toBe(ask(other, thirdEnd, direction));
    const asPeer = (pod: PodClass) => ask(third, { kind: 'pod', pod }, direction);
    expect(asPeer(one)).toBe(asPeer(other));
  }
}

describe('the matrix of pods', () => {
  for (const [name, { engine, kinds }] of Object.entries(KINDS)) {
    it(`says of every pair what the concrete telling says under ${name}`, () => {
      for (let seed = 1; seed <= 10; seed += 1) {
        const dice = diceOf(seededRandom(seed * 1_299_709 + name.length));
        const onlyStandard = dice.chance(0.5) ? { admin: 0, calico: 0, cilium: 0 } : {};
        const world = worldOf(dice, engine, { ...kinds, ...onlyStandard, copies: 1 });
        compareMatrix(dice, world, seed);
      }
    });
  }
});

const LEVELS: Readonly<Record<string, number>> = { deny: 0, unknown: 1, allow: 2 };

function compareMatrix(dice: Dice, world: World, seed: number): void {
  const { classes, ports, cell, between } = podMatrix(world.view);
  for (const from of world.pods) {
    for (const to of world.pods) {
      if (from === to) {
        if (from.kind === 'Pod') expect(between(from, to)).toEqual(ports.admitted(ports.all));
        continue;
      }
      const id = cell(classes.classOf(from), classes.classOf(to));
      for (let count = 0; count < 3; count += 1) {
        const at = pointOf(dice, 'ingress');
        const asked = questionOf({ ...at, application: 'none' });
        const verdicts = [
          verdictKind(world, {
            ...asked,
            direction: 'egress',
            subject: from,
            peer: { kind: 'pod', pod: to },
          }),
          verdictKind(world, {
            ...asked,
            direction: 'ingress',
            subject: to,
            peer: { kind: 'pod', pod: from },
          }),
        ];
        const told = `world ${seed}: ${from.name} → ${to.name} ${at.protocol} ${at.destinationPort}`;
        const expected = Math.min(...verdicts.map((kind) => LEVELS[kind]!));
        expect(`${told}: ${ports.level(id, at.protocol, at.destinationPort)}`).toBe(
          `${told}: ${expected}`,
        );
      }
    }
  }
}

function verdictKind(world: World, question: PolicyQuestion): string {
  return evaluatePolicies(world.policies, world.view.engine, question, { comparesEngines: false })
    .verdict.kind;
}

describe('where the two tellings once disagreed', () => {
  it('K8P-15: a pod is not kept from its own address, however the question names it', () => {
    const { policies, objects, end, ask } = shop(DENY_ALL);
    const web = podNamed(objects, 'shop/web');
    const own = end('10.244.0.10');
    const verdict = evaluatePolicies(policies, 'generic', {
      direction: 'egress',
      subject: web,
      peer: own,
      protocol: 'tcp',
      port: 8080 as Port,
    }).verdict;
    expect(verdict).toMatchObject({ kind: 'allow', by: { fact: 'K8P-15' } });
    expect(ask('generic', 'shop/web', '10.244.0.11').verdict.kind).toBe('deny');
  });

  it('K8P-54: a node is no endpoint of a Service whose addresses lie outside the range of nodes', () => {
    const { ask } = shop(`
apiVersion: v1
kind: Service
metadata: { name: partner, namespace: shop }
spec: { ports: [{ port: 443 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: partner-1, namespace: shop, labels: { kubernetes.io/service-name: partner } }
addressType: IPv4
endpoints: [{ addresses: [20.0.0.1] }]
---
apiVersion: v1
kind: Pod
metadata: { name: host, namespace: shop }
spec: { hostNetwork: true, containers: [{}] }
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: web } }
  egress: [{ toServices: [{ k8sService: { serviceName: partner, namespace: shop } }] }]
`);
    expect(ask('cilium', 'shop/web', '20.0.0.1', 'tcp 443').verdict.kind).toBe('allow');
    expect(ask('cilium', 'shop/web', 'shop/host', 'tcp 443').verdict.kind).toBe('deny');
  });

  it('K8P-28: a named port of any protocol is none of ICMP', () => {
    const { ask } = shop(`
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: { name: named }
spec:
  tier: Admin
  priority: 1
  subject: { namespaces: {} }
  ingress: [{ action: Deny, from: [{ namespaces: {} }], protocols: [{ destinationNamedPort: http }] }]
`);
    expect(ask('calico', 'shop/api', 'shop/web', 'icmp').verdict.kind).toBe('allow');
    expect(ask('calico', 'shop/api', 'shop/web', 'tcp 8080').verdict.kind).toBe('deny');
  });
});

const DENY_ALL = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress, Egress] }
`;

const WHAT: readonly AddressKind[] = [
  ...(['told', 'told', 'told', 'no-member'] as const),
  ...(['own-node', 'other-node', 'some-node', 'api-server'] as const),
];
const ARRIVALS: readonly Arrival[] = [
  ...(['direct', 'direct', 'load-balancer-cluster', 'load-balancer-local'] as const),
  'node-port-cluster',
];

function compareAddresses(dice: Dice, world: World, pod: PodClass, seed: number): void {
  const { view } = world;
  for (const direction of ['egress', 'ingress'] as const) {
    const what = dice.pick(WHAT);
    const arrival = direction === 'ingress' ? dice.pick(ARRIVALS) : 'direct';
    const rules =
      direction === 'egress'
        ? egressRules(view, pod, { what })
        : ingressRules(view, pod, { what, arrival });
    for (let count = 0; count < 30; count += 1) {
      const at = pointOf(dice, direction);
      const address = direction === 'egress' ? at.destination : at.source;
      const named = at.name === undefined ? undefined : parseDomainName(at.name)!;
      const peer: PolicyEnd = {
        kind: 'address',
        address: { kind: 'exact', ip: address },
        ...(named === undefined ? {} : { name: named }),
        ...(what === 'told' || what === 'api-server'
          ? {}
          : { isNode: what === 'no-member' ? ('no' as const) : what }),
        ...(what === 'api-server' ? { isApiServer: true } : {}),
      };
      const question = { ...questionOf(at), direction, subject: pod, peer, arrival };
      compare(world, rules, { question, at }, `${seed} ${what} ${arrival}`);
    }
  }
}

function comparePods(dice: Dice, world: World, seed: number): void {
  const { view, pods } = world;
  for (const from of pods) {
    for (const to of pods) {
      const throughService = dice.chance(0.2);
      const options = throughService ? { throughService } : {};
      const egress = egressBetween(view, from, to, options);
      const ingress = ingressBetween(view, from, to, options);
      for (let count = 0; count < 6; count += 1) {
        const at = pointOf(dice, 'egress');
        const { name: _, ...unnamed } = at;
        const asked = { ...questionOf(unnamed), ...options };
        compare(
          world,
          egress,
          {
            question: {
              ...asked,
              direction: 'egress',
              subject: from,
              peer: { kind: 'pod', pod: to },
            },
            at: unnamed,
          },
          `${seed}`,
        );
        compare(
          world,
          ingress,
          {
            question: {
              ...asked,
              direction: 'ingress',
              subject: to,
              peer: { kind: 'pod', pod: from },
            },
            at: unnamed,
          },
          `${seed}`,
        );
      }
    }
  }
}

function pointOf(dice: Dice, direction: 'egress' | 'ingress'): FlowPoint {
  const address = dice.near(ADDRESSES);
  const name = direction === 'egress' && dice.chance(0.3) ? dice.pick(NAMES) : undefined;
  const protocol = dice.chance(0.1) ? dice.pick(['esp', 'ah', 'other'] as const) : dice.protocol();
  return point({
    ...(direction === 'egress' ? { destination: address } : { source: address }),
    protocol,
    destinationPort: dice.pick(PORTS) as FlowPoint['destinationPort'],
    sourcePort: dice.pick([50_000, 50_001]) as FlowPoint['sourcePort'],
    application: dice.pick(['none', 'none', 'http', 'https', 'mssql'] as const),
    ...(name === undefined ? {} : { name }),
  });
}

function questionOf(at: FlowPoint): Omit<PolicyQuestion, 'direction' | 'subject' | 'peer'> {
  const hasPorts = at.protocol === 'tcp' || at.protocol === 'udp' || at.protocol === 'sctp';
  const host = at.name === undefined ? {} : { host: parseDomainName(at.name)! };
  return {
    protocol: at.protocol,
    ...(hasPorts ? { port: at.destinationPort, sourcePort: at.sourcePort } : {}),
    application: at.application === 'http' ? { kind: 'http', ...host } : { kind: at.application },
  };
}

/** What name sets cannot say stays open in the symbolic telling, and only that. */
const MAY_STAY_OPEN = /^whether (?:the name|the HTTP host) fits /;

function compare(
  world: World,
  rules: readonly PolicyRule[],
  { question, at }: Case,
  where: string,
): void {
  compared += 1;
  const concrete = evaluatePolicies(world.policies, world.view.engine, question, {
    comparesEngines: false,
  }).verdict;
  const symbolic = summaryAt(rules, at);
  const kind = verdictOf(symbolic);
  const isOpen = kind === 'unknown' && symbolic.allNeeds.some((word) => MAY_STAY_OPEN.test(word));
  if (kind === 'unknown' && concrete.kind === 'unknown') {
    // The same words, though not as many: the concrete telling also lists what turned out not to matter.
    const words = concrete.why.map(({ missing }) => missing);
    expect(symbolic.allNeeds.some((word) => words.includes(word))).toBe(true);
  }
  if (kind !== 'unknown' && kind === concrete.kind) {
    const names = [concrete.by, ...('also' in concrete ? (concrete.also ?? []) : [])];
    const isHinted = world.view.engine === 'generic' || world.view.engine === 'unknown';
    const isNamed = symbolic.by.some(({ name }) => names.some((one) => one.name === name));
    // Where several engines must agree, each has its own reason.
    expect(isNamed || isHinted).toBe(true);
  }
  if (kind === concrete.kind || isOpen) return;
  const far =
    question.peer.kind === 'pod' ? question.peer.pod.name : JSON.stringify(question.peer.address);
  const told = `world ${where}: ${question.direction} of ${question.subject.namespace}/${question.subject.name}, peer ${far}, ${at.protocol} ${at.destinationPort} ${at.application} ${at.name ?? ''}`;
  expect.fail(
    `${told}\n concrete ${JSON.stringify(concrete, leave)}\n symbolic ${kind} ${JSON.stringify(symbolic, leave)}`,
  );
}

function leave(key: string, value: unknown): unknown {
  return key === 'at' ? undefined : typeof value === 'bigint' ? String(value) : value;
}

function verdictOf({ effects, isComplete }: Summary<'allow' | 'deny'>): string {
  if (!isComplete) return 'incomplete';
  if (effects.every((effect) => effect === 'allow')) return 'allow';
  return effects.every((effect) => effect === 'deny') ? 'deny' : 'unknown';
}

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Protocol, parseIp } from '../../src/net/index.ts';
import {
  evaluateConnection,
  type PolicyEnd,
  parsePolicies,
} from '../../src/semantics/network-policy/index.ts';
import { type Manifest, podNamed, port, worldOf } from './netpol-world.ts';

/*
 * A second opinion that shares no code with the evaluator: it lists every flow of a tiny universe, and computes for
 * each pod the set of flows its policies leave, straight from the manifests.
 */

const PORTS = [80, 81, 90];
const PROTOCOLS = ['TCP', 'UDP'];
const OUTSIDE = ['8.8.8.8', '10.99.0.1'];
const LABELS: Readonly<Record<string, string>>[] = [{}, { a: '1' }, { a: '2' }, { a: '1', b: '1' }];
const NAMESPACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  x: { team: 'a' },
  y: { team: 'b' },
  z: {},
};

interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}
interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly Expression[];
}
interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}
interface PortEntry {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}
interface RuleSpec {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly PortEntry[];
}
interface Spec {
  readonly podSelector: Selector;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly RuleSpec[];
  readonly egress?: readonly RuleSpec[];
}
interface TinyPod {
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly {
    readonly name: string;
    readonly containerPort: number;
    readonly protocol: string;
  }[];
}
interface World {
  readonly pods: readonly TinyPod[];
  readonly policies: readonly { readonly namespace: string; readonly spec: Spec }[];
}

const value = fc.constantFrom('1', '2', 'a', 'b');
const expression: fc.Arbitrary<Expression> = fc.oneof(
  fc.record({
    key: fc.constantFrom('a', 'b', 'team'),
    operator: fc.constantFrom('In', 'NotIn'),
    values: fc.array(value, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({
    key: fc.constantFrom('a', 'b', 'team'),
    operator: fc.constantFrom('Exists', 'DoesNotExist'),
  }),
);
const podSelector: fc.Arbitrary<Selector> = fc.oneof(
  fc.constant({}),
  fc.record({ matchLabels: fc.constantFrom(...LABELS) }),
  fc.record({ matchExpressions: fc.array(expression, { maxLength: 2 }) }),
);
const namespaceSelector: fc.Arbitrary<Selector> = fc.oneof(
  fc.constant({}),
  fc.record({
    matchLabels: fc.constantFrom({ team: 'a' }, { 'kubernetes.io/metadata.name': 'z' }),
  }),
  fc.record({ matchExpressions: fc.array(expression, { maxLength: 2 }) }),
);
const peer: fc.Arbitrary<Peer> = fc.oneof(
  fc.record({ podSelector }),
  fc.record({ namespaceSelector }),
  fc.record({ podSelector, namespaceSelector }),
  fc.record({
    ipBlock: fc.constantFrom(
      { cidr: '0.0.0.0/0' },
      { cidr: '10.0.0.0/8' },
      { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] },
      { cidr: '8.8.8.8/32' },
    ),
  }),
);
const portEntry: fc.Arbitrary<PortEntry> = fc.oneof(
  fc.record({ port: fc.constantFrom(...PORTS) }),
  fc.record({ port: fc.constantFrom(...PORTS), protocol: fc.constantFrom(...PROTOCOLS) }),
  fc.record({ protocol: fc.constantFrom(...PROTOCOLS) }),
  fc.record({ port: fc.constantFrom('web', 'dns'), protocol: fc.constantFrom(...PROTOCOLS) }),
  fc.constant({ port: 80, endPort: 81 }),
  fc.constant({}),
);
const rules = (side: 'from' | 'to') =>
  fc.array(
    fc.record(
      { [side]: fc.array(peer, { maxLength: 2 }), ports: fc.array(portEntry, { maxLength: 2 }) },
      { requiredKeys: [] },
    ) as fc.Arbitrary<RuleSpec>,
    { maxLength: 2 },
  );
const spec: fc.Arbitrary<Spec> = fc.record(
  {
    podSelector,
    policyTypes: fc.subarray(['Ingress', 'Egress']),
    ingress: rules('from'),
    egress: rules('to'),
  },
  { requiredKeys: ['podSelector'] },
) as fc.Arbitrary<Spec>;
const world: fc.Arbitrary<World> = fc.record({
  pods: fc
    .array(
      fc.record({
        namespace: fc.constantFrom('x', 'y', 'z'),
        labels: fc.constantFrom(...LABELS),
        ports: fc.subarray([
          { name: 'web', containerPort: 80, protocol: 'TCP' },
          { name: 'web', containerPort: 81, protocol: 'UDP' },
          { name: 'dns', containerPort: 90, protocol: 'UDP' },
        ]),
      }),
      { minLength: 2, maxLength: 4 },
    )
    .map((pods) =>
      pods.map((pod, index) => ({
        ...pod,
        name: `p${index}`,
        ip: `10.${index % 2}.0.${index + 1}`,
      })),
    ),
  policies: fc.array(fc.record({ namespace: fc.constantFrom('x', 'y', 'z'), spec }), {
    maxLength: 3,
  }),
});

it('K8P-04, K8P-05: agrees with an enumeration of every flow of random small worlds', () => {
  fc.assert(
    fc.property(world, (random) => {
      const objects = worldOf(manifestsOfWorld(random));
      const { value: policies, diagnostics } = parsePolicies(objects);
      expect(diagnostics).toEqual([]);
      const outside = OUTSIDE.map((ip) => ip);
      const ends = [...random.pods.map((pod) => pod.ip), ...outside];
      for (const from of ends) {
        for (const to of ends) {
          if (from === to || (outside.includes(from) && outside.includes(to))) continue;
          for (const protocol of PROTOCOLS) {
            for (const number of PORTS) {
              const { verdict } = evaluateConnection(
                policies,
                'generic',
                endOf(from),
                endOf(to),
                protocol.toLowerCase() as Protocol,
                port(number),
                {},
                { comparesEngines: false },
              );
              const flow = `${from} → ${to} ${protocol} ${number}`;
              const expected = isAllowed(random, from, to, protocol, number) ? 'allow' : 'deny';
              expect(`${flow}: ${verdict.kind}`).toBe(`${flow}: ${expected}`);
            }
          }
        }
      }
      function endOf(ip: string): PolicyEnd {
        const pod = random.pods.find((one) => one.ip === ip);
        return pod === undefined
          ? { kind: 'address', address: { kind: 'exact', ip: parseIp(ip)! } }
          : { kind: 'pod', pod: podNamed(objects, `${pod.namespace}/${pod.name}`) };
      }
    }),
    { numRuns: 120 },
  );
});

function manifestsOfWorld({ pods, policies }: World): Manifest[] {
  return [
    ...Object.entries(NAMESPACES).map(([name, labels]) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels },
    })),
    ...pods.map((pod) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: pod.name, namespace: pod.namespace, labels: pod.labels },
      spec: { containers: [{ name: 'c', ports: pod.ports }] },
      status: { podIP: pod.ip },
    })),
    ...policies.map(({ namespace, spec: body }, index) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `n${index}`, namespace },
      spec: body,
    })),
  ];
}

function isAllowed(
  random: World,
  from: string,
  to: string,
  protocol: string,
  number: number,
): boolean {
  const source = random.pods.find((pod) => pod.ip === from);
  const target = random.pods.find((pod) => pod.ip === to);
  return (
    (source === undefined ||
      admitted(random, source, 'Egress').has(`${to} ${protocol} ${number}`)) &&
    (target === undefined ||
      admitted(random, target, 'Ingress').has(`${from} ${protocol} ${number}`))
  );
}

/** Every `peer protocol port` the policies leave to one pod in one direction. */
function admitted(random: World, pod: TinyPod, direction: 'Ingress' | 'Egress'): Set<string> {
  const everyone = [...random.pods.map((one) => one.ip), ...OUTSIDE];
  const all = everyone.flatMap((ip) =>
    PROTOCOLS.flatMap((protocol) => PORTS.map((number) => `${ip} ${protocol} ${number}`)),
  );
  const covering = random.policies.filter(
    (policy) =>
      policy.namespace === pod.namespace &&
      selects(policy.spec.podSelector, pod.labels) &&
      directionsOf(policy.spec).includes(direction),
  );
  if (covering.length === 0) return new Set(all);
  const left = new Set<string>();
  for (const policy of covering) {
    const written = direction === 'Ingress' ? policy.spec.ingress : policy.spec.egress;
    for (const rule of written ?? []) {
      for (const flow of all) {
        const [ip, protocol, number] = flow.split(' ') as [string, string, string];
        const far = random.pods.find((one) => one.ip === ip);
        const destination = direction === 'Ingress' ? pod : far;
        const peers = (direction === 'Ingress' ? rule.from : rule.to) ?? [];
        const isPeer =
          peers.length === 0 || peers.some((one) => isOneOf(one, ip, far, policy.namespace));
        const ports = rule.ports ?? [];
        const isPort =
          ports.length === 0 ||
          ports.some((one) => opens(one, protocol, Number(number), destination));
        if (isPeer && isPort) left.add(flow);
      }
    }
  }
  return left;
}

function directionsOf(body: Spec): readonly string[] {
  if (body.policyTypes !== undefined && body.policyTypes.length > 0) return body.policyTypes;
  return (body.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

function isOneOf(one: Peer, ip: string, pod: TinyPod | undefined, home: string): boolean {
  if (one.ipBlock !== undefined) {
    const excepted = (one.ipBlock.except ?? []).some((cidr) => contains(cidr, ip));
    return contains(one.ipBlock.cidr, ip) && !excepted;
  }
  if (pod === undefined) return false;
  const inNamespace =
    one.namespaceSelector === undefined
      ? pod.namespace === home
      : selects(one.namespaceSelector, {
          ...NAMESPACES[pod.namespace],
          'kubernetes.io/metadata.name': pod.namespace,
        });
  return inNamespace && selects(one.podSelector ?? {}, pod.labels);
}

function opens(
  entry: PortEntry,
  protocol: string,
  number: number,
  pod: TinyPod | undefined,
): boolean {
  if ((entry.protocol ?? 'TCP') !== protocol) return false;
  if (entry.port === undefined) return true;
  if (typeof entry.port === 'string') {
    return (pod?.ports ?? []).some(
      (one) => one.name === entry.port && one.protocol === protocol && one.containerPort === number,
    );
  }
  return entry.port <= number && number <= (entry.endPort ?? entry.port);
}

function selects(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  const pairs = Object.entries(selector.matchLabels ?? {});
  if (!pairs.every(([key, wanted]) => labels[key] === wanted)) return false;
  return (selector.matchExpressions ?? []).every(({ key, operator, values }) => {
    const present = key in labels;
    if (operator === 'Exists') return present;
    if (operator === 'DoesNotExist') return !present;
    const isListed = present && (values ?? []).includes(labels[key]!);
    return operator === 'In' ? isListed : !isListed;
  });
}

/** By the bits of the text, not by ranges. */
function contains(cidr: string, ip: string): boolean {
  const bits = (text: string) =>
    text
      .split('.')
      .map((octet) => Number(octet).toString(2).padStart(8, '0'))
      .join('');
  const [base, length] = cidr.split('/') as [string, string];
  return bits(ip).slice(0, Number(length)) === bits(base).slice(0, Number(length));
}

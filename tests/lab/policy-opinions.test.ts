import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodesPart } from '../../src/lab/plan/node-seat.ts';
import { readPerimeter } from '../../src/model/index.ts';
import {
  addressesOfPrefixes,
  type DomainName,
  type Port,
  parseIp,
  parsePrefix,
} from '../../src/net/index.ts';
import {
  type Engine,
  evaluateConnection,
  type PolicyEnd,
  parsePolicies,
} from '../../src/semantics/network-policy/index.ts';
import { podNamed } from '../conformance/netpol-world.ts';
import { type Dice, diceOf } from '../support/compare-deciders.ts';
import { clusterOf, NAMES, type PolicyKinds } from '../support/random-policies.ts';
import { seededRandom } from '../support/seeded-random.ts';
import {
  addressOf,
  bringUp,
  canMakeNamespaces,
  hostOf,
  NODES,
  planSmall,
  type SmallCluster,
} from '../support/small-cluster.ts';
import { type Json, snapshotOf } from '../support/snapshot-of.ts';

/** Random policies in the kernel beside what the prover says of the same flows. */

const range = (text: string) => addressesOfPrefixes([parsePrefix(text)!]);
const RANGES = {
  podAddresses: range('10.244.0.0/16'),
  nodeAddresses: range('10.0.0.0/24'),
  serviceAddresses: range('10.2.0.0/16'),
};
const ADDRESS_OF_NAME = Object.fromEntries(
  NAMES.map((name, index) => [name, [`198.18.7.${index + 1}`]]),
);
const KINDS: Readonly<Record<Engine, PolicyKinds>> = {
  generic: { network: 3, admin: 3, calico: 0, cilium: 0, unknowns: 0 },
  'azure-npm': { network: 4, admin: 0, calico: 0, cilium: 0, unknowns: 0 },
  calico: { network: 2, admin: 1, calico: 4, cilium: 0, unknowns: 0 },
  cilium: { network: 2, admin: 0, calico: 0, cilium: 4, unknowns: 0 },
};

const pod = (name: string, namespace: string, host: string, podIP: string, labels: Json): Json => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels },
  spec: {
    containers: [
      {
        ports: [
          { name: 'web', containerPort: name === 'p1' ? 443 : 80 },
          { name: 'dns', containerPort: 53, protocol: 'UDP' },
        ],
      },
    ],
  },
  status: { podIP, hostIP: host },
});

const PODS: readonly Json[] = [
  pod('p0', 'x', NODES.n1, '10.244.0.10', { app: 'a' }),
  pod('p1', 'x', NODES.n2, '10.244.1.11', { app: 'b' }),
  pod('p2', 'y', NODES.n1, '10.244.0.12', { app: 'a', tier: 'web' }),
  pod('p3', 'z', NODES.n2, '10.244.1.13', {}),
  ...Object.entries(NODES).map(
    ([name, address], index): Json => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { pool: index === 0 ? 'system' : 'user' } },
      status: { addresses: [{ type: 'InternalIP', address }] },
    }),
  ),
];

const WORLDS = Number(process.env['KERNEL_WORLDS'] ?? 6);
const SILENCE = 150;
const PATIENCE = 5000;

describe.skipIf(!canMakeNamespaces)('the kernel and the prover say the same of policies', () => {
  let cluster: SmallCluster;
  beforeAll(async () => {
    cluster = await bringUp(planSmall(PODS));
  });
  afterAll(() => cluster?.down());

  it.each(Object.keys(KINDS) as Engine[])('under %s', async (engine) => {
    let compared = 0;
    for (let seed = 1; seed <= WORLDS; seed++) {
      const dice = diceOf(seededRandom(seed * 104729 + engine.length));
      const objects = [...policiesOf(dice, engine), ...PODS];
      const part = planSmall(objects, { engine, names: ADDRESS_OF_NAME });
      cluster.load(part);
      const flows = Array.from({ length: 14 }, () => flowOf(dice)).filter(
        ({ from, to }) => isProbed(part, from) && isProbed(part, to),
      );
      const asked = flows.flatMap((flow) => {
        const told = toldOf(objects, engine, flow);
        return told === undefined ? [] : [{ flow, told }];
      });
      const found = await Promise.all(
        asked.map(({ flow, told }) => reaches(cluster, part, flow, told === 'allow')),
      );
      const titled = (verdicts: readonly string[]) =>
        asked.map(({ flow }, index) => {
          const { from, to, protocol, port } = flow;
          return `${engine} ${seed}: ${from} → ${to} ${protocol} ${port}: ${verdicts[index]}`;
        });
      expect(titled(found)).toEqual(titled(asked.map(({ told }) => told)));
      compared += asked.length;
    }
    expect(compared).toBeGreaterThan(WORLDS * 5);
  });
});

interface Flow {
  /** `x/p0`, or an address or name outside. */
  readonly from: string;
  readonly to: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

function policiesOf(dice: Dice, engine: Engine): readonly Json[] {
  const { manifests } = clusterOf(dice, KINDS[engine]);
  return manifests.filter(
    ({ kind }) => !/^(Pod|Deployment|Node|Service|EndpointSlice)$/.test(String(kind)),
  );
}

function flowOf(dice: Dice): Flow {
  const pods = ['x/p0', 'x/p1', 'y/p2', 'z/p3'];
  const outside = ['8.8.8.8', '20.0.0.1', '192.168.1.1', ...NAMES];
  const isFromPod = dice.chance(0.8);
  const from = isFromPod ? dice.pick(pods) : dice.pick(outside.slice(0, 3));
  const others = pods.filter((name) => name !== from);
  const to = isFromPod && dice.chance(0.4) ? dice.pick(outside) : dice.pick(others);
  const protocol = dice.pick(['tcp', 'tcp', 'udp'] as const);
  return { from, to, protocol, port: dice.pick([53, 80, 81, 443, 8080]) };
}

function isProbed(part: NodesPart, end: string): boolean {
  return !part.ends.some(
    ({ name, notProbed }) => name === `pod/${end}-0` && notProbed !== undefined,
  );
}

/** `undefined`: the prover does not know, or sees a connection open whose requests are refused. */
function toldOf(
  objects: readonly Json[],
  engine: Engine,
  flow: Flow,
): 'allow' | 'deny' | undefined {
  const nodeOf: Readonly<Record<string, string>> = { '10.0.0.4': 'n1', '10.0.0.5': 'n2' };
  const placed = objects.map((object) => {
    const hostIP = (object['status'] as Json | undefined)?.['hostIP'] as string | undefined;
    if (hostIP === undefined) return object;
    return { ...object, spec: { ...(object['spec'] as Json), nodeName: nodeOf[hostIP] } };
  });
  const { kubernetes } = readPerimeter(snapshotOf([], placed));
  const policies = parsePolicies(kubernetes, RANGES).value;
  const end = (text: string): PolicyEnd => {
    if (text.includes('/')) return { kind: 'pod', pod: podNamed(kubernetes, text) };
    const ip = parseIp(ADDRESS_OF_NAME[text]?.[0] ?? text)!;
    const address = { kind: 'exact', ip } as const;
    return ADDRESS_OF_NAME[text] === undefined
      ? { kind: 'address', address }
      : { kind: 'address', address, name: text as DomainName };
  };
  const told = evaluateConnection(
    policies,
    engine,
    end(flow.from),
    end(flow.to),
    flow.protocol,
    flow.port as Port,
  );
  const opens = told.egress?.connectionOpens === true || told.ingress?.connectionOpens === true;
  return opens || told.verdict.kind === 'unknown' ? undefined : told.verdict.kind;
}

async function reaches(
  cluster: SmallCluster,
  part: NodesPart,
  { from, to, protocol, port }: Flow,
  expected: boolean,
): Promise<'allow' | 'deny'> {
  const isPod = (text: string) => text.includes('/');
  const end = (text: string) => `pod/${text}-0`;
  const answer = await cluster.try({
    from: isPod(from) ? hostOf(part, end(from)) : 'net',
    to: isPod(to) ? addressOf(part, end(to)) : (ADDRESS_OF_NAME[to]?.[0] ?? to),
    port,
    protocol,
    ...(isPod(from) ? {} : { source: from }),
    timeout: expected ? PATIENCE : SILENCE,
  });
  return answer.host === '' ? 'deny' : 'allow';
}

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodesPart } from '../../src/lab/plan/node-seat.ts';
import {
  addressOf,
  bringUp,
  canMakeNamespaces,
  hostOf,
  planSmall,
  type SmallCluster,
} from '../support/small-cluster.ts';
import type { Json } from '../support/snapshot-of.ts';

/** The tables of the reference, tried with real packets: what the kernel lets through is what they say. */

interface Query {
  readonly src: string;
  readonly dst: string;
  readonly protocol: string;
  readonly port: number;
}

interface TruthTable {
  readonly base: readonly Json[];
  readonly cases: readonly {
    readonly id: number;
    readonly summary: string;
    readonly policies: readonly Json[];
    readonly queries: readonly (Query & { readonly allowed: boolean })[];
  }[];
}

type Engine = 'generic' | 'azure-npm' | 'calico' | 'cilium';

interface EngineTable {
  readonly base: readonly Json[];
  readonly cases: readonly {
    readonly id: string;
    readonly summary: string;
    readonly objects: readonly Json[];
    readonly queries: readonly (Query & {
      readonly l4?: string;
      readonly expected: Readonly<Record<Engine, string>>;
    })[];
  }[];
}

const truth = table<TruthTable>('netpol-truth-table');
const engines = table<EngineTable>('netpol-engine-table');

function table<T>(name: string): T {
  const file = new URL(`../conformance/data/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

/** Addresses that the names of the table stand for. */
const NAMES = {
  'a.x.io': ['198.18.7.1'],
  'b.x.io': ['198.18.7.2'],
  'a.b.x.io': ['198.18.7.3'],
  'x.io': ['198.18.7.4'],
} as const;

/** A denied packet is dropped: how long to wait for nothing. An allowed flow has much longer. */
const SILENCE = 150;
const PATIENCE = 5000;

/** Rows about agents with a defect: the lab follows the specification, which is the generic column. */
const DEFECTS: ReadonlySet<string> = new Set(['E36', 'E37', 'E38', 'E39']);

describe.skipIf(!canMakeNamespaces)('network policy in the kernel', () => {
  let cluster: SmallCluster;
  beforeAll(async () => {
    cluster = await bringUp(planSmall(engines.base));
  });
  afterAll(() => cluster?.down());

  it.each(truth.cases)('row $id: $summary', async ({ policies, queries }) => {
    const part = planSmall([...engines.base, ...policies], { names: NAMES });
    cluster.load(part);
    const asked = queries.filter(({ protocol }) => protocol !== 'SCTP');
    const found = await Promise.all(
      asked.map((query) => reaches(cluster, part, query, query.allowed)),
    );
    expect(found).toEqual(asked.map(({ allowed }) => allowed));
  });

  const rows = engines.cases.flatMap((row) =>
    (['generic', 'azure-npm', 'calico', 'cilium'] as const).flatMap((engine) => {
      const asked = row.queries.flatMap((query) => {
        const column = DEFECTS.has(row.id) ? 'generic' : engine;
        const expected = query.l4 ?? query.expected[column];
        return expected === 'allow' || expected === 'deny' ? [{ query, expected }] : [];
      });
      return asked.length === 0 ? [] : [{ id: row.id, summary: row.summary, row, engine, asked }];
    }),
  );
  it.each(rows)('$id under $engine: $summary', async ({ row, engine, asked }) => {
    const part = planSmall([...engines.base, ...row.objects], { engine, names: NAMES });
    cluster.load(part);
    const found = await Promise.all(
      asked.map(async ({ query, expected }) =>
        (await reaches(cluster, part, query, expected === 'allow')) ? 'allow' : 'deny',
      ),
    );
    expect(found).toEqual(asked.map(({ expected }) => expected));
  });

  it('K8P-41: under Cilium the own node is kept out by a rule that denies it, and by no default', async () => {
    const policy = (spec: Json): Json => ({
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: { name: 'p', namespace: 'x' },
      spec: { endpointSelector: { matchLabels: { app: 'a' } }, ...spec },
    });
    const probe = { src: '10.0.0.4', dst: 'x/a', protocol: 'TCP', port: 80 };
    const isLetIn = async (spec: Json, expected: boolean) => {
      const part = planSmall([...engines.base, policy(spec)], { engine: 'cilium' });
      cluster.load(part);
      return reaches(cluster, part, probe, expected);
    };
    expect(await isLetIn({ ingress: [{}] }, true)).toBe(true);
    expect(await isLetIn({ ingressDeny: [{ fromEntities: ['world'] }] }, true)).toBe(true);
    expect(await isLetIn({ ingressDeny: [{ fromEntities: ['host'] }] }, false)).toBe(false);
  });
});

async function reaches(
  cluster: SmallCluster,
  part: NodesPart,
  { src, dst, protocol, port }: Query,
  expected: boolean,
): Promise<boolean> {
  const isPod = (text: string) => /^[a-z]+\/[a-z]+$/.test(text);
  const end = (text: string) => `pod/${text}-0`;
  const node = src === '10.0.0.4' ? 'n1' : undefined;
  const from = isPod(src) ? hostOf(part, end(src)) : (node ?? 'net');
  const named = Object.entries(NAMES).find(([name]) => name === dst)?.[1][0];
  const service = dst === 'svc:y/web' ? '10.2.0.50' : undefined;
  const to = isPod(dst) ? addressOf(part, end(dst)) : (named ?? service ?? dst);
  const answer = await cluster.try({
    from,
    to,
    port,
    protocol: protocol === 'UDP' ? 'udp' : 'tcp',
    ...(from === 'net' ? { source: src } : {}),
    timeout: expected ? PATIENCE : SILENCE,
  });
  // Nobody listens on the loopback of a pod: being refused by itself is having reached itself.
  return answer.host !== '' || (src === dst && answer.why === 'ECONNREFUSED');
}

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ALL_IPV4,
  addressesOfPrefixes,
  type Protocol,
  parseDomainName,
  parseIp,
  parsePrefix,
} from '../../src/net/index.ts';
import {
  type ConnectionDecision,
  type Engine,
  evaluateConnection,
  type PolicyEnd,
  parsePolicies,
} from '../../src/semantics/network-policy/index.ts';
import { type Manifest, podNamed, port, worldOf } from './netpol-world.ts';

type Expected = 'allow' | 'deny' | 'unknown' | 'n/a';

interface EngineTable {
  readonly base: readonly Manifest[];
  readonly cases: readonly {
    readonly id: string;
    readonly summary: string;
    readonly objects: readonly Manifest[];
    readonly queries: readonly {
      readonly src: string;
      readonly dst: string;
      readonly protocol: string;
      readonly port: number;
      readonly http?: { readonly method: string; readonly path: string };
      readonly l4?: Expected;
      readonly expected: Readonly<Record<Engine, Expected>>;
    }[];
  }[];
}

// Expected values come from the engines' own documents (`basis` of each case).
const table: EngineTable = JSON.parse(
  readFileSync(new URL('./data/netpol-engine-table.json', import.meta.url), 'utf8'),
);

/** The fixture's addresses as a cluster would state them: pods, nodes and Services never share a range. */
const range = (text: string) => addressesOfPrefixes([parsePrefix(text)!]);
const RANGES = {
  podAddresses: range('10.244.0.0/16'),
  nodeAddresses: range('10.0.0.0/24'),
  serviceAddresses: range('10.2.0.0/16'),
};

/** Rows about agents with a defect: their column is said beside the verdict, which follows the specification. */
const DEFECTS: ReadonlySet<string> = new Set(['E36', 'E37', 'E38', 'E39']);

const FACTS: Readonly<Record<string, string>> = {
  E1: 'K8P-43',
  E2: 'K8P-60',
  E4: 'K8P-36, K8P-49',
  E5: 'K8P-16',
  E9: 'K8P-52',
  E13: 'K8P-41',
  E14: 'K8P-40',
  E15: 'K8P-45',
  E16: 'K8P-47',
  E17: 'K8P-48',
  E21: 'K8P-44',
  E23: 'K8P-46',
  E24: 'K8P-31',
  E26: 'K8P-30',
  E28: 'K8P-33',
  E29: 'K8P-32',
  E30: 'K8P-34',
  E31: 'K8P-27',
  E35: 'K8P-19',
  E36: 'K8P-65, K8P-68',
  E37: 'K8P-64',
  E38: 'K8P-66',
  E39: 'K8P-69',
  E41: 'K8P-50',
};

describe('what engines answer differently', () => {
  for (const one of table.cases) {
    const fact = FACTS[one.id] === undefined ? '' : `${FACTS[one.id]}: `;
    it(`${fact}${one.id} ${one.summary}`, () => {
      const objects = worldOf([...table.base, ...one.objects]);
      const { value: policies } = parsePolicies(objects, RANGES);
      for (const query of one.queries) {
        for (const engine of Object.keys(query.expected) as Engine[]) {
          const expected = query.expected[engine];
          if (expected === 'n/a') continue;
          const decision = evaluateConnection(
            policies,
            engine,
            endOf(query.src),
            endOf(query.dst),
            query.protocol.toLowerCase() as Protocol,
            port(query.port),
            query.http === undefined
              ? {}
              : {
                  application: { kind: 'http', path: query.http.path },
                  httpMethod: query.http.method,
                },
          );
          const isDefect = DEFECTS.has(one.id) && expected !== query.expected.generic;
          const answer = isDefect ? defectOf(decision) : decision.verdict.kind;
          const asked = `${engine}: ${query.src} → ${query.dst} ${query.protocol} ${query.port}`;
          expect(`${asked}: ${answer}`).toBe(`${asked}: ${expected}`);
          if (isDefect) expect(decision.verdict.kind).toBe(query.expected.generic);
          if (query.l4 === 'allow') expect(decision.ingress?.connectionOpens).toBe(true);
        }
      }

      function endOf(text: string): PolicyEnd {
        // A ClusterIP is rewritten to the backend before any policy looks (the note of E35).
        if (text === 'svc:y/web') return { kind: 'pod', pod: podNamed(objects, 'y/c') };
        if (text.includes('/')) return { kind: 'pod', pod: podNamed(objects, text) };
        const ip = parseIp(text);
        if (ip !== undefined) return { kind: 'address', address: { kind: 'exact', ip } };
        return {
          kind: 'address',
          address: { kind: 'within', addresses: ALL_IPV4, label: text },
          name: parseDomainName(text)!,
        };
      }
    });
  }

  it('holds every case of the table', () => {
    expect(table.cases).toHaveLength(33);
  });
});

/** What an agent with a defect would answer, on whichever end it is. */
function defectOf(decision: ConnectionDecision): string {
  const defects = [...(decision.egress?.defects ?? []), ...(decision.ingress?.defects ?? [])];
  return defects[0]?.verdict ?? 'no defect';
}

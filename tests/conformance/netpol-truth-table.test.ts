import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Protocol, parseIp } from '../../src/net/index.ts';
import {
  evaluateConnection,
  type PolicyEnd,
  parsePolicies,
} from '../../src/semantics/network-policy/index.ts';
import { type Manifest, podNamed, port, worldOf } from './netpol-world.ts';

interface TruthTable {
  readonly base: readonly Manifest[];
  readonly cases: readonly {
    readonly id: number;
    readonly summary: string;
    readonly policies: readonly Manifest[];
    readonly queries: readonly {
      readonly src: string;
      readonly dst: string;
      readonly protocol: string;
      readonly port: number;
      readonly allowed: boolean;
    }[];
  }[];
}

// Every row was executed by an independent evaluator before it was written down; nothing here is our own output.
const table: TruthTable = JSON.parse(
  readFileSync(new URL('./data/netpol-truth-table.json', import.meta.url), 'utf8'),
);

/** The facts a row pins, beside the table itself. */
const FACTS: Readonly<Record<number, string>> = {
  1: 'K8P-01',
  3: 'K8P-06',
  7: 'K8P-03',
  11: 'K8P-04',
  14: 'K8P-09',
  18: 'K8P-10',
  19: 'K8P-11',
  22: 'K8P-07',
  26: 'K8P-08',
  32: 'K8P-05',
  34: 'K8P-12',
  37: 'K8P-13',
  39: 'K8P-02',
  41: 'K8P-15',
  42: 'K8P-17',
  46: 'K8P-23',
  54: 'K8P-25',
  57: 'K8P-28',
};

describe('the truth table of the generic profile', () => {
  for (const one of table.cases) {
    const fact = FACTS[one.id] === undefined ? '' : `${FACTS[one.id]}: `;
    it(`${fact}case ${one.id}: ${one.summary}`, () => {
      const objects = worldOf([...table.base, ...one.policies]);
      const { value: policies, diagnostics } = parsePolicies(objects);
      expect(diagnostics).toEqual([]);
      for (const query of one.queries) {
        const end = (text: string): PolicyEnd => {
          const ip = parseIp(text);
          return ip === undefined
            ? { kind: 'pod', pod: podNamed(objects, text) }
            : { kind: 'address', address: { kind: 'exact', ip } };
        };
        const { verdict } = evaluateConnection(
          policies,
          'generic',
          end(query.src),
          end(query.dst),
          query.protocol.toLowerCase() as Protocol,
          port(query.port),
        );
        expect(`${query.src} → ${query.dst} ${query.protocol} ${query.port}: ${verdict.kind}`).toBe(
          `${query.src} → ${query.dst} ${query.protocol} ${query.port}: ${query.allowed ? 'allow' : 'deny'}`,
        );
      }
    });
  }

  it('holds all 62 cases', () => {
    expect(table.cases.map((one) => one.id)).toEqual(Array.from({ length: 62 }, (_, i) => i + 1));
  });
});

import { describe, expect, it } from 'vitest';
import { derivedPlace, placeAt } from '../../tests/support/sample-report.ts';
import { addressSet, parseIpRange } from '../net/index.ts';
import type { QueryAnswer } from '../questions/query/index.ts';
import { QUERY_JSON_VERSION, queryJson } from './query-json.ts';

const ANSWER: QueryAnswer = {
  from: 'ns:pets',
  to: 'internet:443',
  cells: [
    {
      verdict: 'open',
      origins: ['pets/order'],
      target: 'the internet, by address',
      chain: [
        {
          box: 'subnet',
          name: 's',
          stage: 'nsg',
          by: { kind: 'rule', name: 'nsg: a 100', at: placeAt('infra/net.json', 7) },
        },
        {
          box: 'firewall',
          name: 'f',
          stage: 'x',
          by: { kind: 'default', name: 'd', at: derivedPlace },
        },
      ],
      needs: [{ missing: 'members of service tag X', at: placeAt('infra/fw.json', 9) }],
      assumptions: ['a is b'],
      flows: {
        count: Number.POSITIVE_INFINITY,
        boxes: [
          {
            sources: addressSet([parseIpRange('10.0.0.0/8')!, parseIpRange('2001:db8::/32')!]),
            destinations: addressSet([parseIpRange('20.0.0.1-20.0.0.9')!]),
            protocols: ['tcp'],
            destinationPorts: [80, 80, 443, 445],
            names: { patterns: ['*'], except: ['a.b'], withoutName: false },
          },
        ],
      },
      witness: { from: 'a', to: 'b', protocol: 'tcp' },
    },
    {
      verdict: 'denied',
      origins: ['x'],
      target: 'y',
      chain: [],
      by: { kind: 'default', name: 'default deny' },
      needs: [],
      assumptions: [],
      flows: { count: 1, boxes: [{}] },
    },
  ],
  inconclusive: [{ exhausted: 'nodes', artefact: 'p to q', hint: 'less' }],
};

describe('an answer for machines', () => {
  it('addresses as CIDRs or ranges, ports as text, places as file, line and column', () => {
    const json = JSON.parse(queryJson(ANSWER, { without: ['fw'] }));
    expect(json).toMatchObject({
      schemaVersion: QUERY_JSON_VERSION,
      question: { from: 'ns:pets', to: 'internet:443', without: ['fw'] },
      isComplete: false,
      counts: { allowed: 0, open: 1, broken: 0, denied: 1 },
      inconclusive: [{ exhausted: 'nodes', artefact: 'p to q', hint: 'less' }],
    });
    const [open, denied] = json.cells;
    expect(open.flows).toEqual({
      boxes: [
        {
          sources: ['10.0.0.0/8', '2001:db8::/32'],
          destinations: ['20.0.0.1-20.0.0.9'],
          protocols: ['tcp'],
          destinationPorts: ['80', '443-445'],
          names: { patterns: ['*'], except: ['a.b'], withoutName: false },
        },
      ],
      count: null,
      hasAll: false,
    });
    expect(open.chain[0].by).toEqual({
      kind: 'rule',
      name: 'nsg: a 100',
      location: { file: 'infra/net.json', line: 7, column: 5 },
    });
    expect(open.chain[1].by).toEqual({ kind: 'default', name: 'd' });
    expect(open.needs).toEqual([
      {
        missing: 'members of service tag X',
        location: { file: 'infra/fw.json', line: 9, column: 5 },
      },
    ]);
    expect(denied).toEqual({
      verdict: 'denied',
      origins: ['x'],
      target: 'y',
      by: { kind: 'default', name: 'default deny' },
      chain: [],
      needs: [],
      assumptions: [],
      flows: { boxes: [{}], count: 1, hasAll: true },
    });
  });

  it('verdicts filter the cells and not the counts', () => {
    const json = JSON.parse(queryJson(ANSWER, { verdicts: ['denied'] }));
    expect(json.cells).toHaveLength(1);
    expect(json.counts.open).toBe(1);
  });
});

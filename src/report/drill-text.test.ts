import { describe, expect, it } from 'vitest';
import type { DrillReport, DrillResult } from '../lab/probe/index.ts';
import { drillText } from './drill-text.ts';
import { displayWidth, PLAIN } from './style.ts';

const STYLE = { ...PLAIN, width: 80 };
type Proof = NonNullable<DrillResult['proof']>;

function broken(id: number, to: string, proof?: Proof, agrees?: boolean): DrillResult {
  return {
    question: {
      from: 'node:aks-shop-prod-westeurope/system',
      to,
      protocol: 'tcp',
      because: 'query',
    },
    isBroken: true,
    observation: { id, outcome: { kind: 'timeout' }, milliseconds: 1500, address: '' },
    ...(proof === undefined ? {} : { proof }),
    agrees,
  };
}

const report = (results: readonly DrillResult[]): DrillReport => ({
  what: 'firewall',
  results,
  notRestored: [],
  milliseconds: 1000,
});

describe('what a drill prints', () => {
  it('fits the terminal, however long the names', () => {
    const results = ['a', 'b'].map((one, id) =>
      broken(id, `${one}.handler.control.monitor.azure.com.example.net:443`, ['denied'], true),
    );
    const lines = drillText(report(results), STYLE).split('\n');
    expect(lines.filter((line) => displayWidth(line) > 80)).toEqual([]);
    expect(lines.filter((line) => line.includes('no answer, proof: denied'))).toHaveLength(2);
  });

  it('names a flow once: among those otherwise than proven, or among the others', () => {
    const text = drillText(
      report([broken(0, 'a:443', ['denied'], true), broken(1, 'b:443', ['allowed'], false)]),
      STYLE,
    );
    expect(text.match(/b:443/g)).toHaveLength(1);
    expect(text.indexOf('b:443')).toBeGreaterThan(text.indexOf('otherwise than proven'));
  });

  it('shows so many of each and counts the rest', () => {
    const many = Array.from({ length: 45 }, (_, id) =>
      broken(id, `n${id}:443`, ['allowed'], false),
    );
    const text = drillText(report(many), STYLE);
    expect(text).toContain('and 25 more: --verbose');
    expect(text.split('\n').length).toBeLessThan(32);
    expect(drillText(report(many), STYLE, true)).toContain('n44:443');
  });

  it('holds nothing against the proof where the end itself failed, and says so', () => {
    const text = drillText(report([broken(0, 'a:443', ['allowed'])]), STYLE);
    expect(text).toContain('nothing to compare: these flows begin or end in what failed');
    expect(text).not.toContain('proof: allowed');
    expect(drillText(report([broken(0, 'a:443')]), STYLE)).toContain('knows no such failure');
  });

  it('says what was done to it where it did not fail wholly, and how much longer answers took', () => {
    const { proof: _, ...lost } = broken(0, 'a:443');
    const went = { ...lost, isBroken: false, proof: ['allowed'] as const, agrees: true };
    const text = drillText(
      {
        ...report([went]),
        harm: 'what it sends comes 80 ms later',
        medianMilliseconds: { before: 4.4, during: 644.5 },
      },
      STYLE,
    );
    expect(text).toBe(` firewall: what it sends comes 80 ms later
           nothing broke, 1 of 1 went on
           as proven of it unharmed (1 compared)
           half of the answers came within 4 ms before, within 645 ms meanwhile
           restored: all of them work again
`);
  });
});

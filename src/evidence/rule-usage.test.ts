import { describe, expect, it } from 'vitest';
import { engineOf } from '../../tests/support/log-engine.ts';
import { perimeterIn } from '../../tests/support/logs-of-firewall.ts';
import { makeRecord, type RuleName } from '../logs/generate/index.ts';
import type { LogRecord } from '../logs/record.ts';
import { neededRules } from './needed-rules.ts';
import { ruleUsage } from './rule-usage.ts';
import { namedRules } from './written-rules.ts';

const FROM = 1_741_046_400e6;
const HOUR = 3600e6;
const FIREWALL = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/azureFirewalls/fw';
const NAMES: Readonly<Record<string, string>> = {
  website: 'ghcr.io',
  storage: 'a.blob.core.windows.net',
};

/** `perHour` records of one rule of examples/store in each of these hours. */
function hits(rule: string, hours: readonly number[], as = rule, perHour = 12): LogRecord[] {
  const by: RuleName = {
    policy: '',
    ruleCollectionGroup: '',
    ruleCollection: 'aksfwarweb',
    rule: as,
  };
  return hours.flatMap((hour) =>
    Array.from({ length: perHour }, (_, index) =>
      makeRecord('application', FROM + hour * HOUR + index * 1e6, FIREWALL, {
        ...{ protocol: 'HTTPS', sourceIp: '10.42.1.4', sourcePort: 40_000 + index },
        ...{ destinationPort: 443, fqdn: NAMES[rule]!, targetUrl: '', action: 'Allow' },
        ...{ actionReason: '', ...by },
      }),
    ),
  );
}

const hours = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

async function usageOf(records: readonly LogRecord[], days: number) {
  const { network, placement } = await perimeterIn('examples/store');
  const engine = await engineOf(records);
  try {
    const answer = await ruleUsage({ engine, network, placement, days, findings: [] });
    const of = (name: string) => {
      const found = answer.rules.find(({ rule }) => rule.parts.rule === name)!;
      return {
        ...found,
        told: `${found.verdict}${found.why === undefined ? '' : `: ${found.why}`}`,
      };
    };
    return { ...answer, of };
  } finally {
    engine.close();
  }
}

describe('which rules were used', () => {
  it('AKS-30 what the cluster needs is said beside, used or not, and of nothing else', async () => {
    const needed = async (folder: string) => {
      const { network, placement } = await perimeterIn(folder);
      const find = neededRules(network);
      return namedRules(placement).flatMap((rule) => {
        const why = find(rule);
        return why === undefined ? [] : [`${rule.parts.rule}: ${why}`];
      });
    };
    expect(await needed('examples/store')).toEqual([
      'fqdn: AKS needs FQDN tag AzureKubernetesService',
    ]);
    expect(await needed('examples/perimeter-store')).toEqual([
      'aks: AKS needs FQDN tag AzureKubernetesService',
      'aks-https: AKS needs data.policy.core.windows.net:443',
    ]);
    const { of } = await usageOf(hits('website', hours(0, 72)), 3);
    expect([of('fqdn').needed, of('storage').needed]).toEqual([
      'AKS needs FQDN tag AzureKubernetesService',
      undefined,
    ]);
  });

  it('a rule without a hit is unused where the log is complete', async () => {
    const { of } = await usageOf(hits('website', hours(0, 72)), 3);
    expect(of('website')).toMatchObject({ verdict: 'used', records: 72 * 12 });
    expect(of('storage').told).toBe('unused');
    // No network rule was ever logged: it may not be switched on.
    expect(of('time').told).toContain('unknown: the network log has no record');
  });

  it('a last hit before the window is no use, and is told', async () => {
    const records = [...hits('website', hours(0, 96)), ...hits('storage', [2])];
    const { of } = await usageOf(records, 3);
    expect(of('storage')).toMatchObject({ verdict: 'unused', records: 12 });
    expect(of('storage').last).toBe(FROM + 2 * HOUR + 11e6);
  });

  it('nothing is unused where hours of the log are missing', async () => {
    const records = hits('website', [...hours(0, 30), ...hours(36, 72)]);
    const { of } = await usageOf(records, 3);
    expect(of('storage').told).toMatch(
      /^unknown: the application log is silent from 2025-03-05T06/,
    );
  });

  it('nothing is unused where the log does not reach back so far', async () => {
    const { of } = await usageOf(hits('website', hours(0, 72)), 30);
    expect(of('storage').told).toBe(
      'unknown: logs reach back to 2025-03-04T00:00:00Z, and no further',
    );
  });

  it('nothing is unused where a gap would not show', async () => {
    const rare = [0, 20, 40, 71].map((hour) =>
      makeRecord('network', FROM + hour * HOUR, FIREWALL, {
        ...{ protocol: 'UDP', sourceIp: '10.42.1.4', destinationIp: '198.51.100.1' },
        ...{ destinationPort: 123, action: 'Deny', rule: '' },
      }),
    );
    const { of } = await usageOf([...hits('website', hours(0, 72)), ...rare], 3);
    expect(of('time').told).toContain('so sparse that a gap would not show');
  });

  it('a rule keeps its hits through a renaming, whichever name the input has', async () => {
    const before = [...hits('website', hours(0, 40), 'web-old'), ...hits('website', hours(40, 72))];
    const first = await usageOf(before, 3);
    expect(first.of('website')).toMatchObject({ verdict: 'used', records: 72 * 12 });
    expect(first.of('website').formerly).toEqual(['aksfwarweb/web-old']);
    const after = [...hits('website', hours(0, 40)), ...hits('website', hours(40, 72), 'web-new')];
    const second = await usageOf(after, 1);
    expect(second.of('website')).toMatchObject({ verdict: 'used', records: 72 * 12 });
    expect([...first.foreign, ...second.foreign]).toEqual([]);
  });

  it('two names at one time are two rules', async () => {
    const records = [
      ...hits('website', hours(0, 72)),
      ...hits('website', hours(10, 60), 'somebody-else'),
    ];
    const { of, foreign } = await usageOf(records, 3);
    expect(of('website').records).toBe(72 * 12);
    expect(foreign.map(({ name, records: count }) => [name, count])).toEqual([
      ['aksfwarweb/somebody-else', 50 * 12],
    ]);
  });

  it('an empty log says nothing', async () => {
    const { of, span } = await usageOf([], 7);
    expect(span).toBeUndefined();
    expect(of('website').told).toBe('unknown: nothing was logged');
  });
});

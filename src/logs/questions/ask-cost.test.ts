import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askingOf } from '../../../tests/support/asking.ts';
import { engineOf } from '../../../tests/support/log-engine.ts';
import { projectRoot } from '../../../tests/support/source-tree.ts';
import { makeRecord } from '../generate/index.ts';
import { FIREWALL_PRICES } from './firewall-prices.ts';
import { askCost, askRows, gatewayHosts, wafClients, wafRules } from './index.ts';

const TIME = Date.parse('2026-11-01T00:00:00Z') * 1000;
const SPAN = { first: TIME, last: TIME + 10 * 3600e6 };

const flow = (from: string, to: string, direction: string, sent: number, received: number) =>
  makeRecord('vnet-flow', TIME, '/SUBSCRIPTIONS/1', {
    ...{ sourceIp: from, destinationIp: to, sourcePort: 40_000, destinationPort: 443 },
    ...{ protocol: 'TCP', direction, state: 'End', bytesSent: sent, bytesReceived: received },
  });

describe('what the firewall processed', () => {
  it('is both directions of what went to and from public addresses; each flow counts once', async () => {
    const engine = await engineOf([
      flow('10.1.0.4', '198.51.100.7', 'Outbound', 1e9, 5e9),
      flow('10.1.0.5', '198.51.100.8', 'Outbound', 2e9, 0),
      // Begun outside, seen by the receiver.
      flow('203.0.113.9', '10.1.0.4', 'Inbound', 1e9, 1e9),
      // Between two of ours, logged at both.
      flow('10.1.0.4', '10.2.0.4', 'Outbound', 7e9, 0),
      flow('10.1.0.4', '10.2.0.4', 'Inbound', 7e9, 0),
    ]);
    const answer = await askCost(askingOf(engine), SPAN, 'Premium');
    engine.close();
    expect(answer).toMatchObject({
      ...{ kind: 'known', bytes: 10e9, hours: 10, tier: 'Premium' },
      ways: [
        { way: 'out', sent: 3e9, received: 5e9 },
        { way: 'in', sent: 1e9, received: 1e9 },
        { way: 'inside', sent: 7e9, received: 0 },
      ],
    });
    // 10 GB at 0.016, ten hours at 1.75.
    expect(answer.kind === 'known' && answer.forBytes).toBeCloseTo(0.16, 9);
    expect(answer.kind === 'known' && answer.forHours).toBeCloseTo(17.5, 9);
  });

  it('has no price where nobody says the tier, and is unknown where nothing counts bytes', async () => {
    const some = await engineOf([flow('10.1.0.4', '198.51.100.7', 'Outbound', 1, 1)]);
    const answer = await askCost(askingOf(some), SPAN);
    some.close();
    expect(answer).toMatchObject({ kind: 'known', tier: undefined });
    expect(answer).not.toHaveProperty('forBytes');
    const none = await engineOf([]);
    expect(await askCost(askingOf(none), SPAN, 'Basic')).toMatchObject({ kind: 'unknown' });
    none.close();
  });

  it('has the prices of the bundled list', () => {
    const text = readFileSync(join(projectRoot, 'data', 'firewall-limits.json'), 'utf8');
    const { pricesUsd } = JSON.parse(text);
    const plain = (prices: Readonly<Record<string, { value: number; standing: string }>>) =>
      Object.fromEntries(
        Object.entries(prices).map(([tier, { value, standing }]) => [
          tier,
          { value, conf: standing },
        ]),
      );
    expect(plain(FIREWALL_PRICES.perHour)).toEqual(pricesUsd.hourly);
    expect(plain(FIREWALL_PRICES.perGigabyte)).toEqual(pricesUsd.perGbProcessed);
    expect(FIREWALL_PRICES.basis).toBe(pricesUsd.regionBasis);
  });
});

describe('what came to the gateway', () => {
  it('is told by rule, client and host', async () => {
    const waf = (clientIp: string, ruleId: string, action: string) =>
      makeRecord('waf', TIME, '/SUBSCRIPTIONS/1', {
        ...{ clientIp, ruleId, action, requestUri: '/?id=1', hostname: 'shop.example' },
        ...{ ruleGroup: 'SQLI', message: 'SQL injection' },
      });
    const access = (httpStatus: number) =>
      makeRecord('gateway-access', TIME, '/SUBSCRIPTIONS/1', {
        host: 'shop.example',
        httpStatus,
        clientIp: '203.0.113.1',
      });
    const engine = await engineOf([
      waf('203.0.113.1', '942100', 'Blocked'),
      waf('203.0.113.2', '942100', 'Blocked'),
      waf('203.0.113.2', '920350', 'Matched'),
      ...[200, 404, 502].map(access),
    ]);
    const rules = await askRows(engine, wafRules({}, 10));
    const clients = await askRows(engine, wafClients({}, 10));
    const hosts = await askRows(engine, gatewayHosts({}, 10));
    engine.close();
    expect(
      rules.map((row) => [
        row.text('RuleId'),
        row.text('Action'),
        row.number('Records'),
        row.number('Clients'),
      ]),
    ).toEqual([
      ['942100', 'Blocked', 2, 2],
      ['920350', 'Matched', 1, 1],
    ]);
    expect(clients).toHaveLength(3);
    expect(
      hosts.map((row) => [
        row.text('Host'),
        row.number('Records'),
        row.number('ClientErrors'),
        row.number('ServerErrors'),
      ]),
    ).toEqual([['shop.example', 3, 2, 1]]);
  });
});

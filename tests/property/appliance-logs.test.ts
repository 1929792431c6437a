import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { azfwRecords } from '../../src/nva/log/azfw-records.ts';
import type { FirewallEvent } from '../../src/nva/log/event.ts';
import type { LoggedRule, RecordContext } from '../../src/nva/log/record-context.ts';
import { decodeChunks } from '../support/decode-all.ts';

const named = { policy: 'fwp', group: 'rcg', collection: 'rc' };
const rules: readonly LoggedRule[] = [
  { number: 0, kind: 'default', action: 'Deny', policy: '', group: '', collection: '', rule: '' },
  { number: 1, kind: 'network', action: 'Allow', ...named, rule: 'net' },
  { number: 2, kind: 'application', action: 'Allow', ...named, rule: 'app' },
];
const context: RecordContext = { resourceId: '/subscriptions/s/azureFirewalls/fw', rules };

const ends = {
  microseconds: fc.integer({ min: 1_600_000_000e6, max: 1_900_000_000e6 }),
  source: fc.ipV4(),
  sourcePort: fc.integer({ min: 1, max: 65_535 }),
  destination: fc.ipV4(),
  destinationPort: fc.integer({ min: 1, max: 65_535 }),
};
const verdict = fc.record({
  kind: fc.constant('verdict' as const),
  ...ends,
  ...{ protocol: fc.constantFrom('TCP', 'UDP'), verdict: fc.constant('deny' as const) },
  rule: fc.constant(0),
});
const allowed = fc.record({
  kind: fc.constant('verdict' as const),
  ...ends,
  ...{ protocol: fc.constantFrom('TCP', 'UDP'), verdict: fc.constant('allow' as const) },
  rule: fc.constant(1),
});
const request = fc.record({
  kind: fc.constant('proxy' as const),
  ...ends,
  ...{ protocol: fc.constant('HTTPS'), fqdn: fc.domain(), url: fc.constant('') },
  ...{ isAllowed: fc.constant(true), rule: fc.constant(2), reason: fc.constant('') },
  ...{ isThreat: fc.constant(false), isAlert: fc.constant(false) },
});

describe('what the appliance writes', () => {
  it('is read back in both forms: the ends, the decision and the rule of every event', async () => {
    const events = fc.array(fc.oneof(verdict, allowed, request), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(events, async (some) => {
        for (const form of ['structured', 'legacy'] as const) {
          const forms = { structured: form === 'structured', legacy: form === 'legacy' };
          const lines = some.flatMap((event: FirewallEvent) => azfwRecords(event, context, forms));
          expect(lines.length).toBe(some.length);
          const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
          const { records, quarantined, reports } = await decodeChunks([Buffer.from(text)]);
          expect(quarantined).toEqual([]);
          expect(reports[0]?.unknownFields).toEqual([]);
          expect(records).toMatchObject(
            some.map((event) => ({
              kind: event.kind === 'proxy' ? 'application' : 'network',
              form,
              time: event.microseconds,
              sourceIp: event.source,
              sourcePort: event.sourcePort,
              destinationPort: event.destinationPort,
              action: event.rule === 0 ? 'Deny' : 'Allow',
              // A legacy deny without rule may say nothing of rules.
              ...(form === 'legacy' && event.rule === 0 ? {} : { rule: rules[event.rule]!.rule }),
              ...(event.kind === 'proxy'
                ? { fqdn: event.fqdn }
                : { destinationIp: event.destination, protocol: event.protocol }),
            })),
          );
        }
      }),
      { numRuns: 60 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import {
  applicationCollection,
  applicationRule,
  dnatCollection,
  dnatRule,
  firewall,
  fqdns,
  networkCollection,
  networkRule,
  PUBLIC_ADDRESS,
  ports,
  terms,
} from '../../tests/conformance/firewall/build-firewall.ts';
import { engineOf } from '../../tests/support/log-engine.ts';
import { logged, perimeterIn, ruleNamed } from '../../tests/support/logs-of-firewall.ts';
import { generateLogs, planTraffic } from '../logs/generate/index.ts';
import type { LoggedFlow } from './logged-flows.ts';
import { verifyFlows, verifyLogs } from './verify-logs.ts';

const FROM = 1_741_046_400e6;

describe('logs of a firewall against its model', () => {
  it('finds what was planted otherwise, by rule, and nothing else', async () => {
    const { network, placement } = await perimeterIn('examples/perimeter-store');
    const plan = planTraffic(network)!;
    const { records, truth } = generateLogs(plan, {
      ...{ seed: 3, from: FROM, to: FROM + 86_400e6, records: 5000, duplicateEvery: 0 },
    });
    const engine = await engineOf(records);
    try {
      const { disagreements, unreadable } = await verifyLogs({
        ...{ engine, network, placement, window: {} },
      });
      expect(unreadable).toEqual([]);
      const of = (how: string) => disagreements.filter((one) => one.how === how);
      // The rule that changed its name is decided alike by the one of the input, from that moment on.
      const { after, before, at } = truth.rename;
      const renamed = of('renamed');
      expect(renamed.map(({ logged: { rule } }) => rule.endsWith(`/${after.rule}`))).toEqual([
        true,
      ]);
      expect(renamed[0]!.modelled.rule.endsWith(`/${before.rule}`)).toBe(true);
      expect(renamed[0]!.first).toBeGreaterThanOrEqual(at);
      // Planted connections that no rule of the input allows.
      const { destination, records: connections } = truth.snatRamp;
      const ramp = of('allowed-denied').filter(({ log }) => log === 'network');
      expect(ramp.map((one) => [one.records, one.examples[0]!.destination])).toEqual([
        [connections, destination],
      ]);
      // What AKS needs was denied, though a rule allows it.
      const { fqdn, records: denials } = truth.deniedDependency;
      const denied = of('denied-allowed').filter(({ log }) => log === 'application');
      expect(denied.map((one) => [one.records, one.examples[0]!.fqdn])).toEqual([[denials, fqdn]]);
    } finally {
      engine.close();
    }
  });
});

const placement = firewall({
  collections: [
    networkCollection(
      'net',
      100,
      'Allow',
      networkRule('db', {
        destinationAddresses: terms('10.9.0.0/24'),
        destinationPorts: ports('5432'),
      }),
      networkRule('db-too', {
        destinationAddresses: terms('10.9.0.0/16'),
        destinationPorts: ports('5432'),
      }),
    ),
    applicationCollection(
      'app',
      200,
      'Allow',
      applicationRule('shop', { targetFqdns: fqdns('*.shop.example') }),
      applicationRule('tag', { fqdnTags: fqdns('AzureKubernetesService') }),
    ),
    dnatCollection('in', 100, dnatRule('web', {})),
  ],
});

async function compared(...flows: readonly LoggedFlow[]) {
  const { network } = await perimeterIn('examples/store');
  const answer = verifyFlows(network, placement, flows);
  return {
    ...answer,
    told: answer.disagreements.map(({ how, modelled }) => `${how} ${modelled.rule}`),
  };
}

const toDatabase = { log: 'network', destination: '10.9.0.7', port: 5432 } as const;

describe('one logged decision beside the model', () => {
  it('agrees where rule and action are the same, whatever the case of names', async () => {
    const { agreed, told } = await compared(
      logged({ ...toDatabase, by: ruleNamed('NET/Db'), records: 5 }),
      logged({ fqdn: 'a.shop.example', by: ruleNamed('app/shop'), records: 7 }),
      // Older forms name no rule.
      logged({ ...toDatabase, records: 11 }),
    );
    expect([agreed, told]).toEqual([23, []]);
  });

  it('tells an earlier rule, a rule nobody has, and an opposite action apart', async () => {
    const { told } = await compared(
      logged({ ...toDatabase, by: ruleNamed('net/db-too') }),
      logged({ ...toDatabase, by: ruleNamed('net/database') }),
      logged({ ...toDatabase, action: 'Deny' }),
      logged({ ...toDatabase, port: 22, by: ruleNamed('net/db') }),
    );
    expect(told).toEqual([
      'allowed-denied default deny',
      'denied-allowed net/db',
      'renamed net/db',
      'other-rule net/db',
    ]);
  });

  it('says when the rule of the log cannot be it, though the model knows no answer', async () => {
    const { told, undecided } = await compared(
      logged({ fqdn: 'evil.example', by: ruleNamed('app/shop') }),
      logged({ fqdn: 'other.example', by: ruleNamed('app/tag') }),
    );
    expect(told).toEqual(['not-that-rule app/tag or default deny']);
    expect(undecided.map(({ records }) => records)).toEqual([1]);
  });

  it('compares where DNAT leads', async () => {
    const inbound = {
      log: 'dnat',
      ...{ source: '203.0.113.77', destination: PUBLIC_ADDRESS, port: 80 },
      by: ruleNamed('in/web'),
    } as const;
    const { told, agreed } = await compared(
      logged({ ...inbound, translated: { address: '10.42.1.200', port: 80 } }),
      logged({ ...inbound, translated: { address: '10.42.1.201', port: 80 } }),
    );
    expect([agreed, told]).toEqual([1, ['other-target in/web']]);
  });

  it('compares hits of threat intelligence with its mode only', async () => {
    // The firewall has no mode of its own: Azure alerts (AFW-80).
    const { told, agreed } = await compared(
      logged({ log: 'threat', fqdn: 'bad.example', action: 'Alert' }),
      logged({ log: 'threat', fqdn: 'bad.example', action: 'Deny' }),
    );
    expect(agreed).toBe(1);
    expect(told).toEqual(['denied-allowed threat intelligence (Alert)']);
  });

  it('keeps what cannot be replayed apart, and never fails on it', async () => {
    const hostile = [
      logged({ source: "'; DROP TABLE x; --" }),
      logged({ fqdn: '\u001b[31m*' }),
      logged({ log: 'network', destination: '999.1.1.1' }),
      logged({ log: 'network', destination: '10.9.0.7', protocol: '\u202eTCP' }),
      logged({ ...toDatabase, port: Number.NaN }),
      logged({ ...toDatabase, action: 'Perhaps' }),
      logged({ ...toDatabase, port: 70_000 }),
    ];
    const { unreadable, records, agreed, told } = await compared(...hostile);
    expect(unreadable.reduce((sum, one) => sum + one.records, 0)).toBe(hostile.length);
    expect([records, agreed, told]).toEqual([hostile.length, 0, []]);
  });

  it('says of IPv6 that it is not known (AFW-36)', async () => {
    const { undecided } = await compared(
      logged({ log: 'network', source: 'fd00::4', destination: '2001:db8::1', port: 443 }),
    );
    expect(undecided.map(({ flows }) => flows)).toEqual([1]);
  });
});

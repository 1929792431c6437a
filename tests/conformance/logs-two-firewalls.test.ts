import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { learn, ruleUsage, tighten, verifyLogs } from '../../src/evidence/index.ts';
import type { LogEngine } from '../../src/logs/engine.ts';
import { lineBlocks, makeRecord } from '../../src/logs/generate/index.ts';
import { ingest, localInputs } from '../../src/logs/ingest/index.ts';
import { locator } from '../../src/logs/places/index.ts';
import {
  askCompleteness,
  askCost,
  askRows,
  askSnat,
  ruleHits,
} from '../../src/logs/questions/index.ts';
import { ofFirewall } from '../../src/logs/questions/of-firewall.ts';
import type { LogRecord } from '../../src/logs/record.ts';
import { type LogStore, openStore, storeEngine } from '../../src/logs/store/index.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { deriveNetwork, type FirewallPlacement, type Network } from '../../src/network/index.ts';
import { askingOf } from '../support/asking.ts';
import { engineOf } from '../support/log-engine.ts';
import { type Json, snapshotOf } from '../support/snapshot-of.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

/**
 * Two firewalls of one perimeter whose logs lie in one store: what is asked of one is answered from its records alone. `fw-a` has one
 * public address and the ranges of a policy that says none; `fw-b` two, and ranges of its own.
 */

const GROUP =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network';
const id = (path: string) => ({ id: `${GROUP}/${path}` });
const FROM = Date.parse('2026-11-01T00:00:00Z') * 1000;
const MINUTE = 60e6;
const HOUR = 3600e6;

function firewall(
  name: string,
  space: string,
  addresses: number,
  policy: Json,
  to: string,
  tier = 'Standard',
): readonly Json[] {
  const publicNames = Array.from({ length: addresses }, (_, at) => `${name}-${at}`);
  const rule = (own: string, target: string, port: string) => ({
    ...{
      ruleType: 'NetworkRule',
      name: own,
      ipProtocols: ['TCP'],
      sourceAddresses: ['10.0.0.0/8'],
    },
    ...{ destinationAddresses: [target], destinationPorts: [port] },
  });
  return [
    {
      ...{ type: 'Microsoft.Network/virtualNetworks', name },
      properties: {
        addressSpace: { addressPrefixes: [`${space}.0/24`] },
        subnets: [{ name: 'AzureFirewallSubnet', properties: { addressPrefix: `${space}.0/26` } }],
      },
    },
    ...publicNames.map((each) => ({
      ...{ type: 'Microsoft.Network/publicIPAddresses', name: each },
      ...{ sku: { name: 'Standard' }, properties: { publicIPAllocationMethod: 'Static' } },
    })),
    {
      ...{ type: 'Microsoft.Network/azureFirewalls', name },
      properties: {
        sku: { name: 'AZFW_VNet', tier },
        firewallPolicy: id(`firewallPolicies/${name}-policy`),
        ipConfigurations: publicNames.map((each, at) => ({
          name: each,
          properties: {
            ...(at === 0
              ? { subnet: id(`virtualNetworks/${name}/subnets/AzureFirewallSubnet`) }
              : {}),
            publicIPAddress: id(`publicIPAddresses/${each}`),
          },
        })),
      },
    },
    {
      ...{ type: 'Microsoft.Network/firewallPolicies', name: `${name}-policy` },
      properties: { sku: { tier }, ...policy },
    },
    {
      ...{
        type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
        name: `${name}-policy/g`,
      },
      properties: {
        priority: 200,
        ruleCollections: [
          {
            ...{ ruleCollectionType: 'FirewallPolicyFilterRuleCollection', name: 'net' },
            ...{ priority: 100, action: { type: 'Allow' } },
            rules: [rule('used', to, '443'), rule('idle', '192.0.2.99', '22')],
          },
        ],
      },
    },
  ];
}

/** A connection that a firewall let out. */
function letOut(name: string, time: number, to: string, index: number, isUpper = false): LogRecord {
  const own = `${GROUP}/azureFirewalls/${name}`;
  return makeRecord('network', time, isUpper ? own.toUpperCase() : own, {
    ...{ protocol: 'TCP', sourceIp: '10.1.0.4', sourcePort: 40_000 + index },
    ...{ destinationIp: to, destinationPort: 443, action: 'Allow', actionReason: '' },
    ...{ policy: `${name}-policy`, ruleCollectionGroup: 'g', ruleCollection: 'net', rule: 'used' },
  });
}
const some = (count: number, make: (index: number) => LogRecord) =>
  Array.from({ length: count }, (_, index) => make(index));

/** Twenty connections in each hour, in minutes of their own: `fw-a` through two days, `fw-b` for thirty hours. */
const steady = (name: string, to: string, hours: number) =>
  Array.from({ length: hours }, (_, hour) => hour).flatMap((hour) =>
    some(20, (index) =>
      letOut(name, FROM + hour * HOUR + (2 + 2.9 * index) * MINUTE, to, hour * 20 + index),
    ),
  );
const BURST = FROM + 20 * HOUR + MINUTE;
const RECORDS = [
  ...steady('fw-a', '198.51.100.7', 48),
  ...steady('fw-b', '192.168.7.7', 30),
  // Within the four minutes from 20:00: five of fw-a, of which two in another spelling; seven and three of fw-b.
  ...some(5, (index) => letOut('fw-a', BURST + index, '198.51.100.8', 2000 + index, index < 2)),
  ...some(7, (index) => letOut('fw-b', BURST + index, '198.51.100.8', 3000 + index)),
  ...some(3, (index) => letOut('fw-b', BURST + index, '192.168.7.8', 4000 + index)),
];

let folder: TemporaryFolder;
let store: LogStore;
let engine: LogEngine;
let network: Network;
let a: FirewallPlacement;
let b: FirewallPlacement;
beforeAll(async () => {
  const ranges = { snat: { privateRanges: ['10.0.0.0/8', '198.51.100.0/24'] } };
  const snapshot = snapshotOf([
    ...firewall('fw-a', '10.8.0', 1, {}, '198.51.100.0/24'),
    ...firewall('fw-b', '10.9.0', 2, ranges, '192.168.7.0/24'),
  ]);
  network = deriveNetwork(readPerimeter(snapshot));
  [a, b] = ['fw-a', 'fw-b'].map(
    (name) => [...network.firewalls.values()].find((one) => one.firewall.name === name)!,
  ) as [FirewallPlacement, FirewallPlacement];
  folder = temporaryFolder();
  folder.write('logs/both.json', [...lineBlocks(RECORDS, 'structured')].join(''));
  store = await openStore(join(folder.path, 'logs.duckdb'), { mode: 'write' });
  await ingest(store, (await localInputs([join(folder.path, 'logs')])).value);
  engine = storeEngine(store);
});
afterAll(() => {
  store.close();
  folder.remove();
});

const SPAN = { first: FROM, last: FROM + 48 * HOUR };

describe('snat counts each firewall of the perimeter by itself', () => {
  it('with its own public addresses, ranges and records', async () => {
    const { budgets, silent, destinations } = await askSnat(askingOf(engine, network), SPAN, 3);
    // 2,496 for each of two instances and each public address (AFW-78).
    expect(budgets.map((one) => [one.firewall, one.publicAddresses, one.ports, one.why])).toEqual([
      ['fw-a', 1, 4992, undefined],
      ['fw-b', 2, 9984, undefined],
    ]);
    expect(silent).toEqual([]);
    // fw-b does not translate towards 198.51.100.0/24, and does towards 192.168.0.0/16, which its list leaves out (AFW-75).
    expect(destinations.map((one) => [one.budget.firewall, one.target, one.peak])).toEqual([
      ['fw-a', '198.51.100.8', 5],
      ['fw-a', '198.51.100.7', 2],
      ['fw-b', '192.168.7.8', 3],
    ]);
    expect(destinations[0]!.peakAt).toBe(FROM + 20 * HOUR);
    expect(destinations[2]!.share).toBe(3 / 9984);
    // Whether it leaves from a public address is not stated (AFW-79).
    expect(destinations.map(({ isPrivate }) => isPrivate)).toEqual([false, false, true]);
  });

  it('of firewalls that no perimeter describes, by the names in their logs', async () => {
    const { budgets, destinations } = await askSnat(askingOf(engine), SPAN, 2);
    expect(budgets.map((one) => [one.firewall, one.publicAddresses, one.ports])).toEqual([
      ['fw-a', undefined, 4992],
      ['fw-b', undefined, 4992],
    ]);
    expect(budgets[0]!.why).toContain('no perimeter was given');
    // By default both translate towards 198.51.100.0/24, and neither towards 192.168.0.0/16.
    expect(destinations.map((one) => [one.budget.firewall, one.target, one.peak])).toEqual([
      ['fw-b', '198.51.100.8', 7],
      ['fw-a', '198.51.100.8', 5],
    ]);
  });

  it('and says which of them no log speaks of', async () => {
    const later = { from: '2026-11-02T12:00:00Z' };
    const answer = await askSnat(askingOf(engine, network, later), SPAN, 5);
    expect(answer.silent).toEqual(['fw-b']);
    expect(answer.budgets.map((one) => one.firewall)).toEqual(['fw-a']);
  });
});

describe('what is asked of one of two firewalls', () => {
  it('counts its records alone, whatever the case of its id', async () => {
    const of = async (name: string) =>
      (await askRows(engine, ofFirewall(ruleHits({}), name))).map((row) => [
        row.text('Policy'),
        row.number('Records'),
      ]);
    expect(await of('fw-a')).toEqual([['fw-a-policy', 48 * 20 + 5]]);
    expect(await of('FW-B')).toEqual([['fw-b-policy', 30 * 20 + 10]]);
    expect(await of('w-b')).toEqual([]);
  });

  it('is complete as far as its own log goes, and not as far as the other one does', async () => {
    const whole = await askCompleteness(engine, {}, ['network']);
    expect(whole.logs[0]!.records).toBe(48 * 20 + 30 * 20 + 15);
    const own = await askCompleteness(engine, {}, ['network'], 'fw-b');
    expect(own.logs[0]!.records).toBe(30 * 20 + 10);
    expect(own.span!.last).toBeLessThan(FROM + 30 * HOUR);
  });

  it('rules: the rule of one is unused, of the other unknown, since its log ends earlier', async () => {
    const idle = async (placement: FirewallPlacement) => {
      const { name } = placement.firewall;
      const answer = await ruleUsage({
        ...{ engine, network, placement, days: 2, firewall: name, findings: [] },
      });
      const of = (rule: string) => answer.rules.find((one) => one.rule.parts.rule === rule)!;
      return [of('used').records, of('idle').verdict, of('idle').why, answer.foreign.length];
    };
    expect(await idle(a)).toEqual([48 * 20 + 5, 'unused', undefined, 0]);
    expect(await idle(b)).toEqual([30 * 20 + 10, 'unknown', 'logs end at 2026-11-02T05:57:06Z', 0]);
  });

  it('verify: the decisions of one are not held against the rules of the other', async () => {
    const of = async (placement: FirewallPlacement) => {
      const { name } = placement.firewall;
      const answer = await verifyLogs({ engine, network, placement, window: {}, firewall: name });
      return [
        answer.records,
        answer.agreed,
        answer.disagreements.map((one) => [one.how, one.examples[0]!.destination, one.records]),
      ];
    };
    expect(await of(a)).toEqual([48 * 20 + 5, 48 * 20 + 5, []]);
    // Its log says that 198.51.100.8 was allowed; its policy names 192.168.7.0/24.
    expect(await of(b)).toEqual([
      30 * 20 + 10,
      30 * 20 + 3,
      [['allowed-denied', '198.51.100.8', 7]],
    ]);
  });

  it('tighten: a rule becomes what its own firewall let through', async () => {
    const becomes = async (placement: FirewallPlacement) => {
      const { name } = placement.firewall;
      const answer = await tighten({
        ...{ engine, network, placement, days: 2, firewall: name, isForAll: true },
      });
      return [...new Set(answer.allowed.map(({ destination }) => destination))].sort();
    };
    expect(await becomes(a)).toEqual(['198.51.100.7', '198.51.100.8']);
    expect(await becomes(b)).toEqual(['192.168.7.7', '192.168.7.8', '198.51.100.8']);
  });

  it('learn: only what passed the one that was named', async () => {
    const counted = async (name: string) => {
      const locate = locator({ network });
      const answer = await learn({ engine, network, locate, window: {}, firewall: name });
      return answer.records;
    };
    expect(await counted('fw-a')).toBe(48 * 20 + 5);
    expect(await counted('fw-b')).toBe(30 * 20 + 10);
  });
});

describe('cost', () => {
  it('has the hours of both firewalls, and their tier where it is the same', async () => {
    const flows = await engineOf([
      makeRecord('vnet-flow', FROM, '', {
        ...{ sourceIp: '10.1.0.4', destinationIp: '198.51.100.7', direction: 'Outbound' },
        ...{ bytesSent: 1e9, bytesReceived: 4e9 },
      }),
    ]);
    const span = { first: FROM, last: FROM + 10 * HOUR };
    const both = await askCost(askingOf(flows, network), span);
    expect(both).toMatchObject({
      firewalls: 2,
      tier: 'Standard',
      tierWhy: 'the tier of fw-a and fw-b',
    });
    // Twice ten hours at 1.25; 5 GB at 0.016.
    expect(both.kind === 'known' && both.forHours).toBeCloseTo(25, 9);
    expect(both.kind === 'known' && both.forBytes).toBeCloseTo(0.08, 9);
    const other = deriveNetwork(
      readPerimeter(
        snapshotOf([
          ...firewall('fw-a', '10.8.0', 1, {}, '198.51.100.0/24'),
          ...firewall('fw-b', '10.9.0', 1, {}, '192.168.7.0/24', 'Premium'),
        ]),
      ),
    );
    const mixed = await askCost(askingOf(flows, other), span);
    flows.close();
    expect(mixed).toMatchObject({ firewalls: 2, tier: undefined, bytes: 5e9 });
    expect(mixed).not.toHaveProperty('forHours');
  });
});

import { describe, expect, it } from 'vitest';
import { engineOf } from '../../tests/support/log-engine.ts';
import { temporaryFolder } from '../../tests/support/temporary-folder.ts';
import { importPaths } from '../importers/index.ts';
import { bundledDatasets, nodeFileSystem, overlaidFileSystem } from '../io/index.ts';
import { makeRecord } from '../logs/generate/index.ts';
import type { LogRecord } from '../logs/record.ts';
import { readPerimeter } from '../model/index.ts';
import { deriveNetwork } from '../network/index.ts';
import { patchFiles } from '../patches/index.ts';
import { comparePerimeters, directionsOf } from '../questions/diff/index.ts';
import { lostFlows } from './still-allowed.ts';
import { tighten } from './tighten.ts';

const FROM = 1_741_046_400e6;
const HOUR = 3600e6;

// A policy with one rule of each kind that is too broad, and one that is not.
const TEMPLATE = `{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "resources": [
    {
      "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2024-05-01", "name": "hub", "location": "westeurope",
      "properties": {
        "addressSpace": { "addressPrefixes": ["10.0.0.0/16"] },
        "subnets": [
          { "name": "AzureFirewallSubnet", "properties": { "addressPrefix": "10.0.0.0/26" } },
          { "name": "nodes", "properties": { "addressPrefix": "10.0.4.0/24" } }
        ]
      }
    },
    {
      "type": "Microsoft.Network/azureFirewalls", "apiVersion": "2024-05-01", "name": "fw", "location": "westeurope",
      "properties": {
        "sku": { "name": "AZFW_VNet", "tier": "Standard" },
        "firewallPolicy": { "id": "[resourceId('Microsoft.Network/firewallPolicies', 'fwp')]" },
        "ipConfigurations": [
          { "name": "c", "properties": { "subnet": { "id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'hub', 'AzureFirewallSubnet')]" } } }
        ]
      }
    },
    { "type": "Microsoft.Network/firewallPolicies", "apiVersion": "2024-05-01", "name": "fwp", "location": "westeurope", "properties": { "sku": { "tier": "Standard" } } },
    {
      "type": "Microsoft.Network/firewallPolicies/ruleCollectionGroups", "apiVersion": "2024-05-01", "name": "fwp/g",
      "properties": {
        "priority": 200,
        "ruleCollections": [
          {
            "ruleCollectionType": "FirewallPolicyFilterRuleCollection", "name": "net", "priority": 100, "action": { "type": "Allow" },
            "rules": [
              {
                "ruleType": "NetworkRule",
                "name": "inside",
                "ipProtocols": ["Any"],
                "sourceAddresses": ["*"],
                "destinationAddresses": ["10.9.0.0/16"],
                "destinationPorts": ["*"]
              }
            ]
          },
          {
            "ruleCollectionType": "FirewallPolicyFilterRuleCollection", "name": "app", "priority": 200, "action": { "type": "Allow" },
            "rules": [
              {
                "ruleType": "ApplicationRule",
                "name": "web",
                "sourceAddresses": ["10.0.4.0/24"],
                "protocols": [{ "protocolType": "Http", "port": 80 }, { "protocolType": "Https", "port": 443 }],
                "targetFqdns": ["*"]
              },
              {
                "ruleType": "ApplicationRule",
                "name": "narrow",
                "sourceAddresses": ["10.0.4.0/24"],
                "protocols": [{ "protocolType": "Https", "port": 443 }],
                "targetFqdns": ["one.example"]
              }
            ]
          }
        ]
      }
    }
  ]
}
`;

const named = (collection: string, rule: string) => ({
  ...{ policy: 'fwp', ruleCollectionGroup: 'g', ruleCollection: collection, rule },
  ...{ action: 'Allow', actionReason: '' },
});

function network(hour: number, to: string, port: number, source = '10.0.4.7', protocol = 'TCP') {
  return makeRecord('network', FROM + hour * HOUR + port, '', {
    ...{ protocol, sourceIp: source, sourcePort: 40_000 },
    ...{ destinationIp: to, destinationPort: port, ...named('net', 'inside') },
  });
}

function application(hour: number, fqdn: string, source = '10.0.4.7') {
  return makeRecord('application', FROM + hour * HOUR, '', {
    ...{ protocol: 'HTTPS', sourceIp: source, sourcePort: 40_000, destinationPort: 443, fqdn },
    ...named('app', 'web'),
  });
}

/** Ten records an hour of each log, so that both are complete. */
function week(
  make: (hour: number, index: number) => readonly LogRecord[],
  hours = 168,
): LogRecord[] {
  return Array.from({ length: hours }, (_, hour) =>
    Array.from({ length: 10 }, (__, index) => make(hour, index)).flat(),
  ).flat();
}

const folder = temporaryFolder();
const file = folder.write('main.json', TEMPLATE);

async function read(files = nodeFileSystem()) {
  const snapshot = await importPaths(files, [folder.path], {}, bundledDatasets());
  const derived = deriveNetwork(readPerimeter(snapshot));
  return { network: derived, placement: [...derived.firewalls.values()][0]! };
}

async function tightened(records: readonly LogRecord[], days = 7, rule?: string) {
  const before = await read();
  const engine = await engineOf(records);
  try {
    const answer = await tighten({
      ...{ engine, ...before, days },
      ...(rule === undefined ? {} : { rule }),
    });
    const patch = patchFiles(
      answer.tightenings.map(({ changes }) => changes),
      (name) => (name === file ? TEMPLATE : undefined),
    );
    const text = patch.files[0]?.after ?? TEMPLATE;
    const after = await read(
      overlaidFileSystem(nodeFileSystem(), new Map([[file, new TextEncoder().encode(text)]])),
    );
    return {
      ...answer,
      ...{ patch, text, after, before },
      lost: lostFlows(answer.allowed, before, after),
      directions: new Set(directionsOf(comparePerimeters(before.network, after.network))),
      of: (name: string) => answer.tightenings.find((one) => one.rule.parts.rule === name),
    };
  } finally {
    engine.close();
  }
}

const DATABASE = (hour: number) => [
  network(hour, '10.9.0.4', 5432),
  network(hour, '10.9.0.5', 5432),
];
const USED = week((hour, index) => [
  ...(index === 0 ? DATABASE(hour) : [network(hour, '10.9.1.20', 53, '10.0.4.8', 'UDP')]),
  application(hour, index % 2 === 0 ? 'api.shop.example' : 'cdn.shop.example'),
]);

describe('broad rules narrowed to what was used', () => {
  it('say what was used and little else, in the words of the file', async () => {
    const { of, left, text } = await tightened(USED);
    expect(of('inside')?.becomes).toEqual([
      {
        protocols: ['UDP'],
        sourceAddresses: ['10.0.4.0/24'],
        destinationAddresses: ['10.9.1.20'],
        destinationPorts: ['53'],
      },
      {
        protocols: ['TCP'],
        sourceAddresses: ['10.0.4.0/24'],
        destinationAddresses: ['10.9.0.4/31'],
        destinationPorts: ['5432'],
      },
    ]);
    expect(of('web')?.becomes).toEqual([
      {
        sourceAddresses: ['10.0.4.0/24'],
        services: [{ protocolType: 'Https', port: 443 }],
        targetFqdns: ['api.shop.example', 'cdn.shop.example'],
      },
    ]);
    // What is not broad is not asked about.
    expect([of('narrow'), left]).toEqual([undefined, []]);
    const rules = JSON.parse(text).resources[3].properties.ruleCollections[0].rules;
    expect(rules[1]).toEqual({
      ruleType: 'NetworkRule',
      name: 'inside-2',
      ipProtocols: ['TCP'],
      sourceAddresses: ['10.0.4.0/24'],
      destinationAddresses: ['10.9.0.4/31'],
      destinationPorts: ['5432'],
    });
  });

  it('would have denied nothing of the window, open nothing, and close the rest', async () => {
    const { lost, directions, allowed, after, before } = await tightened(USED);
    expect(allowed.length).toBe(5);
    expect(lost).toEqual([]);
    expect(directions.has('opens') || directions.has('may-open')).toBe(false);
    expect(directions.has('closes')).toBe(true);
    // The measure itself: a flow that is outside is told as lost.
    const outside = { ...allowed[0]!, log: 'network', destination: '10.9.77.1', fqdn: '' } as const;
    expect(lostFlows([outside], before, after).map(({ by }) => by)).toEqual(['default deny']);
  });

  it('are trusted by the days seen, the gaps of the log, and what was new of late', async () => {
    const level = async (records: readonly LogRecord[], days: number) =>
      (await tightened(records, days, 'web')).of('web')?.confidence.level;
    const month = week((hour) => [application(hour, 'a.example')], 30 * 24);
    expect(await level(month, 30)).toBe('high');
    expect(await level(USED, 7)).toBe('medium');
    const gap = USED.filter(({ time }) => time < FROM + 40 * HOUR || time > FROM + 60 * HOUR);
    expect(await level(gap, 7)).toBe('low');
    const fresh = [...USED, application(160, 'new.example'), application(161, 'newer.example')];
    expect(await level(fresh, 7)).toBe('low');
  });

  it('hold wide use together: a network of destinations, a wildcard of names', async () => {
    const hosts = week((hour, index) => [
      network(hour, `10.9.3.${64 + ((hour * 10 + index) % 60)}`, 443),
      application(hour, `n${hour % 30}.eu.cdn.example`),
    ]);
    const { of, lost } = await tightened(hosts);
    const [inside] = of('inside')!.becomes;
    expect(inside!.destinationAddresses!.length).toBeLessThanOrEqual(8);
    // All sixty lie in 10.9.3.64/26; nothing of the other half of the network is held.
    expect(
      inside!.destinationAddresses!.every((text) =>
        /^10\.9\.3\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])/.test(text),
      ),
    ).toBe(true);
    expect(of('web')!.becomes[0]!.targetFqdns).toEqual(['*.eu.cdn.example']);
    expect(lost).toEqual([]);
  });

  it('are left alone where no rule could say what was used', async () => {
    const hostile = await tightened([...USED, application(1, 'x"],"targetFqdns":["*')]);
    expect(hostile.left.map(({ rule, why }) => [rule.parts.rule, why])).toEqual([
      ['web', 'it was used for names that no rule can write'],
    ]);
    expect(hostile.text).not.toContain('x\\"]');
    const ipv6 = await tightened([...USED, network(1, '2001:db8::7', 443)]);
    expect(ipv6.left.map(({ rule }) => rule.parts.rule)).toEqual(['inside']);
    const nothing = await tightened([]);
    expect([nothing.tightenings, nothing.span]).toEqual([[], undefined]);
  });
});

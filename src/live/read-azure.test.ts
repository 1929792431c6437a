import { afterEach, describe, expect, it } from 'vitest';
import {
  type Asked,
  type Scripted,
  type ScriptedManager,
  scriptedManager,
} from '../../tests/support/scripted-manager.ts';
import type { Datasets } from '../facts/index.ts';
import { importPaths } from '../importers/index.ts';
import { bundledDatasets, memoryFileSystem } from '../io/index.ts';
import { readPerimeter } from '../model/index.ts';
import { readLiveAzure } from './live-read.ts';

const S1 = '11111111-1111-4111-8111-111111111111';
const S2 = '22222222-2222-4222-8222-222222222222';
const NETWORK = 'providers/Microsoft.Network';
const group = (subscription = S1) => `/subscriptions/${subscription}/resourceGroups/rg`;
const idOf = (rest: string, subscription = S1) => `${group(subscription)}/${NETWORK}/${rest}`;

/** A row as Resource Graph tells it (iac-formats 6): the type in lower case, null where there is nothing. */
const row = (id: string, properties: unknown, more: object = {}) => ({
  id,
  name: id.split('/').at(-1),
  type: id.split('/providers/').at(-1)!.split('/').slice(0, 2).join('/').toLowerCase(),
  kind: '',
  location: 'westeurope',
  managedBy: '',
  sku: null,
  plan: null,
  identity: null,
  zones: null,
  extendedLocation: null,
  tags: null,
  properties,
  ...more,
});

const running: ScriptedManager[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

interface Estate {
  readonly rows?: readonly unknown[];
  /** By the end of the path: what is answered instead of an empty list. */
  readonly paths?: Readonly<Record<string, Scripted>>;
  readonly graph?: (asked: Asked, count: number) => Scripted;
  readonly wanted?: readonly string[];
}

async function read({ rows = [], paths = {}, graph, wanted = [S1] }: Estate) {
  let pages = 0;
  const manager = await scriptedManager((asked) => {
    const [path = ''] = asked.path.split('?');
    if (path.startsWith('/metadata/')) {
      return {
        body: {
          resourceManager: manager.origin,
          authentication: { loginEndpoint: manager.origin, audiences: [manager.origin] },
        },
      };
    }
    const own = Object.entries(paths).find(([end]) => decodeURIComponent(path).endsWith(end));
    if (own !== undefined) return own[1];
    if (path === '/subscriptions') {
      return {
        body: {
          value: [
            { subscriptionId: S1, displayName: 'Shop' },
            { subscriptionId: S2, displayName: 'Hub' },
          ],
        },
      };
    }
    if (path.endsWith('/providers/Microsoft.ResourceGraph/resources')) {
      pages += 1;
      return graph?.(asked, pages) ?? { body: { totalRecords: rows.length, data: rows } };
    }
    return { body: { value: [] } };
  });
  running.push(manager);
  const files = await readLiveAzure({
    subscriptions: wanted,
    cloud: manager.origin,
    ca: manager.ca,
    env: { AZURE_ACCESS_TOKEN: 'a-token-nobody-may-see' },
    signal: new AbortController().signal,
    now: () => Date.parse('2026-11-21T10:00:00Z'),
    onProgress: () => undefined,
    limits: { firstPauseMilliseconds: 5, attempts: 2 },
    timeoutMilliseconds: 5_000,
  });
  const texts = Object.fromEntries(files.map(({ name, text }) => [`live/${name}`, text]));
  const snapshot = await importPaths(memoryFileSystem(texts), ['live'], {}, DATASETS);
  return {
    manager,
    texts,
    resources: JSON.parse(texts['live/azure.json']!) as {
      id: string;
      type: string;
      properties?: Record<string, unknown>;
    }[],
    report: JSON.parse(texts['live/azure-read.json']!) as {
      notRead: { what: string; of: string; why: string }[];
      elsewhere: unknown[];
    },
    snapshot,
  };
}

const DATASETS: Datasets = bundledDatasets();
const REFUSED: Scripted = {
  status: 403,
  body: { error: { code: 'AuthorizationFailed', message: 'you may not' } },
};
const policy = idOf('firewallPolicies/fwp');
const POLICY_ROW = row(policy, { threatIntelMode: 'Deny', sku: { tier: 'Premium' } });

describe('what is read', () => {
  it('rows become ARM JSON: the type as the id spells it, and nothing that says nothing', async () => {
    const id = idOf('virtualNetworks/vnet');
    const { resources } = await read({ rows: [row(id, { subnets: [] }, { tags: { a: 'b' } })] });
    expect(resources).toEqual([
      {
        id,
        name: 'vnet',
        type: 'Microsoft.Network/virtualNetworks',
        location: 'westeurope',
        tags: { a: 'b' },
        properties: { subnets: [] },
      },
    ]);
  });

  it('only GET, and POST that answers: the query', async () => {
    const { manager } = await read({ rows: [POLICY_ROW] });
    const posts = manager.asked.filter(({ method }) => method !== 'GET');
    expect(posts.map(({ method, path }) => `${method} ${path.split('?')[0]}`)).toEqual([
      'POST /providers/Microsoft.ResourceGraph/resources',
    ]);
    const body = JSON.parse(posts[0]!.body) as { subscriptions: string[]; query: string };
    expect(body.subscriptions).toEqual([S1]);
    // Paging without an order of its own may repeat rows and leave others out.
    expect(body.query).toContain('order by id');
  });

  it('rows of all pages, in one order whatever order they come in', async () => {
    const rows = ['c', 'a', 'b'].map((name) => row(idOf(`ipGroups/${name}`), {}));
    const { resources, report } = await read({
      graph: ({ body }, page) => {
        const { $skipToken } = (JSON.parse(body) as { options: { $skipToken?: string } }).options;
        expect($skipToken).toBe(page === 1 ? undefined : `t${page - 1}`);
        return {
          body: {
            totalRecords: 3,
            data: [rows[page - 1]],
            ...(page < 3 ? { $skipToken: `t${page}`, resultTruncated: 'true' } : {}),
          },
        };
      },
    });
    expect(resources.map(({ id }) => id.at(-1))).toEqual(['a', 'b', 'c']);
    expect(report.notRead).toEqual([]);
  });

  it('rule collection groups of a policy, of its base in another subscription, and the IP groups they name', async () => {
    const base = idOf('firewallPolicies/base', S2);
    const addresses = idOf('ipGroups/nodes', S2);
    const groupIn = (owner: string) => `${owner}/ruleCollectionGroups/g`;
    const { resources, report } = await read({
      rows: [row(policy, { basePolicy: { id: base } })],
      paths: {
        'fwp/ruleCollectionGroups': {
          body: { value: [{ id: groupIn(policy), properties: { priority: 200 } }] },
        },
        'base/ruleCollectionGroups': {
          body: {
            value: [
              {
                id: groupIn(base),
                properties: { ruleCollections: [{ rules: [{ sourceIpGroups: [addresses] }] }] },
              },
            ],
          },
        },
        'firewallPolicies/base': { body: { id: base, properties: { basePolicy: null } } },
        'ipGroups/nodes': { body: { id: addresses, properties: { ipAddresses: ['10.0.0.0/24'] } } },
      },
    });
    expect(resources.map(({ id }) => id)).toEqual(
      [policy, groupIn(policy), base, groupIn(base), addresses].sort((a, b) =>
        a.toLowerCase() < b.toLowerCase() ? -1 : 1,
      ),
    );
    expect(report.notRead).toEqual([]);
  });

  it('links and records of a private zone, settings of a firewall, routes of a hub in effect', async () => {
    const zone = idOf('privateDnsZones/privatelink.azurecr.io');
    const hub = idOf('virtualHubs/hub');
    const firewall = idOf('azureFirewalls/fw');
    const setting = `${firewall}/providers/microsoft.insights/diagnosticSettings/logs`;
    const route = { addressPrefixes: ['10.1.0.0/16'], nextHopType: 'Virtual Network Connection' };
    const { resources, texts, snapshot } = await read({
      rows: [row(zone, {}, { location: 'global' }), row(hub, {}), row(firewall, {})],
      paths: {
        'azurecr.io/A': {
          body: {
            value: [
              { id: `${zone}/A/shop`, properties: { aRecords: [{ ipv4Address: '10.1.0.9' }] } },
            ],
          },
        },
        'fw/providers/Microsoft.Insights/diagnosticSettings': {
          body: { value: [{ id: setting, properties: { logs: [], workspaceId: 'x' } }] },
        },
        'hub/effectiveRoutes': { body: { value: [route] } },
      },
    });
    expect(resources.map(({ id }) => id)).toContain(`${zone}/A/shop`);
    expect(readPerimeter(snapshot).diagnosticSettings).toMatchObject([
      { scopeKey: firewall.toLowerCase(), hasDestination: true },
    ]);
    expect(JSON.parse(texts['live/hub-routes.json']!)).toEqual({ value: [{ hub, ...route }] });
  });

  it('subscriptions are found by name too, and what leads to one that was not named is said', async () => {
    const hub = idOf('virtualNetworks/hub', S2);
    const spoke = idOf('virtualNetworks/spoke');
    const { report, snapshot } = await read({
      wanted: ['shop'],
      rows: [
        row(spoke, {
          virtualNetworkPeerings: [
            { name: 'p', properties: { remoteVirtualNetwork: { id: hub } } },
          ],
        }),
      ],
    });
    expect(report.elsewhere).toEqual([{ subscription: S2, by: spoke }]);
    expect(snapshot.diagnostics).toMatchObject([{ code: 'live/elsewhere', severity: 'warning' }]);
    expect(snapshot.gaps.map(({ what }) => what)).toContain(`subscription ${S2}`);
  });
});

describe('what lies at the subscription', () => {
  it('groups that hold something read, roles given in it, policies in force in it', async () => {
    const scope = `/subscriptions/${S1}`;
    const role = `${scope}/providers/Microsoft.Authorization/roleAssignments/r1`;
    const above = '/providers/Microsoft.Management/managementGroups/mg';
    const assigned = `${above}/providers/Microsoft.Authorization/policyAssignments/p1`;
    const { resources } = await read({
      rows: [POLICY_ROW],
      paths: {
        '/roleAssignments': {
          body: {
            value: [{ id: role }, { id: '/providers/Microsoft.Authorization/roleAssignments/r0' }],
          },
        },
        '/policyAssignments': { body: { value: [{ id: assigned, properties: { scope: above } }] } },
        '/resourcegroups': {
          body: { value: [{ id: group() }, { id: `${scope}/resourceGroups/other` }] },
        },
      },
    });
    expect(resources.map(({ id }) => id).sort()).toEqual([assigned, group(), policy, role].sort());
  });
});

describe('what cannot be read is unknown, and said at its place', () => {
  it('rules of a policy: it keeps its settings, and its rules may be anything', async () => {
    const { snapshot, report } = await read({
      rows: [POLICY_ROW],
      paths: { 'fwp/ruleCollectionGroups': REFUSED },
    });
    expect(report.notRead).toEqual([
      {
        what: 'rule collection groups',
        of: policy,
        why: 'status 403: AuthorizationFailed: you may not',
      },
    ]);
    expect(snapshot.diagnostics).toMatchObject([
      {
        code: 'live/not-read',
        severity: 'error',
        message: expect.stringContaining(policy),
        at: { source: { file: 'live/azure-read.json' } },
      },
    ]);
    expect(snapshot.gaps).toHaveLength(1);
    const [read_] = [...readPerimeter(snapshot).firewallPolicies.values()];
    expect(read_!.groups).toHaveLength(1);
    expect(read_!.groups[0]!.collections).toMatchObject([{ kind: 'unknown' }]);
  });

  it('records of a zone: the zone counts as one that nobody has looked into', async () => {
    const zone = idOf('privateDnsZones/privatelink.azurecr.io');
    const { snapshot } = await read({
      rows: [row(zone, { numberOfRecordSets: 4 })],
      paths: { 'azurecr.io/A': REFUSED },
    });
    expect([...readPerimeter(snapshot).privateDnsZones.values()]).toMatchObject([
      { isReference: true },
    ]);
  });

  it('a subscription that is not visible, of which Resource Graph would answer an empty list', async () => {
    const { report } = await read({ wanted: [S1, 'lost'], rows: [POLICY_ROW] });
    expect(report.notRead).toEqual([
      {
        what: 'subscription',
        of: 'lost',
        why: 'it is not visible to the account that signed in',
      },
    ]);
  });

  it('no subscription at all is no reading', async () => {
    await expect(read({ wanted: ['lost'] })).rejects.toMatchObject({
      code: 'live/subscription',
      hint: expect.stringContaining(`Shop (${S1})`),
    });
  });

  it('a Resource Graph that refuses is no reading', async () => {
    await expect(read({ graph: () => REFUSED })).rejects.toMatchObject({
      code: 'live/refused',
      message: 'Resource Graph cannot be asked: status 403: AuthorizationFailed: you may not',
    });
  });

  it.each([
    ['a page that fails', { status: 500 }, 'status 500 (2 times)'],
    [
      'pages that lead in a circle',
      { body: { data: [POLICY_ROW], $skipToken: 't' } },
      'its pages lead in a circle',
    ],
    [
      'rows that it keeps',
      { body: { data: [row(idOf('ipGroups/b'), {})], resultTruncated: 'true' } },
      'it says that there are more rows, and not where',
    ],
    ['rows that are none', { body: { data: 'x' } }, 'it answered without rows'],
    ['a web page', { body: '<html></html>' }, 'it answered with a web page'],
  ])('%s of Resource Graph costs what comes after it', async (_, second, why) => {
    const { resources, report } = await read({
      graph: (_asked, page) =>
        page === 1 ? { body: { data: [POLICY_ROW], $skipToken: 't' } } : second,
    });
    expect(resources.map(({ id }) => id)).toContain(policy);
    expect(report.notRead).toEqual([
      { what: 'resources of Resource Graph', of: `/subscriptions/${S1}`, why },
    ]);
  });

  it.each([[null], [42], [{ id: 7 }], [{ id: '/subscriptions/s/nothing' }], [[]]])(
    'a row %j is no resource, and the others stay',
    async (strange) => {
      const { resources, report } = await read({ rows: [strange, POLICY_ROW] });
      expect(resources.map(({ id }) => id)).toEqual([policy]);
      expect(report.notRead).toMatchObject([{ what: 'a row of Resource Graph' }]);
    },
  );
});

describe('secrets', () => {
  it('that a service tells are in no file, nor is the token', async () => {
    const connection = idOf('connections/c');
    const { texts, manager } = await read({
      rows: [
        row(connection, {
          sharedKey: 'hush-1',
          routingWeight: 0,
          note: 'https://user:hush-2@host/',
          settings: [{ name: 'API_TOKEN', value: 'hush-3' }],
          egress: { connectionString: 'hush-4', enablePassword: true },
        }),
      ],
    });
    const all = Object.values(texts).join('\n');
    expect(all).not.toMatch(/hush-\d/);
    expect(all).not.toContain('a-token-nobody-may-see');
    expect(all).toContain('"enablePassword": true');
    expect(all).toContain('"routingWeight": 0');
    expect(
      manager.asked.some(({ authorization }) => authorization === 'Bearer a-token-nobody-may-see'),
    ).toBe(true);
  });
});

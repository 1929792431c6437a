// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the language has these too.
import { describe, expect, it } from 'vitest';
import { locate } from '../../../src/diagnostics/index.ts';
import type { ImportOptions } from '../../../src/importers/index.ts';
import { privateAddressOf } from '../../../src/values/index.ts';
import { bodyNamed, importBicep, problems } from './import-bicep.ts';

const SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;

async function idsOf(text: string, options: ImportOptions = {}): Promise<readonly string[]> {
  const snapshot = await importBicep(text, {}, options);
  return [...snapshot.resources.values()]
    .filter((resource) => resource.isReference !== true)
    .map(({ id }) => id.replace(GROUP, '').replace('/providers/', ''))
    .sort();
}

describe('resources', () => {
  it('a resource loop runs over an array, its index and its item are names in the body', async () => {
    const text = `
param names array = ['a', 'b']
resource s 'Microsoft.Network/routeTables@2024-05-01' = [for (n, i) in names: {
  name: 'rt-\${n}-\${i}'
  tags: { other: names[i] }
}]
`;
    const snapshot = await importBicep(text);
    expect([...snapshot.resources.values()].map(({ name }) => name)).toEqual(['rt-a-0', 'rt-b-1']);
    expect(bodyNamed(snapshot, 'rt-b-1')).toMatchObject({ tags: { other: 'b' } });
    expect([...snapshot.resources.values()][1]?.at.via).toEqual(['copy index 1']);
  });

  it('a loop over nothing makes nothing, one with a filter what passes it', async () => {
    const one = (over: string, condition: string) =>
      `resource s 'A.B/c@1' = [for x in ${over}: ${condition}{ name: 'n\${x}' }]\n`;
    expect(await idsOf(one('[]', ''))).toEqual([]);
    expect(await idsOf(one('range(1, 4)', 'if (x % 2 == 0) '))).toEqual(['A.B/c/n2', 'A.B/c/n4']);
  });

  it('a loop over something unknown makes one resource that may be there', async () => {
    const text = "param xs array\nresource s 'A.B/c@1' = [for x in xs: { name: 'n-${x}' }]\n";
    const snapshot = await importBicep(text);
    const [only, ...others] = [...snapshot.resources.values()];
    expect(others).toEqual([]);
    expect(only?.exists).toMatchObject({ kind: 'unknown', reason: 'missing-parameter' });
  });

  it.each([
    ['true', false, 1],
    ['false', false, 0],
    ['flag', true, 1],
  ])('a condition that is %s', async (condition, isOpen, count) => {
    const text = `param flag bool\nresource s 'A.B/c@1' = if (${condition}) {\n  name: 'x'\n}\n`;
    const snapshot = await importBicep(text);
    const all = [...snapshot.resources.values()];
    expect(all.length).toBe(count);
    expect(all.some(({ exists }) => exists !== undefined)).toBe(isOpen);
  });

  it('children by nesting, by `parent` and by their whole name are one thing', async () => {
    const ids = await idsOf(`
resource v 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'v'
  resource a 'subnets' = {
    name: 'a'
    resource deep 'grandchildren@2024-01-01' = { name: 'd' }
  }
}
resource b 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
  parent: v
  name: 'b'
}
resource c 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
  name: 'v/c'
}
`);
    const base = 'Microsoft.Network/virtualNetworks/v';
    expect(ids).toEqual(
      ['', '/subnets/a', '/subnets/a/grandchildren/d', '/subnets/b', '/subnets/c'].map(
        (rest) => base + rest,
      ),
    );
  });

  it('a nested resource is there only if its parent is, one with `parent` on its own terms', async () => {
    const ids = await idsOf(`
resource v 'A.B/c@1' = if (false) {
  name: 'v'
  resource a 'd' = { name: 'a' }
}
resource b 'A.B/c/d@1' = {
  parent: v
  name: 'b'
}
`);
    expect(ids).toEqual(['A.B/c/v/d/b']);
  });

  it('children of one round of a loop are named with it', async () => {
    const ids = await idsOf(`
resource v 'A.B/c@1' = [for i in range(0, 2): { name: 'v\${i}' }]
resource s 'A.B/c/d@1' = [for i in range(0, 2): {
  parent: v[1 - i]
  name: 's\${i}'
}]
resource t 'A.B/c/d@1' = {
  parent: v[0]
  name: s[1].name
}
`);
    expect(ids).toEqual(['A.B/c/v0', 'A.B/c/v0/d/s1', 'A.B/c/v1', 'A.B/c/v1/d/s0']);
  });

  it('ids, names and types are known before anything is deployed', async () => {
    const snapshot = await importBicep(`
resource v 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'v'
  resource s 'subnets' = { name: 's' }
}
resource loop 'A.B/c@1' = [for x in ['p', 'q']: { name: 'n-\${x}' }]
resource use 'A.B/use@1' = {
  name: 'use'
  properties: {
    id: v.id
    nested: v::s.id
    nestedName: v::s.name
    type: v.type
    version: v::s.apiVersion
    second: loop[1].id
    secondName: loop[1].name
    all: [for i in range(0, 2): loop[i].name]
  }
}
`);
    expect(bodyNamed(snapshot, 'use')['properties']).toEqual({
      id: `${GROUP}/providers/Microsoft.Network/virtualNetworks/v`,
      nested: `${GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s`,
      nestedname: 's',
      type: 'Microsoft.Network/virtualNetworks',
      version: '2024-05-01',
      second: `${GROUP}/providers/A.B/c/n-q`,
      secondname: 'n-q',
      all: ['n-p', 'n-q'],
    });
  });

  it('what the file writes is the value of a property, what only Azure knows carries its symbol', async () => {
    const snapshot = await importBicep(`
resource fw 'Microsoft.Network/azureFirewalls@2024-05-01' = {
  name: 'fw'
  location: 'westeurope'
  properties: {
    threatIntelMode: 'Deny'
    ipConfigurations: [{ name: 'c' }]
  }
}
resource use 'A.B/use@1' = {
  name: 'use'
  location: fw.location
  properties: {
    mode: fw.properties.threatIntelMode
    hop: fw.properties.ipConfigurations[0].properties.privateIPAddress
    state: fw.properties.provisioningState
  }
}
`);
    const key = `${GROUP}/providers/Microsoft.Network/azureFirewalls/fw`.toLowerCase();
    expect(bodyNamed(snapshot, 'use')).toMatchObject({
      location: 'westeurope',
      properties: {
        mode: 'Deny',
        hop: { $unknown: 'run-time', symbol: privateAddressOf(key) },
        state: { $unknown: 'run-time', symbol: `attribute:${key}:provisioningstate` },
      },
    });
  });

  it('an existing resource is a reference, wherever it stands', async () => {
    const snapshot = await importBicep(`
resource v 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {
  name: 'v'
  scope: resourceGroup('11111111-1111-1111-1111-111111111111', 'hub')
  resource s 'subnets' existing = { name: 's' }
}
resource use 'A.B/use@1' = {
  name: 'use'
  properties: { subnet: v::s.id, prefix: v.properties.addressSpace.addressPrefixes[0] }
}
`);
    const id =
      '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/v';
    const references = [...snapshot.resources.values()].filter((each) => each.isReference === true);
    expect(references.map((each) => each.id)).toEqual([id, `${id}/subnets/s`]);
    expect(bodyNamed(snapshot, 'use')['properties']).toMatchObject({
      subnet: `${id}/subnets/s`,
      prefix: { $unknown: 'run-time' },
    });
  });

  it.each([
    ['resourceGroup()', `${GROUP}/providers/A.B/c/x`],
    [
      "resourceGroup('other')",
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/other/providers/A.B/c/x`,
    ],
    ['subscription()', `/subscriptions/${SUBSCRIPTION}/providers/A.B/c/x`],
    ["subscription('s1')", '/subscriptions/s1/providers/A.B/c/x'],
    [
      "managementGroup('mg1')",
      '/providers/Microsoft.Management/managementGroups/mg1/providers/A.B/c/x',
    ],
    ['tenant()', '/providers/A.B/c/x'],
    ['v', `${GROUP}/providers/A.B/c/v/providers/A.B/c/x`],
    ['loop[1]', `${GROUP}/providers/A.B/c/l1/providers/A.B/c/x`],
    [
      "true ? resourceGroup('one') : resourceGroup('two')",
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/one/providers/A.B/c/x`,
    ],
  ])('scope: %s', async (scope, id) => {
    const text = `
resource v 'A.B/c@1' = { name: 'v' }
resource loop 'A.B/c@1' = [for i in range(0, 2): { name: 'l\${i}' }]
resource x 'A.B/c@1' = {
  scope: ${scope}
  name: 'x'
}
`;
    const snapshot = await importBicep(text);
    expect([...snapshot.resources.values()].map((each) => each.id)).toContain(id);
  });

  it('a scope that exists is found wherever it and its parent stand in the file', async () => {
    const parts = [
      "resource lock 'Microsoft.Authorization/locks@2020-05-01' = { name: 'keep', scope: subnet }\n",
      "resource subnet 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' existing = { parent: vnet, name: 'n' }\n",
      "resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' existing = { name: 'v' }\n",
    ];
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    for (const order of orders) {
      const { resources, diagnostics } = await importBicep(
        order.map((index) => parts[index]).join(''),
      );
      expect(diagnostics, order.join()).toEqual([]);
      expect([...resources.values()].map(({ id }) => id)).toContain(
        `${GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/n/providers/Microsoft.Authorization/locks/keep`,
      );
    }
  });

  it('a file for a subscription makes groups, and puts modules into them', async () => {
    const snapshot = await importBicep(
      `targetScope = 'subscription'
resource rg 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-hub'
  location: 'westeurope'
}
module hub 'hub.bicep' = {
  scope: rg
}
`,
      {
        'hub.bicep':
          "resource x 'A.B/c@1' = {\n  name: 'x'\n  location: resourceGroup().location\n}\n",
      },
    );
    const x = [...snapshot.resources.values()].find(({ name }) => name === 'x');
    expect(x?.id).toBe(`/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-hub/providers/A.B/c/x`);
    expect(x?.location).toBe('westeurope');
  });

  it('values stand where they are written, not where they are used', async () => {
    const snapshot = await importBicep(`param prefix string = '10.0.0.0/8'
resource v 'A.B/c@1' = {
  name: 'v'
  properties: {
    direct: '10.1.0.0/16'
    chosen: true ? '10.2.0.0/16' : ''
    list: [for x in ['a']: {
      name: x
    }]
    given: prefix
  }
}
`);
    const body = [...snapshot.resources.values()][0]!.body;
    const properties = body.members.get('properties')?.value;
    if (properties?.kind !== 'object') throw new Error('properties are there');
    const lineOf = (name: string) => {
      const { line, column } = locate(properties.members.get(name)!.value.at);
      return `${line}:${column}`;
    };
    expect(lineOf('direct')).toBe('5:13');
    expect(lineOf('chosen')).toBe('6:20');
    expect(lineOf('given')).toBe('1:23');
    const list = properties.members.get('list')?.value;
    const item = list?.kind === 'array' ? list.items[0] : undefined;
    expect(item === undefined ? undefined : locate(item.at)).toMatchObject({
      line: 7,
      column: 28,
      via: ['copy index 0'],
    });
  });

  it('what an extension deploys is a gap, not a resource', async () => {
    const snapshot = await importBicep(
      "extension kubernetes with { kubeConfig: '' } as k8s\nresource s 'core/Service@v1' = {\n  metadata: { name: 's' }\n}\n",
    );
    expect(snapshot.resources.size).toBe(0);
    expect(snapshot.gaps.map(({ what }) => what)).toEqual(['core/Service']);
  });

  it('a spread at the top of a resource is refused at its place, and is a gap', async () => {
    const snapshot = await importBicep(
      "var common = { location: 'x' }\nresource s 'A.B/c@1' = {\n  ...common\n  name: 's'\n}\n",
    );
    expect(problems(snapshot.diagnostics)).toEqual(['main.bicep:3:6 bicep/not-understood']);
    expect(snapshot.gaps).toHaveLength(1);
  });
});

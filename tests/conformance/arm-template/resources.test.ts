import { describe, expect, it } from 'vitest';
import { locate } from '../../../src/diagnostics/index.ts';
import { path } from '../../../src/values/index.ts';
import {
  bodyJson,
  codesOf,
  holderOf,
  importJson,
  located,
  parsed,
  resourceNamed,
  templateOf,
} from './import-text.ts';

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg';
const NETWORK = `${GROUP}/providers/Microsoft.Network`;
const vnet = (parts: object) => ({
  type: 'Microsoft.Network/virtualNetworks',
  apiVersion: '2024-05-01',
  name: 'v',
  ...parts,
});
const properties = (part: ReturnType<typeof importJson>, name: string) =>
  (bodyJson(resourceNamed(part, name)) as { properties: unknown }).properties;

describe('loops', () => {
  it('a resource loop makes one resource for each index, and says which in the place', () => {
    const part = importJson(
      templateOf({
        parameters: { names: { type: 'array', defaultValue: ['a', 'b', 'c'] } },
        resources: [
          vnet({
            name: "[concat('vnet-', parameters('names')[copyIndex()])]",
            copy: { name: 'vnets', count: "[length(parameters('names'))]" },
            properties: {
              first: '[copyIndex(1)]',
              named: "[copyIndex('vnets', 10)]",
              literal: 'x',
            },
          }),
        ],
      }),
    );
    expect(part.resources.map((each) => each.name)).toEqual(['vnet-a', 'vnet-b', 'vnet-c']);
    expect(properties(part, 'vnet-c')).toEqual({ first: 3, named: 12, literal: 'x' });
    const literal = path(resourceNamed(part, 'vnet-b').body, 'properties', 'literal')!;
    expect(locate(literal.at).via).toEqual(['copy index 1']);
  });

  it('ARM-04: a count of zero makes nothing, and more than 800 is an error', () => {
    const loop = (count: unknown) =>
      importJson(
        templateOf({
          resources: [vnet({ name: "[concat('v', copyIndex())]", copy: { name: 'l', count } })],
        }),
      );
    expect(loop(0)).toMatchObject({ resources: [], diagnostics: [] });
    expect(loop('2').resources).toHaveLength(2); // a number as text
    const large = loop(801);
    expect(large.resources).toHaveLength(800);
    expect(codesOf(large)).toEqual(['arm/copy-limit']);
    expect(codesOf(loop(-1))).toContain('arm/copy-limit');
  });

  it('property loops nest, count zero gives an empty array', () => {
    const part = importJson(
      templateOf({
        resources: [
          holderOf({
            copy: [
              {
                name: 'subnets',
                count: 2,
                input: {
                  name: "[concat('s', copyIndex('subnets'))]",
                  copy: [
                    {
                      name: 'rules',
                      count: 2,
                      input: "[add(mul(copyIndex('subnets'), 10), copyIndex('rules'))]",
                    },
                  ],
                },
              },
              { name: 'none', count: 0, input: 'x' },
            ],
            kept: true,
          }),
        ],
      }),
    );
    expect(properties(part, 'holder')).toEqual({
      subnets: [
        { name: 's0', rules: [0, 1] },
        { name: 's1', rules: [10, 11] },
      ],
      none: [],
      kept: true,
    });
  });

  it('an unnamed copyIndex in a property loop means the resource loop', () => {
    const part = importJson(
      templateOf({
        resources: [
          {
            ...holderOf({
              copy: [{ name: 'p', count: 2, input: "[concat(copyIndex(), '.', copyIndex('p'))]" }],
            }),
            name: "[concat('h', copyIndex())]",
            copy: { name: 'r', count: 2 },
          },
        ],
      }),
    );
    expect(properties(part, 'h1')).toEqual({ p: ['1.0', '1.1'] });
  });

  it('variables and outputs loop', () => {
    const module = {
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2021-04-01',
      name: 'm',
      properties: {
        expressionEvaluationOptions: { scope: 'inner' },
        template: templateOf({
          outputs: {
            ids: { type: 'array', copy: { count: 2, input: "[concat('id', copyIndex())]" } },
          },
        }),
      },
    };
    const part = importJson(
      templateOf({
        variables: {
          copy: [{ name: 'list', count: 2, input: { n: "[copyIndex('list')]" } }],
          object: { copy: [{ name: 'inner', count: 2, input: "[copyIndex('inner', 5)]" }] },
        },
        resources: [
          module,
          holderOf({
            a: "[variables('list')]",
            b: "[variables('object')]",
            c: "[reference('m').outputs.ids.value]",
          }),
        ],
      }),
    );
    expect(properties(part, 'holder')).toEqual({
      a: [{ n: 0 }, { n: 1 }],
      b: { inner: [5, 6] },
      c: ['id0', 'id1'],
    });
  });

  it('an unknown count keeps one resource that may stand for none or many', () => {
    const part = importJson(
      templateOf({
        parameters: { count: { type: 'int' } },
        resources: [
          vnet({
            name: "[concat('v', copyIndex())]",
            copy: { name: 'l', count: "[parameters('count')]" },
          }),
        ],
      }),
    );
    expect(part.resources).toHaveLength(1);
    expect(part.resources[0]?.exists).toMatchObject({
      reason: 'missing-parameter',
      missing: expect.stringContaining('a value for parameter count'),
    });
  });

  it('a property loop with an unknown count is unknown as a whole, not one item', () => {
    const part = importJson(
      templateOf({
        parameters: { count: { type: 'int' } },
        resources: [
          holderOf({ copy: [{ name: 'rules', count: "[parameters('count')]", input: 'x' }] }),
        ],
      }),
    );
    expect(properties(part, 'holder')).toMatchObject({
      rules: { $unknown: "parameters('count')" },
    });
  });
});

describe('conditions', () => {
  const conditional = (condition: unknown, type: string, value?: unknown) =>
    importJson(
      templateOf({
        parameters: { on: { type, ...(value === undefined ? {} : { defaultValue: value }) } },
        resources: [vnet({ condition })],
      }),
    );

  it('ARM-06: true keeps the resource, false drops it', () => {
    expect(conditional("[parameters('on')]", 'bool', true).resources).toMatchObject([
      { name: 'v' },
    ]);
    expect(conditional("[parameters('on')]", 'bool', true).resources[0]).not.toHaveProperty(
      'exists',
    );
    expect(conditional("[parameters('on')]", 'bool', false).resources).toEqual([]);
    expect(conditional("[equals(parameters('on'), 'no')]", 'string', 'yes').resources).toEqual([]);
    expect(conditional('true', 'bool', false).resources).toHaveLength(1);
  });

  it('an unknown condition keeps the resource and says what decides', () => {
    const { resources } = conditional("[parameters('on')]", 'bool');
    expect(resources[0]?.exists).toMatchObject({
      kind: 'unknown',
      text: "parameters('on')",
      missing: 'a value for parameter on',
    });
  });

  it('a condition that is no truth value is unknown, not true', () => {
    const part = conditional('[createArray()]', 'bool', true);
    expect(part.resources[0]?.exists).toMatchObject({ reason: 'malformed' });
    expect(codesOf(part)).toContain('arm/evaluation-failed');
  });

  it('ARM-06: the condition of a parent does not cascade to its children', () => {
    const part = importJson(
      templateOf({
        resources: [vnet({ condition: false, resources: [{ type: 'subnets', name: 's' }] })],
      }),
    );
    expect(part.resources.map((each) => each.key)).toEqual([
      `${NETWORK}/virtualNetworks/v/subnets/s`.toLowerCase(),
    ]);
  });

  it('the condition of a deployment holds for all it deploys', () => {
    const nested = (condition: unknown) =>
      importJson(
        templateOf({
          parameters: { on: { type: 'bool' } },
          resources: [
            {
              type: 'Microsoft.Resources/deployments',
              name: 'm',
              condition,
              properties: { template: templateOf({ resources: [vnet({})] }) },
            },
          ],
        }),
      );
    expect(nested(false).resources).toEqual([]);
    expect(nested("[parameters('on')]").resources[0]?.exists).toMatchObject({
      missing: 'a value for parameter on',
    });
  });
});

describe('identity', () => {
  it('children written inside, in short or in full, and separately are the same resources', () => {
    const child = { apiVersion: '2024-05-01', properties: { addressPrefix: '10.0.0.0/24' } };
    const forms = [
      [vnet({ resources: [{ ...child, type: 'subnets', name: 's' }] })],
      [
        vnet({
          resources: [{ ...child, type: 'Microsoft.Network/virtualNetworks/subnets', name: 'v/s' }],
        }),
      ],
      [vnet({}), { ...child, type: 'Microsoft.Network/virtualNetworks/subnets', name: 'v/s' }],
      [
        vnet({}),
        {
          ...child,
          type: 'microsoft.network/VIRTUALNETWORKS/Subnets',
          name: "[format('{0}/{1}', 'v', 's')]",
        },
      ],
    ];
    const views = forms.map((resources) =>
      importJson(templateOf({ resources })).resources.map(({ key, type, name, body }) => ({
        key,
        type,
        name,
        properties: path(body, 'properties') && bodyJson({ body } as never),
      })),
    );
    for (const view of views) {
      expect(view.map(({ key, type, name }) => ({ key, type, name }))).toEqual([
        {
          key: `${NETWORK}/virtualNetworks/v`.toLowerCase(),
          type: 'microsoft.network/virtualnetworks',
          name: 'v',
        },
        {
          key: `${NETWORK}/virtualNetworks/v/subnets/s`.toLowerCase(),
          type: 'microsoft.network/virtualnetworks/subnets',
          name: 's',
        },
      ]);
      expect(view[1]?.properties).toMatchObject({
        name: 's',
        properties: { addressPrefix: '10.0.0.0/24' },
      });
    }
  });

  it('children inside properties stay where they are', () => {
    const part = importJson(
      templateOf({ resources: [vnet({ properties: { subnets: [{ name: 's' }] } })] }),
    );
    expect(part.resources).toHaveLength(1);
    expect(properties(part, 'v')).toEqual({ subnets: [{ name: 's' }] });
  });

  it('ARM-12: both forms of an extension resource give one id', () => {
    const expected = `${NETWORK}/azureFirewalls/fw/providers/Microsoft.Insights/diagnosticSettings/d`;
    for (const resource of [
      {
        type: 'Microsoft.Insights/diagnosticSettings',
        name: 'd',
        scope: "[resourceId('Microsoft.Network/azureFirewalls', 'fw')]",
      },
      {
        type: 'Microsoft.Insights/diagnosticSettings',
        name: 'd',
        scope: 'Microsoft.Network/azureFirewalls/fw',
      },
      {
        type: 'Microsoft.Network/azureFirewalls/providers/diagnosticSettings',
        name: 'fw/Microsoft.Insights/d',
      },
    ]) {
      const [only] = importJson(templateOf({ resources: [resource] })).resources;
      expect(only).toMatchObject({
        id: expected,
        type: 'microsoft.insights/diagnosticsettings',
        name: 'd',
        resourceGroup: 'rg',
      });
    }
  });

  it('a name with the wrong number of segments is located, and the resource is kept', () => {
    const text = JSON.stringify(
      templateOf({
        resources: [
          vnet({ name: 'a/b' }),
          { type: 'Microsoft.Network/virtualNetworks/subnets', name: 's' },
        ],
      }),
      null,
      1,
    );
    const part = importJson(text);
    expect(part.resources).toHaveLength(2);
    const lines = text.split('\n');
    expect(located(part.diagnostics)).toEqual([
      `arm/segment-count ${lines.findIndex((line) => line.includes('a/b')) + 1}:12`,
      `arm/segment-count ${lines.findIndex((line) => line.includes('"s"')) + 1}:12`,
    ]);
  });

  it('a resource without a known name is there under its expression, and references find it', () => {
    const part = importJson(
      templateOf({
        parameters: { name: { type: 'string' } },
        resources: [
          { type: 'Microsoft.Network/routeTables', name: "[concat(parameters('name'), '-rt')]" },
          vnet({
            properties: {
              subnets: [
                {
                  name: 's',
                  properties: {
                    routeTable: {
                      id: "[resourceId('Microsoft.Network/routeTables', format('{0}-rt', parameters('name')))]",
                    },
                  },
                },
              ],
            },
          }),
        ],
      }),
    );
    const table = part.resources.find((each) => each.type === 'microsoft.network/routetables')!;
    expect(table.name).toBe("«parameters('name') of main.json»-rt");
    expect(JSON.stringify(properties(part, 'v'))).toContain(table.id);
    expect(codesOf(part)).toEqual(['arm/parameter-missing', 'arm/name-unknown']);
  });

  it('generated names are no matter for a diagnostic', () => {
    const part = importJson(
      templateOf({
        resources: [vnet({ name: "[concat('v', uniqueString(resourceGroup().id))]" })],
      }),
    );
    expect(part.diagnostics).toEqual([]);
    expect(part.resources[0]?.name).toMatch(/^v«uniqueString:[0-9a-f]{8}»$/);
  });

  it('ARM-01: the case of types, properties and functions changes nothing', () => {
    const template = (change: (text: string) => string) =>
      change(
        JSON.stringify(
          templateOf({
            variables: { n: 'v' },
            resources: [
              vnet({
                name: "[concat(variables('n'), 'x')]",
                properties: { addressSpace: "[createObject('a', variables('n'))]" },
              }),
            ],
          }),
        ),
      );
    const plain = importJson(template((text) => text)).resources[0]!;
    const shouted = importJson(
      template((text) =>
        text
          .replace('"type"', '"TYPE"')
          .replace('"properties"', '"Properties"')
          .replaceAll('concat(variables', 'CONCAT(Variables')
          .replace('"resources"', '"Resources"')
          .replace('"name"', '"NAME"'),
      ),
    ).resources[0]!;
    expect(shouted.key).toBe(plain.key);
    expect(path(shouted.body, 'properties', 'addressspace', 'A')).toMatchObject({ value: 'v' });
  });

  it('what is said to the deployment engine is not in the body', () => {
    const [only] = importJson(
      templateOf({
        resources: [
          vnet({
            comments: 'c',
            metadata: {},
            dependsOn: ['x'],
            condition: true,
            copy: { name: 'l', count: 1 },
            location: 'westeurope',
            sku: { name: 's' },
            tags: { a: 'b' },
            properties: {},
          }),
        ],
      }),
    ).resources;
    expect(bodyJson(only!)).toEqual({
      type: 'Microsoft.Network/virtualNetworks',
      name: 'v',
      location: 'westeurope',
      sku: { name: 's' },
      tags: { a: 'b' },
      properties: {},
    });
    expect(only).toMatchObject({ location: 'westeurope', apiVersion: '2024-05-01' });
  });

  it('symbolic names make an object of resources; existing ones are references', () => {
    const part = importJson(
      templateOf({
        languageVersion: '2.0',
        resources: {
          hub: {
            existing: true,
            type: 'Microsoft.Network/virtualNetworks',
            name: 'hub',
            resourceGroup: 'rg-hub',
            subscriptionId: 's1',
          },
          spoke: vnet({ name: 'spoke', properties: { remote: "[resourceInfo('hub').id]" } }),
        },
      }),
    );
    expect(resourceNamed(part, 'hub')).toMatchObject({
      isReference: true,
      subscriptionId: 's1',
      resourceGroup: 'rg-hub',
    });
    expect(properties(part, 'spoke')).toEqual({
      remote:
        '/subscriptions/s1/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/hub',
    });
  });

  it('the schema says at which scope a template lands', () => {
    const at = (schema: string, resource: object) =>
      importJson(
        {
          ...templateOf({ resources: [resource] }),
          $schema: `https://schema.management.azure.com/schemas/2018-05-01/${schema}#`,
        },
        { subscriptionId: 's' },
      ).resources[0]?.id;
    const group = { type: 'Microsoft.Resources/resourceGroups', name: 'g', location: 'x' };
    const assignment = { type: 'Microsoft.Authorization/policyAssignments', name: 'p' };
    expect(at('subscriptionDeploymentTemplate.json', group)).toBe(
      '/subscriptions/s/resourceGroups/g',
    );
    expect(at('subscriptionDeploymentTemplate.json', assignment)).toBe(
      '/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/p',
    );
    expect(at('tenantDeploymentTemplate.json', assignment)).toBe(
      '/providers/Microsoft.Authorization/policyAssignments/p',
    );
    expect(at('managementGroupDeploymentTemplate.json', assignment)).toBe(
      '/providers/Microsoft.Management/managementGroups/mg/providers/Microsoft.Authorization/policyAssignments/p',
    );
  });

  it('what is no resource is reported and becomes a gap; the others are read', () => {
    const part = importJson(
      templateOf({
        resources: [
          '[nothing]',
          { name: 'x' },
          { type: 'A.B/c' },
          { import: 'kubernetes', type: 'core/Service@v1' },
          vnet({}),
        ],
      }),
    );
    expect(part.resources.map((each) => each.name)).toEqual(['v']);
    expect(codesOf(part)).toEqual([
      'arm/malformed-resource',
      'arm/malformed-resource',
      'arm/malformed-resource',
    ]);
    expect(part.gaps).toHaveLength(4);
  });
});

describe('parameters', () => {
  const template = templateOf({
    parameters: {
      given: { type: 'string', defaultValue: 'default' },
      chained: { type: 'string', defaultValue: "[concat(parameters('given'), '-x')]" },
      optional: { type: 'string', nullable: true },
      secret: { type: 'secureObject' },
      vaulted: { type: 'string' },
      missing: { type: 'int', metadata: { description: 'd' } },
      sku: { type: 'string', allowedValues: ['a', 'b'], defaultValue: 'a' },
    },
    resources: [
      holderOf({
        given: "[parameters('given')]",
        chained: "[parameters('chained')]",
        optional: "[parameters('optional')]",
        secret: "[parameters('secret').key]",
        vaulted: "[parameters('vaulted')]",
        missing: "[parameters('missing')]",
        sku: "[parameters('sku')]",
      }),
    ],
  });
  const file = (entries: object, name: string) =>
    parsed(
      {
        $schema:
          'https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#',
        parameters: entries,
      },
      name,
    );

  it('a later parameter file wins, values are literal, Key Vault references are secrets', () => {
    const part = importJson(template, {
      parameters: [
        file({ given: { value: 'first' }, SKU: { value: 'c' } }, 'one.json'),
        file(
          {
            Given: { value: "[concat('not', 'evaluated')]" },
            vaulted: { reference: { keyVault: { id: '/x' }, secretName: 's' } },
          },
          'two.json',
        ),
      ],
    });
    expect(properties(part, 'holder')).toMatchObject({
      given: "[concat('not', 'evaluated')]",
      chained: "[concat('not', 'evaluated')]-x",
      optional: null,
      secret: { $unknown: "parameters('secret').key" },
      vaulted: { missing: 'the secret in parameter vaulted' },
      missing: { $unknown: "parameters('missing')", missing: 'a value for parameter missing' },
      sku: 'c',
    });
    expect(codesOf(part)).toEqual(['arm/parameter-missing', 'arm/parameter-not-allowed']);
  });

  it('a missing parameter is one warning that says how to give it', () => {
    const part = importJson(template);
    const missing = part.diagnostics.filter((each) => each.code === 'arm/parameter-missing');
    expect(missing.map((each) => each.message.split('`')[1])).toEqual(['vaulted', 'missing']);
    expect(missing[1]).toMatchObject({
      severity: 'warning',
      hint: 'pass --parameters FILE or --param missing=value',
    });
  });

  it('a value keeps the place where its literal stands, and the way from there', () => {
    const part = importJson(template, { parameters: [file({ given: { value: 'x' } }, 'p.json')] });
    const given = path(resourceNamed(part, 'holder').body, 'properties', 'given')!;
    expect(locate(given.at)).toMatchObject({ file: 'p.json', via: ['parameter given'] });
    const sku = path(resourceNamed(part, 'holder').body, 'properties', 'sku')!;
    expect(locate(sku.at)).toMatchObject({ file: 'main.json', via: ['parameter sku'] });
  });

  it('parameters that default to each other are a cycle, reported and unknown', () => {
    const part = importJson(
      templateOf({
        parameters: {
          a: { type: 'string', defaultValue: "[parameters('b')]" },
          b: { type: 'string', defaultValue: "[concat(parameters('a'), 'x')]" },
        },
        resources: [holderOf({ a: "[parameters('a')]" })],
      }),
    );
    expect(codesOf(part)).toEqual(['arm/cycle']);
    expect(properties(part, 'holder')).toMatchObject({
      a: { $unknown: expect.stringContaining('parameters') },
    });
  });

  it('escaped brackets are literals, keys may be expressions', () => {
    const part = importJson(
      templateOf({
        variables: { k: 'key' },
        resources: [holderOf({ a: '[[literal]', "[variables('k')]": 1 })],
      }),
    );
    expect(properties(part, 'holder')).toEqual({ a: '[literal]', key: 1 });
  });
});

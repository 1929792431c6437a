import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROVIDERS } from '../../../src/rehearse/providers/index.ts';
import { createClient, errorOf, GROUP } from './endpoint-client.ts';
import { deploy, deploymentPath, held, template, validate } from './template.ts';

/** Whatever is sent, the answer is ARM-shaped, in time, and nothing of what was refused is kept. */

const table = (name: string, more: object = {}) => ({
  type: 'Microsoft.Network/routeTables',
  apiVersion: '2024-05-01',
  name,
  location: 'eastus',
  ...more,
});

describe('bodies that are no deployments', () => {
  const whole = JSON.stringify({
    properties: { mode: 'Incremental', template: template({ resources: [table('t')] }) },
  });
  it.each([
    ['nothing', ''],
    ['a list', '[]'],
    ['text', 'hello'],
    ['cut short', whole.slice(0, whole.length - 20)],
    ['no template', '{"properties":{"mode":"Incremental"}}'],
    [
      'a template elsewhere',
      '{"properties":{"templateLink":{"uri":"https://example.com/t.json"}}}',
    ],
    ['another mode', whole.replace('Incremental', 'Sideways')],
    ['a template that is text', '{"properties":{"template":"x"}}'],
    ['brackets without end', `{"properties":{"template":${'{"a":['.repeat(5000)}`],
    ['a key only', '{"properties": {template'],
    ['an open comment', '{"properties": /* '],
  ])('%s', (_, text) => {
    const client = createClient();
    const before = held(client);
    const put = errorOf(client.put(deploymentPath(), text));
    expect(put.status).toBeGreaterThanOrEqual(400);
    expect(put.status).toBeLessThan(500);
    expect(put.code).toMatch(/^[A-Z]\w+$/);
    // Arm-endpoint 7: with a 400 the CLI crashes.
    expect(client.send('POST', `${deploymentPath()}/validate`, text)).toMatchObject({
      status: 200,
      body: { error: { code: put.code } },
    });
    expect(held(client)).toBe(before);
  });
});

describe('templates that ask for too much', () => {
  it.each<readonly [string, object]>([
    [
      'a loop of a million',
      template({ resources: [table('t', { copy: { name: 'c', count: 1e6 } })] }),
    ],
    [
      'a text that doubles',
      template({
        variables: Object.fromEntries(
          Array.from({ length: 60 }, (_, index) => [
            `v${index}`,
            index === 0 ? 'ab' : `[concat(variables('v${index - 1}'), variables('v${index - 1}'))]`,
          ]),
        ),
        resources: [table("[variables('v59')]")],
      }),
    ],
    [
      'resources that ask for each other',
      template({
        resources: [
          table('a', { tags: { x: "[reference('b').provisioningState]" } }),
          table('b', { tags: { x: "[reference('a').provisioningState]" } }),
        ],
      }),
    ],
    ['a resource without a type', template({ resources: [{ name: 'x' }] })],
    ['a resource that is text', template({ resources: ['x'] })],
    ['a resource whose name is a path', template({ resources: [table('../../x')] })],
    ['resources that are a number', template({ resources: 7 as never })],
    [
      'an expression that is none',
      template({ resources: [table('t', { tags: { x: '[concat(]' } })] }),
    ],
  ])('%s', (_, written) => {
    const client = createClient();
    const before = held(client);
    expect(validate(client, written)).toMatchObject({
      status: 200,
      body: { error: { code: expect.stringMatching(/^[A-Z]\w+$/) } },
    });
    expect(held(client)).toBe(before);
  });

  it('a chain of 800 resources is carried out from its end', () => {
    const client = createClient();
    const resources = Array.from({ length: 800 }, (_, index) =>
      table(`t${index}`, index === 799 ? {} : { dependsOn: [`t${index + 1}`] }),
    );
    const done = deploy(client, template({ resources }));
    expect(done.body['properties']).toMatchObject({ provisioningState: 'Succeeded' });
  });

  it('a member named __proto__ stays a member', () => {
    const client = createClient();
    const written = JSON.stringify(template({ resources: [table('t', { tags: { PROTO: 'x' } })] }));
    const done = client.put(
      deploymentPath(),
      `{"properties":{"template":${written.replace('PROTO', '__proto__')}}}`,
    );
    expect(done.body['properties']).toMatchObject({ provisioningState: 'Succeeded' });
    const { body } = client.get(`${GROUP}/providers/Microsoft.Network/routeTables/t`);
    expect(Object.keys(body['tags'] ?? {})).toEqual(['__proto__']);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
});

describe('bodies of any shape', () => {
  const NAMES = [
    'properties',
    'subnets',
    'ipConfigurations',
    'networkProfile',
    'agentPoolProfiles',
    'addressSpace',
    'addressPrefixes',
    'securityRules',
    'sku',
    'identity',
    'rules',
    'id',
    'name',
    'priority',
    'userAssignedIdentities',
    'serviceCidr',
    'routeTable',
    'subnet',
    'ruleCollections',
    'addonProfiles',
    'dnsServiceIP',
    'publicIPAddress',
  ];
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(
        null,
        true,
        0,
        -1,
        1e308,
        '',
        '10.0.0.0/8',
        '10.0.0.1/8',
        'x',
        '/a/b',
        '__proto__',
      ),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...NAMES), tie('json'), { maxKeys: 5 }),
    ),
  }));
  const types = PROVIDERS.map(({ type }) => type).filter((type) => type.split('/').length === 2);

  it('every provider answers every body, and its own answer again', () => {
    const client = createClient();
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.dictionary(fc.constantFrom(...NAMES), json),
        (type, properties) => {
          const path = `${GROUP}/providers/${type}/x`;
          const answer = client.put(path, { location: 'eastus', ...properties, properties });
          expect(answer.status).toBeLessThan(500);
          if (answer.status >= 300) return;
          // Read, modify, write is the norm (arm-endpoint 2.3): what was told is taken, and told again.
          const told = client.get(path).body;
          const again = client.put(path, told);
          expect(again.status, JSON.stringify(again.body)).toBe(200);
          const strip = (value: unknown) =>
            JSON.stringify(value, (name, inner) => (name === 'etag' ? undefined : inner));
          expect(strip(client.get(path).body)).toBe(strip(told));
          client.remove(path);
        },
      ),
      { numRuns: 150, seed: 20261121 },
    );
  });
});

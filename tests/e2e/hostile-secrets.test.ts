import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { watched } from './bad-input-run.ts';
import { sallyport } from './run-sallyport.ts';

/**
 * Passwords, keys and connection strings wherever people leave them. Each holds `hush-` and where it stands; none may
 * be in anything that is printed, as itself or in base64.
 */
const folder = temporaryFolder();
const secret = (where: string) => `hush-${where}-value`;
const encoded = (where: string) => Buffer.from(secret(where)).toString('base64');

const SCHEMA = 'https://schema.management.azure.com/schemas/2019-04-01';
const RESOURCES = [
  {
    type: 'Microsoft.Network/ipGroups',
    apiVersion: '2023-09-01',
    name: "[concat('g-', parameters('given'))]",
    properties: { ipAddresses: ["[parameters('default')]", "[parameters('given')]"] },
  },
  {
    type: 'Microsoft.Storage/storageAccounts',
    apiVersion: '2023-01-01',
    name: 'store',
    properties: { note: "[variables('connection')]", key: "[base64(parameters('given'))]" },
  },
  {
    type: 'Microsoft.Web/sites',
    apiVersion: '2023-01-01',
    name: 'web',
    properties: {
      siteConfig: {
        appSettings: [
          {
            name: 'A',
            value:
              "[concat('AccountKey=', listKeys(resourceId('Microsoft.Storage/storageAccounts', 'store'), '2023-01-01').keys[0].value)]",
          },
          { name: 'B', value: `DefaultEndpointsProtocol=https;AccountKey=${encoded('account')}` },
          { name: 'C', value: `Server=tcp:db;User ID=a;Password=${secret('sql')};` },
          { name: 'REDIS_PASSWORD', value: secret('setting') },
          { name: 'D', value: `amqp://user:${secret('url')}@queue:5672` },
          {
            name: 'E',
            value: `[concat('Server=', parameters('given'), ';Pwd=${secret('mixed')}')]`,
          },
        ],
        connectionStrings: [{ name: 'db', connectionString: `Server=x;Pwd=${secret('string')}` }],
      },
    },
  },
  {
    type: 'Microsoft.ContainerService/managedClusters',
    apiVersion: '2023-09-01',
    name: 'aks',
    properties: {
      servicePrincipalProfile: { clientId: 'x', secret: secret('principal') },
      windowsProfile: { adminUsername: 'a', adminPassword: "[parameters('default')]" },
      agentPoolProfiles: [{ name: "[parameters('given')]", mode: 'System' }],
    },
  },
  {
    type: 'Microsoft.Network/vpnGateways',
    apiVersion: '2023-09-01',
    name: "[concat('v', reference('inner').outputs.said.value)]",
    properties: { sharedKey: secret('shared') },
  },
  {
    type: 'Microsoft.KeyVault/vaults/secrets',
    apiVersion: '2023-02-01',
    name: 'vault/one',
    properties: { value: secret('vault') },
  },
  {
    type: 'Microsoft.Resources/deployments',
    apiVersion: '2022-09-01',
    name: 'inner',
    properties: {
      mode: 'Incremental',
      expressionEvaluationOptions: { scope: 'inner' },
      parameters: {
        passed: { value: "[parameters('given')]" },
        literal: { value: secret('literal') },
      },
      template: {
        $schema: `${SCHEMA}/deploymentTemplate.json#`,
        contentVersion: '1.0.0.0',
        parameters: { passed: { type: 'string' }, literal: { type: 'securestring' } },
        resources: [
          {
            type: 'Microsoft.Network/ipGroups',
            apiVersion: '2023-09-01',
            name: 'inner',
            properties: { ipAddresses: ["[parameters('passed')]", "[parameters('literal')]"] },
          },
        ],
        outputs: { said: { type: 'string', value: "[parameters('passed')]" } },
      },
    },
  },
];
const TEMPLATE = {
  $schema: `${SCHEMA}/deploymentTemplate.json#`,
  contentVersion: '1.0.0.0',
  parameters: {
    default: { type: 'securestring', defaultValue: secret('default') },
    object: { type: 'secureObject', defaultValue: { a: secret('object') } },
    given: { type: 'securestring' },
    refused: { type: 'securestring', allowedValues: ['x'], defaultValue: secret('refused') },
    short: { type: 'securestring', minLength: 400 },
  },
  variables: { connection: "[concat('Server=x;Password=', parameters('default'))]" },
  resources: RESOURCES,
};
const PARAMETERS = {
  $schema: `${SCHEMA}/deploymentParameters.json#`,
  contentVersion: '1.0.0.0',
  parameters: {
    given: { value: secret('given') },
    short: { value: secret('short') },
    undeclared: { value: secret('undeclared') },
  },
};
const MANIFESTS = `apiVersion: v1
kind: Secret
metadata:
  name: one
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"kind":"Secret","data":{"p":"${encoded('annotated')}"}}'
data: { p: ${encoded('data')} }
stringData: { q: ${secret('text')} }
---
apiVersion: v1
kind: Secret
metadata: { name: one }
stringData: { q: ${secret('other')} }
---
apiVersion: v1
kind: Secret
metadata: { name: odd }
data: [${encoded('list')}]
stringData: ${secret('scalar')}
---
apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: Secret, metadata: { name: listed }, data: { p: ${encoded('listed')} } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data:
  db-password: ${secret('configmap')}
  settings.ini: |
    user = a
    password = ${secret('file')}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"env":[{"name":"DB_PASSWORD","value":"${secret('applied')}"}]}'
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: web
          args: ["--password=${secret('argument')}"]
          env:
            - { name: DB_PASSWORD, value: "${secret('environment')}" }
            - { name: DB, value: "Server=db;Password=${secret('connection')}" }
---
apiVersion: v1
kind: Secret
metadata: { name: broken }
stringData: { q: "${secret('broken')} }
`;
const EXPORT = [
  {
    id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/live',
    name: 'live',
    type: 'Microsoft.ContainerService/ManagedClusters',
    servicePrincipalProfile: { clientId: 'x', secret: secret('live') },
    windowsProfile: { adminUsername: 'x', adminPassword: secret('windows') },
    agentPoolProfiles: [],
  },
];

beforeAll(() => {
  expect(sallyport(['--version']).code).toBe(0);
  folder.write('main.json', JSON.stringify(TEMPLATE, undefined, 1));
  folder.write('main.parameters.json', JSON.stringify(PARAMETERS, undefined, 1));
  folder.write('manifests.yaml', MANIFESTS);
  folder.write('export.json', JSON.stringify(EXPORT));
  folder.write('sallyport.yaml', `parameters: { default: ${secret('configuration')} }\n`);
});
afterAll(() => folder.remove());

/** The secrets a text gives away. Base64 of a text is looked for at each of its three alignments. */
function given(text: string): readonly string[] {
  const plain = [...text.matchAll(/hush-\w+-value/g)].map(([word]) => word);
  const hidden = [0, 1, 2].flatMap((shift) => {
    const whole = Buffer.from(`${'.'.repeat(shift)}hush-`).toString('base64');
    // Only the characters that no neighbour has a bit of.
    const part = whole.slice(Math.ceil((shift * 8) / 6), Math.floor(((5 + shift) * 8) / 6));
    return text.includes(part) ? [`${part} (base64)`] : [];
  });
  return [...plain, ...hidden];
}

describe('what is secret', () => {
  it('the search finds what there is to find', () => {
    expect(given(MANIFESTS)).toContain(secret('text'));
    expect(given(encoded('x'))).toHaveLength(1);
    expect(given(Buffer.from(`a${secret('x')}`).toString('base64'))).toHaveLength(1);
    expect(given(Buffer.from(`ab${secret('x')}`).toString('base64'))).toHaveLength(1);
  });

  it.each([
    ['import', '--verbose'],
    ['import', '--format', 'json'],
    ['check', '--verbose'],
    ['check', '--format', 'json'],
    ['check', '--format', 'sarif'],
    ['check', '--format', 'junit'],
    ['check', '--format', 'markdown'],
    ['trace', '--from', 'deploy:default/web', '--to', 'x.example:443', '--format', 'json'],
    ['import', '--param', `given=${secret('option')}`, '--param', `refused=${secret('wrong')}`],
  ])('is not in the output of %s %s %s', (...args) => {
    const ran = watched([...args, '.'], folder.path);
    expect(ran.out.length).toBeGreaterThan(100);
    expect(given(ran.out + ran.err)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { createClient, errorOf, GROUP, NETWORK, TENANT } from './endpoint-client.ts';
import { address, deploy, deploymentPath, held, network, template, validate } from './template.ts';

const outputsOf = (client: ReturnType<typeof createClient>, name = 'd') =>
  client.properties(deploymentPath(name))['outputs'];

describe('what a template asks is answered from what was deployed', () => {
  it('reference() tells the address the provider gave, before its turn and without dependsOn', () => {
    const client = createClient();
    const done = deploy(
      client,
      template({
        resources: [
          {
            type: 'Microsoft.Network/routeTables',
            apiVersion: '2024-05-01',
            name: 't',
            location: 'eastus',
            properties: {
              routes: [
                {
                  name: 'out',
                  properties: {
                    addressPrefix: '0.0.0.0/0',
                    nextHopType: 'VirtualAppliance',
                    nextHopIpAddress:
                      "[reference(resourceId('Microsoft.Network/azureFirewalls', 'f')).ipConfigurations[0].properties.privateIPAddress]",
                  },
                },
              ],
            },
          },
          {
            type: 'Microsoft.Network/azureFirewalls',
            apiVersion: '2024-05-01',
            name: 'f',
            location: 'eastus',
            dependsOn: ['v'],
            properties: {
              ipConfigurations: [
                {
                  name: 'c',
                  properties: {
                    subnet: {
                      id: "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 'AzureFirewallSubnet')]",
                    },
                  },
                },
              ],
            },
          },
          network([{ name: 'AzureFirewallSubnet', properties: { addressPrefix: '10.42.2.0/24' } }]),
        ],
        outputs: {
          hop: {
            type: 'string',
            value: "[reference('t').routes[0].properties.nextHopIpAddress]",
          },
        },
      }),
    );
    expect(done.status).toBe(201);
    // The first usable address of 10.42.2.0/24: Azure keeps .0 to .3.
    expect(outputsOf(client)).toEqual({ hop: { type: 'String', value: '10.42.2.4' } });
    const order = client.get(`${deploymentPath()}/operations`).body['value'] as unknown as {
      properties: { targetResource: { resourceName: string } };
    }[];
    expect(order.map(({ properties }) => properties.targetResource.resourceName)).toEqual([
      'v',
      'f',
      't',
    ]);
  });

  it('what the endpoint already holds answers too, with its envelope', () => {
    const client = createClient('westeurope');
    const id = `${NETWORK}/publicIPAddresses/p`;
    client.put(id, { location: 'westeurope', properties: {}, tags: { a: 'b' } });
    deploy(
      client,
      template({
        resources: [],
        outputs: {
          address: { type: 'string', value: `[reference('${id}', '2024-05-01').ipAddress]` },
          tag: { type: 'string', value: `[reference('${id}', '2024-05-01', 'Full').tags.a]` },
          where: { type: 'string', value: '[resourceGroup().location]' },
          tenant: { type: 'string', value: '[subscription().tenantId]' },
          name: { type: 'string', value: '[deployment().name]' },
        },
      }),
    );
    expect(outputsOf(client)).toMatchObject({
      address: { value: client.properties(id)['ipAddress'] },
      tag: { value: 'b' },
      where: { value: 'westeurope' },
      tenant: { value: TENANT },
      name: { value: 'd' },
    });
  });

  // uniqueString: the vector of terraform-provider-azapi. guid: python3 uuid.uuid5 of the published namespace and 'a-b'.
  it('generated names are those that Azure makes, and moments are the clock', () => {
    const client = createClient();
    deploy(
      client,
      template({
        parameters: {
          now: { type: 'string', defaultValue: '[utcNow()]' },
          day: { type: 'string', defaultValue: "[utcNow('yyyy-MM-dd')]" },
          one: { type: 'string', defaultValue: '[newGuid()]' },
        },
        resources: [],
        outputs: {
          unique: {
            type: 'string',
            value:
              "[uniqueString('/subscriptions/00000000-0000-0000-0000-000000000000', 'resource-id')]",
          },
          guid: { type: 'string', value: "[guid('a', 'b')]" },
          now: { type: 'string', value: "[parameters('now')]" },
          day: { type: 'string', value: "[parameters('day')]" },
          one: { type: 'string', value: "[parameters('one')]" },
        },
      }),
    );
    expect(outputsOf(client)).toMatchObject({
      unique: { value: 'cwvxuqg24sifi' },
      guid: { value: '2d796349-8c7e-55ec-9624-54ece82ed031' },
      now: { value: '20261121T120000Z' },
      day: { value: '2026-11-21' },
      one: { value: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });

  it('a loop, a condition and a loop that runs zero times', () => {
    const client = createClient();
    const done = deploy(
      client,
      template({
        parameters: { none: { type: 'int', defaultValue: 0 } },
        resources: [
          address("[concat('p', copyIndex())]", { copy: { name: 'several', count: 3 } }),
          address("[concat('q', copyIndex())]", {
            copy: { name: 'noneOfThem', count: "[parameters('none')]" },
          }),
          address('absent', { condition: false }),
          address('last', { dependsOn: ['several', 'noneOfThem', 'absent'] }),
        ],
      }),
    );
    expect(done.body['properties']).toMatchObject({ provisioningState: 'Succeeded' });
    expect(
      client.arm.provider.store
        .ofType('microsoft.network/publicipaddresses')
        .map(({ id }) => id.split('/').at(-1)),
    ).toEqual(['p0', 'p1', 'p2', 'last']);
  });

  it('a template with symbolic names', () => {
    const client = createClient();
    deploy(
      client,
      template({
        languageVersion: '2.0',
        resources: {
          ip: address('p'),
          known: {
            existing: true,
            type: 'Microsoft.Network/publicIPAddresses',
            apiVersion: '2024-05-01',
            name: 'p',
          },
        },
        outputs: { address: { type: 'string', value: "[reference('ip').ipAddress]" } },
      }),
    );
    const { ipAddress } = client.properties(`${NETWORK}/publicIPAddresses/p`);
    expect(outputsOf(client)).toMatchObject({ address: { value: ipAddress } });
  });
});

describe('a deployment that fails', () => {
  const twoFailures = template({
    resources: [
      address('fine'),
      {
        ...network(),
        name: 'bad',
        properties: { addressSpace: { addressPrefixes: ['10.0.0.1/16'] } },
      },
      address('after', { dependsOn: ['bad'] }),
      address('beside'),
    ],
  });

  it('keeps what went well, does not try what waits for the failure, and tells it where it is asked', () => {
    const client = createClient();
    const done = deploy(client, twoFailures);
    expect(done.status).toBe(201);
    expect(done.body['properties']).toMatchObject({
      provisioningState: 'Failed',
      error: { code: 'DeploymentFailed', details: [{ code: 'InvalidCIDRNotation' }] },
    });
    const names = client.arm.provider.store
      .ofType('microsoft.network/publicipaddresses')
      .map(({ id }) => id.split('/').at(-1));
    expect(names).toEqual(['fine', 'beside']);
    const status = done.headers['Azure-AsyncOperation']?.replace('https://localhost:1', '') ?? '';
    expect(client.get(status).body).toMatchObject({
      status: 'Failed',
      error: { code: 'DeploymentFailed' },
    });
    // Arm-endpoint 7: the CLI asks for operations without the provider.
    expect(client.get(`${GROUP}/deployments/d/operations`).body['value']).toMatchObject([
      { properties: { provisioningState: 'Succeeded', statusCode: 'Created' } },
      {
        properties: {
          provisioningState: 'Failed',
          statusCode: 'BadRequest',
          statusMessage: { error: { code: 'InvalidCIDRNotation' } },
        },
      },
      { properties: { provisioningState: 'Succeeded' } },
    ]);
  });

  it('validated, it is a 200 with the error, and nothing is kept', () => {
    const client = createClient();
    const before = held(client);
    const { status, body } = validate(client, twoFailures);
    expect(status).toBe(200);
    expect(body['error']).toMatchObject({
      code: 'InvalidTemplateDeployment',
      details: [{ code: 'InvalidCIDRNotation' }],
    });
    expect(held(client)).toBe(before);
  });

  it('an expression without a value is named', () => {
    const client = createClient();
    const done = deploy(
      client,
      template({ resources: [address('p', { tags: { who: '[deployer().objectId]' } })] }),
    );
    expect(done.body['properties']?.['error']?.['details']).toMatchObject([
      { code: 'InvalidTemplate', message: expect.stringContaining("'deployer().objectId'") },
    ]);
  });

  it('a resource that is nowhere is named', () => {
    const client = createClient();
    const done = deploy(
      client,
      template({
        resources: [],
        outputs: {
          x: {
            type: 'string',
            value:
              "[reference(resourceId('Microsoft.Network/publicIPAddresses', 'gone'), '2024-05-01').ipAddress]",
          },
        },
      }),
    );
    expect(JSON.stringify(done.body)).toContain('DeploymentOutputEvaluationFailed');
  });
});

describe('a template that contradicts itself is refused with the words of the manager', () => {
  const parameters = { size: { type: 'string', allowedValues: ['a', 'b'] } };
  const cases: readonly (readonly [string, object, object | undefined, string])[] = [
    [
      'a parameter without a value',
      template({ parameters, resources: [] }),
      undefined,
      "The value for the template parameter 'size' at line",
    ],
    [
      'a parameter nobody declared',
      template({ parameters, resources: [] }),
      { size: { value: 'a' }, other: { value: 1 } },
      "do not correspond to any parameters defined in the template: 'other'. The parameters defined in the template are: 'size'.",
    ],
    [
      'a value that is not allowed',
      template({ parameters, resources: [] }),
      { size: { value: 'c' } },
      "The provided value for the template parameter 'size' is not valid. The value 'c' is not part of the allowed value(s): 'a,b'.",
    ],
    [
      'a dependency that is not in the template',
      template({
        resources: [address('p', { dependsOn: ['Microsoft.Network/virtualNetworks/v'] })],
      }),
      undefined,
      "The resource 'Microsoft.Network/virtualNetworks/v' is not defined in the template.",
    ],
    [
      'a circle',
      template({
        resources: [address('p', { dependsOn: ['q'] }), address('q', { dependsOn: ['p'] })],
      }),
      undefined,
      'Circular dependency detected on resource',
    ],
    [
      'one resource twice',
      template({ resources: [address('p'), address('p')] }),
      undefined,
      'is defined multiple times in a template.',
    ],
  ];
  it.each(cases)('%s', (_, written, given, text) => {
    const client = createClient();
    const before = held(client);
    const asked = given === undefined ? {} : { parameters: given };
    const validated = errorOf(validate(client, written, asked));
    expect(validated).toMatchObject({ status: 200, code: 'InvalidTemplate' });
    expect(validated.message).toContain(text);
    expect(errorOf(deploy(client, written, asked))).toMatchObject({
      status: 400,
      code: 'InvalidTemplate',
    });
    expect(held(client)).toBe(before);
  });
});

describe('modes and secrets', () => {
  it('a Complete deployment leaves what the template has', () => {
    const client = createClient();
    deploy(client, template({ resources: [address('p'), network()] }));
    client.put(`${NETWORK}/routeTables/t`, { location: 'eastus' });
    const done = deploy(client, template({ resources: [address('p')] }), { mode: 'Complete' });
    expect(done.body['properties']).toMatchObject({
      provisioningState: 'Succeeded',
      mode: 'Complete',
    });
    const left = client.arm.provider.store
      .within(GROUP)
      .map(({ id }) => id.split('/').slice(-2).join('/'))
      .filter((id) => !id.startsWith('deployments/') && !id.startsWith('operations/'));
    expect(left).toEqual(['publicIPAddresses/p']);
  });

  it('a secret is used by nobody and stored nowhere', () => {
    const client = createClient();
    const secret = 'hunter2-very-secret';
    const done = deploy(
      client,
      template({
        parameters: { password: { type: 'secureString' } },
        resources: [
          {
            type: 'Microsoft.Compute/virtualMachines',
            apiVersion: '2024-07-01',
            name: 'jump',
            location: 'eastus',
            properties: {
              osProfile: { adminPassword: "[parameters('password')]", computerName: 'j' },
            },
          },
        ],
        outputs: { again: { type: 'secureString', value: "[parameters('password')]" } },
      }),
      { parameters: { password: { value: secret } } },
    );
    expect(done.body['properties']).toMatchObject({
      provisioningState: 'Succeeded',
      parameters: { password: { type: 'secureString' } },
      outputs: { again: { type: 'SecureString' } },
    });
    expect(JSON.stringify(done.body)).not.toContain(secret);
    expect(held(client)).not.toContain(secret);
    expect(held(client)).toContain('computerName');
  });
});

describe('names and texts', () => {
  it('guillemets that people write are text; those that stand for something unknown are refused', () => {
    const client = createClient();
    const done = deploy(
      client,
      template({
        resources: [
          address('p', { tags: { note: 'façade «nord»' } }),
          address("[concat('p-', deployer().objectId)]"),
        ],
      }),
    );
    expect(client.get(`${NETWORK}/publicIPAddresses/p`).body['tags']).toEqual({
      note: 'façade «nord»',
    });
    expect(done.body['properties']?.['error']?.['details']).toMatchObject([
      { code: 'InvalidTemplate', message: expect.stringContaining('the name of a resource') },
    ]);
    const held = client.arm.provider.store.ofType('microsoft.network/publicipaddresses');
    expect(held.map(({ id }) => id)).toEqual([`${NETWORK}/publicIPAddresses/p`]);
  });
});

describe('the record of a deployment', () => {
  it('is got, listed, headed and deleted; its resources stay', () => {
    const client = createClient();
    deploy(client, template({ resources: [address('p')] }));
    expect(client.send('HEAD', deploymentPath()).status).toBe(204);
    expect(
      client.get(`${GROUP}/providers/Microsoft.Resources/deployments`).body['value'],
    ).toMatchObject([
      { name: 'd', properties: { outputResources: [{ id: `${NETWORK}/publicIPAddresses/p` }] } },
    ]);
    expect(client.remove(deploymentPath()).status).toBe(204);
    expect(client.send('HEAD', deploymentPath()).status).toBe(404);
    expect(errorOf(client.get(deploymentPath()))).toMatchObject({ code: 'DeploymentNotFound' });
    expect(client.get(`${NETWORK}/publicIPAddresses/p`).status).toBe(200);
  });
});

import { describe, expect, it } from 'vitest';
import type { ArmTemplateOptions } from '../../../src/importers/arm-template/index.ts';
import { path, privateAddressOf, publicAddressOf, toJson } from '../../../src/values/index.ts';
import { codesOf, holderOf, importJson, resourceNamed, templateOf } from './import-text.ts';

const NETWORK =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network';
const FIREWALL = "resourceId('Microsoft.Network/azureFirewalls', 'fw')";
const RESOURCES = [
  {
    type: 'Microsoft.Network/azureFirewalls',
    name: 'fw',
    location: 'westeurope',
    properties: { ipConfigurations: [{ name: 'c', properties: { subnet: { id: 'x' } } }] },
  },
  {
    type: 'Microsoft.Network/publicIPAddresses',
    name: 'pip',
    properties: { publicIPAllocationMethod: 'Static' },
  },
  {
    type: 'Microsoft.Network/virtualNetworks',
    name: 'v',
    properties: {
      addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
      subnets: [{ name: 'nodes', properties: { addressPrefix: "[parameters('nodes')]" } }],
    },
  },
  {
    type: 'Microsoft.Network/networkInterfaces',
    name: 'nic',
    properties: {
      ipConfigurations: [
        { name: 'a', properties: { privateIPAddress: '10.0.0.9' } },
        { name: 'b', properties: {} },
      ],
    },
  },
  { type: 'Microsoft.Network/routeTables', name: 'absent', condition: false, properties: {} },
];

function resolve(expression: string, options: ArmTemplateOptions = {}) {
  const template = templateOf({
    parameters: { nodes: { type: 'string', defaultValue: '10.0.1.0/24' } },
    resources: [holderOf({ value: `[${expression}]` }), ...RESOURCES],
  });
  const part = importJson(template, options);
  const value = path(resourceNamed(part, 'holder').body, 'properties', 'value')!;
  return { value, json: toJson(value), part };
}

describe('reference', () => {
  it.each([
    `reference(${FIREWALL}).ipConfigurations[0].properties.privateIPAddress`,
    `reference(${FIREWALL}, '2024-05-01').ipconfigurations[0].Properties.PrivateIpAddress`,
    "reference('fw').ipConfigurations[0].properties.privateIpAddress",
    "reference('Microsoft.Network/azureFirewalls/FW').ipConfigurations[0].properties.privateIPAddress",
    `reference(${FIREWALL}, '2024-05-01', 'Full').properties.ipConfigurations[0].properties.privateIPAddress`,
    `first(reference(${FIREWALL}).ipConfigurations).properties.privateIPAddress`,
    `tryGet(reference(${FIREWALL}), 'ipConfigurations', 0, 'properties', 'privateIPAddress')`,
    `reference(${FIREWALL})['ipConfigurations'][0].properties.privateIPAddress`,
  ])('the private address of a firewall is a symbol: %s', (expression) => {
    expect(resolve(expression).value).toMatchObject({
      kind: 'unknown',
      reason: 'run-time',
      symbol: privateAddressOf(`${NETWORK}/azureFirewalls/fw`.toLowerCase()),
    });
  });

  it('the public address of an address resource is a symbol, in this template or outside it', () => {
    for (const name of ['pip', 'elsewhere']) {
      const { value } = resolve(
        `reference(resourceId('Microsoft.Network/publicIPAddresses', '${name}')).ipAddress`,
      );
      expect(value).toMatchObject({
        symbol: publicAddressOf(`${NETWORK}/publicIPAddresses/${name}`.toLowerCase()),
      });
    }
  });

  it('other run-time attributes have a symbol that names resource and attribute', () => {
    const cluster = "resourceId('Microsoft.ContainerService/managedClusters', 'aks')";
    const { value } = resolve(`reference(${cluster}).identityProfile.kubeletidentity.objectId`);
    expect(value).toMatchObject({
      reason: 'run-time',
      missing:
        '`identityProfile.kubeletidentity.objectId` of aks (Microsoft.ContainerService/managedClusters) after deployment',
      symbol: expect.stringMatching(
        /managedclusters\/aks:identityprofile\.kubeletidentity\.objectid$/,
      ),
    });
    expect(resolve(`equals(reference(${cluster}).fqdn, reference(${cluster}).FQDN)`).json).toBe(
      true,
    );
  });

  it('ARM-11: what the template writes is the answer', () => {
    expect(resolve("reference('v').addressSpace.addressPrefixes[0]").json).toBe('10.0.0.0/16');
    expect(resolve("reference('v').addressSpace").json).toEqual({
      addressPrefixes: ['10.0.0.0/16'],
    });
    expect(resolve("reference('v').subnets[0].properties.addressPrefix").json).toBe('10.0.1.0/24');
    expect(resolve("reference('v').subnets[0].id").json).toBe(
      `${NETWORK}/virtualNetworks/v/subnets/nodes`,
    );
    expect(resolve("reference('nic').ipConfigurations[0].properties.privateIPAddress").json).toBe(
      '10.0.0.9',
    );
    expect(
      resolve("reference('nic').ipConfigurations[1].properties.privateIPAddress").value,
    ).toMatchObject({ kind: 'unknown', symbol: expect.stringContaining('nic') });
    expect(resolve("reference('fw', '2024-05-01', 'Full').location").json).toBe('westeurope');
    expect(resolve("reference('fw', '2024-05-01', 'full').resourceId").json).toBe(
      `${NETWORK}/azureFirewalls/fw`,
    );
  });

  it('text around a symbol is unknown and equal to itself', () => {
    const url = "concat('https://', reference('pip').ipAddress, '/')";
    expect(resolve(url).value).toMatchObject({ kind: 'unknown', text: url });
    expect(resolve(`equals(${url}, format('https://{0}/', reference('pip').ipAddress))`).json).toBe(
      true,
    );
  });

  it('a resource whose condition is false is a dangling reference', () => {
    const { value, part } = resolve("reference('absent').routes");
    expect(value.kind).toBe('unknown');
    expect(codesOf(part)).toContain('arm/reference-to-absent');
  });

  it('a name nobody has is an error and unknown', () => {
    const { value, part } = resolve("reference('nobody').x");
    expect(value).toMatchObject({ kind: 'unknown' });
    expect(codesOf(part)).toContain('arm/evaluation-failed');
  });

  it('an assumption settles a symbol, and says so in the place', () => {
    const expression = `reference(${FIREWALL}).ipConfigurations[0].properties.privateIPAddress`;
    for (const key of [
      'fw.privateIp',
      'FW.PrivateIP',
      privateAddressOf(`${NETWORK}/azureFirewalls/fw`.toLowerCase()),
    ]) {
      const { value } = resolve(expression, { assumptions: { [key]: '10.0.0.4' } });
      expect(value).toMatchObject({
        kind: 'string',
        value: '10.0.0.4',
        at: { via: [`assumption ${key}`] },
      });
    }
  });

  it('a resource that needs itself is a cycle, not a hang', () => {
    const part = importJson(
      templateOf({ resources: [{ ...holderOf({ a: "[reference('holder').b]", b: 1 }) }] }),
    );
    expect(codesOf(part)).toContain('arm/cycle');
  });

  it('symbolic names are references, also of one or all of a loop', () => {
    const part = importJson(
      templateOf({
        languageVersion: '2.0',
        resources: {
          fw: { type: 'Microsoft.Network/azureFirewalls', name: 'the-firewall', properties: {} },
          pips: {
            type: 'Microsoft.Network/publicIPAddresses',
            name: "[format('pip{0}', copyIndex())]",
            copy: { name: 'pips', count: 2 },
            properties: {},
          },
          none: {
            type: 'Microsoft.Network/publicIPAddresses',
            name: 'x',
            copy: { name: 'none', count: 0 },
            properties: {},
          },
          holder: holderOf({
            hop: "[reference('fw').ipConfigurations[0].properties.privateIPAddress]",
            second: "[reference(format('pips[{0}]', 1)).ipAddress]",
            all: "[map(references('pips', 'Full'), lambda('p', lambdaVariables('p').name))]",
            none: "[references('none')]",
          }),
        },
      }),
    );
    const { body } = resourceNamed(part, 'holder');
    expect(path(body, 'properties', 'hop')).toMatchObject({
      symbol: privateAddressOf(`${NETWORK}/azureFirewalls/the-firewall`.toLowerCase()),
    });
    expect(path(body, 'properties', 'second')).toMatchObject({
      symbol: publicAddressOf(`${NETWORK}/publicIPAddresses/pip1`.toLowerCase()),
    });
    expect(toJson(path(body, 'properties', 'all')!)).toEqual(['pip0', 'pip1']);
    expect(toJson(path(body, 'properties', 'none')!)).toEqual([]);
  });

  it('a firewall made in one module is the next hop of a route made in another', () => {
    const module = (name: string, parameters: object, template: object) => ({
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2025-04-01',
      name,
      properties: { expressionEvaluationOptions: { scope: 'inner' }, parameters, template },
    });
    const hub = templateOf({
      languageVersion: '2.0',
      resources: { fw: { type: 'Microsoft.Network/azureFirewalls', name: 'fw', properties: {} } },
      outputs: {
        address: {
          type: 'string',
          value: "[reference('fw').ipConfigurations[0].properties.privateIPAddress]",
        },
      },
    });
    const spoke = templateOf({
      parameters: { hop: { type: 'string' } },
      resources: [
        {
          type: 'Microsoft.Network/routeTables',
          name: 'rt',
          properties: {
            routes: [{ name: 'all', properties: { nextHopIpAddress: "[parameters('hop')]" } }],
          },
        },
      ],
    });
    const hop = {
      value:
        "[reference(resourceId('Microsoft.Resources/deployments', 'hub')).outputs.address.value]",
    };
    const part = importJson(
      templateOf({ resources: [module('spoke', { hop }, spoke), module('hub', {}, hub)] }),
    );
    expect(part.diagnostics).toEqual([]);
    const routes = path(resourceNamed(part, 'rt').body, 'properties', 'routes');
    const [route] = routes?.kind === 'array' ? routes.items : [];
    expect(path(route, 'properties', 'nextHopIpAddress')).toMatchObject({
      kind: 'unknown',
      reason: 'run-time',
      symbol: privateAddressOf(`${NETWORK}/azureFirewalls/fw`.toLowerCase()),
    });
  });
});

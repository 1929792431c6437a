import { type Client, GROUP, type Told } from './endpoint-client.ts';

const SCHEMAS = 'https://schema.management.azure.com/schemas';

export interface Written {
  readonly parameters?: object;
  readonly variables?: object;
  readonly resources: readonly object[] | object;
  readonly outputs?: object;
  readonly languageVersion?: string;
}

export function template(written: Written, level = 'deploymentTemplate'): object {
  return {
    $schema: `${SCHEMAS}/2019-04-01/${level}.json#`,
    contentVersion: '1.0.0.0',
    ...written,
  };
}

export const deploymentPath = (name = 'd', scope = GROUP) =>
  `${scope}/providers/Microsoft.Resources/deployments/${name}`;

export interface Asked {
  readonly parameters?: object;
  readonly mode?: string;
  readonly scope?: string;
  readonly location?: string;
}

function body(written: object, { parameters, mode = 'Incremental', location }: Asked): object {
  return {
    ...(location === undefined ? {} : { location }),
    properties: { mode, template: written, ...(parameters === undefined ? {} : { parameters }) },
  };
}

export function deploy(client: Client, written: object, asked: Asked = {}): Told {
  return client.put(deploymentPath('d', asked.scope), body(written, asked));
}

export function validate(client: Client, written: object, asked: Asked = {}): Told {
  const path = `${deploymentPath('d', asked.scope)}/validate`;
  return client.send('POST', path, body(written, asked));
}

export function whatIf(client: Client, written: object, asked: Asked = {}): Told {
  const path = `${deploymentPath('d', asked.scope)}/whatIf`;
  return client.send('POST', path, body(written, asked));
}

/** Everything the endpoint holds, for "nothing is left behind". */
export function held(client: Client): string {
  return JSON.stringify(client.arm.provider.store.all().map(({ id, body: kept }) => [id, kept]));
}

/** Resources that are quick to write and depend on nothing. */
export const address = (name: string, more: object = {}) => ({
  type: 'Microsoft.Network/publicIPAddresses',
  apiVersion: '2024-05-01',
  name,
  location: 'eastus',
  sku: { name: 'Standard' },
  properties: { publicIPAllocationMethod: 'Static' },
  ...more,
});
export const network = (subnets: readonly object[] = []) => ({
  type: 'Microsoft.Network/virtualNetworks',
  apiVersion: '2024-05-01',
  name: 'v',
  location: '[resourceGroup().location]',
  properties: { addressSpace: { addressPrefixes: ['10.42.0.0/16'] }, subnets },
});

import type { AzureResource } from '../../model/index.ts';
import type { DraftObject } from '../draft.ts';
import type { EndpointPlan, Plan } from '../plan.ts';
import type { WrittenPrivateEndpoint } from '../schema/traffic.ts';
import { azureResource, NETWORK_API } from './azure-resource.ts';
import { hostIn, subnetId } from './ids.ts';
import { zoneWithLinks } from './zone-with-links.ts';

interface Kind {
  readonly group: string;
  /** Members that have an address each. */
  readonly members: readonly string[];
  readonly zone: string;
}

/** Sub-resource and zone of each kind of service (azure-networking 6.3). */
const KINDS: Readonly<Record<WrittenPrivateEndpoint['for'], Kind>> = {
  registry: { group: 'registry', members: [], zone: 'privatelink.azurecr.io' },
  keyVault: { group: 'vault', members: ['default'], zone: 'privatelink.vaultcore.azure.net' },
  blob: { group: 'blob', members: ['blob'], zone: 'privatelink.blob.core.windows.net' },
  file: { group: 'file', members: ['file'], zone: 'privatelink.file.core.windows.net' },
  sql: { group: 'sqlServer', members: ['sqlServer'], zone: 'privatelink.database.windows.net' },
  postgres: {
    group: 'postgresqlServer',
    members: ['postgresqlServer'],
    zone: 'privatelink.postgres.database.azure.com',
  },
  serviceBus: {
    group: 'namespace',
    members: ['namespace'],
    zone: 'privatelink.servicebus.windows.net',
  },
};

/** Endpoints with their zones, the links of the zones, and the services that do not exist yet. */
export function privateEndpoints(plan: Plan): readonly AzureResource[] {
  if (plan.endpoints.length === 0) return [];
  const zones = new Map(
    plan.endpoints.map((endpoint) => [KINDS[endpoint.written.for].zone, endpoint]),
  );
  return [
    // Linked to the hub, where the firewall asks, and to every spoke.
    ...[...zones].flatMap(([zone, { path }]) =>
      zoneWithLinks(plan, zone, [plan.hub, ...plan.spokes], plan.at(path)),
    ),
    ...plan.endpoints.flatMap((endpoint) => [
      ...serviceOf(plan, endpoint),
      ...endpointOf(plan, endpoint),
    ]),
  ];
}

function endpointOf(plan: Plan, endpoint: EndpointPlan): readonly AzureResource[] {
  const { written, path, spoke, subnet } = endpoint;
  const at = plan.at(path);
  const { group, zone, members } = KINDS[written.for];
  const name = plan.names.of('pep', written.name);
  const inSubnet = plan.endpoints.filter((one) => one.subnet === subnet);
  const address = hostIn(subnet, 4 + inSubnet.indexOf(endpoint));
  return [
    azureResource(plan, {
      type: 'Microsoft.Network/privateEndpoints',
      names: [name],
      api: NETWORK_API,
      at,
      body: {
        properties: {
          subnet: { id: subnetId(plan, spoke, subnet.name) },
          // A known address: what is allowed to reach it can be proven before anything is deployed. The members of a registry
          // are named after its region's data endpoint, so Azure picks theirs.
          ipConfigurations:
            members.length === 0
              ? undefined
              : members.map((memberName) => ({
                  name: memberName,
                  properties: { groupId: group, memberName, privateIPAddress: address },
                })),
          privateLinkServiceConnections: [
            {
              name: written.name,
              properties: {
                privateLinkServiceId: written.resource ?? ownServiceId(plan, endpoint),
                groupIds: [group],
              },
            },
          ],
        },
      },
    }),
    azureResource(plan, {
      type: 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups',
      names: [name, 'default'],
      api: NETWORK_API,
      at,
      isPart: true,
      body: {
        properties: {
          privateDnsZoneConfigs: [
            {
              name: written.for,
              properties: {
                privateDnsZoneId: plan.names.id('Microsoft.Network/privateDnsZones', zone),
              },
            },
          ],
        },
      },
    }),
  ];
}

interface OwnService {
  readonly type: string;
  readonly name: string;
  readonly api: string;
  readonly body: DraftObject;
}

/** Closed to the internet: the endpoint is the only way in. */
function ownService(plan: Plan, { written }: EndpointPlan): OwnService | undefined {
  switch (written.for) {
    case 'registry':
      return {
        type: 'Microsoft.ContainerRegistry/registries',
        name: plan.names.compact('cr', written.name, 50),
        api: '2025-11-01',
        body: {
          sku: { name: 'Premium' },
          properties: { adminUserEnabled: false, publicNetworkAccess: 'Disabled' },
        },
      };
    case 'keyVault':
      return {
        type: 'Microsoft.KeyVault/vaults',
        name: plan.names.compact('kv', written.name, 24),
        api: '2024-11-01',
        body: {
          properties: {
            sku: { family: 'A', name: 'standard' },
            tenantId: {
              kind: 'unknown',
              reason: 'run-time',
              text: 'tenant().tenantId',
              missing: 'the tenant of the subscription',
              symbol: 'tenant-id',
              at: plan.at(['privateEndpoints']),
            },
            enableRbacAuthorization: true,
            publicNetworkAccess: 'Disabled',
          },
        },
      };
    case 'blob':
    case 'file':
      return {
        type: 'Microsoft.Storage/storageAccounts',
        name: plan.names.compact('st', written.name, 24),
        api: '2023-05-01',
        body: {
          sku: { name: 'Standard_ZRS' },
          kind: 'StorageV2',
          properties: {
            minimumTlsVersion: 'TLS1_2',
            allowBlobPublicAccess: false,
            publicNetworkAccess: 'Disabled',
            networkAcls: { defaultAction: 'Deny', bypass: 'AzureServices' },
          },
        },
      };
    default:
      return undefined;
  }
}

/** The name clients ask for starts with it. */
export function serviceName(plan: Plan, endpoint: EndpointPlan): string {
  const { resource } = endpoint.written;
  return (resource?.split('/').at(-1) ?? ownService(plan, endpoint)?.name ?? '').toLowerCase();
}

function ownServiceId(plan: Plan, endpoint: EndpointPlan): string {
  const own = ownService(plan, endpoint);
  return own === undefined ? '' : plan.names.id(own.type, own.name);
}

function serviceOf(plan: Plan, endpoint: EndpointPlan): readonly AzureResource[] {
  const own = endpoint.written.resource === undefined ? ownService(plan, endpoint) : undefined;
  if (own === undefined) return [];
  const { type, name, api, body } = own;
  return [azureResource(plan, { type, names: [name], api, at: plan.at(endpoint.path), body })];
}

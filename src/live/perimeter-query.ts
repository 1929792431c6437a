/**
 * What is asked of Resource Graph: everything a perimeter is made of, and what may change an answer without being modelled, so that it is
 * listed instead of missed. All of the network provider, then the others by name; with what a design of ours deploys beside, so that `drift`
 * does not take it for gone.
 */
const OTHER_TYPES: readonly string[] = [
  'microsoft.containerservice/managedclusters',
  'microsoft.containerregistry/registries',
  'microsoft.keyvault/vaults',
  'microsoft.storage/storageaccounts',
  'microsoft.sql/servers',
  'microsoft.servicebus/namespaces',
  'microsoft.eventhub/namespaces',
  'microsoft.documentdb/databaseaccounts',
  'microsoft.servicenetworking/trafficcontrollers',
  'microsoft.cdn/profiles',
  'microsoft.compute/virtualmachinescalesets',
  'microsoft.web/sites',
  'microsoft.hybridnetwork/networkfunctions',
  'microsoft.managedidentity/userassignedidentities',
  'microsoft.operationalinsights/workspaces',
  'microsoft.insights/actiongroups',
  'microsoft.insights/metricalerts',
  'microsoft.insights/scheduledqueryrules',
];

/** Rows need an order of their own, or a page may repeat what another had (iac-formats 6). */
export const PERIMETER_QUERY = [
  'resources',
  `| where type startswith 'microsoft.network/' or type in~ (${OTHER_TYPES.map((type) => `'${type}'`).join(', ')})`,
  '| project id, name, type, location, kind, managedBy, sku, plan, identity, zones, extendedLocation, tags, properties',
  '| order by id asc',
].join('\n');

export const GRAPH_PATH = '/providers/Microsoft.ResourceGraph/resources';

/** As iac-formats 10 chooses them; older ones would leave out what newer ones have. */
export const API_VERSIONS = {
  subscriptions: '2022-12-01',
  graph: '2022-10-01',
  network: '2024-05-01',
  privateDns: '2024-06-01',
  diagnostics: '2021-05-01-preview',
  policy: '2023-04-01',
  extensions: '2023-05-01',
  roles: '2022-04-01',
  locks: '2020-05-01',
  groups: '2021-04-01',
} as const;

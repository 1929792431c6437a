import type { Value } from '../../../values/index.ts';
import {
  type Call,
  type FunctionTable,
  failure,
  jsonResult,
  objectResult,
  plain,
  textResult,
} from '../call.ts';
import { locationOfGroup } from '../live-reference.ts';
import { UNKNOWN_SUBSCRIPTION } from '../options.ts';
import { scopeId } from '../resource-id.ts';
import { unknownAt } from '../unknowns.ts';

/** Where the deployment stands. What only the deployment knows is unknown, with a name of its own. */
export const SCOPE_FUNCTIONS: FunctionTable = {
  resourcegroup: plain(0, 0, (_, call) => {
    const { scope } = call.context.frame;
    if (scope.kind !== 'resource-group') {
      return failure(call, 'the deployment does not go to a resource group');
    }
    const id = scopeId(scope);
    const told = call.context.frame.run.options.runtime?.resource(id);
    if (told !== undefined) return told;
    // The placeholder subscription says nothing; a real one tells two groups of one name apart.
    const isKnown = scope.subscriptionId !== UNKNOWN_SUBSCRIPTION;
    const of = isKnown ? id : scope.resourceGroup;
    return objectResult(call, [
      ['id', textResult(call, id)],
      ['name', textResult(call, scope.resourceGroup)],
      ['type', textResult(call, 'Microsoft.Resources/resourceGroups')],
      [
        'location',
        locationOfGroup(id, call.context) ??
          runTime(
            call,
            'resourceGroup().location',
            `the location of resource group ${scope.resourceGroup} (--location)`,
            of,
          ),
      ],
      [
        'managedBy',
        runTime(call, 'resourceGroup().managedBy', 'who manages the resource group', of),
      ],
      ['tags', runTime(call, 'resourceGroup().tags', 'the tags of the resource group', of)],
      ['properties', jsonResult(call, { provisioningState: 'Succeeded' })],
    ]);
  }),
  subscription: plain(0, 0, (_, call) => {
    const { scope } = call.context.frame;
    if (!('subscriptionId' in scope))
      return failure(call, 'the deployment does not go to a subscription');
    const id = `/subscriptions/${scope.subscriptionId}`;
    const told = call.context.frame.run.options.runtime?.resource(id);
    if (told !== undefined) return told;
    return objectResult(call, [
      ['id', textResult(call, id)],
      ['subscriptionId', textResult(call, scope.subscriptionId)],
      ['tenantId', tenantId(call)],
      [
        'displayName',
        runTime(call, 'subscription().displayName', 'the name of the subscription', id),
      ],
    ]);
  }),
  tenant: plain(0, 0, (_, call) => objectResult(call, [['tenantId', tenantId(call)]])),
  managementgroup: plain(0, 0, (_, call) => {
    const { scope } = call.context.frame;
    if (scope.kind !== 'management-group') {
      return failure(call, 'the deployment does not go to a management group');
    }
    return objectResult(call, [
      ['id', textResult(call, scopeId(scope))],
      ['name', textResult(call, scope.managementGroup)],
      ['type', textResult(call, 'Microsoft.Management/managementGroups')],
    ]);
  }),
  deployment: plain(0, 0, (_, call) => {
    const { frame } = call.context;
    const given = frame.deploymentName ?? frame.run.options.runtime?.deploymentName;
    const name =
      given === undefined
        ? runTime(call, 'deployment().name', 'the name of the deployment', frame.label)
        : textResult(call, given);
    return objectResult(call, [
      ['name', name],
      ['location', deploymentLocation(call)],
      ['properties', objectResult(call, [['template', frame.template]])],
    ]);
  }),
  deployer: plain(0, 0, (_, call) =>
    objectResult(
      call,
      ['objectId', 'tenantId', 'userPrincipalName'].map((name) => [
        name,
        runTime(call, `deployer().${name}`, 'who deploys', ''),
      ]),
    ),
  ),
  environment: plain(0, 0, (_, call) => jsonResult(call, PUBLIC_CLOUD)),
};

/** The public cloud, as `environment()` gives it. Sovereign clouds differ; we do not model them. */
const PUBLIC_CLOUD = {
  name: 'AzureCloud',
  gallery: 'https://gallery.azure.com/',
  graph: 'https://graph.windows.net/',
  portal: 'https://portal.azure.com',
  graphAudience: 'https://graph.windows.net/',
  activeDirectoryDataLake: 'https://datalake.azure.net/',
  batch: 'https://batch.core.windows.net/',
  media: 'https://rest.media.azure.net',
  sqlManagement: 'https://management.core.windows.net:8443/',
  vmImageAliasDoc:
    'https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/aliases.json',
  resourceManager: 'https://management.azure.com/',
  authentication: {
    loginEndpoint: 'https://login.microsoftonline.com/',
    audiences: ['https://management.core.windows.net/', 'https://management.azure.com/'],
    tenant: 'common',
    identityProvider: 'AAD',
  },
  suffixes: {
    acrLoginServer: '.azurecr.io',
    azureDatalakeAnalyticsCatalogAndJob: 'azuredatalakeanalytics.net',
    azureDatalakeStoreFileSystem: 'azuredatalakestore.net',
    azureFrontDoorEndpointSuffix: 'azurefd.net',
    keyvaultDns: '.vault.azure.net',
    sqlServerHostname: '.database.windows.net',
    storage: 'core.windows.net',
  },
};

function tenantId(call: Call): Value {
  const { tenantId: known } = call.context.frame.run.options;
  if (known !== undefined) return textResult(call, known);
  return runTime(call, 'tenant().tenantId', 'the id of the tenant', '');
}

function deploymentLocation(call: Call): Value {
  const { location } = call.context.frame.run.options;
  if (location !== undefined) return textResult(call, location);
  return runTime(call, 'deployment().location', 'the location of the deployment (--location)', '');
}

function runTime(call: Call, text: string, missing: string, of: string): Value {
  const symbol = of === '' ? text : `${text} of ${of}`;
  return unknownAt(call.context.at, 'run-time', text, missing, symbol);
}

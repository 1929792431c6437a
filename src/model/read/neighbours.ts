import { isAbsent, itemsOf } from '../../values/index.ts';
import type {
  ApplicationSecurityGroup,
  DiagnosticSetting,
  FlowLog,
  PlatformService,
  PolicyAssignment,
} from '../azure/network.ts';
import type { AzureResource } from '../snapshot.ts';
import { locatedOf } from './named.ts';
import { present } from './present.ts';
import { inside, type Reading, sourceAt, sourceOf, valueIn } from './reading.ts';
import { referenceIn } from './references.ts';
import { booleanIn, decidingTextIn, settingIn, textIn } from './scalars.ts';

/** Accounts whose own network switches are read. */
export const PLATFORM_SERVICES: ReadonlySet<string> = new Set([
  'microsoft.containerregistry/registries',
  'microsoft.keyvault/vaults',
  'microsoft.storage/storageaccounts',
  'microsoft.sql/servers',
  'microsoft.servicebus/namespaces',
  'microsoft.eventhub/namespaces',
  'microsoft.documentdb/databaseaccounts',
]);

/** The services call their default rule `networkAcls` or `networkRuleSet`. */
export function readPlatformService(reading: Reading, resource: AzureResource): PlatformService {
  const source = sourceOf(reading, 'service', resource);
  const publicNetworkAccess = decidingTextIn(source, 'publicNetworkAccess');
  const networkDefaultAction =
    decidingTextIn(inside(source, 'networkAcls'), 'defaultAction') ??
    decidingTextIn(inside(source, 'networkRuleSet'), 'defaultAction');
  return {
    ...locatedOf(resource),
    type: resource.type,
    ...present({ publicNetworkAccess, networkDefaultAction }),
  };
}

export function readApplicationSecurityGroup(
  _reading: Reading,
  resource: AzureResource,
): ApplicationSecurityGroup {
  return { ...locatedOf(resource), kind: 'application-security-group' };
}

export function readFlowLog(reading: Reading, resource: AzureResource): FlowLog {
  const source = sourceOf(reading, 'flow log', resource);
  const target = referenceIn(source, 'targetResourceId');
  return {
    ...locatedOf(resource),
    ...present({ target }),
    enabled: booleanIn(source, 'enabled'),
  };
}

/** An extension resource: what it extends is the id before the last `/providers/` (ARM-12). */
export function scopeOf(id: string): string {
  const end = id.toLowerCase().lastIndexOf('/providers/');
  return end < 0 ? '' : id.slice(0, end);
}

export function readDiagnosticSetting(
  reading: Reading,
  resource: AzureResource,
): DiagnosticSetting {
  const source = sourceOf(reading, 'diagnostic setting', resource);
  const type = textIn(source, 'logAnalyticsDestinationType');
  const destinations = [
    'workspaceId',
    'storageAccountId',
    'eventHubAuthorizationRuleId',
    'marketplacePartnerId',
  ];
  return {
    key: resource.key,
    name: resource.name,
    at: resource.at,
    scopeKey: scopeOf(resource.key),
    logs: itemsOf(valueIn(source, 'logs')).map((value) => {
      const log = sourceAt(source, value);
      const category = textIn(log, 'category');
      const categoryGroup = textIn(log, 'categoryGroup');
      return {
        ...present({ category, categoryGroup }),
        enabled: booleanIn(log, 'enabled'),
      };
    }),
    ...present({ logAnalyticsDestinationType: type }),
    hasDestination: destinations.some((name) => !isAbsent(valueIn(source, name))),
  };
}

export function readPolicyAssignment(reading: Reading, resource: AzureResource): PolicyAssignment {
  const source = sourceOf(reading, 'policy assignment', resource);
  const enforcementMode = textIn(source, 'enforcementMode');
  return {
    key: resource.key,
    name: resource.name,
    at: resource.at,
    scope: textIn(source, 'scope') ?? scopeOf(resource.id),
    definitionId: settingIn(source, 'policyDefinitionId'),
    effect: settingIn(inside(inside(source, 'parameters'), 'effect'), 'value'),
    ...present({ enforcementMode }),
  };
}

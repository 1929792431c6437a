import type { Diagnostic } from '../../diagnostics/index.ts';
import { isAbsent, member, path, stringOf, type Value } from '../../values/index.ts';
import { UNKNOWN_RESOURCE_GROUP, UNKNOWN_SUBSCRIPTION } from '../arm-template/options.ts';
import {
  nameCountOf,
  parseResourceId,
  type ResourceName,
  resourceNameAt,
  scopeId,
} from '../arm-template/resource-id.ts';

/** Members that give a resource away when it has neither `id` nor `type`, the most telling first. */
const TELLING: readonly (readonly [type: string, ...members: string[]])[] = [
  ['Microsoft.Network/firewallPolicies/ruleCollectionGroups', 'ruleCollections', 'priority'],
  ['Microsoft.ContainerService/managedClusters', 'agentPoolProfiles'],
  ['Microsoft.Network/azureFirewalls', 'networkRuleCollections', 'applicationRuleCollections'],
  ['Microsoft.Network/azureFirewalls', 'firewallPolicy', 'ipConfigurations', 'sku'],
  ['Microsoft.Network/virtualNetworks', 'addressSpace', 'subnets'],
  ['Microsoft.Network/networkSecurityGroups', 'securityRules', 'defaultSecurityRules'],
  ['Microsoft.Network/networkSecurityGroups', 'securityRules', 'name'],
  ['Microsoft.Network/routeTables', 'routes', 'name'],
  ['Microsoft.Network/publicIPAddresses', 'publicIPAllocationMethod'],
  ['Microsoft.Network/firewallPolicies', 'threatIntelMode', 'sku'],
  ['Microsoft.Network/ipGroups', 'ipAddresses', 'name'],
];

export interface ExportScope {
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
}

/** A resource as an export may hold it: with an id, with type and name, or of a telling shape. Not a deployment. */
export function isExportedResource(value: Value): boolean {
  return typeOfExport(value) !== undefined;
}

function typeOfExport(value: Value): string | undefined {
  if (value.kind !== 'object') return undefined;
  const id = idOf(value);
  const identified = id === undefined ? undefined : parseResourceId(id);
  if (identified !== undefined) return identified.type;
  const type = stringOf(member(value, 'type'));
  if (type !== undefined && /^[a-z][\w-]*(?:\.[\w-]+)+(?:\/[\w-]+)+$/i.test(type)) {
    return isAbsent(member(value, 'name')) ? undefined : type;
  }
  return toldByShape(value);
}

function toldByShape(value: Value): string | undefined {
  const has = (name: string) =>
    !isAbsent(member(value, name)) || !isAbsent(path(value, 'properties', name));
  return TELLING.find(([, ...members]) => members.every(has))?.[0];
}

/**
 * Type, name and id of an exported resource; the id it carries, or one made of what else is known (its group, the
 * scope given). What is made up is reported, and cannot meet a real id by accident.
 * @returns `undefined` when it cannot be told what it is.
 */
export function identifyExport(
  value: Value,
  scope: ExportScope,
  diagnostics: Diagnostic[],
): ResourceName | undefined {
  const id = idOf(value);
  const identified = id === undefined ? undefined : parseResourceId(id);
  if (identified !== undefined) return identified;
  const type = typeOfExport(value);
  if (type === undefined) return undefined;
  const names = namesFor(type, stringOf(member(value, 'name')), value);
  const made = resourceNameAt(
    scopeId({
      kind: 'resource-group',
      subscriptionId:
        stringOf(member(value, 'subscriptionId')) ?? scope.subscriptionId ?? UNKNOWN_SUBSCRIPTION,
      resourceGroup:
        stringOf(member(value, 'resourceGroup')) ?? scope.resourceGroup ?? UNKNOWN_RESOURCE_GROUP,
    }),
    type,
    names,
  );
  diagnostics.push({
    code: 'export/no-identity',
    severity: 'warning',
    message: `a \`${type}\` has no \`id\`; it is taken for \`${made.id}\``,
    at: value.at,
    hint: 'export it with its id, so that others can refer to it',
  });
  return made;
}

/** One name for each segment of the type: parents nobody named get a text that no name can be. */
function namesFor(type: string, name: string | undefined, value: Value): readonly string[] {
  const wanted = nameCountOf(type);
  const unnamed = `«unnamed in ${value.at.source.file.replaceAll('/', '∕')}»`;
  const names = (name ?? unnamed).split('/').filter((part) => part !== '');
  const own = names.length > 0 ? names.slice(-wanted) : [unnamed];
  const parents = Array.from(
    { length: wanted - own.length },
    (_, index) => `«parent ${index + 1} of ${own.at(-1)}»`,
  );
  return [...parents, ...own];
}

/** ARM-74: ids differ in case between sources, and some end in a slash. */
function idOf(value: Value): string | undefined {
  const id = stringOf(member(value, 'id'))
    ?.trim()
    .replace(/(?<!\/)\/+$/, '');
  return id?.startsWith('/') ? id : undefined;
}

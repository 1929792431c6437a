import type { Place } from '../../diagnostics/index.ts';
import type { AzureResource } from '../../model/index.ts';
import { type DraftObject, placedObject } from '../draft.ts';
import type { Plan } from '../plan.ts';

/** API versions: widely deployed, all features used (iac-formats 10). */
export const NETWORK_API = '2024-05-01';

interface Description {
  /** Whole type: `Microsoft.Network/virtualNetworks/subnets`. */
  readonly type: string;
  /** One name for each segment of the type. */
  readonly names: readonly string[];
  readonly api: string;
  readonly at: Place;
  /** Everything beside type, name, location and tags. */
  readonly body: DraftObject;
  /** Parts of other resources have neither location nor tags of their own. */
  readonly isPart?: true;
  /** `global` for zones and alerts. */
  readonly location?: string;
  /** The id of the resource it extends. */
  readonly scope?: string;
  /** Another group than the page's. */
  readonly resourceGroup?: string;
}

export function azureResource(plan: Plan, one: Description): AzureResource {
  const { type, names, api, at, body, isPart, scope } = one;
  const location = isPart === true ? undefined : (one.location ?? plan.location);
  const resourceGroup = one.resourceGroup ?? plan.names.scope.resourceGroup;
  const own = inGroup(plan.names.id(type, ...names), resourceGroup);
  const id = scope === undefined ? own : scope + own.slice(own.indexOf('/providers/'));
  const name = names.at(-1) ?? '';
  const tags = isPart === true ? undefined : plan.tags;
  return {
    id,
    key: id.toLowerCase(),
    type: type.toLowerCase(),
    name,
    subscriptionId: plan.names.scope.subscriptionId,
    resourceGroup,
    ...(location === undefined ? {} : { location }),
    apiVersion: api,
    body: placedObject(at, { type, name, location, tags, ...body }),
    at,
  };
}

function inGroup(id: string, resourceGroup: string): string {
  return id.replace(/(\/resourceGroups\/)[^/]+/i, (_, before: string) => before + resourceGroup);
}

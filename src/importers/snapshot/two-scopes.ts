import type { Diagnostic } from '../../diagnostics/index.ts';
import type { AzureResource } from '../../model/index.ts';
import { UNKNOWN_SUBSCRIPTION } from '../arm-template/options.ts';
import type { ImportedPart } from '../imported-part.ts';
import { comparePlaces, placeText } from './order.ts';

/**
 * A template that does not say where it is deployed beside an export of the same names: they are taken for two
 * resources, and answers would speak of both. Said once, for the first pair. O(resources).
 */
export function twoScopes(
  parts: readonly (ImportedPart & { readonly isLive?: boolean })[],
): readonly Diagnostic[] {
  const live = new Map<string, AzureResource>();
  for (const part of parts) {
    if (part.isLive !== true) continue;
    for (const resource of part.resources) live.set(nameOf(resource), resource);
  }
  if (live.size === 0) return [];
  const [first] = parts
    .filter((part) => part.isLive !== true)
    .flatMap((part) => part.resources)
    .filter((resource) => resource.subscriptionId === UNKNOWN_SUBSCRIPTION)
    .filter((resource) => live.has(nameOf(resource)))
    .sort((a, b) => comparePlaces(a.at, b.at));
  const deployed = first === undefined ? undefined : live.get(nameOf(first));
  if (first === undefined || deployed === undefined) return [];
  if (deployed.subscriptionId === UNKNOWN_SUBSCRIPTION) return [];
  return [
    {
      code: 'snapshot/two-scopes',
      severity: 'warning',
      message: `\`${first.name}\` is declared at ${placeText(first.at)} without a subscription, and deployed by ${placeText(deployed.at)}; they are taken for two resources`,
      at: first.at,
      hint: `say where the template is deployed: --subscription ${deployed.subscriptionId} --resource-group ${deployed.resourceGroup}`,
    },
  ];
}

/** Type and names: the id from its provider on. */
function nameOf(resource: AzureResource): string {
  return resource.key.slice(resource.key.lastIndexOf('/providers/'));
}

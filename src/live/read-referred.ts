import type { ArmClient } from './arm-client.ts';
import { type ArmResource, armResource, parsedId, pathOf, subscriptionOf } from './arm-resource.ts';
import { isObject, type Json, memberOf, textOf } from './json.ts';
import { type Elsewhere, type NotRead, notRead } from './not-read.ts';
import { API_VERSIONS } from './perimeter-query.ts';

/** Without these the rules of what was read are not whole: they are read wherever they are. */
const NEEDED: ReadonlySet<string> = new Set([
  'microsoft.network/firewallpolicies',
  'microsoft.network/ipgroups',
]);
const REFERRED_MAX = 500;

export interface ReferredRead {
  readonly resources: readonly ArmResource[];
  readonly notRead: readonly NotRead[];
}

/**
 * Policies and IP groups that are named and were not read: base policies of another team lie in its subscription (iac-formats 6).
 * One round: what these name in their turn is for the next.
 * @param asked ids that were asked for in earlier rounds; those of this one are added
 */
export async function readReferred(
  client: ArmClient,
  known: ReadonlyMap<string, ArmResource>,
  asked: Set<string>,
): Promise<ReferredRead> {
  const wanted = new Map<string, string>();
  for (const resource of known.values()) {
    for (const id of idsIn(resource['properties'])) {
      const key = id.toLowerCase();
      const type = parsedId(id)?.type.toLowerCase() ?? '';
      if (NEEDED.has(type) && !known.has(key) && !asked.has(key)) wanted.set(key, id);
    }
  }
  const resources: ArmResource[] = [];
  const missed: NotRead[] = [];
  await Promise.all(
    [...wanted].map(async ([key, id]) => {
      const what = /firewallpolicies/i.test(id) ? 'firewall policy' : 'IP group';
      if (asked.size >= REFERRED_MAX) {
        missed.push({ what, of: id, why: `more than ${REFERRED_MAX} are named and not read` });
        return;
      }
      asked.add(key);
      const answer = await client.get(pathOf(id), API_VERSIONS.network);
      const resource = answer.kind === 'failed' ? undefined : armResource(answer.json);
      if (resource !== undefined) resources.push(resource);
      else {
        const failed = answer.kind === 'failed' ? answer : { why: 'it answered no resource' };
        missed.push(notRead(what, id, failed));
      }
    }),
  );
  return { resources, notRead: missed };
}

/** Subscriptions that networks and firewalls lead to and that were not asked for: a hub is often in another one. */
export function subscriptionsElsewhere(
  known: ReadonlyMap<string, ArmResource>,
  subscriptions: readonly string[],
): readonly Elsewhere[] {
  const read = new Set(subscriptions.map((one) => one.toLowerCase()));
  const found = new Map<string, string>();
  for (const resource of known.values()) {
    if (!LEADING.test(resource.id)) continue;
    for (const id of idsIn(resource['properties'])) {
      if (!/\/providers\/Microsoft\.Network\//i.test(id)) continue;
      const subscription = subscriptionOf(id);
      if (subscription === undefined || read.has(subscription) || known.has(id.toLowerCase())) {
        continue;
      }
      if (!found.has(subscription)) found.set(subscription, resource.id);
    }
  }
  return [...found].sort().map(([subscription, by]) => ({ subscription, by }));
}

/** What carries traffic or answers names for others: the rest refers to workspaces and vaults, which decide nothing. */
const LEADING =
  /\/providers\/Microsoft\.Network\/(?:virtualNetworks|azureFirewalls|privateDnsZones|virtualHubs|privateEndpoints|applicationGateways)\/|\/providers\/Microsoft\.ContainerService\/managedClusters\//i;

/** Every text in it that is an id: members of any name refer to others. */
function idsIn(json: Json | undefined): readonly string[] {
  const ids: string[] = [];
  const visit = (value: Json | undefined) => {
    const text = textOf(value);
    if (text !== undefined) {
      if (/^\/subscriptions\/[^/]+\/resourceGroups\//i.test(text)) ids.push(text);
    } else if (Array.isArray(value)) for (const item of value as readonly Json[]) visit(item);
    else if (isObject(value)) for (const name of Object.keys(value)) visit(memberOf(value, name));
  };
  visit(json);
  return ids;
}

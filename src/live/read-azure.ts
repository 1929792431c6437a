import { OperationalError } from '../diagnostics/index.ts';
import type { ArmClient } from './arm-client.ts';
import { type ArmResource, unreadResource } from './arm-resource.ts';
import type { JsonObject } from './json.ts';
import type { Elsewhere, NotRead } from './not-read.ts';
import { readGraph } from './read-graph.ts';
import { readHubRoutes } from './read-hub-routes.ts';
import { countParts, readParts } from './read-parts.ts';
import { readReferred, subscriptionsElsewhere } from './read-referred.ts';
import { readScopes } from './read-scopes.ts';
import { chooseSubscriptions, type Subscription } from './subscriptions.ts';

/** What is there now, as far as it could be read. */
export interface AzureRead {
  readonly subscriptions: readonly Subscription[];
  /** By id, the same order each time. */
  readonly resources: readonly ArmResource[];
  readonly hubRoutes: readonly JsonObject[];
  readonly notRead: readonly NotRead[];
  readonly elsewhere: readonly Elsewhere[];
}

const ROUNDS_MAX = 10;

/**
 * A perimeter from Resource Graph, then what it has no rows of by REST: GET, and POST that only answers (iac-formats 6). What cannot be
 * read is said and stands as unknown; nothing is left out in silence.
 * @throws OperationalError when nothing can be read: no sign-in, no subscription, no Resource Graph
 */
export async function readAzure(
  client: ArmClient,
  wanted: readonly string[],
  onProgress: (what: string) => void,
): Promise<AzureRead> {
  onProgress('signing in to Azure…');
  const { subscriptions, missing } = await chooseSubscriptions(client, wanted);
  const ids = subscriptions.map(({ id }) => id);
  const missed: NotRead[] = missing.map((one) => ({
    what: 'subscription',
    of: one,
    why: 'it is not visible to the account that signed in',
  }));
  onProgress('asking Resource Graph…');
  const graph = await readGraph(client, ids, (rows) => onProgress(`Resource Graph: ${rows} rows`));
  if (graph.failed !== undefined) {
    const { why } = graph.failed;
    throw new OperationalError('live/refused', `Resource Graph cannot be asked: ${why}`, {
      hint: 'the account needs the role Reader on the subscription',
    });
  }
  missed.push(...graph.notRead);
  const known = new Map(graph.resources);
  const scopes = await readScopes(client, ids, known.values());
  missed.push(...scopes.notRead);
  await readRounds(client, known, missed, onProgress);
  const hubs = await readHubRoutes(client, known.values());
  missed.push(...hubs.notRead);
  for (const one of scopes.resources) add(known, one);
  return {
    subscriptions,
    resources: [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, resource]) => resource),
    hubRoutes: hubs.routes,
    notRead: missed.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)),
    elsewhere: subscriptionsElsewhere(known, ids),
  };
}

/** Parts of what is known, then what these name, then the parts of that: a base policy may have a base of its own. */
async function readRounds(
  client: ArmClient,
  known: Map<string, ArmResource>,
  missed: NotRead[],
  onProgress: (what: string) => void,
): Promise<void> {
  const asked = new Set<string>();
  const doubtful = new Set<string>();
  let fresh: readonly ArmResource[] = [...known.values()];
  for (let round = 0; fresh.length > 0; round += 1) {
    const total = countParts(fresh);
    let done = 0;
    const parts = await readParts(client, fresh, () => {
      done += 1;
      onProgress(`reading ${done}/${total} parts`);
    });
    missed.push(...parts.notRead);
    for (const one of parts.resources) add(known, one);
    for (const key of parts.doubtful) doubtful.add(key);
    if (round >= ROUNDS_MAX) break;
    const referred = await readReferred(client, known, asked);
    missed.push(...referred.notRead);
    for (const one of referred.resources) add(known, one);
    fresh = referred.resources;
  }
  for (const key of doubtful) {
    const resource = known.get(key);
    if (resource !== undefined) known.set(key, unreadResource(resource));
  }
}

function add(known: Map<string, ArmResource>, resource: ArmResource): void {
  const key = resource.id.toLowerCase();
  if (!known.has(key)) known.set(key, resource);
}

function sortKey({ of, what, why }: NotRead): string {
  return `${of.toLowerCase()}\n${what}\n${why}`;
}

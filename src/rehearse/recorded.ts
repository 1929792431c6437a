import type { Arm } from './arm.ts';
import type { JsonObject } from './json.ts';
import type { Row } from './store.ts';
import { toldForm } from './telling.ts';

/** Types that say how something came to be, not what is there. */
const NOT_RECORDED = /^microsoft\.resources\/deployments/;

/**
 * Everything that was recorded, as a list that `sallyport check` reads: each resource as a GET tells it, children that a parent shows
 * within the parent.
 */
export function recordedJson({ provider }: Arm): readonly JsonObject[] {
  const { store, catalogue, world } = provider;
  const isShown = (row: Row) => {
    const parent = store.get(row.within);
    if (parent === undefined) return false;
    return catalogue.embeddedIn(parent.type).some(({ type }) => type === row.type);
  };
  return store
    .all()
    .filter((row) => !NOT_RECORDED.test(row.type) && !isShown(row))
    .map((row) => toldForm(row, store, catalogue, world));
}

/** Types that were stored as they came, with how many there are: nothing was refused or filled in. */
export function notModelled({ provider }: Arm): ReadonlyMap<string, number> {
  const { store, catalogue } = provider;
  const counts = new Map<string, number>();
  for (const { type, body } of store.all()) {
    if (catalogue.get(type) !== undefined || type.startsWith('microsoft.resources/')) continue;
    const spelled = typeof body['type'] === 'string' ? body['type'] : type;
    counts.set(spelled, (counts.get(spelled) ?? 0) + 1);
  }
  return counts;
}

/** For `rehearse status`. */
export function statusJson(arm: Arm): JsonObject {
  const { provider, identity, journal } = arm;
  const types = new Map<string, number>();
  for (const { type, body } of provider.store.all()) {
    const spelled = typeof body['type'] === 'string' ? body['type'] : type;
    types.set(spelled, (types.get(spelled) ?? 0) + 1);
  }
  const entries = journal();
  return {
    subscriptionId: identity.subscriptionId,
    tenantId: identity.tenantId,
    resources: Object.fromEntries([...types].sort(([one], [other]) => (one < other ? -1 : 1))),
    notModelled: Object.fromEntries(notModelled(arm)),
    requests: entries.length,
    refused: entries.filter(({ status }) => status >= 400 && status !== 404).length,
    last: entries.at(-1)?.at ?? null,
  };
}

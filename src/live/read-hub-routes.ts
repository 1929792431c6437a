import type { ArmClient } from './arm-client.ts';
import { type ArmResource, pathOf, typeOf } from './arm-resource.ts';
import { isObject, itemsOf, type JsonObject, memberOf } from './json.ts';
import { type NotRead, notRead } from './not-read.ts';
import { API_VERSIONS } from './perimeter-query.ts';

export interface HubRoutes {
  /** Rows as Azure tells them, each with the hub it is of. */
  readonly routes: readonly JsonObject[];
  readonly notRead: readonly NotRead[];
}

const WHAT = 'routes in effect';

/**
 * What a Virtual WAN hub does, in Azure's own words: its routes in effect, which no configuration shows. The role Reader may not ask (it is
 * an action), and then they are missing.
 */
export async function readHubRoutes(
  client: ArmClient,
  resources: Iterable<ArmResource>,
): Promise<HubRoutes> {
  const routes: JsonObject[] = [];
  const missed: NotRead[] = [];
  const hubs = [...resources].filter((one) => typeOf(one) === 'microsoft.network/virtualhubs');
  await Promise.all(
    hubs.map(async ({ id }) => {
      const answer = await client.ask(`${pathOf(id)}/effectiveRoutes`, API_VERSIONS.network, {
        resourceId: `${id}/hubRouteTables/defaultRouteTable`,
        virtualWanResourceType: 'RouteTable',
      });
      if (answer.kind === 'failed') {
        missed.push(notRead(WHAT, id, answer));
        return;
      }
      const rows = memberOf(answer.json, 'value');
      if (!Array.isArray(rows)) missed.push(notRead(WHAT, id, { why: 'it answered no list' }));
      for (const row of itemsOf(rows)) if (isObject(row)) routes.push({ hub: id, ...row });
    }),
  );
  const order = (row: JsonObject) => JSON.stringify(row);
  return { routes: routes.sort((a, b) => (order(a) < order(b) ? -1 : 1)), notRead: missed };
}

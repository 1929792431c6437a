import type { ArmClient, Failed } from './arm-client.ts';
import { type ArmResource, armResource } from './arm-resource.ts';
import { isObject, itemsOf, type Json, memberOf, textOf } from './json.ts';
import { type NotRead, notRead } from './not-read.ts';
import { API_VERSIONS, GRAPH_PATH, PERIMETER_QUERY } from './perimeter-query.ts';

export interface GraphRead {
  /** By lower-cased id. */
  readonly resources: ReadonlyMap<string, ArmResource>;
  readonly notRead: readonly NotRead[];
  /** Resource Graph answered nothing at all. */
  readonly failed?: Failed;
}

/** As many rows as a page may have (iac-formats 6). */
const PAGE = 1_000;
const PAGES_MAX = 1_000;
/** As many as one query may be about. */
const SUBSCRIPTIONS_MAX = 1_000;

const WHAT = 'resources of Resource Graph';

/** All rows of all pages. A page that fails, or pages without end, cost what comes after them, and are said. */
export async function readGraph(
  client: ArmClient,
  subscriptions: readonly string[],
  onPage: (rows: number) => void,
): Promise<GraphRead> {
  const resources = new Map<string, ArmResource>();
  const missed: NotRead[] = [];
  for (let start = 0; start < subscriptions.length; start += SUBSCRIPTIONS_MAX) {
    const some = subscriptions.slice(start, start + SUBSCRIPTIONS_MAX);
    const failed = await readPages(client, some, resources, missed, onPage);
    if (failed === undefined) continue;
    if (resources.size === 0) return { resources, notRead: missed, failed };
    missed.push(...some.map((one) => notRead(WHAT, `/subscriptions/${one}`, failed)));
  }
  return { resources, notRead: missed };
}

async function readPages(
  client: ArmClient,
  subscriptions: readonly string[],
  resources: Map<string, ArmResource>,
  missed: NotRead[],
  onPage: (rows: number) => void,
): Promise<Failed | undefined> {
  const seen = new Set<string>();
  let token: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await client.ask(GRAPH_PATH, API_VERSIONS.graph, {
      subscriptions,
      query: PERIMETER_QUERY,
      options: {
        $top: PAGE,
        resultFormat: 'objectArray',
        ...(token === undefined ? {} : { $skipToken: token }),
      },
    });
    if (answer.kind === 'failed') return answer;
    const rows = memberOf(answer.json, 'data');
    if (!Array.isArray(rows)) return failed('it answered without rows');
    const before = resources.size;
    for (const row of itemsOf(rows)) keep(row, resources, missed);
    onPage(resources.size);
    token = textOf(memberOf(answer.json, '$skipToken'));
    if (token === undefined || token === '') {
      // `true` and no token: it knows of more and does not hand it out.
      const truncated = memberOf(answer.json, 'resultTruncated');
      return truncated === 'true' || truncated === true
        ? failed('it says that there are more rows, and not where')
        : undefined;
    }
    if (seen.has(token) || resources.size === before) return failed('its pages lead in a circle');
    seen.add(token);
  }
  return failed(`it has more than ${PAGES_MAX} pages`);
}

function keep(row: Json, resources: Map<string, ArmResource>, missed: NotRead[]): void {
  const resource = armResource(row);
  if (resource === undefined) {
    const id = isObject(row) ? textOf(row['id']) : undefined;
    missed.push({ what: 'a row of Resource Graph', of: id ?? '', why: 'it is no resource' });
    return;
  }
  const key = resource.id.toLowerCase();
  if (!resources.has(key)) resources.set(key, resource);
}

function failed(why: string): Failed {
  return { kind: 'failed', why };
}

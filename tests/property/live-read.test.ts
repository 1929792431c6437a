import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OperationalError } from '../../src/diagnostics/index.ts';
import type { ArmClient, Failed, Listed } from '../../src/live/arm-client.ts';
import { armResource } from '../../src/live/arm-resource.ts';
import { type Json, parseAnswer } from '../../src/live/json.ts';
import { leanObject, withoutOwned } from '../../src/live/lean-object.ts';
import { createLimiter } from '../../src/live/limiter.ts';
import { azureFiles } from '../../src/live/live-files.ts';
import { readAzure } from '../../src/live/read-azure.ts';
import { readGraph } from '../../src/live/read-graph.ts';

const SUBSCRIPTION = '11111111-1111-4111-8111-111111111111';
const idOf = (type: string, name: string) =>
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/${type}/${name}`;

/** A service that answers what it is told to, at the door where HTTP has been dealt with. */
function service(answers: {
  readonly page: (token: string | undefined) => Json;
  readonly list?: (path: string) => Listed;
  readonly get?: (path: string) => Json | Failed;
}): ArmClient {
  const answer = (json: Json) => ({ kind: 'answer', json }) as const;
  return {
    ask: async (path, _, body) => {
      if (!path.endsWith('ResourceGraph/resources')) return { kind: 'failed', why: 'no' };
      const { options } = body as { options: { $skipToken?: string } };
      return answer(answers.page(options.$skipToken));
    },
    get: async (path) => answer((answers.get?.(path) ?? null) as Json),
    list: async (path) => {
      if (path === '/subscriptions') {
        return { items: [{ subscriptionId: SUBSCRIPTION, displayName: 'Shop' }] };
      }
      return answers.list?.(path) ?? { items: [] };
    },
  };
}

const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/), { maxLength: 30 });

describe('a live read', () => {
  it('is the same however the service cuts it into pages, and in whatever order rows come', async () => {
    await fc.assert(
      fc.asyncProperty(
        names.chain((list) =>
          fc.tuple(
            fc.constant(list),
            fc.shuffledSubarray([...list], { minLength: list.length }),
            fc.integer({ min: 1, max: 8 }),
          ),
        ),
        async ([list, shuffled, size]) => {
          const rows = (some: readonly string[]) =>
            some.map((name) => ({ id: idOf('ipGroups', name), properties: { n: name } }));
          const whole = service({ page: () => ({ data: rows(list) }) });
          const cut = service({
            page: (token) => {
              const start = Number(token ?? 0);
              const data = rows(shuffled.slice(start, start + size));
              const next = start + size;
              return { data, ...(next < shuffled.length ? { $skipToken: String(next) } : {}) };
            },
          });
          const texts = await Promise.all(
            [whole, cut].map(async (client) =>
              azureFiles(await readAzure(client, ['Shop'], () => undefined), 'now'),
            ),
          );
          expect(texts[1]).toEqual(texts[0]);
          expect(JSON.parse(texts[0]![0]!.text)).toHaveLength(list.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('ends with files or with a reason, whatever JSON the service answers', async () => {
    const strange = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
    const id = fc.constantFrom(
      ...['firewallPolicies/p', 'privateDnsZones/z', 'virtualHubs/h', 'azureFirewalls/f'].map(
        (one) => idOf(...(one.split('/') as [string, string])),
      ),
      'x',
      '/subscriptions//',
      '',
    );
    const row = fc.oneof(
      strange,
      fc.record({ id: fc.oneof(id, strange), properties: strange, name: strange }),
      fc.record({ id, properties: fc.record({ basePolicy: fc.record({ id }) }) }),
    );
    const page = fc.oneof(
      strange,
      fc.record({ data: fc.array(row), $skipToken: fc.option(fc.string(), { nil: undefined }) }),
    );
    await fc.assert(
      fc.asyncProperty(page, fc.array(row), strange, async (graph, items, got) => {
        const client = service({
          page: () => graph as Json,
          list: () => ({ items: items as readonly Json[] }),
          get: () => got,
        });
        try {
          const read = await readAzure(client, [SUBSCRIPTION], () => undefined);
          const [file] = azureFiles(read, 'now');
          const ids = (JSON.parse(file!.text) as { id: string }[]).map((one) =>
            one.id.toLowerCase(),
          );
          // One resource, once; each with an id that says what it is.
          expect(new Set(ids).size).toBe(ids.length);
          expect(ids.every((one) => one.startsWith('/'))).toBe(true);
        } catch (error) {
          if (!(error instanceof OperationalError)) throw error;
        }
      }),
      { numRuns: 150 },
    );
  });

  it('keeps every row that has an id, and says every other one', async () => {
    const row = fc.oneof(
      names.map((list) => ({ id: idOf('ipGroups', list[0] ?? 'a') })),
      fc.jsonValue({ maxDepth: 2 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
        const client = service({ page: () => ({ data: rows as Json[] }) });
        const { resources, notRead } = await readGraph(client, [SUBSCRIPTION], () => undefined);
        const good = rows.flatMap((one) => armResource(one as Json)?.id.toLowerCase() ?? []);
        expect([...resources.keys()].sort()).toEqual([...new Set(good)].sort());
        expect(notRead).toHaveLength(rows.length - good.length);
      }),
      { numRuns: 100 },
    );
  });
});

describe('objects of a cluster', () => {
  it('any JSON is an object that can be written, or none', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue({ maxDepth: 4 }),
          fc.record({
            kind: fc.constantFrom('Pod', 'Deployment', 'CronJob', 'Node', 'Secret', 'ConfigMap'),
            metadata: fc.oneof(fc.record({ name: fc.string() }), fc.jsonValue()),
            spec: fc.jsonValue({ maxDepth: 4 }),
            status: fc.jsonValue(),
          }),
        ),
        (json) => {
          const lean = leanObject(json as Json);
          if (lean === undefined) return;
          expect(lean['kind']).not.toBe('Secret');
          expect(JSON.parse(JSON.stringify(lean))).toBeTypeOf('object');
          expect(withoutOwned([lean]).length).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('a chain of owners is told by its first, whatever is missing in the middle', () => {
    const object = (kind: string, name: string, owner?: readonly [string, string]) => ({
      kind,
      metadata: {
        name,
        namespace: 'n',
        ...(owner === undefined ? {} : { ownerReferences: [{ kind: owner[0], name: owner[1] }] }),
      },
    });
    const deployment = object('Deployment', 'web');
    const set = object('ReplicaSet', 'web-1', ['Deployment', 'web']);
    const pod = object('Pod', 'web-1-a', ['ReplicaSet', 'web-1']);
    expect(withoutOwned([pod, set, deployment])).toEqual([deployment]);
    // Sets may not be listed: then the pod is all that is known of it.
    expect(withoutOwned([pod, deployment])).toEqual([pod, deployment]);
    expect(withoutOwned([pod, set])).toEqual([set]);
  });
});

describe('bounds', () => {
  it('a limiter runs everything, and never more at once than it may', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.boolean(), { maxLength: 30 }),
        async (most, fates) => {
          const limited = createLimiter(most);
          let running = 0;
          let highest = 0;
          const results = await Promise.allSettled(
            fates.map((isGood) =>
              limited(async () => {
                running += 1;
                highest = Math.max(highest, running);
                await Promise.resolve();
                running -= 1;
                if (!isGood) throw new Error('bad');
              }),
            ),
          );
          expect(results.map(({ status }) => status === 'fulfilled')).toEqual(fates);
          expect(highest).toBeLessThanOrEqual(most);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('any text is JSON of a bounded depth, or no answer', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.nat(300).map((n) => '['.repeat(n) + ']'.repeat(n)),
        ),
        (text) => {
          const json = parseAnswer(text);
          if (json !== undefined) expect(JSON.parse(text)).toEqual(json);
        },
      ),
    );
    expect(parseAnswer('['.repeat(100) + ']'.repeat(100))).toBeDefined();
    expect(parseAnswer('['.repeat(102) + ']'.repeat(102))).toBeUndefined();
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createArm } from '../../src/rehearse/arm.ts';
import { armError } from '../../src/rehearse/arm-error.ts';
import type { ArmAnswer } from '../../src/rehearse/arm-request.ts';
import type { Behaviour } from '../../src/rehearse/behaviour.ts';
import { defaultIdentity } from '../../src/rehearse/identity.ts';
import type { Json } from '../../src/rehearse/json.ts';
import type { Changes, StateFile } from '../../src/rehearse/state-file.ts';

/**
 * The endpoint against a model that is as simple as can be: a parent and its children in two maps. Whatever is asked in whatever order, both
 * say the same, the file holds what the answers promised, and an endpoint started from the file goes on where this one stopped.
 */
const NAMES = ['a', 'B', 'c'];
const S = defaultIdentity().subscriptionId;
const rg = `/subscriptions/${S}/resourceGroups/rg`;
const parentId = (name: string) => `${rg}/providers/Contoso.Net/tables/${name}`;
const childId = (parent: string, name: string) => `${parentId(parent)}/rows/${name}`;

/** Children are told inside the parent; one value is refused, wherever it comes from. */
const behaviours: readonly Behaviour[] = [
  { type: 'contoso.net/tables' },
  {
    type: 'contoso.net/tables/rows',
    embeddedAs: { parent: 'contoso.net/tables', property: 'rows' },
    refuse: ({ body }) =>
      numberIn(body) === 13 ? armError(400, 'Unlucky', 'no row holds 13') : undefined,
    fill: ({ body }) => ({
      properties: { value: numberIn(body), double: 2 * (numberIn(body) ?? 0) },
    }),
  },
];

const numberIn = (body: Json | undefined) =>
  ((body as { properties?: { value?: number } })?.properties?.value ?? null) as number | null;

type Model = Map<string, Map<string, number>>;

/** What a file would hold: rows by key, changed as one. */
function memoryFile(): StateFile {
  const rows = new Map<string, Changes['written'][number]>();
  const addresses = new Map<string, string>();
  let journal: Changes['journal'][number][] = [];
  return {
    load: () => ({
      rows: [...rows.values()].sort((a, b) => a.position - b.position),
      buried: [],
      addresses,
      journal,
    }),
    commit: (changes) => {
      for (const { key } of changes.removed) rows.delete(key);
      for (const row of changes.written) rows.set(row.key, structuredClone(row));
      journal = [...journal, ...changes.journal];
    },
    clear: () => rows.clear(),
    close: () => {},
  };
}

const start = (file: StateFile) =>
  createArm({
    ...defaultIdentity(),
    behaviours,
    file,
    now: () => '2026-11-21T00:00:00Z',
    origin: () => 'https://localhost:1',
  });

const name = fc.constantFrom(...NAMES);
const value = fc.constantFrom(1, 2, 13);
const spelled = fc.boolean();
const step = fc.oneof(
  fc.record({
    kind: fc.constant('put-parent' as const),
    parent: name,
    rows: fc.uniqueArray(fc.tuple(name, value), {
      selector: ([one]) => one.toLowerCase(),
      maxLength: 3,
    }),
    upper: spelled,
  }),
  fc.record({
    kind: fc.constant('put-child' as const),
    parent: name,
    child: name,
    value,
    upper: spelled,
  }),
  fc.record({
    kind: fc.constant('delete-child' as const),
    parent: name,
    child: name,
    upper: spelled,
  }),
  fc.record({ kind: fc.constant('delete-parent' as const), parent: name, upper: spelled }),
  fc.record({ kind: fc.constant('patch-tags' as const), parent: name, upper: spelled }),
  fc.record({ kind: fc.constant('restart' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe('the store of the endpoint', () => {
  it('says what a map of maps says, in parents and in children, through restarts', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const file = memoryFile();
        let arm = start(file);
        const ask = (method: string, path: string, body?: Json): ArmAnswer =>
          arm.handle({
            method,
            path,
            query: new URLSearchParams(),
            headers: {},
            text: body === undefined ? '' : JSON.stringify(body),
          });
        ask('PUT', rg, { location: 'eastus' });
        const model: Model = new Map();
        for (const one of steps) {
          if (one.kind === 'restart') arm = start(file);
          else expect(carryOut(one, ask), JSON.stringify(one)).toBe(expected(one, model));
          compare(model, ask);
        }
        arm = start(file);
        compare(model, ask);
      }),
      { numRuns: 150 },
    );
  });

  it('whatever a client sent comes back untouched, and its own etag lets it write once', () => {
    const json = fc.letrec<{ json: Json }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 3 },
        fc.constant(null),
        fc.boolean(),
        fc.integer(),
        fc.string(),
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(fc.string({ minLength: 1 }), tie('json'), { maxKeys: 3 }),
      ),
    })).json;
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), json, { maxKeys: 4 }), (sent) => {
        const arm = start(memoryFile());
        const ask = (method: string, body: Json, headers: Record<string, string> = {}) =>
          arm.handle({
            method,
            path: `${rg}/providers/Contoso.Other/things/t`,
            query: new URLSearchParams(),
            headers,
            text: JSON.stringify(body),
          });
        arm.handle({
          method: 'PUT',
          path: rg,
          query: new URLSearchParams(),
          headers: {},
          text: '{"location":"eastus"}',
        });
        const made = ask('PUT', { location: 'eastus', properties: { sent } });
        expect(made.status).toBe(201);
        expect((made.body as { properties: { sent: Json } }).properties.sent).toEqual(sent);
        const etag = made.headers?.['ETag'] ?? '';
        expect(ask('PUT', made.body ?? null, { 'if-match': etag }).status).toBe(200);
        expect(ask('PUT', made.body ?? null, { 'if-match': etag }).status).toBe(412);
        expect(ask('PUT', made.body ?? null, { 'if-none-match': '*' }).status).toBe(412);
      }),
      { numRuns: 100 },
    );
  });
});

type Ask = (method: string, path: string, body?: Json) => ArmAnswer;
const cased = (id: string, upper: boolean) => (upper ? id.toUpperCase() : id);

function carryOut(step: Exclude<Step, { kind: 'restart' }>, ask: Ask): number {
  switch (step.kind) {
    case 'put-parent': {
      const rows = step.rows.map(([row, number]) => ({ name: row, properties: { value: number } }));
      return ask('PUT', cased(parentId(step.parent), step.upper), {
        location: 'eastus',
        properties: { rows },
      }).status;
    }
    case 'put-child':
      return ask('PUT', cased(childId(step.parent, step.child), step.upper), {
        properties: { value: step.value },
      }).status;
    case 'delete-child':
      return ask('DELETE', cased(childId(step.parent, step.child), step.upper)).status;
    case 'delete-parent':
      return ask('DELETE', cased(parentId(step.parent), step.upper)).status;
    case 'patch-tags':
      return ask('PATCH', cased(parentId(step.parent), step.upper), { tags: { a: 'b' } }).status;
  }
}

/** The same on the model; the status that has to come. */
function expected(step: Exclude<Step, { kind: 'restart' }>, model: Model): number {
  const key = step.parent.toLowerCase();
  const rows = model.get(key);
  switch (step.kind) {
    case 'put-parent': {
      if (step.rows.some(([, number]) => number === 13)) return 400;
      model.set(key, new Map(step.rows.map(([row, number]) => [row.toLowerCase(), number])));
      return rows === undefined ? 201 : 200;
    }
    case 'put-child': {
      if (rows === undefined) return 404;
      if (step.value === 13) return 400;
      const isNew = !rows.has(step.child.toLowerCase());
      rows.set(step.child.toLowerCase(), step.value);
      return isNew ? 201 : 200;
    }
    case 'delete-child':
      return rows?.delete(step.child.toLowerCase()) === true ? 200 : 204;
    case 'delete-parent':
      return model.delete(key) ? 200 : 204;
    case 'patch-tags':
      return rows === undefined ? 404 : 200;
  }
}

interface Told {
  readonly name: string;
  readonly etag?: string;
  readonly properties: {
    readonly rows: readonly { name: string; properties: { value: number; double: number } }[];
  };
}

function compare(model: Model, ask: Ask): void {
  const listed = (
    ask('GET', `${rg}/providers/contoso.net/TABLES`).body as unknown as { value: readonly Told[] }
  ).value;
  const seen = new Map(
    listed.map((one) => [
      one.name.toLowerCase(),
      new Map(one.properties.rows.map((row) => [row.name.toLowerCase(), row.properties.value])),
    ]),
  );
  expect(sorted(seen)).toEqual(sorted(model));
  for (const [parent, rows] of model) {
    const children = ask('GET', `${parentId(parent)}/rows`).body as {
      value: Told['properties']['rows'];
    };
    const within = (ask('GET', parentId(parent)).body as unknown as Told).properties.rows;
    // Both views agree to the letter.
    expect(children.value).toEqual(within);
    expect(within.every((row) => row.properties.double === 2 * row.properties.value)).toBe(true);
    expect(within.length).toBe(rows.size);
  }
}

function sorted(model: ReadonlyMap<string, ReadonlyMap<string, number>>) {
  return [...model]
    .map(([key, rows]) => [key, [...rows].sort()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

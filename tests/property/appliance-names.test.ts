import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NamedRule } from '../../src/appliance/application/application-rules.ts';
import { applicationMaps, type NameMaps } from '../../src/appliance/application/name-maps.ts';
import { type NamePattern, namePattern } from '../../src/appliance/application/name-pattern.ts';
import { type AddressSet, ALL_IPV4, type Port } from '../../src/net/index.ts';

/**
 * Application rules against the maps they are compiled to. The maps are asked as the proxy asks them (`look-up.ts`): the whole
 * name, its parents from the longest, `*`, each for the class of the client and then for everybody; and the ends beside them.
 */

const PATTERNS = [
  '*',
  'x.com',
  '*.x.com',
  '*x.com',
  'a.x.com',
  '*.a.x.com',
  'b.a.x.com',
  '*.com',
  '*com',
  '*.y.com',
  'evilx.com',
  'a.b.c.x.com',
  '*m',
  'com',
].map((text) => namePattern(text)!);

const NAMES = [
  'x.com',
  'a.x.com',
  'b.a.x.com',
  'c.b.a.x.com',
  'evilx.com',
  'a.b.c.x.com',
  'z.a.b.c.x.com',
  'com',
  'y.com',
  'q.y.com',
  'x.com.evil.org',
  'other.net',
  '1.2.3.4.5.6.7.8.9.x.com',
];

const SOURCES: readonly AddressSet[] = [
  ALL_IPV4,
  { v4: [10, 19], v6: [] },
  { v4: [15, 29], v6: [] },
  { v4: [12, 12, 40, 49], v6: [] },
  { v4: [], v6: [] },
];
const CLIENTS = [0, 10, 12, 14, 15, 19, 20, 29, 30, 45, 0xffff_ffff];
const PORTS = [443, 8443] as Port[];

const rules = fc
  .array(
    fc.record({
      action: fc.constantFrom('Allow' as const, 'Deny' as const),
      sources: fc.constantFrom(...SOURCES),
      endpoints: fc
        .tuple(fc.constantFrom(...PORTS), fc.subarray(PATTERNS, { maxLength: 4 }))
        .map(([port, patterns]) => [{ protocol: 'tls' as const, port, patterns }]),
    }),
    { maxLength: 14 },
  )
  .map((list) => list.map((rule, at): NamedRule => ({ ...rule, number: at + 1 })));

/** By the words of the reference: any depth below, the apex not, `*x.com` is an end of the text (azure-firewall 2.6). */
function matches(pattern: NamePattern, name: string): boolean {
  switch (pattern.kind) {
    case 'any':
      return true;
    case 'exact':
      return name === pattern.name;
    case 'below':
      return name.endsWith(`.${pattern.parent}`);
    case 'ending':
      return name.endsWith(pattern.end);
  }
}

function byHand(list: readonly NamedRule[], client: number, port: Port, name: string): string {
  for (const { number, action, sources, endpoints } of list) {
    const isFrom = sources.v4.some(
      (low, at) => at % 2 === 0 && low <= client && client <= sources.v4[at + 1]!,
    );
    const isNamed = endpoints.some(
      (entry) => entry.port === port && entry.patterns.some((pattern) => matches(pattern, name)),
    );
    if (isFrom && isNamed) return `${action}:${number}`;
  }
  return 'none';
}

function asked(maps: NameMaps, tails: readonly string[], name: string): string {
  const entries = new Map(maps.names);
  const up = name.split('.').slice(1);
  const heads = [
    name,
    ...maps.depths.map((depth) => `*.${up.slice(-depth).join('.')}`),
    ...(maps.hasAny ? ['*'] : []),
  ];
  let hit: string | undefined;
  for (const head of heads) for (const tail of tails) hit ??= entries.get(`${head}|${tail}`);
  for (const tail of tails) {
    const key = `${name}|${tail}`;
    const end = maps.endings.find(([ending]) => key.endsWith(ending))?.[1];
    if (end !== undefined && (hit === undefined || rank(end) < rank(hit))) hit = end;
  }
  return hit ?? 'none';
}

function rank(verdict: string): number {
  return Number(verdict.split(':')[1]);
}

describe('maps of names', () => {
  it('decide every name for every client as the first matching rule does', () => {
    fc.assert(
      fc.property(rules, (list) => {
        const { tls, sources, isTooLarge } = applicationMaps(list);
        expect(isTooLarge).toBe(false);
        const wrong = CLIENTS.flatMap((client) => {
          const found = sources.ranges.find(({ low, high }) => low <= client && client <= high);
          return PORTS.flatMap((port) => {
            const tails = [`${port}|${found?.class ?? '-'}`, `${port}|*`];
            return NAMES.filter(
              (name) => asked(tls, tails, name) !== byHand(list, client, port, name),
            ).map((name) => ({ client, port, name }));
          });
        });
        expect(wrong.slice(0, 1)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sourceText } from '../../src/diagnostics/index.ts';
import { importPerimeter } from '../../src/importers/perimeter-yaml/index.ts';
import { parsePrefix, prefixCovers, prefixesOverlap } from '../../src/net/index.ts';
import { path, stringOf } from '../../src/values/index.ts';
import { answers, faults, told, worldOf } from '../conformance/intent/page-world.ts';
import { projectRoot } from '../support/source-tree.ts';

/**
 * What every page promises: it expands without a word of complaint, its own ways out are open, and no other is. Names are
 * random, so nothing here knows what the expansion calls its parts.
 */

const label = fc.stringMatching(/^[a-z][a-z0-9]{1,9}$/);
const host = fc.tuple(label, label).map(([a, b]) => `${a}.${b}.example`);

interface Way {
  readonly app: string;
  readonly host: string;
  readonly port: 80 | 443;
}

const pages = fc.record({
  name: label,
  namespace: label,
  location: fc.constantFrom('westeurope', 'eastus', 'northeurope'),
  plugin: fc.constantFrom('overlay', 'podSubnet', 'nodeSubnet'),
  rules: fc.constantFrom('policy', 'classic'),
  tier: fc.constantFrom('Standard', 'Premium'),
  hub: fc.integer({ min: 0, max: 255 }).map((one) => `10.0.${one}.0/24`),
  spoke: fc.integer({ min: 1, max: 243 }).map((one) => `10.${one}.0.0/16`),
  ways: fc.uniqueArray(fc.record<Way>({ app: label, host, port: fc.constantFrom(80, 443) }), {
    minLength: 1,
    maxLength: 4,
    selector: (way) => `${way.app} ${way.host} ${way.port}`,
  }),
});

type Page = typeof pages extends fc.Arbitrary<infer T> ? T : never;

function written({
  name,
  namespace,
  location,
  plugin,
  rules,
  tier,
  hub,
  spoke,
  ways,
}: Page): string {
  const egress = ways.map(
    (way) =>
      `  - { from: { namespace: ${namespace}, app: ${way.app} }, to: "${way.host}:${way.port}" }\n`,
  );
  return `name: ${name}
location: ${location}
hub: { addressSpace: ${hub}, firewall: { rules: ${rules}, tier: ${tier} } }
spokes: [{ name: ${name}, addressSpace: ${spoke} }]
clusters: [{ name: ${name}, imagesFrom: [ghcr.io], network: { plugin: ${plugin} } }]
namespaces: [{ name: ${namespace} }]
egress:
${egress.join('')}`;
}

describe('every page', () => {
  it('is expanded without complaint; its ways out are open, and everything else to the internet is denied', async () => {
    await fc.assert(
      fc.asyncProperty(pages, async (page) => {
        const { namespace, ways } = page;
        const apps = [...new Set(ways.map(({ app }) => app))];
        const world = await worldOf(
          written(page),
          [...apps, 'bystander'].map((app) => [namespace, app] as const),
        );
        expect(told(world)).toEqual([]);
        const isWay = (app: string, to: string) =>
          ways.some((way) => way.app === app && `${way.host}:${way.port}` === to);
        const ends = [...ways.map((way) => `${way.host}:${way.port}`), 'www.other.example:443'];
        for (const app of [...apps, 'bystander']) {
          for (const to of [...ends, '198.51.100.7:443']) {
            const expected = isWay(app, to) ? 'allowed' : 'denied';
            expect(answers(world, `deploy:${namespace}/${app}`, to), `${app} → ${to}`).toBe(
              expected,
            );
          }
        }
      }),
      { numRuns: 12 },
    );
  }, 30_000);

  it('gives out ranges inside their network that overlap nothing', async () => {
    const sizes = fc.record({
      pools: fc.array(
        fc.record({
          maxNodes: fc.integer({ min: 3, max: 60 }),
          maxPods: fc.integer({ min: 10, max: 250 }),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      plugin: fc.constantFrom('overlay', 'podSubnet', 'nodeSubnet'),
      second: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ pools, plugin, second }) => {
        const listed = pools.map(
          (pool, index) =>
            `{ name: p${index}, maxNodes: ${pool.maxNodes}, maxPods: ${pool.maxPods} }`,
        );
        const world = await worldOf(`name: shop
location: eastus
hub: { addressSpace: 10.0.0.0/24 }
spokes: [{ name: shop, addressSpace: 10.16.0.0/12 }]
clusters: [{ name: shop, ${second ? 'also: green, ' : ''}network: { plugin: ${plugin} }, pools: [${listed.join(', ')}] }]
ingress: [{ name: web, to: { namespace: shop, app: web } }]
namespaces: [{ name: shop }]
`);
        expect(told(world)).toEqual([]);
        const space = parsePrefix('10.16.0.0/12')!;
        const inSpoke = [...world.snapshot.resources.values()].flatMap(({ body }) => {
          const text = stringOf(path(body, 'properties', 'addressPrefix'));
          const prefix = text === undefined ? undefined : parsePrefix(text);
          return prefix !== undefined && prefix.length > 8 && prefixesOverlap(space, prefix)
            ? [prefix]
            : [];
        });
        expect(inSpoke.length).toBeGreaterThan(2);
        for (const [index, one] of inSpoke.entries()) {
          expect(prefixCovers(space, one)).toBe(true);
          for (const other of inSpoke.slice(index + 1)) {
            expect(prefixesOverlap(one, other)).toBe(false);
          }
        }
        // The check counts the addresses of nodes, pods and surge nodes by itself (aks 2.3).
        expect(faults(world, 'cluster/subnet-too-small', 'cluster/pod-range-too-small')).toEqual(
          [],
        );
      }),
      { numRuns: 8 },
    );
  }, 30_000);

  it('says the same thing every time', async () => {
    await fc.assert(
      fc.asyncProperty(pages, async (page) => {
        const bodies = async () => {
          const { snapshot } = await worldOf(written(page));
          return [...snapshot.resources].map(([key, { body }]) => [key, body]);
        };
        expect(await bodies()).toEqual(await bodies());
      }),
      { numRuns: 3 },
    );
  }, 30_000);
});

describe('whatever is written', () => {
  const example = readFileSync(
    join(projectRoot, 'examples', 'perimeter-store', 'perimeter.yaml'),
    'utf8',
  );
  const damage = fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.integer({ min: 0, max: 40 }),
      with: fc.constantFrom(
        '',
        ' ',
        '\n',
        ': ',
        '- ',
        '[]',
        '{}',
        '~',
        '*x',
        '&x ',
        '"',
        '-1',
        '1e309',
        '\u0000',
        '10.0.0.0/33',
        'yes',
      ),
    }),
    { minLength: 1, maxLength: 4 },
  );

  it('reading a damaged page ends, with a place for everything that is told', () => {
    fc.assert(
      fc.property(damage, (list) => {
        const text = list.reduce((whole, one) => {
          const at = Math.floor(one.at * whole.length);
          return whole.slice(0, at) + one.with + whole.slice(at + one.length);
        }, example);
        const read = importPerimeter(text, sourceText('perimeter.yaml', text));
        if (read.kind === 'expectations') return;
        const told = read.kind === 'part' ? read.part.diagnostics : read.diagnostics;
        if (read.kind === 'faulty') {
          expect(told.some(({ severity }) => severity === 'error')).toBe(true);
        }
        for (const { at } of told) {
          expect(at?.source.file).toBe('perimeter.yaml');
          expect(at?.offset).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 80 },
    );
  });
});

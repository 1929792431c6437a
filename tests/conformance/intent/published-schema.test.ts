import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { sourceText } from '../../../src/diagnostics/index.ts';
import { FACTS } from '../../../src/facts/index.ts';
import { parseYaml } from '../../../src/importers/kubernetes-yaml/index.ts';
import {
  DEFAULTS,
  type Default,
  definePerimeter,
  isPage,
  PERIMETER_SCHEMA,
  type Perimeter,
} from '../../../src/intent/index.ts';
import { toJson, type Value } from '../../../src/values/index.ts';
import { projectRoot } from '../../support/source-tree.ts';
import { page } from './page-world.ts';

// That the published schema is the one made of the sources is tested with the other generated pages: tests/docs.test.ts.
const schema = JSON.parse(
  readFileSync(join(projectRoot, 'schemas', 'perimeter.schema.json'), 'utf8'),
);
const accepts = new Ajv({ strict: false }).compile(schema);

function pageValue(yaml: string): Value {
  const { documents, diagnostics } = parseYaml(yaml, sourceText('perimeter.yaml', yaml));
  expect(diagnostics).toEqual([]);
  return documents[0]!.value!;
}

const example = readFileSync(
  join(projectRoot, 'examples', 'perimeter-store', 'perimeter.yaml'),
  'utf8',
);
const shown = /```yaml\n([\s\S]*?)```/.exec(
  readFileSync(join(projectRoot, 'docs', 'perimeter.md'), 'utf8'),
)?.[1];

describe('editors and the reader accept the same pages', () => {
  it.each([
    ['the example', example, true],
    ['the page about it', shown ?? '', true],
    ['a minimal page', page(), true],
    ['a page that only expects', 'expect:\n  - always: aks-dependencies\n', true],
    ['a misspelt key', page('igress: []\n'), false],
    ['a wrong type', page().replace('name: shop\nlocation', 'name: 7\nlocation'), false],
    ['no location', page().replace('location: westeurope\n', ''), false],
    [
      'no clusters',
      'name: shop\nlocation: westeurope\nhub: { addressSpace: 10.0.0.0/24 }\n',
      false,
    ],
    [
      'an unknown tier',
      page().replace('/24\nspokes', '/24\n  firewall: { tier: Gold }\nspokes'),
      false,
    ],
    ['an unknown add-on', page('', '    addOns: [magic]\n'), false],
    ['too many pods for a node', page('', '    pools: [{ name: a, maxPods: 900 }]\n'), false],
    [
      'a port beyond all',
      page('ingress: [{ name: w, to: { namespace: shop }, publicPort: 70000 }]\n'),
      false,
    ],
    ['a day that is none', page('egress: [{ from: nodes, to: x.io, until: soon }]\n'), false],
    ['nobody who calls', page('egress: [{ to: x.io }]\n'), false],
    [
      'two forms at once',
      page('egress: [{ from: { namespace: shop, pod: x }, to: x.io }]\n'),
      false,
    ],
  ])('%s', (_, yaml, isRight) => {
    const value = pageValue(yaml);
    const json = toJson(value);
    expect(accepts(json), 'the published schema').toBe(isRight);
    const understood = isPage(value) ? PERIMETER_SCHEMA.safeParse(json).success : true;
    expect(understood, 'the reader').toBe(isRight);
  });

  it('every key says what it is', () => {
    const silent: string[] = [];
    const visit = (node: unknown, name: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { properties, description } = node as { properties?: object; description?: string };
      if (description === undefined && name !== '' && !('$ref' in node)) silent.push(name);
      for (const [key, inner] of Object.entries(properties ?? {})) visit(inner, `${name}.${key}`);
      const { items, anyOf } = node as { items?: object; anyOf?: object[] };
      for (const inner of [items, ...(anyOf ?? [])]) {
        for (const [key, deeper] of Object.entries(
          (inner as { properties?: object })?.properties ?? {},
        )) {
          visit(deeper, `${name}.${key}`);
        }
      }
    };
    visit(schema, '');
    expect(silent).toEqual([]);
  });

  it('every default has a reason, and a source that is a fact or a document', () => {
    for (const [key, { why, source }] of Object.entries<Default>(DEFAULTS)) {
      expect(why.length, key).toBeGreaterThan(20);
      for (const id of source.match(/\b[A-Z0-9]{3}-[A-Z]?\d+\b/g) ?? []) {
        expect(Object.keys(FACTS), key).toContain(id);
      }
    }
  });
});

describe('a page built by code', () => {
  const built: Perimeter = {
    name: 'shop',
    location: 'westeurope',
    hub: { addressSpace: '10.0.0.0/24' },
    spokes: [{ name: 'shop', addressSpace: '10.1.0.0/16' }],
    clusters: [{ name: 'shop' }],
    namespaces: [{ name: 'shop' }],
    egress: [{ from: { namespace: 'shop', app: 'order' }, to: 'api.stripe.com:443' }],
  };
  const options = { subscriptionId: '11111111-2222-3333-4444-555555555555', requiredEgress: [] };

  it('expands to what the same page written expands to', () => {
    const { diagnostics, expand } = definePerimeter(built);
    expect(diagnostics).toEqual([]);
    const { resources } = expand(options);
    expect(resources.length).toBeGreaterThan(40);
    expect(
      resources.every(({ id }) => id.startsWith(`/subscriptions/${options.subscriptionId}/`)),
    ).toBe(true);
  });

  it('is checked like one, and names the part that is wrong', () => {
    const { page: none, diagnostics } = definePerimeter({ ...built, name: 'Not A Name' });
    expect(none).toBeUndefined();
    expect(diagnostics[0]?.at?.source.file).toBe('the perimeter: name');
    const { diagnostics: told } = definePerimeter({
      ...built,
      spokes: [{ name: 'shop', addressSpace: '10.0.0.0/16' }],
    }).expand(options);
    expect(told[0]).toMatchObject({ code: 'intent/address-overlap' });
    expect(told[0]?.at?.source.file).toBe('the perimeter: spokes.0.addressSpace');
  });
});

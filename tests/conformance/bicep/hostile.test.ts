// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the language has these too.
import { describe, expect, it } from 'vitest';
import { importFiles } from '../import/import-files.ts';
import { bodyNamed, importBicep } from './import-bicep.ts';

const GOOD = "resource good 'A.B/c@1' = {\n  name: 'good'\n}\n";
const many = (text: string, count: number) => text.repeat(count);

/** Whatever is asked for, the answer comes (within a second or two, on a machine that does nothing else), says where it gave up, and holds the rest. */
async function survives(text: string, codes: readonly string[], milliseconds = 20_000) {
  const start = performance.now();
  const snapshot = await importBicep(text);
  expect(performance.now() - start).toBeLessThan(milliseconds);
  expect(snapshot.diagnostics.map(({ code }) => code)).toEqual(expect.arrayContaining([...codes]));
  return snapshot;
}

describe('deep nesting is refused at its place, and the rest is read', () => {
  const DEPTH = 5_000;
  it.each<readonly [string, string]>([
    ['arrays', `${many('[', DEPTH)}1${many(']', DEPTH)}`],
    ['objects', `${many('{ a: ', DEPTH)}1${many('}', DEPTH)}`],
    ['parentheses', `${many('(', DEPTH)}1${many(')', DEPTH)}`],
    ['negations', `${many('!', DEPTH)}true`],
    ['sums', `1${many(' + 1', DEPTH)}`],
    ['properties', `a${many('.a', DEPTH)}`],
    ['indices', `a${many('[a', DEPTH)}${many(']', DEPTH)}`],
    ['choices', `${many('true ? 1 : ', DEPTH)}1`],
    ['calls', `${many('f(', DEPTH)}1${many(')', DEPTH)}`],
    ['lambdas', `map([1], ${many('x => ', DEPTH)}1)`],
    ['texts in texts', `${many("'${", DEPTH)}1${many("}'", DEPTH)}`],
    ['loops', `${many('[for x in y: ', DEPTH)}1${many(']', DEPTH)}`],
  ])('%s', async (_, value) => {
    const snapshot = await survives(`var deep = ${value}\n${GOOD}`, ['bicep/too-deep']);
    expect(bodyNamed(snapshot, 'good')).toMatchObject({ name: 'good' });
  });

  it('types and nested resources', async () => {
    await survives(`param p string${many('[]', DEPTH)}\n${GOOD}`, ['bicep/too-deep']);
    await survives(`param p ${many('{ a: ', DEPTH)}string${many('}', DEPTH)}\n${GOOD}`, [
      'bicep/too-deep',
    ]);
    const nested = `${many("  resource a 'b@1' = { name: 'x'\n", DEPTH)}${many('}', DEPTH)}`;
    const snapshot = await survives(`resource r 'A.B/c@1' = {\n name: 'r'\n${nested}\n}\n${GOOD}`, [
      'bicep/too-deep',
    ]);
    expect(bodyNamed(snapshot, 'good')).toMatchObject({ name: 'good' });
  });

  it('long conjunctions are flat, and fine', async () => {
    const text = `resource r 'A.B/c@1' = if (${many('true && ', 150)}true) {\n  name: 'r'\n}\n`;
    expect((await importBicep(text)).diagnostics).toEqual([]);
  });
});

describe('size', () => {
  it('a text of 10 MB on one line', async () => {
    const snapshot = await survives(`var x = '${many('a', 10_000_000)}'\n${GOOD}`, []);
    expect(bodyNamed(snapshot, 'good')).toMatchObject({ name: 'good' });
  });

  it('10 MB of items on one line are cut with a diagnostic', async () => {
    await survives(`var x = [${many('1,', 5_000_000)}1]\n${GOOD}`, ['bicep/too-large']);
  });

  it('10 MB of nothing that makes sense', async () => {
    await survives(many('\u{1}\u{2}(]', 2_500_000), ['bicep/syntax']);
    await survives(many("'''\n", 500_000), []);
    await survives(many('var x = /*\n', 300_000), ['bicep/syntax']);
  });

  it('a loop of 100,000 rounds is cut where Azure cuts it', async () => {
    const snapshot = await survives(
      "var a = [for i in range(0, 10000): i]\nresource s 'A.B/c@1' = [for i in range(0, 10000): { name: 'n${i}' }]\nresource t 'A.B/t@1' = {\n  name: 't'\n  properties: { count: length(a) }\n}\n",
      ['arm/copy-limit'],
    );
    expect(snapshot.resources.size).toBe(801);
    await survives(
      "var a = [for i in range(0, 100000): i]\noutput x array = a\nresource t 'A.B/t@1' = {\n  name: '${length(a)}'\n}\n",
      ['arm/evaluation-failed'],
    );
  });

  it('loops in loops end at the budget', async () => {
    const loop = (body: string) => `[for i in range(0, 800): ${body}]`;
    await survives(
      `resource t 'A.B/t@1' = {\n  name: 't'\n  properties: { x: ${loop(loop(loop("'x'")))} }\n}\n`,
      ['arm/budget'],
    );
  });

  it('texts that double end at the limit', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `var v${i + 1} = '\${v${i}}\${v${i}}'`);
    await survives(
      `var v0 = 'xx'\n${lines.join('\n')}\nresource t 'A.B/t@1' = {\n  name: v60\n}\n`,
      ['arm/evaluation-failed'],
    );
  });

  it('half a megabyte of resources is read whole', async () => {
    const one = (i: number) => `resource r${i} 'Microsoft.Network/routeTables@2024-05-01' = {
  name: '\${prefix}-rt-${i}'
  location: location
  properties: {
    routes: [for (hop, index) in hops: {
      name: 'route-\${index}'
      properties: { addressPrefix: cidrSubnet('10.0.0.0/8', 24, index), nextHopType: 'VirtualAppliance', nextHopIpAddress: hop }
    }]
  }
}
`;
    const text = `param prefix string = 'p'\nparam location string = 'x'\nvar hops = ['10.0.0.4', '10.0.0.5']\n${Array.from({ length: 1_500 }, (_, i) => one(i)).join('')}`;
    expect(text.length).toBeGreaterThan(450_000);
    const snapshot = await survives(text, []);
    expect(snapshot.diagnostics).toEqual([]);
    expect(snapshot.resources.size).toBe(1_500 * 3);
  });
});

describe('rings', () => {
  it('of variables, parameters, names, parents, scopes and functions', async () => {
    const snapshot = await survives(
      `var a = b
var b = a
param p string = q
param q string = p
resource r 'A.B/c@1' = {
  name: s.name
  properties: { a: a, p: p, f: f(1) }
}
resource s 'A.B/c@1' = {
  name: r.name
}
resource t 'A.B/c/d@1' = {
  parent: u
  name: 't'
}
resource u 'A.B/c/d@1' = {
  parent: t
  scope: t
  name: 'u'
}
resource v 'A.B/c@1' = {
  scope: w
  name: 'v'
}
resource w 'A.B/c@1' = {
  scope: v
  name: 'w'
}
func f(x int) int => g(x)
func g(x int) int => f(x)
${GOOD}`,
      ['arm/cycle'],
    );
    expect(bodyNamed(snapshot, 'good')).toMatchObject({ name: 'good' });
  });

  it('of conditions that ask whether the other is there, and of groups in groups', async () => {
    const loop = (a: string, b: string) =>
      `resource ${a} 'A.B/c@1' = [for i in range(0, 2): if (${b}[i].?name == 'x' && ${b}[i].?id != 'y') { name: '${a}\${i}' }]\n`;
    const chain = Array.from({ length: 40 }, (_, i) => loop(`l${i}`, `l${i + 1}`)).join('');
    await survives(
      `targetScope = 'subscription'
resource a 'A.B/c@1' = if (b.?id != null) { name: 'a' }
resource b 'A.B/c@1' = if (a.?id != null) { name: 'b' }
resource g 'Microsoft.Resources/resourceGroups@2024-03-01' = { scope: h, name: 'g', location: 'x' }
resource h 'Microsoft.Resources/resourceGroups@2024-03-01' = { scope: g, name: 'h', location: 'x' }
${loop('p', 'q')}${loop('q', 'p')}${chain}resource l40 'A.B/c@1' = [for i in range(0, 2): { name: 'l40\${i}' }]
`,
      ['arm/cycle', 'bicep/not-understood'],
    );
  });

  it('of types and of loops over what they make', async () => {
    await survives(
      "type t = { next: t?, other: u }\ntype u = t[] | u[]\nparam p t = {}\nresource r 'A.B/c@1' = [for x in r: { name: 'r' }]\nresource q 'A.B/c@1' = [for x in range(0, 2): { name: q[x].name }]\n",
      [],
    );
  });

  it('of parameter files that extend each other', async () => {
    const snapshot = await importFiles({
      'main.bicep': 'param a string\n',
      'main.bicepparam': "using 'main.bicep'\nextends 'y.bicepparam'\nparam a = 'x'\n",
      'y.bicepparam': "extends 'main.bicepparam'\nparam b = 1\n",
    });
    expect(snapshot.diagnostics.map(({ code }) => code)).toContain('bicep/file-not-read');
  });

  it('a chain of 5,000 variables ends at the depth that is allowed', async () => {
    const lines = Array.from({ length: 5_000 }, (_, i) => `var v${i + 1} = v${i}`);
    await survives(
      `var v0 = 'x'\n${lines.join('\n')}\nresource t 'A.B/t@1' = {\n  name: v5000\n}\n${GOOD}`,
      ['arm/expression-too-deep'],
    );
  });

  it('modules that deploy each other twice over end at the budget', async () => {
    const text = "module a 'main.bicep' = { name: 'a' }\nmodule b 'main.bicep' = { name: 'b' }\n";
    await survives(text + GOOD, ['arm/budget']);
  });
});

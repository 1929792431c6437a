// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the language has these too.
import { describe, expect, it } from 'vitest';
import { bodyNamed, importBicep, problems } from './import-bicep.ts';

const GOOD = "resource good 'A.B/c@1' = {\n  name: 'good'\n}\n";

describe('a statement that cannot be read', () => {
  /** The broken statement comes first, from line 1 on; what follows it must still be read. */
  it.each<readonly [string, string, string, RegExp]>([
    ['a word too many', 'broken here\n', '1:1', /expected a statement/],
    ['no value', 'var x =\n', '1:8', /expected a value|the end of the line/],
    ['no name', "param = 'x'\n", '1:7', /expected the name of the parameter/],
    ['no type', 'param x\n', '1:8', /expected a type/],
    ['a text that is not closed', "var x = 'abc\n", '1:9', /never closed/],
    ['a text in double quotes', 'var x = "abc"\n', '1:9', /single quotes|double quote/],
    ['an escape that is none', "var x = 'a\\qb'\n", '1:11', /no escape/],
    ['a number with a fraction', 'var x = 1.5\n', '1:11', /expected the name of a property/],
    ['a number that is too large', 'var x = 99999999999999999999\n', '1:9', /no number/],
    ['an object without colon', 'var x = {\n  a 1\n}\n', '2:5', /expected `:`/],
    ['two items on a line', 'var x = [1 2]\n', '1:12', /expected `,`/],
    ['a bracket that is not closed', 'var x = [\n  1\n', '3:10', /expected|found/],
    [
      'a brace that is not closed',
      "resource r 'A.B/c@1' = {\n  name: 'x'\n",
      '1:1',
      /never closed/,
    ],
    ['a loop without `in`', 'var x = [for a of b: a]\n', '1:16', /expected `in`/],
    ['a loop without colon', 'var x = [for a in b a]\n', '1:21', /expected `:`/],
    ['a choice without its other half', 'var x = true ? 1\n', '1:17', /expected `:`/],
    ['a type without version and body', "resource r 'A.B/c@1'\n", '1:21', /expected `=`/],
    [
      'a type with an expression in it',
      "resource r '${x}@1' = {}\n",
      '1:12',
      /text without expressions/,
    ],
    ['a comment that is not closed', '/* open\n', '1:1', /never closed/],
    ['a sign that does not belong here', 'var x = ~1\n', '1:9', /does not belong here/],
    ['two statements on a line', 'var x = 1 var y = 2\n', '1:11', /expected the end of the line/],
    ['a decorator alone', '@secure()\n@\nvar\n', '2:2', /expected/],
  ])('%s costs itself, at its place', async (_, text, place, message) => {
    const snapshot = await importBicep(`${text}${GOOD}`);
    const [first] = snapshot.diagnostics;
    expect(first?.message).toMatch(message);
    expect(problems(snapshot.diagnostics)[0]).toBe(`main.bicep:${place} bicep/syntax`);
    expect(first?.hint).not.toBe('');
    // A comment that is never closed takes what it covers with it, like any text; the next statement is found again.
    expect(bodyNamed(snapshot, 'good')).toMatchObject({ name: 'good' });
  });

  it('is a gap when it may have deployed something', async () => {
    const snapshot = await importBicep(
      `resource r 'A.B/c@1' = {\n  name 'x'\n}\n${GOOD}module m =\n`,
    );
    expect(snapshot.gaps.map(({ what }) => what)).toEqual(['resource r', 'module m']);
  });

  it('leaves what it declares unknown, not missing', async () => {
    const snapshot = await importBicep(
      "var x = [1\nparam p strin g\nresource r 'A.B/c@1' = {\n  name: 'r'\n  properties: { x: x, p: p }\n}\n",
    );
    expect(bodyNamed(snapshot, 'r')['properties']).toMatchObject({
      x: { $unknown: 'malformed' },
      p: { $unknown: 'malformed' },
    });
    expect(snapshot.diagnostics.map(({ code }) => code)).toEqual(['bicep/syntax', 'bicep/syntax']);
  });
});

describe('what is written and has no meaning', () => {
  const within = (value: string, declarations = '') =>
    importBicep(
      `${declarations}resource r 'A.B/c@1' = {\n  name: 'r'\n  properties: { v: ${value} }\n}\n`,
    );

  it.each<readonly [string, string, string]>([
    ['nobody', '3:20 bicep/unknown-name', ''],
    ['nothing.inside', '3:20 bicep/unknown-name', ''],
    ['r::none', '3:20 bicep/unknown-name', ''],
    ["x.call('a')", '4:22 bicep/not-understood', 'var x = 1\n'],
    ['t', '4:20 bicep/not-understood', 'type t = string\n'],
    ['noSuchFunction(1)', '3:20 arm/unknown-function', ''],
    ['[1][3]', '3:20 arm/evaluation-failed', ''],
    ["'a' + 1", '3:20 arm/evaluation-failed', ''],
    ['{ a: 1 }.b', '3:20 arm/evaluation-failed', ''],
    ['{ a: 1, a: 2 }', '3:28 bicep/defined-twice', ''],
    ['[for x in 5: x]', '3:20 arm/evaluation-failed', ''],
  ])('%s', async (value, expected, declarations) => {
    const snapshot = await within(value, declarations);
    expect(problems(snapshot.diagnostics)).toEqual([`main.bicep:${expected}`]);
  });

  it('a name declared twice is said, and the first counts', async () => {
    const snapshot = await within('x', "var x = 'first'\nvar x = 'second'\n");
    expect(problems(snapshot.diagnostics)).toEqual(['main.bicep:2:5 bicep/defined-twice']);
    expect(bodyNamed(snapshot, 'r')['properties']).toEqual({ v: 'first' });
  });

  it('so are names that only case tells apart, which no template can', async () => {
    const snapshot = await within('X', "var x = 'first'\nvar X = 'second'\n");
    expect(problems(snapshot.diagnostics)).toEqual([
      'main.bicep:2:5 bicep/defined-twice',
      'main.bicep:5:20 bicep/unknown-name',
    ]);
    expect((await within('x', "var x = 'value'\ntype X = string\n")).diagnostics).toEqual([]);
  });

  it('a scope that is none of the four', async () => {
    const snapshot = await importBicep(`targetScope = 'galaxy'\n${GOOD}`);
    expect(problems(snapshot.diagnostics)).toEqual(['main.bicep:1:15 bicep/not-understood']);
  });

  it('an import that is not at hand leaves what it declares unknown', async () => {
    const snapshot = await within(
      '[a, f(1), s.x]',
      "import { a, f } from 'gone.bicep'\nimport * as s from 'gone.bicep'\n",
    );
    expect(bodyNamed(snapshot, 'r')['properties']).toMatchObject({
      v: [
        { $unknown: 'external-link' },
        { $unknown: 'external-link' },
        { $unknown: 'external-link' },
      ],
    });
    expect(new Set(snapshot.diagnostics.map(({ code }) => code))).toEqual(
      new Set(['bicep/file-not-read']),
    );
  });

  it('a parent that is no resource leaves the child with a name in part unknown', async () => {
    const snapshot = await importBicep(
      "resource r 'A.B/c/d@1' = {\n  parent: nobody\n  name: 'r'\n}\n",
    );
    expect(problems(snapshot.diagnostics)).toContain('main.bicep:2:11 bicep/unknown-name');
    expect([...snapshot.resources.values()].map(({ type }) => type)).toEqual(['a.b/c/d']);
  });
});

describe('text as people have it on disk', () => {
  it.each([
    ['a byte order mark', `\u{feff}${GOOD}`],
    ['Windows line ends', GOOD.replaceAll('\n', '\r\n')],
    ['old Mac line ends inside', GOOD.replaceAll('\n', '\r')],
    [
      'directives and comments',
      `#disable-next-line no-unused-vars\n/* a\n b */ // c\n${GOOD}// end`,
    ],
    ['no line end at the end', GOOD.trimEnd()],
    ['tabs', GOOD.replaceAll('  ', '\t')],
  ])('%s changes nothing', async (_, text) => {
    const snapshot = await importBicep(text);
    expect(snapshot.diagnostics).toEqual([]);
    expect([...snapshot.resources.values()].map(({ name }) => name)).toEqual(['good']);
  });
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the language has these too.
import { describe, expect, it } from 'vitest';
import { evaluated, importBicep, problems } from './import-bicep.ts';

/** Values by hand, from the language reference of Bicep (iac-formats 3). */
describe('expressions', () => {
  it.each<readonly [string, unknown]>([
    ["'plain'", 'plain'],
    ["'it\\'s ${'a'}-${1 + 1} \\${x} \\u{1F600}'", "it's a-2 ${x} 😀"],
    ["'{0} ${'a'} }{'", '{0} a }{'],
    ["'a${'b${'c'}'}'", 'abc'],
    ["'''\nraw ${x} \\n 'q'\n'''", "raw ${x} \\n 'q'\n"],
    ["'''''''", "'"],
    ["$'''v=${1 + 2}'''", 'v=3'],
    ["$$'''${a} $${1}'''", '${a} 1'],
    ["'[not an expression]'", '[not an expression]'],
    ["'[[x]'", '[[x]'],
    ['-5', -5],
    ['- (2 + 3)', -5],
    ['!false', true],
    ['true ? 1 : 2', 1],
    ["false\n  ? 'a'\n  : 'b'", 'b'],
    ['true ? false ? 1 : 2 : 3', 2],
    ['1 + 2 * 3 - 4 / 2', 5],
    ['7 % 3 == 1', true],
    ['2 > 1 && 1 >= 1 || false', true],
    ['1 < 2 == true', true],
    ["'ABC' =~ 'abc'", true],
    ["'ABC' !~ 'abc'", false],
    ["'a' != 'b'", true],
    ["null ?? 'b' ?? 'c'", 'b'],
    ["{ a: 1, 'b-c': [1, 2], '${'d'}e': null }", { a: 1, 'b-c': [1, 2], de: null }],
    ['[\n  1\n  -2\n  !true\n]', [1, -2, false]],
    ['[1, ...[2, 3], 4]', [1, 2, 3, 4]],
    ['{ a: 1, b: 1, ...{ b: 2 }, c: 3 }', { a: 1, b: 2, c: 3 }],
    ['{ a: { b: 1 } }.a.b', 1],
    ["{ a: { b: 1 } }['a'].b", 1],
    ['[10, 20, 30][1]', 20],
    ['[10, 20, 30][^1]', 30],
    ["{ a: 1 }.?b ?? 'none'", 'none'],
    ["{ a: { b: 1 } }.?x.y.z ?? 'none'", 'none'],
    ["{ a: 1 }[?'b'] ?? 'none'", 'none'],
    ['[1][?5] ?? 9', 9],
    ['[1][?^5] ?? 9', 9],
    ['{ a: 1 }.?a!', 1],
    ['[for x in [1, 2]: x * 2]', [2, 4]],
    ["[for (x, i) in ['a', 'b']: '${i}${x}']", ['0a', '1b']],
    [
      '[for x in [1, 2]: { v: x, w: [for y in [x, 9]: x + y] }]',
      [
        { v: 1, w: [2, 10] },
        { v: 2, w: [4, 11] },
      ],
    ],
    ["map(['a', 'b'], x => toUpper(x))", ['A', 'B']],
    ['map([3, 4], (x, i) => x * i)', [0, 4]],
    ['filter([1, 2, 3], x => x > 1)', [2, 3]],
    ['reduce([1, 2, 3], 0, (a, b) => a + b)', 6],
    ['sort([2, 3, 1], (a, b) => a < b)', [1, 2, 3]],
    ["toObject(['a', 'b'], x => x, x => '${x}!')", { a: 'a!', b: 'b!' }],
    [
      'items({ b: 2, a: 1 })',
      [
        { key: 'a', value: 1 },
        { key: 'b', value: 2 },
      ],
    ],
    ['reduce(map(range(0, 4), i => i), 0, (a, b) => a + b)', 6],
    ["contains('abc', 'b') && contains(['x'], 'x') && contains({ k: 1 }, 'K')", true],
    ["cidrSubnet('10.0.0.0/16', 24, 3)", '10.0.3.0/24'],
    ["cidrHost('10.0.0.0/24', 3)", '10.0.0.4'],
    ["sys.concat('a', 'b')", 'ab'],
    ["any('x')", 'x'],
    ['nameof(someName)', 'someName'],
    ['union({ a: 1 }, { b: 2 })', { a: 1, b: 2 }],
    ["join(split('a,b', ','), '-')", 'a-b'],
    ["format('{0}/{1}', 'x', 1)", 'x/1'],
    ['az.environment().suffixes.storage', 'core.windows.net'],
    ["empty([]) && !empty('x')", true],
    ['json(\'{"a": [1.5]}\').a[0]', 1.5],
    ['(1 + 2) * 3', 9],
    ["concat(\n  'a',\n  'b'\n)", 'ab'],
    ['true\n  && false', false],
    ['/* in the middle */ 1 // behind', 1],
    ["uniqueString('a') == uniqueString('a')", true],
  ])('%s', async (expression, expected) => {
    expect(await evaluated(expression, "var someName = 'x'")).toEqual(expected);
  });

  it('a choice that does not matter is not unknown', async () => {
    expect(await evaluated("flag ? 'same' : 'same'", 'param flag bool')).toBe('same');
  });

  it('the branch not taken is not evaluated', async () => {
    expect(await evaluated("true ? 'a' : [1][5]")).toBe('a');
  });

  it('names of lambdas and loops hide those of the file', async () => {
    expect(
      await evaluated(
        "[for x in ['a']: map([1], y => '${x}${y}')]",
        "var x = 'file'\nvar y = 'file'",
      ),
    ).toEqual([['a1']]);
  });

  it('names that only case tells apart are two', async () => {
    const declarations = "func f(a string, A string) string => '${a}${A}'";
    const value =
      "[map([1], x => map([2], X => x + X)), [for I in [1]: [for i in [2]: I - i]], f('l', 'u')]";
    expect(await evaluated(value, declarations)).toEqual([[[3]], [[-1]], 'lu']);
  });

  it('a function of the file is called with its own names, and hides none of Azure', async () => {
    const declarations = `
func twice(text string) string => '\${text}\${text}'
func contains(a string, b string) bool => true
func both(x string) array => [twice(x), toUpper(x)]
`;
    expect(
      await evaluated("[both('a'), contains('a', 'b'), sys.contains('a', 'b')]", declarations),
    ).toEqual([['aa', 'A'], true, false]);
  });

  it('a variable may use another that is declared below it', async () => {
    expect(await evaluated('a', "var a = '${b}!'\nvar b = 'x'")).toBe('x!');
  });
});

describe('what cannot be known', () => {
  it('a parameter without a value is unknown, with a hint how to give one', async () => {
    const snapshot = await importBicep("param p string\nresource v 'A.B/c@1' = {\n  name: p\n}\n");
    expect(problems(snapshot.diagnostics)[0]).toBe('main.bicep:1:7 arm/parameter-missing');
    expect(await evaluated("'${p}-x'", 'param p string')).toEqual({
      $unknown: 'missing-parameter',
      symbol: expect.stringContaining("parameters('p')"),
    });
  });

  it('a parameter that may be null is null without a value', async () => {
    expect(await evaluated("p ?? 'none'", 'param p string?')).toBe('none');
    expect(await evaluated("p ?? 'none'", 'type t = string?\nparam p t')).toBe('none');
  });

  it('a secure parameter is never shown, whatever it holds by default', async () => {
    const secrets = [
      "@secure()\nparam p string = 'hunter2'",
      "@sys.secure()\nparam p object = { a: 'hunter2' }",
      "@secure()\ntype t = string\nparam p t = 'hunter2'",
      "type t = {\n  @secure()\n  password: string\n}\nparam p t = { password: 'hunter2' }",
      "type t = {\n  @secure()\n  password: string\n}\nparam p t[]? = [{ password: 'hunter2' }]",
    ];
    for (const declaration of secrets) {
      const value = await evaluated("[p, '${string(p)}']", declaration);
      expect(JSON.stringify(value)).toContain('"$unknown":"secret"');
      expect(JSON.stringify(value)).not.toContain('hunter2');
    }
  });

  it('keys that a resource gives out are secrets', async () => {
    const storage =
      "resource s 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {\n  name: 's'\n}";
    expect(await evaluated('s.listKeys().keys[0].value', storage)).toMatchObject({
      $unknown: 'secret',
    });
    expect(await evaluated("s.getSecret('x')", storage)).toMatchObject({ $unknown: 'secret' });
  });

  it('a value outside of the allowed ones is said at its place', async () => {
    const snapshot = await importBicep(
      "@allowed(['a', 'b'])\nparam p string\nparam q 'x' | 'y'\n",
      {},
      { parameters: { p: 'c', q: 'z' } },
    );
    expect(snapshot.diagnostics).toEqual([]);
    const used = await importBicep(
      "@allowed(['a', 'b'])\nparam p string\nparam q 'x' | 'y'\nresource v 'A.B/c@1' = { name: p, kind: q }\n",
      {},
      { parameters: { p: 'c', q: 'z' } },
    );
    expect(used.diagnostics.map(({ code }) => code)).toEqual([
      'arm/parameter-not-allowed',
      'arm/parameter-not-allowed',
    ]);
  });
});

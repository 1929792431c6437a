// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the language has these too.
import { describe, expect, it } from 'vitest';
import { locate, sourceText } from '../../diagnostics/index.ts';
import { parseBicep } from './parse-bicep.ts';
import type { Syntax } from './syntax.ts';

const parse = (text: string) => parseBicep(text, sourceText('main.bicep', text));

/** The tree as the fewest brackets that tell it. */
function shape(syntax: Syntax): string {
  switch (syntax.kind) {
    case 'binary':
      return `(${shape(syntax.left)} ${syntax.operator} ${shape(syntax.right)})`;
    case 'unary':
      return `(${syntax.operator}${shape(syntax.operand)})`;
    case 'ternary':
      return `(${shape(syntax.condition)} ? ${shape(syntax.then)} : ${shape(syntax.otherwise)})`;
    case 'member':
      return `(${shape(syntax.of)}${syntax.isSafe ? '.?' : '.'}${syntax.name})`;
    case 'asserted':
      return `(${shape(syntax.of)}!)`;
    case 'index':
      return `(${shape(syntax.of)}[${syntax.isSafe ? '?' : ''}${syntax.isFromEnd ? '^' : ''}${shape(syntax.index)}])`;
    case 'nested':
      return `(${shape(syntax.of)}::${syntax.name})`;
    case 'call':
      return `${syntax.of === undefined ? '' : `${shape(syntax.of)}.`}${syntax.name}(${syntax.arguments.map(shape).join(', ')})`;
    case 'lambda':
      return `(${syntax.parameters.join(' ')} => ${shape(syntax.body)})`;
    case 'name':
      return syntax.name;
    case 'number':
      return String(syntax.value);
    default:
      return syntax.kind;
  }
}

function shapeOf(text: string): string {
  const [statement] = parse(`var x = ${text}\n`).statements;
  return statement?.kind === 'variable' ? shape(statement.value) : 'broken';
}

describe('operators', () => {
  it.each([
    ['a + b * c', '(a + (b * c))'],
    ['a * b + c', '((a * b) + c)'],
    ['a - b - c', '((a - b) - c)'],
    ['a || b && c == d < e + f', '(a || (b && (c == (d < (e + f)))))'],
    ['a ?? b || c', '(a ?? (b || c))'],
    ['a ? b : c ? d : e', '(a ? b : (c ? d : e))'],
    ['!a.b', '(!(a.b))'],
    ['!!a == b', '((!(!a)) == b)'],
    ['-a - -b', '((-a) - (-b))'],
    ['a.b!.?c[?d][^1]', '(((((a.b)!).?c)[?d])[^1])'],
    ['a::b::c.id', '(((a::b)::c).id)'],
    ['f(a, g(b)).c', '(f(a, g(b)).c)'],
    ['a.f(b)', 'a.f(b)'],
    ['map(a, x => x + 1)', 'map(a, (x => (x + 1)))'],
    ['map(a, (x, i) => x ? i : 1)', 'map(a, (x i => (x ? i : 1)))'],
    ['(a + b) * c', '((a + b) * c)'],
    ['a\n  ? b\n  : c', '(a ? b : c)'],
  ])('%s', (text, expected) => {
    expect(shapeOf(text)).toBe(expected);
  });
});

describe('statements', () => {
  it('carry where they start and end, their decorators and their names', () => {
    const text = "@description('d')\n@secure()\nparam p string = 'x'\n";
    const [statement] = parse(text).statements;
    expect(statement).toMatchObject({ kind: 'parameter', name: 'p' });
    expect(
      statement?.kind === 'parameter' ? statement.decorators.map(({ name }) => name) : [],
    ).toEqual(['description', 'secure']);
    expect(text.slice(statement!.start, statement!.end)).toBe("param p string = 'x'");
  });

  it.each([
    ["targetScope = 'tenant'", 'scope'],
    ['metadata m = { a: 1 }', 'remark'],
    ['assert ok = 1 == 1', 'remark'],
    ["test t 'x.bicep' = { params: {} }", 'remark'],
    ["extension kubernetes with { a: 'b' } as k", 'extension'],
    ["provider 'kubernetes@1.0.0' as k", 'extension'],
    ["import 'kubernetes@1.0.0' as k", 'extension'],
    ['using none', 'using'],
    ["extends 'base.bicepparam'", 'extends'],
    ["type t = 'a' | 'b'", 'type'],
    ["type t =\n  | 'a'\n  | 'b'", 'type'],
    ['type t = { a: string, *: int[]? }', 'type'],
    ['type t = [string, int?, (1 | -2)[]]', 'type'],
    ["type t = resourceInput<'A.B/c@1'>.properties", 'type'],
    ['type t = other.inner[*]', 'type'],
    ["output o resource 'A.B/c@1' = x", 'output'],
    ["param p resource 'A.B/c@1'", 'parameter'],
    ['func f(a string, b int?) { c: bool } => { c: true }', 'function'],
    ["import { a, b as c } from 'f.bicep'", 'import'],
  ])('%s', (text, kind) => {
    const { statements, diagnostics } = parse(`${text}\n`);
    expect(diagnostics).toEqual([]);
    expect(statements.map((statement) => statement.kind)).toEqual([kind]);
  });

  it('a property may be called like a statement', () => {
    const { diagnostics } = parse(
      'var x = {\n  resource: 1\n  param: 2\n  for: 3\n  in: 4\n  if: 5\n  null: 6\n}\n',
    );
    expect(diagnostics).toEqual([]);
  });

  it('problems stand where the text goes wrong, each with a hint', () => {
    const { diagnostics, statements } = parse(
      "var a = 'ok'\nvar b = {\n  c d\n}\nvar e = 1 +\nvar f = 2\n",
    );
    expect(diagnostics.map(({ at }) => [locate(at!).line, locate(at!).column])).toEqual([
      [3, 5],
      [6, 5],
    ]);
    expect(diagnostics.every(({ hint }) => hint !== undefined && hint !== '')).toBe(true);
    expect(statements.map((each) => ('name' in each ? each.name : ''))).toEqual([
      'a',
      'b',
      'e',
      'f',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { locate, sourceText } from '../../../../diagnostics/index.ts';
import { parseHcl } from './parse-hcl.ts';

const parsed = (text: string) => parseHcl(text, sourceText('main.tf', text));
const problems = (text: string) =>
  parsed(text).diagnostics.map(({ message, at }) => {
    const { line, column } = locate(at!);
    return `${line}:${column} ${message}`;
  });

describe('blocks and arguments', () => {
  it('have labels, with and without quotes, and know where they stand', () => {
    const { value, diagnostics } = parsed('resource "a_b" name {\n  x = 1\n  y { z = 2 }\n}\n');
    expect(diagnostics).toEqual([]);
    const [block] = value.body.blocks;
    expect(block).toMatchObject({ type: 'resource', labels: ['a_b', 'name'], start: 0 });
    expect(block?.body.attributes).toMatchObject([
      { name: 'x', start: 24, value: { kind: 'literal', value: 1, start: 28, end: 29 } },
    ]);
    expect(block?.body.blocks).toMatchObject([
      { type: 'y', body: { attributes: [{ name: 'z' }] } },
    ]);
  });

  it('are read to the end whatever the line ends and comments are', () => {
    const text = 'a = 1 # one\r\nb = 2 // two\r\n/* three\r\n*/ c = 3\r\nd {}';
    const { value, diagnostics } = parsed(text);
    expect(diagnostics).toEqual([]);
    expect(value.body.attributes.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(value.body.blocks.map(({ type }) => type)).toEqual(['d']);
  });
});

describe('precedence', () => {
  it.each([
    ['a || b && c', '(a || (b && c))'],
    ['a == b < c', '(a == (b < c))'],
    ['a - b - c', '((a - b) - c)'],
    ['a + b * c', '(a + (b * c))'],
    ['-a * b', '((-a) * b)'],
    ['!a.b', '(!a.b)'],
    ['a ? b : c ? d : e', '(a ? b : (c ? d : e))'],
    ['a || b ? c : d', '((a || b) ? c : d)'],
  ])('%s is %s', (text, expected) => {
    const { value, diagnostics } = parsed(`x = ${text}\n`);
    expect(diagnostics).toEqual([]);
    expect(shown(value.body.attributes[0]!.value)).toBe(expected);
  });
});

describe('what cannot be read is said where it stands', () => {
  it.each([
    ['x = ', ['1:5 the text ends; expected a value']],
    ['x = [1 2]', ['1:8 found `2`; expected `]` or `,` in a list']],
    ['x = "a', ['1:5 a text is never closed; expected `"`']],
    ['x = 1 2', ['1:7 found `2`; expected a new line after the value of `x`']],
    ['x = <<E\na = 1\n', ['2:1 a heredoc is never closed; expected `E`']],
    ['x = "\\q"', ['1:6 `\\q` is no escape sequence']],
    ['x = "%{ if a }"', ['1:6 `%{ if }` is never ended']],
    ['x = "%{ endif }"', ['1:6 `%{ endif }` belongs to nothing before it']],
    ['b "c" {', ['1:8 the text ends; expected `}` to close a block']],
    ['b = {\n  c\n}', ['2:4 the line ends; expected `=` or `:` after the key of an object']],
    ['/* a', ['1:1 a comment is never closed; expected `*/`']],
    ['a = f(', ['1:7 the text ends; expected a value']],
    ['? = 1\nb = 2', ['1:1 found `?`; expected the name of an argument or a block']],
  ])('%j', (text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it('one at a time, and reading goes on after it', () => {
    const { value, diagnostics } = parsed(
      'a = 1\nb = (\nc = 2\nresource "x" "y" {\n  d = ]\n  e = 3\n}\nf = 4\n',
    );
    expect(diagnostics.map(({ at }) => locate(at!).line)).toEqual([3, 5]);
    const [block] = value.body.blocks;
    expect(block?.body.attributes.map(({ name, value: { kind } }) => `${name} ${kind}`)).toEqual([
      'd malformed',
      'e literal',
    ]);
    expect(value.body.attributes.at(-1)).toMatchObject({ name: 'f', value: { value: 4 } });
  });
});

/** An expression with all its brackets. */
function shown(
  tree: ReturnType<typeof parsed>['value']['body']['attributes'][number]['value'],
): string {
  switch (tree.kind) {
    case 'name':
      return tree.name;
    case 'attribute':
      return `${shown(tree.of)}.${tree.name}`;
    case 'unary':
      return `(${tree.operator}${shown(tree.of)})`;
    case 'binary':
      return `(${shown(tree.left)} ${tree.operator} ${shown(tree.right)})`;
    case 'conditional':
      return `(${shown(tree.condition)} ? ${shown(tree.whenTrue)} : ${shown(tree.whenFalse)})`;
    default:
      return tree.kind;
  }
}

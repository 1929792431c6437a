import { describe, expect, it } from 'vitest';
import { isExpressionText, unescapeLiteral } from './expression.ts';
import { parseExpression } from './parse-expression.ts';

describe('template expressions', () => {
  it('ARM-02: brackets make an expression, doubled ones a literal', () => {
    expect(isExpressionText("[parameters('x')]")).toBe(true);
    expect(isExpressionText('[[literal]')).toBe(false);
    expect(unescapeLiteral('[[literal]')).toBe('[literal]');
    // From the baselines of the Bicep compiler: text that does not also end in `]` needs no escape.
    expect(unescapeLiteral('[[open')).toBe('[[open');
    expect(isExpressionText('[open')).toBe(false);
  });

  it('calls, properties and indexes nest, with any white space', () => {
    const parsed = parseExpression("a( 'it''s' ,\n -3 ).b [ 0 ]");
    expect(parsed).toMatchObject({
      kind: 'expression',
      expression: {
        kind: 'index',
        index: { kind: 'number', value: 0 },
        of: {
          kind: 'property',
          name: 'b',
          of: {
            kind: 'call',
            name: 'a',
            arguments: [
              { kind: 'text', value: "it's" },
              { kind: 'number', value: -3 },
            ],
          },
        },
      },
    });
  });

  it('a user function carries its namespace', () => {
    expect(parseExpression("contoso.uniqueName('x')")).toMatchObject({
      expression: { kind: 'call', name: 'contoso.uniquename', written: 'contoso.uniqueName' },
    });
  });

  it.each([
    ['', 'the expression ends'],
    ["concat('a'", 'expected `,` or `)`'],
    ["concat('a", 'never closed'],
    ['concat', 'expected `(`'],
    ["concat('a')x", 'the end of the expression'],
    ['a()[0', 'expected `]`'],
    ['a().', 'the name of a property'],
    ['1 + 2', 'the end of the expression'],
  ])('`%s` is refused with what was expected', (text, expected) => {
    const parsed = parseExpression(text);
    expect(parsed.kind === 'error' && parsed.message).toContain(expected);
  });

  it('nesting is limited, not the stack', () => {
    for (const text of ['f('.repeat(100_000), `f()${'[0]'.repeat(100_000)}`]) {
      expect(parseExpression(text)).toMatchObject({ kind: 'error', isTooDeep: true });
    }
  });
});

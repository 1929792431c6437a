import { CALICO_ALL, type CalicoSelector } from '../selectors/calico-selector.ts';

export type SelectorParse =
  | { readonly kind: 'selector'; readonly selector: CalicoSelector }
  /** `offset` counts characters of the selector text from 0. */
  | { readonly kind: 'error'; readonly message: string; readonly offset: number };

/** Deeper nesting is refused instead of exhausting the stack; nobody writes fifty levels. */
const DEPTH_MAX = 50;

/**
 * Reads a Calico selector. Empty text is `all()`. Strings have no escapes; either quote; `&&` binds tighter than
 * `||` (K8P-33). O(length).
 */
export function parseCalicoSelector(text: string): SelectorParse {
  if (text.trim() === '') return { kind: 'selector', selector: CALICO_ALL };
  const scanner: Scanner = { text, offset: 0, depth: 0 };
  try {
    const selector = parseOr(scanner);
    skipBlanks(scanner);
    if (scanner.offset < text.length) throw new SelectorError('an operator is expected');
    return { kind: 'selector', selector };
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    return { kind: 'error', message: error.message, offset: scanner.offset };
  }
}

interface Scanner {
  readonly text: string;
  offset: number;
  depth: number;
}

class SelectorError extends Error {}

function parseOr(scanner: Scanner): CalicoSelector {
  const operands = [parseAnd(scanner)];
  while (take(scanner, '||')) operands.push(parseAnd(scanner));
  return operands.length === 1 ? operands[0]! : { kind: 'or', operands };
}

function parseAnd(scanner: Scanner): CalicoSelector {
  const operands = [parseNot(scanner)];
  while (take(scanner, '&&')) operands.push(parseNot(scanner));
  return operands.length === 1 ? operands[0]! : { kind: 'and', operands };
}

function parseNot(scanner: Scanner): CalicoSelector {
  let isNegated = false;
  while (take(scanner, '!')) isNegated = !isNegated;
  const operand = parseTerm(scanner);
  return isNegated ? { kind: 'not', operand } : operand;
}

function parseTerm(scanner: Scanner): CalicoSelector {
  if (take(scanner, '(')) {
    scanner.depth += 1;
    if (scanner.depth > DEPTH_MAX) throw new SelectorError('parentheses are nested too deep');
    const inner = parseOr(scanner);
    expect(scanner, ')');
    scanner.depth -= 1;
    return inner;
  }
  if (takePattern(scanner, /all\s*\(\s*\)/y) !== undefined) return CALICO_ALL;
  if (takePattern(scanner, /global\s*\(\s*\)/y) !== undefined) return { kind: 'global' };
  if (takePattern(scanner, /has\s*\(/y) !== undefined) {
    const key = parseKey(scanner);
    expect(scanner, ')');
    return { kind: 'has', key };
  }
  return parseComparison(scanner);
}

function parseComparison(scanner: Scanner): CalicoSelector {
  const key = parseKey(scanner);
  if (take(scanner, '==')) {
    return { kind: 'compare', key, operator: '==', value: parseText(scanner) };
  }
  if (take(scanner, '!=')) {
    return { kind: 'compare', key, operator: '!=', value: parseText(scanner) };
  }
  if (takePattern(scanner, /not\s+in\b/y) !== undefined) {
    return { kind: 'in', key, values: parseSet(scanner), isNegated: true };
  }
  if (takePattern(scanner, /in\b/y) !== undefined) {
    return { kind: 'in', key, values: parseSet(scanner), isNegated: false };
  }
  if (takePattern(scanner, /contains\b/y) !== undefined) {
    return { kind: 'compare', key, operator: 'contains', value: parseText(scanner) };
  }
  if (takePattern(scanner, /starts\s+with\b/y) !== undefined) {
    return { kind: 'compare', key, operator: 'starts with', value: parseText(scanner) };
  }
  if (takePattern(scanner, /ends\s+with\b/y) !== undefined) {
    return { kind: 'compare', key, operator: 'ends with', value: parseText(scanner) };
  }
  throw new SelectorError('a comparison is expected after the label name');
}

function parseKey(scanner: Scanner): string {
  const key = takePattern(scanner, /[A-Za-z0-9_./-]+/y);
  if (key === undefined) throw new SelectorError('a label name is expected');
  return key;
}

function parseText(scanner: Scanner): string {
  const quoted = takePattern(scanner, /"[^"]*"|'[^']*'/y);
  if (quoted === undefined) throw new SelectorError('a quoted text is expected');
  return quoted.slice(1, -1);
}

function parseSet(scanner: Scanner): string[] {
  expect(scanner, '{');
  const values: string[] = [];
  if (take(scanner, '}')) return values;
  do values.push(parseText(scanner));
  while (take(scanner, ','));
  expect(scanner, '}');
  return values;
}

function expect(scanner: Scanner, token: string): void {
  if (!take(scanner, token)) throw new SelectorError(`\`${token}\` is expected`);
}

function take(scanner: Scanner, token: string): boolean {
  skipBlanks(scanner);
  if (!scanner.text.startsWith(token, scanner.offset)) return false;
  // `!` alone negates; `!=` belongs to the comparison.
  if (token === '!' && scanner.text[scanner.offset + 1] === '=') return false;
  scanner.offset += token.length;
  return true;
}

function takePattern(scanner: Scanner, pattern: RegExp): string | undefined {
  skipBlanks(scanner);
  pattern.lastIndex = scanner.offset;
  const match = pattern.exec(scanner.text);
  if (match === null) return undefined;
  scanner.offset += match[0].length;
  return match[0];
}

function skipBlanks(scanner: Scanner): void {
  while (/\s/.test(scanner.text[scanner.offset] ?? '')) scanner.offset += 1;
}

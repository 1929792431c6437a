import { type ParsedExpression, parseExpression } from './parse-expression.ts';

export type { ParsedExpression };

/** Loops evaluate one text many times; it is parsed once. */
export function parseCached(cache: Map<string, ParsedExpression>, text: string): ParsedExpression {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const parsed = parseExpression(text);
  cache.set(text, parsed);
  return parsed;
}

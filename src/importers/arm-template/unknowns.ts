import type { Place } from '../../diagnostics/index.ts';
import { toJson, type Unknown, type UnknownReason, type Value } from '../../values/index.ts';

/** Symbols longer than this are cut and closed by a checksum: identity survives, memory does too. */
const SYMBOL_LENGTH_MAX = 400;
const TEXT_SYMBOL = 'text:';

export function unknownAt(
  at: Place,
  reason: UnknownReason,
  text: string,
  missing: string,
  symbol?: string,
): Unknown {
  return {
    kind: 'unknown',
    reason,
    text,
    missing,
    ...(symbol === undefined ? {} : { symbol: shorten(symbol) }),
    at,
  };
}

/** The unknown that an expression becomes because a part of it is: same reason, its own text. */
export function derivedUnknown(
  cause: Unknown,
  text: string,
  at: Place,
  symbol: string | undefined,
): Unknown {
  return unknownAt(at, cause.reason, text, cause.missing, symbol);
}

/**
 * What stands for an unknown inside a name or an id: the same text wherever the same unknown is used in one input,
 * and nothing that a real name could be. Never holds a `/`, so that ids still split into segments.
 */
export function tokenOf(unknown: Unknown): string {
  if (unknown.symbol?.startsWith(TEXT_SYMBOL)) return unknown.symbol.slice(TEXT_SYMBOL.length);
  const inner = unknown.symbol ?? `${unknown.text} of ${unknown.at.source.file}`;
  const legal = shorten(inner)
    .replaceAll('/', '∕')
    .replaceAll('«', '‹')
    .replaceAll('»', '›')
    .replace(/\s+/g, ' ');
  return `«${legal}»`;
}

/** Does a text hold the token of an unknown? Such a text is known only in part. */
export function hasToken(text: string): boolean {
  return text.includes('«');
}

/** The unknown that a text with a token in it is, for functions that look inside. */
export function unknownOfToken(text: string, at: Place): Unknown {
  const token = /«[^«»]*»/.exec(text)?.[0] ?? text;
  const missing = `what ${token} stands for`;
  return unknownAt(at, 'missing-parameter', token, missing, `${TEXT_SYMBOL}${text}`);
}

/** Could two texts be equal once their tokens are known? False only when their known ends contradict. */
export function couldBeEqual(a: string, b: string): boolean {
  if (!hasToken(a) && !hasToken(b)) return a === b;
  const startA = a.slice(0, hasToken(a) ? a.indexOf('«') : a.length);
  const startB = b.slice(0, hasToken(b) ? b.indexOf('«') : b.length);
  if (!startA.startsWith(startB) && !startB.startsWith(startA)) return false;
  const endA = a.slice(a.lastIndexOf('»') + 1);
  const endB = b.slice(b.lastIndexOf('»') + 1);
  if (!endA.endsWith(endB) && !endB.endsWith(endA)) return false;
  // A token stands for at least one character.
  return (hasToken(a) || a.length > startB.length) && (hasToken(b) || b.length > startA.length);
}

/** Symbol of a text made of known and unknown parts; none when a part has no identity. */
export function textSymbol(parts: readonly (string | Unknown)[]): string | undefined {
  let text = '';
  for (const part of parts) {
    if (typeof part !== 'string' && part.symbol === undefined) return undefined;
    text += typeof part === 'string' ? part : tokenOf(part);
  }
  // Not shortened by the usual rule: the cut could fall inside a token.
  return text.length > SYMBOL_LENGTH_MAX ? `«${shorten(text)}»` : `${TEXT_SYMBOL}${text}`;
}

/** Symbol of a pure function of values: equal arguments give equal symbols. None when a part has no identity. */
export function callSymbol(name: string, list: readonly Value[]): string | undefined {
  const rendered: string[] = [];
  for (const value of list) {
    if (value.kind === 'unknown') {
      if (value.symbol === undefined) return undefined;
      rendered.push(tokenOf(value));
    } else if (value.kind === 'array' || value.kind === 'object') {
      if (!isSmall(value, { left: 200 })) return undefined;
      rendered.push(JSON.stringify(toJson(value)));
    } else {
      rendered.push(JSON.stringify(toJson(value)));
    }
  }
  return `${name}(${rendered.join(',')})`;
}

/** Fewer nodes than `budget.left`, none of them unknown without identity. */
function isSmall(value: Value, budget: { left: number }): boolean {
  budget.left -= 1;
  if (budget.left < 0) return false;
  if (value.kind === 'unknown') return value.symbol !== undefined;
  if (value.kind === 'array') return value.items.every((item) => isSmall(item, budget));
  if (value.kind !== 'object') return true;
  return [...value.members.values()].every((entry) => isSmall(entry.value, budget));
}

export function shorten(text: string): string {
  if (text.length <= SYMBOL_LENGTH_MAX) return text;
  return `${text.slice(0, SYMBOL_LENGTH_MAX - 20)}…${checksum(text)}`;
}

/** FNV-1a over UTF-16 code units, twice with different starts: 16 hex digits. Not for secrets. */
export function checksum(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193) >>> 0;
    high = Math.imul(high ^ (code + index), 0x01000193) >>> 0;
  }
  return low.toString(16).padStart(8, '0') + high.toString(16).padStart(8, '0');
}

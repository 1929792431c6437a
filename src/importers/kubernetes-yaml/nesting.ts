import type { CST } from 'yaml';

/**
 * How many columns of a YAML text something could start at. Every block inside another starts further right, or is a
 * list at the column of its key: blocks cannot nest deeper than twice this. Never less, whatever the text holds.
 * The parser recurses over blocks, so a document is weighed before it is handed over. O(text).
 */
export function countColumns(text: string): number {
  const columns = new Set<number>();
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    let position = skipBlanks(text, start, end);
    if (position < end) columns.add(position - start);
    while (isMarker(text, position, end)) {
      position = skipBlanks(text, position + 1, end);
      columns.add(position - start);
    }
    start = end + 1;
  }
  return columns.size;
}

function skipBlanks(text: string, start: number, end: number): number {
  let position = start;
  while (position < end && isBlank(text.charCodeAt(position))) position += 1;
  return position;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** `-`, `?` or `:` with nothing stuck to it. */
function isMarker(text: string, position: number, end: number): boolean {
  if (position >= end) return false;
  const code = text.charCodeAt(position);
  if (code !== 45 && code !== 63 && code !== 58) return false;
  const next = text.charCodeAt(position + 1);
  return position + 1 >= end || isBlank(next) || next === 13;
}

interface TokenNode {
  readonly value?: unknown;
  readonly items?: readonly { readonly key?: unknown; readonly value?: unknown }[];
}

/** How deep the collections of parsed tokens nest; brackets count here, which `countColumns` does not see. */
export function depthOfTokens(tokens: readonly CST.Token[]): number {
  let deepest = 0;
  const waiting: [unknown, number][] = tokens.map((token) => [token, 0]);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [token, depth] = next;
    if (typeof token !== 'object' || token === null) continue;
    if (depth > deepest) deepest = depth;
    const { value, items } = token as TokenNode;
    if (typeof value === 'object') waiting.push([value, depth + 1]);
    for (const item of items ?? []) {
      waiting.push([item.key, depth + 1], [item.value, depth + 1]);
    }
  }
  return deepest;
}

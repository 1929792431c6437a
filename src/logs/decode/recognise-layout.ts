import { plain } from './column-lookup.ts';
import { delimiterOf } from './csv-rows.ts';
import { planTable } from './table-rows.ts';

/** How records stand in a text: one a line, in one JSON value (or several), or as rows of a table with a header. */
export type Layout =
  | { readonly kind: 'lines' }
  | { readonly kind: 'json' }
  | { readonly kind: 'csv'; readonly delimiter: string };

/** Names that a record does not begin with, and an envelope or the answer to a query does. */
const ENVELOPE = /^\{\s*"(?:records|tables|Tables|FrameType|value)"\s*:/;

/**
 * By the first 64 KB, whatever the file is called. In doubt `lines`: there a broken line costs itself alone.
 */
export function layoutOf(head: string): Layout {
  const text = head.replace(/^\uFEFF/, '').trimStart();
  if (text.startsWith('[')) return { kind: 'json' };
  if (text.startsWith('{')) return objectLayout(text);
  const header = text.slice(0, lineEnd(text));
  const delimiter = delimiterOf(header);
  const names = header.split(delimiter).map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
  if (names.length > 1 && (planTable(names) !== undefined || looksLikeHeader(names))) {
    return { kind: 'csv', delimiter };
  }
  return { kind: 'lines' };
}

/** Lines that each are an object, or an object that goes on over lines. */
function objectLayout(text: string): Layout {
  const end = lineEnd(text);
  const first = text.slice(0, end).trimEnd();
  if (end === text.length) {
    return { kind: ENVELOPE.test(first) && !isWhole(first) ? 'json' : 'lines' };
  }
  if (/[}\]],?$/.test(first)) return { kind: 'lines' };
  const second = text.slice(end + 1, end + 400).trimStart();
  // A first line that is cut off is followed by another object; one that goes on, by a name or a bracket.
  return { kind: second.startsWith('{') && first.length > 1 ? 'lines' : 'json' };
}

function lineEnd(text: string): number {
  const end = text.indexOf('\n');
  return end < 0 ? text.length : end;
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A table with a time that is of no firewall: it is named as such, rather than every row as a broken line. */
function looksLikeHeader(names: readonly string[]): boolean {
  return names.some((name) => ['timegenerated', 'timestamp', 'time'].includes(plain(name)));
}

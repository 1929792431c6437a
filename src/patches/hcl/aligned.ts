import { lineStart } from '../text-edit.ts';
/**
 * Neighbouring lines with an argument each, around one of them. `terraform fmt` puts their signs below each other, and the comments behind
 * them; an empty line, a comment of its own and a value of several lines end such a run.
 */
export interface Run {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly Line[];
}

/** An argument of a block or a member of an object; `name` is its text. */
export interface Entry {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly value: { readonly start: number; readonly end: number };
}

interface Line {
  readonly indent: string;
  readonly name: string;
  readonly value: string;
  readonly comment: string;
  /** As it is written, without its end. */
  readonly text: string;
}

/** @param at in a line of the run; `undefined` when no entry has that line to itself */
export function runAt(text: string, entries: readonly Entry[], at: number): Run | undefined {
  const byLine = new Map<number, Entry>();
  for (const entry of entries) {
    const start = lineStart(text, entry.start);
    if (isAlone(text, entry, start)) byLine.set(start, entry);
  }
  let start = lineStart(text, at);
  if (!byLine.has(start)) return undefined;
  while (start > 0 && byLine.has(lineStart(text, start - 1))) start = lineStart(text, start - 1);
  const lines: Line[] = [];
  let end = start;
  for (let from = start; byLine.has(from); from = end + 1) {
    end = lineEnd(text, from);
    lines.push(lineOf(text.slice(from, end), from, byLine.get(from)!));
    if (end >= text.length) break;
  }
  return { start, end, lines };
}

/** As the formatter has them. */
export function isAligned(run: Run): boolean {
  return alignedLines(run).every((line, index) => line === run.lines[index]?.text);
}

/** The text with the signs and the comments of a run below each other. */
export function aligned(text: string, run: Run | undefined): string {
  if (run === undefined) return text;
  return `${text.slice(0, run.start)}${alignedLines(run).join('\n')}${text.slice(run.end)}`;
}

/** O(size). */
function alignedLines({ lines }: Run): readonly string[] {
  const width = widest(lines.map(({ name }) => name));
  const bare = lines.map(({ indent, name, value }) => `${indent}${name.padEnd(width)} = ${value}`);
  const columns = commentColumns(lines, bare);
  return lines.map(({ comment, text }, index) => {
    const line =
      comment === '' ? bare[index] : `${bare[index]!.padEnd(columns[index]!)} ${comment}`;
    return `${line}${text.endsWith('\r') ? '\r' : ''}`;
  });
}

/** The longest of neighbours that all have a comment. */
function commentColumns(lines: readonly Line[], bare: readonly string[]): readonly number[] {
  const columns: number[] = [];
  let first = 0;
  for (let index = 0; index <= lines.length; index += 1) {
    if (index < lines.length && lines[index]!.comment !== '') continue;
    const column = widest(bare.slice(first, index));
    for (let each = first; each < index; each += 1) columns[each] = column;
    first = index + 1;
  }
  return columns;
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}

/** Before the line break. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

function isAlone(text: string, { name, start, end, value }: Entry, from: number): boolean {
  const line = text.slice(start, end);
  if (line.includes('\n') || !/^[ \t]*$/.test(text.slice(from, start))) return false;
  // An object may have `:` for it.
  if (text.slice(start + name.length, value.start).trim() !== '=') return false;
  // The lines of a heredoc follow.
  if (text.slice(value.start, value.end).startsWith('<<')) return false;
  return /^[ \t]*(?:(?:#|\/\/).*|\/\*.*\*\/[ \t]*)?\r?$/.test(text.slice(end, lineEnd(text, end)));
}

function lineOf(text: string, from: number, { name, value, start, end }: Entry): Line {
  return {
    indent: text.slice(0, start - from),
    name: text.slice(start - from, start - from + name.length),
    value: text.slice(value.start - from, value.end - from),
    comment: text.slice(end - from).trim(),
    text,
  };
}

import type { Decoding } from './decoding.ts';
import { decodeJsonText } from './json-value.ts';
import { decodeByTemplate, type LineTemplate, learnTemplate } from './line-template.ts';
import { triedEarlier } from './tried-earlier.ts';

/** The templates learned so far in a file: mostly one per category. */
export interface LineMemory {
  readonly templates: LineTemplate[];
  /** Lines from which something was to be learned. Files whose lines all differ are left to `JSON.parse`. */
  lessons: number;
}

export function newLineMemory(): LineMemory {
  return { templates: [], lessons: 0 };
}

const TEMPLATES_MAX = 32;
const LESSONS_MAX = 200;

/** Decodes whole lines; the last one may lack its line end. */
export function decodeLines(decoding: Decoding, memory: LineMemory, text: string): void {
  let start = 0;
  while (start < text.length) {
    decoding.line += 1;
    decoding.item = 0;
    const known = decodeKnown(decoding, memory, text, start);
    if (known >= 0) {
      start = known;
      continue;
    }
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    decodeLine(decoding, memory, text.slice(start, end));
    start = end + 1;
  }
}

function decodeKnown(
  decoding: Decoding,
  { templates }: LineMemory,
  text: string,
  start: number,
): number {
  for (let index = 0; index < templates.length; index += 1) {
    const template = templates[index]!;
    const next = decodeByTemplate(decoding, template, text, start);
    if (next < 0) continue;
    triedEarlier(templates, index);
    return next;
  }
  return -1;
}

function decodeLine(decoding: Decoding, memory: LineMemory, line: string): void {
  const text = line.trim();
  if (text === '') return;
  const before = decoding.recordCount;
  // Lists written one element a line end each in a comma.
  decodeJsonText(decoding, text.endsWith(',') ? text.slice(0, -1) : text);
  if (decoding.recordCount !== before + 1 || decoding.item > 0) return;
  if (memory.lessons >= LESSONS_MAX || memory.templates.length >= TEMPLATES_MAX) return;
  memory.lessons += 1;
  const { category } = decoding.records[decoding.records.length - 1]!;
  const isFirst = memory.templates.every((known) => known.category !== category);
  const template = learnTemplate(line, isFirst);
  if (template !== undefined) memory.templates.push(template);
}

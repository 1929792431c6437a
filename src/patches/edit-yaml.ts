import {
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  Scalar,
  stringify,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Change, PlainJson } from '../questions/check/index.ts';
import { builtAlong, type Edited, edits, lineStart, refused } from './text-edit.ts';

/** A change as edits of YAML text; every line that it does not touch stays as it is. O(text) a change. */
export function editYaml(text: string, { at, path, to }: Change): Edited {
  let here = nodeStartingAt(text, at.offset);
  if (here === undefined) return refused('it is not written there as a value of its own');
  for (const [depth, step] of path.entries()) {
    const next: Found | undefined =
      typeof step === 'string' ? memberOf(here.node, step) : undefined;
    if (next !== undefined) {
      here = next;
      continue;
    }
    if (to === undefined) return refused('it is not there');
    const value = builtAlong(path.slice(depth + 1), to);
    if (typeof step === 'string') {
      return isMap(here.node) ? added(text, here.node, step, value) : refused('it is no mapping');
    }
    return isSeq(here.node) ? appended(text, here.node, value) : refused('it is no list');
  }
  const { node, pair, owner } = here;
  if (to === undefined) return removed(text, node, pair, owner);
  if (!isScalar(node) && !isFlow(node)) return replacedBlock(text, node, pair, to);
  const [from, end] = node.range!;
  // A value that was left out has no text: a space belongs before the new one.
  return edits(from, end, from === end ? ` ${flowText(to)}` : flowText(to));
}

interface Found {
  readonly node: Node;
  /** The pair whose value it is. */
  readonly pair?: Pair;
  readonly owner?: YAMLMap | YAMLSeq;
}

function nodeStartingAt(text: string, offset: number): Found | undefined {
  let found: Found | undefined;
  for (const document of parseAllDocuments(text)) {
    if (!('range' in document)) continue;
    visit(document, {
      Node(_key, node, path) {
        // The outermost that starts there: a mapping starts where its first key does.
        if (found !== undefined || node.range?.[0] !== offset) return;
        if (!isCollection(node) && !isScalar(node)) return;
        const parent = path.at(-1);
        if (isPair(parent)) {
          if (parent.key === node) return;
          const owner = path.at(-2);
          found = { node, pair: parent, ...(isMap(owner) ? { owner } : {}) };
        } else found = { node, ...(isSeq(parent) ? { owner: parent } : {}) };
      },
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A key is a text or reads as one. */
function memberOf(node: Node, name: string): Found | undefined {
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === name);
  const value = pair?.value as Node | null | undefined;
  return pair === undefined || value === null || value === undefined || value.range == null
    ? undefined
    : { node: value, pair, owner: node };
}

function isFlow(node: Node): boolean {
  return isCollection(node) && node.flow === true;
}

function replacedBlock(text: string, node: Node, pair: Pair | undefined, to: PlainJson): Edited {
  if (pair === undefined) return refused('a list item in several lines is not replaced as a whole');
  const from = endOfKey(pair);
  return edits(from, trimmedEnd(text, node), `: ${flowText(to)}`);
}

function endOfKey(pair: Pair): number {
  return (pair.key as Node).range![1];
}

/** The end of what is written of a node, without the blank lines and comments behind it. */
function trimmedEnd(text: string, node: Node): number {
  const [from, to] = node.range!;
  return from + text.slice(from, to).trimEnd().length;
}

function removed(
  text: string,
  node: Node,
  pair: Pair | undefined,
  owner: YAMLMap | YAMLSeq | undefined,
): Edited {
  if (owner === undefined) return refused('it is the whole document');
  if (owner.flow === true) return refused('it is one of several on one line');
  if (owner.items.length === 1) {
    const [from] = owner.range!;
    return edits(from, trimmedEnd(text, owner), isSeq(owner) ? '[]' : '{}');
  }
  const head = pair === undefined ? node.range![0] : (pair.key as Node).range![0];
  const start = lineStart(text, head);
  const before = text.slice(start, head);
  if (!(pair === undefined ? /^\s*- +$/ : /^\s*$/).test(before)) {
    return refused('it shares its line with something else');
  }
  return edits(start, lineEnd(text, trimmedEnd(text, node)), '');
}

function added(text: string, map: YAMLMap, name: string, to: PlainJson): Edited {
  if (map.flow === true) {
    const end = map.range![1] - 1;
    return edits(end, end, `${map.items.length === 0 ? '' : ', '}${name}: ${flowText(to)}`);
  }
  const [first] = map.items;
  if (first === undefined) return refused('the mapping is empty');
  const indent = columnOf(text, (first.key as Node).range![0]);
  return insertedAfter(text, map, indented(stringify({ [name]: to }, OPTIONS), indent));
}

function appended(text: string, list: YAMLSeq, to: PlainJson): Edited {
  if (list.flow === true) {
    const end = list.range![1] - 1;
    return edits(end, end, `${list.items.length === 0 ? '' : ', '}${flowText(to)}`);
  }
  const first = list.items[0] as Node | undefined;
  if (first === undefined) return refused('the list is empty');
  const dash = text.lastIndexOf('-', first.range![0] - 1);
  return insertedAfter(text, list, indented(stringify([to], OPTIONS), columnOf(text, dash)));
}

/** `lines` on lines of their own behind the last of the collection. */
function insertedAfter(text: string, collection: YAMLMap | YAMLSeq, lines: string): Edited {
  const end = lineEnd(text, trimmedEnd(text, collection));
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const isLast = end === text.length && !text.endsWith('\n');
  const block = lines.split('\n').join(eol);
  return edits(end, end, isLast ? `${eol}${block}` : `${block}${eol}`);
}

const OPTIONS = { lineWidth: 0, version: '1.1' as const };

function indented(block: string, column: number): string {
  return block
    .trimEnd()
    .split('\n')
    .map((line) => `${' '.repeat(column)}${line}`)
    .join('\n');
}

/** On one line. Quoted wherever YAML 1.1 would read something else. */
function flowText(value: PlainJson): string {
  if (typeof value === 'string') return stringify(new Scalar(value), OPTIONS).trimEnd();
  return JSON.stringify(value);
}

function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** Behind the line break of the line that holds `offset`. */
function lineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  return at < 0 ? text.length : at + 1;
}

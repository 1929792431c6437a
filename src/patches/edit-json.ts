import {
  findNodeAtOffset,
  getNodePath,
  type JSONPath,
  modify,
  type Node,
  parseTree,
} from 'jsonc-parser';
import type { Change, PlainJson } from '../questions/check/index.ts';
import { builtAlong, type Edited, refused, type TextEdit } from './text-edit.ts';

/**
 * A change as edits of JSON text, comments and layout around it kept. What a template computes has no literal to change: refused.
 * O(text) a change.
 */
export function editJson(text: string, { at, path, to }: Change): Edited {
  const root = parseTree(text, [], { allowTrailingComma: true });
  let here = root === undefined ? undefined : nodeStartingAt(root, at.offset);
  if (here === undefined) return refused('it is not written there as a value of its own');
  for (const [depth, step] of path.entries()) {
    const why = isComputed(here);
    if (why !== undefined) return refused(why);
    const next: Node | undefined = typeof step === 'string' ? memberOf(here, step) : undefined;
    if (next !== undefined) {
      here = next;
      continue;
    }
    if (to === undefined) return refused('it is not there');
    const value = builtAlong(path.slice(depth + 1), to);
    const owner = getNodePath(here);
    if (typeof step === 'string') {
      return here.type === 'object'
        ? modified(text, [...owner, step], value)
        : refused('there is no object to add to');
    }
    return here.type === 'array'
      ? modified(text, [...owner, here.children?.length ?? 0], value, true)
      : refused('there is no list to add to');
  }
  const why = to === undefined ? undefined : isComputed(here);
  if (why !== undefined) return refused(why);
  const own = getNodePath(here);
  if (own.length === 0) return refused('it is the whole file');
  return modified(text, own, to);
}

function nodeStartingAt(root: Node, offset: number): Node | undefined {
  const found = findNodeAtOffset(root, offset, false);
  return found !== undefined && found.offset === offset && found.type !== 'property'
    ? found
    : undefined;
}

/** ARM compares names without case (iac-formats 2.1). */
function memberOf(node: Node, name: string): Node | undefined {
  const wanted = name.toLowerCase();
  return node.children?.find(
    ({ type, children }) =>
      type === 'property' && String(children?.[0]?.value).toLowerCase() === wanted,
  )?.children?.[1];
}

/** ARM evaluates texts in brackets; `[[` is a bracket (iac-formats 2.2). */
function isComputed(node: Node): string | undefined {
  if (node.type !== 'string' || typeof node.value !== 'string') return undefined;
  return /^\[(?!\[).*\]$/s.test(node.value) ? `it is computed: \`${node.value}\`` : undefined;
}

/** Stands for the value while the place is prepared; no file of anybody holds it. */
const HERE = '\u{f0000}';

function modified(
  text: string,
  path: JSONPath,
  value: PlainJson | undefined,
  isArrayInsertion = false,
): Edited {
  const layout = layoutOf(text);
  const unit = layout.insertSpaces ? ' '.repeat(layout.tabSize) : '\t';
  const prepared = modify(text, path, value === undefined ? undefined : HERE, {
    isArrayInsertion,
    formattingOptions: layout,
  });
  return {
    kind: 'edits',
    edits: prepared.map(({ offset, length, content }): TextEdit => {
      const at = content.indexOf(JSON.stringify(HERE));
      const written =
        at < 0 || value === undefined
          ? content
          : content.replace(JSON.stringify(HERE), () =>
              laidOut(value, indentBefore(`${text.slice(0, offset)}${content.slice(0, at)}`), {
                unit,
                eol: layout.eol,
              }),
            );
      return { from: offset, to: offset + length, text: written };
    }),
  };
}

/** What the line starts with. */
function indentBefore(text: string): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n') + 1))![0];
}

const LINE_MAX = 80;

/** As people write templates: what is short and flat stays on its line. */
function laidOut(
  value: PlainJson,
  indent: string,
  style: { readonly unit: string; readonly eol: string },
  isItem = false,
): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}${style.unit}`;
  const isList = Array.isArray(value);
  const isFlat = Object.values(value).every((one) => typeof one !== 'object' || one === null);
  const entries = Object.entries(value).map(([name, one]) => ({
    head: isList ? '' : `${JSON.stringify(name)}: `,
    one: one as PlainJson,
  }));
  const parts = (nested: string) =>
    entries.map(({ head, one }) => `${head}${laidOut(one, nested, style, isList)}`);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) return `${open}${close}`;
  const line = isList ? `[${parts(inner).join(', ')}]` : `{ ${parts(inner).join(', ')} }`;
  const staysOnLine = isList ? !line.includes('\n') : isItem && isFlat;
  if (staysOnLine && line.length <= LINE_MAX) return line;
  const lines = parts(inner).map((part) => `${inner}${part}`);
  return `${open}${style.eol}${lines.join(`,${style.eol}`)}${style.eol}${indent}${close}`;
}

/** As the file is written: its indentation and its line ends. */
function layoutOf(text: string) {
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : Math.min(indent.length, 8),
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

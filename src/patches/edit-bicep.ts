import { sourceText } from '../diagnostics/index.ts';
import {
  type ArraySyntax,
  type ObjectSyntax,
  parseBicep,
  type Span,
  type Syntax,
} from '../importers/bicep/index.ts';
import type { Change, PlainJson } from '../questions/check/index.ts';
import { builtAlong, type Edited, edits, lineStart, refused } from './text-edit.ts';

/**
 * A change as edits of a Bicep source, comments and layout around it kept. What an expression computes has no literal to change: refused.
 * O(text) a change.
 */
export function editBicep(text: string, { at, path, to }: Change): Edited {
  const { statements } = parseBicep(text, sourceText(at.source.file, text));
  const found = nodeStartingAt(statements, at.offset);
  if (found === undefined) return refused('it is not written there as a value of its own');
  let here: Found = { node: bodyOf(found.node), owner: found.owner };
  for (const [depth, step] of path.entries()) {
    const next: Found | undefined =
      typeof step === 'string' ? memberOf(here.node, step) : undefined;
    if (next !== undefined) {
      here = next;
      continue;
    }
    if (to === undefined) return refused('it is not there');
    const value = builtAlong(path.slice(depth + 1), to);
    const { node } = here;
    if (typeof step === 'string' && node.kind === 'object') {
      return addedTo(text, node, (indent) => `${keyText(step)}: ${bicepText(value, indent)}`);
    }
    if (typeof step === 'object' && node.kind === 'array') {
      return addedTo(text, node, (indent) => bicepText(value, indent));
    }
    return refused(why(text, node));
  }
  const { node, entry } = here;
  if (to === undefined) return removed(text, entry ?? node);
  if (!LITERALS.has(node.kind)) return refused(why(text, node));
  return edits(node.start, node.end, bicepText(to, indentAt(text, node.start)));
}

const LITERALS: ReadonlySet<string> = new Set([
  'text',
  'number',
  'boolean',
  'null',
  'array',
  'object',
]);

interface Found {
  readonly node: Syntax;
  /** The list that the node is an item of. */
  readonly owner?: Syntax | undefined;
  /** With its name, where it is the value of a property. */
  readonly entry?: Span;
}

/** The outermost value that starts there, or the body of the statement that does. */
function nodeStartingAt(root: unknown, offset: number): Found | undefined {
  if (Array.isArray(root)) {
    for (const one of root) {
      const found = nodeStartingAt(one, offset);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof root !== 'object' || root === null) return undefined;
  const { kind, start, body } = root as { kind?: unknown; start?: unknown; body?: unknown };
  if (typeof kind === 'string' && start === offset) {
    const isStatement = kind === 'resource' || kind === 'module';
    return { node: (isStatement ? body : root) as Syntax };
  }
  for (const inner of Object.values(root)) {
    const found = nodeStartingAt(inner, offset);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A condition or a loop says of its body when and how often it is there, not what it is. */
function bodyOf(node: Syntax): Syntax {
  let inner = node;
  while (inner.kind === 'condition' || inner.kind === 'loop') inner = inner.body;
  return inner;
}

function memberOf(node: Syntax, name: string): Found | undefined {
  if (node.kind !== 'object') return undefined;
  for (const entry of node.entries) {
    if (entry.kind !== 'property' || entry.key.kind !== 'text') continue;
    if (entry.key.value.toLowerCase() !== name.toLowerCase()) continue;
    return {
      node: bodyOf(entry.value),
      entry: { start: entry.key.start, end: entry.value.end },
    };
  }
  return undefined;
}

function why(text: string, node: Syntax): string {
  const written = text.slice(node.start, node.end);
  return LITERALS.has(node.kind)
    ? 'there is nothing to add it to'
    : `it is computed: \`${written.length > 60 ? `${written.slice(0, 60)}…` : written}\``;
}

/** On a line of its own before the closing brace or bracket. */
function addedTo(
  text: string,
  node: ObjectSyntax | ArraySyntax,
  line: (indent: string) => string,
): Edited {
  const parts =
    node.kind === 'array'
      ? node.items.map(({ value }) => value)
      : node.entries.map(({ value }) => value);
  const last = parts.at(-1);
  const outer = indentAt(text, node.start);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  if (last === undefined) {
    const inner = `${outer}  `;
    const [open, close] = node.kind === 'array' ? ['[', ']'] : ['{', '}'];
    return edits(node.start, node.end, `${open}${eol}${inner}${line(inner)}${eol}${outer}${close}`);
  }
  if (!text.slice(node.start, node.end).includes('\n')) {
    return edits(last.end, last.end, `, ${line(outer)}`);
  }
  const inner = indentAt(text, last.start);
  return edits(last.end, last.end, `${eol}${inner}${line(inner)}`);
}

/** All lines of it, when nothing else stands on them. */
function removed(text: string, { start, end }: Span): Edited {
  const from = lineStart(text, start);
  const lineEnd = text.indexOf('\n', end);
  const to = lineEnd < 0 ? text.length : lineEnd + 1;
  const isAlone =
    /^\s*$/.test(text.slice(from, start)) && /^\s*(?:\/\/.*)?$/.test(text.slice(end, to));
  return isAlone ? edits(from, to, '') : refused('it shares its line with something else');
}

/** As people write Bicep: texts in single quotes, two spaces, a property a line. */
function bicepText(value: PlainJson, indent: string): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const lines = isList
    ? value.map((item: PlainJson) => `${inner}${bicepText(item, inner)}`)
    : Object.entries(value).map(
        ([name, one]) => `${inner}${keyText(name)}: ${bicepText(one as PlainJson, inner)}`,
      );
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join('\n')}\n${indent}${close}`;
}

function quoted(text: string): string {
  return `'${text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('${', '\\${')
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n')}'`;
}

function keyText(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : quoted(name);
}

function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset)))![0];
}

import type { Block, Body, Expression } from '../../importers/terraform/hcl/index.ts';
import type { PlainJson } from '../../questions/check/index.ts';
import { lineStart } from '../text-edit.ts';
import { lineEnd } from './aligned.ts';
import { hclText } from './hcl-text.ts';

/** What Terraform itself reads of a resource; people put it first or last, and arguments of the provider between. */
const META: ReadonlySet<string> = new Set([
  'count',
  'for_each',
  'provider',
  'depends_on',
  'lifecycle',
  'timeouts',
  'provisioner',
  'connection',
]);

/** The text with an argument behind the last of the block. */
export function withAttribute(
  text: string,
  block: Block,
  write: (indent: string) => string,
): string {
  const { body } = block;
  const indent = innerIndent(text, block);
  const line = write(indent);
  if (isOnOneLine(text, body)) return spreadOut(text, block, line);
  const firstBlock = body.blocks[0]?.start ?? Number.POSITIVE_INFINITY;
  const before = body.attributes.filter(({ start }) => start < firstBlock);
  const anchor =
    before.findLast(({ name }) => !META.has(name)) ?? before.at(-1) ?? body.attributes.at(-1);
  if (anchor !== undefined) {
    // A heredoc ends with the line break behind its marker.
    const isOver = text[anchor.end - 1] === '\n';
    const end = lineEnd(text, isOver ? anchor.end - 1 : anchor.end);
    return inserted(text, end, `${indent}${line}`);
  }
  const open = lineEnd(text, body.start);
  const next = text.slice(open + 1, lineEnd(text, open + 1));
  const isCrowded = body.blocks.length > 0 && next.trim() !== '';
  return inserted(text, open, `${indent}${line}${isCrowded ? '\n' : ''}`);
}

/** The text with a block behind those of its kind, else behind everything the block says. */
export function withBlock(
  text: string,
  block: Block,
  type: string,
  write: (indent: string) => string,
): string {
  const { body } = block;
  const indent = innerIndent(text, block);
  const lines = `${indent}${write(indent)}`;
  if (isOnOneLine(text, body)) return spreadOut(text, block, lines.trimStart());
  const isKind = (one: Block) => one.type === type || one.labels[0] === type;
  const items = [
    ...body.attributes.filter(({ name }) => !META.has(name)),
    ...body.blocks.filter((one) => !META.has(one.type)),
  ].sort((a, b) => a.start - b.start);
  const anchor = body.blocks.findLast(isKind) ?? items.at(-1) ?? body.attributes.at(-1);
  const at = anchor === undefined ? body.start : anchor.end;
  const end = lineEnd(text, text[at - 1] === '\n' ? at - 1 : at);
  const next = text.slice(end + 1, lineEnd(text, end + 1)).trim();
  const isFollowed = next !== '' && next !== '}';
  const space = anchor === undefined ? '' : '\n';
  return inserted(text, end, `${space}${lines}${isFollowed ? '\n' : ''}`);
}

/** The text with items behind the last of a list. */
export function appendedTo(
  text: string,
  { items, start, end }: Extract<Expression, { readonly kind: 'tuple' }>,
  values: readonly PlainJson[],
): string {
  const last = items.at(-1);
  const indent = indentAt(text, last?.start ?? start);
  const added = values.map((value) => hclText(value, indent));
  if (last === undefined) {
    return `${text.slice(0, start)}[${added.join(', ')}]${text.slice(end)}`;
  }
  const rest = text.slice(last.end, end);
  if (!rest.includes('\n')) {
    return `${text.slice(0, last.end)}, ${added.join(', ')}${text.slice(last.end)}`;
  }
  const comma = /^\s*,/.exec(rest)?.[0];
  const head = comma === undefined ? `${text.slice(0, last.end)},${rest}` : text.slice(0, end);
  const lines = added.map((value) => `${indent}${value}`).join(',\n');
  const at = lineEnd(head, last.end + (comma?.length ?? 1));
  return `${inserted(head, at, `${lines}${comma === undefined ? '' : ','}`)}${text.slice(end)}`;
}

/** The text without all lines of it and without the empty line that is then too much; `undefined` when it shares a line. */
export function withoutLines(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
): string | undefined {
  let from = lineStart(text, start);
  let to = lineEnd(text, text[end - 1] === '\n' ? end - 1 : end);
  const isAlone =
    text.slice(from, start).trim() === '' &&
    /^\s*(?:(?:#|\/\/).*)?$/.test(text.slice(Math.min(end, to), to));
  if (!isAlone) return undefined;
  to = Math.min(to + 1, text.length);
  const above = from === 0 ? undefined : text.slice(lineStart(text, from - 1), from);
  const below = to === text.length ? undefined : text.slice(to, lineEnd(text, to) + 1);
  const opens = above === undefined || /[{[]\s*$/.test(above);
  if (below?.trim() === '' && (opens || above?.trim() === '')) to += below.length;
  else if (above?.trim() === '' && (below === undefined || below.trim() === '}')) {
    from -= above.length;
  }
  return `${text.slice(0, from)}${text.slice(to)}`;
}

function isOnOneLine(text: string, { start, end }: Body): boolean {
  return !text.slice(start, end).includes('\n');
}

/** `dns {}` and `dns { servers = [] }` get a line for each. */
function spreadOut(text: string, { body, start }: Block, line: string): string {
  const outer = indentAt(text, start);
  const inside = text.slice(body.start, body.end - 1).trim();
  const lines = [inside, line].filter((one) => one !== '').map((one) => `${outer}  ${one}\n`);
  const written = withLineEnds(text, `\n${lines.join('')}${outer}}`);
  return `${text.slice(0, body.start)}${written}${text.slice(body.end)}`;
}

function innerIndent(text: string, { body, start }: Block): string {
  const first = body.attributes[0] ?? body.blocks[0];
  return first === undefined || isOnOneLine(text, body)
    ? `${indentAt(text, start)}  `
    : indentAt(text, first.start);
}

/** What its line starts with. */
export function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))![0];
}

/** Lines of their own behind the line that ends there. */
export function inserted(text: string, end: number, lines: string): string {
  const isReturned = text[end - 1] === '\r';
  const at = isReturned ? end - 1 : end;
  return `${text.slice(0, at)}${withLineEnds(text, `\n${lines}`)}${text.slice(at)}`;
}

function withLineEnds(text: string, lines: string): string {
  return text.includes('\r\n') ? lines.replaceAll('\n', '\r\n') : lines;
}

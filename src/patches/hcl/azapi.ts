import { sourceText } from '../../diagnostics/index.ts';
import {
  type Block,
  type Expression,
  type HclFile,
  parseHcl,
} from '../../importers/terraform/hcl/index.ts';
import type { Change, PlainJson } from '../../questions/check/index.ts';
import { builtAlong } from '../text-edit.ts';
import { aligned, type Entry, isAligned, lineEnd, runAt } from './aligned.ts';
import { hclText, keyText } from './hcl-text.ts';
import { appendedTo, indentAt, inserted, withoutLines } from './layout.ts';
import { isLiteral } from './literal.ts';
import { howOften } from './place.ts';
import { computed, type Written } from './written.ts';

/** The resource of the AzAPI provider that a place is in: its `body` is in ARM's own words. */
export function azapiAt({ body }: HclFile, offset: number): Block | undefined {
  return body.blocks.find(
    ({ type, labels, start, end }) =>
      type === 'resource' && /^azapi_/.test(labels[0] ?? '') && start <= offset && offset < end,
  );
}

/** The text in which the body of an AzAPI resource says what the change asks for. */
export function azapiWritten(text: string, resource: Block, { at, path, to }: Change): Written {
  if (resource.body.isBroken) return { why: 'a part of its block cannot be read' };
  const body = bodyOf(resource);
  if (body === undefined) return { why: 'it has no `body`' };
  const offset = at.offset === resource.start ? body.start : at.offset;
  let here = nodeAt(body, offset);
  if (here === undefined) return { why: 'it is not written there as a value of its own' };
  const made = howOften(resource, at.via ?? []);
  for (const [depth, step] of path.entries()) {
    const { node }: Found = here;
    const next: Found | undefined = typeof step === 'string' ? memberOf(node, step) : undefined;
    if (next !== undefined) {
      here = next;
      continue;
    }
    if (to === undefined) return { why: 'it is not there' };
    const value = builtAlong(path.slice(depth + 1), to);
    if (typeof step === 'string' && node.kind === 'object') {
      return withMember(text, node, keyText(step), value);
    }
    if (typeof step === 'object' && node.kind === 'tuple') {
      if (made === 'once') return appendedTo(text, node, [value]);
      return { why: `\`${made}\` may make several of it, and this is for one` };
    }
    return isLiteral(node, text) ? { why: 'there is nothing to add it to' } : computed(text, node);
  }
  const { node, item } = here;
  if (node === body && path.length === 0) return { why: 'it is a resource of its own' };
  if (to === undefined) {
    if (made !== 'once' && !isLiteral(node, text)) {
      return { why: `\`${made}\` may make several of it` };
    }
    return withoutEntry(text, item ?? node);
  }
  if (!isLiteral(node, text)) return computed(text, node);
  const replaced = hclText(to, indentAt(text, node.start));
  return `${text.slice(0, node.start)}${replaced}${text.slice(node.end)}`;
}

type ObjectNode = Extract<Expression, { readonly kind: 'object' }>;

interface Found {
  readonly node: Expression;
  /** With its name, where it is a member. */
  readonly item?: { readonly start: number; readonly end: number };
}

/** An object, or a text of it before AzAPI 2. */
function bodyOf({ body }: Block): Expression | undefined {
  const written = body.attributes.find(({ name }) => name === 'body')?.value;
  const isEncoded = written?.kind === 'call' && written.name === 'jsonencode';
  return isEncoded ? written.arguments[0] : written;
}

/** The outermost value that starts there. */
function nodeAt(node: Expression, offset: number): Found | undefined {
  if (node.start === offset) return { node };
  const inner =
    node.kind === 'object'
      ? node.items.map(({ key, value }) => ({ key, value }))
      : node.kind === 'tuple'
        ? node.items.map((value) => ({ key: value, value }))
        : [];
  const around = inner.find(({ value }) => value.start <= offset && offset < value.end);
  if (around === undefined) return undefined;
  const found = nodeAt(around.value, offset);
  if (found?.node !== around.value || node.kind === 'tuple') return found;
  return { ...found, item: { start: around.key.start, end: around.value.end } };
}

/** ARM compares names without case (iac-formats 2.1). */
function memberOf(node: Expression, name: string): Found | undefined {
  if (node.kind !== 'object') return undefined;
  const found = node.items.find(
    ({ key }) => key.kind === 'literal' && String(key.value).toLowerCase() === name.toLowerCase(),
  );
  if (found === undefined) return undefined;
  return { node: found.value, item: { start: found.key.start, end: found.value.end } };
}

function withMember(text: string, node: ObjectNode, name: string, value: PlainJson): string {
  const last = node.items.at(-1)?.value;
  const outer = indentAt(text, node.start);
  if (last === undefined) {
    const lines = hclText({ [name]: value }, outer);
    return `${text.slice(0, node.start)}${lines}${text.slice(node.end)}`;
  }
  if (!text.slice(node.start, node.end).includes('\n')) {
    const added = `, ${name} = ${hclText(value, outer)}`;
    return `${text.slice(0, last.end)}${added}${text.slice(last.end)}`;
  }
  const indent = indentAt(text, node.items[0]!.key.start);
  const line = `${indent}${name} = ${hclText(value, indent)}`;
  const after = inserted(text, lineEnd(text, last.end), line);
  const entries = entriesOf(after, node.start);
  const run = runAt(after, entries, entries.at(-1)?.start ?? 0);
  if (run === undefined) return after;
  return isAligned({ ...run, lines: run.lines.slice(0, -1) }) ? aligned(after, run) : after;
}

/** The members of the object that starts there. */
function entriesOf(text: string, start: number): readonly Entry[] {
  const file = parseHcl(text, sourceText('', text)).value;
  const resource = azapiAt(file, start);
  const body = resource === undefined ? undefined : bodyOf(resource);
  const node = body === undefined ? undefined : nodeAt(body, start)?.node;
  if (node?.kind !== 'object') return [];
  return node.items.map(({ key, value }) => ({
    name: text.slice(key.start, key.end),
    start: key.start,
    end: value.end,
    value,
  }));
}

/** A member or an item, with the comma behind it. */
function withoutEntry(text: string, { start, end }: NonNullable<Found['item']>): Written {
  const comma = /^[ \t]*,/.exec(text.slice(end))?.[0].length ?? 0;
  return (
    withoutLines(text, { start, end: end + comma }) ?? {
      why: 'it shares its line with something else',
    }
  );
}

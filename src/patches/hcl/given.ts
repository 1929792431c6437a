import { sourceText } from '../../diagnostics/index.ts';
import { type Block, type HclFile, parseHcl } from '../../importers/terraform/hcl/index.ts';
import type { PathStep, PlainJson } from '../../questions/check/index.ts';
import { aligned, isAligned, runAt } from './aligned.ts';
import { type Arguments, argumentsFor } from './arguments.ts';
import { blockText, hclText } from './hcl-text.ts';
import { appendedTo, indentAt, withAttribute, withBlock } from './layout.ts';
import { isLiteral } from './literal.ts';
import { blockAlong, type HclPlace } from './place.ts';
import { providerOf } from './provider.ts';
import { computed, isIgnored, type Written } from './written.ts';

/** The text in which the place says `to` at the path. */
export function given(
  text: string,
  file: HclFile,
  place: HclPlace,
  path: readonly PathStep[],
  to: PlainJson,
): Written {
  const isAppended = path.some((step) => typeof step === 'object');
  if (isAppended && place.made !== 'once') {
    return { why: `\`${place.made}\` may make several of it, and this is for one` };
  }
  const { attributes, block, resource, trail } = place;
  const words = argumentsFor(path, to, attributes, block.body, providerOf(file));
  if (!('blocks' in words)) {
    return { why: `\`${resource.labels[0]}\` has no argument for \`${words.join('`, `')}\`` };
  }
  for (const [name] of [...words.attributes, ...words.blocks.map((one) => [one.name] as const)]) {
    if (isIgnored(file, place, name)) return { why: '`ignore_changes` keeps it as it is' };
  }
  return put({ text, trail }, words, isAppended);
}

/** A block of a text that is being changed. */
interface Here {
  readonly text: string;
  readonly trail: readonly number[];
}

function put({ text, trail }: Here, words: Arguments, isAppended: boolean): Written {
  let now = text;
  for (const [name, value] of words.attributes) {
    const next = set({ text: now, trail }, name, value, isAppended);
    if (typeof next !== 'string') return next;
    now = next;
  }
  for (const nested of words.blocks) {
    const { name, holds } = nested;
    const block = blockOf({ text: now, trail });
    const { blocks } = block.body;
    const indexes = blocks.flatMap(({ type }, index) => (type === name ? [index] : []));
    if (holds === 'one') {
      if (blocks.some(({ type, labels }) => type === 'dynamic' && labels[0] === name)) {
        return { why: `it is computed: \`dynamic "${name}"\`` };
      }
      if (indexes.length > 1) return { why: `\`${name}\` is written more than once` };
      if (indexes.length === 1) {
        const next = put({ text: now, trail: [...trail, indexes[0]!] }, nested.words, isAppended);
        if (typeof next !== 'string') return next;
        now = next;
        continue;
      }
    } else if (!isAppended) return { why: `\`${name}\` is a list of blocks` };
    now = withBlock(now, block, name, (indent) => blockText(name, nested.words, indent));
  }
  return now;
}

function set(here: Here, name: string, value: PlainJson, isAppended: boolean): Written {
  const { text } = here;
  const block = blockOf(here);
  const written = block.body.attributes.find((one) => one.name === name);
  if (written === undefined) {
    const line = (indent: string) => `${name} = ${hclText(value, indent)}`;
    return laidOut({ ...here, text: withAttribute(text, block, line) }, name, 'new');
  }
  const old = written.value;
  const run = runAt(text, block.body.attributes, written.start);
  const wasAligned = run !== undefined && isAligned(run);
  if (isAppended && old.kind === 'tuple' && Array.isArray(value)) {
    const after = appendedTo(text, old, value);
    return wasAligned ? laidOut({ ...here, text: after }, name, 'changed') : after;
  }
  if (isAppended || !isLiteral(old, text)) return computed(text, old);
  const indent = indentAt(text, written.start);
  const after = `${text.slice(0, old.start)}${hclText(value, indent)}${text.slice(old.end)}`;
  return wasAligned ? laidOut({ ...here, text: after }, name, 'changed') : after;
}

/** As the lines around were: aligned when they were. */
function laidOut(here: Here, name: string, what: 'new' | 'changed'): string {
  const { text } = here;
  const { body } = blockOf(here);
  const at = body.attributes.find((one) => one.name === name)!.start;
  const run = runAt(text, body.attributes, at);
  if (run === undefined) return text;
  const others = { ...run, lines: run.lines.filter((line) => line.name !== name) };
  return what === 'changed' || isAligned(others) ? aligned(text, run) : text;
}

function blockOf({ text, trail }: Here): Block {
  return blockAlong(parseHcl(text, sourceText('', text)).value, trail)!;
}

import { sourceText } from '../../diagnostics/index.ts';
import { type Block, type HclFile, parseHcl } from '../../importers/terraform/hcl/index.ts';
import type { PathStep } from '../../questions/check/index.ts';
import { aligned, isAligned, runAt } from './aligned.ts';
import { type Spoken, spokenAt } from './arguments.ts';
import { withoutLines } from './layout.ts';
import { isLiteralBody } from './literal.ts';
import { blockAlong, type HclPlace } from './place.ts';
import { isIgnored, type Written } from './written.ts';

/** The text without what stands at the path: a block with its lines, or an argument. */
export function removed(
  text: string,
  file: HclFile,
  place: HclPlace,
  path: readonly PathStep[],
): Written {
  if (path.length === 0) return withoutBlock(text, file, place);
  const names = path.filter((step) => typeof step === 'string');
  for (const spoken of spokenAt(names, place.attributes)) {
    const [outermost = spoken.attribute.name] = spoken.inside;
    const found = without(text, file, place, spoken);
    if (found === undefined) continue;
    return isIgnored(file, place, outermost)
      ? { why: '`ignore_changes` keeps it as it is' }
      : found;
  }
  return { why: 'it is not there' };
}

/**
 * Collections of which every rule was taken away, for the provider refuses them: what said nothing any more goes too. Untouched when there was
 * one before.
 */
export function withoutEmptied(before: string, after: string): string {
  if (emptiedIn(before).length > 0) return after;
  return emptiedIn(after).reduceRight((text, block) => withoutLines(text, block) ?? text, after);
}

function withoutBlock(text: string, file: HclFile, place: HclPlace): Written {
  const { block, made, trail } = place;
  if (trail.length === 1) {
    if (made !== 'once') return { why: `\`${made}\` may make several of it` };
    if (isMentioned(text, block)) return { why: `\`${nameOf(block)}\` is used elsewhere` };
  } else {
    // One of several, or a part of each of several: what is right for one must be so for all.
    const isOfAll = made !== 'dynamic' && isLiteralBody(block.body, text);
    if (made !== 'once' && !isOfAll) return { why: `\`${made}\` may make several of it` };
    if (isIgnored(file, place, block.type)) return { why: '`ignore_changes` keeps it as it is' };
  }
  return withoutLines(text, block) ?? SHARES;
}

const SHARES = { why: 'it shares its line with something else' };

function without(
  text: string,
  file: HclFile,
  { trail }: HclPlace,
  { inside, attribute }: Spoken,
): Written | undefined {
  let here = [...trail];
  let block = blockAlong(file, here);
  for (const name of inside) {
    const index = block?.body.blocks.findIndex(({ type }) => type === name) ?? -1;
    if (index < 0) return undefined;
    here = [...here, index];
    block = blockAlong(file, here);
  }
  if (block === undefined) return undefined;
  const { body } = block;
  if (attribute.kind === 'block') {
    const all = body.blocks.filter(({ type }) => type === attribute.name);
    if (all.length > 1) return { why: `\`${attribute.name}\` is written more than once` };
    return all[0] === undefined ? undefined : (withoutLines(text, all[0]) ?? SHARES);
  }
  const position = body.attributes.findIndex(({ name }) => name === attribute.name);
  const written = body.attributes[position];
  if (written === undefined) return undefined;
  const after = withoutLines(text, written);
  if (after === undefined) return SHARES;
  const run = runAt(text, body.attributes, written.start);
  const neighbour = run?.lines.find(({ name }) => name !== attribute.name)?.name;
  if (run === undefined || neighbour === undefined || !isAligned(run)) return after;
  const left = blockAlong(parsed(after), here)!.body;
  const at = left.attributes.find(({ name }) => name === neighbour)!.start;
  return aligned(after, runAt(after, left.attributes, at));
}

/** A collection without rules: nested, or a resource of its own that nothing mentions. */
function emptiedIn(text: string): readonly Block[] {
  return parsed(text).body.blocks.flatMap((block): readonly Block[] => {
    if (block.type !== 'resource') return [];
    if (isEmptied(block.labels[0], block)) return isMentioned(text, block) ? [] : [block];
    return block.body.blocks.filter((inner) => isEmptied(inner.type, inner));
  });
}

function isEmptied(type: string | undefined, { body }: Block): boolean {
  if (type === undefined || !type.endsWith('_rule_collection') || body.isBroken) return false;
  return body.blocks.every((one) => one.type !== 'rule' && one.labels[0] !== 'rule');
}

/** Another block of the file refers to it. */
function isMentioned(text: string, block: Block): boolean {
  const name = block.labels.map((label) => label.replace(/\W/g, '\\$&')).join('\\s*\\.\\s*');
  const elsewhere = `${text.slice(0, block.start)} ${text.slice(block.end)}`;
  return new RegExp(`(?<![\\w.-])${name}(?![\\w-])`).test(elsewhere);
}

function nameOf({ labels }: Block): string {
  return labels.join('.');
}

function parsed(text: string): HclFile {
  return parseHcl(text, sourceText('', text)).value;
}

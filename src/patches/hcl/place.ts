import {
  type Attribute,
  AZURERM_TYPES,
  type BlockAttribute,
  stepsOf,
} from '../../azurerm/index.ts';
import type { Block, Body, Expression, HclFile } from '../../importers/terraform/hcl/index.ts';

/** A block of a configuration, and what of the table it says. */
export interface HclPlace {
  /** Positions of the blocks on the way among their neighbours, outermost first: what is written behind changes none of them. */
  readonly trail: readonly number[];
  readonly resource: Block;
  readonly block: Block;
  readonly attributes: readonly Attribute[];
  /** The ARM path of the argument whose value stands at the place, when it is no block. */
  readonly within: readonly string[];
  /** How several of it are made, if they are. */
  readonly made: 'once' | 'dynamic' | 'count' | 'for_each';
}

/**
 * The block, or the value of an argument, that a place points to; a text says why there is none.
 * @param via how the value came from there
 */
export function placeAt(
  { body }: HclFile,
  offset: number,
  via: readonly string[],
): HclPlace | string {
  const index = body.blocks.findIndex((one) => one.start <= offset && offset < one.end);
  const resource = body.blocks[index];
  if (resource === undefined) return NOT_THERE;
  if (resource.type === 'data') return 'it is only looked up here';
  if (resource.type !== 'resource') return NOT_THERE;
  if (resource.body.isBroken) return 'a part of its block cannot be read';
  const [type = ''] = resource.labels;
  const known = AZURERM_TYPES.get(type);
  if (known === undefined) return `what \`${type}\` says in ARM’s words is not known`;
  const { attributes } = known;
  const made = howOften(resource, via);
  const here = { trail: [index], resource, block: resource, attributes, within: [], made };
  return resource.start === offset ? here : placeIn(here, offset);
}

/** The block at the end of a trail, in a text that was changed behind it. */
export function blockAlong({ body }: HclFile, trail: readonly number[]): Block | undefined {
  let here: Body | undefined = body;
  let block: Block | undefined;
  for (const index of trail) {
    block = here?.blocks[index];
    here = block?.body;
  }
  return block;
}

/** The resource itself, or a module around it: those are called in other files. */
export function howOften({ body }: Block, via: readonly string[]): HclPlace['made'] {
  const steps = via.flatMap((step) => /^(count|for_each)\b/.exec(step)?.[1] ?? []);
  const own = body.attributes.find(({ name }) => name === 'count' || name === 'for_each');
  if (own !== undefined) {
    steps.pop();
    if (own.name === 'for_each' || !isAtMostOne(own.value)) steps.push(own.name);
  }
  const last = steps.at(-1);
  return last === 'count' || last === 'for_each' ? last : 'once';
}

/** `var.wanted ? 1 : 0` */
function isAtMostOne(count: Expression): boolean {
  if (count.kind === 'conditional') {
    return isAtMostOne(count.whenTrue) && isAtMostOne(count.whenFalse);
  }
  return count.kind === 'literal' && (count.value === 0 || count.value === 1);
}

const NOT_THERE = 'it is not written there as a block or a value of its own';

function placeIn(outer: HclPlace, offset: number): HclPlace | string {
  const { blocks, attributes } = outer.block.body;
  const index = blocks.findIndex((one) => one.start <= offset && offset < one.end);
  const block = blocks[index];
  if (block === undefined) {
    const argument = attributes.find(({ value }) => value.start === offset);
    const known = outer.attributes.find(
      ({ kind, name }) => kind === 'value' && name === argument?.name,
    );
    if (known === undefined) return NOT_THERE;
    return { ...outer, within: stepsOf(known.arm).map(({ name }) => name) };
  }
  const trail = [...outer.trail, index];
  if (block.type !== 'dynamic') return entered(outer, block, block.type, trail, offset);
  const content = block.body.blocks.findIndex(({ type }) => type === 'content');
  const inner = block.body.blocks[content];
  if (inner === undefined || offset < inner.start) return NOT_THERE;
  const several: HclPlace = { ...outer, made: 'dynamic' };
  return entered(several, inner, block.labels[0] ?? '', [...trail, content], offset);
}

function entered(
  outer: HclPlace,
  block: Block,
  name: string,
  trail: readonly number[],
  offset: number,
): HclPlace | string {
  const [known, ...others] = outer.attributes.filter(
    (one): one is BlockAttribute =>
      one.kind === 'block' && one.name === name && isMeant(one, block),
  );
  if (known === undefined || others.length > 0) {
    return `what its \`${name}\` says in ARM’s words is not known`;
  }
  const here = { ...outer, block, trail, attributes: known.attributes };
  return block.body.start === offset ? here : placeIn(here, offset);
}

/** Two lists of ARM may be one kind of block, told apart by a switch. */
function isMeant({ onlyIf }: BlockAttribute, { body }: Block): boolean {
  if (onlyIf === undefined) return true;
  const written = body.attributes.find(({ name }) => name === onlyIf.name)?.value;
  return written?.kind === 'literal' && String(written.value) === String(onlyIf.is);
}

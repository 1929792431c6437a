import {
  type Attribute,
  type BlockAttribute,
  stepsOf,
  writeAttributes,
} from '../../azurerm/index.ts';
import { placeless } from '../../diagnostics/index.ts';
import type { Body } from '../../importers/terraform/hcl/index.ts';
import type { PathStep, PlainJson } from '../../questions/check/index.ts';
import { fromJson, itemsOf, type ObjectValue, toJson } from '../../values/index.ts';
import { builtAlong } from '../text-edit.ts';

/** What a block is to say, in the words of the provider. */
export interface Arguments {
  readonly attributes: readonly (readonly [name: string, value: PlainJson])[];
  readonly blocks: readonly NestedBlock[];
}

export interface NestedBlock {
  readonly name: string;
  /** `one`: there is at most one, which says it. `many`: each is an item of a list. */
  readonly holds: 'one' | 'many';
  readonly words: Arguments;
}

/**
 * ARM's words in those of the provider, through the table that is read in both directions.
 * @returns the ARM paths that no argument says, when there are any: then nothing can be written
 */
export function argumentsFor(
  path: readonly PathStep[],
  to: PlainJson,
  attributes: readonly Attribute[],
  body: Body,
  provider: number,
): Arguments | readonly string[] {
  const json = fromJson(builtAlong(path, to), placeless('repair'));
  if (json.kind !== 'object') return [''];
  const spoken = asWritten(attributes, body);
  const { values, lost } = writeAttributes(json, spoken, { provider, self: { id: '' } });
  if (lost.length > 0) return lost;
  const words = wordsOf(values, spoken);
  // An empty list says nothing, so that nothing of it is lost either.
  return words.attributes.length + words.blocks.length === 0 ? [pathText(path)] : words;
}

/** An argument, or a block, that is all there is at a path. */
export interface Spoken {
  /** Blocks on the way, outermost first. */
  readonly inside: readonly string[];
  readonly attribute: Attribute;
}

/** Every argument that may say what stands at a path. O(table). */
export function spokenAt(
  path: readonly string[],
  attributes: readonly Attribute[],
): readonly Spoken[] {
  return attributes.flatMap((attribute): readonly Spoken[] => {
    const steps = stepsOf(attribute.arm);
    const leads = steps.every(({ key }, index) => key === path[index]?.toLowerCase());
    if (!leads) return [];
    const rest = path.slice(steps.length);
    if (rest.length === 0) return steps.length === 0 ? [] : [{ inside: [], attribute }];
    if (attribute.kind !== 'block' || attribute.holds !== 'one') return [];
    return spokenAt(rest, attribute.attributes).map(({ inside, attribute: found }) => ({
      inside: [attribute.name, ...inside],
      attribute: found,
    }));
  });
}

export function pathText(path: readonly PathStep[]): string {
  return path.filter((step) => typeof step === 'string').join('.');
}

/** Names change between versions of the provider: a name that the block has already is the right one (iac-formats 4.3). */
function asWritten(attributes: readonly Attribute[], body: Body | undefined): readonly Attribute[] {
  const written = new Set(body?.attributes.map(({ name }) => name));
  const taken = new Set(
    attributes.flatMap(({ kind, name, arm }) =>
      kind === 'value' && written.has(name) ? [arm] : [],
    ),
  );
  return attributes.flatMap((attribute): readonly Attribute[] => {
    if (attribute.kind === 'block') {
      const inner = body?.blocks.find(({ type }) => type === attribute.name)?.body;
      return [{ ...attribute, attributes: asWritten(attribute.attributes, inner) }];
    }
    if (written.has(attribute.name)) {
      const { since: _, until: __, ...always } = attribute;
      return [always];
    }
    return taken.has(attribute.arm) && attribute.isItem !== true ? [] : [attribute];
  });
}

function wordsOf(values: ObjectValue, attributes: readonly Attribute[]): Arguments {
  const said: [string, PlainJson][] = [];
  const blocks: NestedBlock[] = [];
  for (const { name, value } of values.members.values()) {
    const block = attributes.find(
      (one): one is BlockAttribute => one.kind === 'block' && one.name === name,
    );
    if (block === undefined) said.push([name, toJson(value) as PlainJson]);
    else {
      for (const item of itemsOf(value)) {
        if (item.kind !== 'object') continue;
        const words = wordsOf(item, block.attributes);
        blocks.push({ name, holds: block.holds, words });
      }
    }
  }
  return { attributes: said, blocks };
}

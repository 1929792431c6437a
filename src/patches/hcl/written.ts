import type { Expression, HclFile } from '../../importers/terraform/hcl/index.ts';
import { blockAlong, type HclPlace } from './place.ts';

/** The text afterwards, or why there is none. */
export type Written = string | { readonly why: string };

/** Refused: what an expression says has no literal to change. Its first line tells which it is. */
export function computed(text: string, { start, end }: Expression): Written {
  const whole = text.slice(start, end);
  const [first = ''] = whole.split(/\r?\n/);
  const shown = first.length > SHOWN_MAX ? first.slice(0, SHOWN_MAX) : first;
  return { why: `it is computed: \`${shown === whole ? shown : `${shown}…`}\`` };
}

const SHOWN_MAX = 60;

/** Does the resource tell Terraform to leave an argument, or the block that it is in, as Azure has it? */
export function isIgnored(file: HclFile, { resource, trail }: HclPlace, name: string): boolean {
  const outermost = trail.length === 1 ? undefined : blockAlong(file, trail.slice(0, 2));
  const isDynamic = outermost?.type === 'dynamic';
  const told = (isDynamic ? outermost.labels[0] : outermost?.type) ?? name;
  const lifecycle = resource.body.blocks.find(({ type }) => type === 'lifecycle');
  const ignored = lifecycle?.body.attributes.find((one) => one.name === 'ignore_changes')?.value;
  if (ignored === undefined) return false;
  const items = ignored.kind === 'tuple' ? ignored.items : [ignored];
  return items
    .map(({ start, end }) => /^"?(\w+)/.exec(file.text.slice(start, end))?.[1])
    .some((one) => one === told || one === 'all');
}

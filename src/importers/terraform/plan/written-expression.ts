import { isAbsent, itemsOf, member, stringOf, type Value } from '../../../values/index.ts';
import type { AddressStep } from './address.ts';

/** Blocks that the provider keeps as sets: the plan sorts them, so their positions are not those of the source. */
const SETS: ReadonlySet<string> = new Set([
  'subnet',
  'route',
  'security_rule',
  'backend_address_pool',
  'backend_http_settings',
  'http_listener',
  'frontend_port',
  'probe',
  'request_routing_rule',
  'redirect_configuration',
  'enabled_log',
  'enabled_metric',
  'metric',
  'log',
]);

/** Where the configuration of a plan says something of an attribute. */
export type Expression =
  | { readonly kind: 'found'; readonly expression: Value }
  | { readonly kind: 'not-written' }
  /** The block is written, this attribute of it is not. */
  | { readonly kind: 'services' }
  /** Made by a `dynamic` block, or one of several that cannot be told apart. */
  | { readonly kind: 'not-told' };

/** The expression an attribute is written as, found by its path and by the constants of the blocks on the way. */
export function expressionAt(
  expressions: Value | undefined,
  values: Value,
  steps: readonly AddressStep[],
): Expression {
  let here = expressions;
  let value: Value | undefined = values;
  for (const [index, { name, key }] of steps.entries()) {
    const next = member(here, name);
    // A block inside a block may be made by `dynamic` too.
    const isLast = index === steps.length - 1;
    if (isAbsent(next)) return { kind: index === 0 ? 'not-written' : inBlock(here, isLast) };
    value = member(value, name);
    if (member(next, 'references') !== undefined || member(next, 'constant_value') !== undefined) {
      return { kind: 'found', expression: next };
    }
    const items = itemsOf(value);
    here = next.kind === 'array' ? writtenItem(next.items, items, Number(key ?? 0), name) : next;
    if (here === undefined) return { kind: 'not-told' };
    value = items[Number(key ?? 0)];
  }
  return here === undefined ? { kind: 'not-written' } : { kind: 'found', expression: here };
}

/** Inside a block that is written an attribute that is not is the service's; without the block nothing can be said. */
function inBlock(block: Value | undefined, isLast: boolean): 'services' | 'not-told' {
  return block?.kind === 'object' && isLast ? 'services' : 'not-told';
}

/**
 * Which of the blocks as written is this one? Told by the constants in it. Where there are more blocks than written,
 * `dynamic` made the others, and only a block of the same name is surely the one.
 */
function writtenItem(
  written: readonly Value[],
  items: readonly Value[],
  index: number,
  block: string,
): Value | undefined {
  const item = items[index];
  if (written.length !== items.length) {
    const named = written.filter((each) => constantName(each) !== undefined && agrees(each, item));
    return named.length === 1 ? named[0] : undefined;
  }
  if (written.length === 1) return written[0];
  const agreeing = written.filter((each) => agrees(each, item));
  if (agreeing.length === 1) return agreeing[0];
  return SETS.has(block) ? undefined : written[index];
}

function constantName(written: Value): string | undefined {
  return stringOf(member(member(written, 'name'), 'constant_value'));
}

function agrees(written: Value, item: Value | undefined): boolean {
  if (written.kind !== 'object') return false;
  for (const [key, { value }] of written.members) {
    const constant = member(value, 'constant_value');
    const actual = item?.kind === 'object' ? item.members.get(key)?.value : undefined;
    if (constant === undefined || actual === undefined) continue;
    const isScalar = constant.kind === 'string' || constant.kind === 'number';
    if (isScalar && (actual.kind !== constant.kind || actual.value !== constant.value)) {
      return false;
    }
  }
  return true;
}

import { through } from '../../diagnostics/index.ts';
import { type Member, member, type ObjectValue, stringOf, type Value } from '../../values/index.ts';
import { ROUND_STEPS, spend } from './budget.ts';
import { type Context, type CopyStep, report } from './run.ts';
import { derivedUnknown, unknownAt } from './unknowns.ts';

/** ARM-04. */
export const COPY_COUNT_MAX = 800;

export type CopyCount =
  | { readonly kind: 'known'; readonly count: number; readonly isCut: boolean }
  | { readonly kind: 'unknown'; readonly why: Value & { kind: 'unknown' } };

type Evaluate = (value: Value, context: Context) => Value;

/** The `copy: [{name, count, input}]` of an object; `undefined` when its `copy` is something else. */
export function propertyCopiesOf(value: ObjectValue): readonly ObjectValue[] | undefined {
  const copy = member(value, 'copy');
  if (copy?.kind !== 'array' || copy.items.length === 0) return undefined;
  const loops: ObjectValue[] = [];
  for (const item of copy.items) {
    if (item.kind !== 'object' || !item.members.has('count') || !item.members.has('name')) {
      return undefined;
    }
    loops.push(item);
  }
  return loops;
}

/** The members that property loops make: each an array, or unknown when its count is. */
export function expandPropertyCopy(
  loops: readonly ObjectValue[],
  context: Context,
  kind: CopyStep['kind'],
  evaluateValue: Evaluate,
): Member[] {
  return loops.map((loop) => {
    const nameMember = loop.members.get('name')!;
    const name = loopName(loop, context, evaluateValue);
    const value = expandArray(loop, name, context, kind, evaluateValue);
    return { name, value, at: nameMember.value.at };
  });
}

/** The name of a loop; it may be an expression. */
export function loopName(loop: ObjectValue, context: Context, evaluateValue: Evaluate): string {
  const written = member(loop, 'name');
  if (written === undefined) return '';
  return stringOf(evaluateValue(written, context)) ?? stringOf(written) ?? '';
}

/** The array of one loop: `input` evaluated once for each index. */
export function expandArray(
  loop: ObjectValue,
  name: string,
  context: Context,
  kind: CopyStep['kind'],
  evaluateValue: Evaluate,
): Value {
  const { run } = context.frame;
  const count = copyCountOf(loop, name, context, evaluateValue);
  const input = member(loop, 'input');
  if (count.kind === 'unknown') {
    // One element would be a guess about the others; the whole array is unknown instead.
    const { why } = count;
    const missing = `how many items the loop ${name} makes: ${why.missing}`;
    return unknownAt(why.at, why.reason, why.text, missing);
  }
  const items: Value[] = [];
  for (let index = 0; index < count.count; index += 1) {
    if (!spend(run, ROUND_STEPS, loop.at)) break;
    const inner = copyContext(context, name, kind, index);
    items.push(input === undefined ? { kind: 'null', at: loop.at } : evaluateValue(input, inner));
  }
  if (count.isCut || items.length < count.count) {
    const missing = `the items of the loop ${name} beyond ${items.length}`;
    items.push(unknownAt(loop.at, 'unsupported', name, missing));
  }
  return { kind: 'array', items, at: loop.at };
}

/** How often a loop runs. Beyond the limit it is cut, and a diagnostic says so. */
export function copyCountOf(
  loop: ObjectValue,
  name: string,
  context: Context,
  evaluateValue: Evaluate,
): CopyCount {
  const written = member(loop, 'count');
  const at = written?.at ?? loop.at;
  const value = written === undefined ? undefined : evaluateValue(written, context);
  if (value?.kind === 'unknown') return { kind: 'unknown', why: value };
  // Numbers as texts are accepted by ARM (iac-formats 2.7).
  const count =
    value?.kind === 'string'
      ? Number(value.value)
      : value?.kind === 'number'
        ? value.value
        : Number.NaN;
  const { run } = context.frame;
  if (!Number.isInteger(count) || count < 0) {
    report(
      run,
      'arm/copy-limit',
      'error',
      `the loop \`${name}\` has no count that is a whole number`,
      at,
    );
    const missing = `a count for the loop ${name}`;
    return { kind: 'unknown', why: unknownAt(at, 'malformed', name, missing) };
  }
  if (count <= COPY_COUNT_MAX) return { kind: 'known', count, isCut: false };
  report(
    run,
    'arm/copy-limit',
    'error',
    `the loop \`${name}\` runs ${count} times; Azure allows ${COPY_COUNT_MAX}, and only those were read`,
    at,
  );
  return { kind: 'known', count: COPY_COUNT_MAX, isCut: true };
}

/** The context of one round. A negative index stands for the one symbolic round of an unknown count. */
export function copyContext(
  context: Context,
  name: string,
  kind: CopyStep['kind'],
  index: number | Value,
): Context {
  const value: Value =
    typeof index === 'number' ? { kind: 'number', value: index, at: context.at } : index;
  const step = typeof index === 'number' ? `copy index ${index}` : `copy ${name}`;
  return {
    ...context,
    via: through(context.via, step),
    copy: { name, kind, index: value, outer: context.copy },
  };
}

/** `copyIndex()` of a loop whose count is unknown: one number that stands for all of them. */
export function symbolicIndex(
  name: string,
  why: Value & { kind: 'unknown' },
  context: Context,
): Value {
  const symbol = `copyIndex('${name}') of ${context.frame.label}`;
  return { ...derivedUnknown(why, `copyIndex('${name}')`, context.at, symbol) };
}

/** The loop an unnamed `copyIndex()` means: the resource's, else the nearest. */
export function currentLoop(copy: CopyStep | undefined): CopyStep | undefined {
  for (let step = copy; step !== undefined; step = step.outer) {
    if (step.kind !== 'property') return step;
  }
  return copy;
}

export function loopNamed(copy: CopyStep | undefined, name: string): CopyStep | undefined {
  const lower = name.toLowerCase();
  for (let step = copy; step !== undefined; step = step.outer) {
    if (step.name.toLowerCase() === lower) return step;
  }
  return undefined;
}

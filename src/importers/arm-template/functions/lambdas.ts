import type { Unknown, Value } from '../../../values/index.ts';
import { spend } from '../budget.ts';
import {
  arrayResult,
  type Call,
  type FunctionTable,
  failure,
  kindOf,
  lazy,
  objectResult,
} from '../call.ts';
import type { Expression } from '../expression.ts';
import type { Context, LambdaVariable } from '../run.ts';
import { callSymbol, derivedUnknown } from '../unknowns.ts';
import { truthOf } from './logic.ts';

/** `map`, `filter`, `reduce`…: their last arguments are `lambda('name', …, body)`, evaluated once for each item. */
export const LAMBDA_FUNCTIONS: FunctionTable = {
  lambda: lazy(1, Number.POSITIVE_INFINITY, (call) =>
    failure(call, 'a lambda is only an argument of map, filter, reduce, sort and their like'),
  ),
  map: lazy(2, 2, (call) =>
    overItems(call, (items, apply) =>
      arrayResult(
        call,
        items.map((item, index) => apply(item, numberAt(call, index))),
      ),
    ),
  ),
  filter: lazy(2, 2, (call) =>
    overItems(call, (items, apply) => {
      const kept: Value[] = [];
      for (const [index, item] of items.entries()) {
        const verdict = apply(item, numberAt(call, index));
        // One item in doubt leaves the array in doubt: an item kept or dropped by guess would be wrong.
        if (verdict.kind === 'unknown') return undecided(call, verdict, items);
        const truth = truthOf(verdict);
        if (truth === undefined) return failure(call, 'the lambda gives neither true nor false');
        if (truth) kept.push(item);
      }
      return arrayResult(call, kept);
    }),
  ),
  reduce: lazy(3, 3, (call) =>
    overItems(
      call,
      (items, apply) => {
        let current = call.evaluate(call.expression.arguments[1]!);
        for (const [index, item] of items.entries()) {
          current = apply(current, item, numberAt(call, index));
        }
        return current;
      },
      2,
    ),
  ),
  sort: lazy(2, 2, (call) => overItems(call, (items, apply) => sorted(items, apply, call))),
  toobject: lazy(2, 3, (call) =>
    overItems(call, (items, apply) => {
      const memberOf =
        call.expression.arguments.length === 3 ? lambdaOf(call, 2) : (item: Value) => item;
      if (memberOf === undefined) return failure(call, 'the last argument is no lambda');
      const pairs: [string, Value][] = [];
      for (const item of items) {
        const name = apply(item);
        if (name.kind === 'unknown') return undecided(call, name, items);
        if (name.kind !== 'string') return failure(call, `a name is text, not ${kindOf(name)}`);
        pairs.push([name.value, memberOf(item)]);
      }
      return objectResult(call, pairs);
    }),
  ),
  groupby: lazy(2, 2, (call) =>
    overItems(call, (items, apply) => {
      const groups = new Map<string, { name: string; items: Value[] }>();
      for (const item of items) {
        const name = apply(item);
        if (name.kind === 'unknown') return undecided(call, name, items);
        if (name.kind !== 'string') return failure(call, `a name is text, not ${kindOf(name)}`);
        const group = groups.get(name.value.toLowerCase()) ?? { name: name.value, items: [] };
        groups.set(name.value.toLowerCase(), group);
        group.items.push(item);
      }
      const pairs = [...groups.values()].map(
        (group) => [group.name, arrayResult(call, group.items)] as const,
      );
      return objectResult(call, pairs);
    }),
  ),
  mapvalues: lazy(2, 2, (call) => {
    const value = call.evaluate(call.expression.arguments[0]!);
    if (value.kind === 'unknown') return undecided(call, value, []);
    const apply = lambdaOf(call, 1);
    if (value.kind !== 'object' || apply === undefined) {
      return failure(call, 'an object and a lambda are expected');
    }
    const pairs = [...value.members.values()].map(
      (entry) => [entry.name, apply(entry.value)] as const,
    );
    return objectResult(call, pairs);
  }),
};

/** The value of `lambdaVariables('name')`. */
export function lambdaVariable(name: string, call: Call): Value {
  const lower = name.toLowerCase();
  for (let variable = call.context.lambda; variable !== undefined; variable = variable.outer) {
    if (variable.name === lower) return variable.value;
  }
  return failure(call, `there is no lambda variable \`${name}\` here`);
}

type Apply = (...list: readonly Value[]) => Value;

/** Evaluates the array in front and the lambda at `position`. */
function overItems(
  call: Call,
  use: (items: readonly Value[], apply: Apply) => Value,
  position = 1,
): Value {
  const list = call.evaluate(call.expression.arguments[0]!);
  if (list.kind === 'unknown') return undecided(call, list, []);
  if (list.kind !== 'array') return failure(call, `an array is expected, found ${kindOf(list)}`);
  const apply = lambdaOf(call, position);
  if (apply === undefined) return failure(call, `argument ${position + 1} is no lambda`);
  return use(list.items, apply);
}

/** The lambda written as an argument, as a function; `undefined` when the argument is something else. */
function lambdaOf(call: Call, position: number): Apply | undefined {
  const written = call.expression.arguments[position];
  if (written?.kind !== 'call' || written.name !== 'lambda') return undefined;
  const names: string[] = [];
  for (const parameter of written.arguments.slice(0, -1)) {
    if (parameter.kind !== 'text') return undefined;
    names.push(parameter.value.toLowerCase());
  }
  const body: Expression | undefined = written.arguments.at(-1);
  if (body === undefined) return undefined;
  return (...list) => call.evaluate(body, withVariables(call.context, names, list));
}

function withVariables(
  context: Context,
  names: readonly string[],
  list: readonly Value[],
): Context {
  let lambda: LambdaVariable | undefined = context.lambda;
  for (const [index, name] of names.entries()) {
    const value = list[index] ?? { kind: 'null' as const, at: context.at };
    lambda = { name, value, outer: lambda };
  }
  return { ...context, lambda };
}

/** Stable. `apply(a, b)` says that `a` comes first; a comparison in doubt leaves the array in doubt. */
function sorted(items: readonly Value[], apply: Apply, call: Call): Value {
  let doubt: Unknown | undefined;
  const comesFirst = (a: Value, b: Value): boolean => {
    if (doubt !== undefined || !spend(call.context.frame.run, 1, call.context.at)) return false;
    const verdict = apply(a, b);
    if (verdict.kind === 'unknown') doubt = verdict;
    return truthOf(verdict) === true;
  };
  const ordered = [...items].sort((a, b) => (comesFirst(a, b) ? -1 : comesFirst(b, a) ? 1 : 0));
  return doubt === undefined ? arrayResult(call, ordered) : undecided(call, doubt, items);
}

function undecided(call: Call, cause: Unknown, items: readonly Value[]): Unknown {
  const symbol = items.length === 0 ? callSymbol(call.expression.text, [cause]) : undefined;
  return derivedUnknown(cause, call.expression.text, call.context.at, symbol);
}

function numberAt(call: Call, value: number): Value {
  return { kind: 'number', value, at: call.context.at };
}

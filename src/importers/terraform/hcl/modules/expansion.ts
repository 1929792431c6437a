import { through } from '../../../../diagnostics/index.ts';
import type { Unknown } from '../../../../values/index.ts';
import { unknownAt } from '../../../arm-template/unknowns.ts';
import { terraformAttribute } from '../../terraform-resource.ts';
import { INSTANCES_MAX, spend } from '../evaluate/budget.ts';
import { ROUND_STEPS } from '../evaluate/comprehension.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { placeIn, type Scope } from '../evaluate/run.ts';
import { refused, writtenText } from '../evaluate/unknowns.ts';
import type { Expression } from '../syntax/syntax-tree.ts';
import { type HclValue, kindOf, numberValue, sortedNames, textValue } from '../values/hcl-value.ts';
import { argumentsOf, type Declaration } from './module-source.ts';

/** One of what `count` or `for_each` makes. */
export interface Instance {
  /** What follows the address: nothing, `[0]`, `["nodes"]`, and `[?]` for all those that are not known. */
  readonly suffix: string;
  readonly key: string | number | undefined;
  readonly each: { readonly key: HclValue; readonly value: HclValue } | undefined;
  readonly count: HclValue | undefined;
  readonly exists: Unknown | undefined;
  readonly via: readonly string[];
}

export interface Expansion {
  readonly kind: 'single' | 'count' | 'each';
  readonly instances: readonly Instance[];
  /** Set when there may be others, or fewer. */
  readonly rest: Unknown | undefined;
}

/** The instances of a resource or module call. What cannot be known is one instance that may exist. */
export function expansionOf(
  declared: Declaration,
  address: string,
  scopeOf: (file: Declaration['file']) => Scope,
): Expansion {
  const written = argumentsOf(declared);
  const count = written.get('count');
  const each = written.get('for_each');
  if (count !== undefined) return counted(count.expression, address, scopeOf(count.file));
  if (each !== undefined) return forEach(each.expression, address, scopeOf(each.file));
  const { via } = scopeOf(declared.file);
  const instance = { suffix: '', key: undefined, each: undefined, count: undefined, via };
  return { kind: 'single', instances: [{ ...instance, exists: undefined }], rest: undefined };
}

function counted(expression: Expression, address: string, scope: Scope): Expansion {
  const value = evaluate(expression, scope);
  if (value.kind === 'unknown') {
    const choice = choiceOf(expression, scope);
    const [a, b] = (choice?.branches ?? []).map((branch) => countOf(branch));
    if (choice === undefined || a === undefined || b === undefined) {
      return unknownExpansion('count', value, address, expression, scope);
    }
    // `var.enabled ? 1 : 0` with nobody knowing: the first may be there, and no other can be.
    const instances = indexed(Math.max(a, b), scope, expression).map((instance, index) =>
      index < Math.min(a, b) ? instance : { ...instance, exists: choice.condition },
    );
    return {
      kind: 'count',
      instances,
      rest: a === b ? undefined : open(choice.condition, address),
    };
  }
  const count = countOf(value);
  if (count === undefined) {
    const why = `\`count\` is a whole number from 0, not ${kindOf(value)}`;
    return unknownExpansion('count', refused(expression, scope, why), address, expression, scope);
  }
  const instances = indexed(count, scope, expression);
  if (instances.length === count) return { kind: 'count', instances, rest: undefined };
  const at = placeIn(scope, expression.start);
  const missing = `the instances of ${address} beyond ${instances.length}`;
  const rest = unknownAt(at, 'unsupported', writtenText(expression, scope), missing);
  return {
    kind: 'count',
    instances: [...instances, uncertain('count', rest, address, scope)],
    rest,
  };
}

function countOf(value: HclValue): number | undefined {
  const number =
    value.kind === 'string' && /^\d{1,9}$/.test(value.value) ? Number(value.value) : undefined;
  const count = value.kind === 'number' ? value.value : number;
  return count !== undefined && Number.isInteger(count) && count >= 0 ? count : undefined;
}

function indexed(count: number, scope: Scope, expression: Expression): readonly Instance[] {
  const at = placeIn(scope, expression.start);
  const instances: Instance[] = [];
  for (let index = 0; index < Math.min(count, INSTANCES_MAX); index += 1) {
    if (!spend(scope.run, ROUND_STEPS, at)) break;
    instances.push({
      suffix: `[${index}]`,
      key: index,
      each: undefined,
      count: numberValue(index, at),
      exists: undefined,
      via: through(scope.via, `count.index ${index}`),
    });
  }
  return instances;
}

function forEach(expression: Expression, address: string, scope: Scope): Expansion {
  const value = evaluate(expression, scope);
  const entries = keyed(value);
  if (entries !== undefined) return listed(entries, value, address, expression, scope);
  if (value.kind !== 'unknown') {
    const why = `\`for_each\` is a map or a set of texts, not ${kindOf(value)}`;
    return unknownExpansion('each', refused(expression, scope, why), address, expression, scope);
  }
  const choice = choiceOf(expression, scope);
  const branches = (choice?.branches ?? []).map((branch) => keyed(branch));
  const [first, second] = branches;
  if (choice === undefined || first === undefined || second === undefined) {
    return unknownExpansion('each', value, address, expression, scope);
  }
  // A map or nothing, with nobody knowing which: each of its keys may be there.
  const union = new Map([...second, ...first]);
  const expansion = listed(union, undefined, address, expression, scope);
  const instances = expansion.instances.map((instance) =>
    first.has(String(instance.key)) && second.has(String(instance.key))
      ? instance
      : { ...instance, exists: choice.condition },
  );
  return { kind: 'each', instances, rest: open(choice.condition, address) };
}

/** Keys and values; an unknown key is under no name. `undefined` when `for_each` does not take such a value. */
function keyed(value: HclValue): ReadonlyMap<string, HclValue> | undefined {
  if (value.kind === 'mapping' && value.open === undefined) return value.members;
  if (value.kind !== 'sequence' || value.rest !== undefined) return undefined;
  if (value.type !== 'set' && value.items.length > 0) return undefined;
  const members = new Map<string, HclValue>();
  for (const item of value.items) {
    if (item.kind === 'string') members.set(item.value, item);
    else if (item.kind !== 'unknown') return undefined;
  }
  return members;
}

function listed(
  entries: ReadonlyMap<string, HclValue>,
  of: HclValue | undefined,
  address: string,
  expression: Expression,
  scope: Scope,
): Expansion {
  const at = placeIn(scope, expression.start);
  const instances: Instance[] = [];
  let rest: Unknown | undefined;
  if (of?.kind === 'mapping') rest = of.rest;
  for (const name of sortedNames(entries.keys())) {
    if (!spend(scope.run, ROUND_STEPS, at) || instances.length >= INSTANCES_MAX) {
      const missing = `the instances of ${address} beyond ${instances.length}`;
      rest = unknownAt(at, 'unsupported', writtenText(expression, scope), missing);
      instances.push(uncertain('each', rest, address, scope));
      break;
    }
    instances.push({
      suffix: `[${JSON.stringify(name)}]`,
      key: name,
      each: { key: textValue(name, at), value: entries.get(name)! },
      count: undefined,
      exists: of?.kind === 'mapping' ? of.rest : undefined,
      via: through(scope.via, `for_each ${name}`),
    });
  }
  const unknown =
    of?.kind === 'sequence' ? of.items.find((item) => item.kind === 'unknown') : undefined;
  if (unknown === undefined) {
    return { kind: 'each', instances, rest: rest === undefined ? undefined : open(rest, address) };
  }
  instances.push(uncertain('each', unknown, address, scope));
  return { kind: 'each', instances, rest: open(unknown, address) };
}

function unknownExpansion(
  kind: 'count' | 'each',
  cause: Unknown,
  address: string,
  expression: Expression,
  scope: Scope,
): Expansion {
  const at = placeIn(scope, expression.start);
  const missing = `how many instances ${address} has: ${cause.missing}`;
  const why = unknownAt(at, cause.reason, writtenText(expression, scope), missing, cause.symbol);
  return { kind, instances: [uncertain(kind, why, address, scope)], rest: open(why, address) };
}

/** Stands for all instances that are not known: none, one or many. */
function uncertain(kind: 'count' | 'each', why: Unknown, address: string, scope: Scope): Instance {
  const told = (what: string) =>
    unknownAt(why.at, why.reason, what, why.missing, terraformAttribute(`${address}[?]`, what));
  return {
    suffix: '[?]',
    key: undefined,
    each: kind === 'each' ? { key: told('each.key'), value: told('each.value') } : undefined,
    count: kind === 'count' ? told('count.index') : undefined,
    exists: why,
    via: scope.via,
  };
}

/** The unknown that all instances together are: one more step names one of them. */
function open(why: Unknown, address: string): Unknown {
  return { ...why, symbol: terraformAttribute(address, '') };
}

/** The branches of a condition that is not known. */
function choiceOf(
  expression: Expression,
  scope: Scope,
): { readonly condition: Unknown; readonly branches: readonly HclValue[] } | undefined {
  let inner = expression;
  while (inner.kind === 'group') inner = inner.of;
  if (inner.kind === 'call' && inner.name === 'toset' && inner.arguments.length === 1) {
    const [list] = inner.arguments;
    const choice = choiceOf(list!, scope);
    if (choice === undefined) return undefined;
    const branches = choice.branches.map((branch) =>
      branch.kind === 'sequence' ? { ...branch, type: 'set' as const } : branch,
    );
    return { ...choice, branches };
  }
  if (inner.kind !== 'conditional') return undefined;
  const condition = evaluate(inner.condition, scope);
  if (condition.kind !== 'unknown') return undefined;
  return {
    condition,
    branches: [evaluate(inner.whenTrue, scope), evaluate(inner.whenFalse, scope)],
  };
}

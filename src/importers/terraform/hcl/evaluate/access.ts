import type { Place } from '../../../../diagnostics/index.ts';
import type { Expression } from '../syntax/syntax-tree.ts';
import { numberOf, textOf } from '../values/convert.ts';
import { type HclValue, kindOf, placed } from '../values/hcl-value.ts';
import { Refusal, Undecided } from '../values/refusal.ts';
import { placeIn, type Scope } from './run.ts';
import {
  attributeAfterApply,
  instanceOf,
  stepInto,
  symbolOfCall,
  undecided,
  writtenText,
} from './unknowns.ts';

/** `value.name`. @throws Refusal, Undecided */
export function attributeOf(
  value: HclValue,
  name: string,
  expression: Expression,
  scope: Scope,
): HclValue {
  const at = placeIn(scope, expression.start);
  if (value.kind === 'unknown') return stepInto(value, name, at, writtenText(expression, scope));
  if (value.kind === 'mapping') {
    const found = value.members.get(name);
    if (found !== undefined) return placed(found, at);
    if (value.open !== undefined && value.open.isComplete !== true) {
      return attributeAfterApply(value.open, name, at);
    }
    return absent(value, name, at) ?? refuse(`there is no attribute \`${name}\``);
  }
  return refuse(`attribute \`${name}\` is asked of ${kindOf(value)}`);
}

/** `value[key]`. @throws Refusal, Undecided */
export function itemAt(
  value: HclValue,
  key: HclValue,
  expression: Expression,
  scope: Scope,
): HclValue {
  const at = placeIn(scope, expression.start);
  if (key.kind === 'unknown') {
    return undecided(key, expression, scope, symbolOfCall('[]', [value, key]));
  }
  if (value.kind === 'unknown') {
    const step = key.kind === 'number' ? key.value : textOf(key, 'a key');
    const instance = instanceOf(value, step, at);
    return instance ?? stepInto(value, step, at, writtenText(expression, scope));
  }
  if (value.kind === 'sequence') {
    if (value.type === 'set') refuse('a set has no order, so no item by number');
    const index = numberOf(key, 'an index');
    const found = value.items[index];
    if (found !== undefined) return placed(found, at);
    const { rest } = value;
    if (rest !== undefined) return absent(value, index, at) ?? refuse('the index is not known');
    return refuse(`there is no item ${index} in ${value.items.length}`);
  }
  if (value.kind === 'mapping') {
    const name = textOf(key, 'a key');
    const found = value.members.get(name);
    if (found !== undefined) return placed(found, at);
    if (value.open !== undefined && value.open.isComplete !== true) {
      return attributeAfterApply(value.open, name, at);
    }
    // The key is not quoted: it may come from anywhere.
    return absent(value, name, at) ?? refuse('there is no such key');
  }
  return refuse(`an item is asked of ${kindOf(value)}`);
}

/** What is not among the instances that are known to be possible. */
function absent(
  value: HclValue & { kind: 'sequence' | 'mapping' },
  key: string | number,
  at: Place,
): HclValue | undefined {
  if (value.rest === undefined) return undefined;
  const instance = instanceOf(value.rest, key, at);
  if (instance !== undefined) return instance;
  throw new Undecided(value.rest);
}

function refuse(why: string): never {
  throw new Refusal(why);
}

import { unknownAt } from '../../../arm-template/unknowns.ts';
import { functionNamed } from '../functions/table.ts';
import type { CallExpression } from '../syntax/syntax-tree.ts';
import { itemsOf, known } from '../values/convert.ts';
import type { HclValue } from '../values/hcl-value.ts';
import { Refusal, Undecided } from '../values/refusal.ts';
import { evaluate } from './evaluate.ts';
import { ANY_NUMBER, type Arity, type Call } from './hcl-function.ts';
import { placeIn, report, type Scope } from './run.ts';
import { symbolOfCall, undecided, writtenText } from './unknowns.ts';

/** @throws Refusal, Undecided */
export function evaluateCall(expression: CallExpression, scope: Scope): HclValue {
  const at = placeIn(scope, expression.start);
  // Since Terraform 1.8 a function may be named with where it comes from.
  const name = expression.name.replace(/^core::/, '');
  const found = functionNamed(name);
  const call: Call = { name, at, scope, expression, evaluate: (one) => evaluate(one, scope) };
  if (found?.kind === 'lazy') {
    checkCount(expression.arguments.length, found.arity, name);
    return found.apply(expression.arguments, call);
  }
  const list = argumentsOf(expression, scope);
  if (found === undefined) return unknownFunction(call, list);
  checkCount(list.length, found.arity, name);
  try {
    return found.kind === 'plain' ? found.apply(list.map(known), call) : found.apply(list, call);
  } catch (error) {
    // Equal calls of equal unknowns stay equal.
    if (!(error instanceof Undecided)) throw error;
    return undecided(error.cause_, expression, scope, symbolOfCall(name, list));
  }
}

function argumentsOf(expression: CallExpression, scope: Scope): readonly HclValue[] {
  const list = expression.arguments.map((one) => evaluate(one, scope));
  const last = list.at(-1);
  if (!expression.isExpanded || last === undefined) return list;
  return [...list.slice(0, -1), ...itemsOf(last, 'a list before `...`')];
}

function checkCount(count: number, [least, most]: Arity, name: string): void {
  if (count >= least && count <= most) return;
  const wanted =
    least === most ? `${least}` : most === ANY_NUMBER ? `${least} or more` : `${least} to ${most}`;
  throw new Refusal(`\`${name}\` takes ${wanted} arguments, not ${count}`);
}

function unknownFunction(call: Call, list: readonly HclValue[]): HclValue {
  const { name, at, scope, expression } = call;
  const missing = `what the function ${name} gives`;
  const symbol = symbolOfCall(name, list);
  if (!name.startsWith('provider::')) {
    const message = `there is no function \`${name}\`, or none we know`;
    report(scope.run, 'terraform/unknown-function', 'warning', message, at);
  }
  return unknownAt(at, 'unsupported', writtenText(expression, scope), missing, symbol);
}

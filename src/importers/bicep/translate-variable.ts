import type { Expression } from '../arm-template/expression.ts';
import type { ParameterStatement, Syntax, VariableStatement } from './syntax.ts';
import { call, textExpression } from './translate-expression.ts';
import { translateValue } from './translate-value.ts';
import type { Scope, Translation } from './translation.ts';
import { placeIn, type Unit } from './unit.ts';

/** Puts a variable into the template, once, and gives the expression that reads it. */
export function declareVariable(
  statement: VariableStatement | ParameterStatement,
  unit: Unit,
  text: string,
  translation: Translation,
): Expression {
  const name = `${unit.prefix}${statement.name}`;
  const scope: Scope = { unit, owner: undefined, locals: undefined };
  if (statement.value !== undefined) {
    declareHidden(name, statement.value, statement.nameStart, scope, translation);
  }
  return call('variables', [textExpression(name)], text);
}

/** A variable that nobody wrote: what several places need is worked out once, and a cycle shows. */
export function declareHidden(
  name: string,
  value: Syntax,
  offset: number,
  scope: Scope,
  translation: Translation,
): void {
  const key = name.toLowerCase();
  const { variables, waiting } = translation;
  if (variables.has(key)) return;
  const at = placeIn(scope.unit, offset);
  variables.set(key, { name, value: { kind: 'null', at }, at });
  // Not at once: a chain of thousands of variables would be as many levels of the stack.
  waiting.push(() => {
    variables.set(key, { name, value: translateValue(value, scope, translation), at });
  });
}

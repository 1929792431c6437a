import type { Expression } from '../syntax/syntax-tree.ts';
import { type HclValue, placed } from '../values/hcl-value.ts';
import { placeIn, report, type Scope } from './run.ts';
import { refused } from './unknowns.ts';

/**
 * `var.x`, `local.x`, `each.key`, `data.type.name`, `type.name` and the variables of loops; `undefined` when the
 * expression is a step into something else.
 */
export function resolveName(expression: Expression, scope: Scope): HclValue | undefined {
  if (expression.kind === 'name')
    return loopVariable(expression, scope) ?? nameAlone(expression, scope);
  if (expression.kind !== 'attribute') return undefined;
  const { of, name } = expression;
  if (of.kind === 'name') {
    if (loopVariable(of, scope) !== undefined) return undefined;
    // `data.azurerm_subnet` waits for its name.
    if (of.name === 'data' || of.name === 'ephemeral') return nameAlone(expression, scope);
    return resolved(expression, of.name, name, undefined, scope);
  }
  if (of.kind !== 'attribute' || of.of.kind !== 'name') return undefined;
  if (of.of.name !== 'data' && of.of.name !== 'ephemeral') return undefined;
  if (loopVariable(of.of, scope) !== undefined) return undefined;
  return resolved(expression, of.name, name, of.of.name, scope);
}

function loopVariable(
  expression: Expression & { kind: 'name' },
  scope: Scope,
): HclValue | undefined {
  for (let one = scope.local; one !== undefined; one = one.outer) {
    if (one.name === expression.name) return placed(one.value, placeIn(scope, expression.start));
  }
  return undefined;
}

function resolved(
  expression: Expression,
  root: string,
  name: string,
  kind: string | undefined,
  scope: Scope,
): HclValue {
  const found = scope.names?.resolve(root, name, kind) ?? 'names of a module mean nothing here';
  const at = placeIn(scope, expression.start);
  if (typeof found !== 'string') return placed(found, at);
  return unknownName(expression, found, scope);
}

function nameAlone(expression: Expression, scope: Scope): HclValue {
  return unknownName(expression, 'the name alone means nothing', scope);
}

function unknownName(expression: Expression, why: string, scope: Scope): HclValue {
  const at = placeIn(scope, expression.start);
  if (scope.run.trying > 0) return refused(expression, scope, why);
  report(scope.run, 'terraform/unknown-name', 'error', why, at);
  scope.run.trying += 1;
  const value = refused(expression, scope, why);
  scope.run.trying -= 1;
  return value;
}

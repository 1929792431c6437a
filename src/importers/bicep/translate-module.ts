import { type Member, objectValue, type Value } from '../../values/index.ts';
import { expressionValue } from '../arm-template/written-expression.ts';
import type { Syntax } from './syntax.ts';
import { call, textExpression, translateExpression } from './translate-expression.ts';
import { propertyOf, scopeOf } from './translate-reference.ts';
import { conditionMembers, loopMembers } from './translate-resource.ts';
import { scopeMembersOf } from './translate-scope.ts';
import { memberOf, objectOfMembers, translateValue } from './translate-value.ts';
import type { Scope, Translation } from './translation.ts';
import { type ModuleSymbol, placeIn, textIn } from './unit.ts';

/** As the compiler writes it. */
const DEPLOYMENT_VERSION = '2025-04-01';

/** A module is a deployment with a world of its own (ARM-05). Its template is linked, not copied. */
export function translateModule(symbol: ModuleSymbol, translation: Translation): Member {
  const { root: unit } = translation;
  const { statement } = symbol;
  const at = placeIn(unit, statement.start);
  const outer: Scope = { unit, owner: undefined, locals: undefined };
  const inner = scopeOf(symbol, outer, undefined);
  const text = (value: string): Value => ({ kind: 'string', value, at });
  const linkName = isLocalModule(statement.path.value) ? 'relativePath' : 'id';
  const linkAt = placeIn(unit, statement.path.start);
  const link: Value = { kind: 'string', value: statement.path.value, at: linkAt };
  const params = propertyOf(symbol.body, 'params');
  const properties = objectValue(at, [
    memberOf('mode', text('Incremental')),
    memberOf(
      'expressionEvaluationOptions',
      objectOfMembers(at, [memberOf('scope', text('inner'))]),
    ),
    memberOf('templateLink', objectOfMembers(linkAt, [memberOf(linkName, link)])),
    ...(params === undefined
      ? []
      : [memberOf('parameters', translateParams(params, inner, translation))]),
  ]);
  const value = objectValue(at, [
    memberOf('type', text('Microsoft.Resources/deployments')),
    memberOf('apiVersion', text(DEPLOYMENT_VERSION)),
    memberOf('name', moduleName(symbol, inner, translation)),
    ...conditionMembers(symbol, outer, translation),
    ...loopMembers(symbol, translation),
    ...scopeMembersOf({ symbol, index: undefined }, outer, translation),
    memberOf('properties', properties),
  ]);
  return { name: symbol.key, value, at };
}

/** Registries (`br:`, `br/alias:`) and template specs (`ts:`) are elsewhere; all else is a path beside the file. */
export function isLocalModule(path: string): boolean {
  return !/^(?:br|ts)(?:\/[\w.-]+)?:/.test(path);
}

/** `{name: value}` to `{name: {value}}`; what a Key Vault gives is handed over as a reference. */
function translateParams(syntax: Syntax, scope: Scope, translation: Translation): Value {
  const { unit } = scope;
  const at = placeIn(unit, syntax.start);
  const isPlain =
    syntax.kind === 'object' &&
    syntax.entries.every((entry) => entry.kind === 'property' && entry.key.kind === 'text');
  if (isPlain) {
    const members = syntax.entries.flatMap((entry): Member[] => {
      if (entry.kind !== 'property' || entry.key.kind !== 'text') return [];
      const nameAt = placeIn(unit, entry.key.start);
      return [
        { name: entry.key.value, value: passed(entry.value, scope, translation), at: nameAt },
      ];
    });
    return objectOfMembers(at, members);
  }
  const text = textIn(unit, syntax);
  const item = call('lambdaVariables', [textExpression('value')], text);
  const entry = objectOfMembers(at, [memberOf('value', expressionValue(item, at))]);
  const body = { kind: 'value', value: entry, text } as const;
  const lambda = call('lambda', [textExpression('value'), body], text);
  const all = translateExpression(syntax, scope, translation);
  return expressionValue(call('mapValues', [all, lambda], text), at);
}

function passed(syntax: Syntax, scope: Scope, translation: Translation): Value {
  const at = placeIn(scope.unit, syntax.start);
  if (syntax.kind === 'call' && syntax.of !== undefined && syntax.name === 'getSecret') {
    const reference: Value = { kind: 'string', value: textIn(scope.unit, syntax.of), at };
    return objectOfMembers(at, [memberOf('reference', reference)]);
  }
  return objectOfMembers(at, [memberOf('value', translateValue(syntax, scope, translation))]);
}

/** A module without a name gets one from the compiler; here its symbolic name stands for it. */
function moduleName(symbol: ModuleSymbol, scope: Scope, translation: Translation): Value {
  const written = propertyOf(symbol.body, 'name');
  if (written !== undefined) return translateValue(written, scope, translation);
  const at = placeIn(scope.unit, symbol.statement.nameStart);
  if (symbol.loop === undefined) return { kind: 'string', value: symbol.key, at };
  const index = call('copyIndex', [textExpression(symbol.key)], symbol.key);
  const pattern = textExpression(`${symbol.key}-{0}`);
  return expressionValue(call('format', [pattern, index], symbol.key), at);
}

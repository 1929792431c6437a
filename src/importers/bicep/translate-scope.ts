import type { Member, Value } from '../../values/index.ts';
import type { Expression } from '../arm-template/expression.ts';
import { expressionValue } from '../arm-template/written-expression.ts';
import type { CallSyntax, Syntax } from './syntax.ts';
import { call, property, textExpression, translateExpression } from './translate-expression.ts';
import {
  idOf,
  nameOf,
  propertyOf,
  type Referred,
  resourceAt,
  scopeOf,
} from './translate-reference.ts';
import { memberOf, translateValue } from './translate-value.ts';
import { problem, type Scope, type Translation } from './translation.ts';
import { placeIn, type ResourceSymbol, textIn } from './unit.ts';

/** Where a resource or module goes: `resourceGroup`, `subscriptionId` or `scope` as templates write them. */
export function translateScope(
  syntax: Syntax,
  scope: Scope,
  translation: Translation,
): readonly Member[] {
  const at = placeIn(scope.unit, syntax.start);
  const text = textIn(scope.unit, syntax);
  const written = (name: string, expression: Expression) =>
    memberOf(name, expressionValue(expression, at));
  const value = (item: Syntax): Value => translateValue(item, scope, translation);
  if (isScopeCall(syntax)) {
    const [first, second] = syntax.arguments;
    switch (syntax.name) {
      case 'resourceGroup':
        if (first === undefined) return [];
        if (second === undefined) return [memberOf('resourceGroup', value(first))];
        return [memberOf('subscriptionId', value(first)), memberOf('resourceGroup', value(second))];
      case 'subscription':
        if (first !== undefined) return [memberOf('subscriptionId', value(first))];
        return [written('scope', property(call('subscription', [], text), 'id', text))];
      case 'managementGroup':
        if (first === undefined) return [];
        return [written('scope', managementGroupId(first, scope, translation))];
      default:
        return [memberOf('scope', { kind: 'string', value: '/', at })];
    }
  }
  const referred = resourceAt(syntax, scope, translation);
  if (referred?.symbol.kind === 'resource') {
    const type = referred.symbol.type.toLowerCase();
    if (type === 'microsoft.resources/resourcegroups') {
      const around = aroundGroup(referred, scope, translation);
      return [...around, written('resourceGroup', nameOf(referred, text, scope, translation))];
    }
    if (type === 'microsoft.resources/subscriptions') {
      return [written('subscriptionId', nameOf(referred, text, scope, translation))];
    }
  }
  return [written('scope', scopeId(syntax, scope, translation))];
}

/** Where a resource group stands; groups that name each other for a scope stand nowhere else. */
function aroundGroup(
  referred: Referred,
  scope: Scope,
  translation: Translation,
): readonly Member[] {
  const { entered } = translation;
  if (entered.has(referred.symbol)) {
    const { statement } = referred.symbol;
    const message = `\`${statement.name}\` has itself for a scope`;
    const hint = 'a resource group stands in a subscription';
    problem(translation, scope.unit, 'bicep/not-understood', message, statement.start, hint);
    return [];
  }
  entered.add(referred.symbol);
  const members = scopeMembersOf(referred, scope, translation);
  entered.delete(referred.symbol);
  return members;
}

/** Where a resource that somebody refers to stands, by its own `scope` or that of its outermost parent. */
export function scopeMembersOf(
  { symbol, index }: Referred,
  scope: Scope,
  translation: Translation,
): readonly Member[] {
  let here: Referred = { symbol, index };
  let inner = scopeOf(symbol, scope, index);
  // Parents may name each other in a ring.
  for (let levels = 0; levels < 20; levels += 1) {
    const written = propertyOf(here.symbol.body, 'scope');
    if (written !== undefined) return translateScope(written, inner, translation);
    const parent = parentOf(here, inner, translation);
    if (parent === undefined) return [];
    here = parent;
    inner = scopeOf(parent.symbol, scope, parent.index);
  }
  return [];
}

/** The resource that another one belongs to: around it in the text, or named by `parent`. */
export function parentOf(
  { symbol }: Referred,
  scope: Scope,
  translation: Translation,
): (Referred & { readonly symbol: ResourceSymbol }) | undefined {
  if (symbol.kind !== 'resource') return undefined;
  if (symbol.owner !== undefined) return { symbol: symbol.owner, index: undefined };
  const written = propertyOf(symbol.body, 'parent');
  const parent = written === undefined ? undefined : resourceAt(written, scope, translation);
  if (parent === undefined || parent.symbol.kind !== 'resource') return undefined;
  return { symbol: parent.symbol, index: parent.index };
}

function isScopeCall(syntax: Syntax): syntax is CallSyntax {
  if (syntax.kind !== 'call') return false;
  const isPlain = syntax.of === undefined || (syntax.of.kind === 'name' && syntax.of.name === 'az');
  return isPlain && /^(?:resourceGroup|subscription|managementGroup|tenant)$/.test(syntax.name);
}

function managementGroupId(syntax: Syntax, scope: Scope, translation: Translation): Expression {
  const name = translateExpression(syntax, scope, translation);
  const pattern = textExpression('/providers/Microsoft.Management/managementGroups/{0}');
  return call('format', [pattern, name], textIn(scope.unit, syntax));
}

/** The id of a scope that is not one of the plain forms: of a resource, or one of two by a condition. */
function scopeId(syntax: Syntax, scope: Scope, translation: Translation): Expression {
  const text = textIn(scope.unit, syntax);
  if (syntax.kind === 'ternary') {
    const condition = translateExpression(syntax.condition, scope, translation);
    const then = scopeId(syntax.then, scope, translation);
    return call('if', [condition, then, scopeId(syntax.otherwise, scope, translation)], text);
  }
  const subscription = property(call('subscription', [], text), 'subscriptionId', text);
  if (isScopeCall(syntax)) {
    const [first, second] = syntax.arguments;
    if (syntax.name === 'resourceGroup' && first !== undefined) {
      const list = (second === undefined ? [first] : [first, second]).map((item) =>
        translateExpression(item, scope, translation),
      );
      const pattern = textExpression('/subscriptions/{0}/resourceGroups/{1}');
      return call('format', [pattern, ...(list.length === 1 ? [subscription] : []), ...list], text);
    }
    if (syntax.name === 'subscription' && first !== undefined) {
      const id = translateExpression(first, scope, translation);
      return call('format', [textExpression('/subscriptions/{0}'), id], text);
    }
    if (syntax.name === 'managementGroup' && first !== undefined) {
      return managementGroupId(first, scope, translation);
    }
    if (syntax.name === 'tenant') return textExpression('/');
  }
  const referred = resourceAt(syntax, scope, translation);
  if (referred !== undefined) return idOf(referred, text);
  return property(translateExpression(syntax, scope, translation), 'id', text);
}

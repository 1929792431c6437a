import type { Member, Value } from '../../values/index.ts';
import type { Expression } from '../arm-template/expression.ts';
import { expressionValue } from '../arm-template/written-expression.ts';
import type { Syntax } from './syntax.ts';
import { call, localName, textExpression, translateExpression } from './translate-expression.ts';
import { fullNameOf, itemsName, propertyOf, scopeOf } from './translate-reference.ts';
import { parentOf, scopeMembersOf } from './translate-scope.ts';
import { memberOf, objectOfMembers, translateValue } from './translate-value.ts';
import { declareHidden } from './translate-variable.ts';
import { problem, type Scope, type Translation, unknownExpression } from './translation.ts';
import { type ModuleSymbol, placeIn, type ResourceSymbol, textIn } from './unit.ts';

/** Said to the compiler, or translated apart. */
const APART: ReadonlySet<string> = new Set(['name', 'parent', 'scope', 'dependson']);

/** The resource as a template writes it, and those nested in it, each under its symbolic name. */
export function translateResource(
  symbol: ResourceSymbol,
  translation: Translation,
): readonly Member[] {
  const { root: unit, gaps } = translation;
  const { statement, body } = symbol;
  const at = placeIn(unit, statement.start);
  if (body === undefined || (symbol.owner?.loop !== undefined && symbol.owner !== undefined)) {
    const message =
      body === undefined
        ? `the body of \`${symbol.key}\` is no object`
        : `\`${symbol.key}\` is nested in a resource with a loop`;
    const hint = 'a resource is written `{…}`, alone or in a loop, and not inside another loop';
    problem(translation, unit, 'bicep/not-understood', message, statement.start, hint);
    const why = 'it could not be read, so nothing it allows or denies is known';
    gaps.push({ what: `resource ${symbol.key}`, why, at });
    return [];
  }
  const outer: Scope = { unit, owner: symbol.owner, locals: undefined };
  const inner = scopeOf(symbol, outer, undefined);
  const text = (value: string): Value => ({ kind: 'string', value, at });
  const members: Member[] = [
    memberOf('type', { ...text(symbol.type), at: placeIn(unit, statement.type.start) }),
    memberOf('apiVersion', text(symbol.version)),
    ...nameMembers(symbol, inner, translation),
    ...(statement.isExisting ? [memberOf('existing', { kind: 'boolean', value: true, at })] : []),
    ...(isOfExtension(symbol, translation) ? [memberOf('extension', text(symbol.type))] : []),
    ...conditionMembers(symbol, outer, translation),
    ...loopMembers(symbol, translation),
    ...scopeMembersOf({ symbol, index: undefined }, outer, translation),
  ];
  for (const entry of body.entries) {
    if (entry.kind === 'spread') {
      const message = 'a spread has no place at the top of a resource';
      const hint = 'spread into `properties` or another object inside';
      problem(translation, unit, 'bicep/not-understood', message, entry.value.start, hint);
      const why = 'what it adds to the resource is not known';
      gaps.push({ what: `spread in resource ${symbol.key}`, why, at });
    } else if (entry.key.kind === 'text' && !APART.has(entry.key.value.toLowerCase())) {
      members.push({
        name: entry.key.value,
        value: translateValue(entry.value, inner, translation),
        at: placeIn(unit, entry.key.start),
      });
    }
  }
  const nested = [...symbol.children.values()].flatMap((child) =>
    translateResource(child, translation),
  );
  return [{ name: symbol.key, value: objectOfMembers(at, members), at }, ...nested];
}

/** ARM-06: a child is named with its parents. */
function nameMembers(
  symbol: ResourceSymbol,
  scope: Scope,
  translation: Translation,
): readonly Member[] {
  const written = propertyOf(symbol.body, 'name');
  if (written === undefined) return [];
  const { unit } = scope;
  const at = placeIn(unit, written.start);
  const hasParent = symbol.owner !== undefined || propertyOf(symbol.body, 'parent') !== undefined;
  if (!hasParent) return [memberOf('name', translateValue(written, scope, translation))];
  const text = textIn(unit, written);
  const parent = parentOf({ symbol, index: undefined }, scope, translation);
  const above: Expression =
    parent === undefined
      ? unknownParent(symbol, scope, translation)
      : fullNameOf(parent, textIn(unit, parent.symbol.statement));
  const own = translateExpression(written, scope, translation);
  return [
    memberOf(
      'name',
      expressionValue(call('format', [textExpression('{0}/{1}'), above, own], text), at),
    ),
  ];
}

function unknownParent(symbol: ResourceSymbol, scope: Scope, translation: Translation): Expression {
  const written: Syntax = propertyOf(symbol.body, 'parent') ?? symbol.statement.type;
  const message = `the parent of \`${symbol.key}\` is no resource of this file`;
  const hint =
    'a parent is a resource of this file; one that is there already is declared `existing`';
  problem(translation, scope.unit, 'bicep/unknown-name', message, written.start, hint);
  return unknownExpression(scope.unit, written, 'malformed', `the parent of ${symbol.key}`);
}

/** Its own condition and those of the resources it is written inside of. */
export function conditionMembers(
  symbol: ResourceSymbol | ModuleSymbol,
  outer: Scope,
  translation: Translation,
): readonly Member[] {
  const list: Expression[] = [];
  let offset = symbol.statement.start;
  let here: ResourceSymbol | ModuleSymbol | undefined = symbol;
  while (here !== undefined) {
    if (here.condition !== undefined) {
      const inner = scopeOf(here, outer, undefined);
      list.unshift(translateExpression(here.condition, inner, translation));
      offset = here.condition.start;
    }
    here = here.kind === 'resource' ? here.owner : undefined;
  }
  const [only] = list;
  if (only === undefined) return [];
  const text = list.map((each) => each.text).join(' && ');
  const all = list.length === 1 ? only : call('and', list, text);
  return [memberOf('condition', expressionValue(all, placeIn(outer.unit, offset)))];
}

/** `copy`, over the items of the loop; they are worked out once, in a variable of their own. */
export function loopMembers(
  symbol: ResourceSymbol | ModuleSymbol,
  translation: Translation,
): readonly Member[] {
  const { loop } = symbol;
  if (loop === undefined) return [];
  const { root: unit } = translation;
  const at = placeIn(unit, loop.over.start);
  const name = itemsName(symbol);
  const scope: Scope = { unit, owner: undefined, locals: undefined };
  declareHidden(name, loop.over, loop.over.start, scope, translation);
  const text = textIn(unit, loop.over);
  const items = call('variables', [textExpression(name)], text);
  const named = (name: string, value: string): Member =>
    memberOf(name, { kind: 'string', value, at });
  const copy = objectOfMembers(at, [
    named('name', symbol.key),
    memberOf('count', expressionValue(call('length', [items], text), at)),
    memberOf('over', expressionValue(items, at)),
    named('item', localName(loop.item)),
    ...(loop.index === undefined ? [] : [named('index', localName(loop.index))]),
  ]);
  return [memberOf('copy', copy)];
}

/** Kubernetes objects, Graph applications: what an `extension` deploys is no resource of Azure. */
function isOfExtension({ type }: ResourceSymbol, { root }: Translation): boolean {
  if (!root.hasExtension) return false;
  return !(type.split('/')[0] ?? '').includes('.') || /^microsoft\.graph\//i.test(type);
}

import type { Expression } from '../arm-template/expression.ts';
import type { MemberSyntax, ObjectSyntax, Syntax } from './syntax.ts';
import {
  call,
  property,
  textExpression,
  translateExpression,
  withLambda,
} from './translate-expression.ts';
import { declareHidden } from './translate-variable.ts';
import {
  type Local,
  lookUp,
  problem,
  type Scope,
  type Translation,
  unknownExpression,
} from './translation.ts';
import { type ModuleSymbol, type ResourceSymbol, textIn } from './unit.ts';

/** A resource or module somebody refers to, and which one of a loop. */
export interface Referred {
  readonly symbol: ResourceSymbol | ModuleSymbol;
  readonly index: Expression | undefined;
}

/** The resource or module that `vnet`, `vnets[0]` or `vnet::subnet` means; `undefined` for anything else. */
export function resourceAt(
  syntax: Syntax,
  scope: Scope,
  translation: Translation,
): Referred | undefined {
  switch (syntax.kind) {
    case 'name': {
      const found = lookUp(syntax.name, scope, translation);
      // What another file exports cannot refer to its resources: they are not deployed with this one.
      if (found?.kind !== 'symbol' || found.unit !== translation.root) return undefined;
      const { symbol } = found;
      const isOne = symbol.kind === 'resource' || symbol.kind === 'module';
      return isOne ? { symbol, index: undefined } : undefined;
    }
    case 'asserted':
      return resourceAt(syntax.of, scope, translation);
    case 'index': {
      const of = resourceAt(syntax.of, scope, translation);
      if (of?.symbol.loop === undefined || of.index !== undefined) return undefined;
      return { symbol: of.symbol, index: translateExpression(syntax.index, scope, translation) };
    }
    case 'nested': {
      const of = resourceAt(syntax.of, scope, translation);
      const inner =
        of?.symbol.kind === 'resource' ? of.symbol.children.get(syntax.name) : undefined;
      return inner === undefined ? undefined : { symbol: inner, index: undefined };
    }
    default:
      return undefined;
  }
}

/** The whole resource as a value; all of a loop when none is chosen. */
export function resourceValue(
  { symbol, index }: Referred,
  syntax: Syntax,
  scope: Scope,
  translation: Translation,
): Expression {
  const text = textIn(scope.unit, syntax);
  if (symbol.loop !== undefined && index === undefined) {
    return call('references', [textExpression(symbol.key), textExpression('Full')], text);
  }
  if (symbol.kind === 'module') {
    const hint = 'write which output is meant: `module.outputs.name`';
    const message = `the module \`${text}\` is no value`;
    problem(translation, scope.unit, 'bicep/not-understood', message, syntax.start, hint);
    return unknownExpression(scope.unit, syntax, 'malformed', 'an output of the module');
  }
  return fullState({ symbol, index }, text);
}

/**
 * `.name` of a resource or module: what is known of it before it is deployed, or what it is like afterwards.
 * `undefined` when `syntax` is an access to something else.
 */
export function accessResource(
  syntax: MemberSyntax,
  text: string,
  scope: Scope,
  translation: Translation,
): Expression | undefined {
  const referred = resourceAt(syntax.of, scope, translation);
  if (referred === undefined) return moduleOutput(syntax, text, scope, translation);
  const value = accessed(referred, syntax, text, scope, translation);
  return syntax.isSafe ? whenThere(referred, value, scope, translation) : value;
}

function accessed(
  referred: Referred,
  syntax: MemberSyntax,
  text: string,
  scope: Scope,
  translation: Translation,
): Expression {
  const { symbol } = referred;
  const name = syntax.name.toLowerCase();
  if (name === 'name') return nameOf(referred, text, scope, translation);
  if (symbol.kind === 'module') {
    return property(call('reference', [referenceText(referred)], text), syntax.name, text);
  }
  switch (name) {
    case 'id':
      return idOf(referred, text);
    case 'type':
      return textExpression(symbol.type);
    case 'apiversion':
      return textExpression(symbol.version);
    case 'properties':
      return call('reference', [idOf(referred, text)], text);
    default:
      return property(fullState(referred, text), syntax.name, text);
  }
}

/** `module.outputs.name`: the value of what the deployment gives. */
function moduleOutput(
  syntax: MemberSyntax,
  text: string,
  scope: Scope,
  translation: Translation,
): Expression | undefined {
  const { of } = syntax;
  if (of.kind !== 'member' || of.name !== 'outputs') return undefined;
  const referred = resourceAt(of.of, scope, translation);
  if (referred?.symbol.kind !== 'module') return undefined;
  const state = call('reference', [referenceText(referred)], text);
  if (!syntax.isSafe && !of.isSafe) {
    const output = property(property(state, 'outputs', text), syntax.name, text);
    return property(output, 'value', text);
  }
  const steps = ['outputs', syntax.name, 'value'].map(textExpression);
  return whenThere(referred, call('tryGet', [state, ...steps], text), scope, translation);
}

/** Rings apart, conditions that ask for each other twice over would double with each level. */
const ENTERED_MAX = 5;

/** Asked with `.?`, what has a condition is null when it is false, instead of an error. */
function whenThere(
  referred: Referred,
  value: Expression,
  scope: Scope,
  translation: Translation,
): Expression {
  const condition = conditionOf(referred, scope, translation);
  if (condition === undefined) return value;
  return call('if', [condition, value, call('null', [], 'null')], value.text);
}

/** Its condition: in a variable, where it is worked out once; of one round of a loop as it stands. */
function conditionOf(
  { symbol, index }: Referred,
  scope: Scope,
  translation: Translation,
): Expression | undefined {
  const { condition } = symbol;
  if (condition === undefined) return undefined;
  const inner = scopeOf(symbol, scope, index);
  if (symbol.loop === undefined) {
    const hidden = `${symbol.key}.condition`;
    declareHidden(hidden, condition, condition.start, inner, translation);
    return call('variables', [textExpression(hidden)], textIn(scope.unit, condition));
  }
  const { entered } = translation;
  if (entered.has(symbol) || entered.size >= ENTERED_MAX) {
    const missing = `whether ${symbol.key} is there`;
    return unknownExpression(scope.unit, condition, 'unsupported', missing);
  }
  entered.add(symbol);
  const translated = translateExpression(condition, inner, translation);
  entered.delete(symbol);
  return translated;
}

/** Id of a resource: known without asking Azure, whether it is there or not. */
export function idOf(referred: Referred, text: string): Expression {
  return property(infoOf(referred, text), 'id', text);
}

/** Name with all its parents: `vnet/subnet`. */
export function fullNameOf(referred: Referred, text: string): Expression {
  return property(infoOf(referred, text), 'name', text);
}

function infoOf(referred: Referred, text: string): Expression {
  return call('resourceInfo', [referenceText(referred)], text);
}

function fullState(referred: Referred, text: string): Expression {
  const version = referred.symbol.kind === 'resource' ? referred.symbol.version : '';
  const list = [idOf(referred, text), textExpression(version), textExpression('Full')];
  return call('reference', list, text);
}

/** The symbolic name, `key` or `key[2]`. */
function referenceText({ symbol, index }: Referred): Expression {
  if (index === undefined) return textExpression(symbol.key);
  if (index.kind === 'number') return textExpression(`${symbol.key}[${index.value}]`);
  return call('format', [textExpression(`${symbol.key}[{0}]`), index], `${symbol.key}[…]`);
}

/** The name as it is written in the body: of a child its own, without its parents. */
export function nameOf(
  referred: Referred,
  text: string,
  scope: Scope,
  translation: Translation,
): Expression {
  const { symbol } = referred;
  const written = propertyOf(symbol.body, 'name');
  if (symbol.loop === undefined) {
    if (written === undefined) return textExpression(symbol.statement.name);
    const hidden = `${symbol.key}.name`;
    const inner = scopeOf(symbol, scope, undefined);
    declareHidden(hidden, written, written.start, inner, translation);
    return call('variables', [textExpression(hidden)], text);
  }
  const full = fullNameOf(referred, text);
  const isChild =
    symbol.kind === 'resource' &&
    (symbol.owner !== undefined || propertyOf(symbol.body, 'parent') !== undefined);
  if (!isChild) return full;
  return call('last', [call('split', [full, textExpression('/')], text)], text);
}

export function propertyOf(body: ObjectSyntax | undefined, name: string): Syntax | undefined {
  for (const entry of body?.entries ?? []) {
    const isIt = entry.kind === 'property' && entry.key.kind === 'text' && entry.key.value === name;
    if (isIt) return entry.value;
  }
  return undefined;
}

/**
 * Where the body of a resource or module is written: its item and index are names there.
 * @param index which round is meant; without it the one being made
 */
export function scopeOf(
  symbol: ResourceSymbol | ModuleSymbol,
  scope: Scope,
  index: Expression | undefined,
): Scope {
  const { loop } = symbol;
  const owner = symbol.kind === 'resource' ? symbol.owner : undefined;
  const unit = { unit: scope.unit, owner: symbol.kind === 'resource' ? symbol : owner };
  if (loop === undefined) return { ...unit, locals: undefined };
  if (index === undefined) {
    const names = loop.index === undefined ? [loop.item] : [loop.item, loop.index];
    return { ...unit, locals: withLambda(names, undefined, 'lambdaVariables') };
  }
  const items = call('variables', [textExpression(itemsName(symbol))], loop.item);
  let locals: Local = {
    name: loop.item,
    expression: { kind: 'index', of: items, index, text: loop.item },
    outer: undefined,
  };
  if (loop.index !== undefined) locals = { name: loop.index, expression: index, outer: locals };
  return { ...unit, locals };
}

/** The variable that holds what a loop of resources goes over. */
export function itemsName(symbol: ResourceSymbol | ModuleSymbol): string {
  return `items of ${symbol.key}`;
}

import type { Expression } from '../arm-template/expression.ts';
import type {
  BinaryOperator,
  BinarySyntax,
  IndexSyntax,
  InterpolationSyntax,
  LambdaSyntax,
  LoopSyntax,
  MemberSyntax,
  Syntax,
} from './syntax.ts';
import { translateCall } from './translate-call.ts';
import { accessResource, resourceAt, resourceValue } from './translate-reference.ts';
import { placedExpression } from './translate-value.ts';
import { declareVariable } from './translate-variable.ts';
import {
  type Found,
  type Local,
  lookUp,
  lookUpIn,
  pathFrom,
  problem,
  type Scope,
  type Translation,
  unitAt,
  unknownExpression,
} from './translation.ts';
import { type BicepSymbol, textIn, type Unit } from './unit.ts';

/** Bicep to the expressions of templates, in which it has a counterpart for everything (iac-formats 3). */
export function translateExpression(
  syntax: Syntax,
  scope: Scope,
  translation: Translation,
): Expression {
  const text = textIn(scope.unit, syntax);
  switch (syntax.kind) {
    case 'text':
      return { kind: 'text', value: syntax.value, text };
    case 'number':
      return { kind: 'number', value: syntax.value, text };
    case 'boolean':
      return call(syntax.value ? 'true' : 'false', [], text);
    case 'null':
      return call('null', [], text);
    case 'interpolation':
      return translateInterpolation(syntax, text, scope, translation);
    case 'object':
    case 'array':
      return placedExpression(syntax, scope, translation);
    case 'asserted':
      return translateExpression(syntax.of, scope, translation);
    case 'unary': {
      const operand = translateExpression(syntax.operand, scope, translation);
      if (syntax.operator === '!') return call('not', [operand], text);
      const zero: Expression = { kind: 'number', value: 0, text: '0' };
      return syntax.operator === '-' ? call('sub', [zero, operand], text) : operand;
    }
    case 'binary':
      return translateBinary(syntax, text, scope, translation);
    case 'ternary': {
      const condition = translateExpression(syntax.condition, scope, translation);
      const then = placedExpression(syntax.then, scope, translation);
      const otherwise = placedExpression(syntax.otherwise, scope, translation);
      return call('if', [condition, then, otherwise], text);
    }
    case 'loop':
      return translateLoop(syntax, text, scope, translation);
    case 'lambda':
      return translateLambda(syntax, text, scope, translation);
    case 'call':
      return translateCall(syntax, scope, translation);
    case 'name':
    case 'nested':
      return translateName(syntax, scope, translation);
    case 'member':
      return translateMemberAccess(syntax, text, scope, translation);
    case 'index':
      return translateIndex(syntax, text, scope, translation);
    case 'condition': {
      const hint = 'it belongs behind the `=` of a resource or module';
      problem(
        translation,
        scope.unit,
        'bicep/not-understood',
        '`if` is no value',
        syntax.start,
        hint,
      );
      return unknownExpression(scope.unit, syntax, 'malformed', 'a value instead of `if`');
    }
  }
}

/** A call of a template function. */
export function call(written: string, list: readonly Expression[], text: string): Expression {
  return { kind: 'call', name: written.toLowerCase(), written, arguments: list, text };
}

export function textExpression(value: string): Expression {
  return { kind: 'text', value, text: `'${value}'` };
}

export function property(of: Expression, name: string, text: string): Expression {
  return { kind: 'property', of, name, text };
}

/** Templates tell names apart without case (ARM-01); here `x` and `X` may stand inside each other. */
export function localName(name: string): string {
  return name.replace(/[A-Z]/g, '^$&');
}

/** Names of lambdas, loops and functions: worked out when they are called. */
export function withLambda(
  names: readonly string[],
  outer: Local | undefined,
  functionName: 'lambdaVariables' | 'parameters',
): Local | undefined {
  return names.reduce<Local | undefined>(
    (locals, name) => ({
      name,
      expression: call(functionName, [textExpression(localName(name))], name),
      outer: locals,
    }),
    outer,
  );
}

function translateInterpolation(
  { parts }: InterpolationSyntax,
  text: string,
  scope: Scope,
  translation: Translation,
): Expression {
  let pattern = '';
  const list: Expression[] = [];
  for (const part of parts) {
    if (typeof part === 'string') pattern += part.replace(/[{}]/g, '$&$&');
    else {
      pattern += `{${list.length}}`;
      list.push(translateExpression(part, scope, translation));
    }
  }
  return call('format', [textExpression(pattern), ...list], text);
}

const OPERATORS: Readonly<Partial<Record<BinaryOperator, string>>> = {
  '??': 'coalesce',
  '||': 'or',
  '&&': 'and',
  '==': 'equals',
  '<': 'less',
  '<=': 'lessOrEquals',
  '>': 'greater',
  '>=': 'greaterOrEquals',
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '%': 'mod',
};

function translateBinary(
  syntax: BinarySyntax,
  text: string,
  scope: Scope,
  translation: Translation,
): Expression {
  const left = placedExpression(syntax.left, scope, translation);
  const right = placedExpression(syntax.right, scope, translation);
  const { operator } = syntax;
  if (operator === '=~' || operator === '!~') {
    const lowered = [call('toLower', [left], left.text), call('toLower', [right], right.text)];
    const equal = call('equals', lowered, text);
    return operator === '=~' ? equal : call('not', [equal], text);
  }
  if (operator === '!=') return call('not', [call('equals', [left, right], text)], text);
  const name = OPERATORS[operator] ?? operator;
  // `a && b && c` is one call of three: long chains stay flat.
  const isFlat = operator === '&&' || operator === '||' || operator === '??';
  if (isFlat && left.kind === 'call' && left.written === name && syntax.left.kind === 'binary') {
    return call(name, [...left.arguments, right], text);
  }
  return call(name, [left, right], text);
}

function translateLoop(
  syntax: LoopSyntax,
  text: string,
  scope: Scope,
  translation: Translation,
): Expression {
  const over = translateExpression(syntax.over, scope, translation);
  const names = syntax.index === undefined ? [syntax.item] : [syntax.item, syntax.index];
  const inner = { ...scope, locals: withLambda(names, scope.locals, 'lambdaVariables') };
  const body = placedExpression(syntax.body, inner, translation);
  const index = syntax.index === undefined ? undefined : localName(syntax.index);
  return { kind: 'loop', over, item: localName(syntax.item), index, body, text };
}

function translateLambda(
  syntax: LambdaSyntax,
  text: string,
  scope: Scope,
  translation: Translation,
): Expression {
  const inner = {
    ...scope,
    locals: withLambda(syntax.parameters, scope.locals, 'lambdaVariables'),
  };
  const body = placedExpression(syntax.body, inner, translation);
  return call('lambda', [...syntax.parameters.map(parameterText), body], text);
}

function parameterText(name: string): Expression {
  return textExpression(localName(name));
}

function translateName(
  syntax: Syntax & { kind: 'name' | 'nested' },
  scope: Scope,
  translation: Translation,
): Expression {
  const resource = resourceAt(syntax, scope, translation);
  if (resource !== undefined) return resourceValue(resource, syntax, scope, translation);
  const found = lookUp(syntax.name, scope, translation);
  if (found === undefined || syntax.kind === 'nested') {
    return unknownName(syntax.name, syntax, scope, translation);
  }
  return foundExpression(found, syntax, scope, translation);
}

/** The expression of something declared: in this file, or in the one it is imported from. */
export function foundExpression(
  found: Found,
  syntax: Syntax,
  scope: Scope,
  translation: Translation,
): Expression {
  if (found.kind === 'local') return found.expression;
  if (found.kind === 'not-at-hand') return notAtHand(found.path, syntax, scope, translation);
  return symbolExpression(found.symbol, found.unit, syntax, scope, translation);
}

function symbolExpression(
  symbol: BicepSymbol,
  unit: Unit,
  syntax: Syntax,
  scope: Scope,
  translation: Translation,
): Expression {
  const text = textIn(scope.unit, syntax);
  switch (symbol.kind) {
    case 'parameter':
      if (unit.isParameterFile) return declareVariable(symbol, unit, text, translation);
      if (unit !== translation.root) {
        // Its own file may be given a value for it; this one is not.
        const missing = `a value for parameter ${symbol.name} of ${unit.path}`;
        return unknownExpression(scope.unit, syntax, 'missing-parameter', missing);
      }
      return call('parameters', [textExpression(symbol.name)], text);
    case 'variable':
      return declareVariable(symbol, unit, text, translation);
    case 'broken':
      return unknownExpression(
        scope.unit,
        syntax,
        'malformed',
        `a declaration of ${symbol.name} that can be read`,
      );
    default: {
      const what = symbol.kind === 'type' ? 'a type' : `a ${symbol.kind}`;
      const hint = 'parameters, variables and properties of resources are values';
      const message = `\`${text}\` is ${what}, not a value`;
      problem(translation, scope.unit, 'bicep/not-understood', message, syntax.start, hint);
      return unknownExpression(scope.unit, syntax, 'malformed', 'a value');
    }
  }
}

export function notAtHand(
  path: string,
  syntax: Syntax,
  scope: Scope,
  translation: Translation,
): Expression {
  const message = `\`${path}\` is not at hand; what it declares is unknown`;
  const hint = 'it must lie in the folder that is read';
  problem(translation, scope.unit, 'bicep/file-not-read', message, syntax.start, hint, 'warning');
  return unknownExpression(scope.unit, syntax, 'external-link', `the file ${path}`);
}

function unknownName(
  name: string,
  syntax: Syntax,
  scope: Scope,
  translation: Translation,
): Expression {
  const message = `nothing here is called \`${name}\``;
  const hint = 'names are told apart by case; declare it with `param` or `var`';
  problem(translation, scope.unit, 'bicep/unknown-name', message, syntax.start, hint);
  return unknownExpression(scope.unit, syntax, 'malformed', `a declaration of ${name}`);
}

/** `of.name`: of a resource or module, of a file imported as a whole, of a value. */
function translateMemberAccess(
  syntax: MemberSyntax,
  text: string,
  scope: Scope,
  translation: Translation,
): Expression {
  const accessed = accessResource(syntax, text, scope, translation);
  if (accessed !== undefined) return accessed;
  if (syntax.of.kind === 'name') {
    const found = lookUp(syntax.of.name, scope, translation);
    if (found?.kind === 'symbol' && found.symbol.kind === 'namespace') {
      const path = pathFrom(found.unit, found.symbol.statement.from.value);
      const unit = unitAt(path, translation);
      if (unit === undefined) return notAtHand(path, syntax, scope, translation);
      const inner = lookUpIn(unit, syntax.name, translation);
      if (inner === undefined) return unknownName(syntax.name, syntax, scope, translation);
      return foundExpression(inner, syntax, scope, translation);
    }
  }
  const of = translateExpression(syntax.of, scope, translation);
  const chain = safeChain(syntax.of, of, scope);
  const step = textExpression(syntax.name);
  if (chain !== undefined) return call('tryGet', [...chain, step], text);
  return syntax.isSafe ? call('tryGet', [of, step], text) : property(of, syntax.name, text);
}

function translateIndex(
  syntax: IndexSyntax,
  text: string,
  scope: Scope,
  translation: Translation,
): Expression {
  const resource = resourceAt(syntax, scope, translation);
  if (resource !== undefined) return resourceValue(resource, syntax, scope, translation);
  const of = translateExpression(syntax.of, scope, translation);
  const index = translateExpression(syntax.index, scope, translation);
  if (syntax.isFromEnd) {
    return call(syntax.isSafe ? 'tryIndexFromEnd' : 'indexFromEnd', [of, index], text);
  }
  const chain = safeChain(syntax.of, of, scope);
  if (chain !== undefined) return call('tryGet', [...chain, index], text);
  return syntax.isSafe ? call('tryGet', [of, index], text) : { kind: 'index', of, index, text };
}

/** Behind `.?` the whole rest of a chain may be missing: `a.?b.c` is `tryGet(a, 'b', 'c')`. Parentheses end it. */
function safeChain(
  of: Syntax,
  translated: Expression,
  scope: Scope,
): readonly Expression[] | undefined {
  if (of.kind !== 'member' && of.kind !== 'index') return undefined;
  if (scope.unit.document.text[of.start] === '(') return undefined;
  const isChain = translated.kind === 'call' && translated.name === 'tryget';
  return isChain ? translated.arguments : undefined;
}

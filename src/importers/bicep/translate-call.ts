import type { Expression } from '../arm-template/expression.ts';
import { isLoadFunction, loadContent } from './load-content.ts';
import type { CallSyntax, FunctionStatement, Syntax } from './syntax.ts';
import { call, localName, notAtHand, textExpression, withLambda } from './translate-expression.ts';
import { idOf, resourceAt } from './translate-reference.ts';
import { memberOf, objectOfMembers, placedExpression, translateValue } from './translate-value.ts';
import {
  type Found,
  lookUp,
  lookUpIn,
  pathFrom,
  problem,
  type Scope,
  type Translation,
  unitAt,
  unknownExpression,
} from './translation.ts';
import { placeIn, textIn, type Unit } from './unit.ts';

/** Namespace of a person's own functions within the template: none of them hides one of Azure's. */
const OWN = '__bicep';

/** `name(…)`, `az.name(…)`, `shared.name(…)`, `resource.listKeys()`. */
export function translateCall(
  syntax: CallSyntax,
  scope: Scope,
  translation: Translation,
): Expression {
  const text = textIn(scope.unit, syntax);
  const list = () => syntax.arguments.map((item) => argument(item, scope, translation));
  if (syntax.of !== undefined) {
    const resource = resourceAt(syntax.of, scope, translation);
    if (resource !== undefined) {
      // ARM-10: `list*` and `getSecret` give what nobody may see.
      const name = /^list[a-z]*$/i.test(syntax.name) ? syntax.name.toLowerCase() : 'listsecret';
      const written = text.replace(/\(.*$/s, '');
      return { kind: 'call', name, written, arguments: [idOf(resource, text)], text };
    }
    const own = ownFunctionOf(syntax, scope, translation);
    if (own === 'not-one') return refuse(syntax, scope, translation);
    if (own !== undefined) return callFound(own, syntax, scope, translation);
  } else {
    const found = lookUp(syntax.name, scope, translation);
    const isOwn = found?.kind === 'not-at-hand' || isFunction(found);
    if (found !== undefined && isOwn) return callFound(found, syntax, scope, translation);
  }
  if (isLoadFunction(syntax.name)) return loadContent(syntax, scope, translation);
  switch (syntax.name) {
    case 'any':
      return list()[0] ?? call('null', [], text);
    case 'nameof':
      return textExpression(/[A-Za-z_]\w*(?=\W*$)/.exec(text.slice(0, -1))?.[0] ?? '');
    case 'getSecret':
      return unknownExpression(scope.unit, syntax, 'secret', 'a secret of a Key Vault');
    case 'readEnvironmentVariable': {
      const [name] = syntax.arguments;
      const missing = `the environment variable ${name?.kind === 'text' ? name.value : 'it names'}`;
      return unknownExpression(scope.unit, syntax, 'missing-parameter', missing);
    }
    case 'externalInput':
      return unknownExpression(
        scope.unit,
        syntax,
        'missing-parameter',
        'an input of the deployment',
      );
    default:
      return call(syntax.name, list(), text);
  }
}

/** Texts and numbers as they are, which some functions insist on; everything else in its place. */
function argument(syntax: Syntax, scope: Scope, translation: Translation): Expression {
  if (syntax.kind === 'text') {
    return { kind: 'text', value: syntax.value, text: textIn(scope.unit, syntax) };
  }
  return placedExpression(syntax, scope, translation);
}

function isFunction(found: Found | undefined): found is Found & { kind: 'symbol' } {
  return (
    found?.kind === 'symbol' && (found.symbol.kind === 'function' || found.symbol.kind === 'broken')
  );
}

/** What a call behind a dot calls; `undefined` for a function of Azure under its full name. */
function ownFunctionOf(
  syntax: CallSyntax,
  scope: Scope,
  translation: Translation,
): Found | undefined | 'not-one' {
  if (syntax.of?.kind !== 'name') return 'not-one';
  const found = lookUp(syntax.of.name, scope, translation);
  if (found === undefined) return /^(?:az|sys)$/.test(syntax.of.name) ? undefined : 'not-one';
  if (found.kind !== 'symbol' || found.symbol.kind !== 'namespace') return 'not-one';
  const path = pathFrom(found.unit, found.symbol.statement.from.value);
  const unit = unitAt(path, translation);
  if (unit === undefined) return { kind: 'not-at-hand', path };
  const inner = lookUpIn(unit, syntax.name, translation);
  return inner === undefined || (inner.kind === 'symbol' && !isFunction(inner)) ? 'not-one' : inner;
}

function callFound(
  found: Found,
  syntax: CallSyntax,
  scope: Scope,
  translation: Translation,
): Expression {
  if (found.kind === 'not-at-hand') return notAtHand(found.path, syntax, scope, translation);
  if (found.kind !== 'symbol' || found.symbol.kind !== 'function') {
    const missing = `a declaration of ${syntax.name} that can be read`;
    return unknownExpression(scope.unit, syntax, 'malformed', missing);
  }
  const name = declareFunction(found.symbol, found.unit, translation);
  const list = syntax.arguments.map((item) => argument(item, scope, translation));
  const text = textIn(scope.unit, syntax);
  return { kind: 'call', name, written: syntax.name, arguments: list, text };
}

/** Puts a function into the template, once; the name it has there. */
export function declareFunction(
  statement: FunctionStatement,
  unit: Unit,
  translation: Translation,
): string {
  const name = `${unit.prefix}${statement.name}`;
  const key = name.toLowerCase();
  const { functions, waiting } = translation;
  if (!functions.has(key)) {
    const at = placeIn(unit, statement.nameStart);
    functions.set(key, { name, value: { kind: 'null', at }, at });
    waiting.push(() => {
      const locals = withLambda(statement.parameters, undefined, 'parameters');
      const inner = { unit, owner: undefined, locals };
      const output = translateValue(statement.body, inner, translation);
      const parameters = statement.parameters.map((parameter) =>
        objectOfMembers(at, [
          memberOf('name', { kind: 'string', value: localName(parameter), at }),
        ]),
      );
      const value = objectOfMembers(at, [
        memberOf('parameters', { kind: 'array', items: parameters, at }),
        memberOf('output', objectOfMembers(at, [memberOf('value', output)])),
      ]);
      functions.set(key, { name, value, at });
    });
  }
  return `${OWN}.${key}`;
}

/** All functions as the template holds them. */
export function functionsOf(translation: Translation) {
  const at = placeIn(translation.root, 0);
  const members = objectOfMembers(at, [...translation.functions.values()]);
  const group = objectOfMembers(at, [
    memberOf('namespace', { kind: 'string', value: OWN, at }),
    memberOf('members', members),
  ]);
  return { kind: 'array' as const, items: [group], at };
}

function refuse(syntax: CallSyntax, scope: Scope, translation: Translation): Expression {
  const message = `\`${syntax.name}\` cannot be called here`;
  const hint = 'only resources and imported files have functions of their own';
  problem(translation, scope.unit, 'bicep/not-understood', message, syntax.nameStart, hint);
  return unknownExpression(scope.unit, syntax, 'malformed', 'a function that exists');
}

import { type Member, objectValue, type Value } from '../../values/index.ts';
import type { Expression } from '../arm-template/expression.ts';
import { isExpressionText } from '../arm-template/expression.ts';
import { expressionMember, expressionValue } from '../arm-template/written-expression.ts';
import type { ArraySyntax, ObjectEntry, ObjectSyntax, Syntax } from './syntax.ts';
import { call, translateExpression } from './translate-expression.ts';
import { problem, type Scope, type Translation } from './translation.ts';
import { placeIn, textIn } from './unit.ts';

/** Bicep to template JSON: literals stand for themselves, each in its place; anything else is an expression. */
export function translateValue(syntax: Syntax, scope: Scope, translation: Translation): Value {
  const at = placeIn(scope.unit, syntax.start);
  switch (syntax.kind) {
    case 'text':
      return { kind: 'string', value: escapeText(syntax.value), at };
    case 'number':
      return { kind: 'number', value: syntax.value, at };
    case 'boolean':
      return { kind: 'boolean', value: syntax.value, at };
    case 'null':
      return { kind: 'null', at };
    case 'object':
      return translateObject(syntax, scope, translation);
    case 'array':
      return translateArray(syntax, scope, translation);
    case 'unary':
      if (syntax.operator === '-' && syntax.operand.kind === 'number') {
        return { kind: 'number', value: -syntax.operand.value, at };
      }
  }
  return expressionValue(translateExpression(syntax, scope, translation), at);
}

/** The same in the middle of an expression. */
export function placedExpression(
  syntax: Syntax,
  scope: Scope,
  translation: Translation,
): Expression {
  const isLiteral =
    syntax.kind === 'text' ||
    syntax.kind === 'number' ||
    syntax.kind === 'boolean' ||
    syntax.kind === 'null' ||
    syntax.kind === 'object' ||
    syntax.kind === 'array';
  if (!isLiteral) return translateExpression(syntax, scope, translation);
  const text = textIn(scope.unit, syntax);
  return { kind: 'value', value: translateValue(syntax, scope, translation), text };
}

/** ARM-02: a text in brackets would be taken for an expression. */
export function escapeText(text: string): string {
  return text.startsWith('[') && text.endsWith(']') ? `[${text}` : text;
}

/** An object, or the merge of its parts where another one is spread into it: the later part wins. */
function translateObject(syntax: ObjectSyntax, scope: Scope, translation: Translation): Value {
  const { unit } = scope;
  const at = placeIn(unit, syntax.start);
  if (syntax.resources.length > 0 && scope.owner === undefined) {
    const message = 'a resource is declared inside something that is no resource';
    const hint = 'move it into the body of a resource, or to the file';
    problem(translation, unit, 'bicep/not-understood', message, syntax.resources[0]!.start, hint);
  }
  if (!syntax.entries.some((entry) => entry.kind === 'spread')) {
    return objectOf(syntax.entries, syntax, scope, translation);
  }
  const parts: Value[] = [];
  let run: ObjectEntry[] = [];
  const close = () => {
    if (run.length > 0) parts.push(objectOf(run, syntax, scope, translation));
    run = [];
  };
  for (const entry of syntax.entries) {
    if (entry.kind === 'property') run.push(entry);
    else {
      close();
      parts.push(translateValue(entry.value, scope, translation));
    }
  }
  close();
  const text = textIn(unit, syntax);
  const list: Value = { kind: 'array', items: parts, at };
  return expressionValue(call('shallowMerge', [{ kind: 'value', value: list, text }], text), at);
}

function objectOf(
  entries: readonly ObjectEntry[],
  syntax: ObjectSyntax,
  scope: Scope,
  translation: Translation,
): Value {
  const members = new Map<string, Member>();
  for (const entry of entries) {
    if (entry.kind === 'spread') continue;
    const [key, made] = translateMember(entry, scope, translation);
    if (members.has(key)) {
      const message = `the property \`${made.name}\` is written twice`;
      const hint = 'the last one counts here; Bicep refuses it';
      const { start } = entry.key;
      problem(translation, scope.unit, 'bicep/defined-twice', message, start, hint);
    }
    members.set(key, made);
  }
  return { kind: 'object', members, at: placeIn(scope.unit, syntax.start) };
}

function translateMember(
  { key, value }: ObjectEntry & { kind: 'property' },
  scope: Scope,
  translation: Translation,
): readonly [string, Member] {
  const at = placeIn(scope.unit, key.start);
  const made = translateValue(value, scope, translation);
  if (key.kind === 'text' && !isExpressionText(key.value)) {
    return [key.value.toLowerCase(), { name: key.value, value: made, at }];
  }
  return expressionMember(translateExpression(key, scope, translation), made, at);
}

/** An array, or the arrays spread into it one after the other. */
function translateArray(syntax: ArraySyntax, scope: Scope, translation: Translation): Value {
  const at = placeIn(scope.unit, syntax.start);
  if (!syntax.items.some((item) => item.kind === 'spread')) {
    const items = syntax.items.map((item) => translateValue(item.value, scope, translation));
    return { kind: 'array', items, at };
  }
  const parts = syntax.items.map((item): Value => {
    const value = translateValue(item.value, scope, translation);
    return item.kind === 'spread' ? value : { kind: 'array', items: [value], at: value.at };
  });
  const text = textIn(scope.unit, syntax);
  const list: Value = { kind: 'array', items: parts, at };
  return expressionValue(call('flatten', [{ kind: 'value', value: list, text }], text), at);
}

export function memberOf(name: string, value: Value): Member {
  return { name, value, at: value.at };
}

export function objectOfMembers(at: Value['at'], members: readonly Member[]): Value {
  return objectValue(at, members);
}

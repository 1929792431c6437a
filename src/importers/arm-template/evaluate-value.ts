import type { Place } from '../../diagnostics/index.ts';
import type { Member, ObjectValue, StringValue, Value } from '../../values/index.ts';
import { descend, sizeOf, spend } from './budget.ts';
import { expandPropertyCopy, propertyCopiesOf } from './copy-loop.ts';
import { evaluate, evaluateText } from './evaluate-expression.ts';
import { type Expression, isExpressionText, unescapeLiteral } from './expression.ts';
import { isPlaceholderText } from './placeholder-text.ts';
import { type Context, report } from './run.ts';
import { tokenOf, unknownAt } from './unknowns.ts';
import { writtenExpression, writtenName } from './written-expression.ts';

/**
 * Evaluates every expression inside a piece of template JSON. Literals keep their place; property loops become
 * arrays; placeholders become unknown. Parts without any of these are returned as they are, not copied.
 */
export function evaluateValue(value: Value, context: Context): Value {
  switch (value.kind) {
    case 'string':
      return evaluateString(value, context);
    case 'array':
    case 'object': {
      const { run } = context.frame;
      const children = value.kind === 'array' ? value.items.length : value.members.size;
      if (!spend(run, 1 + children, value.at) || !descend(run, 1, value.at)) {
        return unknownAt(value.at, 'unsupported', '', 'a template within the limits');
      }
      const result =
        value.kind === 'array' ? evaluateItems(value, context) : evaluateMembers(value, context);
      run.depth -= 1;
      return result;
    }
    default:
      return context.via.length === 0 ? value : { ...value, at: placeThrough(value.at, context) };
  }
}

export function placeThrough(at: Place, context: Context): Place {
  return context.via.length === 0 ? at : { ...at, via: context.via };
}

function evaluateString(value: StringValue, context: Context): Value {
  const at = placeThrough(value.at, context);
  const written = writtenExpression(value);
  const isText = isExpressionText(value.value) && context.isLiteral !== true;
  if (written !== undefined || isText) {
    const inner = { ...context, at };
    const result =
      written === undefined
        ? evaluateText(value.value.slice(1, -1), inner)
        : evaluate(written, inner);
    const { run } = context.frame;
    // What follows walks the body as if it were written out, so what is shared is paid for each time.
    if (spend(run, sizeOf(run, result).nodes, at)) return result;
    return unknownAt(at, 'unsupported', value.value, 'a template within the limits');
  }
  const text = context.isLiteral === true ? value.value : unescapeLiteral(value.value);
  // Carried out, a text is what it says.
  const isRead = context.frame.run.options.runtime === undefined;
  if (isRead && isPlaceholderText(text)) return placeholder(text, at, context);
  if (text === value.value && at === value.at) return value;
  return { kind: 'string', value: text, at };
}

function evaluateItems(value: Value & { kind: 'array' }, context: Context): Value {
  let changed = context.via.length > 0;
  const items: Value[] = [];
  for (const item of value.items) {
    const evaluated = evaluateValue(item, context);
    if (evaluated !== item) changed = true;
    items.push(evaluated);
  }
  return changed ? { kind: 'array', items, at: placeThrough(value.at, context) } : value;
}

function evaluateMembers(value: ObjectValue, context: Context): Value {
  const copies = context.isLiteral === true ? undefined : propertyCopiesOf(value);
  let changed = context.via.length > 0 || copies !== undefined;
  const members = new Map<string, Member>();
  for (const [key, entry] of value.members) {
    if (key === 'copy' && copies !== undefined) {
      for (const made of expandPropertyCopy(copies, context, 'property', evaluateValue)) {
        members.set(made.name.toLowerCase(), made);
      }
      continue;
    }
    const written = writtenName(entry);
    const isText = isExpressionText(entry.name) && context.isLiteral !== true;
    const isComputed = written !== undefined || isText;
    const name = isComputed ? memberName(entry, written, context) : entry.name;
    const evaluated = evaluateValue(entry.value, context);
    if (evaluated === entry.value && name === entry.name) {
      members.set(key, entry);
      continue;
    }
    changed = true;
    members.set(name === entry.name ? key : name.toLowerCase(), {
      name,
      value: evaluated,
      at: entry.at,
    });
  }
  return changed ? { kind: 'object', members, at: placeThrough(value.at, context) } : value;
}

/** A key may be an expression. One that is unknown is named by a token: the member is there all the same. */
function memberName(entry: Member, written: Expression | undefined, context: Context): string {
  const inner = { ...context, at: placeThrough(entry.at, context) };
  const value =
    written === undefined ? evaluateText(entry.name.slice(1, -1), inner) : evaluate(written, inner);
  if (value.kind === 'string') return value.value;
  if (value.kind === 'number' || value.kind === 'boolean') return String(value.value);
  return value.kind === 'unknown' ? tokenOf(value) : entry.name;
}

function placeholder(text: string, at: Place, context: Context): Value {
  const { parameter, frame } = context;
  const missing =
    parameter === undefined
      ? `a real value instead of the placeholder ${text}`
      : `a value for parameter ${parameter} (${text} is a placeholder)`;
  report(
    frame.run,
    'arm/placeholder',
    'warning',
    parameter === undefined
      ? `\`${text}\` is a placeholder; its value is unknown`
      : `the value of parameter \`${parameter}\` holds the placeholder \`${text}\`; it is unknown`,
    at,
    parameter === undefined
      ? 'write the real value in its place'
      : `pass --parameters FILE or --param ${parameter}=value`,
  );
  return unknownAt(at, 'placeholder', text, missing);
}

import type { Unknown } from '../../../../values/index.ts';
import { textSymbol } from '../../../arm-template/unknowns.ts';
import type { TemplateExpression, TemplatePart } from '../syntax/syntax-tree.ts';
import { booleanOf, textOf } from '../values/convert.ts';
import { type HclValue, kindOf, textValue } from '../values/hcl-value.ts';
import { Refusal } from '../values/refusal.ts';
import { TEXT_LENGTH_MAX } from './budget.ts';
import { roundsOf } from './comprehension.ts';
import { evaluate } from './evaluate.ts';
import { placeIn, type Scope } from './run.ts';
import { undecided } from './unknowns.ts';

/** A text with values in it. One unknown makes it unknown; its symbol keeps what is known. @throws Refusal, Undecided */
export function evaluateTemplate(expression: TemplateExpression, scope: Scope): HclValue {
  const parts: (string | Unknown)[] = [];
  write(expression.parts, scope, parts);
  const cause = parts.find((part) => typeof part !== 'string');
  if (cause === undefined || typeof cause === 'string') {
    return textValue(parts.join(''), placeIn(scope, expression.start));
  }
  return undecided(cause, expression, scope, textSymbol(parts));
}

function write(
  parts: readonly TemplatePart[],
  scope: Scope,
  result: (string | Unknown)[],
  length = { total: 0 },
): void {
  for (const part of parts) {
    switch (part.kind) {
      case 'text':
        push(result, part.value, length);
        break;
      case 'value': {
        const value = evaluate(part.of, scope);
        if (value.kind === 'unknown') result.push(value);
        else if (value.kind === 'null' || value.kind === 'sequence' || value.kind === 'mapping') {
          throw new Refusal(`${kindOf(value)} cannot stand in a text`);
        } else push(result, textOf(value), length);
        break;
      }
      case 'if':
        write(
          booleanOf(evaluate(part.condition, scope)) ? part.whenTrue : part.whenFalse,
          scope,
          result,
          length,
        );
        break;
      case 'for':
        for (const round of roundsOf(part, part.of, scope)) {
          write(part.each, round, result, length);
        }
        break;
    }
  }
}

function push(result: (string | Unknown)[], text: string, length: { total: number }): void {
  length.total += text.length;
  if (length.total > TEXT_LENGTH_MAX) {
    throw new Refusal(`the text would be longer than ${TEXT_LENGTH_MAX} characters`);
  }
  result.push(text);
}

import { member, type Value } from '../../values/index.ts';
import { clip } from './call.ts';
import { expandArray, loopName, propertyCopiesOf } from './copy-loop.ts';
import { evaluateValue } from './evaluate-value.ts';
import { cycle } from './parameters.ts';
import { type Context, type Frame, report, settle, slotOf } from './run.ts';
import { unknownAt } from './unknowns.ts';

/** Declares the variables of a template, those of `variables.copy` included. Each is worked out on first use. */
export function declareVariables(frame: Frame, contextOf: (variable: string) => Context): void {
  const variables = member(frame.template, 'variables');
  if (variables?.kind !== 'object') return;
  const loops = propertyCopiesOf(variables);
  for (const loop of loops ?? []) {
    const base = contextOf('copy');
    const name = loopName(loop, { ...base, via: frame.via }, evaluateValue);
    const evaluate = () => expandArray(loop, name, contextOf(name), 'variable', evaluateValue);
    frame.variables.set(name.toLowerCase(), slotOf(evaluate));
  }
  for (const [key, entry] of variables.members) {
    if (key === 'copy' && loops !== undefined) continue;
    const evaluate = () => evaluateValue(entry.value, contextOf(entry.name));
    frame.variables.set(key, slotOf(evaluate));
  }
}

/** The value of `variables('name')`. */
export function variableValue(name: string, text: string, context: Context): Value {
  const slot = context.frame.variables.get(name.toLowerCase());
  if (slot !== undefined) return settle(slot, () => cycle(`variable \`${name}\``, text, context));
  const message = `there is no variable \`${clip(name)}\``;
  report(context.frame.run, 'arm/unknown-name', 'error', message, context.at);
  return unknownAt(context.at, 'malformed', text, `a declaration of variable ${name}`);
}

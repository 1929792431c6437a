import { through } from '../../diagnostics/index.ts';
import { itemsOf, member, stringOf, type Value } from '../../values/index.ts';
import { type Call, failure } from './call.ts';
import { evaluateValue } from './evaluate-value.ts';
import type { Frame, UserFunction } from './run.ts';

/** Declares the `functions` of a template: `namespace.name`, each with its parameters and one output. */
export function declareFunctions(frame: Frame): void {
  for (const group of itemsOf(member(frame.template, 'functions'))) {
    const namespace = stringOf(member(group, 'namespace'));
    const members = member(group, 'members');
    if (namespace === undefined || members?.kind !== 'object') continue;
    for (const [key, entry] of members.members) {
      const parameters = itemsOf(member(entry.value, 'parameters'));
      frame.functions.set(`${namespace.toLowerCase()}.${key}`, {
        written: `${namespace}.${entry.name}`,
        parameters: parameters.map((parameter) => stringOf(member(parameter, 'name')) ?? ''),
        output: member(member(entry.value, 'output'), 'value'),
      });
    }
  }
}

/** Calls a user function: inside it, `parameters` are its own. */
export function callUserFunction(definition: UserFunction, call: Call): Value {
  const list = call.expression.arguments.map((argument) => call.evaluate(argument));
  const { written, parameters, output } = definition;
  if (list.length !== parameters.length) {
    return failure(call, `\`${written}\` takes ${parameters.length} arguments, not ${list.length}`);
  }
  if (output === undefined) return failure(call, `\`${written}\` has no output`);
  const functionArguments = new Map<string, Value>();
  for (const [index, name] of parameters.entries()) {
    functionArguments.set(name.toLowerCase(), list[index]!);
  }
  return evaluateValue(output, {
    ...call.context,
    copy: undefined,
    lambda: undefined,
    functionArguments,
    via: through(call.context.via, `function ${written}`),
  });
}

import { sourceText } from '../../../diagnostics/index.ts';
import type { Value } from '../../../values/index.ts';
import { parseJson } from '../../json/index.ts';
import { spend } from '../budget.ts';
import {
  booleanResult,
  type Call,
  type FunctionTable,
  failure,
  kindOf,
  lazy,
  nullResult,
  numberResult,
  plain,
} from '../call.ts';
import { currentLoop, loopNamed } from '../copy-loop.ts';
import { parameterValue } from '../parameters.ts';
import { callSymbol, derivedUnknown } from '../unknowns.ts';
import { variableValue } from '../variables.ts';
import { lambdaVariable } from './lambdas.ts';

/** `parameters`, `variables`, `copyIndex`, `lambdaVariables`, `json`, the constants, `fail`. */
export const VALUE_FUNCTIONS: FunctionTable = {
  parameters: plain(1, 1, ([name], call) => {
    if (name?.kind !== 'string') return failure(call, 'the name of a parameter is text');
    const { functionArguments } = call.context;
    if (functionArguments === undefined) {
      return parameterValue(name.value, call.expression.text, call.context);
    }
    const argument = functionArguments.get(name.value.toLowerCase());
    return argument ?? failure(call, `the function has no parameter \`${name.value}\``);
  }),
  variables: plain(1, 1, ([name], call) =>
    name?.kind === 'string'
      ? variableValue(name.value, call.expression.text, call.context)
      : failure(call, 'the name of a variable is text'),
  ),
  copyindex: plain(0, 2, (list, call) => {
    const [first, second] = list;
    const offset = first?.kind === 'number' ? first : second;
    const loop =
      first?.kind === 'string'
        ? loopNamed(call.context.copy, first.value)
        : currentLoop(call.context.copy);
    if (loop === undefined) return failure(call, 'there is no such loop around it');
    if (offset !== undefined && offset.kind !== 'number') {
      return failure(call, 'the offset is a number');
    }
    const { index } = loop;
    if (index.kind === 'number') return numberResult(call, index.value + (offset?.value ?? 0));
    if (index.kind !== 'unknown' || offset === undefined) return index;
    const symbol = callSymbol('copyindex', [index, offset]);
    return derivedUnknown(index, call.expression.text, call.context.at, symbol);
  }),
  lambdavariables: plain(1, 1, ([name], call) =>
    name?.kind === 'string'
      ? lambdaVariable(name.value, call)
      : failure(call, 'the name of a lambda variable is text'),
  ),
  json: plain(1, 1, ([text], call) =>
    text?.kind === 'string'
      ? jsonOf(text.value, call)
      : failure(call, `\`json\` takes text, not ${kindOf(text!)}`),
  ),
  null: plain(0, 0, (_, call) => nullResult(call)),
  true: plain(0, 0, (_, call) => booleanResult(call, true)),
  false: plain(0, 0, (_, call) => booleanResult(call, false)),
  fail: plain(1, 1, ([message], call) =>
    failure(call, message?.kind === 'string' ? message.value : 'the template refuses this value'),
  ),
  any: lazy(1, 1, (call) => call.evaluate(call.expression.arguments[0]!)),
};

/** Text that holds JSON, every part placed where the call stands. */
export function jsonOf(text: string, call: Call): Value {
  const { run } = call.context.frame;
  if (!spend(run, text.length >> 2, call.context.at)) return failure(call, 'it is too long');
  const { value, diagnostics } = parseJson(text, sourceText('', text));
  const problem = diagnostics.find((diagnostic) => diagnostic.severity === 'error');
  if (value === undefined || problem !== undefined) {
    return failure(call, `the text is not JSON: ${problem?.message ?? 'it is empty'}`);
  }
  return placeAll(value, call);
}

function placeAll(value: Value, call: Call): Value {
  const { at } = call.context;
  if (value.kind === 'array') {
    return { ...value, items: value.items.map((item) => placeAll(item, call)), at };
  }
  if (value.kind !== 'object') return { ...value, at };
  const members = new Map(
    [...value.members].map(([key, entry]) => [
      key,
      { name: entry.name, value: placeAll(entry.value, call), at },
    ]),
  );
  return { kind: 'object', members, at };
}

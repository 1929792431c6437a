import type { Value } from '../../../values/index.ts';
import { ANY_NUMBER, type Call, type FunctionTable, textResult, tolerant } from '../call.ts';
import { callSymbol, checksum, hasToken, unknownAt } from '../unknowns.ts';

/**
 * Names made by hashing, and moments. Equal arguments give equal results, which is all that topology needs: the
 * value is unknown, its symbol stands in for it. `newGuid` and `utcNow` differ at each deployment.
 */
export const GENERATED_FUNCTIONS: FunctionTable = {
  uniquestring: tolerant(1, ANY_NUMBER, (list, call) => hashed('uniqueString', list, call)),
  guid: tolerant(1, ANY_NUMBER, (list, call) => hashed('guid', list, call)),
  newguid: tolerant(
    0,
    0,
    (list, call) => atDeployment(list, call) ?? moment(call, 'a GUID made at deployment'),
  ),
  utcnow: tolerant(
    0,
    1,
    (list, call) => atDeployment(list, call) ?? moment(call, 'the time of the deployment'),
  ),
  datetimeadd: tolerant(2, 3, (list, call) => computed(list, call)),
  datetimefromepoch: tolerant(1, 1, (list, call) => computed(list, call)),
  datetimetoepoch: tolerant(1, 1, (list, call) => computed(list, call)),
};

function hashed(name: string, list: readonly Value[], call: Call): Value {
  const { context, expression } = call;
  const made = atDeployment(list, call);
  if (made !== undefined) return made;
  const rendered = callSymbol(name, list);
  // An argument without identity: two such calls are never taken for equal.
  const symbol = rendered === undefined ? undefined : `${name}:${checksum(rendered).slice(0, 8)}`;
  const missing = `the text that ${name} makes at deployment`;
  return unknownAt(context.at, 'generated-name', expression.text, missing, symbol);
}

/** The text itself, where the template is carried out and the arguments are known. */
function atDeployment(list: readonly Value[], call: Call): Value | undefined {
  const texts = list.flatMap((value) =>
    value.kind === 'string' || value.kind === 'number' || value.kind === 'boolean'
      ? [String(value.value)]
      : [],
  );
  if (texts.length < list.length || texts.some(hasToken)) return undefined;
  const made = call.context.frame.run.options.runtime?.generate(call.expression.name, texts);
  return made === undefined ? undefined : textResult(call, made);
}

function moment(call: Call, missing: string): Value {
  return unknownAt(call.context.at, 'generated-name', call.expression.text, missing);
}

function computed(list: readonly Value[], call: Call): Value {
  const symbol = callSymbol(call.expression.name, list);
  const missing = 'a moment, which no verdict depends on';
  return unknownAt(call.context.at, 'generated-name', call.expression.text, missing, symbol);
}

import { through } from '../../diagnostics/index.ts';
import { type Member, member, type ObjectValue, stringOf, type Value } from '../../values/index.ts';
import { expandArray } from './copy-loop.ts';
import { evaluateValue } from './evaluate-value.ts';
import { cycle } from './parameters.ts';
import { type Context, type Deployment, settle, slotOf } from './run.ts';
import { unknownAt } from './unknowns.ts';

/** `{type, value}` of one output of a deployment; `undefined` when the template declares no such output. */
export function outputValue(
  deployment: Deployment,
  name: string,
  text: string,
  context: Context,
): Value | undefined {
  const entry = declarationOf(deployment, name);
  if (entry?.value.kind !== 'object') return undefined;
  const declaration = entry.value;
  const key = name.toLowerCase();
  let slot = deployment.outputs.get(key);
  if (slot === undefined) {
    slot = slotOf(() => evaluateOutput(deployment, entry, declaration));
    deployment.outputs.set(key, slot);
  }
  const value = settle(slot, () => cycle(`output \`${entry.name}\``, text, context));
  const type = member(declaration, 'type');
  const members = new Map<string, Member>();
  if (type !== undefined) members.set('type', { name: 'type', value: type, at: entry.at });
  members.set('value', { name: 'value', value, at: entry.at });
  return { kind: 'object', members, at: context.at };
}

function evaluateOutput(deployment: Deployment, entry: Member, declaration: ObjectValue): Value {
  const context = {
    ...deployment.context,
    via: through(deployment.context.via, `output ${entry.name}`),
  };
  // ARM-10.
  if (/^secure/i.test(stringOf(member(declaration, 'type')) ?? '')) {
    return unknownAt(entry.at, 'secret', entry.name, `the secret output ${entry.name}`);
  }
  const copy = member(declaration, 'copy');
  if (copy?.kind === 'object')
    return expandArray(copy, entry.name, context, 'output', evaluateValue);
  const value = member(declaration, 'value');
  return value === undefined ? { kind: 'null', at: entry.at } : evaluateValue(value, context);
}

function declarationOf(deployment: Deployment, name: string): Member | undefined {
  const outputs = member(deployment.template, 'outputs');
  return outputs?.kind === 'object' ? outputs.members.get(name.toLowerCase()) : undefined;
}

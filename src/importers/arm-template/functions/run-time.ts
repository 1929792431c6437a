import type { Value } from '../../../values/index.ts';
import {
  ANY_NUMBER,
  arrayResult,
  type Call,
  type FunctionTable,
  failure,
  kindOf,
  objectResult,
  type TemplateFunction,
  textResult,
  tolerant,
} from '../call.ts';
import { liveFull, liveProperties } from '../live-reference.ts';
import { declaredBySymbol, referredTo } from '../lookup.ts';
import { callSymbol, derivedUnknown, unknownAt } from '../unknowns.ts';

/** ARM-10: what `list*` gives are keys and tokens. They are never seen, so there is nothing to print. */
export const LIST_FUNCTION: TemplateFunction = tolerant(1, ANY_NUMBER, (_, call) => {
  const { context, expression } = call;
  const missing = `the secret that ${expression.written} returns`;
  return unknownAt(context.at, 'secret', expression.text, missing);
});

/** Questions to the resources themselves, answered from the template where it says enough (iac-formats 2.4). */
export const RUN_TIME_FUNCTIONS: FunctionTable = {
  reference: tolerant(1, 3, ([target, , form], call) => {
    if (target!.kind === 'unknown') return unresolved(target!, call);
    if (target!.kind !== 'string') return failure(call, `${kindOf(target!)} names no resource`);
    const found = referredTo(target!.value, call.context);
    if (found === undefined) return failure(call, `\`${target!.value}\` names no resource`);
    const isFull = form?.kind === 'string' && form.value.toLowerCase() === 'full';
    return isFull
      ? liveFull(found, call.expression.text, call.context)
      : liveProperties(found, call.expression.text, call.context);
  }),
  references: tolerant(1, 3, ([target, form], call) => {
    if (target!.kind === 'unknown') return unresolved(target!, call);
    if (target!.kind !== 'string') return failure(call, `${kindOf(target!)} names no resource`);
    const found = declaredBySymbol(target!.value, call.context);
    if (found.length === 0 && !isDeclaredLoop(target!.value, call)) {
      return failure(call, `\`${target!.value}\` is no symbolic name`);
    }
    const isFull = form?.kind === 'string' && form.value.toLowerCase() === 'full';
    const one = isFull ? liveFull : liveProperties;
    return arrayResult(
      call,
      found.map((each) => one(each, call.expression.text, call.context)),
    );
  }),
  resourceinfo: tolerant(1, 1, ([target], call) => {
    if (target!.kind === 'unknown') return unresolved(target!, call);
    const found =
      target!.kind === 'string' ? referredTo(target!.value, call.context, 'identity') : undefined;
    if (found === undefined) return failure(call, 'it names no resource');
    return objectResult(call, [
      ['id', textResult(call, found.id)],
      ['name', textResult(call, found.fullName)],
      ['type', textResult(call, found.type)],
    ]);
  }),
  providers: tolerant(1, 2, atRunTime('which versions and zones a provider offers')),
  pickzones: tolerant(3, 5, atRunTime('which zones the region offers')),
  tologicalzone: tolerant(3, 3, atRunTime('how zones map in the subscription')),
  tologicalzones: tolerant(3, 3, atRunTime('how zones map in the subscription')),
  tophysicalzone: tolerant(3, 3, atRunTime('how zones map in the subscription')),
  tophysicalzones: tolerant(3, 3, atRunTime('how zones map in the subscription')),
};

function unresolved(target: Value & { kind: 'unknown' }, call: Call): Value {
  const symbol = callSymbol('reference', [target]);
  return derivedUnknown(target, call.expression.text, call.context.at, symbol);
}

/** A loop that ran zero times is declared all the same. */
function isDeclaredLoop(name: string, call: Call): boolean {
  const { template } = call.context.frame;
  const resources = template.members.get('resources')?.value;
  return resources?.kind === 'object' && resources.members.has(name.toLowerCase());
}

function atRunTime(missing: string) {
  return (list: readonly Value[], call: Call): Value => {
    const symbol = callSymbol(call.expression.name, list);
    return unknownAt(call.context.at, 'run-time', call.expression.text, missing, symbol);
  };
}

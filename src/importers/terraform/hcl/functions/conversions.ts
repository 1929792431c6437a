import { unknownAt } from '../../../arm-template/unknowns.ts';
import { ANY_NUMBER, type FunctionTable, lazy, plain, tolerant } from '../evaluate/hcl-function.ts';
import { writtenText } from '../evaluate/unknowns.ts';
import { toBoolean, toList, toMap, toNumber, toSet, toText } from '../values/convert.ts';
import { booleanValue, type HclValue, kindOf, placed, textValue } from '../values/hcl-value.ts';
import { Refusal, Undecided } from '../values/refusal.ts';

const conversion = (apply: (value: HclValue) => HclValue) =>
  plain(1, 1, ([value], call) => placed(apply(value!), call.at));

/** Conversions, and what asks whether an expression can be evaluated. */
export const TYPE_FUNCTIONS: FunctionTable = {
  tostring: conversion(toText),
  tonumber: conversion(toNumber),
  tobool: conversion(toBoolean),
  tolist: conversion(toList),
  toset: conversion(toSet),
  tomap: conversion(toMap),
  /** A value somebody declares to be secret is not looked at again. */
  sensitive: tolerant(1, 1, (_, call) =>
    unknownAt(call.at, 'secret', writtenText(call.expression, call.scope), 'a sensitive value'),
  ),
  nonsensitive: tolerant(1, 1, ([value], call) => placed(value!, call.at)),
  ephemeralasnull: tolerant(1, 1, ([value], call) => placed(value!, call.at)),
  issensitive: tolerant(1, 1, ([value], call) => {
    if (value?.kind === 'unknown' && value.reason !== 'secret') throw new Undecided(value);
    return booleanValue(value?.kind === 'unknown', call.at);
  }),
  /** The first argument that can be evaluated. */
  try: lazy(1, ANY_NUMBER, (list, call) => {
    const { run } = call.scope;
    for (const [index, one] of list.entries()) {
      const failures = run.failures;
      run.trying += 1;
      const value = call.evaluate(one);
      run.trying -= 1;
      const hasFailed = run.failures > failures;
      run.failures = failures;
      if (!hasFailed) return placed(value, call.at);
      if (index === list.length - 1) break;
    }
    throw new Refusal('no argument of `try` can be evaluated');
  }),
  can: lazy(1, 1, ([one], call) => {
    const { run } = call.scope;
    const failures = run.failures;
    run.trying += 1;
    const value = call.evaluate(one!);
    run.trying -= 1;
    const hasFailed = run.failures > failures;
    run.failures = failures;
    if (!hasFailed && value.kind === 'unknown') throw new Undecided(value);
    return booleanValue(!hasFailed, call.at);
  }),
  type: plain(1, 1, ([value], call) => textValue(kindOf(value!), call.at)),
};

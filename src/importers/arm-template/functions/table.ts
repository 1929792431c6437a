import type { FunctionTable, TemplateFunction } from '../call.ts';
import { CIDR_FUNCTIONS } from './cidr.ts';
import { COLLECTION_FUNCTIONS } from './collections.ts';
import { GENERATED_FUNCTIONS } from './generated.ts';
import { IDENTIFIER_FUNCTIONS } from './identifiers.ts';
import { LAMBDA_FUNCTIONS } from './lambdas.ts';
import { LOGIC_FUNCTIONS } from './logic.ts';
import { NUMBER_FUNCTIONS } from './numbers.ts';
import { LIST_FUNCTION, RUN_TIME_FUNCTIONS } from './run-time.ts';
import { SCOPE_FUNCTIONS } from './scopes.ts';
import { TEXT_FUNCTIONS } from './texts.ts';
import { VALUE_FUNCTIONS } from './values.ts';

/**
 * Every function by lower-cased name (ARM-01), in the groups of iac-formats 2.2. Put together on first use: the
 * groups and the evaluator import each other, and whichever is loaded first must find the other complete.
 */
function allFunctions(): FunctionTable {
  return {
    ...VALUE_FUNCTIONS,
    ...LOGIC_FUNCTIONS,
    ...TEXT_FUNCTIONS,
    ...COLLECTION_FUNCTIONS,
    ...LAMBDA_FUNCTIONS,
    ...NUMBER_FUNCTIONS,
    ...CIDR_FUNCTIONS,
    ...IDENTIFIER_FUNCTIONS,
    ...SCOPE_FUNCTIONS,
    ...RUN_TIME_FUNCTIONS,
    ...GENERATED_FUNCTIONS,
  };
}

let functions: FunctionTable | undefined;

/** @param name lower case. Every `list…` is a call to the resource itself, whatever follows the prefix. */
export function functionNamed(name: string): TemplateFunction | undefined {
  functions ??= allFunctions();
  if (Object.hasOwn(functions, name)) return functions[name];
  return /^list[a-z]*$/.test(name) ? LIST_FUNCTION : undefined;
}

import type { FunctionTable, HclFunction } from '../evaluate/hcl-function.ts';
import { CIDR_FUNCTIONS } from './cidr.ts';
import { COLLECTION_FUNCTIONS } from './collections.ts';
import { TYPE_FUNCTIONS } from './conversions.ts';
import { ENCODING_FUNCTIONS } from './encodings.ts';
import { FILE_FUNCTIONS } from './files.ts';
import { GENERATED_FUNCTIONS } from './generated.ts';
import { MAP_FUNCTIONS } from './maps.ts';
import { NUMBER_FUNCTIONS } from './numbers.ts';
import { REGEX_FUNCTIONS } from './regex.ts';
import { SET_FUNCTIONS } from './sets.ts';
import { TEXT_FUNCTIONS } from './texts.ts';

/** Put together on first use: the groups and the evaluator import each other. */
function allFunctions(): FunctionTable {
  return {
    ...NUMBER_FUNCTIONS,
    ...TEXT_FUNCTIONS,
    ...REGEX_FUNCTIONS,
    ...COLLECTION_FUNCTIONS,
    ...MAP_FUNCTIONS,
    ...SET_FUNCTIONS,
    ...TYPE_FUNCTIONS,
    ...ENCODING_FUNCTIONS,
    ...FILE_FUNCTIONS,
    ...CIDR_FUNCTIONS,
    ...GENERATED_FUNCTIONS,
  };
}

let functions: FunctionTable | undefined;

/** Names of functions are case-sensitive. */
export function functionNamed(name: string): HclFunction | undefined {
  functions ??= allFunctions();
  return Object.hasOwn(functions, name) ? functions[name] : undefined;
}

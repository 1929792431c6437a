import { type Place, through } from '../../../../diagnostics/index.ts';
import { unknownAt } from '../../../arm-template/unknowns.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { placeIn, type Run, report, type Scope } from '../evaluate/run.ts';
import type { HclFile } from '../syntax/parse-hcl.ts';
import { type HclUnknown, type HclValue, kindOf } from '../values/hcl-value.ts';
import { Refusal, Undecided } from '../values/refusal.ts';
import { argumentsOf, type Declaration } from './module-source.ts';
import { converted, typeConstraintOf } from './type-constraint.ts';

/** A value for a variable, from whoever gives one. */
export type Input = () => HclValue;

/**
 * What `var.name` is: the value given, or the default, as its type has it. A sensitive one is not looked at.
 * @param address of the module, empty for the root
 */
export function variableValue(
  declared: Declaration,
  address: string,
  input: Input | undefined,
  run: Run,
  via: readonly string[],
): HclValue {
  const { name, file, start } = declared;
  const written = argumentsOf(declared);
  const scope = (of: HclFile): Scope => ({
    run,
    file: of,
    names: undefined,
    local: undefined,
    via: through(via, `variable ${name}`),
  });
  const at = placeIn(scope(file), start);
  const text = `var.${name}`;
  const symbol = `terraform-variable:${file.source.file}:${address}:${name}`;
  const evaluated = (argument: string) => {
    const found = written.get(argument);
    return found === undefined ? undefined : evaluate(found.expression, scope(found.file));
  };
  const isSensitive = evaluated('sensitive');
  if (isSensitive?.kind === 'boolean' && isSensitive.value) {
    return unknownAt(at, 'secret', text, `the sensitive variable ${name}`, symbol);
  }
  let value = input?.() ?? evaluated('default');
  const nullable = evaluated('nullable');
  const isNullable = !(nullable?.kind === 'boolean' && !nullable.value);
  if (value?.kind === 'null' && !isNullable) value = evaluated('default') ?? value;
  if (value === undefined) {
    sayMissing(run, name, address, at);
    const missing = `a value for variable ${name}${address === '' ? '' : ` of ${address}`}`;
    return unknownAt(at, 'missing-parameter', text, missing, symbol);
  }
  const type = typeConstraintOf(written.get('type')?.expression);
  try {
    return converted(value, type, (fallback) => evaluate(fallback, scope(file)));
  } catch (error) {
    return notOfType(error, value, name, text, run);
  }
}

function sayMissing(run: Run, name: string, address: string, at: Place): void {
  if (address === '') {
    const message = `variable \`${name}\` has no value and no default; it is unknown`;
    const hint = `give it with --param ${name}=…, or in terraform.tfvars`;
    report(run, 'terraform/variable-missing', 'warning', message, at, hint);
  } else {
    const message = `\`${address}\` gives no value for variable \`${name}\`, which has no default`;
    report(run, 'terraform/variable-missing', 'error', message, at);
  }
}

/** The value itself is not shown: it may be a secret that nobody declared to be one. */
function notOfType(
  error: unknown,
  value: HclValue,
  name: string,
  text: string,
  run: Run,
): HclUnknown {
  if (error instanceof Undecided) {
    const { reason, missing } = error.cause_;
    return unknownAt(value.at, reason, text, missing);
  }
  if (!(error instanceof Refusal)) throw error;
  const message = `${kindOf(value)} does not fit the type of variable \`${name}\`: ${error.message}`;
  report(run, 'terraform/variable-invalid', 'error', message, value.at);
  return unknownAt(value.at, 'malformed', text, `a value of its type for variable ${name}`);
}

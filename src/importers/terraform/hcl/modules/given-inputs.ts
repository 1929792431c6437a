import { type Place, placeless } from '../../../../diagnostics/index.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { placeIn, type Run, report, type Scope } from '../evaluate/run.ts';
import { SyntaxProblem } from '../syntax/cursor.ts';
import { type HclFile, parseWholeExpression } from '../syntax/parse-hcl.ts';
import { type HclValue, textValue } from '../values/hcl-value.ts';
import { argumentsOf, type ModuleSource } from './module-source.ts';
import { typeConstraintOf } from './type-constraint.ts';
import type { Input } from './variables.ts';

/** Values of the root module's variables: of files in order, then by name. */
export function givenInputs(
  root: ModuleSource,
  files: readonly HclFile[],
  parameters: Readonly<Record<string, string>>,
  run: Run,
): ReadonlyMap<string, Input> {
  const inputs = new Map<string, Input>();
  for (const file of files) {
    const scope: Scope = { run, file, names: undefined, local: undefined, via: [] };
    for (const { name, value, start } of file.body.attributes) {
      if (root.variables.has(name)) inputs.set(name, () => evaluate(value, scope));
      else {
        const message = `there is no variable \`${name}\``;
        report(run, 'terraform/variable-unused', 'warning', message, placeIn(scope, start));
      }
    }
  }
  for (const [name, text] of Object.entries(parameters)) {
    if (root.variables.has(name)) inputs.set(name, () => parameterValue(root, name, text, run));
  }
  return inputs;
}

/** As `-var name=value`: text where the variable is of a simple type or none, an expression else. */
function parameterValue(root: ModuleSource, name: string, text: string, run: Run): HclValue {
  const at: Place = placeless(`parameter ${name}`);
  const declared = root.variables.get(name)!;
  const type = typeConstraintOf(argumentsOf(declared).get('type')?.expression);
  const isList = type.kind === 'any' && /^[[{]/.test(text);
  const isSimple = ['any', 'string', 'number', 'bool'].includes(type.kind) && !isList;
  // Settings in a file may say it as JSON does.
  if (isSimple) return textValue(/^"[^"\\]*"$/.test(text) ? text.slice(1, -1) : text, at);
  const expression = parseWholeExpression(text);
  if (expression instanceof SyntaxProblem) return textValue(text, at);
  const file = { source: at.source, text };
  return evaluate(expression, { run, file, names: undefined, local: undefined, via: [] });
}

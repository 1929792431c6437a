import type { Parsed } from '../../diagnostics/index.ts';
import type { ObjectValue, Value } from '../../values/index.ts';
import { contextIn } from './frame.ts';
import { openRoot, openRun, rootScope } from './import-arm-template.ts';
import { variableValue } from './variables.ts';

/**
 * The variables of a template that deploys nothing, worked out: what a parameter file in Bicep says. Never throws;
 * bounded like the import of a template.
 */
export function evaluateVariables(
  template: ObjectValue,
  names: readonly string[],
): Parsed<readonly Value[]> {
  const scope = rootScope(template, {});
  const run = openRun({}, scope);
  const { context } = openRoot(template, run, scope);
  const base = { ...contextIn(context.frame), at: template.at };
  const value = names.map((name) => variableValue(name, name, base));
  return { value, diagnostics: run.diagnostics };
}

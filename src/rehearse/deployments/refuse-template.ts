import { locate, type Place } from '../../diagnostics/index.ts';
import type {
  OpenedTemplate,
  OpenTemplate,
  TemplateStep,
} from '../../importers/arm-template/index.ts';
import { type ArmError, armError } from '../arm-error.ts';

/** Why the manager does not even begin: the template contradicts itself, or part of it cannot be read. */
export function refuseTemplate({
  template,
  diagnostics,
  gaps,
}: OpenedTemplate): ArmError | undefined {
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (error !== undefined) return invalid(error.message, error.at);
  const [gap] = gaps;
  if (gap !== undefined) return invalid(`${gap.what}: ${gap.why}.`, gap.at);
  return template === undefined
    ? invalid('a template is an object', undefined)
    : refuseSteps(template);
}

function refuseSteps(template: OpenTemplate): ArmError | undefined {
  const seen = new Set<string>();
  for (const step of template.steps) {
    const [missing] = step.dangling;
    if (missing !== undefined) {
      return invalid(
        `The resource '${missing}' is not defined in the template. Please see https://aka.ms/arm-syntax for usage details.`,
        undefined,
      );
    }
    // Reading what is there, or nothing at all, does not define it.
    if (step.isAbsent || step.isReference) continue;
    if (seen.has(step.key)) {
      const { line, column } = locate(step.at);
      return invalid(
        `The resource '${step.type}/${step.name}' at line '${line}' and column '${column}' is defined multiple times in a template. Please see https://aka.ms/arm-syntax-resources for usage details.`,
        undefined,
      );
    }
    seen.add(step.key);
  }
  const circle = circularStep(template.steps);
  if (circle !== undefined) {
    return invalid(
      `Circular dependency detected on resource: '${circle.id}'. Please see https://aka.ms/arm-syntax-resources for usage details.`,
      undefined,
    );
  }
  for (const step of template.steps) {
    const refused = step.nested === undefined ? undefined : refuseSteps(step.nested);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** A step that waits for itself. Walks with a stack of its own: chains may be 800 long. */
function circularStep(steps: readonly TemplateStep[]): TemplateStep | undefined {
  const byKey = new Map(steps.map((step) => [step.key, step]));
  const state = new Map<string, 'open' | 'done'>();
  for (const start of steps) {
    const stack: { readonly step: TemplateStep; next: number }[] = [{ step: start, next: 0 }];
    if (state.has(start.key)) continue;
    state.set(start.key, 'open');
    while (stack.length > 0) {
      const top = stack.at(-1);
      if (top === undefined) break;
      const key = top.step.dependsOn[top.next];
      top.next += 1;
      if (key === undefined) {
        state.set(top.step.key, 'done');
        stack.pop();
        continue;
      }
      const next = byKey.get(key);
      if (next === undefined || state.get(key) === 'done') continue;
      if (state.get(key) === 'open') return next;
      state.set(key, 'open');
      stack.push({ step: next, next: 0 });
    }
  }
  return undefined;
}

function invalid(message: string, at: Place | undefined): ArmError {
  const where = at === undefined ? undefined : locate(at);
  const place = where === undefined ? '' : ` (line ${where.line}, column ${where.column})`;
  return armError(
    400,
    'InvalidTemplate',
    `Deployment template validation failed: '${message}${place}'`,
  );
}

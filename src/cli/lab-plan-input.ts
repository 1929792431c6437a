import { resolve } from 'node:path';
import { DEFAULT_LAB, type LabPlan, pinnedInput, planLab } from '../lab/plan/index.ts';
import { count } from '../report/style.ts';
import type { InputOptions } from './input-options.ts';
import { readInput } from './read-input.ts';
import { readLabPlan } from './read-lab-plan.ts';
import type { Output } from './terminal.ts';

export interface PlanOptions extends InputOptions {
  readonly name?: string;
  readonly plan?: string;
}

export interface PlannedLab {
  readonly plan: LabPlan;
  /** What it was made from, absolute. */
  readonly origin: readonly string[];
  /** The options that had a say in it. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** Of the command, and not of what it reads. */
const OWN_OPTIONS = ['name', 'format', 'dryRun', 'quiet', 'verbose', 'color', 'output'];

/** From a folder, or from a plan that was written before. */
export async function plannedLab(
  paths: readonly string[],
  options: PlanOptions,
  output: Output,
): Promise<PlannedLab> {
  const input = Object.fromEntries(
    Object.entries(options).filter(([name]) => !OWN_OPTIONS.includes(name)),
  );
  if (options.plan !== undefined) {
    const plan = readLabPlan(options.plan);
    return {
      plan: { ...plan, lab: options.name ?? plan.lab },
      origin: [resolve(options.plan)],
      input,
    };
  }
  const { snapshot, diagnostics } = await readInput(paths, options, output);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) {
    output.err(`${count(errors, 'error')} in the input: sallyport import says which\n`);
  }
  output.progress('planning the lab…');
  // Read again, so that expressions over what is assumed have values too.
  const { perimeter, network, assumed, gaps } = await pinnedInput(snapshot, async (assume) => {
    const again = { ...options, assume: { ...assume, ...options.assume } };
    return (await readInput(paths, again, output)).snapshot;
  });
  const plan = planLab(perimeter, network, snapshot.datasets, {
    lab: options.name ?? DEFAULT_LAB.lab,
    assumed,
  });
  return {
    plan: { ...plan, gaps: [...plan.gaps, ...gaps] },
    origin: paths.map((path) => resolve(path)),
    input,
  };
}

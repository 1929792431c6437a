import type { DeploymentPlan, Loss } from './plan/index.ts';

/** A form the deployment plan can be written in. Each target is an entry of `EMITTERS`. */
export interface Emitter {
  /** As `--to` takes it. */
  readonly target: string;
  /** One line for help texts. */
  readonly describe: string;
  /** Pure, and the same bytes for the same plan. Never throws for any plan. */
  readonly emit: (plan: DeploymentPlan) => Emission;
}

export interface Emission {
  /** Sorted by path. Empty when the plan has nothing that the target could say. */
  readonly files: readonly EmittedFile[];
  /** What the plan says and these files do not. */
  readonly losses: readonly Loss[];
}

export interface EmittedFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Who wrote a file, in words that every target can put into a comment or a member. Has no date on purpose. */
export function headerOf(plan: DeploymentPlan): string {
  return `${WRITTEN_BY} ${plan.tool.split(' ').at(-1)} from input ${plan.inputHash}`;
}

/** A file that holds this near its start may be overwritten. */
export const WRITTEN_BY = 'Written by sallyport';

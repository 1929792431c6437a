import type { Place } from '../../diagnostics/index.ts';
import type { TemplateStep } from '../../importers/arm-template/index.ts';
import type { ArmError } from '../arm-error.ts';
import type { DeploymentWorld } from '../deployment-door.ts';

export interface Operation {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly apiVersion: string | undefined;
  readonly isNew: boolean;
  readonly error: ArmError | undefined;
}

export type State = 'waiting' | 'running' | 'done' | 'failed';

export interface Entry {
  readonly step: TemplateStep;
  state: State;
  /** When it is over, in turns: Azure does at once whatever waits for nothing else. */
  end: number;
  isNew: boolean;
}

/** One deployment while it is carried out; the only mutable state of this room. */
export interface Work {
  readonly world: DeploymentWorld;
  /** Of the template. */
  readonly at: Place;
  readonly isWritten: (text: string) => boolean;
  /** Of the template and of all those nested in it. */
  readonly steps: Map<string, Entry>;
  readonly operations: Operation[];
  /** Does one step, and first what it waits for. */
  readonly perform: (step: TemplateStep) => State;
  /** Keys of what is being worked on, outermost first; one that needs what failed is put in `blocked`. */
  readonly running: { readonly key: string; isBlocked: boolean; turn: number }[];
  /** The turn at which the deployment begins that is being worked on. */
  begin: number;
}

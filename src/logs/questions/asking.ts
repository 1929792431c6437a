import type { Diagnostic } from '../../diagnostics/index.ts';
import type { Datasets } from '../../facts/index.ts';
import type { Network } from '../../network/index.ts';
import type { LogEngine } from '../engine.ts';
import type { Locate } from '../places/index.ts';
import type { Window } from './window.ts';

/** What every question is asked with. */
export interface Asking {
  readonly engine: LogEngine;
  readonly window: Window;
  readonly locate: Locate;
  readonly datasets: Pick<Datasets, 'requiredEgress' | 'threatList' | 'serviceTags'>;
  /** The perimeter the logs belong to, where it was given. */
  readonly network?: Network;
  /** What the engine says of its own answers is added here. */
  readonly said: Diagnostic[];
}

/**
 * What a question may cost. Exactness is not for sale: a question that cannot be answered within its budget is answered
 * *inconclusive*, never approximately.
 */
export interface Budget {
  /** Nodes a table may hold at once; a node is 16 bytes and about 8 more in its indexes. */
  readonly nodesMax: number;
  /** Milliseconds on `now`, which counts up from anywhere. Both or neither. */
  readonly until?: number;
  readonly now?: () => number;
  readonly signal?: AbortSignal;
}

export const DEFAULT_BUDGET: Budget = { nodesMax: 1 << 25 };

/** What ran out first. */
export type Exhausted = 'nodes' | 'time' | 'cancelled';

export type Answered<T> =
  | { readonly kind: 'answered'; readonly value: T }
  /** `artefact` names what was being worked on, in the caller's words. */
  | { readonly kind: 'inconclusive'; readonly exhausted: Exhausted; readonly artefact: string };

/** Leaves a recursion that is too deep in for return values. Caught by `withinBudget` and nowhere else. */
export class BudgetExhausted extends Error {
  override readonly name = 'BudgetExhausted';
  readonly exhausted: Exhausted;
  constructor(exhausted: Exhausted) {
    super(`budget exhausted: ${exhausted}`);
    this.exhausted = exhausted;
  }
}

/** The door of every costly question. What `ask` throws besides an exhausted budget passes through. */
export function withinBudget<T>(artefact: string, ask: () => T): Answered<T> {
  try {
    return { kind: 'answered', value: ask() };
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
    return { kind: 'inconclusive', exhausted: error.exhausted, artefact };
  }
}

/** Throws when time is up or somebody cancelled. Called once per few thousand steps: it reads a clock. */
export function checkBudget({ until, now, signal }: Budget): void {
  if (signal?.aborted) throw new BudgetExhausted('cancelled');
  if (until !== undefined && now !== undefined && now() > until) throw new BudgetExhausted('time');
}

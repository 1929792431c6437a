import type { Expression } from './expression.ts';
import type { Step } from './pipeline.ts';

/** From (included) to (excluded), in milliseconds since 1970; absent ends are open. */
export interface TimeWindow {
  readonly from?: number;
  readonly to?: number;
}

/**
 * The window that conditions on `TimeGenerated` make together, taken out of steps that hold none but conditions and added columns.
 * `undefined`: a limit is no plain time, or finer than a millisecond.
 */
export function takeWindow(steps: readonly Step[]): {
  readonly steps: readonly Step[];
  readonly window: TimeWindow | undefined;
} {
  let from: number | undefined;
  let to: number | undefined;
  let isPlain = true;
  const rest: Step[] = [];
  for (const step of steps) {
    if (step.step !== 'where') {
      rest.push(step);
      continue;
    }
    const others: Expression<'truth'>[] = [];
    for (const condition of conditionsOf(step.of)) {
      const limit = limitOf(condition);
      if (limit === undefined) others.push(condition);
      else if (!Number.isFinite(limit.at)) isPlain = false;
      else if (limit.operator === '>=') from = Math.max(from ?? limit.at, limit.at);
      else to = Math.min(to ?? limit.at, limit.at);
    }
    if (others.length === 1) rest.push({ step: 'where', of: others[0]! });
    if (others.length > 1) {
      rest.push({ step: 'where', of: { kind: 'truth', is: 'all', of: others } });
    }
  }
  const window = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  return { steps: rest, window: isPlain ? window : undefined };
}

function conditionsOf(of: Expression<'truth'>): readonly Expression<'truth'>[] {
  return of.is === 'all' ? of.of.flatMap(conditionsOf) : [of];
}

function limitOf(of: Expression<'truth'>) {
  if (of.is !== 'compare' || (of.operator !== '>=' && of.operator !== '<')) return undefined;
  const { left, right, operator } = of;
  if (left.is !== 'column' || left.name !== 'TimeGenerated') return undefined;
  if (right.is !== 'literal' || right.kind !== 'time') return undefined;
  return { operator, at: millisecondsOf(String(right.value)) };
}

/** Not a number where the text is finer than a millisecond or of another form: what is cut off must not be rounded. */
function millisecondsOf(iso: string): number {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3}0*)?)?Z$/.test(iso) ? Date.parse(iso) : NaN;
}

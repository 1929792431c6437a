import type { Place } from '../../../../diagnostics/index.ts';
import type { HclValue } from '../values/hcl-value.ts';
import { type Run, report, type Size } from './run.ts';

/**
 * A hostile configuration can ask for `range` of a billion or double a list a thousand times. Every evaluated node, item
 * and instance costs steps; when they are gone, all remaining values are unknown. The largest public modules take some
 * 100,000.
 */
export const STEPS_MAX = 3_000_000;
/**
 * Levels of expressions, locals, modules and blocks on top of each other. A level takes up to 1 kB of stack; Node gives
 * a thread 984 kB.
 */
export const DEPTH_MAX = 400;
/** A value that an expression may build: nodes counted as if written out, and levels. */
const VALUE_NODES_MAX = 1_000_000;
const VALUE_DEPTH_MAX = 300;
/** In UTF-16 code units. */
export const TEXT_LENGTH_MAX = 4_000_000;
/** Items of `range`, and instances of one `count`: Terraform itself stops `range` at 1,024. */
export const INSTANCES_MAX = 10_000;

/** Takes `steps` from the budget; false when it is used up. Reports that once. */
export function spend(run: Run, steps: number, at: Place): boolean {
  if (run.stepsLeft <= 0) return false;
  run.stepsLeft -= steps;
  if (run.stepsLeft > 0) return true;
  report(
    run,
    'terraform/budget',
    'error',
    `the configuration needs more than ${STEPS_MAX} evaluation steps; all values after this one are unknown`,
    at,
    'look for loops inside loops, or values that double',
  );
  return false;
}

/** Enters a level of evaluation; false when it is too deep. Leave with `run.depth -= 1` when true. */
export function descend(run: Run, at: Place): boolean {
  if (run.depth >= DEPTH_MAX) {
    const message = `values depend on each other through more than ${DEPTH_MAX} levels`;
    report(run, 'terraform/too-deep', 'error', message, at);
    return false;
  }
  run.depth += 1;
  return true;
}

/** May this value be used further? It may be too large written out, or too deep to walk. Reports why not. */
export function admit(run: Run, value: HclValue, at: Place): boolean {
  if (value.kind !== 'sequence' && value.kind !== 'mapping') return true;
  const size = sizeOf(run, value);
  if (size.depth > VALUE_DEPTH_MAX) {
    const message = `the value is nested deeper than ${VALUE_DEPTH_MAX} levels`;
    report(run, 'terraform/too-deep', 'error', message, at);
    return false;
  }
  if (size.nodes > VALUE_NODES_MAX) {
    const message = `the value has more than ${VALUE_NODES_MAX} nodes when it is written out`;
    report(run, 'terraform/budget', 'error', message, at);
    return false;
  }
  return true;
}

const SCALAR: Size = { nodes: 1, depth: 0 };

/**
 * Measured once per list or map of items; parts that are shared count each time they occur, long texts as several
 * nodes. Resources and modules count as one: their attributes are measured where they are worked out.
 */
function sizeOf(run: Run, value: HclValue): Size {
  if (value.kind === 'string') return { nodes: 1 + (value.value.length >> 6), depth: 0 };
  if (value.kind !== 'sequence' && value.kind !== 'mapping') return SCALAR;
  if (value.kind === 'mapping' && value.open?.path === '') return SCALAR;
  // The same items may stand at several places: the copies share them.
  const content = value.kind === 'sequence' ? value.items : value.members;
  const known = run.sizes.get(content);
  if (known !== undefined) return known;
  let nodes = 1;
  let depth = 0;
  for (const item of content.values()) {
    const size = sizeOf(run, item);
    nodes += size.nodes;
    if (size.depth > depth) depth = size.depth;
  }
  const size = { nodes, depth: depth + 1 };
  run.sizes.set(content, size);
  return size;
}

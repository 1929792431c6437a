import type { Place } from '../../diagnostics/index.ts';
import type { Value } from '../../values/index.ts';
import { type Run, report, type Size } from './run.ts';

/**
 * A hostile template can ask for 800 × 800 × 800 items or double a text a thousand times. Every evaluated node,
 * copied node and declared resource costs steps; when they are gone, all remaining values are unknown. Azure takes
 * templates up to 4 MB, loops included, which is some 200,000 nodes; a step may hold on to 200 bytes.
 */
export const STEPS_MAX = 3_000_000;
/** A round of a loop keeps a context and places of its own besides its values. */
export const ROUND_STEPS = 8;
/**
 * Levels of calls, variables, parameters and JSON on top of each other. All of them together take some 500 kB of
 * stack, half of what Node gives a thread.
 */
export const DEPTH_MAX = 900;
/** A value that an expression may build: nodes counted as if written out, and levels. */
const VALUE_NODES_MAX = 1_000_000;
const VALUE_DEPTH_MAX = 600;
/** In UTF-16 code units. Azure stops at 131,072 for one expression result; variables holding files are longer. */
export const TEXT_LENGTH_MAX = 4_000_000;

/** Takes `steps` from the budget; false when it is used up. Reports that once. */
export function spend(run: Run, steps: number, at: Place): boolean {
  if (run.stepsLeft <= 0) return false;
  run.stepsLeft -= steps;
  if (run.stepsLeft > 0) return true;
  report(
    run,
    'arm/budget',
    'error',
    `the template needs more than ${STEPS_MAX} evaluation steps; all values after this one are unknown`,
    at,
    'look for loops inside loops, or values that double',
  );
  return false;
}

/** Enters a level of evaluation; false when it is too deep. Leave with `run.depth -= levels` when true. */
export function descend(run: Run, levels: number, at: Place): boolean {
  if (run.depth + levels > DEPTH_MAX) {
    report(
      run,
      'arm/expression-too-deep',
      'error',
      `values depend on each other through more than ${DEPTH_MAX} levels`,
      at,
    );
    return false;
  }
  run.depth += levels;
  return true;
}

/** May this value be used further? It may be too large written out, or too deep to walk. Reports why not. */
export function admit(run: Run, value: Value, at: Place): boolean {
  if (value.kind !== 'array' && value.kind !== 'object') return true;
  const children = value.kind === 'array' ? value.items.length : value.members.size;
  if (!spend(run, children, at)) return false;
  const size = sizeOf(run, value);
  if (size.depth > VALUE_DEPTH_MAX) {
    const message = `the value is nested deeper than ${VALUE_DEPTH_MAX} levels`;
    report(run, 'arm/expression-too-deep', 'error', message, at);
    return false;
  }
  if (size.nodes > VALUE_NODES_MAX) {
    const message = `the value has more than ${VALUE_NODES_MAX} nodes when it is written out`;
    report(run, 'arm/budget', 'error', message, at);
    return false;
  }
  return true;
}

/** Measured once per value; parts that are shared count each time they occur, long texts as several nodes. */
export function sizeOf(run: Run, value: Value): Size {
  if (value.kind === 'string') return { nodes: 1 + (value.value.length >> 6), depth: 0 };
  if (value.kind !== 'array' && value.kind !== 'object') return SCALAR;
  const known = run.sizes.get(value);
  if (known !== undefined) return known;
  let nodes = 1;
  let depth = 0;
  const add = (child: Value) => {
    const size = sizeOf(run, child);
    nodes += size.nodes;
    if (size.depth > depth) depth = size.depth;
  };
  if (value.kind === 'array') for (const item of value.items) add(item);
  else for (const entry of value.members.values()) add(entry.value);
  const size = { nodes, depth: depth + 1 };
  run.sizes.set(value, size);
  return size;
}

const SCALAR: Size = { nodes: 1, depth: 0 };

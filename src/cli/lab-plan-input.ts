import { resolve } from 'node:path';
import type { Diagnostic } from '../diagnostics/index.ts';
import {
  DEFAULT_LAB,
  type LabPlan,
  type PinnedPerimeter,
  pinnedInput,
  planLab,
} from '../lab/plan/index.ts';
import { clustersOf, type Snapshot } from '../model/index.ts';
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

/** Name files or folders: a later command may stand elsewhere. */
const FILES = [
  ...['config', 'parameters', 'objectsOf', 'plan'],
  ...['serviceTags', 'fqdnTags', 'requiredEgress', 'privateDnsZones', 'threatList'],
];

/** A path, a list of paths, or paths by cluster. */
function absolute(value: unknown): unknown {
  if (typeof value === 'string') return resolve(value);
  if (Array.isArray(value)) return value.map(absolute);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, absolute(one)]));
}

/** From a folder, or from a plan that was written before. */
export async function plannedLab(
  paths: readonly string[],
  options: PlanOptions,
  output: Output,
): Promise<PlannedLab> {
  const input = Object.fromEntries(
    Object.entries(options)
      .filter(([name]) => !OWN_OPTIONS.includes(name))
      .map(([name, value]) => [name, FILES.includes(name) ? absolute(value) : value]),
  );
  if (options.plan !== undefined) {
    const plan = readLabPlan(options.plan);
    return {
      plan: { ...plan, lab: options.name ?? plan.lab },
      origin: [resolve(options.plan)],
      input,
    };
  }
  const pinned = await readPinned(paths, options, output);
  const errors = pinned.diagnostics.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) {
    output.err(`${count(errors, 'error')} in the input: sallyport import says which\n`);
  }
  tellClusters(pinned.snapshot, output);
  output.progress('planning the lab…');
  return {
    plan: planOf(pinned, options.name ?? DEFAULT_LAB.lab),
    origin: paths.map((path) => resolve(path)),
    input,
  };
}

/** A perimeter in which every address is a number, as the lab and the proof must both see it. */
export interface PinnedInput extends PinnedPerimeter {
  readonly diagnostics: readonly Diagnostic[];
  readonly datasets: Snapshot['datasets'];
  readonly asOf: string;
}

export async function readPinned(
  paths: readonly string[],
  options: InputOptions,
  output: Output,
): Promise<PinnedInput> {
  const { snapshot, diagnostics, asOf } = await readInput(paths, options, output);
  // Read again, so that expressions over what is assumed have values too.
  const pinned = await pinnedInput(snapshot, async (assume) => {
    const again = { ...options, assume: { ...assume, ...options.assume } };
    return (await readInput(paths, again, output)).snapshot;
  });
  return { ...pinned, diagnostics, datasets: snapshot.datasets, asOf };
}

export function planOf(pinned: PinnedInput, lab: string): LabPlan {
  const { perimeter, network, datasets, assumed, gaps } = pinned;
  const plan = planLab(perimeter, network, datasets, { lab, assumed });
  return { ...plan, gaps: [...plan.gaps, ...gaps] };
}

/** Nodes of one cluster run no pods of another: without a choice the lab has the pods of none. */
function tellClusters(snapshot: Snapshot, output: Output): void {
  const clusters = clustersOf(snapshot).map(({ name }) => name);
  if (snapshot.home !== undefined || clusters.length < 2 || snapshot.objects.size === 0) return;
  output.err(
    `${clusters.length} clusters, and a lab runs the pods of one: none without ${clusters.map((name) => `--cluster ${name}`).join(' or ')}\n`,
  );
}

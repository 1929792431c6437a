import { readFileSync } from 'node:fs';
import { DEFAULT_LAB } from '../lab/plan/index.ts';
import {
  askLab,
  isRunning,
  type LabFolder,
  type LabState,
  labEntrance,
  labFolder,
  labsFolder,
  labsIn,
  type RunPlan,
  readState,
} from '../lab/run/index.ts';
import { InputError } from './exit-code.ts';
import { nearest } from './nearest.ts';

export interface LabChoice {
  readonly name?: string;
}

/** A lab that is up. */
export interface ChosenLab {
  readonly folder: LabFolder;
  readonly state: LabState;
  readonly plan: RunPlan;
  /** Stands before every command that runs inside. */
  readonly entrance: readonly string[];
}

/** The one that was named; else the only one there is; else the one of the usual name. */
export function folderOf({ name }: LabChoice): LabFolder {
  const labs = labsFolder(process.env);
  const there = labsIn(labs);
  return labFolder(labs, name ?? (there.length === 1 ? there[0]! : DEFAULT_LAB.lab));
}

/** @throws InputError when it is not up */
export async function runningLab(choice: LabChoice): Promise<ChosenLab> {
  const folder = folderOf(choice);
  const state = readState(folder);
  const entrance = state === undefined ? undefined : labEntrance(state);
  // Whether or not it has time to answer: what is done inside needs nobody's leave.
  const isKept = state?.owner !== undefined && isRunning(state.owner);
  if (state === undefined || entrance === undefined || !isKept) {
    const others = labsIn(labsFolder(process.env)).filter((lab) => lab !== folder.lab);
    throw new InputError(
      state === undefined
        ? `no lab \`${folder.lab}\` is up`
        : `nobody keeps lab \`${folder.lab}\` any more: it was killed`,
      others.length > 0 && state === undefined
        ? `there is ${others.join(', ')}: name it with --name`
        : 'sallyport lab up makes it',
    );
  }
  const plan = JSON.parse(readFileSync(folder.plan, 'utf8')) as RunPlan;
  return { folder, state, plan, entrance };
}

/** What is broken on purpose, as it was named. */
export async function brokenNow({ control }: LabFolder): Promise<readonly string[]> {
  const reply = await askLab(control, { ask: 'status' });
  return reply?.kind === 'status' ? reply.status.failures.map(({ what }) => what) : [];
}

/**
 * The host of an end as a person types it: the end's name, a host's, or as much of it as only one begins with.
 * @throws InputError
 */
export function hostOf({ plan }: ChosenLab, wanted: string): string {
  const exact =
    plan.ends.find(({ name }) => name === wanted)?.host ??
    plan.hosts.find(({ name }) => name === wanted)?.name;
  if (exact !== undefined) return exact;
  // `pod/pets/order-service` is the first of its replicas, `pod/order-service` that of the only namespace that has one.
  const alike = plan.ends.filter(({ name }) => isShortFor(wanted, name));
  const kinds = new Set(alike.map(({ name }) => name.replace(/-\d+$/, '')));
  if (kinds.size === 1) return alike[0]!.host;
  const names = plan.ends.map(({ name }) => name);
  const near =
    alike.length > 0 ? alike.map(({ name }) => name).slice(0, 5) : nearest(wanted, names);
  throw new InputError(
    alike.length > 0 ? `several ends could be \`${wanted}\`` : `no end is called \`${wanted}\``,
    near === undefined || near.length === 0
      ? 'sallyport lab status lists them'
      : `did you mean ${typeof near === 'string' ? near : near.join(', ')}?`,
  );
}

function isShortFor(wanted: string, name: string): boolean {
  const bare = name.replace(/-\d+$/, '');
  const [kind, ...rest] = bare.split('/');
  const last = rest.at(-1);
  return bare === wanted || (last !== undefined && wanted === `${kind}/${last}`);
}

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { LabFolder } from './lab-folder.ts';

/** What outlives the command that made a lab: enough to use it, and enough to remove what a killed one left. */
export interface LabState {
  readonly lab: string;
  /** The folders it was made from, absolute. */
  readonly origin: readonly string[];
  /** How it was read: options of the command line, so that the same can be read again. */
  readonly input?: Readonly<Record<string, unknown>>;
  readonly digest: string;
  /** False: it lives in a user namespace, and its parts are seen from inside only. */
  readonly isPrivileged: boolean;
  /** Outermost process of the lab and the moment it started, so that another process of that number is none of ours. */
  readonly owner?: ProcessMark;
  readonly phase: 'building' | 'up';
  readonly namespaces: readonly string[];
  readonly milliseconds?: { readonly network: number; readonly ready: number };
}

export interface ProcessMark {
  readonly pid: number;
  readonly started: string;
}

export function readState(folder: LabFolder): LabState | undefined {
  try {
    const state = JSON.parse(readFileSync(folder.state, 'utf8')) as Partial<LabState>;
    return Array.isArray(state.namespaces) && typeof state.digest === 'string'
      ? (state as LabState)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Appears whole: a reader never sees half of it. */
export function writeState(folder: LabFolder, state: LabState): void {
  const half = `${folder.state}.half`;
  writeFileSync(half, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(half, folder.state);
}

export function markOf(pid: number): ProcessMark | undefined {
  const started = startOf(pid);
  return started === undefined ? undefined : { pid, started };
}

export function isRunning({ pid, started }: ProcessMark): boolean {
  return startOf(pid) === started;
}

/** The one process that `unshare --fork` made: the supervisor, as seen from here. */
export function childOf(pid: number): number | undefined {
  const file = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(file)) return undefined;
  const [child] = readFileSync(file, 'utf8').trim().split(' ');
  return child === undefined || child === '' ? undefined : Number(child);
}

/** Field 22 of `stat`: clock ticks since boot; undefined for a process that is gone or a zombie. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import { OperationalError } from '../../diagnostics/index.ts';
import { askLab } from './control.ts';
import { type LabFolder, removeLabFolder } from './lab-folder.ts';
import { takeLock } from './lab-lock.ts';
import { isRunning, type LabState, type ProcessMark, readState } from './lab-state.ts';
import { namespacesThere, removeNamespaces } from './namespaces.ts';

const END_TRIES = 100;
const END_STEP_MILLISECONDS = 10;

/** Removes a lab, running or left over. False when there was none. */
export async function labDown(folder: LabFolder): Promise<boolean> {
  const release = await takeLock(folder.path);
  try {
    return await removeLab(folder);
  } finally {
    release();
  }
}

/**
 * For one that holds the lock. What a killed supervisor left goes too: its processes have ended with it, its namespaces are in the
 * state that was written before they were made.
 * @throws OperationalError `lab/left-behind`
 */
export async function removeLab(folder: LabFolder): Promise<boolean> {
  const state = readState(folder);
  const wasThere = state !== undefined;
  if (state !== undefined) {
    await askLab(folder.control, { ask: 'stop' });
    if (state.owner !== undefined) await endOwner(state.owner);
    if (state.isPrivileged) await removeNamespaces(state.namespaces);
    refuseLeftovers(state);
  }
  removeLabFolder(folder);
  return wasThere;
}

async function endOwner(owner: ProcessMark): Promise<void> {
  for (let attempt = 0; attempt < END_TRIES; attempt += 1) {
    if (!isRunning(owner)) return;
    // It was asked; what still runs after half of the time does not listen.
    if (attempt === END_TRIES / 2) kill(owner.pid);
    await pause(END_STEP_MILLISECONDS);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

function refuseLeftovers({ namespaces, isPrivileged, owner, lab }: LabState): void {
  const there = new Set(isPrivileged ? namespacesThere() : []);
  const left = namespaces.filter((name) => there.has(name));
  if (left.length > 0) {
    throw new OperationalError('lab/left-behind', `\`${left[0]}\` could not be removed`, {
      hint: `ip netns delete ${left[0]}`,
    });
  }
  if (owner !== undefined && isRunning(owner)) {
    throw new OperationalError('lab/left-behind', `lab \`${lab}\` does not end`, {
      hint: `kill -9 ${owner.pid}`,
    });
  }
}

import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { removalBatch } from './bring-up.ts';
import { namespaceOf, type RunPlan } from './run-plan.ts';
import { runProgram } from './run-program.ts';

const FOLDER = '/run/netns';
const ENDING_TRIES = 40;
const ENDING_STEP_MILLISECONDS = 10;

export function namespacesOf({ lab, hosts }: RunPlan): readonly string[] {
  return hosts.map(({ name }) => namespaceOf(lab, name));
}

/** Those of the machine, whoever made them. */
export function namespacesThere(): readonly string[] {
  try {
    return readdirSync(FOLDER).sort();
  } catch {
    return [];
  }
}

/** Ends what still runs in them, then removes them. Those that are gone are no fault. */
export async function removeNamespaces(namespaces: readonly string[]): Promise<void> {
  const there = new Set(namespacesThere());
  const left = namespaces.filter((name) => there.has(name));
  if (left.length === 0) return;
  await endProcessesIn(left);
  await runProgram(['ip', '-force', '-batch', '-'], { input: removalBatch(left) });
}

/** Those in the namespaces, by the number of the namespace and not by name: a mount elsewhere does not hide them. */
export function processesIn(namespaces: readonly string[]): readonly number[] {
  const wanted = new Set(namespaces.flatMap(inodeOf));
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => wanted.has(linkOf(`/proc/${pid}/ns/net`)))
    .map(Number);
}

async function endProcessesIn(namespaces: readonly string[]): Promise<void> {
  for (let attempt = 0; attempt < ENDING_TRIES; attempt += 1) {
    const pids = processesIn(namespaces);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    await pause(ENDING_STEP_MILLISECONDS);
  }
}

function inodeOf(namespace: string): readonly string[] {
  try {
    return [`net:[${statSync(`${FOLDER}/${namespace}`).ino}]`];
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

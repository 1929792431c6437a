import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabPlan } from '../../src/lab/plan/lab-plan.ts';
import { projectRoot } from '../support/source-tree.ts';

/** `sallyport lab` as a person runs it, with a folder of its own for its labs. */
export interface LabCommands {
  readonly labs: string;
  readonly run: (...args: readonly string[]) => Promise<Finished>;
  /** The same with a hand on it: `stop` sends a signal to the command alone. */
  readonly start: (...args: readonly string[]) => Started;
  readonly planFile: (plan: LabPlan) => string;
  /** Processes whose command line names the folder: whatever of the lab is still there. */
  readonly processes: () => readonly number[];
  readonly remove: () => void;
}

export interface Started {
  readonly done: Promise<Finished>;
  readonly stop: (signal: NodeJS.Signals) => void;
}

export interface Finished {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const executable = join(projectRoot, 'bin', 'sallyport.js');

/** @param user another user's id: the commands then run without any right of root's */
export function labCommands(user?: number): LabCommands {
  const own = user === undefined ? [] : dropping(user);
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
  let made: string | undefined;
  // When it is first needed: a suite of which nothing runs leaves nothing.
  const labs = () => {
    if (made !== undefined) return made;
    // The command line is built here, where it may be written; the commands below take it as it is.
    spawnSync(process.execPath, [executable, '--help'], { stdio: 'ignore' });
    made = mkdtempSync('/tmp/sp-lab-');
    if (user !== undefined) spawnSync('chown', [String(user), made]);
    return made;
  };
  const start = (...args: readonly string[]): Started => {
    const [program = '', ...words] = [...own, process.execPath, executable, 'lab', ...args];
    const folder = labs();
    const child = spawn(program, words, {
      env: { ...env, SALLYPORT_LAB_FOLDER: folder, SALLYPORT_LAB_AGENT: '1', HOME: '/tmp' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      said.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said.err += chunk;
    });
    return {
      done: new Promise((done) => {
        child.on('close', (code) => done({ code: code ?? 137, ...said }));
      }),
      stop: (signal) => child.kill(signal),
    };
  };
  return {
    get labs() {
      return labs();
    },
    run: (...args) => start(...args).done,
    start,
    planFile: (plan) => {
      const file = join(labs(), `${plan.lab}-plan.json`);
      writeFileSync(file, JSON.stringify(plan), { mode: 0o644 });
      return file;
    },
    processes: () => processesNaming(labs()),
    remove: () => {
      if (made !== undefined) rmSync(made, { recursive: true, force: true });
    },
  };
}

/** A name no other run of the tests uses at the same time. */
export function freshName(letter: string): string {
  return `${letter}${process.pid.toString(36)}${Math.floor(performance.now()).toString(36)}`.slice(
    0,
    12,
  );
}

function dropping(user: number): readonly string[] {
  return ['setpriv', '--reuid', String(user), '--regid', String(user), '--clear-groups', '--'];
}

function processesNaming(text: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    });
}

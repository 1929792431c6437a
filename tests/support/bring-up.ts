import { type ChildProcess, spawn } from 'node:child_process';
import type { LabHost, LabLink } from '../../src/lab/plan/lab-plan.ts';
import { creationBatch, removalBatch } from '../../src/lab/run/bring-up.ts';
import { namespaceOf } from '../../src/lab/run/run-plan.ts';
import { makeHosts } from './make-hosts.ts';

/** What of a plan makes its network: the hosts and the cables. */
export interface NetworkPlan {
  /** Unique on the machine: test name and process id. */
  readonly lab: string;
  readonly hosts: readonly LabHost[];
  readonly links: readonly LabLink[];
}

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Namespaces, cables, rules and routes of a plan; no program of it. Owns what it made. */
export interface BroughtUp {
  /** Runs a program in a host, for at most `seconds`. */
  exec(host: string, command: readonly string[], seconds?: number): Promise<Said>;
  /** Starts one and leaves it running; it ends with `down`. */
  start(host: string, command: readonly string[]): ChildProcess;
  down(): Promise<void>;
}

/** @throws Error with what the kernel said; nothing is left behind then */
export async function bringUp(plan: NetworkPlan): Promise<BroughtUp> {
  const namespaces = plan.hosts.map(({ name }) => namespaceOf(plan.lab, name));
  const children: ChildProcess[] = [];
  const down = async () => {
    for (const child of children) child.kill('SIGKILL');
    await said(['ip', '-force', '-batch', '-'], removalBatch(namespaces), 20);
  };
  try {
    const run = {
      processes: [],
      files: [],
      names: [],
      ends: [],
      assumed: [],
      appliances: [],
      certificates: [],
      ownNames: [],
    };
    await expected(['ip', '-batch', '-'], creationBatch({ ...plan, ...run }), 'namespaces');
    makeHosts(plan.lab, plan.hosts);
  } catch (error) {
    await down();
    throw error;
  }
  const inside = (host: string) => ['ip', 'netns', 'exec', namespaceOf(plan.lab, host)];
  return {
    exec: (host, command, seconds = 10) => said([...inside(host), ...command], '', seconds),
    start: (host, command) => {
      const [program = '', ...args] = [...inside(host), ...command];
      const child = spawn(program, args, { stdio: 'pipe' });
      children.push(child);
      return child;
    },
    down,
  };
}

async function expected(command: readonly string[], input: string, what: string): Promise<void> {
  const { code, err } = await said(command, input, 30);
  if (code !== 0) throw new Error(`${what}: ${err.trim()}`);
}

/** Runs to its end, killed after `seconds` (code 124, as `timeout` says it). */
function said(command: readonly string[], input: string, seconds: number): Promise<Said> {
  const [program = '', ...args] = command;
  return new Promise((done, failed) => {
    const child = spawn(program, args, { stdio: 'pipe' });
    let out = '';
    let err = '';
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, seconds * 1000);
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('error', failed);
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ code: isLate ? 124 : (code ?? 1), out, err });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

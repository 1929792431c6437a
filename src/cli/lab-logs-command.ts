import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { LabFolder } from '../lab/run/index.ts';
import { safe } from '../report/style.ts';
import { type LabChoice, runningLab } from './chosen-lab.ts';
import { type ExitCode, InputError } from './exit-code.ts';

export interface LogsOptions extends LabChoice {
  readonly follow?: boolean;
  readonly lines: number;
}

/** What people call a log that Azure calls otherwise. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  waf: ['applicationgatewayfirewalllog'],
  firewall: ['azfw'],
};
const STEP_MILLISECONDS = 200;
const TAIL_BYTES = 256 * 1024;

/** The last lines of every log whose name holds one of these words; with `follow`, what comes after too. */
export async function logsCommand(
  names: readonly string[],
  { follow = false, lines, ...options }: LogsOptions,
): Promise<ExitCode> {
  const { folder } = await runningLab(options);
  const words = names.flatMap((name) => [name, ...(ALSO[name] ?? [])]);
  const wanted = (path: string) => words.length === 0 || words.some((word) => path.includes(word));
  const read = new Map<string, number>();
  const found = logsOf(folder);
  if (!follow && found.length > 0 && !found.some(wanted)) {
    const all = [...new Set(found.map((path) => nameOf(relative(folder.path, path))))];
    throw new InputError(
      `no log is called ${words.map((word) => `\`${word}\``).join(' or ')}`,
      `there are ${all.sort().join(', ')}`,
    );
  }
  for (const path of found.filter(wanted)) {
    const size = statSync(path).size;
    const from = Math.max(0, size - TAIL_BYTES);
    const tail = textOf(path, from, size).split('\n');
    if (tail.at(-1) === '') tail.pop();
    print(folder.path, path, lines === 0 ? [] : tail.slice(-lines));
    read.set(path, size);
  }
  let isStopped = !follow;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      isStopped = true;
    });
  }
  while (!isStopped) {
    for (const path of logsOf(folder).filter(wanted)) printNew(folder.path, path, read);
    await pause(STEP_MILLISECONDS);
  }
  return 0;
}

/** Whole lines only; a file that became shorter began anew. */
function printNew(root: string, path: string, read: Map<string, number>): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const from = Math.min(read.get(path) ?? 0, size) === size ? size : (read.get(path) ?? 0);
  if (size <= from) {
    read.set(path, size);
    return;
  }
  const text = textOf(path, from, Math.min(size, from + TAIL_BYTES));
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole === '') return;
  print(root, path, whole.slice(0, -1).split('\n'));
  read.set(path, from + Buffer.byteLength(whole));
}

/** What daemons wrote may hold anything a client sent. */
function print(root: string, path: string, lines: readonly string[]): void {
  const name = nameOf(relative(root, path));
  for (const line of lines) process.stdout.write(`${name}: ${safe(line)}\n`);
}

/** `logs/dns-fw.log` is `dns-fw`; the dated path of a storage account is its category: `azfwnetworkrule`. */
function nameOf(path: string): string {
  const category = /insights-logs-([^/]+)/.exec(path)?.[1];
  return category ?? path.replace(/^logs\//, '').replace(/\.(?:log|json)$/, '');
}

/** What daemons say, and what the firewalls decided in Azure's own schema. */
function logsOf({ path, logs }: LabFolder): readonly string[] {
  return [...logsIn(logs), ...logsIn(join(path, 'azure-logs'))];
}

function logsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return [];
  }
}

function textOf(path: string, from: number, to: number): string {
  const bytes = Buffer.alloc(to - from);
  const handle = openSync(path, 'r');
  try {
    return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, from)).toString('utf8');
  } finally {
    closeSync(handle);
  }
}

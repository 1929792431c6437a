import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { OperationalError } from '../../diagnostics/index.ts';
import type { LabPlan } from '../plan/lab-plan.ts';
import { askLab } from './control.ts';
import { missingFeatures } from './features.ts';
import { removeLab } from './lab-down.ts';
import { folderFault, type LabFolder, makeLabFolder, removeLabFolder } from './lab-folder.ts';
import { takeLock } from './lab-lock.ts';
import { type LabState, markOf, readState, writeState } from './lab-state.ts';
import { namespacesOf, namespacesThere } from './namespaces.ts';
import { digestOf, type RunPlan, runPlan } from './run-plan.ts';
import type { SupervisorConfiguration, SupervisorWord } from './supervisor.ts';
import { withSystemPaths } from './system-paths.ts';

export interface UpOptions {
  /** Folder of all labs: `labsFolder`. */
  readonly labs: string;
  /** What it is made from, absolute. */
  readonly origin: readonly string[];
  /** How it was read; kept with the lab. */
  readonly input?: Readonly<Record<string, unknown>>;
  /** How this program is started: `[node, bin/sallyport.js]`. */
  readonly own: readonly string[];
  /** Somebody gives up waiting: what is half made is removed. */
  readonly signal?: AbortSignal;
}

export interface LabUp {
  readonly folder: LabFolder;
  readonly state: LabState;
  /** `same`: it was up already, made from the same plan. `changed`: another was up and made way. */
  readonly was: 'nothing' | 'same' | 'changed' | 'left-over';
  /** Daemons that did not get ready in time; they are still being started. */
  readonly notReady: readonly string[];
}

const UP_MILLISECONDS = 90_000;

/**
 * Makes a plan real, or finds it made. When it cannot be, nothing of it stays.
 * @throws OperationalError `lab/feature`, `lab/name-taken`, `lab/exists`, `lab/network`, `lab/busy`, `lab/folder`, `lab/given-up`
 */
export async function labUp(plan: LabPlan, options: UpOptions): Promise<LabUp> {
  const run = runPlan(plan);
  const folder = makeLabFolder(options.labs, plan.lab);
  const release = await takeLock(folder.path, options.signal);
  try {
    return await upLocked(run, folder, options);
  } catch (error) {
    throw folderFault(error, folder);
  } finally {
    // What was refused before it began leaves no folder either.
    if (readState(folder) === undefined) removeLabFolder(folder);
    release();
  }
}

async function upLocked(run: RunPlan, folder: LabFolder, options: UpOptions): Promise<LabUp> {
  const digest = digestOf(run);
  const there = readState(folder);
  const answers = there && (await askLab(folder.control, { ask: 'status' })) !== undefined;
  if (there !== undefined && answers) {
    if (there.digest === digest && there.phase === 'up') {
      return { folder, state: there, was: 'same', notReady: [] };
    }
    refuseOthers(there, options.origin);
  }
  if (there !== undefined) await removeLab(folder);
  // One that was given up half way is left over too, whether or not somebody keeps it.
  const isWhole = answers && there?.phase === 'up';
  const was = there === undefined ? 'nothing' : isWhole ? 'changed' : 'left-over';
  refuseGivenUp(options);
  const isPrivileged = process.getuid?.() === 0;
  await refuseMissing(run, isPrivileged);
  if (isPrivileged) refuseTaken(run);
  makeLabFolder(options.labs, run.lab);
  writeFileSync(folder.plan, JSON.stringify(run), { mode: 0o600 });
  const state: LabState = {
    lab: run.lab,
    origin: options.origin,
    ...(options.input === undefined ? {} : { input: options.input }),
    digest,
    isPrivileged,
    phase: 'building',
    namespaces: namespacesOf(run),
  };
  writeState(folder, state);
  return { ...(await build(folder, state, options)), folder, was };
}

async function build(
  folder: LabFolder,
  before: LabState,
  options: UpOptions,
): Promise<Pick<LabUp, 'state' | 'notReady'>> {
  const child = startSupervisor(folder, before, options);
  const owner = child.pid === undefined ? undefined : markOf(child.pid);
  const state = owner === undefined ? before : { ...before, owner };
  try {
    writeState(folder, state);
    const words = await wordsOf(child, options.signal);
    refuseGivenUp(options);
    const failed = words.find((word) => word.kind === 'failed');
    if (failed !== undefined) {
      const { code, message, hint } = failed;
      throw new OperationalError(code, message, hint === undefined ? {} : { hint });
    }
    const network = words.find((word) => word.kind === 'network');
    const ready = words.find((word) => word.kind === 'ready');
    if (network === undefined || ready === undefined) {
      throw new OperationalError('lab/network', `the lab ended early: ${lastWords(folder)}`);
    }
    const up: LabState = {
      ...state,
      phase: 'up',
      milliseconds: { network: network.milliseconds, ready: ready.milliseconds },
    };
    writeState(folder, up);
    return { state: up, notReady: ready.notReady };
  } catch (error) {
    await removeLab(folder);
    throw error;
  }
}

/** In a process namespace of its own, so that its end is the end of everything it started; without a terminal. */
function startSupervisor(folder: LabFolder, state: LabState, options: UpOptions): ChildProcess {
  const configuration: SupervisorConfiguration = {
    labs: options.labs,
    lab: state.lab,
    own: options.own,
    hidesRun: !state.isPrivileged,
  };
  const file = `${folder.path}/supervisor.json`;
  writeFileSync(file, JSON.stringify(configuration), { mode: 0o600 });
  const apart = state.isPrivileged
    ? ['--pid', '--fork', '--kill-child']
    : ['-Urnmp', '--fork', '--mount-proc', '--kill-child'];
  const log = openSync(folder.log, 'a', 0o600);
  const child = spawn(
    'unshare',
    [...apart, '--', ...options.own, 'lab', 'agent', 'supervisor', file],
    {
      detached: true,
      cwd: folder.path,
      stdio: ['ignore', log, log, 'pipe'],
      env: { ...process.env, PATH: withSystemPaths(process.env), SALLYPORT_LAB_AGENT: '1' },
    },
  );
  closeSync(log);
  return child;
}

/** Until it is ready, has failed, or has ended, or nobody waits for it any more. */
function wordsOf(
  child: ChildProcess,
  signal: AbortSignal | undefined,
): Promise<readonly SupervisorWord[]> {
  const pipe = child.stdio[3] as Readable;
  return new Promise((done) => {
    let text = '';
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      pipe.destroy();
      child.unref();
      done(
        text
          .split('\n')
          .filter((line) => line.startsWith('{') && line.endsWith('}'))
          .map((line) => JSON.parse(line) as SupervisorWord),
      );
    };
    const timer = setTimeout(end, UP_MILLISECONDS);
    pipe.on('data', (chunk) => {
      text += chunk.toString('utf8');
      if (/"kind":"(?:ready|failed)".*\n/.test(text)) end();
    });
    pipe.on('close', end);
    child.on('error', end);
    signal?.addEventListener('abort', end);
    if (signal?.aborted === true) end();
  });
}

function lastWords(folder: LabFolder): string {
  try {
    const lines = readFileSync(folder.log, 'utf8').trim().split('\n');
    return lines.slice(-3).join('; ') || 'it said nothing';
  } catch {
    return 'it said nothing';
  }
}

function refuseGivenUp({ signal }: UpOptions): void {
  if (signal?.aborted !== true) return;
  throw new OperationalError('lab/given-up', 'it was given up before it was ready');
}

function refuseOthers(there: LabState, origin: readonly string[]): void {
  if (JSON.stringify(there.origin) === JSON.stringify(origin)) return;
  throw new OperationalError(
    'lab/exists',
    `lab \`${there.lab}\` is up, made from ${there.origin.join(', ')}`,
    { hint: `sallyport lab down --name ${there.lab}, or another name with --name` },
  );
}

async function refuseMissing({ processes }: RunPlan, isPrivileged: boolean): Promise<void> {
  // A program may stand behind another: `/usr/bin/env … /usr/sbin/nginx`.
  const programs = processes.flatMap(({ command }) =>
    command.filter((word, at) => /^\/(?:usr\/)?s?bin\//.test(word) || (at === 0 && isBare(word))),
  );
  const missing = await missingFeatures(programs, isPrivileged);
  if (missing.length === 0) return;
  const fixes = [...new Set(missing.map(({ fix }) => fix))];
  throw new OperationalError(
    'lab/feature',
    `this machine lacks ${missing.map(({ what }) => what).join(', ')}`,
    { hint: joinInstalls(fixes) },
  );
}

function isBare(word: string): boolean {
  return /^[a-z0-9._-]+$/.test(word);
}

/** One command for all packages. */
function joinInstalls(fixes: readonly string[]): string {
  const install = 'apt-get install -y ';
  const packages = fixes.filter((fix) => fix.startsWith(install));
  const others = fixes.filter((fix) => !fix.startsWith(install));
  return [
    ...(packages.length === 0
      ? []
      : [install + packages.map((fix) => fix.slice(install.length)).join(' ')]),
    ...others,
  ].join('; ');
}

function refuseTaken(plan: RunPlan): void {
  const there = new Set(namespacesThere());
  const taken = namespacesOf(plan).filter((name) => there.has(name));
  if (taken.length === 0) return;
  throw new OperationalError(
    'lab/name-taken',
    `${taken.length} of its network namespaces are there already and not this lab's: \`${taken[0]}\``,
    { hint: `another name with --name, or: ip netns delete ${taken[0]}` },
  );
}

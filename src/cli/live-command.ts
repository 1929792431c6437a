import { join } from 'node:path';
import { OperationalError } from '../diagnostics/index.ts';
import { type FileSystem, nodeFileSystem, overlaidFileSystem, systemClock } from '../io/index.ts';
import {
  AZURE_FILES,
  CLOUDS,
  type LiveFile,
  originOf,
  readLiveAzure,
  readLiveCluster,
  writeFolder,
} from '../live/index.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import { importCommand } from './import-command.ts';
import type { LiveImportOptions } from './live-options.ts';
import { type Output, terminal } from './terminal.ts';

/**
 * Reads what is deployed, writes it to the folder of `-o` where one is given, and says what it is as `import` says it of files.
 * 0: everything was read. 1: a part could not be read. 2: no such subscription, or nothing there. 3: no sign-in, no answer.
 */
export async function liveCommand(options: LiveImportOptions): Promise<ExitCode> {
  const output = terminal(options);
  const stop = new AbortController();
  const release = onSignal((signal) => stop.abort(new Stopped(signal)));
  let files: readonly LiveFile[];
  try {
    files = await readLive(options, stop.signal, output);
  } catch (error) {
    output.done();
    // What is still on its way would keep the process waiting for an answer that nobody reads.
    stop.abort(error);
    release(error instanceof Stopped ? error.signal : undefined);
    if (error instanceof OperationalError && error.code === 'live/subscription') {
      throw new InputError(error.message, error.hint);
    }
    throw error;
  }
  release();
  // A page of intent is one file: then the folder is not asked for.
  const folder = options.as === undefined ? options.output : undefined;
  if (folder !== undefined) {
    const written = new Set(files.map(({ name }) => name));
    const isAzure = written.has(AZURE_FILES[0]!);
    await writeFolder(folder, files, isAzure ? AZURE_FILES.filter((one) => !written.has(one)) : []);
  }
  const named = files.map(({ name, text }) => ({ path: join(folder ?? 'live', name), text }));
  const { subscription: _, output: __, ...rest } = options;
  const asked = folder === undefined && options.output !== undefined;
  return importCommand(
    named.map(({ path }) => path),
    { ...rest, ...(asked ? { output: options.output } : {}) },
    heldFiles(named),
  );
}

async function readLive(
  options: LiveImportOptions,
  signal: AbortSignal,
  output: Output,
): Promise<readonly LiveFile[]> {
  const { subscription, kubeconfig, context, tenant, ca } = options;
  const common = {
    env: process.env,
    signal,
    now: () => systemClock.now(),
    onProgress: (what: string) => output.progress(what),
  };
  const files: LiveFile[] = [];
  if (subscription !== undefined) {
    const authority = ca === undefined ? undefined : await authorityIn(ca);
    files.push(
      ...(await readLiveAzure({
        ...common,
        subscriptions: subscriptionsIn(subscription),
        cloud: cloudOf(options),
        ...(tenant === undefined ? {} : { tenant: wordIn('--tenant', tenant) }),
        ...(authority === undefined ? {} : { ca: authority }),
      })),
    );
  }
  if (kubeconfig !== undefined || context !== undefined) {
    files.push(
      ...(await readLiveCluster({
        ...common,
        ...(kubeconfig === undefined ? {} : { kubeconfig }),
        ...(context === undefined ? {} : { context }),
      })),
    );
  }
  return files;
}

const SUBSCRIPTIONS_MAX = 1_000;

function subscriptionsIn(text: string): readonly string[] {
  const list = text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (list.length === 0) throw new InputError('--subscription names none', 'az account list');
  if (list.length > SUBSCRIPTIONS_MAX) {
    throw new InputError(`--subscription names ${list.length}; ${SUBSCRIPTIONS_MAX} at most`);
  }
  for (const one of list) wordIn('--subscription', one);
  return list;
}

/** It becomes an argument of `az`: what is no name of anything is refused before. */
function wordIn(option: string, text: string): string {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_ .()-]{0,120}$/u.test(text)) return text;
  throw new InputError(`${option} is neither an id nor a name: \`${text.slice(0, 100)}\``);
}

/** A rehearsal tells its address by the variable that Terraform takes it from. */
function cloudOf({ armEndpoint, cloud }: LiveImportOptions) {
  if (armEndpoint !== undefined) {
    if (originOf(armEndpoint) !== undefined) return armEndpoint;
    throw new InputError(
      `--arm-endpoint is no https address: \`${armEndpoint.slice(0, 100)}\``,
      'a token is not sent in the clear',
    );
  }
  const host = process.env['ARM_METADATA_HOSTNAME'] ?? '';
  if (host !== '' && cloud === 'public') return `https://${host}`;
  return CLOUDS[cloud as keyof typeof CLOUDS];
}

async function authorityIn(file: string): Promise<string> {
  const text = new TextDecoder().decode(await nodeFileSystem().read(file));
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new InputError(`\`${file}\` holds no certificate`, 'give the authority as PEM text');
}

/** Files that are read from here, whether or not they were written. */
function heldFiles(named: readonly { readonly path: string; readonly text: string }[]): FileSystem {
  const bytes = new Map(named.map(({ path, text }) => [path, new TextEncoder().encode(text)]));
  const disk = nodeFileSystem();
  return {
    ...overlaidFileSystem(disk, bytes),
    realpath: async (path) => (bytes.has(path) ? `/${path}` : disk.realpath(path)),
  };
}

class Stopped extends Error {
  readonly signal: NodeJS.Signals;
  constructor(signal: NodeJS.Signals) {
    super('stopped');
    this.signal = signal;
  }
}

/** Programs that were started are ended first; then the signal does what it does. */
function onSignal(stop: (signal: NodeJS.Signals) => void): (again?: NodeJS.Signals) => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  return (again) => {
    for (const signal of signals) process.removeListener(signal, stop);
    if (again !== undefined) process.kill(process.pid, again);
  };
}

import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperationalError } from '../diagnostics/index.ts';
import type { LogEngine } from '../logs/engine.ts';
import type { IngestReport } from '../logs/ingest/index.ts';
import type { LogStore } from '../logs/store/index.ts';
import { diagnosticLines } from '../report/diagnostic-text.ts';
import { InputError } from './exit-code.ts';
import { ingestInto, shownPlace } from './ingest-logs.ts';
import type { CloudName } from './log-credential.ts';
import type { Output } from './terminal.ts';

export interface StoreChoice {
  /** Absent: `.sallyport/logs.duckdb`, or a store of its own for the paths that were given. */
  readonly store?: string;
  readonly zone?: number;
  /** Asked instead of a store: a Log Analytics workspace by its id, or a database of a Data Explorer cluster. */
  readonly workspace?: string;
  readonly cluster?: string;
  readonly database?: string;
  /** The variable that holds the connection string of a storage account to read. */
  readonly storageFrom?: string;
  /** Where a workspace, a cluster or a storage account is signed in to; absent: as the environment says. */
  readonly cloud?: CloudName;
  /** Every remark on every file, not one of each kind. */
  readonly verbose?: boolean;
}

export interface OpenedLogs {
  readonly engine: LogEngine;
  /** For people: what was asked. */
  readonly name: string;
  readonly ingested?: IngestReport;
  close(): Promise<void>;
}

/**
 * Logs to ask: the paths that were given, read into a store, or else the store that is there. Paths without a store go into one that is
 * removed again.
 * @throws InputError when the paths hold no record: no answer is better than an empty one
 */
export async function openLogs(
  paths: readonly string[],
  options: StoreChoice,
  output: Output,
): Promise<OpenedLogs> {
  const remote = await openRemote(paths, options);
  if (remote !== undefined) return remote;
  const [only = ''] = paths;
  if (paths.length === 1 && options.store === undefined && only.endsWith('.duckdb')) {
    return openLogs([], { ...options, store: only }, output);
  }
  const { DEFAULT_STORE, openStore, storeEngine } = await import('../logs/store/index.ts');
  const { store: path = paths.length === 0 ? DEFAULT_STORE : undefined } = options;
  if (paths.length === 0) {
    const asked = path ?? DEFAULT_STORE;
    if (!existsSync(asked)) {
      throw new InputError(
        `there is no store \`${asked}\``,
        'name a folder of logs, or fill a store with `sallyport logs ingest FOLDER`',
      );
    }
    const store = await openStore(asked, { mode: 'read' });
    const engine = storeEngine(store);
    await tellBothForms(store, output);
    return { engine, name: asked, close: async () => engine.close() };
  }
  const folder = path === undefined ? await ownFolder() : undefined;
  const forget = folder === undefined ? undefined : removedWhenStopped(folder);
  const remove = async () => {
    forget?.();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    const store = await openStore(path ?? join(folder!, 'logs.duckdb'), {
      mode: 'write',
      onUpgrade: () => output.progress('bringing the store to this version…'),
    });
    const engine = storeEngine(store);
    try {
      const ingested = await ingestInto(store, paths, options, output);
      if (ingested.isAborted) {
        // Half of the records would answer another question.
        engine.close();
        process.kill(process.pid, 'SIGINT');
      }
      await tellBothForms(store, output);
      return {
        engine,
        name: paths.map(shownPlace).join(' '),
        ingested,
        async close() {
          engine.close();
          await remove();
        },
      };
    } catch (error) {
      engine.close();
      throw error;
    }
  } catch (error) {
    await remove();
    const isFull = error instanceof OperationalError && error.code === 'logs/disk-full';
    // Nothing of it is kept, and nobody knows the path.
    throw isFull && folder !== undefined ? noRoom('is too small for these logs', error) : error;
  }
}

async function tellBothForms(store: LogStore, output: Output): Promise<void> {
  const { bothForms } = await import('../logs/store/both-forms.ts');
  const said = await bothForms(store);
  if (said !== undefined) output.err(`${diagnosticLines(said, output.style)}\n`);
}

/** A store for one question may be large: whoever stops the command does not want it any more. Gives the way to take that back. */
function removedWhenStopped(folder: string): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const stop = (signal: NodeJS.Signals) => {
    rmSync(folder, { recursive: true, force: true });
    // Without anybody who listens a signal ends the process, as a shell expects it to.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.once(signal, stop);
  return () => {
    for (const signal of signals) process.off(signal, stop);
  };
}

async function ownFolder(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'sallyport-logs-'));
  } catch (cause) {
    throw noRoom('may not be written', cause);
  }
}

function noRoom(why: string, cause: unknown): OperationalError {
  return new OperationalError('logs/no-room', `\`${tmpdir()}\` ${why}`, {
    cause,
    hint: 'keep what is read elsewhere: `--store FILE`; or name another folder in TMPDIR',
  });
}

/** The cluster that holds the logs already, asked in its own language. */
async function openRemote(
  paths: readonly string[],
  { workspace, cluster, database, store, cloud: named }: StoreChoice,
): Promise<OpenedLogs | undefined> {
  if (workspace === undefined && cluster === undefined) return undefined;
  if (
    paths.length > 0 ||
    store !== undefined ||
    (workspace !== undefined && cluster !== undefined)
  ) {
    throw new InputError('a question goes to one place: paths, a store, a workspace or a cluster');
  }
  const { clusterEngine, workspaceEngine } = await import('../logs/remote/index.ts');
  const { logCloud } = await import('./log-credential.ts');
  let engine: LogEngine;
  if (workspace !== undefined) {
    if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(workspace)) {
      throw new InputError(
        `\`${workspace}\` is no workspace id`,
        'its id is a GUID: az monitor log-analytics workspace show --query customerId',
      );
    }
    const { cloud, credential } = await logCloud(named);
    const { logAnalytics, manager } = cloud;
    if (logAnalytics === undefined) {
      throw new OperationalError('live/cloud', `the cloud of \`${manager}\` has no Log Analytics`);
    }
    const endpoint = `${logAnalytics}/v1`;
    engine = await workspaceEngine({ workspaceId: workspace, credential, endpoint });
  } else {
    if (!URL.canParse(cluster ?? '') || !/^https:/.test(cluster ?? '')) {
      throw new InputError(
        `\`${cluster}\` is no address of a cluster`,
        'https://NAME.REGION.kusto.windows.net',
      );
    }
    if (database === undefined) throw new InputError('`--cluster` needs `--database`');
    const { credential } = await logCloud(named);
    engine = await clusterEngine({ cluster: cluster ?? '', database, credential });
  }
  return { engine, name: engine.name, close: async () => engine.close() };
}

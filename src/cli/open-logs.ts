import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogEngine } from '../logs/engine.ts';
import type { IngestProgress, IngestReport } from '../logs/ingest/index.ts';
import { diagnosticsByCode } from '../report/diagnostic-text.ts';
import { bytesWords, countWords, secondsWords } from '../report/logs-page.ts';
import { InputError } from './exit-code.ts';
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
 */
export async function openLogs(
  paths: readonly string[],
  options: StoreChoice,
  output: Output,
): Promise<OpenedLogs> {
  const remote = await openRemote(paths, options);
  if (remote !== undefined) return remote;
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
    const engine = storeEngine(await openStore(asked, { mode: 'read' }));
    return { engine, name: asked, close: async () => engine.close() };
  }
  const folder = path === undefined ? await mkdtemp(join(tmpdir(), 'sallyport-logs-')) : undefined;
  const remove = async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    const store = await openStore(path ?? join(folder!, 'logs.duckdb'), { mode: 'write' });
    const engine = storeEngine(store);
    try {
      const ingested = await ingestInto(store, paths, options, output);
      return {
        engine,
        name: paths.join(' '),
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
    throw error;
  }
}

/** The cluster that holds the logs already, asked in its own language. */
async function openRemote(
  paths: readonly string[],
  { workspace, cluster, database, store }: StoreChoice,
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
  const { logCredential } = await import('./log-credential.ts');
  const credential = logCredential(new AbortController().signal);
  let engine: LogEngine;
  if (workspace !== undefined) {
    if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(workspace)) {
      throw new InputError(
        `\`${workspace}\` is no workspace id`,
        'its id is a GUID: az monitor log-analytics workspace show --query customerId',
      );
    }
    engine = await workspaceEngine({ workspaceId: workspace, credential });
  } else {
    if (!URL.canParse(cluster ?? '') || !/^https:/.test(cluster ?? '')) {
      throw new InputError(
        `\`${cluster}\` is no address of a cluster`,
        'https://NAME.REGION.kusto.windows.net',
      );
    }
    if (database === undefined) throw new InputError('`--cluster` needs `--database`');
    engine = await clusterEngine({ cluster: cluster ?? '', database, credential });
  }
  return { engine, name: engine.name, close: async () => engine.close() };
}

/** Folders and files of this machine, and storage accounts by their address. */
async function inputsOf(paths: readonly string[], { storageFrom }: StoreChoice) {
  const { localInputs } = await import('../logs/ingest/index.ts');
  const isAccount = (path: string) => path.startsWith('https://');
  const found = [await localInputs(paths.filter((path) => !isAccount(path)))];
  if (storageFrom !== undefined || paths.some(isAccount)) {
    const { blobInputs } = await import('../logs/remote/index.ts');
    const { logCredential } = await import('./log-credential.ts');
    const credential = logCredential(new AbortController().signal);
    for (const url of paths.filter(isAccount)) {
      // A signature in the address is a right of its own.
      found.push(await blobInputs(url.includes('?') ? { url } : { url, credential }));
    }
    if (storageFrom !== undefined) {
      const connectionString = process.env[storageFrom] ?? '';
      if (connectionString === '') {
        throw new InputError(`the variable \`${storageFrom}\` holds no connection string`);
      }
      found.push(await blobInputs({ connectionString }));
    }
  }
  return {
    value: found.flatMap(({ value }) => value),
    diagnostics: found.flatMap(({ diagnostics }) => diagnostics),
  };
}

type Store = Awaited<ReturnType<typeof import('../logs/store/index.ts').openStore>>;

/** What is wrong with files is told on the error stream; what could be read is kept. */
export async function ingestInto(
  store: Store,
  paths: readonly string[],
  options: StoreChoice & { readonly keepDays?: number },
  output: Output,
): Promise<IngestReport> {
  const { zone, keepDays } = options;
  const { ingest } = await import('../logs/ingest/index.ts');
  const inputs = await inputsOf(paths, options);
  const aborting = new AbortController();
  const stop = () => aborting.abort();
  process.once('SIGINT', stop);
  try {
    const report = await ingest(store, inputs.value, {
      ...(zone === undefined ? {} : { zoneMinutes: zone }),
      ...(keepDays === undefined ? {} : { keepDays }),
      signal: aborting.signal,
      onProgress: (progress) => output.progress(progressText(progress)),
    });
    output.done();
    const said = [...inputs.diagnostics, ...report.diagnostics];
    for (const line of diagnosticsByCode(said, false, output.style)) output.err(`${line}\n`);
    return report;
  } finally {
    process.off('SIGINT', stop);
  }
}
function progressText(progress: IngestProgress): string {
  const { bytesDone, bytes, records, bytesPerSecond, secondsLeft, name } = progress;
  const share = bytes === 0 ? 1 : Math.min(1, bytesDone / bytes);
  const filled = Math.round(share * 20);
  const drawn = `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}]`;
  const left = secondsLeft === undefined ? '' : `, ${secondsWords(secondsLeft)} left`;
  return `${drawn} ${Math.floor(share * 100)} %  ${countWords(records)} records  ${bytesWords(bytesPerSecond)}/s${left}  ${name}`;
}

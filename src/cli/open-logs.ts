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

type Store = Awaited<ReturnType<typeof import('../logs/store/index.ts').openStore>>;

/** What is wrong with files is told on the error stream; what could be read is kept. */
export async function ingestInto(
  store: Store,
  paths: readonly string[],
  { zone, keepDays }: StoreChoice & { readonly keepDays?: number },
  output: Output,
): Promise<IngestReport> {
  const { ingest, localInputs } = await import('../logs/ingest/index.ts');
  const inputs = await localInputs(paths);
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

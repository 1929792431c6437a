import type { Diagnostic } from '../diagnostics/index.ts';
import type { IngestProgress, IngestReport, LogInput } from '../logs/ingest/index.ts';
import { diagnosticsByCode } from '../report/diagnostic-text.ts';
import { bytesWords, countWords, secondsWords } from '../report/logs-page.ts';
import { brokenLines, fromHere } from './broken-lines.ts';
import { InputError } from './exit-code.ts';
import { hasDecoded, nothingRead } from './no-records.ts';
import type { StoreChoice } from './open-logs.ts';
import type { Output } from './terminal.ts';

/** Folders and files of this machine, and storage accounts by their address. */
async function inputsOf(paths: readonly string[], { storageFrom, cloud }: StoreChoice) {
  const { localInputs } = await import('../logs/ingest/index.ts');
  const open = paths.find((path) => path.startsWith('http://'));
  if (open !== undefined) {
    throw new InputError(
      `\`${shownPlace(open)}\` is no https address`,
      'what a signature or a sign-in opens is not asked for in the clear',
    );
  }
  const found = [await localInputs(paths.filter((path) => !isAccount(path)))];
  if (storageFrom !== undefined || paths.some(isAccount)) {
    const { blobInputs } = await import('../logs/remote/index.ts');
    const { logCloud } = await import('./log-credential.ts');
    for (const url of paths.filter(isAccount)) {
      // A signature in the address is a right of its own.
      const right = url.includes('?') ? {} : await logCloud(cloud);
      found.push(await blobInputs({ url, ...right }));
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

const isAccount = (path: string) => path.startsWith('https://');

/** A place as it may be shown: an address without the signature that opens it. */
export function shownPlace(path: string): string {
  return /^https?:\/\//.test(path) ? path.replace(/[?#].*$/s, '') : path;
}

type Store = Awaited<ReturnType<typeof import('../logs/store/index.ts').openStore>>;

/**
 * What is wrong with files is told on the error stream; what could be read is kept.
 * @throws InputError when no record is in any of these files, nor was when they were read before
 */
export async function ingestInto(
  store: Store,
  paths: readonly string[],
  options: StoreChoice & { readonly keepDays?: number },
  output: Output,
): Promise<IngestReport> {
  const { zone, keepDays, storageFrom, verbose = false } = options;
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
    const diagnostics = [...inputs.diagnostics, ...report.diagnostics].map(asTyped);
    for (const line of diagnosticsByCode(diagnostics, verbose, output.style)) {
      output.err(`${line}\n`);
    }
    if (report.quarantined > 0) {
      const names = new Set(inputs.value.map(({ name }) => name));
      for (const { code, at } of report.diagnostics) {
        // Of a file that is no log at all, no line is missed.
        if (code === 'logs/not-a-log' && at !== undefined) names.delete(at.source.file);
      }
      const lines = await brokenLines(store, names, verbose, output.style);
      for (const line of lines) output.err(`${line}\n`);
    }
    if (!report.isAborted && !hasDecoded(report) && !(await gaveBefore(store, inputs.value))) {
      const account = storageFrom === undefined ? [] : [`the account of ${storageFrom}`];
      throw nothingRead([...paths.map(shownPlace), ...account], report);
    }
    return { ...report, diagnostics };
  } finally {
    process.off('SIGINT', stop);
  }
}

function asTyped(one: Diagnostic): Diagnostic {
  const file = one.at?.source.file;
  if (one.at === undefined || file === undefined) return one;
  const shown = fromHere(file);
  const at = { ...one.at, source: { ...one.at.source, file: shown } };
  return { ...one, at, message: one.message.replaceAll(file, shown) };
}

/** Nothing new is no nothing: files that were read before are passed by. */
async function gaveBefore(store: Store, inputs: readonly LogInput[]): Promise<boolean> {
  const { storeContents } = await import('../logs/store/index.ts');
  const names = new Set(inputs.map(({ name }) => name));
  const { sources } = await storeContents(store);
  return sources.some(({ name, records }) => records > 0 && names.has(name));
}

function progressText(progress: IngestProgress): string {
  const { bytesDone, bytes, records, bytesPerSecond, secondsLeft, name } = progress;
  const share = bytes === 0 ? 1 : Math.min(1, bytesDone / bytes);
  const filled = Math.round(share * 20);
  const drawn = `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}]`;
  const left = secondsLeft === undefined ? '' : `, ${secondsWords(secondsLeft)} left`;
  return `${drawn} ${Math.floor(share * 100)} %  ${countWords(records)} records  ${bytesWords(bytesPerSecond)}/s${left}  ${name}`;
}

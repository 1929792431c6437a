import { availableParallelism } from 'node:os';
import type { Diagnostic } from '../../diagnostics/index.ts';
import { type Clock, systemClock } from '../../io/index.ts';
import { LOG_KINDS, type LogKind } from '../columns.ts';
import type { Seen } from '../decode/index.ts';
import type { LogStore } from '../store/open-store.ts';
import { deleteBefore } from '../store/retention.ts';
import { knownSources } from '../store/source-list.ts';
import { storeError } from '../store/store-error.ts';
import { mergeTallies } from '../store/tallies.ts';
import { batchWriter } from './batch-writer.ts';
import type { LogInput } from './log-input.ts';
import { type IngestProgress, progressMeter } from './progress.ts';
import { readInput } from './read-input.ts';

export interface IngestOptions {
  /** Minutes east of UTC of times that name no zone. */
  readonly zoneMinutes?: number;
  readonly lineBytesMax?: number;
  /** Records older than this many days are not kept: those that are read now, and those of before are deleted. */
  readonly keepDays?: number;
  /** Records of a transaction; fewer lose less when the process is ended, and take longer. */
  readonly batchRows?: number;
  readonly onProgress?: (progress: IngestProgress) => void;
  readonly clock?: Clock;
  /** Once aborted, what is staged is written and the rest left for the next time. */
  readonly signal?: AbortSignal;
}

/** What came of it. `records` are new ones; `duplicates` were there already. */
export interface IngestReport {
  readonly files: number;
  readonly filesUnchanged: number;
  readonly filesFailed: number;
  readonly bytes: number;
  readonly records: number;
  readonly duplicates: number;
  readonly quarantined: number;
  readonly passedOver: number;
  /** Older than the days that are kept: not written, or deleted. */
  readonly expired: number;
  /** As decoded, duplicates included. */
  readonly byKind: Readonly<Record<LogKind, number>>;
  readonly unknownCategories: readonly Seen[];
  readonly unknownFields: readonly Seen[];
  readonly span?: { readonly earliest: number; readonly latest: number };
  readonly seconds: number;
  readonly isAborted: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** Of a folder of ten thousand files that all have the same fault, so many are told. */
const DIAGNOSTICS_MAX = 200;

/**
 * Reads logs into the store: what is unchanged since the last time is passed by, what has grown is read from where it ended, a log of plain
 * lines that was not read to its end from behind the last batch that was written, and a record that is there already is not written again. Everything is written in transactions that hold the records and how far their source was
 * read: whenever the process ends, the same command run again ends where an undisturbed one would have.
 * @throws OperationalError when the store cannot be written; inputs that cannot be read are diagnostics
 */
export async function ingest(
  store: LogStore,
  inputs: readonly LogInput[],
  options: IngestOptions = {},
): Promise<IngestReport> {
  const { clock = systemClock, signal, keepDays } = options;
  const began = clock.now();
  const oldest = keepDays === undefined ? undefined : (began - keepDays * 86_400_000) * 1000;
  const total = newTotal();
  try {
    const known = await knownSources(store.connection);
    let nextId = Math.max(0, ...[...known.values()].map(({ id }) => id)) + 1;
    const bytes = inputs.reduce((sum, { size }) => sum + size, 0);
    const meter = progressMeter(clock, inputs.length, bytes, options.onProgress);
    const writer = await batchWriter(store.connection, {
      ...(oldest === undefined ? {} : { oldest }),
      ...(options.batchRows === undefined ? {} : { rows: options.batchRows }),
    });
    let bytesBefore = 0;
    // One core decodes; on two, a second thread of DuckDB costs half as much again and gains nothing.
    await store.connection.run(`SET threads = ${Math.max(1, availableParallelism() - 1)}`);
    try {
      for (const [index, input] of inputs.entries()) {
        if (signal?.aborted === true) break;
        const before = known.get(input.name);
        if (
          before?.isWhole === true &&
          before.size === input.size &&
          before.version === input.version
        ) {
          total.filesUnchanged += 1;
        } else {
          const id = before?.id ?? nextId++;
          const outcome = await readInput(
            writer,
            input,
            id,
            before,
            options,
            (bytesRead, records) => {
              meter.report({
                filesDone: index,
                bytesDone: bytesBefore + bytesRead,
                records: total.decoded + records,
                name: input.name,
              });
            },
          );
          add(total, outcome);
        }
        bytesBefore += input.size;
      }
      await writer.finish();
      await mergeTallies(store.connection);
    } catch (error) {
      await writer.abandon();
      throw error;
    } finally {
      await store.connection.run('RESET threads');
    }
    const name = inputs.at(-1)?.name ?? '';
    const done = { filesDone: inputs.length, bytesDone: bytesBefore, records: total.decoded, name };
    meter.report(done, true);
    const { records, duplicates, expired } = writer.written();
    const deleted = oldest === undefined ? 0 : await deleteBefore(store, oldest);
    return {
      ...reportOf(total),
      ...{ files: inputs.length, records, duplicates, expired: expired + deleted },
      isAborted: signal?.aborted === true,
      seconds: (clock.now() - began) / 1000,
    };
  } catch (error) {
    throw storeError(store.path, error);
  }
}

type Outcome = Awaited<ReturnType<typeof readInput>>;

function newTotal() {
  return {
    filesUnchanged: 0,
    filesFailed: 0,
    bytes: 0,
    decoded: 0,
    quarantined: 0,
    passedOver: 0,
    byKind: Object.fromEntries(LOG_KINDS.map((kind) => [kind, 0])) as Record<LogKind, number>,
    categories: new Map<string, Seen>(),
    fields: new Map<string, Seen>(),
    earliest: Number.POSITIVE_INFINITY,
    latest: Number.NEGATIVE_INFINITY,
    diagnostics: [] as Diagnostic[],
    untold: [] as Diagnostic['code'][],
  };
}

function add(
  total: ReturnType<typeof newTotal>,
  { reports, diagnostics, isFailed }: Outcome,
): void {
  for (const diagnostic of diagnostics) {
    if (total.diagnostics.length < DIAGNOSTICS_MAX) total.diagnostics.push(diagnostic);
    else total.untold.push(diagnostic.code);
  }
  if (isFailed) total.filesFailed += 1;
  for (const report of reports) {
    total.bytes += report.bytes;
    total.decoded += report.records;
    total.quarantined += report.quarantined;
    total.passedOver += report.passedOver;
    for (const kind of LOG_KINDS) total.byKind[kind] += report.byKind[kind];
    count(total.categories, report.unknownCategories);
    count(total.fields, report.unknownFields);
    if (report.span === undefined) continue;
    total.earliest = Math.min(total.earliest, report.span.earliest);
    total.latest = Math.max(total.latest, report.span.latest);
  }
}

function count(into: Map<string, Seen>, seen: readonly Seen[]): void {
  for (const each of seen) {
    const known = into.get(each.name);
    into.set(each.name, known === undefined ? each : { ...known, count: known.count + each.count });
  }
}

function reportOf(total: ReturnType<typeof newTotal>) {
  const { earliest, latest, untold } = total;
  const listed = (seen: ReadonlyMap<string, Seen>) =>
    [...seen.values()].sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  const [code] = untold;
  const rest: Diagnostic[] =
    code === undefined
      ? []
      : [{ code, severity: 'note', message: `${untold.length} more remarks are not shown` }];
  return {
    filesUnchanged: total.filesUnchanged,
    filesFailed: total.filesFailed,
    bytes: total.bytes,
    quarantined: total.quarantined,
    passedOver: total.passedOver,
    byKind: total.byKind,
    unknownCategories: listed(total.categories),
    unknownFields: listed(total.fields),
    ...(earliest <= latest ? { span: { earliest, latest } } : {}),
    diagnostics: [...total.diagnostics, ...rest],
  };
}

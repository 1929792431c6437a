import { createHash } from 'node:crypto';
import { type Diagnostic, wholeFile } from '../../diagnostics/index.ts';
import {
  type DecodeReport,
  decodeLog,
  type LogPosition,
  type Reached,
  type Seen,
} from '../decode/index.ts';
import { type KnownSource, readSince } from '../store/source-list.ts';
import type { BatchWriter, Place } from './batch-writer.ts';
import type { LogInput } from './log-input.ts';

export interface ReadOptions {
  readonly zoneMinutes?: number;
  readonly lineBytesMax?: number;
  readonly signal?: AbortSignal;
}

export interface ReadOutcome {
  /** Of the file, and of a last line without its end; their `bytes` are those read now. */
  readonly reports: readonly DecodeReport[];
  readonly diagnostics: readonly Diagnostic[];
  readonly isFailed: boolean;
}

/** Reads one input into the batches: from where it was left when it has only grown since, else from its beginning. */
export async function readInput(
  writer: BatchWriter,
  input: LogInput,
  id: number,
  before: KnownSource | undefined,
  options: ReadOptions,
  tell: (bytes: number, records: number) => void,
): Promise<ReadOutcome> {
  const failure: Failure = {};
  const from = await placeToGoOn(input, before);
  writer.begin(id, input.name, from);
  let records = 0;
  // What a batch has said of this input already.
  let said: Reached | undefined;
  let place: Place | undefined;
  const placeOf =
    (reached: () => Reached): Place =>
    async () => {
      const now = reached();
      const { position } = now;
      const mark = position.bytes === 0 ? undefined : await markBefore(input, position.bytes);
      if (mark === undefined) return undefined;
      const read = readSince(said, now);
      said = now;
      return { id, position, mark, read };
    };
  const decoded = async (start: LogPosition | undefined, isGrowing: boolean) => {
    const chunks = guarded(() => input.open(start?.bytes ?? 0, input.size), failure);
    const { zoneMinutes, lineBytesMax } = options;
    const decoding = decodeLog(input.name, chunks, {
      ...(zoneMinutes === undefined ? {} : { zoneMinutes }),
      ...(lineBytesMax === undefined ? {} : { lineBytesMax }),
      ...(start === undefined ? {} : { from: start }),
      isGrowing,
      sink: writer.sink,
    });
    for (;;) {
      const next = await decoding.next();
      if (next.done === true)
        return { ...next.value, bytes: next.value.bytes - (start?.bytes ?? 0) };
      const { reached } = next.value;
      // The place before a last line without its end stays: that line is read again.
      if (isGrowing && reached !== undefined) place = placeOf(reached);
      await writer.add(id, next.value.records, next.value.quarantined, place);
      records += next.value.records.length + next.value.rows;
      tell(next.value.bytes, records);
      if (options.signal?.aborted === true) {
        await decoding.return(undefined as never);
        return undefined;
      }
    }
  };

  // The end of a last line may still be on its way: it is decoded apart, and again when it is whole. What was read of it then is known
  // by its key, and what was kept aside is taken back.
  const report = await decoded(from, true);
  if (report === undefined) return { reports: [], diagnostics: [], isFailed: false };
  if (failure.error !== undefined) return failed(writer, input, report, failure.error);
  const { position } = report;
  const hasTail = position !== undefined && position.bytes < input.size;
  const tail = hasTail ? await decoded(position, false) : undefined;
  if (failure.error !== undefined) return failed(writer, input, report, failure.error);
  const goesOn = position !== undefined && position.bytes > 0 && position.bytes <= input.size;
  const mark = goesOn ? await markBefore(input, position.bytes) : undefined;
  const reports = tail === undefined ? [report] : [report, tail];
  writer.end({
    id,
    position: mark === undefined ? undefined : position,
    mark,
    read: readSince(said, tail === undefined ? report : together(report, tail)),
    whole: { size: input.size, version: input.version },
  });
  return { reports, diagnostics: diagnosticsOf(reports), isFailed: false };
}

interface Failure {
  error?: unknown;
}

/** The bytes until the input fails; why it did is kept, so that it is not taken for a fault of the store. */
async function* guarded(
  open: () => AsyncIterable<Uint8Array>,
  failure: Failure,
): AsyncGenerator<Uint8Array> {
  try {
    yield* open();
  } catch (error) {
    failure.error = error;
  }
}

function failed(
  writer: BatchWriter,
  input: LogInput,
  report: DecodeReport,
  error: unknown,
): ReadOutcome {
  writer.fail();
  const { code } = error as { code?: unknown };
  const why = typeof code === 'string' ? ` (${code})` : '';
  const diagnostic: Diagnostic = {
    code: 'logs/not-read',
    severity: 'error',
    message: `\`${input.name}\` could be read only in part${why}; its other logs are missing`,
    at: wholeFile(input.name),
    hint: 'run the same command again',
  };
  return { reports: [report], diagnostics: [diagnostic], isFailed: true };
}

/** Logs of lines grow at their end. One that was written anew looks so too; what stood before the place shows the difference. */
async function placeToGoOn(
  input: LogInput,
  before: KnownSource | undefined,
): Promise<LogPosition | undefined> {
  const { position, mark } = before ?? {};
  if (position === undefined || mark === undefined || input.size < position.bytes) return undefined;
  return (await markBefore(input, position.bytes)) === mark ? position : undefined;
}

const MARK_BYTES = 4_096;

async function markBefore(input: LogInput, bytes: number): Promise<string | undefined> {
  const failure: Failure = {};
  const hash = createHash('sha256');
  const from = Math.max(0, bytes - MARK_BYTES);
  for await (const chunk of guarded(() => input.open(from, bytes), failure)) hash.update(chunk);
  return failure.error === undefined ? hash.digest('hex').slice(0, 32) : undefined;
}

function together(report: DecodeReport, tail: DecodeReport): DecodeReport {
  const { span } = tail;
  return {
    ...report,
    records: report.records + tail.records,
    quarantined: report.quarantined + tail.quarantined,
    passedOver: report.passedOver + tail.passedOver,
    unknownCategories: seenIn(report.unknownCategories, tail.unknownCategories),
    unknownFields: seenIn(report.unknownFields, tail.unknownFields),
    ...(span === undefined
      ? {}
      : {
          span: {
            earliest: Math.min(report.span?.earliest ?? span.earliest, span.earliest),
            latest: Math.max(report.span?.latest ?? span.latest, span.latest),
          },
        }),
  };
}

function seenIn(report: readonly Seen[], tail: readonly Seen[]): readonly Seen[] {
  const seen = new Map(report.map((each) => [each.name, each]));
  for (const each of tail) {
    const known = seen.get(each.name);
    seen.set(each.name, known === undefined ? each : { ...known, count: known.count + each.count });
  }
  return [...seen.values()];
}

/** A file whose every line is but the unfinished one is no log by itself; its parts are not to be told twice. */
function diagnosticsOf(reports: readonly DecodeReport[]): readonly Diagnostic[] {
  const [report, tail] = reports;
  const first = report?.diagnostics ?? [];
  if (tail === undefined || report === undefined) return first;
  const told = new Set(first.map(({ code }) => code));
  const hasRecords = report.records > 0;
  return [
    ...first,
    ...tail.diagnostics.filter(
      ({ code }) => !told.has(code) && !(code === 'logs/not-a-log' && hasRecords),
    ),
  ];
}

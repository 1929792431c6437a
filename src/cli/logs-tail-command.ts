import { createReadStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { OperationalError } from '../diagnostics/index.ts';
import { type DecodeReport, decodeLog, type LogPosition, type Seen } from '../logs/decode/index.ts';
import { type LogInput, localInputs } from '../logs/ingest/index.ts';
import { type Locate, locator } from '../logs/places/index.ts';
import { parseSearchTerm, type SearchTerm } from '../logs/questions/index.ts';
import type { LogRecord } from '../logs/record.ts';
import { diagnosticLines } from '../report/diagnostic-text.ts';
import { fieldsOf, holdsTerms, recordLine } from '../report/log-line.ts';
import { counted } from '../report/logs-page.ts';
import { safe } from '../report/style.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import { nothingRead, type Reading } from './no-records.ts';
import { readInput } from './read-input.ts';
import { type Output, terminal } from './terminal.ts';

export interface TailOptions {
  readonly where?: readonly string[];
  readonly lines: number;
  readonly follow: boolean;
  /** Seconds. */
  readonly for?: number;
  readonly perimeter?: readonly string[];
  readonly zone?: number;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

const STEP_MILLISECONDS = 250;

interface Watched {
  position?: LogPosition;
  size: number;
  version: string;
}

/**
 * Prints the last records, and with `follow` each one soon after it was written. Files may grow, begin anew, come and go.
 * 0: printed. 1: a file could not be read. 2: there was no record.
 */
export async function logsTailCommand(
  paths: readonly string[],
  options: TailOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const terms = (options.where ?? []).map(termOf);
  const locate = await locateOf(options, output);
  const watched = new Map<string, Watched>();
  const kept: LogRecord[] = [];
  const keep = (record: LogRecord) => {
    kept.push(record);
    // Newest last; cut now and then, so that a folder of any size fits.
    if (kept.length > options.lines * 2 + 1000) {
      kept.sort((a, b) => a.time - b.time).splice(0, kept.length - options.lines);
    }
  };
  const isWanted = (record: LogRecord) => holdsTerms(fieldsOf(record), terms);
  const reading = await readNew(
    paths,
    watched,
    options,
    (record) => isWanted(record) && keep(record),
    output,
    true,
  );
  // Of what is still being written, the first record may be on its way.
  if (reading.records === 0 && !options.follow) throw nothingRead(paths, reading);
  kept.sort((a, b) => a.time - b.time);
  for (const record of kept.slice(-options.lines)) print(record, locate, output);
  if (kept.length === 0 && reading.records > 0) {
    const words = (options.where ?? []).join(' ');
    output.err(`of ${counted(reading.records, 'record')} none has ${safe(words)}\n`);
  }
  if (!options.follow) return reading.filesFailed > 0 ? 1 : 0;

  let isStopped = false;
  const stop = () => {
    isStopped = true;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  const until = options.for === undefined ? Infinity : performance.now() + options.for * 1000;
  while (!isStopped && performance.now() < until) {
    const fresh: LogRecord[] = [];
    await readNew(
      paths,
      watched,
      options,
      (record) => isWanted(record) && fresh.push(record),
      output,
      false,
    );
    fresh.sort((a, b) => a.time - b.time);
    for (const record of fresh) print(record, locate, output);
    await pause(STEP_MILLISECONDS);
  }
  return 0;
}

function print(record: LogRecord, locate: Locate, { out, style }: Output): void {
  out(`${recordLine(record, (address) => locate(address, record.time).label, style)}\n`);
}

interface Looked extends Reading {
  readonly records: number;
}

/** What was written since the last look. A file that became shorter began anew; files come and go while they are followed. */
async function readNew(
  paths: readonly string[],
  watched: Map<string, Watched>,
  options: TailOptions,
  take: (record: LogRecord) => void,
  output: Output,
  isFirst: boolean,
): Promise<Looked> {
  const { value: inputs, diagnostics } = await filesOf(paths, isFirst);
  for (const one of isFirst ? diagnostics : []) {
    output.err(`${diagnosticLines(one, output.style)}\n`);
  }
  const seen: Seen[] = [];
  let records = 0;
  let filesFailed = isFirst ? diagnostics.length : 0;
  for (const input of inputs) {
    try {
      const report = await readGrown(input, watched, options, take, output);
      records += report?.records ?? 0;
      seen.push(...(report?.unknownCategories ?? []));
    } catch (error) {
      const code = (error as { readonly code?: unknown }).code;
      if (typeof code !== 'string') throw error;
      filesFailed += 1;
      const known = watched.get(input.name);
      watched.set(input.name, { ...known, size: -1, version: '' });
      if (known === undefined) output.err(`${safe(input.name)} cannot be read (${safe(code)})\n`);
    }
  }
  return { files: inputs.length, filesFailed, unknownCategories: seen, records };
}

/** A path that was there once may be gone for a moment. */
async function filesOf(paths: readonly string[], isFirst: boolean) {
  try {
    return await localInputs(paths);
  } catch (error) {
    if (!isFirst && error instanceof OperationalError) return { value: [], diagnostics: [] };
    throw error;
  }
}

async function readGrown(
  { name, size, version }: LogInput,
  watched: Map<string, Watched>,
  { zone, follow }: TailOptions,
  take: (record: LogRecord) => void,
  output: Output,
): Promise<DecodeReport | undefined> {
  const before = watched.get(name);
  if (before?.size === size && before.version === version) return undefined;
  const position =
    before?.position !== undefined && size >= before.position.bytes ? before.position : undefined;
  // Only logs of lines can be gone on with; any other is read once.
  if (before !== undefined && before.position === undefined && size >= before.size) {
    watched.set(name, { size, version });
    if (before.size >= 0) return undefined;
  }
  const stream = createReadStream(name, { start: position?.bytes ?? 0, highWaterMark: 1 << 20 });
  const decoding = decodeLog(name, stream, {
    ...(zone === undefined ? {} : { zoneMinutes: zone }),
    ...(position === undefined ? {} : { from: position }),
    isGrowing: follow,
  });
  for (;;) {
    const next = await decoding.next();
    if (next.done === true) {
      const { position: end, diagnostics } = next.value;
      watched.set(name, { size, version, ...(end === undefined ? {} : { position: end }) });
      for (const one of before === undefined ? diagnostics : []) {
        if (one.severity !== 'note') output.err(`${diagnosticLines(one, output.style)}\n`);
      }
      return next.value;
    }
    for (const record of next.value.records) take(record);
    for (const broken of next.value.quarantined) {
      if (before !== undefined) output.err(`${safe(name)}:${broken.line} cannot be read\n`);
    }
  }
}

async function locateOf({ perimeter, quiet }: TailOptions, output: Output): Promise<Locate> {
  if (perimeter === undefined) return locator({});
  const { network } = await readInput(perimeter, quiet === undefined ? {} : { quiet }, output);
  return locator({ network });
}

function termOf(word: string): SearchTerm {
  const term = parseSearchTerm(word);
  if ('problem' in term) throw new InputError(term.problem);
  return term;
}

import { createReadStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeLog, type LogPosition } from '../logs/decode/index.ts';
import { localInputs } from '../logs/ingest/index.ts';
import { type Locate, locator } from '../logs/places/index.ts';
import { parseSearchTerm, type SearchTerm } from '../logs/questions/index.ts';
import type { LogRecord } from '../logs/record.ts';
import { diagnosticLines } from '../report/diagnostic-text.ts';
import { fieldsOf, holdsTerms, recordLine } from '../report/log-line.ts';
import { type ExitCode, InputError } from './exit-code.ts';
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

/** Prints the last records, and with `follow` each one soon after it was written. Files may grow, begin anew, come and go. */
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
  await readNew(paths, watched, options, (record) => isWanted(record) && keep(record), output);
  kept.sort((a, b) => a.time - b.time);
  for (const record of kept.slice(-options.lines)) print(record, locate, output);
  if (!options.follow) return 0;

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

/** What was written since the last look. A file that became shorter began anew. */
async function readNew(
  paths: readonly string[],
  watched: Map<string, Watched>,
  { zone, follow }: TailOptions,
  take: (record: LogRecord) => void,
  output: Output,
): Promise<void> {
  const { value: inputs } = await localInputs(paths);
  for (const { name, size, version } of inputs) {
    const before = watched.get(name);
    if (before?.size === size && before.version === version) continue;
    const position =
      before?.position !== undefined && size >= before.position.bytes ? before.position : undefined;
    // Only logs of lines can be gone on with; any other is read once.
    if (before !== undefined && before.position === undefined && size >= before.size) {
      watched.set(name, { size, version });
      continue;
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
        break;
      }
      for (const record of next.value.records) take(record);
      for (const broken of next.value.quarantined) {
        if (before !== undefined) output.err(`${name}:${broken.line} cannot be read\n`);
      }
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

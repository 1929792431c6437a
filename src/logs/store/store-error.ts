import { OperationalError } from '../../diagnostics/index.ts';

/** What DuckDB complained of, in our words; what is none of the machine's faults stays as it is. */
export function storeError(path: string, cause: unknown): unknown {
  if (cause instanceof OperationalError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const found = FAULTS.find(([pattern]) => pattern.test(message));
  if (found === undefined) return cause;
  const [, code, what, hint] = found;
  return new OperationalError(code, `\`${path}\` ${what}`, { cause, hint });
}

const FAULTS: readonly (readonly [pattern: RegExp, code: string, what: string, hint: string])[] = [
  [
    /Could not set lock|Conflicting lock|different configuration/i,
    'logs/store-locked',
    'is being written by another command',
    'wait until it ends, or name another store',
  ],
  [
    /No space left|disk is full|ENOSPC|failed to offload|max_temp_directory_size/i,
    'logs/disk-full',
    'cannot grow: the disk is full',
    'what was ingested so far is kept; make room and run the same command again',
  ],
  [
    /read-only|Permission denied|EACCES|EROFS/i,
    'logs/store-read-only',
    'may not be written',
    'name a store in a folder of your own',
  ],
  [
    /not a valid DuckDB database|read enough bytes|INTERNAL Error|FATAL Error|newer|storage version|Serialization Error|checksum|corrupt/i,
    'logs/store-unreadable',
    'is no store that this version can read',
    'ingest into a new one',
  ],
  [
    /Cannot open (?:file|database)|does not exist|No such file|Is a directory/i,
    'logs/store-not-found',
    'cannot be opened',
    'make one with `sallyport logs ingest`',
  ],
  [
    /Out of Memory|failed to allocate/i,
    'logs/memory',
    'needs more memory for this question than it may have',
    'ask for a shorter time',
  ],
];

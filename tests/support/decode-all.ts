import { type DecodeOptions, type DecodeReport, decodeLog } from '../../src/logs/decode/index.ts';
import type { LogRecord, Quarantined } from '../../src/logs/record.ts';

export interface DecodedAll {
  readonly records: readonly LogRecord[];
  readonly quarantined: readonly Quarantined[];
  readonly reports: readonly DecodeReport[];
}

/** Whole files decoded one after the other; each comes as one chunk. */
export async function decodeAll(...files: readonly Uint8Array[]): Promise<DecodedAll> {
  const all = await Promise.all(files.map((bytes) => decodeChunks([bytes])));
  return {
    records: all.flatMap(({ records }) => records),
    quarantined: all.flatMap(({ quarantined }) => quarantined),
    reports: all.flatMap(({ reports }) => reports),
  };
}

/** One file that arrives in these chunks. */
export async function decodeChunks(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: DecodeOptions = {},
  name = 'sample',
): Promise<DecodedAll> {
  const records: LogRecord[] = [];
  const quarantined: Quarantined[] = [];
  const decoding = decodeLog(name, inTurn(chunks), options);
  for (;;) {
    const next = await decoding.next();
    if (next.done === true) return { records, quarantined, reports: [next.value] };
    records.push(...next.value.records);
    quarantined.push(...next.value.quarantined);
  }
}

async function* inTurn(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
  yield* chunks;
}

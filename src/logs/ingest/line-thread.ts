import { newTrail, type Stretch, type StretchReport, stretchReader } from '../decode/index.ts';
import { type PackedRows, packRows } from '../store/packed-rows.ts';
import { rowWriter } from '../store/row-writer.ts';
import { newStaging } from '../store/staging.ts';
import { clearWords } from '../store/word-list.ts';

/** A stretch, and memory for its records. */
export interface ThreadTask {
  readonly stretch: Stretch;
  readonly room: SharedArrayBuffer;
}

/** What a thread answers to a stretch. */
export interface ThreadAnswer {
  readonly report: StretchReport;
  readonly rows: PackedRows;
  /** Rows left out because they were too old. */
  readonly tooOld: number;
  /** Texts that were numbered since the answer before, in the order of their numbers. */
  readonly words: readonly string[];
  /** They are numbered anew, from 0. */
  readonly isNewList: boolean;
}

/** Characters and number of texts that a thread keeps numbered: beyond them, a log repeats itself too little to gain from it. */
const CHARACTERS_MAX = 2 << 20;
const WORDS_MAX = 50_000;

/**
 * Decodes stretches within a thread of its own.
 * @param oldest microseconds; older records are counted and not kept
 */
export function lineThread(oldest: number): (task: ThreadTask) => ThreadAnswer {
  const staging = newStaging();
  const writer = rowWriter(oldest);
  writer.begin(staging, 0);
  const trail = newTrail();
  const read = stretchReader(writer, trail);
  let told = 0;
  let expired = 0;
  return ({ stretch, room }) => {
    const { words } = staging;
    const isNewList = words.length > CHARACTERS_MAX || words.words.length > WORDS_MAX;
    if (isNewList) {
      clearWords(words);
      told = 0;
    }
    const report = read(stretch);
    writer.settle();
    const rows = packRows(staging, trail, room);
    const fresh = words.words.slice(told);
    told = words.words.length;
    const tooOld = writer.expired() - expired;
    expired += tooOld;
    return { report, rows, tooOld, words: fresh, isNewList };
  };
}

import { Worker } from 'node:worker_threads';
import { OperationalError } from '../../diagnostics/index.ts';
import type { DecodedStretch, StretchDecoder } from '../decode/index.ts';
import { type ForeignWords, newForeignWords, trailOf } from '../store/packed-rows.ts';
import type { RowWriter } from '../store/row-writer.ts';
import type { ThreadAnswer, ThreadTask } from './line-thread.ts';

/** Threads that decode beside the one that writes. */
export interface ThreadOptions {
  /** Path of the bundled `programs/line-thread.ts`. */
  readonly program: string;
  readonly count: number;
  /** Default: `STRETCH_BYTES`. */
  readonly stretchBytes?: number;
}

/**
 * A stretch is decoded within some milliseconds: many times what it takes to hand it over, and a moment to wait for at the end of a file.
 */
export const STRETCH_BYTES = 1 << 20;

/** The threads of one ingest; they are started by the first stretches. */
export interface LineThreads extends StretchDecoder {
  close(): Promise<void>;
}

/** Of each thread: one stretch being decoded, one waiting, and one that is being taken in. */
const STRETCHES_EACH = 3;

interface Thread {
  readonly worker: Worker;
  /** Who waits for its answers, which come in the order of the stretches. */
  readonly waiting: Waiting[];
  words: ForeignWords;
}

interface Waiting {
  readonly slot: Slot;
  readonly take: (decoded: DecodedStretch) => void;
  readonly fail: (error: unknown) => void;
}

/** Memory that both threads see: nothing of a stretch is copied or made anew for the other. */
interface Slot {
  bytes: SharedArrayBuffer;
  cells: SharedArrayBuffer;
}

/**
 * @param sink takes the records, in the order in which stretches are delivered
 * @param oldest microseconds; older records are counted and not kept
 */
export function lineThreads(
  { program, count, stretchBytes = STRETCH_BYTES }: ThreadOptions,
  sink: RowWriter,
  oldest: number,
): LineThreads {
  const threads: Thread[] = [];
  const free: Slot[] = Array.from({ length: STRETCHES_EACH * count }, () => ({
    bytes: new SharedArrayBuffer(0),
    cells: new SharedArrayBuffer(0),
  }));
  let filling: Slot | undefined;
  let failure: unknown;

  const take = ({ waiting, words }: Thread, answer: ThreadAnswer) => {
    const { report, rows, tooOld } = answer;
    const { slot, take } = waiting.shift()!;
    slot.cells = rows.cells;
    const deliver = () => {
      sink.packed(rows, words, tooOld);
      free.push(slot);
    };
    take({ report, trail: trailOf(rows), deliver });
  };
  const started = (): Thread => {
    const worker = new Worker(program, { workerData: { oldest } });
    const thread: Thread = { worker, waiting: [], words: newForeignWords() };
    worker.on('message', (answer: ThreadAnswer) => {
      // Numbers of earlier answers keep their texts, whoever takes them last.
      if (answer.isNewList) thread.words = newForeignWords();
      for (const word of answer.words) thread.words.words.push(word);
      take(thread, answer);
    });
    const ended = (cause: unknown) => {
      failure ??= new OperationalError('logs/thread-ended', 'a thread that decodes logs ended', {
        cause,
        hint: 'what was ingested so far is kept; run the same command again',
      });
      for (const { fail } of thread.waiting.splice(0)) fail(failure);
    };
    worker.on('error', ended);
    worker.on('exit', ended);
    return thread;
  };
  const leastBusy = (): Thread => {
    const found = threads.reduce<Thread | undefined>(
      (least, each) =>
        least === undefined || each.waiting.length < least.waiting.length ? each : least,
      undefined,
    );
    if (found !== undefined && (found.waiting.length === 0 || threads.length === count))
      return found;
    const thread = started();
    threads.push(thread);
    return thread;
  };

  return {
    atOnce: STRETCHES_EACH * count,
    bytes: stretchBytes,
    room(bytes) {
      filling ??= free.shift()!;
      if (filling.bytes.byteLength < bytes) filling.bytes = new SharedArrayBuffer(bytes);
      return new Uint8Array(filling.bytes);
    },
    async decode(stretch) {
      const slot = filling!;
      filling = undefined;
      if (failure !== undefined) throw failure;
      const { worker, waiting } = leastBusy();
      return new Promise<DecodedStretch>((take, fail) => {
        waiting.push({ slot, take, fail });
        const task: ThreadTask = { stretch, room: slot.cells };
        worker.postMessage(task);
      });
    },
    async close() {
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { AzureLogRecord } from './azfw-records.ts';
import type { ReadPosition } from './followed-file.ts';
import { storagePath } from './storage-path.ts';

interface State {
  /** By path of the source. */
  readonly read: Readonly<Record<string, ReadPosition>>;
  /** Size of each file when the positions were right. */
  readonly written: Readonly<Record<string, number>>;
}

const REMEMBERED_FILES = 64;

/**
 * The files of a storage account, appended to, and the memory of how far the sources were read. Both move together: after a
 * crash what was appended and not remembered is cut off and written again, so every record is there exactly once.
 */
export class RecordFiles {
  readonly #folder: string;
  readonly #state: string;
  readonly #written = new Map<string, number>();
  readonly positions: Readonly<Record<string, ReadPosition>>;

  constructor(folder: string, state: string) {
    this.#folder = folder;
    this.#state = state;
    const before = readState(state);
    this.positions = before.read;
    for (const [path, size] of Object.entries(before.written)) {
      const now = statSync(join(folder, path), { throwIfNoEntry: false })?.size;
      if (now === undefined) continue;
      if (now > size) truncateSync(join(folder, path), size);
      this.#written.set(path, Math.min(now, size));
    }
  }

  /** Appends the records and remembers the positions that come after them. */
  write(
    records: readonly AzureLogRecord[],
    positions: Readonly<Record<string, ReadPosition>>,
    positionsBefore: Readonly<Record<string, ReadPosition>>,
  ): void {
    const byHour = new Map<string, { readonly path: string; readonly lines: string[] }>();
    for (const record of records) {
      const line = `${JSON.stringify(record)}\n`;
      // One writer has one resource: category and hour tell the file.
      const hour = record.category + record.time.slice(0, 13);
      const found = byHour.get(hour);
      if (found === undefined) byHour.set(hour, { path: storagePath(record), lines: [line] });
      else found.lines.push(line);
    }
    const byPath = new Map([...byHour.values()].map(({ path, lines }) => [path, lines]));
    const fresh = [...byPath.keys()].filter((path) => !this.#written.has(path));
    for (const path of fresh) {
      const whole = join(this.#folder, path);
      mkdirSync(dirname(whole), { recursive: true, mode: 0o750 });
      this.#written.set(path, statSync(whole, { throwIfNoEntry: false })?.size ?? 0);
    }
    // A file that nobody remembers could not be cut back: its size is written down before the first byte.
    if (fresh.length > 0) this.#remember(positionsBefore);
    for (const [path, lines] of byPath) {
      const text = Buffer.from(lines.join(''));
      appendFileSync(join(this.#folder, path), text, { mode: 0o640 });
      const size = (this.#written.get(path) ?? 0) + text.length;
      this.#written.delete(path);
      this.#written.set(path, size);
    }
    this.#remember(positions);
  }

  #remember(read: Readonly<Record<string, ReadPosition>>): void {
    for (const path of this.#written.keys()) {
      if (this.#written.size <= REMEMBERED_FILES) break;
      this.#written.delete(path);
    }
    const state: State = { read, written: Object.fromEntries(this.#written) };
    mkdirSync(dirname(this.#state), { recursive: true, mode: 0o750 });
    const half = `${this.#state}.${process.pid}`;
    writeFileSync(half, JSON.stringify(state), { mode: 0o640 });
    renameSync(half, this.#state);
  }
}

/** An empty memory when there is none, or one that is not ours. */
function readState(path: string): State {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as Partial<State>;
    const read = Object.entries(value.read ?? {}).filter(
      ([, position]) => Number.isInteger(position?.inode) && Number.isInteger(position?.offset),
    );
    const written = Object.entries(value.written ?? {}).filter(
      ([name, size]) => Number.isInteger(size) && !name.split('/').includes('..'),
    );
    return { read: Object.fromEntries(read), written: Object.fromEntries(written) };
  } catch {
    return { read: {}, written: {} };
  }
}

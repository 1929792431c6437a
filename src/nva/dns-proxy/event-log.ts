import { closeSync, openSync, write } from 'node:fs';

const BYTES_MAX = 8 * 1024 * 1024;

/**
 * JSON lines appended to a file, gathered over a moment. Memory is bounded: where the disk does not follow, lines are counted and
 * left out, and the count is the next line. Owns the file.
 */
export class EventLog {
  readonly #descriptor: number;
  #lines: string[] = [];
  #bytes = 0;
  #lost = 0;
  #isWriting = false;
  #isScheduled = false;
  #isClosed = false;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'a', 0o640);
  }

  append(event: object): void {
    if (this.#isClosed) return;
    if (this.#bytes > BYTES_MAX) {
      this.#lost += 1;
      return;
    }
    const line = `${JSON.stringify(event)}\n`;
    this.#lines.push(line);
    this.#bytes += line.length;
    if (this.#isScheduled || this.#isWriting) return;
    this.#isScheduled = true;
    setTimeout(() => this.#flush(), 20);
  }

  /** Writes what is left and closes. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (let round = 0; round < 100 && (this.#isWriting || this.#lines.length > 0); round += 1) {
      this.#flush();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    closeSync(this.#descriptor);
  }

  #flush(): void {
    this.#isScheduled = false;
    if (this.#isWriting || this.#lines.length === 0) return;
    if (this.#lost > 0) {
      this.#lines.push(`${JSON.stringify({ cat: 'lost', lines: this.#lost })}\n`);
      this.#lost = 0;
    }
    this.#isWriting = true;
    this.#write(Buffer.from(this.#lines.join('')));
    this.#lines = [];
    this.#bytes = 0;
  }

  #write(bytes: Buffer): void {
    write(this.#descriptor, bytes, 0, bytes.length, null, (error, written) => {
      if (error === null && written < bytes.length) return this.#write(bytes.subarray(written));
      if (error !== null) this.#lost += 1;
      this.#isWriting = false;
      if (this.#lines.length > 0) this.#flush();
    });
  }
}

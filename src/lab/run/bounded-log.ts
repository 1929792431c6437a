import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

const BYTES_MOST = 16 * 1024 * 1024;

/** What a daemon says, in a file that stays bounded: the older half is kept once as `.1`. */
export class BoundedLog {
  readonly #path: string;
  #handle: number | undefined;
  #size = 0;

  constructor(path: string) {
    this.#path = path;
  }

  write(chunk: Uint8Array): void {
    try {
      this.#handle ??= this.#open();
      this.#size += writeSync(this.#handle, chunk);
      if (this.#size < BYTES_MOST) return;
      this.close();
      renameSync(this.#path, `${this.#path}.1`);
    } catch {
      // A full disk must not end what keeps the lab.
      this.#handle = undefined;
    }
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  #open(): number {
    const handle = openSync(this.#path, 'a', 0o600);
    this.#size = fstatSync(handle).size;
    return handle;
  }
}

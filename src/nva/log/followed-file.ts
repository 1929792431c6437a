import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** How far a file was read. The inode tells whether it is still that file. */
export interface ReadPosition {
  readonly inode: number;
  readonly offset: number;
}

const CHUNK_BYTES = 1024 * 1024;
/** A line longer than this is nobody's: it is left out and counted. */
const LINE_BYTES_MAX = 64 * 1024;
const PUNCH_BYTES = 8 * 1024 * 1024;

/**
 * Lines that another program appends to a file, each once. Survives the file being replaced. What was read and remembered is
 * freed by punching a hole (`fallocate`): neither a line is lost nor the disk filled, and nobody has to open the file anew.
 */
export class FollowedFile {
  readonly path: string;
  #descriptor: number | undefined;
  #inode = 0;
  #offset = 0;
  #punched = 0;
  #isSkipping = false;
  longLines = 0;

  constructor(path: string, position: ReadPosition | undefined) {
    this.path = path;
    if (position === undefined) return;
    // It may have been moved away since: what is left of it comes first.
    for (const candidate of [path, `${path}.1`]) {
      if (this.#open(candidate, position.inode)) {
        this.#offset = position.offset <= this.#size() ? position.offset : 0;
        return;
      }
    }
  }

  get position(): ReadPosition {
    return { inode: this.#inode, offset: this.#offset };
  }

  /** The next whole lines, at most a megabyte; empty when there are none for now. */
  read(): readonly string[] {
    if (this.#descriptor === undefined && !this.#open(this.path)) return [];
    if (this.#size() < this.#offset) this.#offset = 0;
    const lines = this.#readChunk();
    if (lines.length > 0 || !this.#isReplaced()) return lines;
    this.close();
    this.#offset = 0;
    this.#punched = 0;
    return this.#open(this.path) ? this.#readChunk() : [];
  }

  /** Frees what will never be read again. Call after the position was remembered. */
  free(): void {
    const upTo = this.#offset - (this.#offset % 4096);
    if (upTo - this.#punched < PUNCH_BYTES) return;
    const length = upTo - this.#punched;
    const args = [
      '--punch-hole',
      '--offset',
      `${this.#punched}`,
      '--length',
      `${length}`,
      this.path,
    ];
    this.#punched = upTo;
    // Where it cannot be done the file stays as long as it is.
    spawn('fallocate', args, { stdio: 'ignore' }).on('error', () => {});
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(path: string, inode?: number): boolean {
    try {
      const descriptor = openSync(path, 'r');
      const found = fstatSync(descriptor).ino;
      if (inode !== undefined && found !== inode) {
        closeSync(descriptor);
        return false;
      }
      this.#descriptor = descriptor;
      this.#inode = found;
      return true;
    } catch {
      return false;
    }
  }

  #size(): number {
    return this.#descriptor === undefined ? 0 : fstatSync(this.#descriptor).size;
  }

  #isReplaced(): boolean {
    const now = statSync(this.path, { throwIfNoEntry: false });
    return now !== undefined && now.ino !== this.#inode;
  }

  #readChunk(): readonly string[] {
    const available = Math.min(CHUNK_BYTES, this.#size() - this.#offset);
    if (this.#descriptor === undefined || available <= 0) return [];
    const bytes = Buffer.allocUnsafe(available);
    const got = readSync(this.#descriptor, bytes, 0, available, this.#offset);
    const end = bytes.subarray(0, got).lastIndexOf(0x0a);
    if (end < 0) {
      if (got < LINE_BYTES_MAX) return [];
      if (!this.#isSkipping) this.longLines += 1;
      this.#isSkipping = true;
      this.#offset += got;
      return [];
    }
    this.#offset += end + 1;
    const lines = bytes.toString('utf8', 0, end).split('\n');
    if (this.#isSkipping) lines.shift();
    this.#isSkipping = false;
    const kept = lines.filter((line) => line.length <= LINE_BYTES_MAX);
    this.longLines += lines.length - kept.length;
    return kept.filter((line) => line !== '');
  }
}

import type { Dirent } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  type Diagnostic,
  OperationalError,
  type Parsed,
  wholeFile,
} from '../../diagnostics/index.ts';
import type { LogInput } from './log-input.ts';

const FILES_MAX = 1_000_000;
const DEPTH_MAX = 40;

/**
 * The files of these paths, folders with all below them, in the order of their names: dated paths come in the order of time. Hidden
 * files and stores are passed by; links to folders are not followed. Named by their absolute path.
 * @throws OperationalError when a path that was given does not exist or cannot be read
 */
export async function localInputs(paths: readonly string[]): Promise<Parsed<readonly LogInput[]>> {
  const found = new Map<string, LogInput>();
  const diagnostics: Diagnostic[] = [];
  for (const path of paths) {
    const absolute = resolve(path);
    const kind = await kindOf(absolute, path);
    if (kind === 'folder') await walk(absolute, 0, found, diagnostics);
    else await add(absolute, found, diagnostics);
  }
  return { value: [...found.values()], diagnostics };
}

async function kindOf(absolute: string, path: string): Promise<'file' | 'folder'> {
  try {
    return (await stat(absolute)).isDirectory() ? 'folder' : 'file';
  } catch (cause) {
    const isAbsent = ['ENOENT', 'ENOTDIR'].includes(String((cause as { code?: unknown }).code));
    throw new OperationalError(
      isAbsent ? 'file/not-found' : 'file/unreadable',
      isAbsent ? `there is no \`${path}\`` : `\`${path}\` cannot be read`,
      { cause },
    );
  }
}

async function walk(
  folder: string,
  depth: number,
  found: Map<string, LogInput>,
  diagnostics: Diagnostic[],
): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch {
    diagnostics.push(unreadable(folder));
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.') || NOT_LOGS.test(entry.name)) continue;
    if (found.size >= FILES_MAX) return;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (depth < DEPTH_MAX) await walk(path, depth + 1, found, diagnostics);
    } else await add(path, found, diagnostics);
  }
}

/** Stores and what DuckDB keeps beside them. */
const NOT_LOGS = /\.duckdb(?:\.wal|\.tmp)?$/;

async function add(
  path: string,
  found: Map<string, LogInput>,
  diagnostics: Diagnostic[],
): Promise<void> {
  try {
    const { size, mtimeMs, isFile } = await statOf(path);
    if (!isFile) return;
    found.set(path, {
      name: path,
      size,
      version: String(mtimeMs),
      open: (from, to) => opened(path, from, to),
    });
  } catch {
    diagnostics.push(unreadable(path));
  }
}

async function statOf(path: string) {
  const found = await stat(path);
  return { size: found.size, mtimeMs: found.mtimeMs, isFile: found.isFile() };
}

/**
 * Two buffers, filled in turn: what was given is overwritten once the chunk after it has been asked for. A new one for each chunk costs
 * as much as decoding a third of it, in collecting garbage.
 */
async function* opened(path: string, from: number, to: number): AsyncGenerator<Uint8Array> {
  if (to <= from) return;
  const file = await open(path);
  try {
    const size = Math.min(CHUNK_BYTES, to - from);
    const buffers = [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)] as const;
    const read = (turn: 0 | 1, at: number) =>
      file.read(buffers[turn], 0, Math.min(size, to - at), at);
    let turn: 0 | 1 = 0;
    let at = from;
    let reading = read(turn, at);
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      const chunk = buffers[turn].subarray(0, bytesRead);
      at += bytesRead;
      turn = turn === 0 ? 1 : 0;
      const isLast = at >= to;
      if (!isLast) {
        reading = read(turn, at);
        // Its failure is met where it is awaited.
        reading.catch(() => undefined);
      }
      yield chunk;
      if (isLast) return;
    }
  } finally {
    await file.close();
  }
}
const CHUNK_BYTES = 1 << 20;

function unreadable(path: string): Diagnostic {
  return {
    code: 'logs/not-read',
    severity: 'error',
    message: `\`${path}\` cannot be read; its logs are missing`,
    at: wholeFile(path),
  };
}

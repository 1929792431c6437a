import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { OperationalError } from '../diagnostics/index.ts';
import type { FileStat, FileSystem, FolderEntry } from './file-system.ts';

/** The disk. */
export function nodeFileSystem(): FileSystem {
  return {
    async list(folder) {
      const entries = await asked(folder, () => readdir(folder, { withFileTypes: true }));
      return entries.map((entry): FolderEntry => ({ name: entry.name, kind: kindOf(entry) }));
    },
    async stat(path): Promise<FileStat> {
      const found = await asked(path, () => stat(path));
      if (found.isFile()) return { kind: 'file', size: found.size };
      return { kind: found.isDirectory() ? 'folder' : 'other', size: 0 };
    },
    read: (file) => asked(file, () => readFile(file)),
    realpath: (path) => asked(path, () => realpath(path)),
  };
}

function kindOf(entry: {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}): FolderEntry['kind'] {
  if (entry.isSymbolicLink()) return 'link';
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'folder' : 'other';
}

/** Runs a question to the system and says its refusal in our words. */
async function asked<T>(path: string, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (cause) {
    throw refusal(path, cause);
  }
}

function refusal(path: string, cause: unknown): OperationalError {
  const code = (cause as { code?: unknown }).code;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new OperationalError('file/not-found', `there is no \`${path}\``, { cause });
    case 'EACCES':
    case 'EPERM':
      return new OperationalError('file/unreadable', `\`${path}\` may not be read`, {
        cause,
        hint: 'its permissions forbid it',
      });
    case 'ELOOP':
      return new OperationalError('file/unreadable', `\`${path}\` is a link to itself`, { cause });
    default:
      return new OperationalError(
        'file/unreadable',
        `\`${path}\` cannot be read: ${typeof code === 'string' ? code : String(cause)}`,
        { cause },
      );
  }
}

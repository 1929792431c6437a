import { OperationalError } from '../diagnostics/index.ts';
import type { FileSystem, FolderEntry } from './file-system.ts';

/** What stands at a path of a `memoryFileSystem`; folders are there because of what lies in them. */
export type MemoryEntry =
  | string
  | Uint8Array
  /** A link to another path of the same file system. */
  | { readonly link: string }
  /** Something that is there and cannot be opened. */
  | { readonly unreadable: true }
  | { readonly kind: 'other' };

const LINKS_MAX = 40;

/** Files by path, for tests and for callers that have their input in memory. Text is UTF-8. */
export function memoryFileSystem(files: Readonly<Record<string, MemoryEntry>>): FileSystem {
  const entries = new Map(Object.entries(files).map(([path, entry]) => [clean(path), entry]));
  const folders = new Set<string>(['']);
  for (const path of entries.keys()) {
    for (let folder = parentOf(path); folder !== undefined; folder = parentOf(folder)) {
      folders.add(folder);
    }
  }

  /** The path behind all links, those in the middle included. */
  function resolve(path: string): string {
    let rest = clean(path).split('/');
    let here = '';
    for (let links = 0; rest.length > 0; ) {
      const next = here === '' ? rest[0]! : `${here}/${rest[0]}`;
      rest = rest.slice(1);
      const entry = entries.get(next);
      if (typeof entry === 'object' && 'link' in entry) {
        links += 1;
        if (links > LINKS_MAX) {
          throw new OperationalError('file/unreadable', `\`${path}\` is a link to itself`);
        }
        rest = [...clean(entry.link).split('/'), ...rest];
        here = '';
      } else here = next;
    }
    return here;
  }

  function find(path: string): MemoryEntry | 'folder' {
    const real = resolve(path);
    const entry = entries.get(real);
    if (entry !== undefined) return entry;
    if (folders.has(real)) return 'folder';
    throw new OperationalError('file/not-found', `there is no \`${path}\``);
  }

  return {
    async list(folder) {
      if (find(folder) !== 'folder') throw unreadable(folder);
      const real = resolve(folder);
      const names = new Map<string, FolderEntry['kind']>();
      for (const path of [...entries.keys(), ...folders]) {
        if (path === '' || parentOf(path) !== real) continue;
        names.set(path.slice(real === '' ? 0 : real.length + 1), kindOf(entries.get(path)));
      }
      return [...names].map(([name, kind]) => ({ name, kind }));
    },
    async stat(path) {
      const entry = find(path);
      if (entry === 'folder') return { kind: 'folder', size: 0 };
      if (typeof entry === 'object' && 'kind' in entry) return { kind: 'other', size: 0 };
      if (typeof entry === 'object' && 'unreadable' in entry) return { kind: 'file', size: 1 };
      return { kind: 'file', size: bytesOf(entry).length };
    },
    async read(file) {
      const entry = find(file);
      if (entry === 'folder' || (typeof entry === 'object' && 'unreadable' in entry)) {
        throw unreadable(file);
      }
      return bytesOf(entry);
    },
    async realpath(path) {
      find(path);
      return `/${resolve(path)}`;
    },
  };
}

function kindOf(entry: MemoryEntry | undefined): FolderEntry['kind'] {
  if (entry === undefined) return 'folder';
  if (typeof entry === 'object' && 'link' in entry) return 'link';
  return typeof entry === 'object' && 'kind' in entry ? 'other' : 'file';
}

function bytesOf(entry: MemoryEntry): Uint8Array {
  if (typeof entry === 'string') return new TextEncoder().encode(entry);
  return entry instanceof Uint8Array ? entry : new Uint8Array();
}

function unreadable(path: string): OperationalError {
  return new OperationalError('file/unreadable', `\`${path}\` may not be read`);
}

function clean(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

function parentOf(path: string): string | undefined {
  if (path === '') return undefined;
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

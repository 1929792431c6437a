/**
 * Reading files and folders. Paths are what the person gave, or were made from it by adding `/name`; nothing here
 * knows a current folder. Every method rejects with an `OperationalError`: `file/not-found` when there is nothing
 * at the path, `file/unreadable` when there is something and it cannot be opened.
 */
export interface FileSystem {
  /** What lies directly in a folder, in no particular order. Links are not followed. */
  list(folder: string): Promise<readonly FolderEntry[]>;
  /** Follows links. */
  stat(path: string): Promise<FileStat>;
  /** The whole file. The caller has looked at its size. */
  read(file: string): Promise<Uint8Array>;
  /** The one absolute path behind all links: two paths are the same file when these are equal. */
  realpath(path: string): Promise<string>;
}

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

export interface FileStat {
  /** `other` is a device, a pipe or a socket: opening one may never end. */
  readonly kind: 'file' | 'folder' | 'other';
  /** In bytes; 0 for what is not a file. */
  readonly size: number;
}

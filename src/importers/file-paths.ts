export interface FileLimits {
  /** Larger files are not read, in bytes. */
  readonly fileSizeMax: number;
  /** What comes after so many files, in the order of their names, is not read. */
  readonly filesMax: number;
}

export const FILE_LIMITS: FileLimits = { fileSizeMax: 64 * 1024 * 1024, filesMax: 20_000 };

/** A path below a folder, as a person would write it. */
export function below(folder: string, name: string): string {
  if (folder === '.' || folder === './' || folder === '') return name;
  return folder.endsWith('/') || folder.endsWith('\\') ? folder + name : `${folder}/${name}`;
}

/** The folder a path lies in, `.` when it has none. */
export function folderOf(path: string): string {
  const slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  if (slash < 0) return '.';
  return slash === 0 ? '/' : path.slice(0, slash);
}

export function baseNameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** By code units: the same order on every machine. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export interface FileLimits {
  /** Larger files are not read, in bytes. */
  readonly fileSizeMax: number;
  /** What comes after so many files, in the order of their names, is not read. */
  readonly filesMax: number;
  /** Bytes of all files that are kept, one of YAML counting as `YAML_COSTS` of JSON. */
  readonly keptSizeMax: number;
}

/**
 * 62 MB of JSON take 1.3 GB of memory and 4 s, 16 MB of YAML 0.8 GB and up to 20 s. Node.js gives a program 2 GB on a machine
 * of 8 GB, and ends it without a word to the person beyond that.
 */
export const FILE_LIMITS: FileLimits = {
  fileSizeMax: 64 * 1024 * 1024,
  filesMax: 20_000,
  keptSizeMax: 64 * 1024 * 1024,
};
export const YAML_COSTS = 4;

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

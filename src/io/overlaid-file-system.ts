import type { FileSystem } from './file-system.ts';

/** The same files, some of them with other content: what reading would give after a change that nobody has written. */
export function overlaidFileSystem(
  disk: FileSystem,
  changed: ReadonlyMap<string, Uint8Array>,
): FileSystem {
  return {
    ...disk,
    async stat(path) {
      const bytes = changed.get(path);
      return bytes === undefined ? disk.stat(path) : { kind: 'file', size: bytes.length };
    },
    async read(file) {
      return changed.get(file) ?? disk.read(file);
    },
  };
}

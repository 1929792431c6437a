export { collectFiles } from './collect-files.ts';
export { type Decoded, decodeText } from './encoding.ts';
export { FILE_LIMITS, type FileLimits } from './file-paths.ts';
export * from './import-folder.ts';
export * from './import-options.ts';
export type { ImportedPart } from './imported-part.ts';
export type { LiveReadReport } from './live-read/index.ts';
export { holdsSecret, isSecretMember, isSecretSetting } from './snapshot/hide-secret-members.ts';
export { buildSnapshot, type SnapshotPart } from './snapshot/index.ts';

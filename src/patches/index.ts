export { type Patch, type PatchedFile, patchFiles, type Refusal } from './patch-files.ts';

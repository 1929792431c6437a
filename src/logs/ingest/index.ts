export { type IngestOptions, type IngestReport, ingest } from './ingest.ts';
export { localInputs } from './local-inputs.ts';
export type { LogInput } from './log-input.ts';
export type { IngestProgress } from './progress.ts';

export {
  type DecodeOptions,
  type DecodeReport,
  decodeLog,
  type LogBatch,
  type LogPosition,
  type Reached,
} from './decode-log.ts';
export type { Seen } from './decoding.ts';
export { type LegacyMessage, parseLegacyMessage } from './legacy-message.ts';
export { parseTimestamp, type Timestamp } from './timestamp.ts';

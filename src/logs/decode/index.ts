export type { DecodedStretch, StretchDecoder } from './decode-elsewhere.ts';
export {
  type DecodeOptions,
  type DecodeReport,
  decodeLog,
  type LogBatch,
  type Reached,
} from './decode-log.ts';
export { newTrail, type Seen, type Trail } from './decoding.ts';
export { type LegacyMessage, parseLegacyMessage } from './legacy-message.ts';
export type { LogPosition } from './log-position.ts';
export { type Stretch, type StretchReport, stretchReader } from './stretch.ts';
export { parseTimestamp, type Timestamp } from './timestamp.ts';

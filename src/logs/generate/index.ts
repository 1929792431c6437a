export { type Generated, type GenerateOptions, generateLogs } from './generate-logs.ts';
export type { GroundTruth, Planted } from './ground-truth.ts';
export { makeRecord } from './make-record.ts';
export { planTraffic } from './plan-traffic.ts';
export { lineBlocks, type StoragePart, storageParts } from './storage-layout.ts';
export {
  type Inbound,
  type RuleName,
  SAMPLE_PLAN,
  type Sender,
  type Stream,
  type TrafficPlan,
} from './traffic-plan.ts';
export { legacyMessage, legacyRecord } from './write-legacy.ts';
export { structuredRecord } from './write-structured.ts';

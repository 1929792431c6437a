export * from './concrete.ts';
export { ENGINE_NAMES, ENGINE_PROFILES, ENGINES, type Engine } from './engine/engine-profile.ts';
export { parsePolicies, UNKNOWN_RANGES } from './parse/parse-policies.ts';
export type * from './policy.ts';
export type * from './question.ts';

export * from './flow-box.ts';
export * from './flow-point.ts';
export * from './flow-sets.ts';
export * from './flow-universe.ts';
export * from './name-set.ts';
export * from './outcomes.ts';
export * from './patch.ts';
export * from './rebase.ts';
export type { NumberedRules } from './rule-edits.ts';

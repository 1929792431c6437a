export * from './audit-rules.ts';
export type { Breadth } from './breadth.ts';
export type { Contradiction } from './contradictions.ts';
export type { Redundancy } from './redundancy.ts';
export * from './rule-list.ts';
export * from './verdict.ts';
export type { WrittenRule } from './written-rules.ts';

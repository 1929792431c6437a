export type { ClusterView } from './cluster-view.ts';
export type { AddressKind } from './far-parts.ts';
export { type PolicyClass, type PolicyClasses, podClasses } from './pod-classes.ts';
export * from './pod-rules.ts';
export type { PolicyRule } from './rule-lists.ts';

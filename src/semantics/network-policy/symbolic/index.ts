export type { ClusterView } from './cluster-view.ts';
export type { AddressKind } from './far-parts.ts';
export { type PolicyClass, type PolicyClasses, podClasses } from './pod-classes.ts';
export { type PodMatrix, podMatrix } from './pod-matrix.ts';
export * from './pod-rules.ts';
export { type Admitted, PortSets } from './port-sets.ts';
export type { PolicyRule } from './rule-lists.ts';
export type { PolicyDecider } from './rules-of-tiers.ts';

export { type Baseline, readBaseline, writeBaseline } from './baseline.ts';
export { CATALOGUE } from './catalogue/index.ts';
export * from './certainty.ts';
export * from './change.ts';
export {
  CONFIGURATION_SCHEMA,
  type Configuration,
  NO_CONFIGURATION,
  parseConfiguration,
  type SuppressionEntry,
} from './configuration.ts';
export * from './finding.ts';
export { type ClusterReport, mergeReports } from './merge-reports.ts';
export * from './report-model.ts';
export { type RunOptions, runChecks } from './run-checks.ts';

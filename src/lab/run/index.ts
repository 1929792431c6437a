export type { LabReply, LabRequest, LabStatus } from './control.ts';
export { askLab } from './control.ts';
export type { DaemonReport, Health } from './daemon.ts';
export { inHost, inNamespace } from './enter-host.ts';
export { cutsOf, type Failure, knownFailures, unknownThing } from './failures.ts';
export { type Missing, missingFeatures } from './features.ts';
export { labDown } from './lab-down.ts';
export { labEntrance } from './lab-entrance.ts';
export {
  folderFault,
  type LabFolder,
  labFolder,
  labsFolder,
  labsIn,
  removeEmptyLabs,
} from './lab-folder.ts';
export { type LabReload, labReload } from './lab-reload.ts';
export { isRunning, type LabState, readState } from './lab-state.ts';
export { type LabUp, labUp, type UpOptions } from './lab-up.ts';
export {
  differenceLines,
  isSamePlan,
  type PlanDifference,
  planDifference,
} from './plan-difference.ts';
export { type FirewallHits, type RuleHits, ruleHits } from './rule-hits.ts';
export { digestOf, namespaceOf, type RunPlan, runPlan } from './run-plan.ts';
export { runProgram } from './run-program.ts';
export { type SupervisorConfiguration, supervise } from './supervisor.ts';
export { withSystemPaths } from './system-paths.ts';

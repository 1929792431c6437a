export { type Attempt, type Observation, type Outcome, outcomeText } from './attempt.ts';
export { chosenOf } from './choose.ts';
export type { Agreement } from './compare.ts';
export { type Drill, type DrillReport, type DrillResult, drill } from './drill.ts';
export {
  type KernelLine,
  type NotTried,
  type ProbeLab,
  type ProbeReport,
  type ProbeResult,
  probe,
} from './probe.ts';
export { type ProbeQuestion, probeQuestions, type Told } from './questions.ts';
export { type Undoing, undoing } from './undoing.ts';

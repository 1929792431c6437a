/** The engine: from a snapshot to answers. Touches no file, clock or process, so it also runs in a browser. */
export * from './diagnostics/index.ts';
export { type Datasets, FACTS, type Fact, type FactId } from './facts/index.ts';
export * from './model/index.ts';
export { deriveNetwork, type Network } from './network/index.ts';
export { type Budget, DEFAULT_BUDGET } from './packets/index.ts';
export * from './questions/check/index.ts';
export { comparePerimeters, type PerimeterDiff } from './questions/diff/index.ts';
export {
  type Expectation,
  type ExpectationOutcome,
  judgeExpectations,
  parseExpectations,
} from './questions/expect/index.ts';
export { answerMatrix, type Matrix } from './questions/matrix/index.ts';
export { answerQuery, type QueryAnswer, type QueryOptions } from './questions/query/index.ts';
export { auditPerimeter, type PerimeterAudit } from './questions/rules/index.ts';
export { openSession, type Session } from './questions/session/index.ts';
export * from './trace/index.ts';
export * from './values/index.ts';

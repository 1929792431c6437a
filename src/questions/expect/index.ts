export type * from './expectation.ts';
export { EXPECTATION_KINDS } from './expectation.ts';
export { EXPECTATION_CHECKS, expectationChecks } from './expectation-checks.ts';
export { type ExpectOptions, judgeExpectations } from './judge-expectations.ts';
export type * from './outcome.ts';
export { parseExpectations } from './parse-expectations.ts';
export { EXPECT_SCHEMA } from './schema.ts';

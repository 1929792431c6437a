export type * from './answer.ts';
export { answerQuery, type QueryOptions, type QueryOutcome } from './answer-query.ts';
export { shownFlows } from './shown-flows.ts';
export { PREFERRED, wishesFor } from './wishes.ts';

export type * from './answer.ts';
export { answerQuery, type QueryOptions, type QueryOutcome } from './answer-query.ts';
export { shownFlows } from './shown-flows.ts';
export { preferredIn, wishesFor } from './wishes.ts';

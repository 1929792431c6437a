export * from './expression.ts';
export { fromTallies } from './from-tallies.ts';
export * from './pipeline.ts';
export { TALLIED, type Tally } from './tally.ts';
export { toKql } from './to-kql.ts';
export { toSql } from './to-sql.ts';

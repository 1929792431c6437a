export * from './expression.ts';
export * from './pipeline.ts';
export { toKql } from './to-kql.ts';
export { SQL_MACROS, toSql } from './to-sql.ts';

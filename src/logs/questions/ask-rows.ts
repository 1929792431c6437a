import type { Diagnostic } from '../../diagnostics/index.ts';
import type { LogEngine, LogRow } from '../engine.ts';
import type { Pipeline } from '../query/index.ts';

/** One row of an answer, read by column. */
export interface AnswerRow {
  text(column: string): string;
  /** Zero where there is none. Times are microseconds. */
  number(column: string): number;
}

/** Rows of an answer. What the engine says of its own answer goes to `said`, once. */
export async function askRows(
  engine: LogEngine,
  pipeline: Pipeline,
  said?: Diagnostic[],
): Promise<readonly AnswerRow[]> {
  const { rows, diagnostics } = await engine.run(pipeline);
  for (const one of diagnostics) {
    if (said?.some(({ message }) => message === one.message) === false) said.push(one);
  }
  return rows.map(rowOf);
}

function rowOf(row: LogRow): AnswerRow {
  return {
    text: (column) => String(row[column] ?? ''),
    number: (column) => Number(row[column] ?? 0),
  };
}

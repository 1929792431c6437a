import type { Diagnostic } from '../diagnostics/index.ts';
import type { Pipeline } from './query/index.ts';

/** What a row holds. Times are microseconds since 1970 UTC, as in a record; `null` is a number or a time that is absent. */
export type LogValue = string | number | boolean | null;
export type LogRow = Readonly<Record<string, LogValue>>;

export interface LogAnswer {
  /** In the order the question gives. Texts are never absent: what was not logged is the empty text, as Kusto has it. */
  readonly rows: readonly LogRow[];
  /** `logs/partial-result` where rows are missing: an answer with it must not be read as all there is. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Whoever answers questions about logs: the store beside the command, a Log Analytics workspace, an Azure Data Explorer database. */
export interface LogEngine {
  /** For people: `logs.duckdb`, `workspace 2f1c…`, `cluster.westeurope/logs`. */
  readonly name: string;
  /** @throws OperationalError when nothing at all was answered */
  run(pipeline: Pipeline): Promise<LogAnswer>;
  close(): void;
}

import type { Diagnostic } from '../../diagnostics/index.ts';
import type { LogAnswer, LogRow } from '../engine.ts';
import { type Pipeline, toKql } from '../query/index.ts';

/** What a service answered to one request. */
export interface EngineAnswer {
  readonly rows: readonly LogRow[];
  /** Why rows are missing, where they are. `too-large`: there are more than the service gives at once. */
  readonly missing?: { readonly kind: 'too-large' | 'other'; readonly why: string };
}

/** Both services stop at 500,000 rows or 64 MB; half of that leaves room for wide rows. */
export const PAGE_ROWS = 100_000;
/** More rows than anybody reads: an answer of this length is said to be partial. */
const PAGES_MAX = 50;

/**
 * An answer in one request or, where it is too large for that, page by page. Neither service pages by itself: each page is a question of
 * its own, for the rows from one number to another. Questions that order their rows wholly are paged faithfully; others may not be,
 * and the answer says so.
 */
export async function pagedAnswer(
  engine: string,
  pipeline: Pipeline,
  ask: (kql: string) => Promise<EngineAnswer>,
  pageRows = PAGE_ROWS,
): Promise<LogAnswer> {
  const kql = toKql(pipeline);
  const first = await ask(kql);
  if (first.missing?.kind !== 'too-large') {
    return { rows: first.rows, diagnostics: partial(engine, first.missing?.why) };
  }
  const rows: LogRow[] = [];
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const from = page * pageRows;
    const answer = await ask(
      `${kql}\n| serialize _Row = row_number()\n| where _Row > ${from} and _Row <= ${from + pageRows}\n| project-away _Row`,
    );
    for (const row of answer.rows) rows.push(row);
    if (answer.missing !== undefined) {
      return { rows, diagnostics: partial(engine, answer.missing.why) };
    }
    if (answer.rows.length < pageRows) {
      const isOrdered = pipeline.steps.some(({ step }) => step === 'order');
      return {
        rows,
        diagnostics: partial(engine, isOrdered ? undefined : 'it came in pages without an order'),
      };
    }
  }
  return { rows, diagnostics: partial(engine, `it has more than ${PAGES_MAX * pageRows} rows`) };
}

function partial(engine: string, why: string | undefined): readonly Diagnostic[] {
  if (why === undefined) return [];
  return [
    {
      code: 'logs/partial-result',
      severity: 'warning',
      message: `the answer of ${engine} is not complete: ${why}`,
      hint: 'ask for a shorter time window',
    },
  ];
}

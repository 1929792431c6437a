import type { LogKind } from '../columns.ts';
import type { ColumnSink } from '../decode/column-sink.ts';
import { addRow, newRowBlock, type RowBlock, settle } from './row-block.ts';
import { type Staging, stage } from './staging.ts';
import { codeOf, codeOfBytes } from './word-list.ts';

/** The sink of an ingest: rows of one source at a time into the staging that is being filled. */
export interface RowWriter extends ColumnSink {
  /** Where rows go from now on; what was given before is settled. */
  begin(staging: Staging, source: number): void;
  /** Brings all that was given into the staging. */
  settle(): void;
  /** Rows that were older than what is kept, so far. */
  expired(): number;
}

/** @param oldest microseconds; older records are counted and not kept */
export function rowWriter(oldest: number): RowWriter {
  const blocks = new Map<LogKind, RowBlock>();
  let staging: Staging;
  let source = 0;
  let expired = 0;

  const blockOf = (kind: LogKind): RowBlock => {
    let block = blocks.get(kind);
    if (block === undefined) {
      block = newRowBlock(kind);
      blocks.set(kind, block);
    }
    return block;
  };
  const settleAll = () => {
    for (const block of blocks.values()) settle(block, staging, source);
  };

  return {
    begin(next, id) {
      settleAll();
      staging = next;
      source = id;
    },
    settle: settleAll,
    expired: () => expired,
    generation: () => staging.words.generation,
    textCode: (text) => codeOf(staging.words, text),
    bytesCode: (block, from, to) => codeOfBytes(staging.words, block, from, to),
    text: (code) => staging.words.words[code]!,
    row(kind, cells, head) {
      if (head.time < oldest) {
        expired += 1;
        return;
      }
      staging.rows += 1;
      const block = blockOf(kind);
      if (addRow(block, cells, head)) settle(block, staging, source);
    },
    record(record) {
      if (record.time < oldest) {
        expired += 1;
        return;
      }
      // Rows of a kind stay in the order of their lines.
      settle(blockOf(record.kind), staging, source);
      stage(staging, [record], source);
    },
  };
}

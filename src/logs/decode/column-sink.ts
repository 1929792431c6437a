import type { LogKind } from '../columns.ts';
import type { LogRecord } from '../record.ts';
import type { ByteBlock } from './byte-block.ts';

/** What a line says beside its columns. */
export interface RowHead {
  time: number;
  /** Number of the text. */
  category: number;
  resource: number;
  isLegacy: boolean;
  line: number;
}

/**
 * Takes what a log says column by column, with numbers for texts, without a record having been made of it. Lines that are written as
 * most are go here straight from their bytes; whatever is unusual is decoded as ever and handed over as a record.
 */
export interface ColumnSink {
  /** Another one means that the numbers of texts begin anew. */
  generation(): number;
  textCode(text: string): number;
  /** Number of the text that UTF-8 bytes say. */
  bytesCode(block: ByteBlock, start: number, end: number): number;
  /** The text of a number. */
  text(code: number): string;
  /**
   * One record: `cells` in the order of LOG_COLUMNS, numbers of texts (-1: absent), numbers as they are, 1 and 0 for truths (NaN:
   * absent). They are copied.
   */
  row(kind: LogKind, cells: Float64Array, head: RowHead): void;
  record(record: LogRecord): void;
}

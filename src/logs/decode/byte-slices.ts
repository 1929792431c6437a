import type { ByteBlock } from './byte-block.ts';
import type { ColumnSink } from './column-sink.ts';

/**
 * Where the texts of a line lie, until it is known that all of it is as expected. They are looked up in one place: a look-up that is
 * compiled into each of a dozen costs more to compile than to run, up to a hundred thousand lines.
 */
export interface ByteSlices {
  readonly columns: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  count: number;
}

/** More texts than any line has columns. */
const SLICES = 64;

export function newByteSlices(): ByteSlices {
  return {
    columns: new Int32Array(SLICES),
    starts: new Int32Array(SLICES),
    ends: new Int32Array(SLICES),
    count: 0,
  };
}

export function addSlice(slices: ByteSlices, column: number, start: number, end: number): void {
  const { count } = slices;
  slices.columns[count] = column;
  slices.starts[count] = start;
  slices.ends[count] = end;
  slices.count = count + 1;
}

/** Puts the numbers of all texts into their cells. */
export function lookUp(
  { columns, starts, ends, count }: ByteSlices,
  sink: ColumnSink,
  block: ByteBlock,
  cells: Float64Array,
): void {
  for (let slice = 0; slice < count; slice += 1) {
    cells[columns[slice]!] = sink.bytesCode(block, starts[slice]!, ends[slice]!);
  }
}

import { type CsvRow, csvReader } from './csv-rows.ts';
import type { TextDecoding } from './decode-document.ts';
import { type Decoding, passOver, quarantine } from './decoding.ts';
import { decodeRow, planTable, type TablePlan } from './table-rows.ts';

/** A CSV export, of the portal (`TimeGenerated [UTC]`), of Data Explorer or of a script. */
export function tableDecoding(decoding: Decoding, delimiter: string, rowMax: number): TextDecoding {
  const reader = csvReader(delimiter, rowMax);
  let plan: TablePlan | undefined;
  let isHeaderRead = false;

  const take = (row: CsvRow) => {
    decoding.line = row.line;
    decoding.item = 0;
    if (!isHeaderRead) {
      isHeaderRead = true;
      // The portal says above the column which zone its times are of: `TimeGenerated [UTC]`.
      plan = planTable(row.cells);
      if (row.cells.some((name) => / \[UTC\]$/i.test(name))) decoding.zoneMicros = 0;
      return;
    }
    if (row.tooLong !== undefined) {
      const { text: start, length } = row.tooLong;
      quarantine(decoding, 'logs/line-too-long', 'the row is longer than the limit', start, length);
    } else if (plan === undefined) passOver(decoding, 'table of other columns');
    else decodeRow(decoding, plan, row.cells, { value: row.cells });
  };

  return {
    push: (text) => reader.push(text).forEach(take),
    end: () => {
      const { row, isOpen } = reader.end();
      if (row === undefined) return;
      if (!isOpen) return take(row);
      decoding.line = row.line;
      quarantine(
        decoding,
        'logs/cut-off',
        'a quote is never closed',
        row.tooLong?.text ?? row.cells.join(delimiter),
      );
    },
  };
}

import type { DuckDBValue } from '@duckdb/node-api';
import type { LogEngine, LogRow, LogValue } from '../engine.ts';
import { fromTallies, toSql } from '../query/index.ts';
import type { LogStore } from './open-store.ts';
import { storeError } from './store-error.ts';

/** Questions to the store. Closing the engine closes the store. */
export function storeEngine(store: LogStore): LogEngine {
  return {
    name: store.path,
    async run(pipeline) {
      try {
        const reader = await store.connection.runAndReadAll(
          toSql(fromTallies(pipeline, store.tallies)),
        );
        const names = reader.deduplicatedColumnNames();
        const isText = reader.columnTypes().map(({ typeId }) => typeId === VARCHAR);
        const rows = reader.getRows().map((cells) => rowOf(names, isText, cells));
        return { rows, diagnostics: [] };
      } catch (error) {
        throw storeError(store.path, error);
      }
    },
    close: () => store.close(),
  };
}

/** All rows of an answer have one shape, made without entries in between: an answer may have a million of them. */
function rowOf(
  names: readonly string[],
  isText: readonly boolean[],
  cells: readonly DuckDBValue[],
): LogRow {
  const row: Record<string, LogValue> = {};
  for (let at = 0; at < cells.length; at += 1) {
    row[names[at]!] = cellValue(cells[at]!, isText[at] === true);
  }
  return row;
}

/** `DuckDBTypeId.VARCHAR`, said here so that the package is loaded with the store only. */
const VARCHAR = 17;

function cellValue(cell: DuckDBValue, isText: boolean): LogValue {
  if (cell === null) return isText ? '' : null;
  if (typeof cell === 'bigint') return Number(cell);
  if (typeof cell === 'object') {
    // A timestamp, the only kind of object a question makes.
    return 'micros' in cell ? Number(cell.micros) : String(cell);
  }
  return cell;
}

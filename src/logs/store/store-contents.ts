import { LOG_KINDS, LOG_TABLES, type LogKind } from '../columns.ts';
import type { LogStore } from './open-store.ts';

/** What a store holds, beside the records themselves. */
export interface StoreContents {
  readonly sources: readonly StoredSource[];
  readonly byKind: Readonly<Record<LogKind, number>>;
  readonly quarantined: number;
  /** The most frequent first. */
  readonly unknown: readonly StoredUnknown[];
}

export interface StoredSource {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly isWhole: boolean;
  readonly records: number;
  readonly quarantined: number;
  readonly passedOver: number;
}

export interface StoredUnknown {
  readonly what: 'category' | 'field';
  readonly name: string;
  readonly count: number;
}

export interface StoredQuarantine {
  readonly source: string;
  readonly line: number;
  readonly item: number;
  readonly code: string;
  readonly reason: string;
  readonly text: string;
}

export async function storeContents({ connection }: LogStore): Promise<StoreContents> {
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
  const counts = LOG_KINDS.map((kind) => `(SELECT count(*) FROM "${LOG_TABLES[kind].table}")`);
  const [byKind = []] = await rows(`SELECT ${counts.join(', ')}`);
  const sources = await rows(
    `SELECT Id, Name, Size, IsWhole, Records, (SELECT count(*) FROM _Quarantine WHERE Source = Id), PassedOver
     FROM _Sources ORDER BY Name`,
  );
  const unknown = await rows(
    'SELECT What, Name, sum(Count) FROM _Unknown GROUP BY ALL ORDER BY sum(Count) DESC, Name',
  );
  const listed = sources.map(
    ([id, name, size, isWhole, records, quarantined, passedOver]): StoredSource => ({
      id: Number(id),
      name: String(name),
      size: Number(size),
      isWhole: isWhole === true,
      records: Number(records),
      quarantined: Number(quarantined),
      passedOver: Number(passedOver),
    }),
  );
  return {
    sources: listed,
    byKind: Object.fromEntries(
      LOG_KINDS.map((kind, index) => [kind, Number(byKind[index])]),
    ) as Record<LogKind, number>,
    quarantined: listed.reduce((sum, { quarantined }) => sum + quarantined, 0),
    unknown: unknown.map(([what, name, count]) => ({
      what: what === 'field' ? 'field' : 'category',
      name: String(name),
      count: Number(count),
    })),
  };
}

/** Lines that could not be read, by source and place. Their texts are hostile, as everything from a log. */
export async function quarantined(
  { connection }: LogStore,
  count: number,
): Promise<readonly StoredQuarantine[]> {
  const reader = await connection.runAndReadAll(
    `SELECT s.Name, q.Line, q.Item, q.Code, q.Reason, q.Text FROM _Quarantine q JOIN _Sources s ON s.Id = q.Source
     ORDER BY s.Name, q.Line, q.Item LIMIT ${Math.max(0, Math.trunc(count))}`,
  );
  return reader.getRows().map(([source, line, item, code, reason, text]) => ({
    source: String(source),
    line: Number(line),
    item: Number(item),
    code: String(code),
    reason: String(reason),
    text: String(text),
  }));
}

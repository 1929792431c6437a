import type { DuckDBConnection } from '@duckdb/node-api';
import type { LogPosition, Reached, Seen } from '../decode/index.ts';
import type { Quarantined } from '../record.ts';

/** A file or blob as the store knows it. */
export interface KnownSource {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  /** Time of change or etag: another one means that it is looked at again. */
  readonly version: string;
  /** Read to its end; a source that was not is read from its position, or again. */
  readonly isWhole: boolean;
  readonly position?: LogPosition;
  /** What stood before the position: that it still does is checked before one goes on there. */
  readonly mark?: string;
}

export async function knownSources(
  connection: DuckDBConnection,
): Promise<ReadonlyMap<string, KnownSource>> {
  const reader = await connection.runAndReadAll(
    'SELECT Id, Name, Size, Version, IsWhole, Bytes, Line, Mark FROM _Sources',
  );
  const sources = reader.getRows().map(([id, name, size, version, isWhole, bytes, line, mark]) => {
    const position =
      bytes === null || line === null
        ? {}
        : { position: { bytes: Number(bytes), line: Number(line) } };
    const known: KnownSource = {
      id: Number(id),
      name: String(name),
      size: Number(size),
      version: String(version),
      isWhole: isWhole === true,
      ...position,
      ...(mark === null ? {} : { mark: String(mark) }),
    };
    return [known.name, known] as const;
  });
  return new Map(sources);
}

/** A source is about to be read, from its beginning or from where it was left. What was kept aside behind that place goes. */
export async function beginSource(
  connection: DuckDBConnection,
  { id, name }: Pick<KnownSource, 'id' | 'name'>,
  from: LogPosition | undefined,
): Promise<void> {
  const after = from?.line ?? -1;
  await connection.run('DELETE FROM _Quarantine WHERE Source = ? AND Line > ?', [id, after]);
  const changed = await connection.run(
    `UPDATE _Sources SET IsWhole = false${from === undefined ? ', Bytes = NULL, Line = NULL, Mark = NULL, Records = 0, PassedOver = 0' : ''} WHERE Id = ?`,
    [id],
  );
  if (from === undefined) await connection.run('DELETE FROM _Unknown WHERE Source = ?', [id]);
  if (changed.rowsChanged > 0) return;
  await connection.run(
    'INSERT INTO _Sources (Id, Name, Size, Version, IsWhole, Records, PassedOver) VALUES (?, ?, 0, ?, false, 0, 0)',
    [id, name, ''],
  );
}

/** What was read of a source since the last time this was said. */
export interface ReadSource {
  readonly id: number;
  readonly position: LogPosition | undefined;
  readonly mark: string | undefined;
  readonly read: Omit<Reached, 'position'>;
  /** Where it was read to its end. */
  readonly whole?: { readonly size: number; readonly version: string };
}

/** Notes how far a source was read, in the transaction that writes what was read of it: whoever reads it again goes on there. */
export async function noteRead(connection: DuckDBConnection, source: ReadSource): Promise<void> {
  const { id, position, mark, read, whole } = source;
  const { span } = read;
  const end = whole === undefined ? '' : `IsWhole = true, Size = ${whole.size}, Version = ?,`;
  await connection.run(
    `UPDATE _Sources SET ${end} Bytes = ${position?.bytes ?? 'NULL'},
       Line = ${position?.line ?? 'NULL'}, Mark = ?, Layout = ?, Records = Records + ${read.records},
       PassedOver = PassedOver + ${read.passedOver},
       Quarantined = (SELECT count(*) FROM _Quarantine WHERE Source = ${id}),
       Earliest = ${span === undefined ? 'Earliest' : `least(Earliest, make_timestamp(${span.earliest}))`},
       Latest = ${span === undefined ? 'Latest' : `greatest(Latest, make_timestamp(${span.latest}))`}
     WHERE Id = ${id}`,
    [...(whole === undefined ? [] : [whole.version]), mark ?? '', read.layout],
  );
  const unknown = [
    ...read.unknownCategories.map((seen) => ['category', seen] as const),
    ...read.unknownFields.map((seen) => ['field', seen] as const),
  ];
  if (unknown.length === 0) return;
  const appender = await connection.createAppender('_Unknown');
  for (const [what, { name, count, line }] of unknown) {
    appender.appendBigInt(BigInt(id));
    appender.appendVarchar(what);
    appender.appendVarchar(name);
    appender.appendBigInt(BigInt(count));
    appender.appendBigInt(BigInt(line));
    appender.endRow();
  }
  appender.closeSync();
}

/** What was read between two places of one source. */
export function readSince(
  before: Omit<Reached, 'position'> | undefined,
  now: Omit<Reached, 'position'>,
): Omit<Reached, 'position'> {
  if (before === undefined) return now;
  return {
    ...now,
    records: now.records - before.records,
    passedOver: now.passedOver - before.passedOver,
    unknownCategories: seenSince(before.unknownCategories, now.unknownCategories),
    unknownFields: seenSince(before.unknownFields, now.unknownFields),
  };
}

function seenSince(before: readonly Seen[], now: readonly Seen[]): readonly Seen[] {
  const counts = new Map(before.map(({ name, count }) => [name, count]));
  return now
    .map((seen) => ({ ...seen, count: seen.count - (counts.get(seen.name) ?? 0) }))
    .filter(({ count }) => count > 0);
}

/** Lines that could not be read, with the sources they are of. */
export async function keepAside(
  connection: DuckDBConnection,
  quarantined: readonly (readonly [source: number, line: Quarantined])[],
): Promise<void> {
  if (quarantined.length === 0) return;
  const appender = await connection.createAppender('_Quarantine');
  for (const [source, { line, item, code, reason, text, length }] of quarantined) {
    appender.appendBigInt(BigInt(source));
    appender.appendBigInt(BigInt(line));
    appender.appendBigInt(BigInt(item));
    appender.appendVarchar(code);
    appender.appendVarchar(reason);
    appender.appendVarchar(text);
    appender.appendBigInt(BigInt(length));
    appender.endRow();
  }
  appender.closeSync();
}

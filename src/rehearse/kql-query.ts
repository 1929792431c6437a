import type { Json } from './json.ts';
import {
  type KqlExpression,
  type KqlReader,
  kqlReader,
  order,
  type Row,
  readExpression,
  unexpected,
} from './kql-expressions.ts';
import { KqlRefusal, kqlWords } from './kql-words.ts';

export type { Row } from './kql-expressions.ts';
export { KqlRefusal } from './kql-words.ts';

const LENGTH_MAX = 20_000;
const STEPS_MAX = 50;

/**
 * Carries out a query of the part of the Kusto query language that clients of Resource Graph send: a table, then `where`, `project`,
 * `project-away`, `extend`, `order by`, `take`, `top`, `count`, `distinct`, `summarize count() by`.
 * @throws KqlRefusal naming what is not supported: a query that is half understood would mislead
 */
export function runKql(
  query: string,
  table: (name: string) => readonly Row[] | undefined,
): readonly Row[] {
  if (query.length > LENGTH_MAX) throw new KqlRefusal('the query is too long');
  const reader = kqlReader(kqlWords(query));
  let rows: readonly Row[];
  const first = reader.peek();
  // A query may begin with an operator: it is then about `resources`.
  if (first.kind === 'name' && OPERATORS[first.text.toLowerCase()] === undefined) {
    reader.next();
    const named = table(first.text.toLowerCase());
    if (named === undefined)
      throw new KqlRefusal(`the table \`${first.text}\` is not supported here`);
    rows = named;
  } else {
    rows = table('resources') ?? [];
    if (first.kind === 'name') rows = step(reader, rows);
  }
  for (let steps = 0; reader.take('|'); steps += 1) {
    if (steps >= STEPS_MAX) throw new KqlRefusal('the query has too many operators');
    rows = step(reader, rows);
  }
  if (reader.peek().kind !== 'end') throw unexpected(reader.peek(), '`|` or the end');
  return rows;
}

function step(reader: KqlReader, rows: readonly Row[]): readonly Row[] {
  const word = reader.next();
  const operator = word.kind === 'name' ? OPERATORS[word.text.toLowerCase()] : undefined;
  if (operator === undefined) {
    throw new KqlRefusal(`the operator \`${word.text || 'nothing'}\` is not supported here`);
  }
  return operator(reader, rows);
}

type Operator = (reader: KqlReader, rows: readonly Row[]) => readonly Row[];

const OPERATORS: Readonly<Record<string, Operator>> = {
  where: filter,
  filter,
  project: (reader, rows) => {
    const columns = readColumns(reader);
    return rows.map((row) => new Map(columns.map(({ name, value }) => [name, value(row) ?? null])));
  },
  'project-keep': (reader, rows) => {
    const names = new Set(readColumns(reader).map(({ name }) => name.toLowerCase()));
    return rows.map((row) => new Map([...row].filter(([name]) => names.has(name.toLowerCase()))));
  },
  'project-away': (reader, rows) => {
    const names = new Set(readColumns(reader).map(({ name }) => name.toLowerCase()));
    return rows.map((row) => new Map([...row].filter(([name]) => !names.has(name.toLowerCase()))));
  },
  'project-rename': (reader, rows) => {
    const columns = readColumns(reader);
    return rows.map((row) => {
      const left = new Map(row);
      for (const { name, source, value } of columns) {
        left.delete(source);
        left.set(name, value(row) ?? null);
      }
      return left;
    });
  },
  extend: (reader, rows) => {
    const columns = readColumns(reader);
    return rows.map((row) => {
      const wider = new Map(row);
      for (const { name, value } of columns) wider.set(name, value(lookedUp(wider)) ?? null);
      return wider;
    });
  },
  order: sort,
  sort,
  take: limit,
  limit,
  top: (reader, rows) => {
    const number = readNumber(reader);
    return sort(reader, rows).slice(0, number);
  },
  count: (_, rows) => [new Map([['Count', rows.length]])],
  distinct: (reader, rows) => {
    const columns = readColumns(reader);
    const seen = new Map<string, Row>();
    for (const row of rows) {
      const told = columns.map(({ name, value }) => [name, value(lookedUp(row)) ?? null] as const);
      seen.set(JSON.stringify(told), new Map(told));
    }
    return [...seen.values()];
  },
  summarize: (reader, rows) => {
    const sums = readColumns(reader, true);
    const by = reader.take('by') ? readColumns(reader) : [];
    const groups = new Map<
      string,
      { readonly key: readonly (readonly [string, Json])[]; readonly rows: Row[] }
    >();
    for (const row of rows) {
      const key = by.map(({ name, value }) => [name, value(lookedUp(row)) ?? null] as const);
      const text = JSON.stringify(key);
      const group = groups.get(text) ?? { key, rows: [] };
      group.rows.push(row);
      groups.set(text, group);
    }
    if (by.length === 0 && groups.size === 0) groups.set('', { key: [], rows: [] });
    return [...groups.values()].map(
      (group) =>
        new Map([...group.key, ...sums.map(({ name }) => [name, group.rows.length] as const)]),
    );
  },
};

function filter(reader: KqlReader, rows: readonly Row[]): readonly Row[] {
  const condition = readExpression(reader);
  return rows.filter((row) => condition(lookedUp(row)) === true);
}

function sort(reader: KqlReader, rows: readonly Row[]): readonly Row[] {
  reader.need('by');
  const keys: { readonly value: KqlExpression; readonly sign: number }[] = [];
  do {
    const value = readExpression(reader);
    // Descending is what the language does unless told.
    keys.push({ value, sign: reader.take('asc') ? 1 : reader.take('desc') ? -1 : -1 });
  } while (reader.take(','));
  return [...rows].sort((one, other) => {
    for (const { value, sign } of keys) {
      const difference = order(value(lookedUp(one)), value(lookedUp(other)));
      if (difference !== 0) return sign * difference;
    }
    return 0;
  });
}

function limit(reader: KqlReader, rows: readonly Row[]): readonly Row[] {
  return rows.slice(0, readNumber(reader));
}

function readNumber(reader: KqlReader): number {
  const word = reader.next();
  if (word.kind !== 'number') throw unexpected(word, 'a number');
  return Number(word.text);
}

interface Column {
  readonly name: string;
  /** The name it had, in lower case, where it is no more than a column. */
  readonly source: string;
  readonly value: KqlExpression;
}

/** `name`, `name = expression`, `properties.sku.tier` (told as `properties_sku_tier`), `count()`. */
function readColumns(reader: KqlReader, isSummary = false): readonly Column[] {
  const columns: Column[] = [];
  do {
    const first = reader.next();
    if (first.kind !== 'name') throw unexpected(first, 'the name of a column');
    const isNamed = reader.take('=');
    if (isSummary) {
      const sum = isNamed ? reader.next() : first;
      if (sum.text.toLowerCase() !== 'count') {
        throw new KqlRefusal(`the function \`${sum.text}\` is not supported in summarize here`);
      }
      reader.need('(');
      reader.need(')');
      columns.push({ name: isNamed ? first.text : 'count_', source: '', value: () => null });
      continue;
    }
    columns.push(
      isNamed ? { name: first.text, ...expressionColumn(reader) } : plainColumn(reader, first.text),
    );
  } while (reader.take(','));
  return columns;
}

function expressionColumn(reader: KqlReader): Omit<Column, 'name'> {
  const source = reader.peek().kind === 'name' ? reader.peek().text : '';
  const value = readExpression(reader);
  return { source, value: (row) => value(lookedUp(row)) };
}

function plainColumn(reader: KqlReader, name: string): Column {
  const path = [name];
  while (reader.take('.')) path.push(reader.next().text);
  const value: KqlExpression = (row) =>
    path
      .slice(1)
      .reduce<Json | undefined>(
        (inner, word) => member(inner, word),
        lookedUp(row).get(name.toLowerCase()),
      );
  return { name: path.join('_'), source: name, value };
}

function member(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const found = Object.entries(value).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return found?.[1];
}

/** Columns are found without case, as people write them. */
function lookedUp(row: Row): Row {
  return new Map([...row].map(([name, value]) => [name.toLowerCase(), value]));
}

import type { Aggregate, Expression, Kind } from './expression.ts';

/** One step of a question: rows in, rows out. */
export type Step =
  | { readonly step: 'where'; readonly of: Expression<'truth'> }
  | { readonly step: 'extend'; readonly columns: Readonly<Record<string, Expression>> }
  | {
      readonly step: 'summarize';
      readonly aggregates: Readonly<Record<string, Aggregate>>;
      readonly by: Readonly<Record<string, Expression>>;
    }
  | { readonly step: 'project'; readonly columns: readonly string[] }
  | {
      readonly step: 'order';
      readonly by: readonly { readonly column: string; readonly descending: boolean }[];
    }
  | { readonly step: 'take'; readonly rows: number };

/** Rows of one table, in the columns all sources of a pipeline share. */
export interface Source {
  readonly table: string;
  readonly columns: Readonly<Record<string, Expression>>;
  /** Of the table's own columns; absent: all its rows. */
  readonly where?: Expression<'truth'>;
}

/** A question about logs, said once: printed as SQL for DuckDB and as KQL for Log Analytics and Azure Data Explorer. */
export interface Pipeline {
  /** Never empty; rows of all of them, one after the other. */
  readonly sources: readonly Source[];
  readonly steps: readonly Step[];
}

export type Columns = Readonly<Record<string, Kind>>;
type Row<C extends Columns> = { readonly [Name in keyof C]: Expression<C[Name]> };
type KindsOf<E extends Readonly<Record<string, Expression>>> = {
  readonly [Name in keyof E]: E[Name]['kind'];
};
/** Aggregates are numbers, but for the least and the most of something, which keep its kind. */
type AggregateKinds<A extends Readonly<Record<string, Aggregate>>> = {
  readonly [Name in keyof A]: A[Name] extends {
    readonly is: 'min' | 'max';
    readonly of: Expression<infer K>;
  }
    ? K
    : 'number';
};

/** A pipeline whose columns the compiler knows: a misspelt column does not compile. */
export interface Asking<C extends Columns> {
  readonly columns: C;
  readonly pipeline: Pipeline;
  where(of: (row: Row<C>) => Expression<'truth'> | undefined): Asking<C>;
  extend<E extends Readonly<Record<string, Expression>>>(
    make: (row: Row<C>) => E,
  ): Asking<C & KindsOf<E>>;
  summarize<
    B extends Readonly<Record<string, Expression>>,
    A extends Readonly<Record<string, Aggregate>>,
  >(
    make: (row: Row<C>) => { readonly by: B; readonly of: A },
  ): Asking<KindsOf<B> & AggregateKinds<A>>;
  project<N extends keyof C & string>(...names: readonly N[]): Asking<Pick<C, N>>;
  /** Columns by which to order; a leading `-` turns one around. Name enough of them that the order is whole. */
  order(...by: readonly `${'' | '-'}${keyof C & string}`[]): Asking<C>;
  take(rows: number): Asking<C>;
}

/** Rows of these tables. Every source must have the same columns of the same kinds. */
export function from<C extends Columns>(columns: C, ...sources: readonly Source[]): Asking<C> {
  return asking(columns, { sources, steps: [] });
}

function asking<C extends Columns>(columns: C, pipeline: Pipeline): Asking<C> {
  const row = Object.fromEntries(
    Object.entries(columns).map(([name, kind]) => [name, { kind, is: 'column', name }]),
  ) as unknown as Row<C>;
  const then = <D extends Columns>(next: D, step: Step): Asking<D> =>
    asking(next, { ...pipeline, steps: [...pipeline.steps, step] });
  return {
    columns,
    pipeline,
    where(make) {
      const of = make(row);
      return of === undefined ? asking(columns, pipeline) : then(columns, { step: 'where', of });
    },
    extend(make) {
      const made = make(row);
      return then({ ...columns, ...kindsOf(made) } as never, { step: 'extend', columns: made });
    },
    summarize(make) {
      const { by, of } = make(row);
      const kinds = Object.fromEntries(
        Object.entries(of).map(([name, each]) => [
          name,
          each.is === 'min' || each.is === 'max' ? each.of.kind : 'number',
        ]),
      );
      return then({ ...kindsOf(by), ...kinds } as never, { step: 'summarize', aggregates: of, by });
    },
    project(...names) {
      const kept = Object.fromEntries(names.map((name) => [name, columns[name]]));
      return then(kept as never, { step: 'project', columns: names });
    },
    order(...by) {
      const parts = by.map((each) => ({
        column: each.replace(/^-/, ''),
        descending: each.startsWith('-'),
      }));
      return then(columns, { step: 'order', by: parts });
    },
    take: (rows) => then(columns, { step: 'take', rows }),
  };
}

function kindsOf(expressions: Readonly<Record<string, Expression>>): Columns {
  return Object.fromEntries(Object.entries(expressions).map(([name, { kind }]) => [name, kind]));
}

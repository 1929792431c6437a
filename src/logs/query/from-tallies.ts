import {
  type Aggregate,
  all,
  atLeast,
  below,
  choose,
  type Expression,
  number,
  sum,
  time,
} from './expression.ts';
import type { Pipeline, Source, Step } from './pipeline.ts';
import { columnsOf, partsOf, TALLIED, type Tally } from './tally.ts';
import { type TimeWindow, takeWindow } from './time-window.ts';

/**
 * The same question, answered from tallies as far as they go: whole intervals of the window are read from them, what the window cuts off
 * at its ends from the records. Exact, or the question as it was: where it asks for single records, for a column that no tally tells
 * apart, or for shorter intervals.
 */
export function fromTallies(pipeline: Pipeline, tallies: readonly Tally[]): Pipeline {
  const end = pipeline.steps.findIndex(({ step }) => step !== 'where' && step !== 'extend');
  const last = pipeline.steps[end];
  if (tallies.length === 0 || last?.step !== 'summarize') return pipeline;
  const { steps, window } = takeWindow(pipeline.steps.slice(0, end));
  const use = useOf(steps, last);
  if (window === undefined || use === undefined) return pipeline;
  const chosen = pipeline.sources.map((source) => tallyFor(source, use, tallies));
  if (chosen.every((tally) => tally === undefined)) return pipeline;
  return {
    sources: pipeline.sources.flatMap((source, at) => partsFrom(source, use, window, chosen[at])),
    steps: [
      ...steps,
      { ...last, aggregates: mapValues(last.aggregates, addedUp) },
      ...pipeline.steps.slice(end + 1),
    ],
  };
}

const TIME = 'TimeGenerated';
const isTime = (of: Expression): boolean => of.is === 'column' && of.name === TIME;
const column = <K extends Expression['kind']>(kind: K, name: string) =>
  ({ kind, is: 'column', name }) as Expression<K>;

/** What a question reads of each record. */
interface Use {
  /** Columns whose values matter. */
  readonly columns: ReadonlySet<string>;
  /** Columns that are only added up, or of which only the greatest is asked. */
  readonly numbers: ReadonlySet<string>;
  /** Lengths of the intervals it counts by, in seconds. */
  readonly intervals: readonly number[];
}

/** `undefined`: it reads something of the single record. */
function useOf(
  steps: readonly Step[],
  { aggregates, by }: Extract<Step, { step: 'summarize' }>,
): Use | undefined {
  const columns = new Set<string>();
  const numbers = new Set<string>();
  const intervals: number[] = [];
  const made = new Set<string>();
  let isSingle = false;
  const read = (of: Expression): void => {
    if (of.is === 'interval' && isTime(of.of)) intervals.push(of.seconds);
    else if (isTime(of)) isSingle = true;
    else if (of.is === 'column') columns.add(of.name);
    else for (const part of partsOf(of)) read(part);
  };
  for (const step of steps) {
    if (step.step === 'where') read(step.of);
    if (step.step !== 'extend') continue;
    for (const [name, of] of Object.entries(step.columns)) {
      read(of);
      made.add(name);
    }
  }
  for (const of of Object.values(by)) read(of);
  for (const each of Object.values(aggregates)) {
    if (each.is === 'count') continue;
    if ((each.is === 'min' || each.is === 'max') && isTime(each.of)) continue;
    const isNumber = each.is === 'sum' || (each.is === 'max' && each.of.kind === 'number');
    if (!isNumber) read(each.of);
    else if (each.of.is === 'column' && !made.has(each.of.name)) numbers.add(each.of.name);
    else isSingle = true;
  }
  // What is told apart and added up at once would need both columns under one name.
  if (isSingle || made.has(TIME) || [...numbers].some((name) => columns.has(name))) {
    return undefined;
  }
  for (const name of made) columns.delete(name);
  return { columns, numbers, intervals };
}

/** The one with the longest intervals, of those that tell apart what the question does. */
function tallyFor({ table, columns, where }: Source, use: Use, tallies: readonly Tally[]) {
  const fits = tallies.filter(
    (tally) =>
      tally.of === table &&
      where === undefined &&
      isTime(columns[TIME]!) &&
      use.intervals.every((seconds) => seconds % tally.seconds === 0) &&
      [...use.columns].every((name) =>
        columnsOf(columns[name]!).every((each) => tally.columns.includes(each)),
      ) &&
      [...use.numbers].every((name) => {
        const of = columns[name]!;
        return of.is === 'column' && tally.numbers.includes(of.name);
      }),
  );
  return fits.sort((a, b) => b.seconds - a.seconds || a.columns.length - b.columns.length)[0];
}

function partsFrom(
  source: Source,
  use: Use,
  window: TimeWindow,
  tally: Tally | undefined,
): readonly Source[] {
  const records = (part: TimeWindow): Source => ({
    table: source.table,
    columns: recordColumns(source, use),
    ...bounded(source.columns[TIME] as Expression<'time'>, part, source.where),
  });
  if (tally === undefined) return [records(window)];
  const { from, to } = window;
  const step = tally.seconds * 1000;
  const low = from === undefined ? undefined : Math.ceil(from / step) * step;
  const high = to === undefined ? undefined : Math.floor(to / step) * step;
  if (low !== undefined && high !== undefined && low >= high) return [records(window)];
  const whole: Source = {
    table: tally.table,
    columns: tallyColumns(source, use),
    ...bounded(column('time', TALLIED.start), {
      ...(low === undefined ? {} : { from: low }),
      ...(high === undefined ? {} : { to: high }),
    }),
  };
  return [
    whole,
    ...(from !== low ? [records({ from: from!, to: low! })] : []),
    ...(to !== high ? [records({ from: high!, to: to! })] : []),
  ];
}

function bounded(
  of: Expression<'time'>,
  { from, to }: TimeWindow,
  where?: Source['where'],
): Pick<Source, 'where'> {
  const iso = (milliseconds: number) => time(new Date(milliseconds).toISOString());
  const parts = [
    ...(where === undefined ? [] : [where]),
    ...(from === undefined ? [] : [atLeast(of, iso(from))]),
    ...(to === undefined ? [] : [below(of, iso(to))]),
  ];
  return parts.length === 0 ? {} : { where: all(...parts) };
}

/** A record is a tally of one. */
function recordColumns({ columns }: Source, use: Use): Source['columns'] {
  const written = columns[TIME]!;
  return {
    ...kept(columns, use),
    ...(use.intervals.length === 0 ? {} : { [TIME]: written }),
    ...{ [TALLIED.records]: number(1), [TALLIED.first]: written, [TALLIED.last]: written },
    ...numbers(use, (name) => [columns[name]!, columns[name]!]),
  };
}

function tallyColumns({ columns }: Source, use: Use): Source['columns'] {
  return {
    ...kept(columns, use),
    ...(use.intervals.length === 0 ? {} : { [TIME]: column('time', TALLIED.start) }),
    [TALLIED.records]: column('number', TALLIED.records),
    [TALLIED.first]: column('time', TALLIED.first),
    [TALLIED.last]: column('time', TALLIED.last),
    ...numbers(use, (name) => {
      const [own = name] = columnsOf(columns[name]!);
      return [column('number', TALLIED.sum(own)), column('number', TALLIED.most(own))];
    }),
  };
}

function kept(columns: Source['columns'], use: Use): Source['columns'] {
  return Object.fromEntries([...use.columns].sort().map((name) => [name, columns[name]!]));
}

function numbers(
  use: Use,
  of: (name: string) => readonly [sum: Expression, most: Expression],
): Source['columns'] {
  return Object.fromEntries(
    [...use.numbers].flatMap((name) => {
      const [total, most] = of(name);
      return [
        [TALLIED.sum(name), total],
        [TALLIED.most(name), most],
      ];
    }),
  );
}

/** The aggregate of records, said of tallies. */
function addedUp(of: Aggregate): Aggregate {
  const records = column('number', TALLIED.records);
  switch (of.is) {
    case 'count':
      return sum(records);
    case 'count-if':
      return sum(choose([[of.of, records]], number(0)));
    case 'distinct':
      return of;
    case 'sum':
      return sum(column('number', TALLIED.sum(nameOf(of.of))));
    case 'min':
      return isTime(of.of) ? { ...of, of: column('time', TALLIED.first) } : of;
    case 'max':
      if (isTime(of.of)) return { ...of, of: column('time', TALLIED.last) };
      return of.of.kind === 'number'
        ? { ...of, of: column('number', TALLIED.most(nameOf(of.of))) }
        : of;
  }
}

function nameOf(of: Expression): string {
  return of.is === 'column' ? of.name : '';
}

function mapValues<V, W>(of: Readonly<Record<string, V>>, make: (value: V) => W) {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, make(value)]));
}

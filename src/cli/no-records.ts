import { OperationalError } from '../diagnostics/index.ts';
import { LOG_KINDS } from '../logs/columns.ts';
import type { Seen } from '../logs/decode/index.ts';
import type { IngestReport } from '../logs/ingest/index.ts';
import { type Asking, askRows, recordsByKind, type Window } from '../logs/questions/index.ts';
import { listed } from '../report/logs-denied-page.ts';
import { countWords, timeWords } from '../report/logs-page.ts';
import { count } from '../report/style.ts';
import { InputError } from './exit-code.ts';

/** What is looked for, told where nothing of it was found. */
const EXPECTED =
  'expected are logs of Azure Firewall, VNet flows, Application Gateway or Hubble, as JSON or CSV, gzipped or not; a configuration is named with `--perimeter`, a store with `--store`';

/** What was read, whoever read it. */
export interface Reading {
  readonly files: number;
  readonly filesFailed: number;
  readonly unknownCategories: readonly Seen[];
}

/** Files in which no record stands answer no question: an answer with nothing in it would read as if nothing had happened. */
export function nothingRead(
  places: readonly string[],
  { files, filesFailed, unknownCategories }: Reading,
): Error {
  const where = listed(places.map((place) => `\`${place}\``));
  if (files === 0) return new InputError(`there is no file of logs in ${where}`, EXPECTED);
  const of = files === 1 ? where : `${where} (${count(files, 'file')})`;
  if (filesFailed > 0) return new OperationalError('logs/not-read', `${of} could not be read`);
  const seen = unknownCategories
    .filter(({ name }) => !name.startsWith('('))
    .map(({ name, count }) => `${name} (${countWords(count)})`);
  const others = seen.length === 0 ? '' : `; seen were ${listed(seen)}`;
  return new InputError(`no record of a log was read from ${of}${others}`, EXPECTED);
}

/** Whether anything was decoded; what was there already counts. */
export function hasDecoded({ byKind }: Pick<IngestReport, 'byKind'>): boolean {
  return LOG_KINDS.some((kind) => byKind[kind] > 0);
}

/** Nothing was found in the window: because nothing is there at all, or because the logs are of another time. `undefined`: they do hold some. */
export async function withoutRecords(
  { engine, window, said }: Asking,
  name: string,
): Promise<Error | undefined> {
  const within = await askRows(engine, recordsByKind(LOG_KINDS, window), said);
  if (within.length > 0) return undefined;
  const [first] = said;
  if (first !== undefined) {
    const hint = first.hint === undefined ? {} : { hint: first.hint };
    return new OperationalError('logs/partial-result', `no record came: ${first.message}`, hint);
  }
  const isOpen = window.from === undefined && window.to === undefined;
  const all = isOpen ? within : await askRows(engine, recordsByKind(LOG_KINDS, {}));
  if (all.length === 0) {
    return new InputError(
      `\`${name}\` holds no record of a log`,
      'fill a store with `sallyport logs ingest FOLDER`; in Azure, diagnostic settings of the firewall name the place',
    );
  }
  const earliest = Math.min(...all.map((row) => row.number('First')));
  const latest = Math.max(...all.map((row) => row.number('Last')));
  return new InputError(
    `there is no record ${windowWords(window)}`,
    `the logs hold ${timeWords(earliest)} to ${timeWords(latest)} UTC`,
  );
}

function windowWords({ from, to }: Window): string {
  const words = (time: string) => timeWords(Date.parse(time) * 1000);
  if (from === undefined) return `before ${words(to ?? '')} UTC`;
  return to === undefined
    ? `from ${words(from)} UTC on`
    : `from ${words(from)} to ${words(to)} UTC`;
}

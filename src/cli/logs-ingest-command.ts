import { LOG_KINDS } from '../logs/columns.ts';
import type { IngestReport } from '../logs/ingest/index.ts';
import { diagnosticJson } from '../report/location-json.ts';
import {
  bytesWords,
  counted,
  countWords,
  isoTime,
  secondsWords,
  timeWords,
} from '../report/logs-page.ts';
import { LOG_NAMES } from '../report/logs-remarks.ts';
import { count, hanging, paint, safe } from '../report/style.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import { ingestInto } from './ingest-logs.ts';
import type { StoreChoice } from './open-logs.ts';
import { type Output, terminal } from './terminal.ts';

export interface IngestCommandOptions extends StoreChoice {
  readonly keepDays?: number;
  readonly format: 'text' | 'json';
  readonly quiet?: boolean;
  readonly color?: boolean;
}

const UNKNOWN_MAX = 8;

/** 0: all of it is in the store. 1: some file could not be read, or it was interrupted; what was read is kept. 2: there was nothing to read. */
export async function logsIngestCommand(
  paths: readonly string[],
  options: IngestCommandOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  if (paths.length === 0 && options.storageFrom === undefined) {
    throw new InputError('no logs were named', 'sallyport logs ingest FOLDER');
  }
  const { DEFAULT_STORE, openStore } = await import('../logs/store/index.ts');
  const path = options.store ?? DEFAULT_STORE;
  const store = await openStore(path, {
    mode: 'write',
    onUpgrade: () => output.progress('bringing the store to this version…'),
  });
  try {
    const report = await ingestInto(store, paths, options, output);
    const text =
      options.format === 'json' ? ingestJson(report, path) : ingestText(report, path, output);
    output.out(text);
    const isWhole = report.diagnostics.every(({ severity }) => severity !== 'error');
    return isWhole && !report.isAborted ? 0 : 1;
  } finally {
    store.close();
  }
}

function ingestJson({ span, diagnostics, ...report }: IngestReport, store: string): string {
  const { earliest, latest } = span ?? {};
  const json = {
    ...{ schemaVersion: 1, store, ...report },
    ...(earliest === undefined || latest === undefined
      ? {}
      : { span: { earliest: isoTime(earliest), latest: isoTime(latest) } }),
    diagnostics: diagnostics.map(diagnosticJson),
  };
  return `${JSON.stringify(json, undefined, 1)}\n`;
}

function ingestText(report: IngestReport, path: string, { style }: Output): string {
  const { bold, dim } = paint(style);
  const { records, files, filesUnchanged, filesFailed, bytes, seconds, span } = report;
  const rate = seconds > 0 ? `, ${bytesWords(bytes / seconds)}/s` : '';
  const kinds = LOG_KINDS.filter((kind) => report.byKind[kind] > 0).map(
    (kind) => `${countWords(report.byKind[kind])} ${LOG_NAMES[kind]}`,
  );
  const notes = [
    ...(kinds.length === 0 ? [] : [`read: ${kinds.join(', ')}`]),
    ...(span === undefined
      ? []
      : [`from ${timeWords(span.earliest)} to ${timeWords(span.latest)} UTC`]),
    ...(report.duplicates === 0
      ? []
      : [`${counted(report.duplicates, 'record was', 'records were')} there already`]),
    ...(filesUnchanged === 0 ? [] : [`${count(filesUnchanged, 'file')} unchanged since last time`]),
    ...(filesFailed === 0 ? [] : [`${count(filesFailed, 'file')} could not be read whole`]),
    ...(report.quarantined === 0
      ? []
      : [
          `${counted(report.quarantined, 'line')} could not be read: kept aside, each with its place`,
        ]),
    ...(report.passedOver === 0
      ? []
      : [
          `${counted(report.passedOver, 'record')} of categories that are not decoded: ${seen(report.unknownCategories)}`,
        ]),
    ...(report.unknownFields.length === 0
      ? []
      : [`fields we do not know, kept beside the columns: ${seen(report.unknownFields)}`]),
    ...(report.expired === 0
      ? []
      : [
          `${counted(report.expired, 'record was', 'records were')} older than the days to keep: left out or deleted`,
        ]),
    ...(report.isAborted ? ['interrupted: run it again to go on'] : []),
  ];
  const head = `${bold(counted(records, 'new record'))} from ${count(files, 'file')} (${bytesWords(bytes)} in ${secondsWords(seconds)}${rate})   ${dim(safe(path))}`;
  return `${[head, ...notes.map((note) => hanging(style, 1, '', safe(note)))].join('\n')}\n`;
}

function seen(list: IngestReport['unknownFields']): string {
  const more = list.length - UNKNOWN_MAX;
  const names = list
    .slice(0, UNKNOWN_MAX)
    .map(({ name, count }) => `${name} (${countWords(count)})`);
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

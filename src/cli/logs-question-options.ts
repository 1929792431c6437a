import { type Command, InvalidArgumentError, Option } from 'commander';
import { LOGS_FORMATS, type LogsFormat } from '../report/logs-format.ts';
import { collected } from './input-options.ts';
import type { CloudName } from './log-credential.ts';

/** What every question about logs takes. */
export interface LogsQuestionOptions {
  readonly store?: string;
  readonly perimeter?: readonly string[];
  readonly pods?: string;
  readonly from?: string;
  readonly to?: string;
  readonly last?: number;
  readonly zone?: number;
  readonly workspace?: string;
  readonly cluster?: string;
  readonly database?: string;
  readonly cloud?: CloudName;
  readonly limit: number;
  readonly format: LogsFormat;
  readonly output?: string;
  readonly ascii?: boolean;
  readonly threatList?: string;
  readonly requiredEgress?: string;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

export function questionOptions(command: Command, limit = 20): Command {
  return windowOptions(command)
    .addOption(
      new Option('-f, --format <format>', 'how to print')
        .choices([...LOGS_FORMATS])
        .default('text'),
    )
    .option('-o, --output <file>', 'write to a file instead of the terminal')
    .addOption(
      new Option('--limit <count>', 'the most rows of a table').argParser(whole).default(limit),
    )
    .option(
      '--perimeter <path>',
      'what the logs belong to: names workloads, pools, rules (repeatable)',
      collected,
    )
    .option('--pods <file>', 'which pod had which address when: docs/logs.md')
    .option('--threat-list <file>', 'known-bad addresses and names, one a line')
    .option('--required-egress <file>', 'what AKS needs, as data/aks-required-egress.json')
    .option('--ascii', 'charts without block characters')
    .option('-v, --verbose', 'everything, nothing shortened')
    .option('-q, --quiet', 'no progress')
    .option('--no-color', 'no colour');
}

/** Where logs are and which time is meant. */
function windowOptions(command: Command): Command {
  const placed = command
    .option('--store <file>', 'the store to ask or fill (default: .sallyport/logs.duckdb)')
    .option('--workspace <id>', 'ask this Log Analytics workspace instead, as KQL')
    .option('--cluster <url>', 'ask this Data Explorer cluster instead; with --database')
    .option('--database <name>', 'the database of the cluster')
    .addOption(cloudOption());
  return fromTo(placed)
    .addOption(
      new Option('--last <span>', 'the last 90m, 24h or 7d before the newest record').argParser(
        span,
      ),
    )
    .addOption(zoneOption());
}

export function fromTo(command: Command): Command {
  return command
    .option('--from <time>', 'records from then on: 2026-11-01 or 2026-11-01T14:00Z')
    .option('--to <time>', 'records before then');
}

export function cloudOption(): Option {
  return new Option('--cloud <cloud>', 'of the workspace, cluster or storage account').choices([
    'public',
    'usgovernment',
    'china',
  ]);
}

export function zoneOption(): Option {
  return new Option(
    '--zone <offset>',
    'of times that name no zone: +02:00 (default: UTC)',
  ).argParser(zoneMinutes);
}

export function whole(value: string): number {
  if (!/^\d{1,9}$/.test(value) || Number(value) === 0) {
    throw new InvalidArgumentError('Write a whole number above 0.');
  }
  return Number(value);
}

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds. */
export function span(value: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,6})([mhdw])$/.exec(value) ?? [];
  const seconds = Number(digits) * (UNITS[unit] ?? 0);
  if (!(seconds > 0)) throw new InvalidArgumentError('Write 90m, 24h, 7d or 2w.');
  return seconds;
}

function zoneMinutes(value: string): number {
  if (value === 'Z' || value === 'UTC') return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(value) ?? [];
  const total = Number(hours) * 60 + Number(minutes);
  if (sign === undefined || total > 14 * 60) {
    throw new InvalidArgumentError('Write an offset as +02:00.');
  }
  return sign === '-' ? -total : total;
}

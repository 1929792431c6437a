import { Argument, type Command, Option } from 'commander';
import type { ExitCode } from './exit-code.ts';
import { collected } from './input-options.ts';
import { cloudOption, fromTo, span, whole, zoneOption } from './logs-question-options.ts';

type Finish = (code: ExitCode) => void;

/** Commands of `logs` that read, write or print something else than an answer. */
export function addLogsTools(logs: Command, finish: Finish): void {
  addIngest(logs, finish);
  addTail(logs, finish);
  addGenerate(logs, finish);
  addKql(logs, finish);
}

function addIngest(logs: Command, finish: Finish): void {
  logs
    .command('ingest')
    .argument(
      '[path...]',
      'folders and files of logs, or https://ACCOUNT.blob.core.windows.net',
      [],
    )
    .description('read logs into the store: only what is new, each record once')
    .option('--store <file>', 'the store (default: .sallyport/logs.duckdb)')
    .option('--storage-from <variable>', 'the variable that holds a storage connection string')
    .addOption(cloudOption())
    .addOption(
      new Option('--keep-days <days>', 'leave out and delete records older than this').argParser(
        whole,
      ),
    )
    .addOption(zoneOption())
    .addOption(
      new Option('-f, --format <format>', 'how to print').choices(['text', 'json']).default('text'),
    )
    .option('-v, --verbose', 'every remark on every file')
    .option('-q, --quiet', 'no progress')
    .option('--no-color', 'no colour')
    .addHelpText(
      'after',
      `
May be interrupted and run again at any time: it goes on where it was, and no
record is in the store twice.

Examples
  sallyport logs ingest insights-logs/
  sallyport logs ingest export.csv --zone +02:00 --store june.duckdb
  sallyport logs ingest https://acmelogs.blob.core.windows.net
  sallyport logs ingest --storage-from AZURE_STORAGE_CONNECTION_STRING`,
    )
    .action(async (paths: string[], options) => {
      const { logsIngestCommand } = await import('./logs-ingest-command.ts');
      finish(await logsIngestCommand(paths, options));
    });
}

function addTail(logs: Command, finish: Finish): void {
  for (const name of ['tail', 'watch'] as const) {
    logs
      .command(name)
      .argument('<path...>', 'folders and files that are being written')
      .description(
        name === 'tail'
          ? 'the last records of logs, one a line'
          : 'records as they are written, one a line, until you stop it',
      )
      .option('--where <word>', 'as for search: action=Deny (repeatable)', collected)
      .addOption(new Option('-n, --lines <count>', 'how many').argParser(whole).default(20))
      .option('--perimeter <path>', 'names workloads and pools (repeatable)', collected)
      .option('--follow', 'go on as they are written')
      .addOption(
        new Option('--for <span>', 'stop after so long: 90m, 24h').argParser(span).hideHelp(),
      )
      .addOption(zoneOption())
      .option('-q, --quiet', 'no progress')
      .option('--no-color', 'no colour')
      .action(async (paths: string[], options) => {
        const { logsTailCommand } = await import('./logs-tail-command.ts');
        finish(
          await logsTailCommand(paths, {
            ...options,
            follow: name === 'watch' || options.follow === true,
          }),
        );
      });
  }
}

function addGenerate(logs: Command, finish: Finish): void {
  logs
    .command('generate')
    .argument('<folder>', 'where to write; it must be empty or not be there')
    .description('write realistic logs with planted incidents, the same for the same seed')
    .addOption(new Option('--records <count>', 'of the everyday').argParser(whole).default(100_000))
    .addOption(
      new Option('--seed <number>', 'another seed, other logs').argParser(whole).default(1),
    )
    .option('--from <time>', 'the first moment', '2026-11-01T00:00Z')
    .addOption(
      new Option('--span <span>', 'how long: 24h, 7d').argParser(span).default(86_400, '24h'),
    )
    .addOption(
      new Option('--form <form>', 'as which diagnostic settings write')
        .choices(['structured', 'legacy'])
        .default('structured'),
    )
    .option(
      '--perimeter <path>',
      'whose firewall, rules and workloads (default: a sample)',
      collected,
    )
    .option('--truth <file>', 'what was planted, as JSON')
    .option('-q, --quiet', 'no progress')
    .option('--no-color', 'no colour')
    .action(async (folder: string, options) => {
      const { logsGenerateCommand } = await import('./logs-generate-command.ts');
      finish(await logsGenerateCommand(folder, options));
    });
}

function addKql(logs: Command, finish: Finish): void {
  fromTo(
    logs
      .command('kql')
      .addArgument(new Argument('[question]', 'which; without one all names are listed'))
      .description('print a question as KQL, to paste into a workspace'),
  )
    .addOption(
      new Option('--last <span>', 'refused: a text knows no newest record')
        .argParser(span)
        .hideHelp(),
    )
    .addOption(new Option('--limit <count>', 'the most rows').argParser(whole).default(100))
    .option('--sql', 'as the SQL that is asked of the store')
    .action(async (name: string | undefined, options) => {
      const { logsKqlCommand } = await import('./logs-kql-command.ts');
      finish(logsKqlCommand(name, options));
    });
}

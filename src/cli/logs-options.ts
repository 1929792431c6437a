import { Argument, type Command, Option } from 'commander';
import type { ExitCode } from './exit-code.ts';
import { type LogsQuestionOptions, questionOptions } from './logs-question-options.ts';
import type { LogsQuestion } from './logs-questions-asked.ts';
import { addLogsTools } from './logs-tools-options.ts';

type Finish = (code: ExitCode) => void;

/** `logs` and the questions below it: what really happened, beside what is allowed. */
export function addLogs(program: Command, finish: Finish): void {
  const logs = program
    .command('logs')
    .description('what really happened: firewall logs read, summed up and questioned')
    .enablePositionalOptions()
    .addArgument(logPaths())
    .addHelpText(
      'after',
      `
Logs are folders and files: diagnostic settings in a storage account or an Event
Hub, results of Log Analytics and Data Explorer, CSV, VNet flow logs, gateway
and Hubble logs, gzipped or not, recognised by content. With paths they are read
into a store of their own for this question; without, the store is asked.

Examples
  sallyport logs insights-logs/                what an on-call engineer needs first
  sallyport logs ingest insights-logs/         keep them: .sallyport/logs.duckdb
  sallyport logs denied --perimeter .          what is denied, who asked, what to add
  sallyport logs top names --last 24h
  sallyport logs search name=*.contoso.example action=Deny
  sallyport logs kql denied                    the same question for a workspace

docs/logs.md`,
    );
  asked(logs, finish, { is: 'summary' });
  const summary = question(
    logs,
    'summary',
    'what somebody who was just called wants to know first',
  );
  asked(summary, finish, { is: 'summary' });
  const denied = question(
    logs,
    'denied',
    'what was denied: needed by AKS, threat, noise, or not known',
  );
  asked(denied, finish, { is: 'denied' });
  denied.addHelpText('after', '\nThe exit code is 1 where something that AKS needs was denied.');
  asked(
    question(logs, 'threats', 'hits of threat intelligence and IDPS, scans, data in names'),
    finish,
    { is: 'threats' },
  );
  asked(question(logs, 'dns', 'names asked for, those that fail, those that take long'), finish, {
    is: 'dns',
  });
  asked(question(logs, 'waf', 'what the web application firewall stopped'), finish, { is: 'waf' });
  asked(
    question(logs, 'snat', 'ports per destination against the budget, and a forecast'),
    finish,
    { is: 'snat' },
  );
  addParametrised(logs, finish);
  addLogsTools(logs, finish);
}

function addParametrised(logs: Command, finish: Finish): void {
  questionOptions(
    logs
      .command('top')
      .addArgument(
        new Argument('<what>', 'of what').choices([
          'talkers',
          'names',
          'addresses',
          'ports',
          'rules',
        ]),
      )
      .addArgument(logPaths())
      .description('the most frequent talkers, names, addresses, ports or rules'),
  ).action(async (what, paths: string[], options) => {
    finish(await run({ is: 'top', what }, paths, options));
  });
  questionOptions(
    question(logs, 'timeline', 'records over time').addOption(
      new Option('--by <what>', 'a line for each').choices(['action', 'rule']).default('action'),
    ),
  ).action(async (paths: string[], options) => {
    finish(await run({ is: 'timeline', by: options.by }, paths, options));
  });
  questionOptions(
    question(logs, 'cost', 'bytes that were processed, and what they cost').addOption(
      new Option('--tier <tier>', 'of the firewall, where no perimeter says it').choices([
        'Basic',
        'Standard',
        'Premium',
      ]),
    ),
  ).action(async (paths: string[], options) => {
    const { tier } = options;
    const question = { is: 'cost', ...(tier === undefined ? {} : { tier }) } as const;
    finish(await run(question, paths, options));
  });
  questionOptions(
    logs
      .command('search')
      .argument('[word...]', 'source=, name=, address=, port=, action=, rule=, stage= or any text')
      .description('records that hold all words, the newest first'),
    50,
  )
    .option('--logs <path>', 'folders and files to read (repeatable; default: the store)', collect)
    .addHelpText(
      'after',
      `
Words
  contoso                 any text of the record holds it, in any case
  source=10.42.1.9        a field is exactly that
  name=*.contoso.example  a star at an end stands for anything
  action!=Allow           a field is anything else
Fields: stage protocol source address name port action reason policy group
collection rule`,
    )
    .action(async (words: string[], options) => {
      finish(await run({ is: 'search', words }, options.logs ?? [], options));
    });
}

function question(logs: Command, name: string, description: string): Command {
  return logs.command(name).addArgument(logPaths()).description(description);
}

function asked(command: Command, finish: Finish, question: LogsQuestion): void {
  questionOptions(command).action(async (paths: string[], options) => {
    finish(await run(question, paths, options));
  });
}

async function run(
  question: LogsQuestion,
  paths: readonly string[],
  options: LogsQuestionOptions,
): Promise<ExitCode> {
  const { logsQuestionCommand } = await import('./logs-question-command.ts');
  return logsQuestionCommand(question, paths, options);
}

function logPaths(): Argument {
  return new Argument('[path...]', 'folders and files of logs (default: ask the store)').default(
    [],
    'the store',
  );
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from './exit-code.ts';
import { collected, inputOptions } from './input-options.ts';

/** `sallyport query`: its options, and a help that teaches by example. */
export function addQuery(program: Command, finish: (code: ExitCode) => void): void {
  const command = program
    .command('query')
    .addArgument(
      new Argument('[path...]', 'folders and files to read').default(['.'], 'the current folder'),
    )
    .description(
      'all flows from one set of ends to another: which arrive, which do not, who decides',
    );
  command
    .requiredOption('--from <ends>', 'who sends')
    .requiredOption('--to <ends>', 'what it is addressed to, with ports if you like')
    .option('--ports <list>', 'ports of the receiving side: 443 or 80,8000-8999 or 53/udp')
    .addOption(verdicts('--verdict <verdict>', 'tell only these'))
    .addOption(verdicts('--fail-on <verdict>', 'end with exit code 1 when there are such flows'))
    .option(
      '--without <what>',
      'take this as failed: a name, firewall for all, zone:1 (repeatable)',
      collected,
    )
    .option('--limit <n>', 'lines of flows told per reason (default: 6)', counted)
    .option('--budget-seconds <n>', 'give up what takes longer, and say so', seconds)
    .addOption(
      new Option('-f, --format <format>', 'how to print').choices(['text', 'json']).default('text'),
    )
    .option('-o, --output <file>', 'write to a file instead of the terminal');
  inputOptions(command)
    .addHelpText(
      'after',
      `
Ends
  pods   ns:NAMESPACE   label:KEY=VALUE,KEY=VALUE      pods, some of them
  deploy:NAMESPACE/NAME  pod: sts: ds: job: cronjob:   a workload
  nodes   node:POOL   node:CLUSTER/POOL                nodes
  internet   onprem:CIDR   10.0.0.0/8   10.0.0.4       addresses
  subnet:NAME   tag:SERVICETAG                         addresses by their name
  api.example.com   *.example.com                      names (only --to)
  private-endpoint:NAME   publicip:NAME                (only --to)
  --to may end in :443  :80,443  :8000-8999  :53/udp  or /icmp

Examples
  sallyport query --from ns:pets --to internet .       what may leave this namespace
  sallyport query --from internet --to pods .          what of us the world can call
  sallyport query --from pods --to '*.blob.core.windows.net:443' .
  sallyport query --from pods --to internet --without firewall .
  sallyport query --from ns:dev --to ns:prod --fail-on allowed,open .

Exit codes: 0 answered; 1 a part could not be answered or read, or --fail-on found something; 2 bad input.
allowed, open, broken and denied are explained in docs/query.md.`,
    )
    .action(async (paths: string[], options) => {
      const { queryCommand } = await import('./query-command.ts');
      finish(await queryCommand(paths, options));
    });
}

const VERDICTS = ['allowed', 'open', 'broken', 'denied'];

/** Repeatable, or with commas. */
function verdicts(flags: string, description: string): Option {
  // `choices` says them in the help and to shells; what it parses is one word only.
  return new Option(flags, description)
    .choices(VERDICTS)
    .argParser((value: string, previous: readonly string[] | undefined) => {
      const list = [...(previous ?? []), ...value.split(',').map((word) => word.trim())];
      const wrong = list.find((word) => !VERDICTS.includes(word));
      if (wrong !== undefined) {
        throw new InvalidArgumentError(`Allowed choices are ${VERDICTS.join(', ')}.`);
      }
      return list;
    });
}

function counted(value: string): number {
  const number = /^\d+$/.test(value) ? Number(value) : 0;
  if (number < 1 || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError('Write a whole number above 0.');
  }
  return number;
}

function seconds(value: string): number {
  const number = Number(value);
  if (!(number > 0) || !Number.isFinite(number)) {
    throw new InvalidArgumentError('Write a number of seconds above 0.');
  }
  return number;
}

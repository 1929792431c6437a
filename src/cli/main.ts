import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from './exit-code.ts';
import { explainFailure } from './exit-code.ts';

declare const SALLYPORT_VERSION: string;

/**
 * Runs one command line and sets the exit code. Commands are loaded when they are called: `--version` and `--help`
 * touch none of the rooms.
 */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader went away (`| head`): there is nobody left to tell.
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
  process.once('SIGINT', () => process.exit(130));
  if (argv.length === 3 && (argv[2] === '--version' || argv[2] === '-V')) {
    process.stdout.write(`${SALLYPORT_VERSION}\n`);
    return;
  }
  try {
    process.exitCode = await run(argv);
  } catch (error) {
    const { code, lines } = explainFailure(error);
    process.stderr.write(`${lines.join('\n')}\n`);
    if (process.env['SALLYPORT_DEBUG'] === '1' && error instanceof Error) {
      process.stderr.write(`${error.stack ?? ''}\n`);
    }
    process.exitCode = code;
  }
}

async function run(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = buildProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  return code;
}

/** The whole command line. `finish` gets the exit code of the command that ran. */
export function buildProgram(finish: (code: ExitCode) => void): Command {
  const program = new Command('sallyport')
    .description(
      'The network perimeter of an AKS cluster behind Azure Firewall: described, checked, explained.',
    )
    .version(SALLYPORT_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError(true)
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples
  sallyport check .                         findings about this folder
  sallyport trace --from deploy:pets/order-service --to api.stripe.com:443 .
  sallyport import .                        what was read, and what was not
  sallyport check --explain ingress/asymmetric-return

Exit codes: 0 it holds, 1 it does not or is unknown, 2 bad input, 3 the world failed, 70 a bug of ours.`,
    );

  inputOptions(
    program
      .command('check')
      .argument('[path...]', 'folders and files to read', ['.'])
      .description(
        'ask the whole catalogue of a perimeter: what is wrong, where, and how to repair it',
      ),
  )
    .addOption(
      new Option('-f, --format <format>', 'how to print')
        .choices(['text', 'json', 'sarif', 'junit', 'markdown'])
        .default('text'),
    )
    .option('-o, --output <file>', 'write to a file instead of the terminal')
    .addOption(
      new Option('--profile <profile>', 'which demands make sense for this cluster').choices([
        'production',
        'dev',
        'ephemeral',
        'internal-only',
        'central-hub',
      ]),
    )
    .addOption(
      new Option('--severity <severity>', 'the least severity to report').choices([
        'error',
        'warning',
        'note',
      ]),
    )
    .option('--only <check...>', 'run only these checks')
    .option('--skip <check...>', 'run all but these checks')
    .option(
      '--config <file>',
      'profile and suppressions (default: sallyport.yaml in the first path)',
    )
    .option('--baseline <file>', 'findings in this file do not count')
    .option('--update-baseline', 'write the findings of this run to the baseline file')
    .option('--list', 'list every check and stop')
    .option('--explain <check>', 'say what a check asks, why, and how to repair it')
    .addHelpText(
      'after',
      `
Examples
  sallyport check .                                   text for people
  sallyport check infra k8s --format sarif -o out.sarif   for code scanning
  sallyport check . --severity error                  only what is broken
  sallyport check . --baseline known.json --update-baseline   accept today's findings, fail on new ones
  sallyport check . --as-of 2028-04-01                what retirements will have hit by then`,
    )
    .action(async (paths: string[], options) => {
      const { checkCommand } = await import('./check-command.ts');
      finish(await checkCommand(paths, options, SALLYPORT_VERSION));
    });

  inputOptions(
    program
      .command('trace')
      .argument('[path...]', 'folders and files to read', ['.'])
      .description(
        'walk one flow through every box, there and back, with the rule that decided at each',
      ),
  )
    .requiredOption('--from <endpoint>', 'where the flow starts')
    .requiredOption('--to <endpoint>', 'what it is addressed to')
    .addOption(
      new Option('--protocol <protocol>', 'when the port does not say').choices([
        'tcp',
        'udp',
        'icmp',
        'sctp',
      ]),
    )
    .addOption(
      new Option('-f, --format <format>', 'how to print').choices(['text', 'json']).default('text'),
    )
    .option('-o, --output <file>', 'write to a file instead of the terminal')
    .addHelpText(
      'after',
      `
Endpoints
  deploy:NAMESPACE/NAME  pod: sts: ds: job: cronjob:    a workload
  node:POOL                                             a node of a pool
  service:NAMESPACE/NAME:PORT                           a Service
  ingress:HOST/PATH                                     what an Ingress publishes
  internet   apiserver   onprem:CIDR   private-endpoint:NAME
  10.0.0.4:443   api.example.com:443   10.0.0.4:53/udp  an address or a name

Examples
  sallyport trace --from deploy:pets/order-service --to api.stripe.com:443 .
  sallyport trace --from internet --to service:pets/store-front:80 .
  sallyport trace --from node:nodepool1 --to mcr.microsoft.com:443 . --format json`,
    )
    .action(async (paths: string[], options) => {
      const { traceCommand } = await import('./trace-command.ts');
      finish(await traceCommand(paths, options));
    });

  inputOptions(
    program
      .command('import')
      .argument('[path...]', 'folders and files to read', ['.'])
      .description(
        'show what was recognised, skipped and not understood; --format json prints the snapshot',
      ),
  )
    .addOption(
      new Option('-f, --format <format>', 'how to print').choices(['text', 'json']).default('text'),
    )
    .option('-o, --output <file>', 'write to a file instead of the terminal')
    .addHelpText(
      'after',
      `
Examples
  sallyport import .                     every file and what became of it
  sallyport import . --format json       the snapshot: ARM resources and Kubernetes objects as understood`,
    )
    .action(async (paths: string[], options) => {
      const { importCommand } = await import('./import-command.ts');
      finish(await importCommand(paths, options));
    });

  program
    .command('completion')
    .argument('<shell>', 'bash, zsh or fish')
    .description('print a completion script')
    .addHelpText(
      'after',
      '\nExamples\n  source <(sallyport completion bash)\n  sallyport completion fish > ~/.config/fish/completions/sallyport.fish',
    )
    .action(async (shell: string) => {
      const { completionScript } = await import('./completion.ts');
      const script = completionScript(program, shell);
      if (script === undefined)
        throw new InvalidArgumentError(`\`${shell}\` is not bash, zsh or fish`);
      process.stdout.write(script);
      finish(0);
    });
  return program;
}

/** Options every command that reads a perimeter has. */
function inputOptions(command: Command): Command {
  return command
    .exitOverride()
    .option('--parameters <file...>', 'ARM parameter files, later ones win')
    .option('--param <name=value...>', 'one ARM parameter', pairs, {})
    .option(
      '--assume <name=value...>',
      'settle a run-time value, e.g. fw-hub.privateIp=10.0.0.4',
      pairs,
      {},
    )
    .option('--location <region>', 'where resourceGroup().location is')
    .option('--resource-group <name>', 'the resource group templates are deployed to')
    .option('--subscription <id>', 'the subscription templates are deployed to')
    .option('--service-tags <file>', 'a ServiceTags_Public_*.json newer than the bundled extract')
    .option('--threat-list <file>', 'known-bad addresses and names, one a line')
    .option('--as-of <date>', 'answer for this day (default: today)', isoDate)
    .option('-v, --verbose', 'everything, nothing shortened')
    .option('-q, --quiet', 'no progress')
    .option('--no-color', 'no colour');
}

function pairs(value: string, previous: Readonly<Record<string, string>>): Record<string, string> {
  const equals = value.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('write name=value');
  return { ...previous, [value.slice(0, equals)]: value.slice(equals + 1) };
}

function isoDate(value: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || Number.isNaN(Date.parse(value))) {
    throw new InvalidArgumentError('write a day as 2027-03-31');
  }
  return value;
}

import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from './exit-code.ts';
import { collected, inputOptions } from './input-options.ts';
import { addQuery } from './query-options.ts';

/** The whole command line. `finish` gets the exit code of the command that ran. */
export function buildProgram(version: string, finish: (code: ExitCode) => void): Command {
  const program = new Command('sallyport')
    .description(
      'The network perimeter of an AKS cluster behind Azure Firewall: described, checked, explained.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError(true)
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples
  sallyport check .                         findings about this folder
  sallyport trace --from deploy:pets/order-service --to api.stripe.com:443 .
  sallyport rules .                         which rules can go, which contradict
  sallyport query --from internet --to pods .
  sallyport import .                        what was read, and what was not
  sallyport check --explain ingress/asymmetric-return

Exit codes: 0 it holds, 1 it does not or is unknown, 2 bad input, 3 the world failed, 70 a bug of ours.`,
    );
  addCheck(program, version, finish);
  addTrace(program, finish);
  addRules(program, version, finish);
  addQuery(program, finish);
  addMatrix(program, finish);
  addDiff(program, finish);
  addImport(program, finish);
  addCompletion(program, finish);
  return program;
}

type Finish = (code: ExitCode) => void;

function addCheck(program: Command, version: string, finish: Finish): void {
  const command = program
    .command('check')
    .addArgument(paths())
    .description('ask the whole catalogue: what is wrong, where, and how to repair it');
  command
    .addOption(format('text', 'json', 'sarif', 'junit', 'markdown'))
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
    .option('--only <check>', 'run only this check (repeatable, or with commas)', listed)
    .option('--skip <check>', 'run all but this check (repeatable, or with commas)', listed)
    .option('--baseline <file>', 'what is in this file does not count')
    .option('--expect <file>', 'what must be so (default: perimeter.yaml in the first path)')
    .option('--update-baseline', 'write what is found now to the baseline file')
    .option('--fix [checks]', 'show repairs as a patch, prove what they open, write when told to')
    .option('--yes', 'with --fix: write without asking')
    .option('--allow-opening', 'with --fix: also write what opens a flow')
    .option('--list', 'list every check and stop')
    .option('--explain <check>', 'say what a check asks, why, and how to repair it');
  inputOptions(command)
    .addHelpText(
      'after',
      `
Examples
  sallyport check .                           text for people
  sallyport check . --format sarif -o x.sarif for code scanning
  sallyport check . --severity error          only what is broken
  sallyport check . --as-of 2028-04-01        what retirements will have hit
  sallyport check . --fix                     the repairs, as a patch that opens nothing
  sallyport check . --fix egress/retired-ports-open --yes
                                              written into your own files
  sallyport check . --baseline known.json --update-baseline
                                              fail only on what is new from now

Suppressions, the profile and parameters live in sallyport.yaml in the first
path: docs/configuration.md.`,
    )
    .action(async (paths: string[], options) => {
      const { checkCommand } = await import('./check-command.ts');
      finish(await checkCommand(paths, options, version));
    });
}

function addTrace(program: Command, finish: Finish): void {
  const command = program
    .command('trace')
    .addArgument(paths())
    .description('walk one flow through every box, there and back, with the rule that decided');
  command
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
    .addOption(format('text', 'json'))
    .option('-o, --output <file>', 'write to a file instead of the terminal');
  inputOptions(command)
    .addHelpText(
      'after',
      `
Endpoints
  deploy:NAMESPACE/NAME  pod: sts: ds: job: cronjob:   a workload
  node:POOL   node:CLUSTER/POOL                        a node of a pool
  service:NAMESPACE/NAME:PORT                          a Service
  ingress:HOST/PATH                                    what an Ingress publishes
  internet   apiserver   onprem:CIDR   private-endpoint:NAME
  publicip:NAME:PORT                                   a public IP address, by name
  10.0.0.4:443   api.example.com:443   10.0.0.4:53/udp an address or a name

Examples
  sallyport trace --from deploy:pets/order-service --to api.stripe.com:443 .
  sallyport trace --from internet --to service:pets/store-front:80 .
  sallyport trace --from node:nodepool1 --to mcr.microsoft.com:443 . --format json`,
    )
    .action(async (paths: string[], options) => {
      const { traceCommand } = await import('./trace-command.ts');
      finish(await traceCommand(paths, options));
    });
}

function addRules(program: Command, version: string, finish: Finish): void {
  const command = program
    .command('rules')
    .addArgument(paths())
    .description(
      'which rules of firewalls, security groups and policies can go, and which contradict',
    );
  command
    .addOption(format('text', 'json', 'markdown'))
    .option('-o, --output <file>', 'write to a file instead of the terminal')
    .option('--for <name>', 'only firewalls and security groups whose name holds this')
    .option('--only <kind>', 'only findings of this kind (repeatable, or with commas)', listed)
    .option(
      '--fail-on <kind>',
      'kinds that make the exit code 1, or none (default: shadowed,empty)',
      listed,
    )
    .addOption(
      new Option('--time-limit <seconds>', 'how long one list of rules may take')
        .argParser(positive)
        .default(300),
    );
  inputOptions(command)
    .addHelpText(
      'after',
      `
Kinds
  shadowed    never decides; earlier rules take its flows and do otherwise
  empty       holds no flow at all
  duplicate   never decides; earlier rules do the same with its flows
  unreached   decides no flow that can arrive there
  redundant   decides, and without it the same would happen
  partial     contradicted by earlier rules for a part of its flows
  wide        allows more than can arrive there
  undecided   cannot be told from the input

Examples
  sallyport rules .                           which rules can go, which contradict
  sallyport rules . --only shadowed,duplicate only rules that never decide
  sallyport rules . --for hub-fw --verbose    one firewall, every finding
  sallyport rules . --format json --fail-on none
                                              for scripts that judge themselves`,
    )
    .action(async (paths: string[], options) => {
      const { rulesCommand } = await import('./rules-command.ts');
      finish(await rulesCommand(paths, options, version));
    });
}

function addMatrix(program: Command, finish: Finish): void {
  const command = program
    .command('matrix')
    .addArgument(paths())
    .description('who may talk to whom: all pairs of workloads, nodes and the internet');
  command
    .addOption(format('text', 'json', 'csv', 'dot', 'mermaid', 'html'))
    .option('-o, --output <file>', 'write to a file instead of the terminal')
    .option('--for <namespace>', 'only workloads of this namespace')
    .option('--exposure', 'also a workload without labels that nobody has deployed yet')
    .addOption(
      new Option('--time-limit <seconds>', 'how long it may take').argParser(positive).default(300),
    );
  inputOptions(command)
    .addHelpText(
      'after',
      `
Examples
  sallyport matrix .                            a grid, and the services of each pair
  sallyport matrix . --for pets --exposure      what a new pod in pets would reach
  sallyport matrix . --format html -o who.html  a heat map for the browser
  sallyport matrix . --format csv -o who.csv    a line per pair

Why a pair may talk: sallyport query --from deploy:pets/order-service --to
deploy:pets/rabbitmq names every rule on the way.`,
    )
    .action(async (paths: string[], options) => {
      const { matrixCommand } = await import('./matrix-command.ts');
      finish(await matrixCommand(paths, options));
    });
}

function addDiff(program: Command, finish: Finish): void {
  const command = program
    .command('diff')
    .argument('<old>', 'a folder or file before the change')
    .argument('<new>', 'the same after it')
    .description('what a change opens and closes: the flows, with the rule before and after');
  command
    .addOption(format('text', 'json'))
    .option('-o, --output <file>', 'write to a file instead of the terminal')
    .option(
      '--fail-on <what>',
      'opened, closed, changed or none (default): makes the exit code 1',
      listed,
    )
    .option('--after-service-tags <file>', 'read the new version with this release of service tags')
    .addOption(
      new Option('--time-limit <seconds>', 'how long comparing may take')
        .argParser(positive)
        .default(300),
    );
  inputOptions(command)
    .addHelpText(
      'after',
      `
Examples
  sallyport diff main/ feature/                     what the change opens and closes
  sallyport diff main/ feature/ --fail-on opened    for a pipeline
  sallyport diff old.json new.json --format json    for machines
  sallyport diff . . --after-service-tags ServiceTags_Public_20251110.json
                                                    what a release changes

Flows are compared end to end between pods, nodes and the internet, and rule
list by rule list: also where nothing in the input can send yet.`,
    )
    .action(async (before: string, after: string, options) => {
      const { diffCommand } = await import('./diff-command.ts');
      finish(await diffCommand(before, after, options));
    });
}

function addImport(program: Command, finish: Finish): void {
  const command = program
    .command('import')
    .addArgument(paths())
    .description('show what was recognised, skipped and not understood');
  command
    .addOption(format('text', 'json'))
    .option('-o, --output <file>', 'write to a file instead of the terminal');
  inputOptions(command)
    .addHelpText(
      'after',
      `
Examples
  sallyport import .                 every file and what became of it
  sallyport import . --format json   the snapshot: resources and objects as read
  sallyport import main.json --parameters prod.parameters.json --param env=prod`,
    )
    .action(async (paths: string[], options) => {
      const { importCommand } = await import('./import-command.ts');
      finish(await importCommand(paths, options));
    });
}

function addCompletion(program: Command, finish: Finish): void {
  program
    .command('completion')
    .argument('<shell>', 'bash, zsh or fish', shellName)
    .description('print a completion script for a shell')
    .addHelpText(
      'after',
      `
Examples
  source <(sallyport completion bash)
  sallyport completion zsh > "\${fpath[1]}/_sallyport"
  sallyport completion fish > ~/.config/fish/completions/sallyport.fish`,
    )
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completionScript } = await import('./completion.ts');
      process.stdout.write(completionScript(program, shell));
      finish(0);
    });
}

function paths(): Argument {
  return new Argument('[path...]', 'folders and files to read').default(
    ['.'],
    'the current folder',
  );
}

function format(...choices: string[]): Option {
  return new Option('-f, --format <format>', 'how to print').choices(choices).default('text');
}

function listed(value: string, previous: readonly string[] = []): readonly string[] {
  return value
    .split(',')
    .reduce<readonly string[]>((list, id) => collected(id.trim(), list), previous);
}

function positive(value: string): number {
  const number = Number(value);
  if (!(number > 0) || !Number.isFinite(number)) {
    throw new InvalidArgumentError('Write a number of seconds above 0.');
  }
  return number;
}

function shellName(value: string): string {
  if (value !== 'bash' && value !== 'zsh' && value !== 'fish') {
    throw new InvalidArgumentError('It is not bash, zsh or fish.');
  }
  return value;
}

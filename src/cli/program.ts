import { Command, InvalidArgumentError, Option } from 'commander';
import { format, listed, paths, positive } from './common-options.ts';
import { addDiff, addDrift } from './compare-options.ts';
import { addEmit } from './emit-options.ts';
import type { ExitCode } from './exit-code.ts';
import { inputOptions } from './input-options.ts';
import { addLab } from './lab-options.ts';
import { isLive, liveOptions } from './live-options.ts';
import { addLogs } from './logs-options.ts';
import { addLogsProof, days } from './logs-proof-options.ts';
import { addQuery } from './query-options.ts';
import { addRehearse } from './rehearse-options.ts';

/** The whole command line. `finish` gets the exit code of the command that ran. */
export function buildProgram(version: string, finish: (code: ExitCode) => void): Command {
  const program = new Command('sallyport')
    .description(
      'The network perimeter of an AKS cluster behind Azure Firewall: described, proven, written, rehearsed.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError(true)
    // `rehearse` has commands below it with options of the same names.
    .enablePositionalOptions()
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
  sallyport init                            a page of intent to start from

Exit codes: 0 it holds, 1 it does not or is unknown, 2 bad input, 3 the world failed, 70 a bug of ours.`,
    );
  addCheck(program, version, finish);
  addTrace(program, finish);
  addRules(program, version, finish);
  addQuery(program, finish);
  addMatrix(program, finish);
  addDiff(program, finish);
  addDrift(program, finish);
  addImport(program, finish);
  addInit(program, finish);
  addEmit(program, version, finish);
  addRehearse(program, version, finish);
  addLab(program, finish);
  addLogs(program, finish);
  addLogsProof(program, finish);
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
    )
    .option('--logs <path>', 'also what was used: a folder of logs or a store (repeatable)', listed)
    .addOption(days('--unused-days <n>', 'with --logs: unused for so long', 30));
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
  sallyport rules . --logs insights-logs/     which of them nobody used
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

function addImport(program: Command, finish: Finish): void {
  const command = program
    .command('import')
    .addArgument(paths())
    .description('show what was recognised, skipped and not understood');
  command
    .addOption(format('text', 'json'))
    .addOption(new Option('--as <form>', 'derive a page of intent from it').choices(['perimeter']))
    .option(
      '-o, --output <file>',
      'write to a file instead of the terminal; of what is deployed, to a folder',
    );
  liveOptions(inputOptions(command))
    .addHelpText(
      'after',
      `
Examples
  sallyport import .                 every file and what became of it
  sallyport import . --format json   the snapshot: resources and objects as read
  sallyport import . --as perimeter -o perimeter.yaml
                                     one page that comes nearest to it
  sallyport import main.json --parameters prod.parameters.json --param env=prod
  sallyport import --subscription 6f9d0c1e-… --kubeconfig ~/.kube/config -o live/
                                     what is deployed, read-only: docs/live.md`,
    )
    .action(async (paths: string[], options) => {
      if (isLive(command, options)) {
        const { liveCommand } = await import('./live-command.ts');
        finish(await liveCommand(options));
        return;
      }
      const { importCommand } = await import('./import-command.ts');
      finish(await importCommand(paths, options));
    });
}

function addInit(program: Command, finish: Finish): void {
  program
    .command('init')
    .argument('[folder]', 'where to write perimeter.yaml', '.')
    .description('write a page of intent to start from, each default with its reason')
    .option('--name <name>', 'what the workload is called')
    .option('--location <region>', 'the Azure region: westeurope')
    .addOption(
      new Option('--purpose <purpose>', 'what it is for').choices([
        'production',
        'dev',
        'ephemeral',
        'internal-only',
        'central-hub',
      ]),
    )
    .option('--environment <stage>', 'the stage: prod')
    .option('--hub <range>', 'the range of the hub network')
    .option('--spoke <range>', 'the range of the network of the cluster')
    .option('--pods <count>', 'the most pods there will be')
    .option('--reachable-pods', 'other networks call pods by their own addresses')
    .option('--namespace <name>', 'the namespace of the workload')
    .option('-y, --yes', 'take the suggested answer to what no flag says')
    .option('--no-color', 'no colour')
    .addHelpText(
      'after',
      `
Asks what no flag says where a person sits; else takes what it would suggest.
Never overwrites. What may stand in the page: docs/perimeter.md.

Examples
  sallyport init                                       asks a handful of questions
  sallyport init infra --name shop --location westeurope --yes
  sallyport init --purpose dev --pods 40 --yes`,
    )
    .action(async (folder: string, options) => {
      const { initCommand } = await import('./init-command.ts');
      finish(await initCommand(folder, options));
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

function shellName(value: string): string {
  if (value !== 'bash' && value !== 'zsh' && value !== 'fish') {
    throw new InvalidArgumentError('It is not bash, zsh or fish.');
  }
  return value;
}

import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from './exit-code.ts';
import { inputOptions } from './input-options.ts';

type Finish = (code: ExitCode) => void;

/** `rehearse` and what belongs to it: a script against a local Azure, and the local Azure by itself. */
export function addRehearse(program: Command, version: string, finish: Finish): void {
  const command = program
    .command('rehearse')
    .description('run an az script against a local Azure Resource Manager, then check what it made')
    .addArgument(new Argument('[command...]', 'the script and its arguments, after --'))
    .enablePositionalOptions()
    .passThroughOptions();
  inputOptions(
    command
      .addOption(
        new Option('-f, --format <format>', 'how to print')
          .choices(['text', 'json'])
          .default('text'),
      )
      .option('-o, --output <file>', 'write the report to a file instead of the terminal')
      .option(
        '--with <path>',
        'read these files too: the manifests the script would apply (repeatable)',
        list,
      )
      .option('--fresh', 'forget what earlier rehearsals recorded')
      .option('--no-check', 'only record')
      .addOption(directory())
      .addOption(polling()),
  )
    .addHelpText(
      'after',
      `
Examples
  sallyport rehearse -- ./deploy.sh           run it with the real az, then check
  sallyport rehearse --fresh --with k8s/ -- bash deploy.sh prod
  sallyport rehearse serve                    keep it up; prints what to export
  sallyport rehearse status | export | reset

Nothing reaches Azure: the script gets a configuration of its own for az, for
Terraform and for the SDKs. Exit code: 0 the script succeeded and what it made
holds; 1 the script failed or a finding remains; 2 nothing to check; 3 the world
failed. docs/rehearse.md says what is answered and what is not.`,
    )
    .action(async (words: string[], options) => {
      const { rehearseCommand } = await import('./rehearse-command.ts');
      finish(await rehearseCommand(words, options, version));
    });
  command
    .command('serve')
    .description('keep the endpoint up and print the variables that lead to it')
    .addOption(directory())
    .addOption(polling())
    .option('--port <port>', 'the port (default: the one of the last time)', portNumber)
    .option('--subscription <id>', 'the subscription that is there', guid)
    .option('--subscription-name <name>', 'and its name')
    .option('--tenant <id>', 'the tenant', guid)
    .action(async (options) => {
      const { serveCommand } = await import('./rehearse-serve.ts');
      finish(await serveCommand(options));
    });
  command
    .command('status')
    .description('what is recorded, and whether the endpoint runs')
    .addOption(directory())
    .addOption(
      new Option('-f, --format <format>', 'how to print').choices(['text', 'json']).default('text'),
    )
    .action(async (options) => {
      const { statusCommand } = await import('./rehearse-serve.ts');
      finish(await statusCommand(options));
    });
  command
    .command('export')
    .description('the recorded resources as JSON that every other command reads')
    .addOption(directory())
    .option('-o, --output <file>', 'write to a file instead of the terminal')
    .action(async (options) => {
      const { exportCommand } = await import('./rehearse-serve.ts');
      finish(await exportCommand(options));
    });
  command
    .command('reset')
    .description('forget everything that was recorded')
    .addOption(directory())
    .action(async (options) => {
      const { resetCommand } = await import('./rehearse-serve.ts');
      finish(await resetCommand(options));
    });
}

function directory(): Option {
  return new Option(
    '--directory <folder>',
    'private to the rehearsal: state, certificates, configuration',
  ).default('.sallyport/rehearsal');
}

function polling(): Option {
  return new Option('--polls <count>', 'how often a long operation says it is not done yet')
    .default(0)
    .argParser((value) => {
      const count = Number(value);
      if (!/^\d{1,3}$/.test(value)) throw new InvalidArgumentError('Write a number from 0 to 999.');
      return count;
    });
}

function list(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

function portNumber(value: string): number {
  const port = Number(value);
  if (!/^\d{1,5}$/.test(value) || port > 65_535)
    throw new InvalidArgumentError('Write a port from 0 to 65535.');
  return port;
}

function guid(value: string): string {
  if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value)) {
    throw new InvalidArgumentError('Write an id as 11111111-2222-3333-4444-555555555555.');
  }
  return value;
}

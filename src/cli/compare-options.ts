import { type Command, Option } from 'commander';
import { format, listed, positive } from './common-options.ts';
import type { ExitCode } from './exit-code.ts';
import { inputOptions } from './input-options.ts';

type Finish = (code: ExitCode) => void;

/** `diff` and `drift`: two versions of one perimeter. */
export function addDiff(program: Command, finish: Finish): void {
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

export function addDrift(program: Command, finish: Finish): void {
  const command = program
    .command('drift')
    .argument('<approved>', 'what was reviewed: templates, an export')
    .argument('<live>', 'what is there now')
    .description('is what runs still what was approved: flows first, then property by property');
  command
    .addOption(format('text', 'json'))
    .option('-o, --output <file>', 'write to a file instead of the terminal')
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
  sallyport drift approved/ live/                   what drifted, and what it opens
  sallyport drift main.json export.json --subscription GUID --resource-group rg
  sallyport drift approved/ live/ --format json     for machines

Exit code 1 as soon as anything differs. What the approved side leaves to the
defaults of the service is not compared.`,
    )
    .action(async (approved: string, live: string, options) => {
      const { driftCommand } = await import('./drift-command.ts');
      finish(await driftCommand(approved, live, options));
    });
}

import { Argument, type Command } from 'commander';
import type { ExitCode } from './exit-code.ts';
import { collected, inputOptions } from './input-options.ts';

/** `sallyport emit`: its options, and a help that teaches by example. */
export function addEmit(program: Command, version: string, finish: (code: ExitCode) => void): void {
  const command = program
    .command('emit')
    .addArgument(
      new Argument('[path...]', 'folders and files to read').default(['.'], 'the current folder'),
    )
    .description(
      'write what was read as Bicep, ARM, Terraform, a script, manifests, policy, a picture, pages or a Linux machine',
    );
  command
    .option(
      '--to <target>',
      'bicep, arm, terraform, az, kubernetes, policy, diagram, docs, nva (repeatable, or with commas)',
      targets,
    )
    .option('--out <folder>', 'write there; without it, only say what would be written')
    .option('--stdout [file]', 'print one file instead (default: the first)')
    .option('--force', 'overwrite files of others, and write what Azure would refuse')
    .option(
      '--management <range>',
      'nva: who may reach SSH of the machine itself (repeatable; default: nobody)',
      collected,
    );
  inputOptions(command)
    .addHelpText(
      'after',
      `
Examples
  sallyport emit .                               what would be written as Bicep
  sallyport emit . --to bicep --out deploy       main.bicep, its modules, main.bicepparam
  sallyport emit . --to arm,kubernetes --out deploy
                                                 a folder for each target
  sallyport emit . --to arm --stdout             the template, for a pipe
  sallyport emit . --to diagram,docs --out pages the topology drawn, and pages for the team
  sallyport emit . --to nva --out machine        each firewall as a Linux machine
  sallyport emit . --to nva --management 10.9.0.0/24 --out machine
                                                 the same, with SSH to it from there

Everything is checked against the published resource types before it is written.
Files that somebody else wrote are not overwritten. Targets and what each cannot
say: docs/emit.md.`,
    )
    .action(async (paths: string[], options) => {
      const { emitCommand } = await import('./emit-command.ts');
      finish(await emitCommand(paths, options, version));
    });
}

function targets(value: string, previous: readonly string[] = []): readonly string[] {
  return value
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '')
    .reduce<readonly string[]>((list, each) => collected(each, list), previous);
}

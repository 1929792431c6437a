import type { Command, Option } from 'commander';

/** A command by the words that name it: `logs top`; the program itself by none. */
export interface CompletedCommand {
  readonly named: string;
  /** Commands below it, and words that its first argument may be. */
  readonly words: readonly { readonly word: string; readonly description: string }[];
  readonly options: readonly CompletedOption[];
  readonly takesFiles: boolean;
}

export interface CompletedOption {
  readonly long: string;
  /** `-f`, where it has one. */
  readonly short?: string;
  readonly description: string;
  /** What it may be; of one without any that takes a value, nothing is known: it may be a file. */
  readonly choices: readonly string[];
  readonly takesValue: boolean;
}

export function completedCommands(
  command: Command,
  names: readonly string[] = [],
): readonly CompletedCommand[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command);
  const { registeredArguments } = command;
  const choices = registeredArguments.map(
    ({ argChoices, description }) => argChoices ?? listed(description),
  );
  const completed: CompletedCommand = {
    named: names.join(' '),
    words: [
      ...below.map((one) => ({ word: one.name(), description: one.description() })),
      ...(choices[0] ?? []).map((word) => ({ word, description: '' })),
    ],
    options: help.visibleOptions(command).flatMap(completedOption),
    takesFiles: choices.some((words) => words.length === 0),
  };
  return [completed, ...below.flatMap((one) => completedCommands(one, [...names, one.name()]))];
}

/** Everything that may stand before the value of one of these. */
export function spellings({ long, short }: CompletedOption): readonly string[] {
  return short === undefined ? [long] : [long, short];
}

function completedOption(option: Option): readonly CompletedOption[] {
  const { long, short, description, argChoices, required, optional } = option;
  if (long === undefined || long === null) return [];
  const takesValue = required || optional;
  return [
    {
      long,
      ...(short === undefined || short === null ? {} : { short }),
      description,
      choices: argChoices ?? (takesValue ? listed(description) : []),
      takesValue,
    },
  ];
}

/** A description that is a list of words, and what is said of all of them in brackets: `bash, zsh or fish`. */
function listed(description: string): readonly string[] {
  const [, list] = /^([a-z]+(?:, [a-z]+)+(?: or [a-z]+)?)(?: \([^)]*\))?$/.exec(description) ?? [];
  return list === undefined ? [] : list.split(/, | or /);
}

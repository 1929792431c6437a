import type { Command } from 'commander';

export type Shell = 'bash' | 'zsh' | 'fish';

/** A completion script for the commands and options there are, those below `logs`, `lab` and `rehearse` included. */
export function completionScript(program: Command, shell: Shell): string {
  const commands = commandsBelow(program, []);
  switch (shell) {
    case 'bash':
      return bashScript(commands);
    case 'zsh':
      return zshScript(commands);
    case 'fish':
      return fishScript(commands);
  }
}

/** A command by the words that name it: `logs top`; the program itself by none. */
interface Completed {
  readonly named: string;
  /** Commands below it, and words that its first argument may be. */
  readonly words: readonly { readonly word: string; readonly description: string }[];
  readonly options: readonly CompletedOption[];
  readonly takesFiles: boolean;
}

interface CompletedOption {
  readonly long: string;
  readonly description: string;
  readonly choices: readonly string[];
}

function commandsBelow(command: Command, names: readonly string[]): readonly Completed[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command);
  const { registeredArguments } = command;
  const choices = registeredArguments[0]?.argChoices ?? [];
  const completed: Completed = {
    named: names.join(' '),
    words: [
      ...below.map((one) => ({ word: one.name(), description: one.description() })),
      ...choices.map((word) => ({ word, description: '' })),
    ],
    options: help.visibleOptions(command).flatMap(({ long, description, argChoices }) => {
      if (long === undefined || long === null) return [];
      return [{ long, description, choices: argChoices ?? [] }];
    }),
    takesFiles: registeredArguments.some(({ argChoices }) => argChoices === undefined),
  };
  return [completed, ...below.flatMap((one) => commandsBelow(one, [...names, one.name()]))];
}

const longs = ({ options }: Completed): string => options.map(({ long }) => long).join(' ');
const wordsOf = ({ words }: Completed): string => words.map(({ word }) => word).join(' ');

/** Patterns of `case`: names of commands as they stand, and for each option with choices what it may be. */
function namePatterns(commands: readonly Completed[]): string {
  return commands
    .filter(({ named }) => named !== '')
    .map(({ named }) => `"${named}"`)
    .join('|');
}

function choiceCases(commands: readonly Completed[]): readonly (readonly [string, string])[] {
  return commands.flatMap(({ named, options }) =>
    options.flatMap(({ long, choices }) =>
      choices.length === 0 ? [] : [[`"${named} ${long}"`, choices.join(' ')] as const],
    ),
  );
}

/** Also for version 3.2, which macOS has. The shell makes words of `--format=json` on its own. */
function bashScript(commands: readonly Completed[]): string {
  return [
    '_sallyport() {',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash, not a template
    '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" named="" next at words="" options="" files=""',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash, not a template
    '  if [ "$word" = "=" ]; then word=""; elif [ "$before" = "=" ]; then before="${COMP_WORDS[COMP_CWORD-2]}"; fi',
    '  for ((at = 1; at < COMP_CWORD; at++)); do',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash, not a template
    '    if [ "${COMP_WORDS[at]}" = "--" ]; then',
    '      local IFS=$\'\\n\'; COMPREPLY=($(compgen -f -- "$word")); return',
    '    fi',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash, not a template
    '    next="${named:+$named }${COMP_WORDS[at]}"',
    `    case "$next" in ${namePatterns(commands)}) named="$next";; esac`,
    '  done',
    '  COMPREPLY=()',
    '  case "$named $before" in',
    ...choiceCases(commands).map(
      ([pattern, choices]) =>
        `    ${pattern}) COMPREPLY=($(compgen -W "${choices}" -- "$word")); return;;`,
    ),
    '  esac',
    '  case "$named" in',
    ...commands.map(
      (one) =>
        `    "${one.named}") words="${wordsOf(one)}"; options="${longs(one)}"; files="${one.takesFiles ? 'yes' : ''}";;`,
    ),
    '  esac',
    // A value of an option may be a file wherever the command itself takes none.
    '  case "$before" in -*) files="yes";; esac',
    '  case "$word" in',
    '    -*) COMPREPLY=($(compgen -W "$options" -- "$word"));;',
    '    *) COMPREPLY=($(compgen -W "$words" -- "$word"))',
    "       local IFS=$'\\n'",
    '       if [ -n "$files" ]; then COMPREPLY+=($(compgen -f -- "$word")); fi;;',
    '  esac',
    '}',
    'complete -o filenames -F _sallyport sallyport',
    '',
  ].join('\n');
}

function zshScript(commands: readonly Completed[]): string {
  return [
    '#compdef sallyport',
    '_sallyport() {',
    '  local named="" next="" at',
    '  for ((at = 2; at < CURRENT; at++)); do',
    '    if [[ $words[at] == -- ]]; then _files; return; fi',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: zsh, not a template
    '    next="${named:+$named }$words[at]"',
    `    case "$next" in (${namePatterns(commands)}) named="$next";; esac`,
    '  done',
    '  case "$named $words[CURRENT-1]" in',
    ...choiceCases(commands).map(
      ([pattern, choices]) => `    (${pattern}) compadd -- ${choices}; return;;`,
    ),
    '  esac',
    '  case "$named" in',
    ...commands.map((one) => {
      const words = one.words.length === 0 ? '' : `compadd -- ${wordsOf(one)}; `;
      const otherwise = one.takesFiles ? `${words}_files` : words === '' ? '_files' : words.trim();
      const end = otherwise.endsWith(';') ? otherwise : `${otherwise};`;
      return `    ("${one.named}") if [[ $words[CURRENT] == -* ]]; then compadd -- ${longs(one)}; else ${end} fi;;`;
    }),
    '  esac',
    '}',
    'compdef _sallyport sallyport',
    '',
  ].join('\n');
}

function fishScript(commands: readonly Completed[]): string {
  const names = commands.filter(({ named }) => named !== '').map(({ named }) => `'${named}'`);
  const at = (named: string) => `-n '__sallyport_named${named === '' ? '' : ` ${named}`}'`;
  return [
    'function __sallyport_named',
    '  set -l named',
    '  for word in (commandline -opc)[2..-1]',
    '    test "$word" = \'--\'; and break',
    "    set -l next (string join ' ' $named $word)",
    `    contains -- "$next" ${names.join(' ')}; and set named $named $word`,
    '  end',
    '  test "$named" = "$argv"',
    'end',
    ...commands.flatMap(({ named, words, options, takesFiles }) => [
      ...words.map(
        ({ word, description }) =>
          `complete -c sallyport ${at(named)}${takesFiles ? '' : ' -f'} -a '${word}' -d '${quote(description)}'`,
      ),
      ...options.map(
        ({ long, description, choices }) =>
          `complete -c sallyport ${at(named)} -l ${long.slice(2)} -d '${quote(description)}'${choices.length > 0 ? ` -xa '${choices.join(' ')}'` : ''}`,
      ),
    ]),
    '',
  ].join('\n');
}

function quote(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}

import { type CompletedCommand, spellings } from './completed-commands.ts';

/** Also for version 3.2, which macOS has. The shell makes words of `--format=json` on its own. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  return [
    '_sallyport() {',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash, not a template
    '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" named="" next at words="" options="" valued="" files=""',
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
        `    "${one.named}") words="${wordsOf(one)}"; options="${longs(one)}"; valued="${valued(one)}"; files="${one.takesFiles ? 'yes' : ''}";;`,
    ),
    '  esac',
    // A value of an option may be a file wherever the command itself takes none, and is none of its words.
    '  case " $valued " in *" $before "*) words=""; files="yes";; esac',
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

/** Patterns of `case`: names of commands as they stand. */
export function namePatterns(commands: readonly CompletedCommand[]): string {
  return commands
    .filter(({ named }) => named !== '')
    .map(({ named }) => `"${named}"`)
    .join('|');
}

/** For each option with choices a pattern of `case`, of the command and what stands before the value, and what that may be. */
export function choiceCases(
  commands: readonly CompletedCommand[],
): readonly (readonly [pattern: string, choices: string])[] {
  return commands.flatMap(({ named, options }) =>
    options.flatMap((option) => {
      if (option.choices.length === 0) return [];
      const patterns = spellings(option).map((spelling) => `"${named} ${spelling}"`);
      return [[patterns.join('|'), option.choices.join(' ')] as const];
    }),
  );
}

/** Spellings of the options after which a value stands. */
export function valued({ options }: CompletedCommand): string {
  return options
    .filter(({ takesValue }) => takesValue)
    .flatMap(spellings)
    .join(' ');
}

const longs = ({ options }: CompletedCommand): string => options.map(({ long }) => long).join(' ');
const wordsOf = ({ words }: CompletedCommand): string => words.map(({ word }) => word).join(' ');

import type { CompletedCommand } from './completed-commands.ts';
import { choiceCases, namePatterns, valued } from './completion-bash.ts';

/** To be sourced, or a file of `fpath` that is read when it is first needed and must complete at once. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return [
    '#compdef sallyport',
    '_sallyport() {',
    '  local named="" next="" at files="" word="$words[CURRENT]" before="$words[CURRENT-1]" found=1',
    '  local -a below switches valued',
    '  for ((at = 2; at < CURRENT; at++)); do',
    '    if [[ $words[at] == -- ]]; then _files; return; fi',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: zsh, not a template
    '    next="${named:+$named }$words[at]"',
    `    case "$next" in (${namePatterns(commands)}) named="$next";; esac`,
    '  done',
    // The value behind `=` is completed, what stands before it stays.
    '  if [[ $word == --*=* ]]; then',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: zsh, not a template
    '    before="${word%%=*}"; word="${word#*=}"; compset -P 1 "*="',
    '  fi',
    '  case "$named $before" in',
    ...choiceCases(commands).map(
      ([pattern, choices]) => `    (${pattern}) compadd -- ${choices}; return;;`,
    ),
    '  esac',
    '  case "$named" in',
    ...commands.map((one) =>
      [
        `    ("${one.named}")`,
        `below=(${one.words.map(({ word, description }) => described(word, description)).join(' ')})`,
        `switches=(${one.options.map(({ long, description }) => described(long, description)).join(' ')})`,
        `valued=(${valued(one)}); files="${one.takesFiles ? 'yes' : ''}";;`,
      ].join('\n      '),
    ),
    '  esac',
    // A value of an option may be a file wherever the command itself takes none, and is none of its words.
    '  if (( $valued[(Ie)$before] )); then _files; return; fi',
    '  if [[ $word == -* ]]; then _describe -o option switches; return; fi',
    '  if (( $#below )); then _describe command below && found=0; fi',
    '  if [[ -n $files ]]; then _files && found=0; fi',
    '  return found',
    '}',
    'if [[ $funcstack[1] == _sallyport ]]; then _sallyport "$@"; else compdef _sallyport sallyport; fi',
    '',
  ].join('\n');
}

/** As `_describe` takes it: a word and what it is, with a colon between. */
function described(word: string, description: string): string {
  const text = description === '' ? escaped(word) : `${escaped(word)}:${description}`;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function escaped(word: string): string {
  return word.replaceAll(':', String.raw`\:`);
}

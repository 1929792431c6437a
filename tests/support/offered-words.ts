import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** What a shell offers for the last word of each of these lines, asked of its own completion, with the script that is printed for it. */
export type Offering = (folder: string, lines: readonly string[]) => readonly (readonly string[])[];

/** Between the answers to two lines. */
const END = '--end--';

/** The line is split as bash does it, `=` apart. */
export const offeredInBash: Offering = (folder, lines) => {
  const asked = lines.map((line) => {
    const words = line.split(/(=)|\s+/).filter((word) => word !== undefined);
    const list = words.map((word) => `'${word}'`).join(' ');
    return `COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; COMPREPLY=(); $name; printf '%s\\n' "\${COMPREPLY[@]}" ${END}`;
  });
  const name = "name=$(complete -p sallyport | sed -E 's/.*-F ([^ ]+) .*/\\1/')";
  return answers(folder, ['bash', '--norc', '-c', ['. ./script', name, ...asked].join('\n')]);
};

export const offeredInFish: Offering = (folder, lines) => {
  const program = `source ./script; for line in $argv; complete -C $line; echo ${END}; end`;
  return answers(folder, ['fish', '--no-config', '-c', program, ...lines]).map((offered) =>
    // A description stands behind a tab; the name of a folder ends in a slash.
    offered.map((line) => line.replace(/\t.*$/, '').replace(/\/$/, '')),
  );
};

/** The shell completes only where somebody types: one is started on a terminal of its own and typed to. */
export const offeredInZsh: Offering = (folder, lines) => {
  mkdirSync(join(folder, '.zsh'), { recursive: true });
  writeFileSync(join(folder, '.zsh', 'typed-to'), TYPED_TO);
  writeFileSync(join(folder, '.zsh', 'types'), TYPES);
  return answers(folder, ['zsh', '-f', './.zsh/types', ...lines]).map((offered) =>
    offered.map((line) => line.replaceAll('\\ ', ' ')),
  );
};

/** What it offers is written down where it is added, which is the same for all kinds of completion. */
const TYPED_TO = `PROMPT= RPROMPT= LISTMAX=10000
setopt no_beep
autoload -Uz compinit
if [[ -n $BY_NAME ]]; then fpath=(./.zsh/functions $fpath); compinit -u -D
else compinit -u -D; source ./script; fi
compadd() {
  # What is only asked for is not offered yet.
  if (( ! \${@[(I)-[OAD]]} )); then
    local -a matched
    builtin compadd -O matched "$@"
    (( $#matched )) && print -rl -- $matched >> .zsh/offered
  fi
  builtin compadd "$@"
}
offer() { zle complete-word; print -r -- ${END} >> .zsh/offered; BUFFER= }
zle -N offer
bindkey '^I' offer
print -r -- ${END} >> .zsh/offered
`;

const TYPES = `zmodload zsh/zpty zsh/zselect
: > .zsh/offered
zpty -b shell zsh -f -i
zpty -w shell 'source ./.zsh/typed-to'
ended() { (( $(grep -c -- '^${END}$' .zsh/offered) > $1 )) }
# What it shows is read, or it would wait for that.
wait_for() { repeat 500; do zpty -r -t shell said; ended $1 && return; zselect -t 2; done }
wait_for 0
typeset -i at=0
for line in "$@"; do
  (( at += 1 ))
  zpty -n -w shell "$line"$'\\t'
  wait_for $at
done
zpty -d shell
sed 1d .zsh/offered
`;

function answers(
  folder: string,
  [program = '', ...args]: readonly string[],
): readonly (readonly string[])[] {
  const ran = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, HOME: folder, TERM: 'dumb' },
    timeout: 60_000,
  });
  expect([ran.status, ran.stderr]).toEqual([0, '']);
  return ran.stdout
    .split(`${END}\n`)
    .slice(0, -1)
    .map((part) => part.split('\n').filter((line) => line !== ''));
}

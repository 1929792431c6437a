import type { Command } from 'commander';

/** A completion script for the commands and options there are. */
export function completionScript(program: Command, shell: 'bash' | 'zsh' | 'fish'): string {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: command.options.flatMap((option) =>
      option.long === undefined
        ? []
        : [
            {
              long: option.long,
              description: option.description,
              choices: option.argChoices ?? [],
            },
          ],
    ),
  }));
  const names = commands.map(({ name }) => name).join(' ');
  switch (shell) {
    case 'bash':
      return [
        '_sallyport() {',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: bash, not a template
        '  local word="${COMP_WORDS[COMP_CWORD]}"',
        `  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "${names} --help --version" -- "$word")); return; fi`,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: bash, not a template
        '  case "${COMP_WORDS[1]}" in',
        ...commands.map(
          ({ name, options }) =>
            `    ${name}) [ "\${word#-}" != "$word" ] && COMPREPLY=($(compgen -W "${options.map(({ long }) => long).join(' ')}" -- "$word")) || COMPREPLY=($(compgen -f -- "$word"));;`,
        ),
        '  esac',
        '}',
        'complete -o filenames -F _sallyport sallyport',
        '',
      ].join('\n');
    case 'zsh':
      return [
        '#compdef sallyport',
        '_sallyport() {',
        `  if (( CURRENT == 2 )); then compadd ${names}; return; fi`,
        '  case $words[2] in',
        ...commands.map(
          ({ name, options }) =>
            `    ${name}) if [[ $words[CURRENT] == -* ]]; then compadd -- ${options.map(({ long }) => long).join(' ')}; else _files; fi;;`,
        ),
        '  esac',
        '}',
        'compdef _sallyport sallyport',
        '',
      ].join('\n');
    case 'fish':
      return [
        ...commands.map(
          ({ name, description }) =>
            `complete -c sallyport -n __fish_use_subcommand -a ${name} -d '${quote(description)}'`,
        ),
        ...commands.flatMap(({ name, options }) =>
          options.map(
            ({ long, description, choices }) =>
              `complete -c sallyport -n '__fish_seen_subcommand_from ${name}' -l ${long.slice(2)} -d '${quote(description)}'${choices.length > 0 ? ` -xa '${choices.join(' ')}'` : ''}`,
          ),
        ),
        '',
      ].join('\n');
  }
}

function quote(text: string): string {
  return text.replaceAll("'", "\\'");
}

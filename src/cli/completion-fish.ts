import type { CompletedCommand, CompletedOption } from './completed-commands.ts';

export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.filter(({ named }) => named !== '').map(({ named }) => quoted(named));
  return [
    'function __sallyport_named',
    '  set -l named',
    '  for word in (commandline -opc)[2..-1]',
    // What stands behind it is another program's.
    '    test "$word" = \'--\'; and return 1',
    "    set -l next (string join -- ' ' $named $word)",
    `    contains -- "$next" ${names.join(' ')}; and set named $named $word`,
    '  end',
    '  test "$named" = "$argv"',
    'end',
    ...commands.flatMap(({ named, words, options, takesFiles }) => {
      const complete = `complete -c sallyport -n '__sallyport_named${named === '' ? '' : ` ${named}`}'`;
      return [
        ...(takesFiles ? [] : [`${complete} -f`]),
        ...words.map(
          ({ word, description }) => `${complete} -a ${quoted(word)} -d ${quoted(description)}`,
        ),
        ...options.map((option) => `${complete} ${switchOf(option)}`),
      ];
    }),
    '',
  ].join('\n');
}

/** One that takes a value of which nothing is known takes files, even where the command takes none. */
function switchOf({ long, short, description, choices, takesValue }: CompletedOption): string {
  return [
    `-l ${long.slice(2)}`,
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    `-d ${quoted(description)}`,
    ...(choices.length > 0 ? [`-xa ${quoted(choices.join(' '))}`] : takesValue ? ['-rF'] : []),
  ].join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

import { plainText } from '../diagram/plain-text.ts';

/** `sallyport trace --from … PATH`: the paths of the perimeter come last. */
export function sallyport(
  paths: readonly string[],
  command: string,
  ...options: readonly string[]
): string {
  return ['sallyport', command, ...options, ...paths].map(shellWord).join(' ');
}

/** A block of several. */
export function shellBlock(commands: readonly string[]): readonly string[] {
  return commands.length === 0 ? [] : ['```sh', ...commands, '```', ''];
}

/** Quoted where a shell would read something into it. One line, without characters that steer a terminal. */
export function shellWord(text: string): string {
  const plain = plainText(text).replaceAll('`', '\ufffd');
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", `'\\''`)}'`;
}

import { readFileSync } from 'node:fs';
import { OperationalError } from '../diagnostics/index.ts';

/** A program of the appliance as a file of its own: reads its configuration, runs until told to end, tells what went wrong. */
export async function runStandAlone(
  name: string,
  commands: Readonly<
    Record<string, (configuration: unknown, args: readonly string[]) => Promise<void>>
  >,
  run: (configuration: unknown, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const [path, command, ...args] = process.argv.slice(2);
  const known = ['', ...Object.keys(commands)].map((each) => ` CONFIGURATION ${each}`.trimEnd());
  if (path === undefined || path.startsWith('-')) {
    process.stderr.write(`usage:${known.map((each) => `\n  ${name}${each}`).join('')}\n`);
    process.exitCode = 2;
    return;
  }
  try {
    const configuration: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (command !== undefined) {
      const found = Object.hasOwn(commands, command) ? commands[command] : undefined;
      if (found === undefined)
        throw new OperationalError('nva/configuration', `no command \`${command}\``);
      await found(configuration, args);
      return;
    }
    const ending = new AbortController();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => ending.abort());
    await run(configuration, ending.signal);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

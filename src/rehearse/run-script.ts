import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { OperationalError, sourceText } from '../diagnostics/index.ts';
import type { RehearsedScript } from './attribution.ts';
import { scriptCommands } from './script-commands.ts';

export interface ScriptOutcome {
  /** 128 and the number of the signal when one ended it. */
  readonly exitCode: number;
  /** The end of what it wrote to its error stream. */
  readonly errors: string;
}

const ERRORS_KEPT = 1_000_000;

/**
 * Runs the person's command with their terminal; what it says is seen as it says it. SIGINT reaches it too: it is of the same group.
 * @throws OperationalError `rehearse/script` when it cannot be started
 */
export function runScript(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  streams: { readonly out: 'inherit' | 2; readonly err: (text: Buffer) => void },
): Promise<ScriptOutcome> {
  const [program, ...args] = started(command);
  return new Promise((done, fail) => {
    let child: ChildProcess | undefined;
    // The default would end this process before the script: it must outlive it to close the endpoint.
    const ignore = () => {};
    const relay = (signal: NodeJS.Signals) => child?.kill(signal);
    process.on('SIGINT', ignore);
    process.on('SIGTERM', relay);
    const settle = () => {
      process.removeListener('SIGINT', ignore);
      process.removeListener('SIGTERM', relay);
    };
    child = spawn(program!, args, { env, stdio: ['inherit', streams.out, 'pipe'] });
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      streams.err(chunk);
      errors = (errors + chunk.toString('utf8')).slice(-ERRORS_KEPT);
    });
    child.on('error', (cause: NodeJS.ErrnoException) => {
      settle();
      fail(
        new OperationalError(
          'rehearse/script',
          `\`${program}\` cannot be started: ${cause.message}`,
          {
            cause,
          },
        ),
      );
    });
    child.on('close', (code, signal) => {
      settle();
      done({ exitCode: code ?? (signal === 'SIGINT' ? 130 : 143), errors });
    });
  });
}

/** A script without the permission to be run, `deploy.azcli` for one, is run by bash. */
function started(command: readonly string[]): readonly string[] {
  const [program = ''] = command;
  if (!existsSync(program) || !statSync(program).isFile()) return command;
  const path = program.includes('/') ? program : `./${program}`;
  try {
    accessSync(path, constants.X_OK);
    return [path, ...command.slice(1)];
  } catch {
    return ['bash', path, ...command.slice(1)];
  }
}

const SCRIPT_SIZE_MAX = 2_000_000;

/** The file of the command that holds `az` commands: the script itself, or the argument of a shell. */
export function scriptOf(
  command: readonly string[],
): { readonly script: RehearsedScript; readonly text: string } | undefined {
  for (const word of command) {
    try {
      const { size } = statSync(word);
      if (size > SCRIPT_SIZE_MAX) continue;
      const text = readFileSync(word, 'utf8');
      if (text.includes('\u0000')) continue;
      const commands = scriptCommands(text);
      if (commands.length > 0)
        return { script: { source: sourceText(word, text), commands }, text };
    } catch {
      // Not a file: an option, a name of a program.
    }
  }
  return undefined;
}

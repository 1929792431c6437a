import type { ExitCode } from './exit-code.ts';

declare const SALLYPORT_VERSION: string;

/**
 * Runs one command line and sets the exit code. Everything is loaded when it is needed: `--version` loads nothing.
 * There is no handler for SIGINT on purpose: long computations never return to the event loop that would run it, and
 * the default ends the process at once (130 to a shell).
 */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', outputFailed);
  process.stderr.on('error', outputFailed);
  if (argv.length === 3 && (argv[2] === '--version' || argv[2] === '-V')) {
    process.stdout.write(`${SALLYPORT_VERSION}\n`);
    return;
  }
  try {
    process.exitCode = await (isAgent(argv) ? runAgent(argv) : run(argv));
  } catch (error) {
    const { explainFailure } = await import('./exit-code.ts');
    const { code, lines } = explainFailure(error);
    process.stderr.write(`${lines.join('\n')}\n`);
    if (process.env['SALLYPORT_DEBUG'] === '1' && error instanceof Error) {
      process.stderr.write(`${error.stack ?? ''}\n`);
    }
    process.exitCode = code;
  }
}

/**
 * The reader may go away (`| head`): there is nobody left to tell, and the answer still decides the exit code. A full
 * disk is the world's fault.
 */
function outputFailed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') process.exit(3);
}

/** A lab starts a dozen of these at once: they load nothing but themselves. */
function isAgent(argv: readonly string[]): boolean {
  return argv.length === 6 && argv[2] === 'lab' && argv[3] === 'agent';
}

async function runAgent(argv: readonly string[]): Promise<ExitCode> {
  const { agentCommand } = await import('./lab-agent.ts');
  return agentCommand(argv[4] ?? '', argv[5] ?? '');
}

async function run(argv: readonly string[]): Promise<ExitCode> {
  const { CommanderError } = await import('commander');
  const { buildProgram } = await import('./program.ts');
  let code: ExitCode = 0;
  const program = buildProgram(SALLYPORT_VERSION, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    // Commander has printed what is wrong with the options, or the help that was asked for.
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  return code;
}

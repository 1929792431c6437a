import { spawn } from 'node:child_process';
import { executable, type Ran } from './run-sallyport.ts';

/** The command line beside servers of this very process, which have to go on answering. */
export function sallyportBeside(
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Ran> {
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
  return new Promise((done) => {
    const child = spawn(process.execPath, [executable, ...args], {
      cwd: options.cwd,
      env: { ...env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      said.out += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said.err += chunk.toString('utf8');
    });
    child.on('close', (code) => done({ code, ...said }));
  });
}

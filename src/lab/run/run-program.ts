import { spawn } from 'node:child_process';
import { withSystemPaths } from './system-paths.ts';

export interface Ended {
  /** 128 and more when a signal ended it; 127 when it could not be started. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const OUTPUT_BYTES_MOST = 1_000_000;

/** Runs a program to its end, which comes within `milliseconds`. Never throws. */
export function runProgram(
  command: readonly string[],
  {
    input,
    milliseconds = 20_000,
    outputBytes = OUTPUT_BYTES_MOST,
  }: {
    readonly input?: string;
    readonly milliseconds?: number;
    readonly outputBytes?: number;
  } = {},
): Promise<Ended> {
  const [program = '', ...args] = command;
  return new Promise((done) => {
    const child = spawn(program, args, {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, PATH: withSystemPaths(process.env) },
      timeout: milliseconds,
      killSignal: 'SIGKILL',
    });
    const said = { out: '', err: '' };
    const keep = (stream: 'out' | 'err') => (chunk: Buffer) => {
      if (said[stream].length < outputBytes) said[stream] += chunk.toString('utf8');
    };
    child.stdout?.on('data', keep('out'));
    child.stderr?.on('data', keep('err'));
    child.on('error', (error) => done({ code: 127, out: '', err: error.message }));
    child.on('close', (code, signal) => {
      const late = signal === 'SIGKILL' ? `not done within ${milliseconds / 1000} s\n` : '';
      done({ code: code ?? 137, out: said.out, err: late + said.err });
    });
    // One that ends without reading all of it says so with its exit code.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { executable } from '../e2e/run-sallyport.ts';

/** `sallyport rehearse serve` as a process of its own, to be asked and to be killed. */
export interface EndpointProcess {
  readonly child: ChildProcess;
  readonly origin: string;
  readonly port: number;
  readonly ca: string;
  readonly subscription: string;
  /** What it printed to its output stream: lines for a shell. */
  readonly exports: string;
  readonly ended: Promise<number | null>;
}

export async function serveEndpoint(
  directory: string,
  ...args: readonly string[]
): Promise<EndpointProcess> {
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
  const child = spawn(
    process.execPath,
    [executable, 'rehearse', 'serve', '--directory', directory, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], env },
  );
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  let exports = '';
  let errors = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    exports += chunk.toString('utf8');
  });
  await new Promise<void>((done, fail) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString('utf8');
      if (errors.includes('Ctrl-C ends it')) done();
    });
    child.once('exit', () => fail(new Error(`it ended: ${errors}`)));
  });
  const [, origin = '', port = ''] = /(https:\/\/localhost:(\d+))/.exec(errors) ?? [];
  const [, subscription = ''] = /subscription ([\w-]+)/.exec(errors) ?? [];
  const ca = readFileSync(join(directory, 'ca.pem'), 'utf8');
  return { child, origin, port: Number(port), ca, subscription, exports, ended };
}

export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** One request as a client of Azure sends it. Rejects where the connection ends without an answer. */
export function ask(
  { port, ca }: Pick<EndpointProcess, 'port' | 'ca'>,
  method: string,
  path: string,
  body?: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<Told> {
  return new Promise((done, fail) => {
    const asked = request(
      {
        host: 'localhost',
        port,
        ca,
        servername: 'localhost',
        method,
        path,
        agent: false,
        headers: { authorization: 'Bearer x', ...headers },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          done({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
        answer.on('error', fail);
      },
    );
    asked.on('error', fail);
    asked.end(body);
  });
}

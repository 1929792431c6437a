import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import { request as requestTls } from 'node:https';
import { type AddressInfo, connect, createServer as createPlainServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DEBIAN_WEB_SERVER, type IngressPart } from '../../src/lab/plan/ingress/index.ts';

/** The nginx of a plan on this machine's loopback, with its real files, until `stop`. */

export const WEB_SERVER_MISSING: string | undefined = Object.values(DEBIAN_WEB_SERVER).find(
  (path) => !existsSync(path),
);

export interface RunningWeb {
  readonly folder: string;
  /** Lines of a file below the folder; those not yet written are waited for. */
  lines(path: string, atLeast: number): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export async function startWeb(part: IngressPart): Promise<RunningWeb> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-web-'));
  layOut(part, folder);
  const children = webServers(part).map(({ command }) => {
    const [program = '', ...rest] = command.map((word) => word.replaceAll('{folder}', folder));
    const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr?.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-4000);
    });
    return { child, said: () => said };
  });
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(({ child }) => ended(child)));
    rmSync(folder, { recursive: true, force: true });
  };
  for (const [index, { ready }] of webServers(part).entries()) {
    const running = children[index];
    if (ready.kind !== 'tcp' || running === undefined) continue;
    if (await isListening(ready.port, ready.address, running.child)) continue;
    const said = running.said();
    await stop();
    throw new Error(`nginx does not listen on ${ready.address}:${ready.port}: ${said}`);
  }
  return { folder, lines: (path, atLeast) => linesOf(join(folder, path), atLeast), stop };
}

/** What `nginx -t` says of a plan: nothing when it is content. */
export function configurationTest(part: IngressPart): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-web-'));
  try {
    layOut(part, folder);
    for (const { command } of webServers(part)) {
      const [program = '', ...rest] = command.map((word) => word.replaceAll('{folder}', folder));
      execFileSync(program, [...rest, '-t', '-q'], { stdio: 'pipe' });
    }
    return '';
  } catch (error) {
    return String((error as { stderr?: Buffer }).stderr ?? error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without our own programs, which need the lab's runner. */
const webServers = (part: IngressPart): IngressPart['processes'] =>
  part.processes.filter(({ command }) => !command[0]?.startsWith('agent:'));

function layOut(part: IngressPart, folder: string): void {
  for (const { path, text } of part.files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  for (const { certificate, key, names } of part.certificates) {
    mkdirSync(dirname(join(folder, certificate)), { recursive: true });
    const alternatives = names.map((name) =>
      /^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`,
    );
    const made = ['-keyout', join(folder, key), '-out', join(folder, certificate)];
    const kind = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ];
    const subject = ['-subj', '/CN=lab', '-addext', `subjectAltName=${alternatives.join(',')}`];
    execFileSync('openssl', ['req', '-x509', ...kind, ...made, ...subject], { stdio: 'ignore' });
  }
}

async function isListening(port: number, address: string, child: ChildProcess): Promise<boolean> {
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt += 1) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: address });
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (connected) return true;
    await pause(50);
  }
  return false;
}

async function linesOf(path: string, atLeast: number): Promise<readonly string[]> {
  for (let attempt = 0; ; attempt += 1) {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const lines = text.split('\n').filter((line) => line !== '');
    if (lines.length >= atLeast || attempt >= 60) return lines;
    await pause(50);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 3000);
  await gone;
  clearTimeout(late);
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

export interface WebAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface WebRequest {
  readonly port: number;
  readonly path?: string;
  readonly host?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly tls?: boolean;
  /** Address on loopback the request comes from. */
  readonly from?: string;
}

/** One request of a usual browser, a new connection each. */
export function ask(wanted: WebRequest): Promise<WebAnswer> {
  const options = {
    host: '127.0.0.1',
    port: wanted.port,
    path: wanted.path ?? '/',
    method: wanted.method ?? 'GET',
    headers: {
      host: wanted.host ?? 'shop.example',
      'user-agent': 'Mozilla/5.0',
      accept: 'text/html',
      ...wanted.headers,
    },
    agent: false as const,
    rejectUnauthorized: false,
    servername: wanted.host ?? 'shop.example',
    timeout: 10_000,
    ...(wanted.from === undefined ? {} : { localAddress: wanted.from }),
  };
  return new Promise((resolve, reject) => {
    const sent = (wanted.tls === true ? requestTls : request)(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
      );
    });
    sent.once('timeout', () => sent.destroy(new Error('no answer within 10 seconds')));
    sent.once('error', reject);
    sent.end(wanted.body);
  });
}

export interface Echo {
  readonly port: number;
  close(): Promise<void>;
}

/** A backend that answers with its own name and what it was asked. */
export async function echoServer(name: string): Promise<Echo> {
  const server = createServer((asked, answer) => {
    asked.resume();
    asked.once('end', () => {
      const { method, url, headers } = asked;
      answer.setHeader('content-type', 'application/json');
      answer.end(JSON.stringify({ name, method, url, headers }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Ports nobody listens on now. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createPlainServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

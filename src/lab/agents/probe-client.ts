import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { readFile, writeFile } from 'node:fs/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Attempt, Observation, Outcome } from '../probe/attempt.ts';
import { answerOfDns, DNS_QUESTION, overStream } from '../probe/dns-question.ts';
import { readAnswer } from '../probe/read-answer.ts';

/** What one namespace is to try. */
export interface ProbeClientConfiguration {
  readonly attempts: readonly Attempt[];
  readonly resolvers: readonly string[];
  /** PEM of the lab's own certificate authority. */
  readonly authority?: string;
  readonly timeoutMilliseconds: number;
  readonly atOnce: number;
  /** Where the observations go: one JSON array. */
  readonly output: string;
}

/** Opens real connections from the namespace it runs in, a bounded number at once, each with a bounded time. */
export async function run(configuration: unknown, signal: AbortSignal): Promise<void> {
  const { attempts, output, atOnce, ...rest } = configuration as ProbeClientConfiguration;
  const authority =
    rest.authority === undefined ? undefined : await readFile(rest.authority, 'utf8');
  const observations: Observation[] = [];
  const queue = [...attempts];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && !signal.aborted; next = queue.shift()) {
      observations.push(await tryOne(next, rest, authority));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  observations.sort((a, b) => a.id - b.id);
  await writeFile(output, JSON.stringify(observations));
}

/** The resolver waits longer from try to try; nobody here waits longer than this. */
export const LOOK_UP_MILLISECONDS = 1_500;

type Surroundings = Pick<ProbeClientConfiguration, 'resolvers' | 'timeoutMilliseconds'>;

async function tryOne(
  attempt: Attempt,
  { resolvers, timeoutMilliseconds }: Surroundings,
  authority: string | undefined,
): Promise<Observation> {
  const started = performance.now();
  const looked = attempt.name === undefined ? undefined : await lookUp(attempt.name, resolvers);
  const address = looked ?? attempt.address;
  if (address === undefined) {
    const milliseconds = Math.round(performance.now() - started);
    return { id: attempt.id, outcome: { kind: 'no-name' }, address: '', milliseconds };
  }
  const { outcome, sourcePort } =
    attempt.protocol === 'udp'
      ? await sendDatagram(attempt, address, timeoutMilliseconds)
      : await speak(attempt, address, timeoutMilliseconds, authority);
  return {
    id: attempt.id,
    outcome,
    address,
    milliseconds: Math.round(performance.now() - started),
    ...(attempt.name !== undefined && looked === undefined ? { isNameless: true as const } : {}),
    ...(sourcePort === undefined ? {} : { sourcePort }),
  };
}

async function lookUp(name: string, resolvers: readonly string[]): Promise<string | undefined> {
  if (resolvers.length === 0) return undefined;
  const resolver = new Resolver({ timeout: 700, tries: 2 });
  resolver.setServers(resolvers);
  const late = setTimeout(() => resolver.cancel(), LOOK_UP_MILLISECONDS);
  try {
    return (await resolver.resolve4(name))[0];
  } catch {
    return undefined;
  } finally {
    clearTimeout(late);
  }
}

interface Tried {
  readonly outcome: Outcome;
  readonly sourcePort?: number;
}

/** Which of the two a listener speaks is no matter of its port: a client that is told so (nginx: 400) comes again with TLS. */
async function speak(
  attempt: Attempt,
  address: string,
  timeout: number,
  authority: string | undefined,
): Promise<Tried> {
  const tried = await openStream(attempt, address, timeout, authority);
  const { outcome } = tried;
  if (outcome.kind !== 'wants-tls' || attempt.speaks.kind !== 'http') return tried;
  const { host, path } = attempt.speaks;
  const names = host === undefined ? {} : { serverName: host, host };
  const again: Attempt = { ...attempt, speaks: { kind: 'tls', path, ...names } };
  return await openStream(again, address, timeout, authority);
}

function openStream(
  attempt: Attempt,
  address: string,
  timeout: number,
  authority: string | undefined,
): Promise<Tried> {
  const { speaks, port, source } = attempt;
  return new Promise((resolve) => {
    const family = isIP(address) === 6 ? 6 : 4;
    const raw = connectTcp({
      host: address,
      port,
      family,
      ...(source === undefined ? {} : { localAddress: source }),
    });
    let isConnected = false;
    let received = '';
    let sourcePort: number | undefined;
    let stream: Socket = raw;
    const end = (outcome: Outcome): void => {
      clearTimeout(timer);
      raw.destroy();
      if (stream !== raw) stream.destroy();
      resolve(sourcePort === undefined ? { outcome } : { outcome, sourcePort });
    };
    const timer = setTimeout(() => end({ kind: 'timeout' }), timeout);
    const failed = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'ECONNREFUSED') end({ kind: 'refused' });
      else if (error.code === 'EHOSTUNREACH' || error.code === 'ENETUNREACH')
        end({ kind: 'unreachable' });
      else if (error.code === 'ETIMEDOUT') end({ kind: 'timeout' });
      else end(isConnected ? { kind: 'closed' } : { kind: 'refused' });
    };
    const ask = (): void => {
      const host = ('host' in speaks ? speaks.host : undefined) ?? address;
      const path = 'path' in speaks ? speaks.path : '/';
      stream.write(
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: sallyport-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
      );
      stream.on('data', (part: Buffer) => {
        received += part.toString('latin1');
        if (received.length > 65_536) stream.destroy();
      });
      stream.on('close', () => end(readAnswer(received)));
    };
    raw.on('error', failed);
    raw.on('connect', () => {
      isConnected = true;
      sourcePort = raw.localPort;
      if (speaks.kind === 'dns') {
        raw.write(overStream(DNS_QUESTION));
        raw.on('data', (part: Buffer) => end(answerOfDns(part.subarray(2))));
        raw.on('close', () => end({ kind: 'closed' }));
        return;
      }
      if (speaks.kind !== 'tls') {
        ask();
        return;
      }
      const { serverName } = speaks;
      stream = connectTls({
        socket: raw,
        ALPNProtocols: ['http/1.1'],
        ...(serverName === undefined ? {} : { servername: serverName }),
        // What is judged is whether a connection is let through; who signed is checked where the lab's authority is known.
        ...(authority === undefined ? {} : { ca: authority }),
        rejectUnauthorized: authority !== undefined && serverName !== undefined,
      });
      stream.on('secureConnect', ask);
      stream.on('error', failed);
      stream.on('close', () => end(received === '' ? { kind: 'closed' } : readAnswer(received)));
    });
  });
}

function sendDatagram(attempt: Attempt, address: string, timeout: number): Promise<Tried> {
  return new Promise((resolve) => {
    const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
    let sourcePort: number | undefined;
    const end = (outcome: Outcome): void => {
      clearTimeout(timer);
      clearInterval(again);
      socket.close();
      resolve(sourcePort === undefined ? { outcome } : { outcome, sourcePort });
    };
    const timer = setTimeout(() => end({ kind: 'timeout' }), timeout);
    const isDns = attempt.speaks.kind === 'dns';
    const sent = isDns ? DNS_QUESTION : Buffer.from('sallyport-probe');
    const send = (): void => socket.send(sent, attempt.port, address);
    const again = setInterval(send, Math.max(100, timeout / 3));
    socket.on('message', (message) =>
      end(isDns ? answerOfDns(message) : readAnswer(message.toString('latin1'))),
    );
    socket.on('error', (error: NodeJS.ErrnoException) =>
      end({ kind: error.code === 'ECONNREFUSED' ? 'refused' : 'unreachable' }),
    );
    socket.bind(
      { port: 0, ...(attempt.source === undefined ? {} : { address: attempt.source }) },
      () => {
        sourcePort = socket.address().port;
        send();
      },
    );
  });
}

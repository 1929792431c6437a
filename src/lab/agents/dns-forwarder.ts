import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { decode, encode, RECURSION_AVAILABLE, RECURSION_DESIRED } from 'dns-packet';
import type { ClusterDnsConfig } from '../plan/nodes/cluster-dns.ts';
import { answerOf } from './dns-authority.ts';
import type { NameAnswer } from './name-view.ts';
import { serveNames } from './serve-names.ts';

const TTL_SECONDS = 30;
const WAIT_MILLISECONDS = 2000;

/**
 * A stand-in for a cluster's CoreDNS: its own zone, and everything else from the node's resolvers. Prints `ready` when all sockets are
 * bound.
 */
export async function run(configuration: unknown, signal: AbortSignal): Promise<void> {
  const { listen, upstream, zone, records, aliases: told } = configuration as ClusterDnsConfig;
  const lookup = ownRecords(records);
  const aliases = new Map(told.map(({ name, target }) => [name, target]));
  await serveNames(listen, signal, async (query, _client, bytesMost) => {
    const name = nameOf(query);
    if (name === undefined) return undefined;
    const target = aliases.get(name);
    if (target !== undefined) return alias(query, target, upstream);
    if (name === zone || name.endsWith(`.${zone}`)) {
      return answerOf(query, lookup, TTL_SECONDS, bytesMost);
    }
    return (await ask(query, upstream, bytesMost === undefined)) ?? failed(query);
  });
}

function ownRecords(records: ClusterDnsConfig['records']): (name: string) => NameAnswer {
  const byName = new Map<string, readonly string[]>();
  // A name above records exists without having any.
  const above = new Set<string>();
  for (const { name, addresses } of records) {
    byName.set(name, addresses);
    const labels = name.split('.');
    for (let at = 1; at < labels.length; at += 1) above.add(labels.slice(at).join('.'));
  }
  return (asked) => {
    const name = asked.toLowerCase();
    return { aliases: [], addresses: byName.get(name) ?? (above.has(name) ? [] : undefined) };
  };
}

function nameOf(query: Buffer): string | undefined {
  try {
    const { type, questions } = decode(query);
    return type === 'query' ? questions?.[0]?.name.toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}

/** The target's answer below a CNAME record, as CoreDNS gives it. */
async function alias(query: Buffer, target: string, upstreams: readonly string[]): Promise<Buffer> {
  const { id = 0, questions = [] } = decode(query);
  const [question] = questions;
  const asked = encode({
    id,
    type: 'query',
    flags: RECURSION_DESIRED,
    questions: [{ type: question?.type ?? 'A', name: target }],
  });
  const found = await ask(asked, upstreams, false);
  const answers = found === undefined ? [] : (decode(found).answers ?? []);
  const name = question?.name ?? target;
  return encode({
    id,
    type: 'response',
    flags: RECURSION_DESIRED | RECURSION_AVAILABLE,
    questions,
    answers: [{ type: 'CNAME', name, ttl: TTL_SECONDS, data: target }, ...answers],
  });
}

/** SERVFAIL: nobody upstream answered. */
function failed(query: Buffer): Buffer {
  const answer = Buffer.from(query);
  answer.writeUInt16BE(0x8182, 2);
  return answer;
}

/** The first upstream that answers in time. */
async function ask(
  query: Buffer,
  upstreams: readonly string[],
  isStream: boolean,
): Promise<Buffer | undefined> {
  for (const address of upstreams) {
    const answer = await (isStream ? askStream(query, address) : askDatagram(query, address));
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function askDatagram(query: Buffer, address: string): Promise<Buffer | undefined> {
  return new Promise((done) => {
    const socket = createSocket('udp4');
    const end = (answer: Buffer | undefined) => {
      clearTimeout(timer);
      socket.close();
      done(answer);
    };
    const timer = setTimeout(() => end(undefined), WAIT_MILLISECONDS);
    socket.once('error', () => end(undefined));
    socket.on('message', (answer) => {
      if (answer.length >= 12 && answer.readUInt16BE(0) === query.readUInt16BE(0)) end(answer);
    });
    socket.connect(53, address, () => socket.send(query));
  });
}

function askStream(query: Buffer, address: string): Promise<Buffer | undefined> {
  return new Promise((done) => {
    const size = Buffer.alloc(2);
    size.writeUInt16BE(query.length);
    let held = Buffer.alloc(0);
    const stream = connect({ host: address, port: 53, timeout: WAIT_MILLISECONDS });
    const end = (answer: Buffer | undefined) => {
      stream.destroy();
      done(answer);
    };
    stream.on('connect', () => stream.write(Buffer.concat([size, query])));
    stream.on('timeout', () => end(undefined));
    stream.on('error', () => end(undefined));
    stream.on('close', () => end(undefined));
    stream.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      if (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
        end(held.subarray(2, 2 + held.readUInt16BE(0)));
      }
    });
  });
}

import { connect } from 'node:net';
import type { DnsEndpoint } from './configuration.ts';
import { HEADER_BYTES } from './query.ts';
import type { UpstreamResult } from './upstream.ts';

const CONNECTIONS_MAX = 256;
let open = 0;

/** One question over a connection of its own. Connections are bounded; what comes beyond fails at once. */
export function askByTcp(
  endpoint: DnsEndpoint,
  question: Buffer,
  timeoutMilliseconds: number,
  done: (result: UpstreamResult) => void,
): void {
  if (open >= CONNECTIONS_MAX) {
    done({ kind: 'failed', why: 'too many connections' });
    return;
  }
  open += 1;
  const socket = connect({ host: endpoint.address, port: endpoint.port });
  const chunks: Buffer[] = [];
  let size = 0;
  let isDone = false;
  const finish = (result: UpstreamResult) => {
    if (isDone) return;
    isDone = true;
    open -= 1;
    clearTimeout(timer);
    socket.destroy();
    done(result);
  };
  const fail = (why: string) =>
    finish({ kind: 'failed', why: `tcp ${endpoint.address}:${endpoint.port}: ${why}` });
  const timer = setTimeout(() => fail('i/o timeout'), timeoutMilliseconds);
  socket.on('connect', () => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(question.length);
    socket.write(Buffer.concat([length, question]));
  });
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size < 2) return;
    const all = Buffer.concat(chunks);
    const length = all.readUInt16BE(0);
    if (size < length + 2) return;
    const bytes = all.subarray(2, length + 2);
    const isAnswer =
      length >= HEADER_BYTES &&
      bytes.readUInt16BE(0) === question.readUInt16BE(0) &&
      (bytes[2]! & 0x80) !== 0;
    if (isAnswer) finish({ kind: 'answer', bytes });
    else fail('answered with something else');
  });
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => fail('closed'));
}

import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server, type Socket as Stream } from 'node:net';
import { untilAborted } from './until-aborted.ts';

/** @param bytesMost what a datagram takes; absent on streams */
export type Reply = (
  query: Buffer,
  client: string,
  bytesMost?: number,
) => Promise<Buffer | undefined>;

const DATAGRAM_BYTES = 512;
const MESSAGE_BYTES_MOST = 65_535;
const IDLE_MILLISECONDS = 10_000;

/** One socket of each kind per address: an answer then leaves with the address that was asked. */
export type Listen = readonly { readonly address: string; readonly port: number }[];

/** DNS over UDP and TCP on every address until the signal. Prints `ready` when all sockets are bound. */
export async function serveNames(listen: Listen, signal: AbortSignal, reply: Reply): Promise<void> {
  const open: (Socket | Server)[] = [];
  for (const { address, port } of listen) {
    open.push(await datagrams(address, port, reply), await streams(address, port, reply));
  }
  process.stdout.write('ready\n');
  await untilAborted(signal);
  for (const one of open) one.close();
}

function datagrams(address: string, port: number, reply: Reply): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (query, client) => {
    void reply(query, client.address, DATAGRAM_BYTES).then((answer) => {
      // A client that is gone is no fault of ours.
      if (answer !== undefined) socket.send(answer, client.port, client.address, () => {});
    });
  });
  return new Promise((done, fail) => {
    socket.once('error', fail);
    socket.bind(port, address, () => {
      socket.removeAllListeners('error').on('error', () => {});
      done(socket);
    });
  });
}

function streams(address: string, port: number, reply: Reply): Promise<Server> {
  const server = createServer((stream) => serve(stream, reply));
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, address, () => done(server));
  });
}

/** Each message is preceded by its length (RFC 1035 4.2.2). */
function serve(stream: Stream, reply: Reply): void {
  let held = Buffer.alloc(0);
  stream.setTimeout(IDLE_MILLISECONDS, () => stream.destroy());
  stream.on('error', () => stream.destroy());
  stream.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const length = held.readUInt16BE(0);
      const query = Buffer.from(held.subarray(2, 2 + length));
      held = held.subarray(2 + length);
      void reply(query, stream.remoteAddress ?? '').then((answer) => {
        if (answer === undefined) stream.destroy();
        else if (!stream.destroyed) stream.write(Buffer.concat([lengthOf(answer), answer]));
      });
    }
    if (held.length > 2 + MESSAGE_BYTES_MOST) stream.destroy();
  });
}

function lengthOf(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return length;
}

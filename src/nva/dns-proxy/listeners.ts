import { createSocket } from 'node:dgram';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import { OperationalError } from '../../diagnostics/index.ts';
import type { DnsEndpoint } from './configuration.ts';
import { Outbox } from './outbox.ts';
import type { Resolver } from './resolver.ts';

export interface Listener {
  /** As bound: the port the system chose, where none was given. */
  readonly endpoint: DnsEndpoint;
  readonly close: () => Promise<void>;
}

const CONNECTIONS_MAX = 1_000;
const IDLE_MILLISECONDS = 10_000;
const UNANSWERED_MAX = 100;
const UNREAD_BYTES_MAX = 256 * 1024;

/** A port that the system chose for UDP may be taken for TCP; so often another one is asked for. */
const PORTS_MAX = 20;

/** UDP and TCP at one address and port, any where it is 0. @throws OperationalError `nva/listen` */
export async function listenForDns(endpoint: DnsEndpoint, resolver: Resolver): Promise<Listener> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listenForBoth(endpoint, resolver);
    } catch (error) {
      if (endpoint.port !== 0 || attempt === PORTS_MAX) throw error;
    }
  }
}

async function listenForBoth(endpoint: DnsEndpoint, resolver: Resolver): Promise<Listener> {
  const udp = await listenUdp(endpoint, resolver);
  try {
    const tcp = await listenTcp({ ...endpoint, port: udp.endpoint.port }, resolver);
    return {
      endpoint: udp.endpoint,
      close: async () => {
        await Promise.all([udp.close(), tcp.close()]);
      },
    };
  } catch (cause) {
    await udp.close();
    throw cause;
  }
}

async function listenUdp({ address, port }: DnsEndpoint, resolver: Resolver): Promise<Listener> {
  const family = isIPv6(address) ? 6 : 4;
  const socket = createSocket({
    type: `udp${family}`,
    recvBufferSize: 4 * 1024 * 1024,
    sendBufferSize: 4 * 1024 * 1024,
    // Addresses only, and of one family: nobody is asked, and nothing is looked at.
    lookup: (host, _options, callback) => callback(null, host, family),
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (cause) => reject(cannotListen('udp', address, port, cause)));
    socket.bind(port, address, resolve);
  });
  const outbox = new Outbox(socket);
  // Errors of single answers (a client that is gone) are no reason to end.
  socket.on('error', () => {});
  socket.on('message', (message, from) => {
    const client = { address: from.address, port: from.port, protocol: 'udp' as const };
    resolver.handle(message, client, (reply) => outbox.sendTo(reply, from.port, from.address));
  });
  return {
    endpoint: { address, port: socket.address().port },
    close: () =>
      new Promise((resolve) => {
        outbox.close();
        socket.close(() => resolve());
      }),
  };
}

async function listenTcp({ address, port }: DnsEndpoint, resolver: Resolver): Promise<Listener> {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    serveConnection(socket, resolver);
  });
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen('tcp', address, port, cause)));
    server.listen(port, address, resolve);
  });
  server.on('error', () => {});
  return {
    endpoint: { address, port },
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Messages with two bytes of length before them (RFC 1035 4.2.2), several under way at once (RFC 7766). */
function serveConnection(socket: Socket, resolver: Resolver): void {
  const client = {
    address: socket.remoteAddress ?? '',
    port: socket.remotePort ?? 0,
    protocol: 'tcp' as const,
  };
  let received: Buffer = Buffer.alloc(0);
  let unanswered = 0;
  socket.setTimeout(IDLE_MILLISECONDS, () => socket.destroy());
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    while (received.length >= 2) {
      const length = received.readUInt16BE(0);
      if (received.length < length + 2) return;
      const message = Buffer.from(received.subarray(2, length + 2));
      received = received.subarray(length + 2);
      // Who asks without reading, or more than anybody needs at once, is not served.
      if (unanswered >= UNANSWERED_MAX || socket.writableLength > UNREAD_BYTES_MAX) {
        socket.destroy();
        return;
      }
      unanswered += 1;
      resolver.handle(message, client, (reply) => {
        unanswered -= 1;
        if (socket.destroyed) return;
        const head = Buffer.alloc(2);
        head.writeUInt16BE(reply.length);
        socket.write(Buffer.concat([head, reply]));
      });
    }
  });
}

function cannotListen(protocol: string, address: string, port: number, cause: unknown) {
  const code = String((cause as { code?: unknown }).code ?? cause);
  return new OperationalError(
    'nva/listen',
    `cannot listen at ${address} port ${port} (${protocol}): ${code}`,
    { cause },
  );
}

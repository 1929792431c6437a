import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server, type Socket as TcpSocket } from 'node:net';
import { decode, encode, type Packet } from 'dns-packet';

/** A name server for tests, made with dns-packet: it answers what `answer` says, by UDP and TCP. */
export interface Authority {
  readonly address: string;
  readonly port: number;
  readonly asked: Packet[];
  readonly close: () => Promise<void>;
}

export type AuthorityReply =
  /** Records for the answer section. */
  | readonly unknown[]
  /** The whole packet, or the bytes as they are. */
  | { readonly packet: object }
  | { readonly bytes: Buffer }
  | { readonly lowerCase: true; readonly answers: readonly unknown[] }
  | 'silence';

export async function startAuthority(
  answer: (name: string, type: string, transport: 'udp' | 'tcp') => AuthorityReply,
  address = '127.0.0.1',
  port = 0,
): Promise<Authority> {
  const asked: Packet[] = [];
  const bytesFor = (message: Buffer, transport: 'udp' | 'tcp'): Buffer | undefined => {
    const query = decode(message);
    asked.push(query);
    const question = query.questions![0]!;
    const reply = answer(question.name.toLowerCase(), question.type, transport);
    if (reply === 'silence') return undefined;
    if ('bytes' in reply) {
      const bytes = Buffer.from(reply.bytes);
      bytes.writeUInt16BE(query.id!, 0);
      return bytes;
    }
    const base = { type: 'response', id: query.id, flags: 0x0180, questions: query.questions };
    if ('packet' in reply) return encoded({ ...base, ...reply.packet });
    if ('lowerCase' in reply) {
      const questions = [{ ...question, name: question.name.toLowerCase() }];
      return encoded({ ...base, questions, answers: reply.answers });
    }
    return encoded({ ...base, answers: reply });
  };
  const open = new Set<TcpSocket>();
  const tcp: Server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data: Buffer) => {
      const bytes = bytesFor(data.subarray(2), 'tcp');
      if (bytes === undefined) return;
      const head = Buffer.alloc(2);
      head.writeUInt16BE(bytes.length);
      socket.write(Buffer.concat([head, bytes]));
    });
  });
  const udp = await atOnePort(tcp, port, address);
  udp.on('message', (message, from) => {
    const bytes = bytesFor(message, 'udp');
    if (bytes !== undefined) udp.send(bytes, from.port, from.address);
  });
  return {
    address,
    port: udp.address().port,
    asked,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => tcp.close(() => resolve()));
      await new Promise<void>((resolve) => udp.close(() => resolve()));
    },
  };
}

/** A free port of UDP may be taken for TCP: then another one, unless it was asked for. */
async function atOnePort(tcp: Server, port: number, address: string): Promise<Socket> {
  for (let attempt = 1; ; attempt += 1) {
    const udp = createSocket('udp4');
    await new Promise<void>((resolve) => udp.bind(port, address, resolve));
    try {
      await new Promise<void>((resolve, reject) => {
        tcp.once('error', reject);
        tcp.listen(udp.address().port, address, () => {
          tcp.off('error', reject);
          resolve();
        });
      });
      return udp;
    } catch (error) {
      await new Promise<void>((resolve) => udp.close(() => resolve()));
      if (port !== 0 || attempt === 20) throw error;
    }
  }
}

const encoded = (packet: object): Buffer => Buffer.from(encode(packet as never));

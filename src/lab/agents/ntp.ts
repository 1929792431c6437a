import { createSocket, type Socket } from 'node:dgram';
import { untilAborted } from './until-aborted.ts';

/** A time server of the fake internet. */
export interface NtpConfiguration {
  readonly addresses: readonly string[];
  readonly port?: number;
}

/** Seconds from 1900 to 1970 (RFC 5905 6). */
const ERA_SECONDS = 2_208_988_800;

/** Answers SNTP with this machine's clock until the signal. */
export async function run(configuration: unknown, signal: AbortSignal): Promise<void> {
  const { addresses, port = 123 } = configuration as NtpConfiguration;
  const sockets: Socket[] = [];
  for (const address of addresses) {
    const socket = createSocket('udp4');
    socket.on('message', (request, client) => {
      const answer = ntpAnswer(request, Date.now());
      if (answer !== undefined) socket.send(answer, client.port, client.address, () => {});
    });
    await new Promise<void>((done, fail) => {
      socket.once('error', fail);
      socket.bind(port, address, () => {
        socket.removeAllListeners('error').on('error', () => {});
        done();
      });
    });
    sockets.push(socket);
  }
  process.stdout.write('ready\n');
  await untilAborted(signal);
  for (const socket of sockets) socket.close();
}

/** RFC 4330 5: stratum 2, the client's transmit time given back; undefined to what no client sends. */
export function ntpAnswer(request: Buffer, milliseconds: number): Buffer | undefined {
  const mode = (request[0] ?? 0) & 7;
  const version = ((request[0] ?? 0) >> 3) & 7;
  if (request.length < 48 || mode !== 3 || version < 1) return undefined;
  const answer = Buffer.alloc(48);
  answer[0] = (version << 3) | 4;
  answer[1] = 2;
  answer[2] = request[2] ?? 0;
  answer[3] = 0xec;
  answer.write('LAB\0', 12, 'latin1');
  const seconds = Math.floor(milliseconds / 1000) + ERA_SECONDS;
  const fraction = Math.floor(((milliseconds % 1000) / 1000) * 2 ** 32);
  request.copy(answer, 24, 40, 48);
  for (const at of [16, 32, 40]) {
    answer.writeUInt32BE(seconds % 2 ** 32, at);
    answer.writeUInt32BE(fraction, at + 4);
  }
  return answer;
}

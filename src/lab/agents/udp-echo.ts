import { createSocket } from 'node:dgram';
import { untilAborted } from './until-aborted.ts';

/** Sends every datagram back, with who it is and whom it saw before it: the answer of `responder` for UDP. */
export interface UdpEchoConfiguration {
  readonly host: string;
  readonly address?: string;
  readonly port: number;
}

const ECHOED_BYTES_MOST = 1024;

export async function run(configuration: unknown, signal: AbortSignal): Promise<void> {
  const { host, address = '0.0.0.0', port } = configuration as UdpEchoConfiguration;
  const socket = createSocket('udp4');
  socket.on('message', (message, client) => {
    const said = JSON.stringify({
      host,
      source: client.address,
      sourcePort: client.port,
      echo: message.subarray(0, ECHOED_BYTES_MOST).toString('latin1'),
    });
    socket.send(said, client.port, client.address, () => {});
  });
  await new Promise<void>((done, fail) => {
    socket.once('error', fail);
    socket.bind(port, address, () => {
      socket.removeAllListeners('error').on('error', () => {});
      done();
    });
  });
  process.stdout.write('ready\n');
  await untilAborted(signal);
  socket.close();
}

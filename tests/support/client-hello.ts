import { createServer } from 'node:net';
import { connect } from 'node:tls';

/** The first bytes that a TLS client sends when it asks for a name; without a name it sends no server name. */
export function clientHello(name: string | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.once('data', (hello) => {
        client.destroy();
        server.close();
        resolve(hello);
      });
      socket.on('error', () => {});
    });
    let client: ReturnType<typeof connect>;
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      client = connect({
        port,
        host: '127.0.0.1',
        servername: name ?? '',
        rejectUnauthorized: false,
      });
      client.on('error', () => {});
    });
  });
}

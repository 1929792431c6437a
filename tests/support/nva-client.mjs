// A client of the appliance's tests. Prints one JSON line for each command on standard input: `resolve NAME`, `tls NAME`,
// `http NAME`, `tcp NAME PORT` (asks for the name, then connects at once), `hold NAME` or `hold-tls NAME` … `held`, `serve PORT`.
import { Resolver } from 'node:dns/promises';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { connect as connectTls } from 'node:tls';

const [server] = process.argv.slice(2);
const resolver = new Resolver({ timeout: 1500, tries: 1 });
resolver.setServers([server]);
const PATIENCE = 1500;
let held;

const COMMANDS = {
  resolve: async (name) => ({ addresses: await resolver.resolve4(name) }),
  // The address is nobody's in particular: the appliance goes by the name alone.
  tls: (name) =>
    until((done) => {
      const socket = connectTls(
        { host: '198.18.0.1', port: 443, servername: name, rejectUnauthorized: false },
        () => {},
      );
      let text = '';
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('end', () => done(text === '' ? { error: 'closed' } : JSON.parse(text)));
      socket.on('error', (error) => done({ error: error.code ?? error.message }));
      return socket;
    }),
  http: (name) =>
    until((done) => {
      const socket = connect(80, '198.18.0.1', () =>
        socket.write(`GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`),
      );
      let text = '';
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('end', () => done({ status: Number(text.split(' ')[1]) }));
      socket.on('error', (error) => done({ error: error.code }));
      return socket;
    }),
  tcp: async (name, port) => {
    const [address] = await resolver.resolve4(name);
    const started = performance.now();
    return until((done) => {
      const socket = connect(Number(port), address, () =>
        done({ address, milliseconds: performance.now() - started }),
      );
      socket.on('error', (error) => done({ error: error.code }));
      return socket;
    });
  },
  connect: (address, port) =>
    until((done) => {
      const socket = connect(Number(port), address, () => {
        socket.once('data', (data) => done({ said: data.toString().trim() }));
      });
      socket.on('error', (error) => done({ error: error.code }));
      return socket;
    }),
  hold: async (name) => {
    const [address] = await resolver.resolve4(name);
    await holding(connect(22, address));
    return { address };
  },
  'hold-tls': async (name) => {
    const to = { host: '198.18.0.1', port: 443, servername: name, rejectUnauthorized: false };
    await holding(connectTls(to));
    return {};
  },
  held: async () => {
    clearInterval(held.timer);
    await new Promise((resolve) => setTimeout(resolve, 300));
    held.socket.destroy();
    return { said: held.said, heard: held.heard, ...(held.error ? { error: held.error } : {}) };
  },
  serve: (port) =>
    new Promise((resolve) => {
      createServer((socket) => {
        socket.on('error', () => {});
        socket.end(JSON.stringify({ from: socket.remoteAddress, to: socket.localAddress }));
      }).listen(Number(port), '0.0.0.0', () => resolve({ port }));
    }),
};

/** A connection that speaks all the time, to an echo. */
async function holding(socket) {
  const mine = { socket, said: 0, heard: 0, error: undefined };
  held = mine;
  await new Promise((resolve, reject) => {
    socket.once('data', resolve);
    socket.once('error', reject);
  });
  socket.on('data', (data) => {
    mine.heard += data.length;
  });
  socket.on('error', (error) => {
    mine.error = error.code;
  });
  mine.timer = setInterval(() => {
    mine.said += 1;
    socket.write('.');
  }, 10);
}

function until(start) {
  return new Promise((resolve) => {
    let socket;
    const timer = setTimeout(() => {
      resolve({ error: 'timeout' });
      socket.destroy();
    }, PATIENCE);
    socket = start((result) => {
      clearTimeout(timer);
      resolve(result);
      socket.destroy();
    });
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...args] = line.trim().split(' ');
  const result = await COMMANDS[command](...args).catch((error) => ({
    error: error.code ?? error.message,
  }));
  console.log(JSON.stringify(result));
}
process.exit(0);

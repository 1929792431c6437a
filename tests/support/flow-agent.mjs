// Runs in one namespace: answers every connection that is redirected to it with who it is and whom it saw, and tries flows that it is told on
// standard input, one JSON object a line. Ends with its input.
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

const TCP = 7001;
const UDP = 7007;
const host = process.argv[2];
const said = (source) => JSON.stringify({ host, source });
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.end(said(socket.remoteAddress));
});
const echo = createSocket('udp4');
echo.on('message', (_, peer) => echo.send(said(peer.address), peer.port, peer.address));
server.listen(TCP, '0.0.0.0', () => echo.bind(UDP, '0.0.0.0', () => say({ ready: true })));

const commands = createInterface({ input: process.stdin });
commands.on('line', (line) => {
  const { id, ...flow } = JSON.parse(line);
  const done = (text, why) => {
    const { host: by = '', source = '' } = text === '' ? {} : JSON.parse(text);
    say({ id, host: by, source, why });
  };
  if (flow.protocol === 'tcp') tryTcp(flow, done);
  else tryUdp(flow, done);
});
commands.on('close', () => process.exit(0));

function tryTcp({ to, port, source, timeout }, done) {
  const socket = connect({
    host: to,
    port,
    ...(source === undefined ? {} : { localAddress: source }),
  });
  let text = '';
  const end = (why) => {
    clearTimeout(timer);
    socket.destroy();
    socket.removeAllListeners();
    socket.on('error', () => {});
    done(text, why);
  };
  const timer = setTimeout(() => end('timeout'), timeout);
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('end', () => end('answered'));
  socket.on('error', ({ code }) => end(code));
}

function tryUdp({ to, port, source, timeout }, done) {
  const socket = createSocket('udp4');
  const end = (text, why) => {
    clearTimeout(timer);
    clearInterval(again);
    socket.close();
    done(text, why);
  };
  const timer = setTimeout(() => end('', 'timeout'), timeout);
  const send = () => socket.send('x', port, to);
  const again = setInterval(send, 200);
  socket.on('message', (data) => end(String(data), 'answered'));
  socket.on('error', ({ code }) => end('', code));
  socket.bind(0, source, send);
}

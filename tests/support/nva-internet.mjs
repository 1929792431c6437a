// The internet of the appliance's tests: every address is its own. DNS by dns-packet, HTTP, TLS and an echo on port 22.
// node nva-internet.mjs KEY CERTIFICATE
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { decode, encode } from 'dns-packet';

const [key, certificate] = process.argv.slice(2).map((path) => readFileSync(path));

/** Each name has an address of its own in 198.18.0.0/15. */
function addressOf(name) {
  const digest = createHash('sha256').update(name.toLowerCase()).digest();
  return `198.${18 + (digest[0] & 1)}.${digest[1]}.${(digest[2] % 254) + 1}`;
}

function answer(message) {
  const query = decode(message);
  const [question] = query.questions;
  const isThere = question.type === 'A' && !question.name.toLowerCase().endsWith('.invalid');
  return encode({
    type: 'response',
    id: query.id,
    flags: 0x0180 | (question.name.toLowerCase().endsWith('.invalid') ? 3 : 0),
    questions: query.questions,
    answers: isThere
      ? [{ type: 'A', name: question.name, ttl: 60, data: addressOf(question.name) }]
      : [],
  });
}

const udp = createSocket('udp4');
udp.on('message', (message, from) => {
  try {
    udp.send(answer(message), from.port, from.address);
  } catch {
    // No question of ours.
  }
});
udp.bind(53, '192.0.2.53');

const seen = (socket) => JSON.stringify({ from: socket.remoteAddress, to: socket.localAddress });
createHttp((request, response) => {
  response.end(JSON.stringify({ host: request.headers.host, ...JSON.parse(seen(request.socket)) }));
}).listen(80, '0.0.0.0');
createTls({ key, cert: certificate }, (socket) => {
  socket.on('error', () => {});
  // Who asks for such a name stays, and hears what it says.
  if (String(socket.servername).startsWith('hold.')) {
    socket.write(seen(socket));
    socket.pipe(socket);
  } else socket.end(seen(socket));
})
  .on('tlsClientError', () => {})
  .listen(443, '0.0.0.0');
createServer((socket) => {
  socket.on('error', () => {});
  socket.write(`${seen(socket)}\n`);
  socket.pipe(socket);
}).listen(22, '0.0.0.0', () => console.log('ready'));

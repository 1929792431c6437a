// One end of a test network: whatever comes to port 7000 is answered, by TCP and UDP, as an echo, as HTTP, as DNS or as the far
// end of a TLS hello; what starts with `hold`, or asks for `hold.x.com`, comes back and the connection stays. Told on standard input, a JSON array of
// `{ id, source, destination, protocol, port, send?, wait?, sourcePort? }` a line, it opens connections and answers with `{ id, seen }` for
// each that was answered in time. `seen` is what came back: the source as the other end saw it.
import { createSocket } from 'node:dgram';
import { createConnection, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import packet from 'dns-packet';

const PORT = 7000;
const WAIT = Number(process.argv[2] ?? 500);

const text = ({ address, port }) => `${address.replace(/^::ffff:/, '')} ${port}`;

const udp = createSocket('udp4');
udp.on('message', (message, from) => {
  const answer = message[0] === 0x3f && message.length === 1 ? text(from) : dnsAnswer(message);
  udp.send(answer, from.port, from.address);
});
udp.bind(PORT);

/** Every name has the address 198.19.0.n, n its length; names that start with `gone` have none. */
function dnsAnswer(message) {
  const query = packet.decode(message);
  const name = query.questions[0].name;
  const isThere = !name.startsWith('gone') && query.questions[0].type === 'A';
  return packet.encode({
    type: 'response',
    id: query.id,
    flags: packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE | (isThere ? 0 : 3),
    questions: query.questions,
    answers: isThere ? [{ type: 'A', name, ttl: 60, data: `198.19.0.${name.length}` }] : [],
  });
}

const tcp = createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (data) => {
    // A connection that stays open: every word comes back.
    if (/^hold|hold\.x\.com/.test(`${data}`)) return void socket.write(data);
    const seen = text({ address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 });
    const isHttp = /^(?:GET|HEAD|POST) /.test(`${data}`);
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${seen.length}\r\nconnection: close\r\n\r\n`;
    socket.end(isHttp ? head + seen : seen);
  });
});
tcp.listen({ port: PORT, host: '0.0.0.0', backlog: 2000 }, () => console.log('"ready"'));

function probeTcp({ id, source, destination, port, send, wait = WAIT, sourcePort }) {
  return new Promise((resolve) => {
    let seen = '';
    const from = {
      localAddress: source,
      ...(sourcePort === undefined ? {} : { localPort: sourcePort }),
    };
    const socket = createConnection({ host: destination, port, ...from });
    const timer = setTimeout(() => socket.destroy(), wait);
    socket.on('connect', () => socket.write(Buffer.from(send ?? 'Pw==', 'base64')));
    socket.on('data', (chunk) => {
      seen += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(seen === '' ? undefined : { id, seen });
    });
  });
}

function probeUdp({ id, source, destination, port, wait = WAIT }) {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const timer = setTimeout(() => done(undefined), wait);
    const done = (result) => {
      clearTimeout(timer);
      socket.close();
      resolve(result);
    };
    socket.on('error', () => done(undefined));
    socket.bind({ address: source, port: 0 }, () => {
      socket.on('message', (message) => done({ id, seen: `${message}` }));
      socket.send('?', port, destination);
    });
  });
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  const answers = await Promise.all(
    JSON.parse(line).map((probe) => (probe.protocol === 'tcp' ? probeTcp : probeUdp)(probe)),
  );
  console.log(JSON.stringify(answers.filter((answer) => answer !== undefined)));
});

// The DNS proxy beside its bare upstream and beside dnsmasq in the same run: questions a second, processor time a question, and
// whether the first packet to a name nobody asked for before gets through. In network namespaces of its own; needs root.
//   npm run bench -- dns
import { createSocket } from 'node:dgram';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atOnce, median, onWire, processorMicroseconds, row, whyNot } from './wire.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const here = fileURLToPath(import.meta.url);
const PROXY = process.env.PROXY ?? join(root, 'dist', 'nva', 'dns-proxy.mjs');
const SAME_NAMES = 1_000;
const QUESTIONS = Number(process.env.QUESTIONS ?? 40_000);
const OUTSTANDING = 64;
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const NEW_NAMES = 2_000;

const RULES = `table inet fw {
  counter lost { }
  set names { type ipv4_addr; flags timeout; timeout 15m; size 1000000; }
  chain c_forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    ip daddr @names tcp dport 80 accept
    counter name lost
  }
}`;

const [role, ...args] = process.argv.slice(2);
if (role === 'upstream') upstream(...args);
else if (role === 'client') await client(...args);
else if (role === 'first') await firstPackets(...args);
else if (role === 'server') createServer((socket) => socket.on('error', () => {}).end()).listen(80);
else await bench();

/** As bare as a name server can be: the question, and one address behind it. */
function upstream(address, port) {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: 4 << 20,
    lookup: (host, _, done) => done(null, host, 4),
  });
  let count = 0;
  socket.on('message', (message, from) => {
    let end = 12;
    while (message[end] !== 0) end += message[end] + 1;
    end += 5;
    const reply = Buffer.allocUnsafe(end + 16);
    message.copy(reply, 0, 0, end);
    reply.writeUInt16BE(0x8180, 2);
    reply.writeUInt32BE(0x0001_0001, 4);
    reply.writeUInt32BE(0, 8);
    reply.writeUInt32BE(0xc00c_0001, end);
    reply.writeUInt32BE(0x0001_0000, end + 4);
    reply.writeUInt32BE(60 * 0x1_0000 + 4, end + 8);
    count += 1;
    // 198.18.0.0/15, another one for every question.
    reply.writeUInt32BE((0xc612_0000 + (count % 0x2_0000)) >>> 0, end + 12);
    socket.send(reply, from.port, from.address);
  });
  socket.bind(Number(port), address, () => console.log('ready'));
}

function question(id, name) {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  const head = Buffer.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([head, ...labels, Buffer.from([0, 0, 1, 0, 1])]);
}

/** Asks so many questions, so many at a time. Prints questions a second and how many had to be asked again. */
async function client(address, port, tag, isSame) {
  const count = QUESTIONS;
  const messages = Array.from({ length: count }, (_, index) =>
    question(
      index & 0xffff,
      `${tag}${isSame === 'same' ? index % SAME_NAMES : index}.bench.example`,
    ),
  );
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  await new Promise((done) => socket.connect(Number(port), address, done));
  const waiting = new Map();
  let next = 0;
  let answered = 0;
  let again = 0;
  const before = process.cpuUsage();
  const started = performance.now();
  await new Promise((done) => {
    const send = () => {
      if (next >= count) return;
      waiting.set(next & 0xffff, performance.now());
      socket.send(messages[next]);
      next += 1;
    };
    socket.on('message', (reply) => {
      if (!waiting.delete(reply.readUInt16BE(0))) return;
      if ((reply[3] & 15) !== 0) again += 1;
      answered += 1;
      if (answered === count) done();
      else send();
    });
    const timer = setInterval(() => {
      for (const [id, since] of waiting) {
        if (performance.now() - since < 1_000) continue;
        waiting.set(id, performance.now());
        again += 1;
        socket.send(messages[id]);
      }
      if (answered === count) clearInterval(timer);
    }, 200);
    for (let index = 0; index < OUTSTANDING; index += 1) send();
  });
  const rate = count / ((performance.now() - started) / 1000);
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ rate, again, asking: (user + system) / count }));
  process.exit(0);
}

/** Asks for a new name and connects at once, again and again. Prints how many connections failed. */
async function firstPackets(address, names) {
  let failed = 0;
  await atOnce(Number(names), 8, async (index) => {
    const socket = createSocket('udp4');
    const reply = await new Promise((done) => {
      socket.on('message', done);
      socket.send(question(1, `first${index}.bench.example`), 53, address);
    });
    socket.close();
    const target = [...reply.subarray(reply.length - 4)].join('.');
    await new Promise((done) => {
      const connection = connect(80, target, () => {
        connection.destroy();
        done();
      });
      connection.on('error', () => {
        failed += 1;
        done();
      });
    });
  });
  console.log(JSON.stringify({ failed }));
  process.exit(0);
}

async function bench() {
  const why = whyNot('ip', 'nft', 'dnsmasq');
  if (why !== undefined) {
    console.log(`DNS proxy: not run (${why})`);
    return;
  }
  if (process.env.PROXY === undefined) {
    const { buildCommandLine } = await import('../scripts/build.mjs');
    await buildCommandLine();
  }
  await onWire({ short: 'bdns', network: '10.91', behind: ['198.18.0.0/15'] }, onThisWire);
}

async function onThisWire(wire) {
  const { daemon, ready, ended, run, output, folder } = wire;
  const bare = daemon('fw', process.execPath, here, 'upstream', '127.0.0.1', '5300');
  await ready(bare);
  run('fw', ['nft', RULES]);
  const names = (tag, count) =>
    Array.from({ length: count }, (_, index) => ({
      fqdn: `${tag}${index}.bench.example`,
      set: 'names',
    }));
  let starts = 0;
  const proxy = async (rest, work) => {
    const path = join(folder, `proxy-${++starts}.json`);
    const configuration = {
      listen: [{ address: '127.0.0.1', port: 5301 }],
      upstream: [{ address: '127.0.0.1', port: 5300 }],
      sets: [],
      table: 'inet fw',
      refreshSeconds: 3600,
      ...rest,
    };
    writeFileSync(path, JSON.stringify(configuration));
    const child = daemon('fw', process.execPath, PROXY, path);
    await ready(child);
    try {
      return await work(child);
    } finally {
      await ended(child);
    }
  };
  const dnsmasq = async (rest, work) => {
    const child = daemon(
      'fw',
      'dnsmasq',
      '-k',
      '--port=5302',
      '--listen-address=127.0.0.1',
      '--bind-interfaces',
      '--no-resolv',
      '--no-hosts',
      '--user=root',
      '--pid-file',
      '--dns-forward-max=1000',
      '--server=127.0.0.1#5300',
      ...rest,
    );
    await new Promise((done) => setTimeout(done, 300));
    try {
      return await work(child);
    } finally {
      await ended(child);
    }
  };
  let round = 0;
  /** Asked of a server, with what its process and its own children use for a question. */
  const ask = async (child, port, kind, tag = `r${round}x`) => {
    const used = () => family(child.pid).reduce((sum, pid) => sum + processorMicroseconds(pid), 0);
    const before = used();
    const words = ['client', '127.0.0.1', `${port}`, tag, kind];
    const result = await output('fw', process.execPath, here, ...words);
    return { ...result, used: (used() - before) / QUESTIONS };
  };
  // Names cannot be wildcards in a set: those of every round are listed.
  const cases = {
    'bare upstream': () => ask(bare, 5300, 'fresh'),
    'proxy, unseen names': () =>
      proxy({}, async (child) => {
        // The first thousands of questions compile the program: they are not what is measured.
        await ask(child, 5301, 'fresh', `w${round}x`);
        return ask(child, 5301, 'fresh');
      }),
    'proxy, unseen names, each in its log': () =>
      proxy({ events: join(folder, 'events.json') }, async (child) => {
        await ask(child, 5301, 'fresh', `w${round}x`);
        return ask(child, 5301, 'fresh');
      }),
    'proxy, unseen names, each to its set': () =>
      proxy({ sets: names('set', QUESTIONS) }, async (child) => {
        // The names were resolved once at the start, to other addresses.
        await ask(child, 5301, 'fresh', 'other');
        await settled(child.pid);
        return ask(child, 5301, 'fresh', 'set');
      }),
    'proxy, 1,000 names from its cache': () =>
      proxy({}, async (child) => {
        await ask(child, 5301, 'same');
        return ask(child, 5301, 'same');
      }),
    'dnsmasq, unseen names': () =>
      dnsmasq(['--cache-size=0'], (child) => ask(child, 5302, 'fresh')),
    'dnsmasq, unseen names, each to its set': () =>
      dnsmasq(['--cache-size=0', '--nftset=/bench.example/4#inet#fw#names'], (child) =>
        ask(child, 5302, 'fresh'),
      ),
  };
  const only = process.env.ONLY?.split(';');
  for (const key of Object.keys(cases)) {
    if (only !== undefined && !only.some((word) => key.includes(word))) delete cases[key];
  }
  const seen = new Map(Object.keys(cases).map((key) => [key, []]));
  await ask(bare, 5300, 'fresh');
  for (round = 0; round < ROUNDS; round += 1) {
    for (const [key, measure] of Object.entries(cases)) {
      run('fw', ['nft', 'flush set inet fw names']);
      seen.get(key).push(await measure());
    }
  }
  report(seen);
  if (only === undefined) await firstOnes(wire, proxy, names);
}

function report(seen) {
  const beside = (key, other, value) =>
    median(seen.get(key).map((entry, index) => entry[value] / seen.get(other)[index][value]));
  row('DNS proxy', 'questions/s', 'of upstream', 'CPU us each', 'x upstream', 'goal');
  const goals = {
    'proxy, unseen names': '>= 0.45',
    'proxy, 1,000 names from its cache': '>= 0.85',
  };
  for (const [key, list] of seen) {
    row(
      key,
      median(list.map(({ rate }) => rate)).toFixed(0),
      beside(key, 'bare upstream', 'rate').toFixed(2),
      median(list.map(({ used }) => used)).toFixed(1),
      beside(key, 'bare upstream', 'used').toFixed(2),
      goals[key] ?? '',
    );
  }
  const [ours, theirs] = ['proxy', 'dnsmasq'].map((who) => `${who}, unseen names, each to its set`);
  if (seen.has(ours) && seen.has(theirs)) {
    const [rate, used] = ['rate', 'used'].map((value) => beside(ours, theirs, value).toFixed(2));
    row('sets: proxy against dnsmasq', '', `${rate}x`, '', `${used}x`, '>= 2.5x');
  }
  const ofProxy = [...seen].filter(([key]) => key.startsWith('proxy')).flatMap(([, list]) => list);
  row(
    'questions asked again',
    ofProxy.reduce((sum, { again }) => sum + again, 0),
  );
}

/** One way through: the client's names are fed to the set by the proxy alone. */
async function firstOnes({ daemon, ended, output, run }, proxy, names) {
  const server = daemon('server', process.execPath, here, 'server');
  run('fw', ['nft', 'flush set inet fw names']);
  const configuration = {
    listen: [{ address: '10.91.1.1', port: 53 }],
    sets: names('first', NEW_NAMES),
  };
  await proxy(configuration, async () => {
    // Resolved once at the start; when the client asks, each name has another address.
    await new Promise((done) => setTimeout(done, 2_000));
    const words = ['first', '10.91.1.1', `${NEW_NAMES}`];
    const { failed } = await output('client', process.execPath, here, ...words);
    const counter = run('fw', ['nft', 'list counter inet fw lost']);
    const packets = Number(/packets (\d+)/.exec(counter)?.[1]);
    row(`first packets lost, of ${NEW_NAMES} new names`, packets + failed, '', '', '', '0');
  });
  await ended(server);
}

/** A process and its children. */
function family(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return [
    pid,
    ...children
      .split(' ')
      .filter((word) => word !== '')
      .map(Number),
  ];
}

/** Until a process has nothing to do. */
async function settled(pid) {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const before = processorMicroseconds(pid);
    await new Promise((done) => setTimeout(done, 200));
    if (processorMicroseconds(pid) - before < 2_000) return;
  }
}

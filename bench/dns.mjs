// The DNS proxy beside its bare upstream and beside dnsmasq in the same run: questions a second, and whether the first packet to a
// name nobody asked for before gets through. In network namespaces of its own; needs root.
//   npm run bench -- dns
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const here = fileURLToPath(import.meta.url);
const SAME_NAMES = 1_000;
const QUESTIONS = Number(process.env.QUESTIONS ?? 10_000);
const OUTSTANDING = 64;
const ROUNDS = 3;
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
  const count = Number(QUESTIONS);
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
  console.log(JSON.stringify({ rate: count / ((performance.now() - started) / 1000), again }));
  process.exit(0);
}

/** Asks for a new name and connects at once, again and again. Prints how many connections failed. */
async function firstPackets(address, names) {
  let failed = 0;
  let next = 0;
  const total = Number(names);
  const one = async (name) => {
    const socket = createSocket('udp4');
    const reply = await new Promise((done) => {
      socket.on('message', done);
      socket.send(question(1, name), 53, address);
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
  };
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let index = next++; index < total; index = next++)
        await one(`first${index}.bench.example`);
    }),
  );
  console.log(JSON.stringify({ failed }));
  process.exit(0);
}

async function bench() {
  const missing = ['ip', 'nft', 'dnsmasq'].filter(
    (program) => spawnSync(program, ['--version']).error !== undefined,
  );
  if (process.getuid?.() !== 0 || missing.length > 0) {
    console.log(
      `DNS proxy: not run (${missing.length > 0 ? `without ${missing.join(', ')}` : 'not root'})`,
    );
    return;
  }
  const { buildCommandLine } = await import('../scripts/build.mjs');
  await buildCommandLine();
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-dns-'));
  const name = (end) => `sp-bdns${process.pid}-${end}`;
  const children = new Set();
  const inside = (where, ...command) => ['ip', ['netns', 'exec', name(where), ...command]];
  const daemon = (where, ...command) => {
    const [program, list] = inside(where, ...command);
    const child = spawn(program, list, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.add(child);
    return child;
  };
  const ready = (child) => new Promise((done) => child.stdout.once('data', done));
  const ended = async (child) => {
    const gone = new Promise((done) => child.once('exit', done));
    child.kill();
    await gone;
    children.delete(child);
  };
  const run = (where, ...command) => {
    const [program, list] = inside(where, ...command);
    const { stdout, stderr, status } = spawnSync(program, list, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
    return stdout;
  };
  const output = (where, ...command) =>
    new Promise((done) => {
      const child = daemon(where, ...command);
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += chunk;
      });
      child.on('close', () => {
        children.delete(child);
        done(JSON.parse(text));
      });
    });
  try {
    namespaces(name);
    const upstreamChild = daemon('fw', process.execPath, here, 'upstream', '127.0.0.1', '5300');
    await ready(upstreamChild);
    run('fw', 'nft', RULES);
    const questions = (tag, count) =>
      Array.from({ length: count }, (_, index) => `${tag}${index}.bench.example`);
    let starts = 0;
    const proxy = async (rest, work) => {
      const path = join(folder, `proxy-${++starts}.json`);
      writeFileSync(
        path,
        JSON.stringify({
          listen: [{ address: '127.0.0.1', port: 5301 }],
          upstream: [{ address: '127.0.0.1', port: 5300 }],
          sets: [],
          table: 'inet fw',
          refreshSeconds: 3600,
          ...rest,
        }),
      );
      const child = daemon(
        'fw',
        process.execPath,
        join(root, 'dist', 'nva', 'dns-proxy.mjs'),
        path,
      );
      await ready(child);
      try {
        return await work(5301);
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
        return await work(5302);
      } finally {
        await ended(child);
      }
    };
    let round = 0;
    const ask = (port, kind, tag = `r${round}x`) =>
      output('fw', process.execPath, here, 'client', '127.0.0.1', `${port}`, tag, kind);
    /** The first thousands of questions compile the program: they are not what is measured. */
    const warm = async (port) => {
      await ask(port, 'fresh', `w${round}x`);
      return ask(port, 'fresh');
    };
    // Names cannot be wildcards in a set: those of every round are listed.
    const cases = {
      'bare upstream': () => ask(5300, 'fresh'),
      'proxy, unseen names': () => proxy({}, (port) => warm(port)),
      'proxy, unseen names, each to its set': () =>
        proxy(
          { sets: questions('set', QUESTIONS).map((fqdn) => ({ fqdn, set: 'names' })) },
          async (port) => {
            // The names were resolved once at the start, to other addresses.
            await new Promise((done) => setTimeout(done, 3_000));
            await ask(port, 'fresh', 'other');
            return ask(port, 'fresh', 'set');
          },
        ),
      'proxy, 1,000 names from its cache': () =>
        proxy({}, async (port) => {
          await ask(port, 'same');
          return ask(port, 'same');
        }),
      'dnsmasq, unseen names': () => dnsmasq(['--cache-size=0'], (port) => ask(port, 'fresh')),
      'dnsmasq, unseen names, each to its set': () =>
        dnsmasq(['--cache-size=0', '--nftset=/bench.example/4#inet#fw#names'], (port) =>
          ask(port, 'fresh'),
        ),
    };
    const rates = new Map(Object.keys(cases).map((key) => [key, []]));
    let again = 0;
    for (round = 0; round < ROUNDS; round += 1) {
      for (const [key, measure] of Object.entries(cases)) {
        run('fw', 'nft', 'flush set inet fw names');
        const result = await measure();
        rates.get(key).push(result.rate);
        if (key.startsWith('proxy')) again += result.again;
      }
    }
    const bare = rates.get('bare upstream');
    const median = (values) => [...values].sort((a, b) => a - b)[values.length >>> 1];
    const row = (...cells) =>
      console.log(
        cells.map((cell, index) => (index === 0 ? cell.padEnd(42) : cell.padStart(14))).join(''),
      );
    row('DNS proxy', 'questions/s', 'of upstream', 'goal');
    const goals = {
      'proxy, unseen names': '>= 0.45',
      'proxy, 1,000 names from its cache': '>= 0.85',
    };
    for (const [key, values] of rates) {
      const ratio = median(values.map((value, index) => value / bare[index]));
      row(key, median(values).toFixed(0), ratio.toFixed(2), goals[key] ?? '');
    }
    const against = median(
      rates
        .get('proxy, unseen names, each to its set')
        .map((value, index) => value / rates.get('dnsmasq, unseen names, each to its set')[index]),
    );
    row('sets: proxy against dnsmasq', '', `${against.toFixed(2)}x`, '>= 2.5x');
    row('questions asked again', `${again}`, '', '');
    // One way through: the client's names are fed to the set by the proxy alone.
    const server = daemon('server', process.execPath, here, 'server');
    await proxy(
      {
        listen: [{ address: '10.91.1.1', port: 53 }],
        sets: questions('first', NEW_NAMES).map((fqdn) => ({ fqdn, set: 'names' })),
      },
      async () => {
        // Resolved once at the start; when the client asks, each name has another address.
        await new Promise((done) => setTimeout(done, 2_000));
        const { failed } = await output(
          'client',
          process.execPath,
          here,
          'first',
          '10.91.1.1',
          `${NEW_NAMES}`,
        );
        const lost = Number(
          /packets (\d+)/.exec(run('fw', 'nft', 'list counter inet fw lost'))?.[1],
        );
        row(`first packets lost, of ${NEW_NAMES} new names`, `${lost + failed}`, '', '0');
      },
    );
    await ended(server);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    for (const end of ['client', 'fw', 'server']) spawnSync('ip', ['netns', 'del', name(end)]);
    rmSync(folder, { recursive: true, force: true });
  }
}

function namespaces(name) {
  const lines = [
    ...['client', 'fw', 'server'].map((end) => `netns add ${name(end)}`),
    `link add c0 netns ${name('client')} type veth peer name c1 netns ${name('fw')}`,
    `link add s0 netns ${name('server')} type veth peer name s1 netns ${name('fw')}`,
  ];
  const batch = (where, list) => {
    const args = where === undefined ? ['-batch', '-'] : ['-n', name(where), '-batch', '-'];
    const { status, stderr } = spawnSync('ip', args, {
      input: `${list.join('\n')}\n`,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
  };
  batch(undefined, lines);
  batch('client', [
    'link set lo up',
    'addr add 10.91.1.2/24 dev c0',
    'link set c0 up',
    'route add default via 10.91.1.1',
  ]);
  batch('fw', [
    'link set lo up',
    'addr add 10.91.1.1/24 dev c1',
    'addr add 10.91.2.1/24 dev s1',
    'link set c1 up',
    'link set s1 up',
    'route add 198.18.0.0/15 via 10.91.2.2',
  ]);
  batch('server', [
    'link set lo up',
    'addr add 10.91.2.2/24 dev s0',
    'link set s0 up',
    'route add default via 10.91.2.1',
    'route add local 198.18.0.0/15 dev lo',
  ]);
  spawnSync('ip', ['netns', 'exec', name('fw'), 'sysctl', '-q', '-w', 'net.ipv4.ip_forward=1']);
}

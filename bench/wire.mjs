// What the benchmarks on the wire share: a client, a forwarding machine and a server in network namespaces of their own, programs
// inside them, and what those cost in processor time.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why a benchmark cannot run here; `undefined` when it can. */
export function whyNot(...programs) {
  if (process.getuid?.() !== 0) return 'not root';
  const missing = programs.filter(
    (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error !== undefined,
  );
  return missing.length > 0 ? `without ${missing.join(', ')}` : undefined;
}

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >>> 1];

/** Prints cells in columns, the first one wide. */
export const row = (...cells) =>
  console.log(
    cells.map((cell, at) => (at === 0 ? cell.padEnd(46) : `${cell}`.padStart(14))).join(''),
  );

/** Does it so often, so many at a time. */
export async function atOnce(total, parallel, one) {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < total; index = next++) await one(index);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

/** Microseconds of processor that a process and its threads have used so far, to the nanosecond where the kernel counts so. */
export function processorMicroseconds(pid) {
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(
      readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0],
    );
  }
  return nanoseconds / 1000;
}

/** `client` – `fw` – `server`; the server answers for `behind` as well. Does the work, and leaves nothing. */
export async function onWire({ short, network, behind = [], settings = [] }, work) {
  const name = (host) => `sp-${short}${process.pid}-${host}`;
  const folder = mkdtempSync(join(tmpdir(), `sallyport-bench-${short}-`));
  const children = new Set();
  const inside = (host, words) => ['netns', 'exec', name(host), ...words];
  /** Its own process is the program's: `ip netns exec` becomes what it starts. */
  const daemon = (host, ...words) => {
    const child = spawn('ip', inside(host, words), { stdio: ['ignore', 'pipe', 'inherit'] });
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  };
  const wire = {
    folder,
    daemon,
    ready: (child) => new Promise((done) => child.stdout.once('data', done)),
    ended: async (child) => {
      const gone = new Promise((done) => child.once('exit', done));
      child.kill();
      await gone;
    },
    /** Runs to the end. @throws when that is no success */
    run: (host, words, input) => {
      const options = { encoding: 'utf8', ...(input === undefined ? {} : { input }) };
      const { stdout, stderr, status } = spawnSync('ip', inside(host, words), options);
      if (status !== 0) throw new Error(`${words.join(' ')}: ${stderr}`);
      return stdout;
    },
    /** What it prints, as JSON. */
    output: (host, ...words) =>
      new Promise((done, fail) => {
        const child = daemon(host, ...words);
        let text = '';
        child.stdout.on('data', (chunk) => {
          text += chunk;
        });
        child.on('close', () => {
          try {
            done(JSON.parse(text));
          } catch (cause) {
            fail(cause);
          }
        });
      }),
  };
  try {
    build(name, network, behind);
    for (const setting of ['net.ipv4.ip_forward=1', ...settings]) {
      wire.run('fw', ['sysctl', '-q', '-w', setting]);
    }
    // Who closes first keeps the four numbers of a connection for a minute: another one of the same would wait for its second SYN.
    for (const host of ['client', 'server']) {
      wire.run(host, ['sysctl', '-q', '-w', 'net.ipv4.tcp_max_tw_buckets=512']);
    }
    await work(wire);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    for (const host of HOSTS) spawnSync('ip', ['netns', 'del', name(host)]);
    rmSync(folder, { recursive: true, force: true });
  }
}

const HOSTS = ['client', 'fw', 'server'];

function build(name, network, behind) {
  const batch = (host, lines) => {
    const args = host === undefined ? ['-batch', '-'] : ['-n', name(host), '-batch', '-'];
    const { status, stderr } = spawnSync('ip', args, {
      input: `${lines.join('\n')}\n`,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
  };
  batch(undefined, [
    ...HOSTS.map((host) => `netns add ${name(host)}`),
    `link add c0 netns ${name('client')} type veth peer name c1 netns ${name('fw')}`,
    `link add s0 netns ${name('server')} type veth peer name s1 netns ${name('fw')}`,
  ]);
  batch('client', [
    'link set lo up',
    `addr add ${network}.1.2/24 dev c0`,
    'link set c0 up',
    `route add default via ${network}.1.1`,
  ]);
  batch('fw', [
    'link set lo up',
    `addr add ${network}.1.1/24 dev c1`,
    `addr add ${network}.2.1/24 dev s1`,
    'link set c1 up',
    'link set s1 up',
    ...behind.map((range) => `route add ${range} via ${network}.2.2`),
  ]);
  batch('server', [
    'link set lo up',
    `addr add ${network}.2.2/24 dev s0`,
    'link set s0 up',
    `route add default via ${network}.2.1`,
    ...behind.map((range) => `route add local ${range} dev lo`),
  ]);
}

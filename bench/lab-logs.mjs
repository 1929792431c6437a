// What the appliance's logs cost: new connections a second through a forwarding kernel with and without a verdict of each, written by
// ulogd and turned into Azure's records by the log writer at the same time. Rounds in turn, ratios; and whether every connection is
// in the log once. In network namespaces of its own; needs root.
//   npm run bench -- logs
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const here = fileURLToPath(import.meta.url);
const CONNECTIONS = 5_000;
const AT_ONCE = 50;
const ROUNDS = 3;
const PLUGINS = '/usr/lib/x86_64-linux-gnu/ulogd';

/** The same decision with and without a log; the mark is that of rule 1 of network rules. */
const rules = (isLogged) => `add table inet bench
delete table inet bench
table inet bench {
  chain c_forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    tcp dport 80 ${isLogged ? 'meta mark set 0x01000001 log prefix "cat=net;act=Allow" group 5 snaplen 64 queue-threshold 16 meta mark set 0 ' : ''}accept
  }
  chain c_source {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "s1" snat ip to 10.92.2.1 fully-random
  }
}`;

const [role] = process.argv.slice(2);
if (role === 'server') {
  createServer((socket) => socket.on('error', () => {}).end('x')).listen(80, () =>
    console.log('ready'),
  );
} else if (role === 'client') await client();
else await bench();

/** New connections, so many at a time; each reads a byte and ends. */
async function client() {
  let next = 0;
  let failed = 0;
  const one = () =>
    new Promise((done) => {
      const socket = connect(80, '10.92.2.2');
      socket.on('data', () => {});
      socket.on('error', () => {
        failed += 1;
      });
      socket.on('close', done);
    });
  const started = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < CONNECTIONS) {
        next += 1;
        await one();
      }
    }),
  );
  console.log(
    JSON.stringify({ rate: CONNECTIONS / ((performance.now() - started) / 1000), failed }),
  );
  process.exit(0);
}

async function bench() {
  const missing = ['ip', 'nft', 'ulogd'].filter(
    (program) => spawnSync(program, ['--version']).error !== undefined,
  );
  if (process.getuid?.() !== 0 || missing.length > 0) {
    console.log(
      `logs: not run (${missing.length > 0 ? `without ${missing.join(', ')}` : 'not root'})`,
    );
    return;
  }
  const { buildCommandLine } = await import('../scripts/build.mjs');
  await buildCommandLine();
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-logs-'));
  const name = (end) => `sp-blog${process.pid}-${end}`;
  const children = new Set();
  const daemon = (where, ...command) => {
    const child = spawn('ip', ['netns', 'exec', name(where), ...command], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.add(child);
    return child;
  };
  const ended = async (child) => {
    const gone = new Promise((done) => child.once('exit', done));
    child.kill();
    await gone;
    children.delete(child);
  };
  const output = (child) =>
    new Promise((done) => {
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += chunk;
      });
      child.on('close', () => done(JSON.parse(text)));
    });
  const nft = (text) =>
    spawnSync('ip', ['netns', 'exec', name('fw'), 'nft', '-f', '-'], {
      input: text,
      encoding: 'utf8',
    });
  const file = (path, text) => writeFileSync(join(folder, path), text);
  const records = () =>
    readdirSync(join(folder, 'azure'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.name === 'PT1H.json')
      .flatMap((entry) =>
        readFileSync(join(entry.parentPath, entry.name), 'utf8').trim().split('\n'),
      );
  try {
    namespaces(name);
    mkdirSync(join(folder, 'azure'));
    file('ulogd.conf', ulogd(folder));
    file('rules.json', JSON.stringify([rule(0, 'default', ''), rule(1, 'network', 'all')]));
    file(
      'log-writer.json',
      JSON.stringify({
        sources: [{ kind: 'ulogd', path: join(folder, 'verdicts.json') }],
        output: join(folder, 'azure'),
        state: join(folder, 'state.json'),
        resourceId:
          '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/azureFirewalls/fw',
        rules: join(folder, 'rules.json'),
      }),
    );
    const server = daemon('server', process.execPath, here, 'server');
    await new Promise((done) => server.stdout.once('data', done));
    const measure = async () => {
      const { rate, failed } = await output(daemon('client', process.execPath, here, 'client'));
      if (failed > 0) throw new Error(`${failed} connections failed`);
      return rate;
    };
    nft(rules(false));
    await measure();
    const rates = { none: [], verdicts: [], records: [] };
    let logged = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      nft(rules(false));
      rates.none.push(await measure());
      nft(rules(true));
      const reader = daemon('fw', 'ulogd', '--configfile', join(folder, 'ulogd.conf'));
      await new Promise((done) => setTimeout(done, 300));
      rates.verdicts.push(await measure());
      const writer = daemon(
        'fw',
        process.execPath,
        join(root, 'dist', 'nva', 'log-writer.mjs'),
        join(folder, 'log-writer.json'),
      );
      await new Promise((done) => writer.stdout.once('data', done));
      // What came before is written first.
      await new Promise((done) => setTimeout(done, 1_500));
      rates.records.push(await measure());
      logged += 2;
      await new Promise((done) => setTimeout(done, 500));
      await ended(reader);
      await new Promise((done) => setTimeout(done, 500));
      await ended(writer);
    }
    const median = (values) => [...values].sort((a, b) => a - b)[values.length >>> 1];
    const ratio = (list) => median(list.map((value, index) => value / rates.none[index]));
    const row = (...cells) =>
      console.log(
        cells.map((cell, index) => (index === 0 ? cell.padEnd(46) : cell.padStart(14))).join(''),
      );
    row('logs of the appliance', 'connections/s', 'of no logs', 'goal');
    row('no logs', median(rates.none).toFixed(0), '1.00', '');
    row(
      'verdicts by ulogd',
      median(rates.verdicts).toFixed(0),
      ratio(rates.verdicts).toFixed(2),
      '>= 0.90',
    );
    row(
      'verdicts, and records in the form of Azure',
      median(rates.records).toFixed(0),
      ratio(rates.records).toFixed(2),
      '>= 0.90',
    );
    row(
      'records for each connection',
      (records().length / (logged * CONNECTIONS)).toFixed(4),
      '',
      '1.00',
    );
  } finally {
    for (const child of children) child.kill('SIGKILL');
    for (const end of ['client', 'fw', 'server']) spawnSync('ip', ['netns', 'del', name(end)]);
    rmSync(folder, { recursive: true, force: true });
  }
}

function rule(number, kind, title) {
  return { number, kind, action: 'Allow', policy: '', group: '', collection: '', rule: title };
}

function ulogd(folder) {
  const plugins = [
    'inppkt_NFLOG',
    'raw2packet_BASE',
    'filter_IFINDEX',
    'filter_IP2STR',
    'output_JSON',
  ];
  return [
    '[global]',
    `logfile="${folder}/ulogd.log"`,
    'loglevel=5',
    ...plugins.map((plugin) => `plugin="${PLUGINS}/ulogd_${plugin}.so"`),
    'stack=log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,json1:JSON',
    '[log1]',
    'group=5',
    'bind=1',
    'numeric_label=0',
    'netlink_socket_buffer_size=8388608',
    'netlink_socket_buffer_maxsize=16777216',
    'netlink_qthreshold=32',
    'netlink_qtimeout=5',
    '[json1]',
    'sync=1',
    `file="${folder}/verdicts.json"`,
    '',
  ].join('\n');
}

function namespaces(name) {
  const batch = (where, list) => {
    const args = where === undefined ? ['-batch', '-'] : ['-n', name(where), '-batch', '-'];
    const { status, stderr } = spawnSync('ip', args, {
      input: `${list.join('\n')}\n`,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
  };
  batch(undefined, [
    ...['client', 'fw', 'server'].map((end) => `netns add ${name(end)}`),
    `link add c0 netns ${name('client')} type veth peer name c1 netns ${name('fw')}`,
    `link add s0 netns ${name('server')} type veth peer name s1 netns ${name('fw')}`,
  ]);
  batch('client', [
    'link set lo up',
    'addr add 10.92.1.2/24 dev c0',
    'link set c0 up',
    'route add default via 10.92.1.1',
  ]);
  batch('fw', [
    'link set lo up',
    'addr add 10.92.1.1/24 dev c1',
    'addr add 10.92.2.1/24 dev s1',
    'link set c1 up',
    'link set s1 up',
  ]);
  batch('server', [
    'link set lo up',
    'addr add 10.92.2.2/24 dev s0',
    'link set s0 up',
    'route add default via 10.92.2.1',
  ]);
  for (const setting of [
    'net.ipv4.ip_forward=1',
    'net.netfilter.nf_conntrack_tcp_timeout_time_wait=1',
  ]) {
    spawnSync('ip', ['netns', 'exec', name('fw'), 'sysctl', '-q', '-w', setting]);
  }
}

// What the appliance's logs cost: new connections a second through a forwarding kernel with and without a verdict of each, written by
// ulogd and turned into Azure's records by the log writer at the same time. Rounds in turn, ratios; and whether every connection is
// in the log once. In network namespaces of its own; needs root.
//   npm run bench -- logs
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atOnce, median, onWire, row, whyNot } from './wire.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const here = fileURLToPath(import.meta.url);
const CONNECTIONS = 5_000;
const AT_ONCE = 50;
const ROUNDS = Number(process.env.ROUNDS ?? 3);
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
  let failed = 0;
  const started = performance.now();
  await atOnce(
    CONNECTIONS,
    AT_ONCE,
    () =>
      new Promise((done) => {
        const socket = connect(80, '10.92.2.2');
        socket.on('data', () => {});
        socket.on('error', () => {
          failed += 1;
        });
        socket.on('close', done);
      }),
  );
  console.log(
    JSON.stringify({ rate: CONNECTIONS / ((performance.now() - started) / 1000), failed }),
  );
  process.exit(0);
}

async function bench() {
  const why = whyNot('ip', 'nft', 'ulogd');
  if (why !== undefined) {
    console.log(`logs: not run (${why})`);
    return;
  }
  const { buildCommandLine } = await import('../scripts/build.mjs');
  await buildCommandLine();
  const settings = ['net.netfilter.nf_conntrack_tcp_timeout_time_wait=1'];
  await onWire({ short: 'blog', network: '10.92', settings }, onThisWire);
}

async function onThisWire({ folder, daemon, ready, ended, run, output }) {
  const file = (path, text) => writeFileSync(join(folder, path), text);
  const load = (isLogged) => run('fw', ['nft', '-f', '-'], rules(isLogged));
  mkdirSync(join(folder, 'azure'));
  file('ulogd.conf', ulogd(folder));
  file('rules.json', JSON.stringify([rule(0, 'default', ''), rule(1, 'network', 'all')]));
  file(
    'log-writer.json',
    JSON.stringify({
      sources: [{ kind: 'ulogd', path: join(folder, 'verdicts.json') }],
      output: join(folder, 'azure'),
      state: join(folder, 'state.json'),
      resourceId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/azureFirewalls/fw',
      rules: join(folder, 'rules.json'),
    }),
  );
  await ready(daemon('server', process.execPath, here, 'server'));
  const measure = async () => {
    const { rate, failed } = await output('client', process.execPath, here, 'client');
    if (failed > 0) throw new Error(`${failed} connections failed`);
    return rate;
  };
  load(false);
  await measure();
  const rates = { none: [], verdicts: [], records: [] };
  let logged = 0;
  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  for (let round = 0; round < ROUNDS; round += 1) {
    load(false);
    rates.none.push(await measure());
    load(true);
    const reader = daemon('fw', 'ulogd', '--configfile', join(folder, 'ulogd.conf'));
    await pause(300);
    rates.verdicts.push(await measure());
    const program = join(root, 'dist', 'nva', 'log-writer.mjs');
    const writer = daemon('fw', process.execPath, program, join(folder, 'log-writer.json'));
    await ready(writer);
    // What came before is written first.
    await pause(1_500);
    rates.records.push(await measure());
    logged += 2;
    await pause(500);
    await ended(reader);
    await pause(500);
    await ended(writer);
  }
  report(rates, recordsIn(folder).length / (logged * CONNECTIONS));
}

function recordsIn(folder) {
  return readdirSync(join(folder, 'azure'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === 'PT1H.json')
    .flatMap((entry) =>
      readFileSync(join(entry.parentPath, entry.name), 'utf8').trim().split('\n'),
    );
}

function report(rates, each) {
  const line = (name, list, goal) => {
    const ratio = median(list.map((value, index) => value / rates.none[index]));
    row(name, median(list).toFixed(0), ratio.toFixed(2), goal);
  };
  row('logs of the appliance', 'connections/s', 'of no logs', 'goal');
  line('no logs', rates.none, '');
  line('verdicts by ulogd', rates.verdicts, '>= 0.90');
  line('verdicts, and records in the form of Azure', rates.records, '>= 0.90');
  row('records for each connection', each.toFixed(4), '', '1.00');
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

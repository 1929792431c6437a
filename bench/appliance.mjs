// The compiled appliance beside plain kernel forwarding in the same run: network rules at 10, 1,000 and 10,000 against the same
// rules written one after the other; application rules in HAProxy against Squid (peek and splice); loading and replacing the table.
// All of it in three namespaces that are made here and removed at the end; client and server are small Perl programs, since every
// Debian has Perl and Node would be most of what is measured.
// Beside the proxies runs the least that a proxy can do (least-proxy.c, where there is a C compiler): no other can take less.
//   npm run bench -- appliance [network | reload | proxies]
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { library } from './library.mjs';

const part = process.argv[3];
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = 1;
const CLIENTS = 32;
const NAMES = 16;
const PORT = 443;
/** Here the server speaks TLS in earnest. */
const TLS_PORT = 8443;
const HANDSHAKES = 16;
const PLAIN = 'plain forwarding';
const LEAST = 'the least proxy, 1 thread';

const row = (...cells) =>
  console.log(
    cells
      .map((cell, at) => (at === 0 ? String(cell).padEnd(44) : String(cell).padStart(13)))
      .join(''),
  );
const whole = (value) => (Number.isNaN(value) ? '' : Math.round(value));
const hundredths = (value) => (Number.isNaN(value) ? '' : value.toFixed(2));
const median = (values) => [...values].sort((a, b) => a - b)[values.length >>> 1];

const SERVER = `
use Socket; $SIG{PIPE} = 'IGNORE'; $SIG{CHLD} = 'IGNORE';
my ($port, $workers) = @ARGV;
socket(S, PF_INET, SOCK_STREAM, 0); setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1);
bind(S, sockaddr_in($port, INADDR_ANY)) or die $!; listen(S, 8192);
for (2 .. $workers) { last unless fork }
my $answer = 'x' x 1024; my $block = 'x' x 262144;
while (1) {
  accept(C, S) or next;
  sysread(C, my $in, 8192) or next;
  if (index($in, '.bulk.') >= 0) { 1 while syswrite(C, $block) }
  elsif (index($in, '.hold.') >= 0) { if (!fork) { while (sysread(C, $in, 100)) { syswrite(C, $in) } exit } }
  else { syswrite(C, $answer) }
  close C;
}`;

// The name that a client asks for says what it wants: one answer, as much as fits, or an echo for as long as it stays.
const CLIENT = `
use Socket; use Time::HiRes 'time'; $SIG{PIPE} = 'IGNORE';
my ($mode, $clients, $seconds, $port, $folder, $names) = @ARGV;
my $end = time + $seconds; my @pipes;
for my $i (0 .. $clients - 1) {
  pipe(my $r, my $w);
  if (!fork) {
    my $n = $i % $names; local $/;
    open(F, '<:raw', "$folder/hello-$mode-$n"); my $hello = <F>;
    my $to = sockaddr_in($port, inet_aton('198.18.0.' . (10 + $n)));
    my $from = sockaddr_in(0, inet_aton('10.1.0.' . (10 + $i)));
    my ($done, $failed, $bytes, $in) = (0, 0, 0);
    while (time < $end) {
      socket(C, PF_INET, SOCK_STREAM, 0);
      setsockopt(C, SOL_SOCKET, SO_RCVTIMEO, pack('l!l!', 4, 0)); setsockopt(C, SOL_SOCKET, SO_SNDTIMEO, pack('l!l!', 4, 0));
      bind(C, $from);
      if (!connect(C, $to)) { $failed++; close C; next }
      syswrite(C, $hello);
      my $got = 0;
      if ($mode eq 'hold') {
        select(undef, undef, undef, 0.1);
        while (time < $end) {
          syswrite(C, 'ping') and sysread(C, $in, 100) or do { $failed++; last };
          $done++; select(undef, undef, undef, 0.02);
        }
        close C; last;
      }
      while (my $c = sysread(C, $in, 262144)) { $got += $c; last if $mode eq 'bulk' && time > $end }
      $got >= 1024 ? $done++ : $failed++; $bytes += $got;
      close C;
    }
    open(F, '/proc/self/schedstat'); my ($used) = split ' ', <F>;
    print $w "$done $failed $bytes $used"; exit;
  }
  close $w; push @pipes, $r;
}
my ($done, $failed, $bytes, $used) = (0, 0, 0, 0);
for my $r (@pipes) { my ($d, $f, $b, $u) = split ' ', <$r>; $done += $d; $failed += $f; $bytes += $b; $used += $u }
printf '{"done":%d,"failed":%d,"bytes":%.0f,"used":%.9f}', $done, $failed, $bytes, $used / 1e9;`;

// Answers `n3.new.allowed.example` with 198.18.0.13.
const DNS = `
use Socket;
socket(S, PF_INET, SOCK_DGRAM, 0); bind(S, sockaddr_in(53, inet_aton('198.18.0.1'))) or die $!;
while (my $from = recv(S, my $q, 512, 0)) {
  my ($n) = $q =~ /^.{12}.n(\\d+)/s;
  my $end = index($q, "\\0", 12) + 5;
  my $is = defined $n && unpack('n', substr($q, $end - 4, 2)) == 1;
  my $answer = substr($q, 0, 2) . pack('n5', 0x8180, 1, $is ? 1 : 0, 0, 0) . substr($q, 12, $end - 12);
  $answer .= pack('n3Nn', 0xc00c, 1, 1, 60, 4) . inet_aton('198.18.0.' . (10 + $n)) if $is;
  send(S, $answer, 0, $from);
}`;

/** Handshakes for a second, always some under way: each ends with an answer of 1 kB read whole. */
async function tlsClient() {
  const until = performance.now() + SECONDS * 1000;
  let done = 0;
  let failed = 0;
  const one = (name) =>
    new Promise((resolve) => {
      const socket = connect({
        host: `198.18.0.${10 + name}`,
        port: TLS_PORT,
        servername: `n${name}.new.allowed.example`,
        rejectUnauthorized: false,
      });
      let bytes = 0;
      socket.on('secureConnect', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
      socket.on('data', (chunk) => {
        bytes += chunk.length;
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        if (bytes >= 1024) done += 1;
        else failed += 1;
        resolve();
      });
    });
  await Promise.all(
    Array.from({ length: HANDSHAKES }, async (_, index) => {
      while (performance.now() < until) await one(index % NAMES);
    }),
  );
  console.log(JSON.stringify({ done, failed }));
}

/** The server of those handshakes. */
const TLS_SERVER = (folder) => `global
  maxconn 1000
defaults
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend tls
  mode http
  bind 0.0.0.0:${TLS_PORT} ssl crt ${join(folder, 'server.pem')}
  http-request return status 200 content-type text/plain string ${'x'.repeat(1024)}
`;

async function main() {
  const sallyport = await library(
    'appliance',
    `export { compileAppliance, mapText, PROXY_ROUTING, APPLIANCE_SYSCTLS } from './appliance/index.ts';
     export { parseIp, parseIpRange, portSet } from './net/index.ts';
     export { placeless } from './diagnostics/index.ts';
     export { NO_THREAT_LIST } from './facts/index.ts';`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const prefix = `sp-a1b-${process.pid}`;
  const children = [];
  const run = (host, command, input) => {
    const { status, stdout, stderr } = spawnSync(
      'ip',
      ['netns', 'exec', `${prefix}-${host}`, ...command],
      { encoding: 'utf8', maxBuffer: 2 ** 28, ...(input === undefined ? {} : { input }) },
    );
    if (status !== 0) throw new Error(`${command.slice(0, 3).join(' ')}: ${stderr.slice(0, 500)}`);
    return stdout;
  };
  const start = (host, command) => {
    const child = spawn('ip', ['netns', 'exec', `${prefix}-${host}`, ...command], {
      detached: true, // a group of its own, so that workers end with it
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.push(child);
    return child;
  };
  const end = async (child) => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Ended by itself.
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  };
  try {
    await measure({ sallyport, folder, prefix, run, start, end });
  } finally {
    for (const child of children) {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Ended by itself.
      }
    }
    for (const host of ['client', 'appliance', 'server']) {
      spawnSync('ip', ['netns', 'del', `${prefix}-${host}`]);
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure({ sallyport, folder, prefix, run, start, end }) {
  build(prefix, run, sallyport);
  for (let name = 0; name < NAMES; name += 1) {
    for (const mode of ['new', 'bulk', 'hold']) {
      const hello = await clientHello(`n${name}.${mode}.allowed.example`);
      writeFileSync(join(folder, `hello-${mode}-${name}`), hello);
    }
  }
  const servers = [
    start('server', ['perl', '-e', SERVER, `${PORT}`, '32']),
    start('server', ['perl', '-e', DNS]),
  ];
  await new Promise((resolve) => setTimeout(resolve, 700));
  const load = (table) => run('appliance', ['nft', '-f', '-'], `flush ruleset\n${table}`);
  const go = (mode, clients = CLIENTS, seconds = SECONDS) =>
    new Promise((resolve, reject) => {
      const child = spawn(
        'ip',
        ['netns', 'exec', `${prefix}-client`, 'perl', '-e', CLIENT, mode].concat(
          [clients, seconds, PORT, folder, NAMES].map(String),
        ),
      );
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += chunk;
      });
      child.on('error', reject);
      child.on('close', () => resolve(JSON.parse(text)));
    });

  const site = {
    interfaceName: 'eth*',
    privateAddress: sallyport.parseIp('10.1.0.1'),
    publicAddresses: [sallyport.parseIp('203.0.113.1'), sallyport.parseIp('203.0.113.2')],
    dnsUpstream: [{ address: sallyport.parseIp('198.18.0.1'), port: 53 }],
    runFolder: join(folder, 'run'),
    proxyPorts: { http: 3128, tls: 3129 },
    logGroup: 5,
    filesMax: 8000,
    proxyThreads: 1,
  };
  const compiled = (collections, more = {}) =>
    sallyport.compileAppliance({
      firewall: firewallOf(collections),
      perimeter: { ipGroups: new Map(), clusters: new Map() },
      datasets: {
        serviceTags: { info: {}, isComplete: false, prefixes: new Map() },
        fqdnTags: { info: {}, tags: new Map() },
        threatList: sallyport.NO_THREAT_LIST,
      },
      site: { ...site, ...more },
    });
  const at = sallyport.placeless('bench');
  const named = (name) => ({ key: name, name, at });
  const range = (text) => ({ kind: 'range', range: sallyport.parseIpRange(text), text, at });
  const networkRules = (count) => {
    const rules = Array.from({ length: count - 1 }, (_, index) => ({
      from: `10.${16 + (index >> 8)}.${index & 255}.0/24`,
      to: `20.${index & 255}.${index >> 8}.0/28`,
      port: 1000 + (index % 5000),
    }));
    return [...rules, { from: '10.1.0.0/24', to: '198.18.0.0/24', port: PORT }];
  };
  const networkCollection = (count) => ({
    ...named('c'),
    kind: 'network',
    priority: 200,
    action: 'Allow',
    rules: networkRules(count).map(({ from, to, port }, index) => ({
      ...named(`r${index}`),
      protocols: ['TCP'],
      sources: { addresses: [range(from)], ipGroups: [], kubeSelectorGroups: [] },
      destinationAddresses: [range(to)],
      destinationIpGroups: [],
      destinationFqdns: [],
      destinationPorts: sallyport.portSet([[port, port]]),
    })),
  });
  const applicationCollection = {
    ...named('a'),
    kind: 'application',
    priority: 300,
    action: 'Allow',
    rules: Array.from({ length: 1000 }, (_, index) => ({
      ...named(`a${index}`),
      protocols: [PORT, TLS_PORT].map((port) => ({ type: 'Https', port })),
      sources: { addresses: [range('10.1.0.0/16')], ipGroups: [], kubeSelectorGroups: [] },
      targetFqdns: [
        { kind: 'fqdn', text: index === 0 ? '*.allowed.example' : `*.n${index}.example`, at },
      ],
      targetUrls: [],
      fqdnTags: [],
      webCategories: [],
      destinationAddresses: [],
      terminateTls: false,
    })),
  };
  const firewallOf = (collections) => ({
    firewall: {
      ...named('fw'),
      id: 'fw',
      zones: [],
      tags: {},
      skuTier: 'Standard',
      ipConfigurations: [],
      hubPublicAddresses: [],
      collections,
      settings: {
        threatIntelAllowedAddresses: [],
        threatIntelAllowedFqdns: [],
        dnsServers: [],
      },
    },
    subnet: { kind: 'none' },
    publicAddresses: [],
    policies: [],
    natGateway: { kind: 'none' },
  });

  const wants = (name) => part === undefined || part === name;
  if (wants('network')) await network({ compiled, networkCollection, networkRules, load, go });
  if (wants('reload')) await reloading({ compiled, networkCollection, run, go });
  if (!wants('proxies')) return;
  await proxies({
    servers,
    compiled,
    applicationCollection,
    site,
    folder,
    run,
    start,
    end,
    load,
    go,
    sallyport,
  });
}

async function network({ compiled, networkCollection, networkRules, load, go }) {
  const tables = {
    [PLAIN]: plainTable(['accept']),
  };
  for (const count of [10, 1_000, 10_000]) {
    tables[`${count} rules, compiled`] = compiled([networkCollection(count)]).nftables;
  }
  for (const count of [10, 1_000, 10_000]) {
    tables[`${count} rules, one after the other`] = plainTable([
      ...networkRules(count).map(
        ({ from, to, port }) => `ip saddr ${from} ip daddr ${to} tcp dport ${port} accept`,
      ),
      'drop',
    ]);
  }

  console.log(
    `\nappliance: new connections/s, ${CLIENTS} clients, medians of ${ROUNDS} rounds (ratio to plain forwarding just before)`,
  );
  const rates = {};
  const ratios = {};
  let failed = 0;
  await go('new', CLIENTS, 1); // to be warm
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, table] of Object.entries(tables)) {
      load(tables[PLAIN]);
      const plain = await go('new', CLIENTS, SECONDS);
      load(table);
      const { done, failed: lost } = await go('new', CLIENTS, SECONDS);
      failed += lost;
      note(rates, name, done / SECONDS);
      note(ratios, name, done / plain.done);
    }
  }
  const show = (names, goals = {}) => {
    for (const name of names) {
      row(
        name,
        Math.round(median(rates[name])),
        median(ratios[name]).toFixed(2),
        goals[name] === undefined ? '' : `goal ${goals[name]}`,
      );
    }
  };
  show(Object.keys(tables), {
    '1000 rules, compiled': '>= 0.90',
    '10000 rules, compiled': '>= 0.88',
  });
  row('connections that failed', failed);
}

function note(into, name, value) {
  into[name] ??= [];
  into[name].push(value);
}

async function reloading({ compiled, networkCollection, run, go }) {
  const began = performance.now();
  const { nftables } = compiled([networkCollection(10_000)]);
  const compiling = performance.now() - began;
  const { nftables: other } = compiled([networkCollection(9_999)]);
  run('appliance', ['nft', '-f', '-'], 'flush ruleset\n');
  const time = (text) => {
    const start = performance.now();
    run('appliance', ['nft', '-f', '-'], text);
    return performance.now() - start;
  };
  const loading = time(nftables);
  const again = Array.from({ length: 5 }, (_, index) => time(index % 2 === 0 ? other : nftables));
  console.log('\nappliance: 10,000 network rules');
  row('compile, ms', Math.round(compiling), '', 'goal < 2000');
  row('load, ms', Math.round(loading), '', 'goal < 500');
  row('replace, ms', Math.round(median(again)), '', 'goal < 500');
  // Open connections that speak all the time, and new ones besides, while the table is replaced.
  const holding = go('hold', CLIENTS, 6);
  const opening = go('new', 8, 6);
  const under = [];
  const nft = (text) =>
    new Promise((resolve) => {
      const start = performance.now();
      const child = spawnInAppliance(run, text);
      child.on('close', (code) => resolve({ code, ms: performance.now() - start }));
    });
  await new Promise((resolve) => setTimeout(resolve, 700));
  for (let turn = 0; turn < 8; turn += 1) {
    const { code, ms } = await nft(turn % 2 === 0 ? other : nftables);
    if (code !== 0) throw new Error('nft refused the table');
    under.push(ms);
  }
  const held = await holding;
  const opened = await opening;
  row('replace under load, ms', Math.round(median(under)));
  row(`${CLIENTS} open connections: dropped`, held.failed, '', 'goal 0');
  row(`${opened.done} new connections: failed`, opened.failed, '', 'goal 0');
}

/** As `run`, without waiting: the clients' pipes must be read meanwhile. */
function spawnInAppliance(run, text) {
  const child = spawn('ip', ['netns', 'exec', run.appliance, 'nft', '-f', '-']);
  child.stdin.end(text);
  return child;
}

async function proxies({
  servers,
  compiled,
  applicationCollection,
  site,
  folder,
  run,
  start,
  end,
  load,
  go,
  sallyport,
}) {
  const withThreads = (threads) => {
    const appliance = compiled([applicationCollection], { proxyThreads: threads });
    return {
      table: appliance.nftables,
      start: async () => {
        rmSync(site.runFolder, { recursive: true, force: true });
        mkdirSync(site.runFolder, { recursive: true });
        writeFileSync(join(site.runFolder, 'haproxy.cfg'), appliance.haproxy.text);
        for (const [name, entries] of appliance.haproxy.maps) {
          writeFileSync(join(site.runFolder, name), sallyport.mapText(entries));
        }
        return start('appliance', ['haproxy', '-db', '-f', join(site.runFolder, 'haproxy.cfg')]);
      },
    };
  };
  const least = leastProxy(folder);
  const withLeast = () => ({
    ...withThreads(1),
    // It passes on one answer and no more.
    isBare: true,
    start: () => start('appliance', [least, `${site.proxyPorts.tls}`]),
  });
  const withSquid = (workers) => ({
    table: plainTable(['accept'], [`tcp dport { ${PORT}, ${TLS_PORT} } redirect to :3130`]),
    start: async () => {
      const home = join(folder, `squid-${workers}`);
      rmSync(home, { recursive: true, force: true });
      mkdirSync(home, { recursive: true });
      writeFileSync(join(home, 'squid.conf'), squidConfiguration(home, workers));
      spawnSync('chmod', ['-R', 'a+rwX', folder]);
      const how = workers === 1 ? '-N' : '--foreground';
      return start('appliance', ['squid', how, '-f', join(home, 'squid.conf')]);
    },
  });
  selfSigned(folder);
  writeFileSync(join(folder, 'server.cfg'), TLS_SERVER(folder));
  start('server', ['haproxy', '-db', '-f', join(folder, 'server.cfg')]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const paths = {
    [PLAIN]: { table: plainTable(['accept']) },
    'HAProxy, 1 thread': withThreads(1),
    'HAProxy, 2 threads': withThreads(2),
    ...(least === undefined ? {} : { [LEAST]: withLeast() }),
  };
  if (existsSync('/usr/sbin/squid')) {
    spawnSync('chmod', ['-R', 'a+rwX', folder]);
    // The same names, and a line for each connection, as the appliance's proxy writes.
    writeFileSync(
      join(folder, 'names.txt'),
      applicationCollection.rules
        .map(({ targetFqdns: [{ text }] }) => `${text.slice(1)}\n`)
        .join(''),
    );
    paths['Squid, 1 worker'] = withSquid(1);
    paths['Squid, 2 workers'] = withSquid(2);
  }
  const seen = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, path] of Object.entries(paths)) {
      load(paths[PLAIN].table);
      const plain = await measured({ go, run, servers });
      load(path.table);
      const child = await path.start?.();
      if (child !== undefined) await answering(go, child, name);
      const { opened, used, busy, bulk, shaken } = await measured({
        go,
        run,
        servers,
        child,
        isBare: path.isBare,
      });
      if (child !== undefined) await end(child);
      note(seen, name, {
        rate: opened.done / SECONDS,
        rateRatio: opened.done / plain.opened.done,
        bulk: (bulk.bytes * 8) / SECONDS / 1e9,
        bulkRatio: bulk.bytes / plain.bulk.bytes,
        shaken: shaken.done / SECONDS,
        shakenRatio: shaken.done / plain.shaken.done,
        used: (used / opened.done) * 1e6,
        busy: (busy / opened.done) * 1e6,
        busyRatio: plain.busy / plain.opened.done / (busy / opened.done),
        failed: opened.failed + shaken.failed,
      });
    }
  }
  const middle = (name, value) => median(seen[name].map((entry) => entry[value]));
  console.log(
    '\nappliance: application rules (1,000 names), ratio to plain forwarding just before',
  );
  row(
    '',
    ...['new/s', 'ratio', 'handshakes/s', 'ratio', 'Gbit/s', 'ratio'],
    ...['its CPU us', 'all CPU us', 'ratio', 'failed'],
  );
  for (const name of Object.keys(paths)) {
    row(
      name,
      Math.round(middle(name, 'rate')),
      middle(name, 'rateRatio').toFixed(2),
      whole(middle(name, 'shaken')),
      hundredths(middle(name, 'shakenRatio')),
      hundredths(middle(name, 'bulk')),
      hundredths(middle(name, 'bulkRatio')),
      name === PLAIN ? '' : Math.round(middle(name, 'used')),
      Math.round(middle(name, 'busy')),
      middle(name, 'busyRatio').toFixed(2),
      seen[name].reduce((sum, entry) => sum + entry.failed, 0),
    );
  }
  row('goal', '', '>= 0.60', '', '', '', '>= 0.50');
  const beside = (ours, theirs, goal) => {
    if (seen[theirs] === undefined) return;
    const ratio = median(seen[ours].map(({ rate }, round) => rate / seen[theirs][round].rate));
    const processor = median(seen[ours].map(({ used }, round) => seen[theirs][round].used / used));
    row(
      `${ours} / ${theirs}`,
      '',
      ratio.toFixed(2),
      goal === undefined ? '' : `goal >= ${goal}`,
      ...['', '', '', `1/${processor.toFixed(2)}`],
    );
  };
  beside('HAProxy, 1 thread', 'Squid, 1 worker', '2.5');
  beside('HAProxy, 2 threads', 'Squid, 2 workers', '1.6');
  if (seen[LEAST] === undefined) return;
  beside(LEAST, 'Squid, 1 worker');
  console.log(
    'No proxy takes less than the least one, whatever it decides: its ratios are what is possible on this machine.',
  );
}

/** New connections with the processor time they took, the proxy's own and that of everybody; bulk; handshakes. */
async function measured({ go, run, servers, child, isBare = false }) {
  const all = () => servers.reduce((sum, server) => sum + processorSeconds(server), 0);
  const before = [processorSeconds(child), all()];
  const opened = await go('new');
  const used = processorSeconds(child) - before[0];
  const busy = used + opened.used + all() - before[1];
  const none = { done: Number.NaN, bytes: Number.NaN, failed: 0 };
  const bulk = isBare ? none : await go('bulk', 4);
  return { opened, used, busy, bulk, shaken: isBare ? none : await handshakes(run) };
}

/** `undefined` where nothing compiles C. */
function leastProxy(folder) {
  const program = join(folder, 'least-proxy');
  const source = fileURLToPath(new URL('least-proxy.c', import.meta.url));
  return spawnSync('cc', ['-O2', '-o', program, source]).status === 0 ? program : undefined;
}

/** Two processes of clients, as one is busy with its own half of a handshake. */
async function handshakes(run) {
  const both = [1, 2].map(
    () =>
      new Promise((resolve, reject) => {
        const child = spawn('ip', [
          'netns',
          'exec',
          run.client,
          process.execPath,
          fileURLToPath(import.meta.url),
          'tls-client',
        ]);
        let text = '';
        child.stdout.on('data', (chunk) => {
          text += chunk;
        });
        child.on('error', reject);
        child.on('close', () => resolve(JSON.parse(text)));
      }),
  );
  const [one, two] = await Promise.all(both);
  return { done: one.done + two.done, failed: one.failed + two.failed };
}

/** For Squid, which wants one before it peeks, and for the server of the handshakes. */
function selfSigned(folder) {
  const words =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=bench';
  const [key, certificate] = [join(folder, 'ca.key'), join(folder, 'ca.crt')];
  spawnSync('openssl', [...words.split(' '), '-keyout', key, '-out', certificate]);
  writeFileSync(
    join(folder, 'server.pem'),
    readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'),
  );
}

/** What the processes of a group have used so far, in user and kernel mode; by the nanosecond, as short runs need it. */
function processorSeconds(child) {
  if (child === undefined) return 0;
  let used = 0;
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const fields = readFileSync(`/proc/${id}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      if (Number(fields[2]) !== child.pid) continue;
      for (const thread of readdirSync(`/proc/${id}/task`)) {
        used += Number(readFileSync(`/proc/${id}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
      }
    } catch {
      // Ended meanwhile.
    }
  }
  return used / 1e9;
}

/** Until the proxy lets connections through; Squid takes its time. */
async function answering(go, child, name) {
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const { done } = await go('new', 4, 0.5);
    if (done > 0) return;
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${name} lets nothing through: ${child.stderr.read() ?? ''}`);
}

function squidConfiguration(home, workers) {
  return `
workers ${workers}
http_port 127.0.0.1:3131
https_port 0.0.0.0:3130 intercept ssl-bump generate-host-certificates=off tls-cert=${join(home, '..', 'ca.crt')} tls-key=${join(home, '..', 'ca.key')}
acl step1 at_step SslBump1
acl names ssl::server_name "${join(home, '..', 'names.txt')}"
ssl_bump peek step1
ssl_bump splice names
ssl_bump terminate all
http_access allow all
host_verify_strict off
cache deny all
logformat connections %ts.%03tu %>a %>p %>la %>lp %ssl::>sni %ssl::bump_mode %<a %>st %<st %tr
access_log stdio:/dev/null connections
cache_log ${join(home, 'cache.log')}
cache_store_log none
pid_filename ${join(home, 'squid.pid')}
coredump_dir ${home}
max_filedescriptors 8000
shutdown_lifetime 0 seconds
dns_nameservers 198.18.0.1
cache_mem 8 MB
memory_cache_mode disk
`;
}

/** Forwarding with source translation and connection tracking, and the rules given in the forward chain. */
function plainTable(rules, redirects = []) {
  return `table inet plain {
  chain c_in { type nat hook prerouting priority dstnat; policy accept;
    ${redirects.map((line) => `iifname "eth0" ${line}`).join('\n    ')}
  }
  chain c_forward { type filter hook forward priority filter; policy accept;
    ct state established,related accept
    ${rules.join('\n    ')}
  }
  chain c_source { type nat hook postrouting priority srcnat; policy accept;
    oifname "eth1" ip daddr 198.18.0.0/15 snat ip to numgen random mod 2 map { 0 : 203.0.113.1, 1 : 203.0.113.2 } fully-random
  }
}
`;
}

/** client -- eth0 appliance eth1 -- server */
function build(prefix, run, { PROXY_ROUTING, APPLIANCE_SYSCTLS }) {
  const name = (host) => `${prefix}-${host}`;
  run.appliance = name('appliance');
  run.client = name('client');
  const ip = (...words) => {
    const { status, stderr } = spawnSync('ip', words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`ip ${words.join(' ')}: ${stderr}`);
  };
  for (const host of ['client', 'appliance', 'server']) ip('netns', 'add', name(host));
  const link = (a, b, inner) =>
    ip(
      'link',
      'add',
      'eth0',
      'netns',
      name(a),
      'type',
      'veth',
      'peer',
      'name',
      inner,
      'netns',
      name(b),
    );
  link('client', 'appliance', 'eth0');
  link('server', 'appliance', 'eth1');
  const set = (host, values) =>
    run(host, [
      'sh',
      '-ec',
      values
        .map(([key, value]) => `echo ${value} > /proc/sys/${key.replaceAll('.', '/')}`)
        .join('\n'),
    ]);
  const ports = [
    ['net.ipv4.ip_local_port_range', "'1024 65000'"],
    ['net.ipv4.tcp_max_tw_buckets', '512'],
  ];
  set('client', ports);
  set('server', [...ports, ['net.core.somaxconn', '8192']]);
  set('appliance', [
    ...ports,
    ...APPLIANCE_SYSCTLS,
    ['net.netfilter.nf_conntrack_tcp_timeout_time_wait', '1'],
    ['net.core.somaxconn', '8192'],
  ]);
  const batch = (host, lines) => run(host, ['ip', '-batch', '-'], `${lines.join('\n')}\n`);
  const addresses = (base, count, device) =>
    Array.from({ length: count }, (_, at) => `addr add ${base}${10 + at}/24 dev ${device}`);
  batch('client', [
    'link set lo up',
    ...addresses('10.1.0.', CLIENTS, 'eth0'),
    'link set eth0 up',
    'route add default via 10.1.0.1',
  ]);
  batch('server', [
    'link set lo up',
    'addr add 198.18.0.1/24 dev eth0',
    ...addresses('198.18.0.', NAMES, 'eth0'),
    'link set eth0 up',
    'route add default via 198.18.0.254',
  ]);
  batch('appliance', [
    'link set lo up',
    'addr add 10.1.0.1/24 dev eth0',
    'addr add 198.18.0.254/24 dev eth1',
    'addr add 203.0.113.1/32 dev lo',
    'addr add 203.0.113.2/32 dev lo',
    'link set eth0 up',
    'link set eth1 up',
    ...PROXY_ROUTING,
  ]);
}

/** The first bytes of a real TLS client. */
function clientHello(servername) {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.once('data', (hello) => {
        client.destroy();
        server.close();
        resolve(hello);
      });
      socket.on('error', () => {});
    });
    let client;
    server.listen(0, '127.0.0.1', () => {
      client = connect({
        port: server.address().port,
        host: '127.0.0.1',
        servername,
        rejectUnauthorized: false,
      });
      client.on('error', () => {});
    });
  });
}

const missing =
  process.getuid?.() === 0
    ? ['/usr/sbin/nft', '/usr/sbin/haproxy', '/usr/bin/perl'].filter((path) => !existsSync(path))
    : ['root'];
if (process.argv[2] === 'tls-client') {
  await tlsClient();
} else if (missing.length > 0) {
  console.log(`\nappliance: left out, needs ${missing.join(', ')}`);
} else {
  await main();
}

// Pods of a lab brought up in the kernel: namespaces, cables, addresses, and the rules of both nodes, against the same commands as a process
// each, in the same run. Needs root.
//   node bench/lab-pods.mjs
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { library } from './library.mjs';

const { planSmall, creationBatch, hostFiles, removalBatch, HOST_PROGRAM, hostCommand, hostLines } =
  await library(
    'lab-pods',
    `export { planSmall } from '../tests/support/small-cluster.ts';
   export { creationBatch, hostFiles, removalBatch } from './lab/run/bring-up.ts';
   export { HOST_PROGRAM, hostCommand, hostLines } from './lab/run/host-program.ts';`,
  );

let lastRemoval = 0;
const row = (...cells) => console.log(cells.map((cell) => String(cell).padStart(15)).join(''));
row('pods', 'plan', 'up', 'processor', 'pods per s', 'rules', 'MB per pod', 'down', 'one by one');
for (const pods of [10, 50, 200]) await measure(pods);

async function measure(pods) {
  const objects = objectsFor(pods);
  const began = performance.now();
  const part = planSmall(objects, { engine: 'cilium' });
  const planned = performance.now() - began;
  const plan = { lab: `bench${process.pid}`, hosts: part.hosts, links: part.links };
  const made = part.hosts.filter(({ kind }) => kind === 'pod').length;
  const before = kernelKilobytes();
  let up = 0;
  let used = 0;
  let rules = 0;
  const spent = processorMilliseconds();
  let processor = 0;
  try {
    up = await timed(() => bringUp(plan));
    processor = processorMilliseconds() - spent;
    used = kernelKilobytes() - before;
    rules = loadTime(plan);
  } finally {
    remove(plan);
  }
  const down = lastRemoval;
  const slow = pods > 50 ? '' : `${(await timed(() => oneByOne(plan))).toFixed(0)} ms`;
  row(
    made,
    `${planned.toFixed(0)} ms`,
    `${up.toFixed(0)} ms`,
    `${processor.toFixed(0)} ms`,
    ((1000 * made) / up).toFixed(0),
    `${rules.toFixed(0)} ms`,
    (used / 1024 / made).toFixed(2),
    `${down.toFixed(0)} ms`,
    slow,
  );
}

/** As the lab does it: files first, everything made in one batch, then eight lanes of hosts side by side. */
async function bringUp(plan) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pods-'));
  try {
    const hosts = withNodeCables(plan);
    for (const host of hosts) {
      for (const { path, text } of hostFiles(host, folder)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
    }
    const program = join(folder, 'make-hosts.pl');
    writeFileSync(program, HOST_PROGRAM);
    await run('ip', ['-batch', '-'], creationBatch(plan));
    await Promise.all(
      Array.from({ length: 8 }, (_, lane) => {
        const own = hosts.filter((_, at) => at % 8 === lane);
        const [perl, ...args] = hostCommand(program, folder);
        return run(perl, args, hostLines(plan.lab, own));
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Nodes stand alone here: nothing is at the other end of their way out. */
function withNodeCables({ hosts }) {
  return hosts.map((host) =>
    host.kind === 'node'
      ? { ...host, ip: ['link add eth0 type veth peer name far', 'link set far up', ...host.ip] }
      : host,
  );
}

function run(program, args, input) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'inherit'] });
    child.on('close', (code) => (code === 0 ? done() : fail(new Error(`${program}: ${code}`))));
    child.stdin.end(input);
  });
}

function loadTime({ lab, hosts }) {
  const nodes = hosts.filter(({ kind }) => kind === 'node');
  const started = performance.now();
  for (const { name, nftables } of nodes) {
    execFileSync('ip', ['netns', 'exec', `sp-${lab}-${name}`, 'nft', '-f', '-'], {
      input: `flush ruleset\n${nftables}`,
    });
  }
  return (performance.now() - started) / nodes.length;
}

function remove({ lab, hosts }) {
  const started = performance.now();
  const names = hosts.map(({ name }) => `sp-${lab}-${name}`);
  execFileSync('ip', ['-force', '-batch', '-'], { input: removalBatch(names) });
  lastRemoval = performance.now() - started;
}

async function oneByOne(plan) {
  try {
    for (const line of creationBatch(plan).trim().split('\n')) {
      execFileSync('ip', line.split(' '));
    }
    for (const host of withNodeCables(plan)) {
      const namespace = `sp-${plan.lab}-${host.name}`;
      for (const line of host.ip) execFileSync('ip', ['-n', namespace, ...line.split(' ')]);
    }
  } finally {
    remove(plan);
  }
}

async function timed(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Of this process and of those it waited for: a busy machine moves the other times. */
function processorMilliseconds() {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // proc(5): utime, stime, cutime and cstime, in ticks of 10 ms.
  return 10 * fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
}

/** What the kernel itself holds: other processes come and go meanwhile. */
function kernelKilobytes() {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const of = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return of('Slab') + of('Percpu') + of('KernelStack');
}

/** Ten workloads of a namespace with ten policies, repeated; pods run on two nodes by turns. */
function objectsFor(pods) {
  return Array.from({ length: pods }, (_, index) => {
    const namespace = `team${Math.floor(index / 20)}`;
    const labels = { app: `app${index % 10}` };
    const pod = { containers: [{ ports: [{ name: 'http', containerPort: 8080 }] }] };
    return [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: `web${index}`, namespace },
        spec: { template: { metadata: { labels }, spec: pod } },
      },
      ...(index % 20 >= 10
        ? []
        : [
            {
              apiVersion: 'networking.k8s.io/v1',
              kind: 'NetworkPolicy',
              metadata: { name: `policy${index}`, namespace },
              spec: {
                podSelector: { matchLabels: labels },
                policyTypes: ['Ingress', 'Egress'],
                ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 'http' }] }],
                egress: [{ to: [{ namespaceSelector: {} }] }],
              },
            },
          ]),
    ];
  }).flat();
}

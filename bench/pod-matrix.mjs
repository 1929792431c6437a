// Which pods reach which, on generated clusters (bench/workloads), against the direct evaluation of single pairs in the same run.
//   npm run bench -- pods
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { peakKilobytes } from './peak.mjs';
import { seeded } from './seeded.mjs';

const self = fileURLToPath(import.meta.url);
const root = join(dirname(self), '..');
const SIZES = [
  { pods: 10_000, namespaces: 150, policies: 1_200, goal: '0.4 s' },
  { pods: 50_000, namespaces: 400, policies: 4_000, goal: '2 s' },
  { pods: 100_000, namespaces: 1_000, policies: 5_000, goal: '8 s' },
];
const MEASURED = '--measured';

const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(34) : String(cell).padStart(16)))
      .join(''),
  );

if (process.argv[2] === MEASURED) await measure(JSON.parse(process.argv[3]));
else {
  spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--library'], { cwd: root });
  row('pod matrix', 'classes', 'classing', 'tables', 'every cell', 'sum', 'goal', 'memory');
  // One process each: the peak of memory is its own.
  for (const size of SIZES) {
    // The garbage of making the workload is nobody's time.
    spawnSync(process.execPath, ['--expose-gc', self, MEASURED, JSON.stringify(size)], {
      cwd: root,
      stdio: 'inherit',
    });
  }
}

async function measure({ pods, namespaces, policies: policyCount, goal }) {
  const { kubernetesPods } = await import('./workloads/kubernetes-pods.mjs');
  const library = (path) => import(join(root, 'dist', 'lib', path));
  const { evaluatePolicies, parsePolicies } = await library('semantics/network-policy/index.js');
  const { podMatrix, podClasses } = await library('semantics/network-policy/symbolic/index.js');
  const workload = kubernetesPods(pods, { namespaces, policies: policyCount });
  const policies = parsePolicies(await clusterOf(workload, library)).value;
  const view = { policies, engine: 'azure-npm' };
  global.gc?.();
  const before = process.memoryUsage().rss;

  const start = performance.now();
  const { classes, classOf } = podClasses(view);
  const classed = performance.now();
  const { cell, ports, row: fill, size } = podMatrix(view);
  const tabled = performance.now();
  let open = 0;
  let partly = 0;
  const cells = new Uint32Array(classes.length);
  const members = classes.map((one) => one.pods.length);
  for (const { id: from } of classes) {
    fill(from, cells);
    for (let to = 0; to < cells.length; to += 1) {
      const set = cells[to];
      if (set === ports.none || set === ports.perhapsUnported) continue;
      const pairs = members[from] * (members[to] - (from === to ? 1 : 0));
      if (set === ports.all) open += pairs;
      else partly += pairs;
    }
  }
  const swept = performance.now();
  const seconds = (from, to) => `${((to - from) / 1000).toFixed(2)} s`;
  const peak = peakKilobytes() * 1024;
  row(
    `K8S-${pods}, ${namespaces} ns, ${policyCount} policies`,
    classes.length,
    seconds(start, classed),
    seconds(classed, tabled),
    seconds(tabled, swept),
    seconds(start, swept),
    `<= ${goal}`,
    `${(peak / 2 ** 20).toFixed(0)} MB`,
  );
  const share = (count) => `${((100 * count) / pods / (pods - 1)).toFixed(1)} %`;
  const grown = `${((process.memoryUsage().rss - before) / 2 ** 20).toFixed(0)} MB of it`;
  row(
    `  ${share(open)} open, ${share(partly)} some ports`,
    `${ports.size} sets`,
    '',
    size(),
    '',
    grown,
  );

  const random = seeded(9);
  const all = policies.objects.pods;
  const one = (list) => list[Math.floor(random() * list.length)];
  const asked = Array.from({ length: 2_000 }, () => [
    one(all),
    one(all),
    one(ports.atoms.filter(({ protocol }) => protocol === 'tcp' || protocol === 'udp')),
  ]).filter(([from, to]) => from !== to);
  const t0 = performance.now();
  const answers = asked.map(([from, to, { protocol, low }]) =>
    ports.level(cell(classOf(from), classOf(to)), protocol, low),
  );
  const t1 = performance.now();
  const direct = asked.map(([from, to, { protocol, low }]) => {
    const ask = (direction, subject, peer) =>
      evaluatePolicies(
        policies,
        view.engine,
        { direction, subject, peer: { kind: 'pod', pod: peer }, protocol, port: low },
        { comparesEngines: false },
      ).verdict.kind;
    const kinds = [ask('egress', from, to), ask('ingress', to, from)];
    return kinds.includes('deny') ? 0 : kinds.includes('unknown') ? 1 : 2;
  });
  const t2 = performance.now();
  const wrong = answers.filter((level, index) => level !== direct[index]).length;
  if (wrong > 0) throw new Error(`${wrong} of ${asked.length} pairs disagree`);
  const rate = (from, to) => Math.round((asked.length / (to - from)) * 1000);
  row(
    '  pairs per second, one port each',
    rate(t0, t1),
    `direct ${rate(t1, t2)}`,
    `${((t2 - t1) / (t1 - t0)).toFixed(0)}x`,
  );
}

/** The typed view of the cluster. Pods are made as the reader makes them: the importers have benchmarks of their own. */
async function clusterOf({ namespaces, pods, policies }, library) {
  const { readPerimeter } = await library('model/read-perimeter.js');
  const { objectKey } = await library('model/index.js');
  const { placeless } = await library('diagnostics/index.js');
  const { fromJson } = await library('values/index.js');
  const objects = new Map();
  for (const json of [...namespaces, ...policies]) {
    const { apiVersion, kind, metadata } = json;
    const { name, namespace = '' } = metadata;
    const at = placeless(`${kind} ${namespace}/${name}`);
    const object = { apiVersion, kind, namespace, name, body: fromJson(json, at), at };
    objects.set(objectKey(object), object);
  }
  const snapshot = {
    resources: new Map(),
    objects,
    datasets: {},
    diagnostics: [],
    gaps: [],
    files: [],
  };
  const at = placeless('pods');
  return {
    ...readPerimeter(snapshot).kubernetes,
    pods: pods.map(({ metadata, spec, status }) => ({
      kind: 'Pod',
      ...metadata,
      at,
      annotations: {},
      serviceAccount: 'default',
      hostNetwork: false,
      ports: spec.containers[0].ports.map(({ name, containerPort }) => ({
        name,
        port: containerPort,
        protocol: 'tcp',
        at,
      })),
      nodeSelector: {},
      address: status.podIP,
      probePorts: [],
      images: [],
    })),
  };
}

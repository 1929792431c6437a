// The local endpoint beside a bare HTTPS server of Node.js in the same run, and the guide's script beside the same script against a
// server that answers a constant.
//   npm run bench -- endpoint
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locateAz } from '../scripts/az.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = join(root, 'bin', 'sallyport.js');
const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
const REQUESTS = 6_000;
const CONNECTIONS = 16;
const ROUNDS = 5;

const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(30) : String(cell).padStart(14)))
      .join(''),
  );
const median = (values) => [...values].sort((a, b) => a - b)[values.length >>> 1];

/** A child that says `https://localhost:PORT` on one of its streams when it is ready. */
function started(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((done, fail) => {
    let said = '';
    const hear = (chunk) => {
      said += chunk;
      const port = /https:\/\/localhost:(\d+)/.exec(said)?.[1];
      if (port !== undefined) done({ child, port: Number(port) });
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', () => fail(new Error(said)));
  });
}

/** Requests per second and the 99th percentile of `count` requests over a few connections. */
async function load(port, ca, method, pathOf, body, count = REQUESTS) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, ca });
  const times = [];
  let next = 0;
  const one = (number) =>
    new Promise((done, fail) => {
      const began = performance.now();
      const asked = request(
        {
          host: 'localhost',
          port,
          agent,
          method,
          path: pathOf(number),
          headers: {
            authorization: 'Bearer x',
            commandname: 'network public-ip create',
            'x-ms-client-request-id': String(number),
          },
        },
        (answer) => {
          answer.resume();
          answer.on('end', () => {
            if (answer.statusCode >= 300)
              fail(new Error(`${method} answered ${answer.statusCode}`));
            times.push(performance.now() - began);
            done();
          });
        },
      );
      asked.on('error', fail);
      asked.end(body);
    });
  const began = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (next < count) await one(next++);
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  return { rate: count / seconds, p99: times[Math.floor(times.length * 0.99)] };
}

const body = JSON.stringify({
  location: 'eastus',
  sku: { name: 'Standard' },
  properties: { publicIPAllocationMethod: 'Static', idleTimeoutInMinutes: 4 },
});

const directory = join(folder, 'endpoint');
const endpoint = await started([bin, 'rehearse', 'serve', '--directory', directory]);
const key = (name) => join(directory, name);
const ca = readFileSync(key('ca.pem'));
// The same certificate, the same headers and a body as long, and nothing in between.
const bare = join(folder, 'bare.mjs');
writeFileSync(
  bare,
  `import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
const answer = Buffer.from(JSON.stringify({ id: 'x'.repeat(700) }));
const server = createServer({ key: readFileSync(${JSON.stringify(key('server-key.pem'))}), cert: readFileSync(${JSON.stringify(key('server.pem'))}) }, (request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    if (chunks.length > 0) JSON.parse(Buffer.concat(chunks).toString('utf8'));
    response.writeHead(200, { 'Cache-Control': 'no-cache', 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': answer.length });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => console.log('https://localhost:' + server.address().port));
`,
);
const plain = await started([bare]);

try {
  const group = `/subscriptions/5a11b0a7-0000-4000-8000-000000000001/resourceGroups/rg`;
  await load(endpoint.port, ca, 'PUT', () => group, '{"location":"eastus"}', 1);
  // 2,000 resources, made once and then replaced and read.
  const path = (number) =>
    `${group}/providers/Microsoft.Network/publicIPAddresses/ip-${number % 2_000}?api-version=2022-11-01`;
  row(
    `${REQUESTS} requests, ${CONNECTIONS} connections`,
    'endpoint',
    'bare server',
    'ratio',
    'goal',
    'p99',
    'bare p99',
  );
  for (const method of ['PUT', 'GET']) {
    const sent = method === 'PUT' ? body : undefined;
    await load(endpoint.port, ca, method, path, sent);
    await load(plain.port, ca, method, path, sent);
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const ours = await load(endpoint.port, ca, method, path, sent);
      const theirs = await load(plain.port, ca, method, path, sent);
      rounds.push({ ours, theirs });
    }
    const of = (pick) => median(rounds.map(pick));
    row(
      method,
      `${of(({ ours }) => ours.rate).toFixed(0)}/s`,
      `${of(({ theirs }) => theirs.rate).toFixed(0)}/s`,
      `${of(({ ours, theirs }) => ours.rate / theirs.rate).toFixed(2)}x`,
      '>= 0.5x',
      `${of(({ ours }) => ours.p99).toFixed(1)} ms`,
      `${of(({ theirs }) => theirs.p99).toFixed(1)} ms`,
    );
  }
} finally {
  for (const { child } of [endpoint, plain]) child.kill('SIGKILL');
}

/**
 * The guide's script, and the same commands against a server that answers what the endpoint answered the first time, by method and path,
 * from memory: what is left is the work of the endpoint.
 */
async function script() {
  const az = locateAz();
  if ('why' in az) {
    console.log(`the guide's script was not timed: ${az.why}`);
    return;
  }
  const home = join(folder, 'home');
  const programs = join(folder, 'bin');
  mkdirSync(join(home, '.ssh'), { recursive: true });
  mkdirSync(programs);
  writeFileSync(
    join(home, '.ssh', 'id_rsa.pub'),
    readFileSync(join(root, 'tests', 'support', 'fixtures', 'id_rsa.pub')),
  );
  const program = (name, text) => {
    writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(programs, name), 0o755);
  };
  const stand = join(root, 'tests', 'support', 'az-without-extension.mjs');
  program('az', `exec '${process.execPath}' '${stand}' '${az.path}' "$@"`);
  program('dig', 'echo 20.7.8.9');
  program('kubectl', 'if [ "$1" = get ]; then echo 10.42.1.7; fi');
  const guide = join(root, 'tests', 'samples', 'azure', 'azcli', 'aks-egress-walkthrough.azcli');
  const env = { ...process.env, HOME: home, PATH: `${programs}${delimiter}${process.env.PATH}` };
  const recorded = join(folder, 'recorded.json');
  const constant = join(folder, 'constant.mjs');
  writeFileSync(constant, CONSTANT);

  const timed = (extra, ...command) => {
    const began = performance.now();
    const { status } = spawnSync(command[0], command.slice(1), {
      cwd: folder,
      env: { ...env, ...extra },
      stdio: 'ignore',
    });
    return { seconds: (performance.now() - began) / 1000, status };
  };
  const serving = await started([bin, 'rehearse', 'serve', '--directory', join(folder, 'script')]);
  const recorder = await started([
    constant,
    join(folder, 'script'),
    String(serving.port),
    recorded,
  ]);
  const variables = (port) =>
    configured(join(folder, 'script'), port, join(folder, `azure-${port}`));
  // Once through the recorder, so that the constant server knows every answer; it also warms what the CLI caches.
  timed(variables(recorder.port), 'bash', guide);
  recorder.child.kill('SIGTERM');
  await new Promise((done) => recorder.child.on('exit', done));
  const replay = await started([constant, join(folder, 'script'), '0', recorded]);
  const rounds = [];
  try {
    for (let round = 0; round < 3; round += 1) {
      spawnSync(process.execPath, [
        bin,
        'rehearse',
        'reset',
        '--directory',
        join(folder, 'script'),
      ]);
      const ours = timed(variables(serving.port), 'bash', guide).seconds;
      const theirs = timed(variables(replay.port), 'bash', guide).seconds;
      rounds.push({ ours, theirs });
    }
  } finally {
    serving.child.kill('SIGKILL');
    replay.child.kill('SIGKILL');
  }
  row('the script of the guide', 'endpoint', 'constant', 'ratio', 'goal');
  row(
    `az ${az.version}`,
    `${median(rounds.map(({ ours }) => ours)).toFixed(1)} s`,
    `${median(rounds.map(({ theirs }) => theirs)).toFixed(1)} s`,
    `${median(rounds.map(({ ours, theirs }) => ours / theirs)).toFixed(2)}x`,
    '<= 1.1x',
  );
}

/** The CLI's configuration for another port of the same machine. */
function configured(directory, port, target) {
  mkdirSync(target, { recursive: true });
  const source = join(directory, 'azure');
  for (const name of [
    'clouds.config',
    'config',
    'azureProfile.json',
    'service_principal_entries.json',
  ]) {
    const text = readFileSync(join(source, name), 'utf8');
    writeFileSync(
      join(target, name),
      text.replaceAll(/https:\/\/localhost:\d+/g, `https://localhost:${port}`),
    );
  }
  return {
    AZURE_CONFIG_DIR: target,
    REQUESTS_CA_BUNDLE: join(directory, 'ca-bundle.pem'),
    KUBECONFIG: join(target, 'kubeconfig'),
    AZURE_SUBSCRIPTION_ID: '5a11b0a7-0000-4000-8000-000000000001',
  };
}

/** Passes requests on and remembers the answers, or (port 0) answers from memory: the n-th time the n-th answer, then the last. */
const CONSTANT = `import { createServer, request } from 'node:https';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
const [directory, port, file] = process.argv.slice(2);
const read = (name) => readFileSync(join(directory, name));
const ca = read('ca.pem');
const answers = port === '0' ? new Map(JSON.parse(readFileSync(file, 'utf8'))) : new Map();
const seen = new Map();
let here = 0;
const server = createServer({ key: read('server-key.pem'), cert: read('server.pem') }, (asked, response) => {
  const chunks = [];
  asked.on('data', (chunk) => chunks.push(chunk));
  asked.on('end', () => {
    const name = asked.method + ' ' + asked.url.replace(/roleAssignments\\/[^?]+/, 'roleAssignments/x');
    if (port === '0') {
      const list = answers.get(name) ?? [{ status: 404, text: '{"error":{"code":"ResourceNotFound","message":"x"}}' }];
      const count = seen.get(name) ?? 0;
      seen.set(name, count + 1);
      const { status, text } = list[count % list.length];
      const body = Buffer.from(text.replaceAll('HERE', 'https://localhost:' + here));
      response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': body.length });
      response.end(status === 204 ? undefined : body);
      return;
    }
    const passed = request({ host: 'localhost', port, ca, method: asked.method, path: asked.url, headers: { ...asked.headers, host: 'localhost:' + port } }, (answer) => {
      const parts = [];
      answer.on('data', (chunk) => parts.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8').replaceAll('https://localhost:' + port, 'HERE');
        answers.set(name, [...(answers.get(name) ?? []), { status: answer.statusCode, text }]);
        const body = Buffer.from(text.replaceAll('HERE', 'https://localhost:' + here));
        response.writeHead(answer.statusCode, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': body.length });
        response.end(answer.statusCode === 204 ? undefined : body);
      });
    });
    passed.end(Buffer.concat(chunks));
  });
});
server.listen(0, '127.0.0.1', () => { here = server.address().port; console.log('https://localhost:' + here); });
process.on('SIGTERM', () => { if (port !== '0') writeFileSync(file, JSON.stringify([...answers])); process.exit(0); });
`;

await script();
rmSync(folder, { recursive: true, force: true });

// Requests a second through the stand-in of an application gateway: no policy, a policy without managed rules (ModSecurity alone), and
// policies with the Core Rule Set at both paranoia levels. One nginx, one backend, one client, rounds in turn: ratios.
//   npm run bench -- waf
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { library } from './library.mjs';

const { DEBIAN_WEB_SERVER, gatewayJson, planGateway, wafPolicyJson } = await library(
  'waf',
  `export { DEBIAN_WEB_SERVER } from './lab/plan/ingress/index.ts';
   export { gatewayJson, planGateway, wafPolicyJson } from '../tests/support/gateway-json.ts';`,
);
const missing = Object.values(DEBIAN_WEB_SERVER).find((path) => !existsSync(path));
if (missing !== undefined) {
  console.log(
    `not measured: ${missing} is missing (apt-get install nginx-light libnginx-mod-http-modsecurity modsecurity-crs)`,
  );
  process.exit(0);
}

const ROUNDS = 5;
const MILLISECONDS = 1500;
const CONNECTIONS = 8;
/** Sent at once on a connection: the client must not be what is measured. */
const BATCH = 16;
const PATHS = {
  'a page': '/',
  'a search': '/api/products?page=2&size=20&q=red+dog+toys',
};
const set = (version) => ({
  managedRuleSets: [{ ruleSetType: 'Microsoft_DefaultRuleSet', ruleSetVersion: version }],
});
const WAYS = {
  'no policy': undefined,
  'ModSecurity without rules': { managedRules: { managedRuleSets: [] } },
  'Core Rule Set, level 1': { managedRules: set('2.2') },
  'Core Rule Set, levels 1 and 2': { managedRules: set('2.1') },
};

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
const children = [];
const median = (values) => [...values].sort((a, b) => a - b)[values.length >>> 1];
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(32) : String(cell).padStart(14)))
      .join(''),
  );

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function place(path, text) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

async function start(command, port) {
  const [program, ...rest] = command.map((word) => word.replaceAll('{folder}', folder));
  const child = spawn(program, rest, { stdio: 'ignore' });
  children.push(child);
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const isUp = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isUp) return child;
    await pause(50);
  }
  throw new Error(`${program} does not listen on ${port}`);
}

/** Answered requests a second; every answer must be 200. */
async function rate(port, path) {
  const asked = `GET ${path} HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: Mozilla/5.0\r\nAccept: text/html\r\n\r\n`;
  const batch = asked.repeat(BATCH);
  let answers = 0;
  let isOver = false;
  const began = performance.now();
  const lines = Array.from(
    { length: CONNECTIONS },
    () =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(batch));
        let open = BATCH;
        let rest = '';
        socket.on('data', (chunk) => {
          rest += chunk.toString('latin1');
          const parts = rest.split('HTTP/1.1 ');
          rest = `HTTP/1.1 ${parts.pop()}`;
          // The last one may be half there; its turn comes with what follows, or by its own end.
          if (rest.endsWith('hello\n')) {
            parts.push(rest.slice(9));
            rest = '';
          }
          for (const part of parts) {
            if (part === '') continue;
            if (!part.startsWith('200')) return reject(new Error(part.slice(0, 60)));
            answers += 1;
            open -= 1;
          }
          if (open > 0) return;
          if (isOver) {
            socket.destroy();
            resolve();
          } else {
            open = BATCH;
            socket.write(batch);
          }
        });
        socket.on('error', reject);
      }),
  );
  await pause(MILLISECONDS);
  isOver = true;
  await Promise.all(lines);
  return (answers * 1000) / (performance.now() - began);
}

try {
  const names = Object.keys(WAYS);
  const [backend, ...ports] = await freePorts(names.length + 1);
  place(
    'web/backend/nginx.conf',
    `user root; worker_processes 1; daemon off; pid nginx.pid; error_log error.log; events { worker_connections 1024; }
     http { access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
       keepalive_requests 10000000; server { listen 127.0.0.1:${backend}; location / { return 200 "hello\\n"; } } }\n`,
  );
  const plan = planGateway([
    gatewayJson({
      listeners: names.map((name, index) => ({
        name: `way${index}`,
        port: ports[index],
        ...(WAYS[name] === undefined ? {} : { policy: `policy${index}` }),
      })),
      pools: { shop: [{ ipAddress: '127.0.0.1' }] },
      settings: { web: { port: backend, protocol: 'Http' } },
    }),
    ...names.flatMap((name, index) =>
      WAYS[name] === undefined
        ? []
        : [
            wafPolicyJson(`policy${index}`, {
              policySettings: { mode: 'Prevention' },
              ...WAYS[name],
            }),
          ],
    ),
  ]);
  for (const { path, text } of plan.files) place(path, text);
  await start(
    [DEBIAN_WEB_SERVER.nginx, '-p', `${folder}/web/backend/`, '-c', 'nginx.conf', '-e', 'stderr'],
    backend,
  );
  await start(plan.processes[0].command, ports[0]);
  for (const [title, path] of Object.entries(PATHS)) {
    row(title, 'requests/s', 'of no policy');
    const rates = names.map(() => []);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, port] of ports.entries()) rates[index].push(await rate(port, path));
    }
    for (const [index, name] of names.entries()) {
      const ratio = median(rates[index].map((value, round) => value / rates[0][round]));
      row(`  ${name}`, Math.round(median(rates[index])), ratio.toFixed(3));
    }
  }
  const megabytes = (pid) =>
    Number(execFileSync('ps', ['-o', 'rss=', '-p', pid], { encoding: 'utf8' })) / 1024;
  const workers = execFileSync('ps', ['-o', 'pid=', '--ppid', String(children[1].pid)], {
    encoding: 'utf8',
  });
  row('memory of the worker, MB', megabytes(workers.trim().split(/\s+/)[0]).toFixed(0));
} finally {
  for (const child of children) child.kill();
  await pause(300);
  rmSync(folder, { recursive: true, force: true });
}

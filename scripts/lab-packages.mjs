// The programs that the lab starts, for the tests: on Debian and Ubuntu, as root, `apt-get` installs what is missing, once, within
// a few minutes, and starts no service. Elsewhere it says what is missing.
//   node scripts/lab-packages.mjs   says what there is, and installs the rest
// SALLYPORT_LAB=none leaves the lab out.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** A program that tells whether the packages are there, the packages, and a part of it that has a package of its own. */
const WANTED = [
  ['nft', 'nftables'],
  ['haproxy', 'haproxy'],
  ['ip', 'iproute2'],
  ['ulogd', 'ulogd2 ulogd2-json', /^ulogd_output_JSON\.so$/, '/usr/lib'],
  ['conntrack', 'conntrack'],
  [
    'nginx',
    'nginx-light libnginx-mod-http-modsecurity modsecurity-crs',
    /^ngx_http_modsecurity_module\.so$/,
    '/usr/lib/nginx/modules',
  ],
  ['tcpdump', 'tcpdump'],
  ['dnsmasq', 'dnsmasq-base'],
  ['dig', 'dnsutils'],
  ['curl', 'curl'],
  ['openssl', 'openssl'],
];
/** Not needed by the lab itself: what it is measured against. */
const BESIDE = [['squid', 'squid-openssl']];
const UPDATE_MILLISECONDS = 2 * 60_000;
const INSTALL_MILLISECONDS = 5 * 60_000;
const POLICY = '/usr/sbin/policy-rc.d';

/**
 * @param {{ install?: boolean }} [options]
 * @returns {{ why?: string }} `why` when something is missing
 */
export function labPackages({ install = true } = {}) {
  if (process.env.SALLYPORT_LAB === 'none') return { why: 'SALLYPORT_LAB=none' };
  if (process.platform !== 'linux') return { why: 'it needs Linux' };
  const missing = () => [...WANTED, ...BESIDE].filter((one) => !isWhole(one));
  if (missing().length > 0 && install) {
    if (process.getuid?.() === 0 && isThere('apt-get')) aptInstall(missing());
  }
  const left = WANTED.filter((one) => !isWhole(one));
  if (left.length === 0) return {};
  const packages = left.map(([, names]) => names).join(' ');
  const programs = left.map(([program]) => program).join(', ');
  return { why: `${programs} missing; as root: apt-get install -y ${packages}` };
}

function aptInstall(missing) {
  const packages = missing.flatMap(([, names]) => names.split(' '));
  console.log(`installing for the lab: ${packages.join(' ')}`);
  // Packages start their services when they are installed; this says no to all of them (policy-rc.d, Debian policy 9.3.3).
  const isOurs = !existsSync(POLICY);
  if (isOurs) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    apt(['update', '-qq'], UPDATE_MILLISECONDS);
    apt(['install', '-y', '-qq', '--no-install-recommends', ...packages], INSTALL_MILLISECONDS);
  } finally {
    if (isOurs) rmSync(POLICY, { force: true });
  }
}

function apt(args, timeout) {
  const { status, stderr, error } = spawnSync('apt-get', args, {
    encoding: 'utf8',
    timeout,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) {
    const said = error?.message ?? stderr.trim().split('\n').at(-1);
    console.log(`apt-get ${args[0]} did not succeed: ${said}`);
  }
}

function isWhole([program, , part, folder]) {
  if (!isThere(program)) return false;
  return part === undefined || has(folder, part, 3);
}

/** A few folders deep: `/usr/lib/ARCHITECTURE/ulogd`. */
function has(folder, part, depth) {
  let entries = [];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return false;
  }
  if (entries.some(({ name }) => part.test(name))) return true;
  const below = entries.filter(
    (one) => one.isDirectory() && /^(?:ulogd|.*-linux-gnu.*)$/.test(one.name),
  );
  return depth > 1 && below.some(({ name }) => has(`${folder}/${name}`, part, depth - 1));
}

function isThere(program) {
  const paths = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/bin'];
  return paths.some((path) => path !== '' && existsSync(`${path}/${program}`));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { why } = labPackages();
  console.log(why === undefined ? 'the lab has all its programs' : `the lab lacks ${why}`);
}

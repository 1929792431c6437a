import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';
import { withSystemPaths } from './system-paths.ts';

/** Something this machine lacks, and the command that brings it. */
export interface Missing {
  readonly what: string;
  readonly fix: string;
}

/** Debian's and Ubuntu's package of each program a lab may start. */
export const PACKAGES: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  nft: 'nftables',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  mount: 'mount',
  haproxy: 'haproxy',
  ulogd: 'ulogd2 ulogd2-json',
  conntrack: 'conntrack',
  nginx: 'nginx-light libnginx-mod-http-modsecurity modsecurity-crs',
  tcpdump: 'tcpdump',
  dnsmasq: 'dnsmasq-base',
  perl: 'perl-base',
};

const ULOGD_PARTS = [['/usr/lib/*/ulogd', 'ulogd_output_JSON.so']] as const;

/** Parts of a program that come in packages of their own, by where Debian puts them; `*` is the machine's architecture. */
const PARTS: Readonly<Record<string, readonly (readonly [folder: string, file: string])[]>> = {
  ulogd: ULOGD_PARTS,
  nginx: [
    ['/usr/lib/nginx/modules', 'ngx_http_modsecurity_module.so'],
    ['/usr/share/modsecurity-crs', 'rules'],
  ],
};

const ALWAYS = ['ip', 'nft', 'nsenter', 'unshare', 'mount', 'haproxy', 'perl'];

interface Feature {
  readonly what: string;
  readonly script: string;
  readonly fix: string;
}

const KERNEL = 'a kernel with it: most distributions have it in their standard one';
const table = (body: string) => `nft -f - <<'E'\ntable inet probe {\n${body}\n}\nE`;
const chain = (hook: string, rule: string) =>
  table(`chain c { type filter hook ${hook} priority 0; ${rule}\n }`);

/** What design 2 of the lab requires, each by doing it. */
const FEATURES: readonly Feature[] = [
  {
    what: 'virtual cables (veth)',
    script: 'ip link add name probe0 type veth peer name probe1',
    fix: KERNEL,
  },
  {
    what: 'nftables with connection tracking',
    script: chain('forward', 'ct state established accept'),
    fix: KERNEL,
  },
  {
    what: 'nftables interval and concatenated maps',
    script: table(
      'map m { type ipv4_addr . inet_proto . inet_service : mark; flags interval; elements = { 10.0.0.0/8 . tcp . 80-90 : 7 } }',
    ),
    fix: KERNEL,
  },
  {
    what: 'nftables address translation',
    script: table(
      'chain n { type nat hook prerouting priority -100; tcp dport 80 redirect to :81\n }',
    ),
    fix: KERNEL,
  },
  {
    what: 'nftables transparent proxying (tproxy, socket)',
    script: chain('prerouting', 'socket transparent 1 accept; tcp dport 443 tproxy to :7000'),
    fix: KERNEL,
  },
  {
    what: 'nftables logging to a group (nflog)',
    script: chain('forward', 'log group 5 prefix "probe"'),
    fix: KERNEL,
  },
  {
    what: 'nftables numgen and jhash',
    script: chain(
      'prerouting',
      'numgen random mod 100 < 3 drop; meta mark set jhash ip saddr mod 2',
    ),
    fix: KERNEL,
  },
  {
    what: 'policy routing by mark',
    script: 'ip rule add fwmark 1 lookup 100 pref 100',
    fix: KERNEL,
  },
];

/**
 * Tries everything in a namespace of its own that is gone when this returns.
 * @param programs absolute or bare names of what the plan starts beside the usual
 */
export async function missingFeatures(
  programs: readonly string[],
  isPrivileged: boolean,
): Promise<readonly Missing[]> {
  const absent = [...new Set([...ALWAYS, ...programs])].filter(
    (name) => !isThere(name) || !hasParts(name),
  );
  // Some are named with their path, some without.
  const lacking = new Map(absent.map(packageFor).map((one) => [one.what, one]));
  if (lacking.size > 0) return [...lacking.values()];
  const { code, err } = await attempt('true', isPrivileged);
  if (code !== 0) return [noNamespaces(isPrivileged, err)];
  const all = FEATURES.map(({ script }, at) => script.replaceAll('probe', `probe${at}`));
  if ((await attempt(['set -e', ...all].join('\n'), isPrivileged)).code === 0) return [];
  const missing: Missing[] = [];
  for (const { what, script, fix } of FEATURES) {
    const tried = await attempt(script, isPrivileged);
    if (tried.code !== 0) missing.push({ what: `${what}: ${firstLine(tried.err)}`, fix });
  }
  return missing;
}

function isThere(program: string): boolean {
  const places = program.startsWith('/')
    ? [program]
    : withSystemPaths(process.env)
        .split(':')
        .map((path) => join(path, program));
  return places.some((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Where this machine's ulogd has its plugins. */
export function ulogdPlugins(): string {
  const [[pattern, file]] = ULOGD_PARTS;
  const [first] = foldersLike(pattern);
  return foldersLike(pattern).find((one) => existsSync(join(one, file))) ?? first ?? pattern;
}

function hasParts(program: string): boolean {
  const parts = PARTS[program.slice(program.lastIndexOf('/') + 1)] ?? [];
  return parts.every(([folder, file]) =>
    foldersLike(folder).some((one) => existsSync(join(one, file))),
  );
}

function foldersLike(pattern: string): readonly string[] {
  const [before, after] = pattern.split('*');
  if (before === undefined || after === undefined) return [pattern];
  try {
    return readdirSync(before).map((name) => `${before}${name}${after}`);
  } catch {
    return [];
  }
}

function packageFor(program: string): Missing {
  const name = program.slice(program.lastIndexOf('/') + 1);
  return {
    what: `the program \`${name}\``,
    fix: `apt-get install -y ${PACKAGES[name] ?? name}`,
  };
}

function noNamespaces(isPrivileged: boolean, said: string): Missing {
  return isPrivileged
    ? { what: `network namespaces: ${firstLine(said)}`, fix: 'run it where root may make them' }
    : {
        what: `user namespaces for ordinary users: ${firstLine(said)}`,
        fix: userNamespaceFix(settingOf),
      };
}

/** What keeps ordinary users from making namespaces, each with the value that does and one that does not: Debian, Ubuntu, everybody. */
const HINDRANCES = [
  ['kernel.unprivileged_userns_clone', '0', '1'],
  ['kernel.apparmor_restrict_unprivileged_userns', '1', '0'],
  ['user.max_user_namespaces', '0', '10000'],
] as const;

/** @param setting the value of a kernel setting; undefined where this kernel has none of that name */
export function userNamespaceFix(setting: (name: string) => string | undefined): string {
  const settings = HINDRANCES.filter(([name, bad]) => setting(name) === bad);
  const allowed = settings.map(([name, , good]) => `${name}=${good}`).join(' ');
  const asRoot = 'run it as root: sudo sallyport lab up';
  return allowed === '' ? asRoot : `${asRoot} (or allow them: sudo sysctl -w ${allowed})`;
}

function settingOf(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function attempt(script: string, isPrivileged: boolean) {
  const unshare = isPrivileged
    ? ['unshare', '--net', '--mount']
    : ['unshare', '--user', '--map-root-user', '--net', '--mount'];
  return runProgram([...unshare, 'sh', '-c', script], { milliseconds: 10_000 });
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { threadId } from 'node:worker_threads';
import { APPLIANCE_SYSCTLS, type ApplianceSite, PROXY_ROUTING } from '../../src/appliance/index.ts';
import { type Ip, type Port, parseIp } from '../../src/net/index.ts';
import { projectRoot } from './source-tree.ts';

/**
 * Four namespaces with real packets between them: a client network, the appliance with its one interface, the rest of the world,
 * which owns every address, and a router that sends what the client says through the appliance and back.
 */
export interface ApplianceWire {
  /** Replaces the appliance's table; throws with the words of `nft`. */
  readonly load: (ruleset: string) => void;
  readonly run: (host: WireHost, command: readonly string[], input?: string) => string;
  /** Opens connections at the client (or the world) and tells which were answered, and whom the other end saw. */
  readonly probe: (
    from: 'client' | 'world',
    probes: readonly WireProbe[],
  ) => Promise<ReadonlyMap<number, string>>;
  readonly start: (host: WireHost, command: readonly string[]) => ChildProcessWithoutNullStreams;
  readonly remove: () => void;
}
export type WireHost = 'client' | 'router' | 'appliance' | 'world';

export interface WireProbe {
  readonly id: number;
  readonly source: string;
  readonly destination: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  /** What a TCP client says first, in Base64. */
  readonly send?: string;
  /** Milliseconds, other than usual. */
  readonly wait?: number;
  /** Of a TCP client; any free one, where nothing is said. */
  readonly sourcePort?: number;
}

export const WIRE = {
  interfaceName: 'eth0',
  privateAddress: '10.42.2.4',
  instanceAddress: '10.42.2.5',
  /** All of the client network is the client's. */
  clientNetwork: '10.42.1.0/24',
  clientAddress: '10.42.1.4',
};

let wires = 0;

/** Where the appliance of a wire stands. Its resolver is the world. */
export function wireSite(
  publicAddresses: readonly string[],
  runFolder = '/nowhere',
): ApplianceSite {
  const ip = (text: string) => parseIp(text) as Ip;
  return {
    interfaceName: WIRE.interfaceName,
    privateAddress: ip(WIRE.privateAddress),
    instanceAddress: ip(WIRE.instanceAddress),
    publicAddresses: publicAddresses.map(ip),
    dnsUpstream: [{ address: ip('168.63.129.16'), port: 53 as Port }],
    runFolder,
    proxyPorts: { http: 3128 as Port, tls: 3129 as Port },
    logGroup: 5,
    filesMax: 4096,
    proxyThreads: 1,
  };
}

export interface WireOptions {
  /** Of the appliance. */
  readonly publicAddresses: readonly string[];
  /** How long a probe waits for an answer. */
  readonly waitMilliseconds?: number;
}

export async function applianceWire(options: WireOptions): Promise<ApplianceWire> {
  const { publicAddresses, waitMilliseconds = 500 } = options;
  wires += 1;
  const prefix = `sp-a1w-${process.pid}-${threadId}-${wires}`;
  const name = (host: WireHost) => `${prefix}-${host}`;
  const hosts: readonly WireHost[] = ['client', 'router', 'appliance', 'world'];
  const children: ChildProcessWithoutNullStreams[] = [];
  const remove = () => {
    for (const child of children) child.kill('SIGKILL');
    for (const host of hosts) spawnSync('ip', ['netns', 'del', name(host)]);
  };
  const run = (host: WireHost, command: readonly string[], input?: string) => {
    const { status, stdout, stderr } = spawnSync('ip', ['netns', 'exec', name(host), ...command], {
      encoding: 'utf8',
      maxBuffer: 2 ** 27,
      ...(input === undefined ? {} : { input }),
    });
    if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr.slice(0, 2000)}`);
    return stdout;
  };
  const start = (host: WireHost, command: readonly string[]) => {
    const child = spawn('ip', ['netns', 'exec', name(host), ...command]);
    children.push(child);
    return child;
  };
  const setAll = (host: WireHost, values: readonly (readonly [string, string])[]) => {
    const lines = values.map(
      ([key, value]) => `echo ${value} > /proc/sys/${key.replaceAll('.', '/')}`,
    );
    if (lines.length > 0) run(host, ['sh', '-ec', lines.join('\n')]);
  };
  try {
    const { privateAddress, instanceAddress, clientNetwork, clientAddress } = WIRE;
    const own = [instanceAddress, ...publicAddresses];
    const batch = [
      ...hosts.map((host) => `netns add ${name(host)}`),
      `link add eth0 netns ${name('client')} type veth peer name client netns ${name('router')}`,
      `link add eth0 netns ${name('appliance')} type veth peer name appliance netns ${name('router')}`,
      `link add eth0 netns ${name('world')} type veth peer name world netns ${name('router')}`,
    ];
    for (const line of batch) spawnOrThrow('ip', line.split(' '));
    const lines: Readonly<Record<WireHost, readonly string[]>> = {
      client: [
        'link set lo up',
        `addr add ${clientAddress}/32 dev eth0`,
        'link set eth0 up',
        `route add local ${clientNetwork} dev lo`,
        'route add 169.254.1.1 dev eth0 scope link',
        'route add default via 169.254.1.1 dev eth0',
      ],
      appliance: [
        'link set lo up',
        `addr add ${privateAddress}/32 dev eth0`,
        ...own.map((address) => `addr add ${address}/32 dev lo`),
        'link set eth0 up',
        'route add 169.254.1.1 dev eth0 scope link',
        'route add default via 169.254.1.1 dev eth0',
        ...PROXY_ROUTING,
      ],
      world: [
        'link set lo up',
        'addr add 198.18.0.1/32 dev eth0',
        'addr add 203.0.113.9/32 dev lo',
        'link set eth0 up',
        'route add 169.254.1.1 dev eth0 scope link',
        'route add default via 169.254.1.1 dev eth0',
        'rule add iif eth0 lookup 50 pref 50',
        'route add local default dev lo table 50',
      ],
      router: [
        'link set lo up',
        'addr add 169.254.1.1/32 dev lo',
        ...['client', 'appliance', 'world'].map((link) => `link set ${link} up`),
        `route add ${clientAddress} dev client scope link`,
        `route add ${clientNetwork} via ${clientAddress} dev client onlink`,
        `route add ${privateAddress} dev appliance scope link`,
        ...own.map((address) => `route add ${address} via ${privateAddress} dev appliance onlink`),
        'route add 198.18.0.1 dev world scope link',
        'route add default via 198.18.0.1 dev world onlink',
        // What the client sends, and what comes back to it, passes the appliance.
        'rule add iif client lookup 10 pref 10',
        `route add default via ${privateAddress} dev appliance onlink table 10`,
        'rule add iif world lookup 11 pref 11',
        `route add ${clientNetwork} via ${privateAddress} dev appliance onlink table 11`,
      ],
    };
    const sysctls: Readonly<Record<WireHost, readonly (readonly [string, string])[]>> = {
      client: [],
      world: [
        ['net.ipv4.conf.all.rp_filter', '0'],
        ['net.ipv4.conf.default.rp_filter', '0'],
      ],
      router: [
        ['net.ipv4.ip_forward', '1'],
        ['net.ipv4.conf.all.rp_filter', '0'],
        ['net.ipv4.conf.default.rp_filter', '0'],
        ['net.ipv4.conf.all.send_redirects', '0'],
        ['net.ipv4.conf.default.send_redirects', '0'],
      ],
      appliance: APPLIANCE_SYSCTLS,
    };
    for (const host of hosts) {
      setAll(host, sysctls[host]);
      run(host, ['ip', '-batch', '-'], `${lines[host].join('\n')}\n`);
    }
    for (const link of ['client', 'appliance', 'world']) {
      setAll('router', [
        [`net.ipv4.conf.${link}.rp_filter`, '0'],
        [`net.ipv4.conf.${link}.send_redirects`, '0'],
        [`net.ipv4.conf.${link}.proxy_arp`, '1'],
        [`net.ipv4.neigh.${link}.proxy_delay`, '0'],
      ]);
    }
    setAll('appliance', [['net.ipv4.conf.eth0.rp_filter', '0']]);
    setAll('world', [['net.ipv4.conf.eth0.rp_filter', '0']]);
    // Every port is answered by one.
    const redirect =
      'table ip t { chain c { type nat hook prerouting priority dstnat; meta l4proto { tcp, udp } redirect to :7000; }; }\n';
    run('client', ['nft', '-f', '-'], redirect);
    run('world', ['nft', '-f', '-'], redirect);
    const agents = { client: await agent('client'), world: await agent('world') };
    return {
      run,
      start,
      remove,
      load: (ruleset) => void run('appliance', ['nft', '-f', '-'], ruleset),
      probe: async (from, probes) => {
        const answers = new Map<number, string>();
        for (const { id, seen } of await agents[from](probes)) answers.set(id, seen);
        return answers;
      },
    };
  } catch (error) {
    remove();
    throw error;
  }

  async function agent(host: WireHost) {
    const script = join(projectRoot, 'tests/support/wire-agent.mjs');
    const child = start(host, [process.execPath, script, `${waitMilliseconds}`]);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    let complaint = '';
    child.stderr.on('data', (chunk) => {
      complaint += chunk;
    });
    const next = async () => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the agent of ${host} ended: ${complaint}`);
      return JSON.parse(value) as { readonly id: number; readonly seen: string }[];
    };
    await next();
    return (probes: readonly WireProbe[]) => {
      child.stdin.write(`${JSON.stringify(probes)}\n`);
      return next();
    };
  }
}

function spawnOrThrow(program: string, parameters: readonly string[]): void {
  const { status, stderr } = spawnSync(program, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${parameters.join(' ')}: ${stderr}`);
}

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';
import type { LabHost, LabLink } from '../../src/lab/plan/lab-plan.ts';
import type { NodeSeat, NodesPart } from '../../src/lab/plan/node-seat.ts';
import { planNodes } from '../../src/lab/plan/nodes/index.ts';
import { creationBatch, removalBatch } from '../../src/lab/run/bring-up.ts';
import type { RunPlan } from '../../src/lab/run/run-plan.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { addressesOfPrefixes, parseIp, parsePrefix } from '../../src/net/index.ts';
import {
  type ClusterPlacement,
  deriveNetwork,
  type Network,
  type PolicyEngine,
} from '../../src/network/index.ts';
import { makeHosts } from './make-hosts.ts';
import { type Json, snapshotOf } from './snapshot-of.ts';

/**
 * A cluster of two nodes in the kernel, planned by `planNodes`, on a network that only routes: `net` stands for everything outside. In every
 * namespace a small program opens connections and answers them, so that a flow is tried for real.
 */
export interface SmallCluster {
  /** Loads the rules of another plan for the same pods. */
  readonly load: (part: NodesPart) => void;
  /** Whether `port` of `address` answers, and whom it saw. */
  readonly try: (flow: Flow) => Promise<Answer>;
  readonly down: () => void;
}

export interface Flow {
  /** A host of the plan, or `net`. */
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** For `net`, which has every address. */
  readonly source?: string;
  readonly timeout: number;
}

/** `''` when nobody answered. */
export interface Answer {
  readonly host: string;
  readonly source: string;
  readonly why: string;
}

export interface ClusterOptions {
  readonly engine?: PolicyEngine;
  readonly addressing?: ClusterPlacement['addressing'];
  readonly podRange?: string;
  readonly nearPrefixes?: readonly string[];
  readonly podAddresses?: readonly string[];
  readonly frontends?: Readonly<Record<string, string>>;
  readonly names?: Readonly<Record<string, readonly string[]>>;
  readonly apiServer?: readonly string[];
}

export const NODES = { n1: '10.0.0.4', n2: '10.0.0.5' } as const;

/** Network namespaces can be made here. */
export const canMakeNamespaces = ((): boolean => {
  const name = `sp-probe-${process.pid}-${threadId}`;
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'ignore' });
    execFileSync('ip', ['netns', 'exec', name, 'nft', 'list', 'tables'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    try {
      execFileSync('ip', ['netns', 'delete', name], { stdio: 'ignore' });
    } catch {}
  }
})();

/** The plan of two nodes for these objects. Pods that say `status.hostIP` run on that node. */
export function planSmall(objects: readonly Json[], options: ClusterOptions = {}): NodesPart {
  const network = networkOf(objects.map(onItsNode), options);
  const [cluster] = network.clusters;
  if (cluster === undefined) throw new Error('a network without a cluster');
  const seats = seatsOf(cluster, options);
  return planNodes(network, seats, {
    lab: 'test',
    resolve: (name) => options.names?.[name],
    names: Object.keys(options.names ?? {}),
    apiServer: () => options.apiServer ?? [],
    podsPerWorkload: 1,
    taken: new Set([...seats.map(({ host }) => host), 'net', 'fabric']),
  });
}

function networkOf(objects: readonly Json[], options: ClusterOptions): Network {
  const network = deriveNetwork(readPerimeter(snapshotOf([], objects)));
  const [placed] = network.clusters;
  if (placed === undefined) throw new Error('objects without a cluster');
  const cluster: ClusterPlacement = {
    ...placed,
    name: 'small',
    addressing: options.addressing ?? 'overlay',
    policyEngine: options.engine ?? 'generic',
    podAddresses: range(options.podRange ?? '10.244.0.0/16'),
    serviceAddresses: range('10.2.0.0/16'),
    loadBalancerServices: placed.loadBalancerServices.map((each) => {
      const { namespace, name } = each.service;
      const address = options.frontends?.[`${namespace}/${name}`];
      if (address === undefined) return each;
      const exact = { ...each.address, addresses: range(`${address}/32`), isExact: true };
      return { ...each, address: exact };
    }),
  };
  return { ...network, clusters: [cluster] };
}

function seatsOf(cluster: ClusterPlacement, options: ClusterOptions): readonly NodeSeat[] {
  return Object.entries(NODES).map(([host, address], index) => ({
    host,
    endName: `node/${host}`,
    cluster,
    index,
    address: parseIp(address)!,
    prefixLength: 24,
    gateway: parseIp('10.0.0.1')!,
    interfaceName: 'eth0',
    fabricHost: 'fabric',
    fabricInterface: host,
    resolvers: ['168.63.129.16'],
    nearPrefixes: options.nearPrefixes ?? ['10.0.0.0/16'],
    podAddresses: (options.podAddresses ?? [])
      .filter((_, at) => at % 2 === index)
      .map((text) => parseIp(text)!),
  }));
}

function onItsNode(object: Json): Json {
  const hostIp = (object['status'] as Json | undefined)?.['hostIP'];
  const node = Object.entries(NODES).find(([, address]) => address === hostIp)?.[0];
  if (node === undefined) return object;
  return { ...object, spec: { ...(object['spec'] as object), nodeName: node } };
}

/** Brings the plan up under a name of its own. The caller takes it down whatever happens. */
export async function bringUp(part: NodesPart): Promise<SmallCluster> {
  const lab = `sc${process.pid}x${threadId}x${count++}`;
  const hosts: readonly LabHost[] = [...part.hosts, fabricFor(part), OUTSIDE];
  const links: readonly LabLink[] = [
    ...part.links,
    ...[...Object.keys(NODES), 'net'].map(
      (host): LabLink => ({
        ends: [
          { host, interface: 'eth0' },
          { host: 'fabric', interface: host },
        ],
      }),
    ),
  ];
  const plan = { lab, hosts, links } as RunPlan;
  const agents = new Map<string, Agent>();
  const down = () => {
    for (const agent of agents.values()) agent.end();
    const names = hosts.map(({ name }) => `sp-${lab}-${name}`);
    execFileSync('ip', ['-force', '-batch', '-'], { input: removalBatch(names), stdio: 'pipe' });
  };
  try {
    execFileSync('ip', ['-batch', '-'], { input: creationBatch(plan) });
    makeHosts(lab, hosts);
    for (const { name } of hosts) {
      if (name !== 'fabric') agents.set(name, startAgent(`sp-${lab}-${name}`, name));
    }
    await Promise.all([...agents.values()].map(({ ready }) => ready));
  } catch (error) {
    down();
    throw error;
  }
  return {
    load: (next) => {
      for (const host of next.hosts.filter(({ kind }) => kind === 'node')) {
        execFileSync('ip', ['netns', 'exec', `sp-${lab}-${host.name}`, 'nft', '-f', '-'], {
          input: `${WITHOUT_RULES}${host.nftables}`,
          stdio: 'pipe',
        });
      }
    },
    try: (flow) => {
      const agent = agents.get(flow.from);
      if (agent === undefined) throw new Error(`no host ${flow.from}`);
      return agent.ask(flow);
    },
    down,
  };
}

let count = 0;

const WITHOUT_RULES = ['sp-services', 'sp-policies']
  .map((table) => `table ip ${table}\ndelete table ip ${table}\n`)
  .join('');

const OUTSIDE: LabHost = {
  name: 'net',
  kind: 'internet',
  label: 'everything outside',
  sysctls: [['net.ipv4.ip_nonlocal_bind', '1']],
  ip: [
    'addr add 192.0.2.2/30 dev eth0',
    'link set eth0 up',
    'route add default via 192.0.2.1',
    // Every address is its own, except those of the cluster.
    'route add local 0.0.0.0/1 dev lo',
    'route add local 128.0.0.0/1 dev lo',
    'route add 10.0.0.0/24 via 192.0.2.1',
    'route add 10.244.0.0/16 via 192.0.2.1',
    'route add 203.0.113.64/26 via 192.0.2.1',
  ],
  nftables: '',
  answers: true,
  resolvers: [],
};

function fabricFor(part: NodesPart): LabHost {
  const nodes = Object.entries(NODES);
  return {
    name: 'fabric',
    kind: 'fabric',
    label: 'the fabric',
    sysctls: [
      ['net.ipv4.ip_forward', '1'],
      ['net.ipv4.conf.all.rp_filter', '0'],
      ['net.ipv4.conf.all.proxy_arp', '1'],
      ...nodes.map(([host]) => [`net.ipv4.neigh.${host}.proxy_delay`, '0'] as const),
    ],
    ip: [
      'addr add 192.0.2.1/30 dev net',
      'link set net up',
      'addr add 10.0.0.1/32 dev lo',
      ...nodes.flatMap(([host, address]) => [
        `link set ${host} up`,
        `route add ${address}/32 dev ${host}`,
      ]),
      ...part.podRoutes.map(({ prefix, node }) => `route add ${prefix} ${via(node)}`),
      ...part.frontendRoutes.flatMap(({ address, nodes: taking }) => {
        const hops = taking.map((node) => `nexthop ${via(node)}`).join(' ');
        return taking.length === 0 ? [] : [`route add ${address}/32 ${hops}`];
      }),
      'route add default via 192.0.2.2',
    ],
    nftables: '',
    answers: false,
    resolvers: [],
  };
}

function via(node: string): string {
  return `via ${NODES[node as keyof typeof NODES]} dev ${node} onlink`;
}

interface Agent {
  readonly ready: Promise<void>;
  readonly ask: (flow: Flow) => Promise<Answer>;
  readonly end: () => void;
}

function startAgent(namespace: string, host: string): Agent {
  const program = fileURLToPath(new URL('./flow-agent.mjs', import.meta.url));
  const child: ChildProcess = spawn(
    'ip',
    ['netns', 'exec', namespace, process.execPath, program, host],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const waiting = new Map<number, (answer: Answer) => void>();
  let next = 0;
  const ready = new Promise<void>((done, fail) => {
    child.once('exit', () => fail(new Error(`the agent of ${host} ended`)));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const said = JSON.parse(line) as { readonly id?: number } & Answer;
      if (said.id === undefined) done();
      else waiting.get(said.id)?.(said);
    });
  });
  ready.catch(() => {});
  return {
    ready,
    ask: (flow) =>
      new Promise((done) => {
        const id = next++;
        waiting.set(id, done);
        child.stdin?.write(`${JSON.stringify({ id, ...flow })}\n`);
      }),
    end: () => {
      child.stdin?.end();
      child.kill('SIGKILL');
    },
  };
}

function range(text: string) {
  return addressesOfPrefixes([parsePrefix(text)!]);
}

export function addressOf(part: NodesPart, end: string): string {
  const found = part.ends.find(({ name }) => name === end)?.addresses[0];
  if (found === undefined) throw new Error(`no end ${end}`);
  return found;
}

export function hostOf(part: NodesPart, end: string): string {
  const found = part.ends.find(({ name }) => name === end)?.host;
  if (found === undefined) throw new Error(`no end ${end}`);
  return found;
}

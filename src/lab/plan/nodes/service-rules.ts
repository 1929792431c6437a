import { formatIp } from '../../../net/index.ts';
import { ANSWER_PORT, UDP_ECHO_PORT } from '../answer-port.ts';
import type { NodeSeat } from '../node-seat.ts';
import type { Masquerade } from './near-ranges.ts';
import { chain, commentOf, declaration, elementsOf, MASQUERADE_MARK, table } from './nft-text.ts';
import type { PlannedPort, PlannedService } from './plan-services.ts';
import { addressesOfPods, type SeatedPod } from './seated-pod.ts';
import type { Backend } from './service-backends.ts';

/**
 * What kube-proxy and the masquerade agent do on one node, as a ruleset: cluster addresses, front ends that arrive still addressed to the
 * front end (floating IP), node ports, host ports, and the source that leaves. Maps throughout: the number of Services costs nothing.
 */
export function serviceRules(
  seat: NodeSeat,
  services: readonly PlannedService[],
  pods: readonly SeatedPod[],
  masquerade: Masquerade,
): string {
  const own = pods.filter((each) => each.seat === seat && !each.pod.hostNetwork);
  const made = entriesOf(seat, services, own);
  const allPods = addressesOfPods(pods.filter(({ pod }) => !pod.hostNetwork));
  return table('sp-services', [
    declaration('map', 'cluster', PLACE, made.cluster),
    declaration('map', 'fronts', PLACE, made.fronts),
    declaration('map', 'node-ports', 'inet_proto . inet_service : verdict', made.nodePorts),
    declaration('map', 'nobody', PLACE, made.nobody),
    declaration('map', 'clients', PLACE, made.clients),
    declaration('set', 'front-addresses', 'ipv4_addr', made.frontAddresses),
    declaration('set', 'pods', 'ipv4_addr', elementsOf(allPods), 'interval'),
    declaration(
      'set',
      'to-itself',
      'ipv4_addr . ipv4_addr',
      own.map(({ address }) => `${formatIp(address)} . ${formatIp(address)}`),
    ),
    ...made.sets,
    chain('refuse', ['reject with icmp type port-unreachable']),
    chain('silence', ['drop']),
    ...made.chains,
    chain('translate', [
      'ip daddr . meta l4proto . th dport vmap @cluster',
      'ip daddr . meta l4proto . th dport vmap @fronts',
      `ip daddr ${formatIp(seat.address)} meta l4proto . th dport vmap @node-ports`,
    ]),
    chain('arriving', [
      'type nat hook prerouting priority dstnat; policy accept;',
      'jump translate',
    ]),
    chain('starting', ['type nat hook output priority -100; policy accept;', 'jump translate']),
    chain('admitting', [
      'type filter hook prerouting priority mangle; policy accept;',
      'ct state established,related accept',
      `iifname "${seat.interfaceName}" ip daddr . meta l4proto . th dport vmap @clients`,
    ]),
    ...['input', 'forward', 'output'].map((hook) =>
      chain(`${hook}-of-nobody`, [
        `type filter hook ${hook} priority -10; policy accept;`,
        'ct state established,related accept',
        'ip daddr . meta l4proto . th dport vmap @nobody',
        // Azure hands on only the ports of a front end: another one would go back to where it came from.
        ...(hook === 'forward' ? ['ip daddr @front-addresses drop'] : []),
      ]),
    ),
    ...leaving(seat, own, masquerade),
  ]);
}

const PLACE = 'ipv4_addr . inet_proto . inet_service : verdict';

interface Entries {
  readonly cluster: string[];
  readonly fronts: string[];
  readonly nodePorts: string[];
  readonly nobody: string[];
  readonly clients: string[];
  readonly frontAddresses: string[];
  readonly sets: (readonly string[])[];
  readonly chains: (readonly string[])[];
}

function entriesOf(
  seat: NodeSeat,
  services: readonly PlannedService[],
  own: readonly SeatedPod[],
): Entries {
  const made: Entries = {
    cluster: [],
    fronts: [],
    nodePorts: [],
    nobody: [],
    clients: [],
    frontAddresses: [],
    sets: [],
    chains: [],
  };
  const used = { places: new Set<string>(), nodePorts: new Set<string>() };
  for (const [index, planned] of services.entries()) {
    for (const [number, port] of planned.ports.entries()) {
      addPort(made, used, `s${index}-${number}`, seat, planned, port);
    }
    for (const address of planned.frontAddresses) {
      if (!made.frontAddresses.includes(address)) made.frontAddresses.push(address);
    }
  }
  addHostPorts(made, used.nodePorts, own);
  return made;
}

interface Used {
  readonly places: Set<string>;
  readonly nodePorts: Set<string>;
}

function addPort(
  made: Entries,
  used: Used,
  name: string,
  seat: NodeSeat,
  planned: PlannedService,
  written: PlannedPort,
): void {
  const { service, clusterAddress, frontAddresses } = planned;
  const backends = written.backends.map((each) => heard(each, seat, written));
  const port = { ...written, backends };
  const place = (address: string) => `${address} . ${port.protocol} . ${port.port}`;
  const isNew = (key: string, among: Set<string>) => !among.has(key) && among.add(key).size > 0;
  const local = port.backends.filter(({ node }) => node === seat.host);
  const inside = service.internalTrafficPolicy === 'Local' ? local : port.backends;
  const isLocal = service.externalTrafficPolicy === 'Local';
  const title = commentOf(port.title);

  if (clusterAddress !== undefined && isNew(place(clusterAddress), used.places)) {
    if (inside.length > 0) {
      made.cluster.push(`${place(clusterAddress)} : goto ${name}`);
      made.chains.push(chain(name, [title, toOneOf(port, inside, planned.isSticky)]));
    } else made.nobody.push(`${place(clusterAddress)} : goto ${refusal(port.backends)}`);
  }
  const doors = frontAddresses.filter((address) => isNew(place(address), used.places));
  const nodePort = port.nodePort === undefined ? undefined : `${port.protocol} . ${port.nodePort}`;
  const hasNodePort = nodePort !== undefined && isNew(nodePort, used.nodePorts);
  if (doors.length === 0 && !hasNodePort) return;
  if (port.backends.length === 0) {
    made.nobody.push(...doors.map((address) => `${place(address)} : goto refuse`));
    if (hasNodePort) made.nobody.push(`${formatIp(seat.address)} . ${nodePort} : goto refuse`);
    return;
  }
  made.fronts.push(...doors.map((address) => `${place(address)} : goto ${name}-x`));
  if (hasNodePort) made.nodePorts.push(`${nodePort} : goto ${name}-x`);
  made.chains.push(
    chain(`${name}-all`, [toOneOf(port, port.backends, planned.isSticky)]),
    chain(`${name}-x`, [
      `${title} from outside, externalTrafficPolicy ${service.externalTrafficPolicy}`,
      ...(isLocal
        ? localOnly(port, local, name, planned.isSticky)
        : [`meta mark set meta mark | ${MASQUERADE_MARK}`, `goto ${name}-all`]),
    ]),
  );
  addClients(made, name, doors.map(place), planned);
}

/**
 * What has been sent on to the node itself is not sent on twice, so it goes to the port where the node answers. Policies of engines that judge
 * what a pod sends to its own node see that port.
 */
function heard(backend: Backend, seat: NodeSeat, { protocol }: PlannedPort): Backend {
  if (backend.isNode !== true || backend.node !== seat.host) return backend;
  return { ...backend, port: protocol === 'udp' ? UDP_ECHO_PORT : ANSWER_PORT };
}

/** K8P-20: only pods of this node, and the client stays who it is. Clients in the cluster get any pod all the same. */
function localOnly(
  port: PlannedPort,
  local: readonly Backend[],
  name: string,
  isSticky: boolean,
): readonly string[] {
  return [
    `ip saddr @pods goto ${name}-all`,
    `fib saddr type local meta mark set meta mark | ${MASQUERADE_MARK} goto ${name}-all`,
    local.length > 0 ? toOneOf(port, local, isSticky) : 'drop',
  ];
}

/** Somebody elsewhere would answer, but not from here: that is silence; nobody at all is a refusal. */
function refusal(backends: readonly Backend[]): string {
  return backends.length > 0 ? 'silence' : 'refuse';
}

function toOneOf(
  { protocol }: PlannedPort,
  backends: readonly Backend[],
  isSticky: boolean,
): string {
  const [only] = backends;
  if (backends.length === 1 && only !== undefined) {
    return `meta l4proto ${protocol} dnat to ${only.address}:${only.port}`;
  }
  const choice = isSticky ? 'jhash ip saddr' : 'numgen inc';
  const places = backends.map(({ address, port }, index) => `${index} : ${address} . ${port}`);
  return `meta l4proto ${protocol} dnat to ${choice} mod ${backends.length} map { ${places.join(', ')} }`;
}

function addClients(
  made: Entries,
  name: string,
  doors: readonly string[],
  { clients }: PlannedService,
): void {
  if (clients === undefined || doors.length === 0) return;
  made.sets.push(declaration('set', `${name}-c`, 'ipv4_addr', elementsOf(clients), 'interval'));
  made.chains.push(chain(`${name}-in`, [`ip saddr @${name}-c return`, 'drop']));
  made.clients.push(...doors.map((door) => `${door} : jump ${name}-in`));
}

/** K8P-90: a host port leads to the pod of this node. */
function addHostPorts(made: Entries, used: Set<string>, own: readonly SeatedPod[]): void {
  for (const [index, { pod, address }] of own.entries()) {
    for (const { port, hostPort, protocol } of pod.ports) {
      const key = `${protocol} . ${hostPort}`;
      if (hostPort === undefined || used.has(key)) continue;
      used.add(key);
      const name = `h${index}-${protocol}-${hostPort}`;
      const target = `${formatIp(address)}:${port}`;
      made.nodePorts.push(`${key} : goto ${name}`);
      made.chains.push(chain(name, [`meta l4proto ${protocol} dnat to ${target}`]));
    }
  }
}

/** The source that leaves: Services that hide the client, a pod that meets itself, and pods for whom the outside sees the node. */
function leaving(
  seat: NodeSeat,
  own: readonly SeatedPod[],
  { except, only }: Masquerade,
): readonly (readonly string[])[] {
  const near = only ?? except;
  const node = formatIp(seat.address);
  const nodeOnly = only === undefined ? 'ip daddr != @near' : 'ip daddr @near';
  return [
    declaration('set', 'near', 'ipv4_addr', elementsOf(near), 'interval'),
    declaration('set', 'own-pods', 'ipv4_addr', elementsOf(addressesOfPods(own)), 'interval'),
    chain('leaving', [
      'type nat hook postrouting priority srcnat; policy accept;',
      `meta mark & ${MASQUERADE_MARK} == ${MASQUERADE_MARK} snat to ${node}`,
      `ip saddr . ip daddr @to-itself snat to ${node}`,
      `ip saddr @own-pods oifname "${seat.interfaceName}" ${nodeOnly} snat to ${node}`,
    ]),
  ];
}

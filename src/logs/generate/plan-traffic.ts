import type { DnatRule, FqdnAt, RuleCollection } from '../../model/index.ts';
import {
  type AddressSet,
  type DomainName,
  firstAddress,
  formatIp,
  type Ip,
  type IpRange,
  type Ipv4,
  type Port,
  parseDomainName,
  parseIp,
  rangesOfAddressSet,
} from '../../net/index.ts';
import { type FirewallPlacement, type Network, PUBLIC_IPV4 } from '../../network/index.ts';
import {
  collectionsInOrder,
  evaluateFirewall,
  type FirewallContext,
  type RuleType,
} from '../../semantics/firewall/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import { isUnknown } from '../../values/index.ts';
import type { Inbound, RuleName, Sender, Stream, TrafficPlan } from './traffic-plan.ts';

/** Workloads and destinations beyond these are left out: they would send like those before them. */
const SENDERS_MAX = 60;
const TARGETS_MAX = 200;
const ADDRESSES_EACH = 6;

/** What somebody asks the firewall for. */
interface Target {
  readonly protocol: Stream['protocol'];
  readonly to: Stream['to'];
  readonly port: number;
}
type Ask = (sender: Sender, target: Target) => Stream | undefined;

/**
 * What could be seen at the first firewall of a network: every workload asks for every destination that a rule names, and the record
 * says what the firewall model says to it; what the model cannot tell is not sent. One used rule goes quiet, so that there is an
 * unused one. `undefined`: no firewall, or nobody behind it.
 */
export function planTraffic(network: Network): TrafficPlan | undefined {
  const placement = [...network.firewalls.values()][0];
  const senders = sendersOf(network);
  if (placement === undefined || senders.length === 0) return undefined;
  const context: FirewallContext = {
    datasets: network.perimeter.snapshot.datasets,
    ipGroups: network.perimeter.ipGroups,
    clientResolver: 'unknown',
    network,
  };
  const ask: Ask = (sender, target) => streamOf(placement, context, sender, target);
  const targets = [
    ...networkTargets(placement),
    ...applicationTargets(placement),
    // What FQDN tags stand for, and what every cluster asks for whether or not it may.
    ...needed(network).map(({ fqdn, port }) => ({
      protocol: 'HTTPS' as const,
      to: { fqdn },
      port,
    })),
  ];
  const distinct = [...new Map(targets.map((target) => [JSON.stringify(target), target])).values()];
  const streams = senders.flatMap((sender) =>
    distinct.slice(0, TARGETS_MAX).flatMap((target) => ask(sender, target) ?? []),
  );
  const used = [...new Set(streams.flatMap(({ rule }) => (rule === undefined ? [] : [key(rule)])))];
  const dependency = dependencyOf(network, senders.at(-1)!, ask);
  const isPlanted = ({ to }: Stream) => 'fqdn' in to && to.fqdn === dependency.fqdn;
  // A rule that is the only one stays: without it there would be nothing to see.
  const quiet = used.length > 1 ? used.at(-1) : undefined;
  return {
    firewall: placement.firewall.id.toUpperCase(),
    senders,
    streams: streams.filter(
      (stream) => !isPlanted(stream) && (stream.rule === undefined || key(stream.rule) !== quiet),
    ),
    inbound: inboundOf(placement),
    rules: [...new Map(namesOf(placement).map((name) => [key(name), name])).values()],
    dependency,
  };
}

function key(rule: RuleName): string {
  return JSON.stringify(rule);
}

/** Workloads by their live addresses, or by some that they may have; behind its node a pod is not seen (aks.md 2). */
function sendersOf(network: Network): readonly Sender[] {
  const cluster = network.clusters[0];
  if (cluster === undefined) return [];
  const isHidden = cluster.addressing === 'overlay' || cluster.addressing === 'kubenet';
  const seen = isHidden ? cluster.nodeAddresses : cluster.podAddresses;
  const pods = network.perimeter.kubernetes.pods.slice(0, SENDERS_MAX);
  const senders = pods.map((pod, index) => ({
    name: `${pod.namespace ?? 'default'}/${pod.name}`,
    addresses:
      pod.address !== undefined && !isHidden ? [pod.address] : some(seen, index * ADDRESSES_EACH),
  }));
  const nodes = { name: `nodes of ${cluster.name}`, addresses: some(cluster.nodeAddresses, 0) };
  return [...senders, nodes].filter(({ addresses }) => addresses.length > 0);
}

/** A few addresses of a set, from some place on; Azure keeps the first four of a subnet (AZN-21). */
function some(set: AddressSet, skip: number): readonly string[] {
  const range = rangesOfAddressSet(set).find(({ family }) => family === 4);
  if (range?.family !== 4) return [];
  const size = range.high - range.low + 1;
  const base = range.low + Math.min(4, size - 1);
  const usable = Math.max(1, size - 5);
  return Array.from({ length: Math.min(ADDRESSES_EACH, usable) }, (_, index) =>
    formatIp({ family: 4, value: (base + ((skip + index) % usable)) as Ipv4 }),
  );
}

function networkTargets(placement: FirewallPlacement): readonly Target[] {
  return rulesOf(placement, 'network').flatMap((rule): readonly Target[] => {
    const { protocols, destinationAddresses, destinationPorts } = rule;
    const isUdp = protocols.includes('UDP') && !protocols.includes('TCP');
    const port = isUnknown(destinationPorts) ? undefined : destinationPorts[0];
    const term = destinationAddresses.find(({ kind }) => kind === 'range');
    if (port === undefined || term?.kind !== 'range') return [];
    const address = formatIp(lowest(term.range));
    return [{ protocol: isUdp ? 'UDP' : 'TCP', to: { address }, port: Math.max(1, port) }];
  });
}

function applicationTargets(placement: FirewallPlacement): readonly Target[] {
  return rulesOf(placement, 'application').flatMap(({ protocols, targetFqdns }) => {
    const one = protocols.find(({ type }) => type === 'Https') ?? protocols[0];
    if (one === undefined || isUnknown(one.type) || isUnknown(one.port)) return [];
    if (one.type === 'Mssql') return [];
    const protocol = one.type === 'Https' ? 'HTTPS' : 'HTTP';
    const { port } = one;
    return targetFqdns.flatMap((name): readonly Target[] => {
      const fqdn = isUnknown(name) ? undefined : exampleOf(name);
      return fqdn === undefined ? [] : [{ protocol, to: { fqdn }, port }];
    });
  });
}

/** `*.contoso.example` names `www.contoso.example` among others. */
function exampleOf({ text }: FqdnAt): string | undefined {
  const name = text === '*' ? 'www.example.org' : text.replace(/^\*\.?/, 'www.').toLowerCase();
  return parseDomainName(name) === undefined ? undefined : name;
}

function streamOf(
  placement: FirewallPlacement,
  context: FirewallContext,
  sender: Sender,
  target: Target,
): Stream | undefined {
  const from = parseIp(sender.addresses[0]!);
  if (from === undefined) return undefined;
  const { verdict } = evaluateFirewall(placement, flowOf(from, target), context);
  if (verdict.kind === 'unknown') return undefined;
  const { by } = verdict;
  if (by.kind !== 'rule' && by.kind !== 'default') return undefined;
  const isAllowed = verdict.kind === 'allow';
  return {
    ...target,
    sender: sender.name,
    action: isAllowed ? 'Allow' : 'Deny',
    weight: isAllowed ? 10 : 2,
    ...(by.kind === 'rule' ? { rule: nameOf(by.name) } : {}),
  };
}

function flowOf(ip: Ip, { protocol, to, port }: Target): Flow {
  const source = { kind: 'exact', ip } as const;
  const ports = { destinationPort: port as Port };
  if ('address' in to) {
    const destination = { kind: 'exact', ip: parseIp(to.address)! } as const;
    const layer = protocol === 'UDP' ? 'udp' : 'tcp';
    return { source, destination, protocol: layer, ...ports, application: { kind: 'none' } };
  }
  const name = parseDomainName(to.fqdn) as DomainName;
  const destination = { kind: 'within', addresses: PUBLIC_IPV4, label: to.fqdn } as const;
  const application: Flow['application'] =
    protocol === 'HTTPS' ? { kind: 'https', serverName: name } : { kind: 'http', host: name };
  return { source, destination, destinationName: name, protocol: 'tcp', ...ports, application };
}

/** `policy/group/collection/rule`, or of a classic firewall `collection/rule`. */
function nameOf(name: string): RuleName {
  const parts = name.split('/');
  const [policy = '', group = ''] = parts.length >= 4 ? parts : [];
  const [collection = '', rule = ''] = parts.slice(-2);
  return { policy, ruleCollectionGroup: group, ruleCollection: collection, rule };
}

type RulesOf<T extends RuleType> = Extract<RuleCollection, { readonly kind: T }>['rules'];

function rulesOf<T extends RuleType>(placement: FirewallPlacement, type: T): RulesOf<T> {
  const rules: unknown[] = [];
  for (const entry of collectionsInOrder(placement, type)) {
    if (entry.kind !== 'known' || entry.collection.kind === 'unknown') continue;
    rules.push(...entry.collection.rules);
  }
  return rules as unknown as RulesOf<T>;
}

function lowest(range: IpRange): Ip {
  return range.family === 4 ? { family: 4, value: range.low } : { family: 6, value: range.low };
}

function namesOf(placement: FirewallPlacement): readonly RuleName[] {
  return (['network', 'application'] as const).flatMap((type) =>
    collectionsInOrder(placement, type).flatMap((entry) =>
      entry.kind === 'known' && entry.collection.kind !== 'unknown'
        ? entry.collection.rules.map((rule) => nameOf(`${entry.name}/${rule.name}`))
        : [],
    ),
  );
}

function inboundOf(placement: FirewallPlacement): readonly Inbound[] {
  const own = placement.publicAddresses
    .map(({ address }) => (address.isExact ? firstAddress(address.addresses) : undefined))
    .find((ip) => ip !== undefined);
  return collectionsInOrder(placement, 'dnat').flatMap((entry) => {
    if (entry.kind !== 'known' || entry.collection.kind !== 'dnat') return [];
    return entry.collection.rules.flatMap((rule) => {
      const one = translationOf(rule, own);
      return one === undefined ? [] : [{ ...one, rule: nameOf(`${entry.name}/${rule.name}`) }];
    });
  });
}

function translationOf(rule: DnatRule, own: Ip | undefined): Omit<Inbound, 'rule'> | undefined {
  const { destinationPorts, translatedAddress, translatedPort, destinationAddresses } = rule;
  const port = isUnknown(destinationPorts) ? undefined : destinationPorts[0];
  const term = destinationAddresses.find(({ kind }) => kind === 'range');
  const at = term?.kind === 'range' ? lowest(term.range) : own;
  if (port === undefined || at === undefined) return undefined;
  if (translatedAddress === undefined || isUnknown(translatedAddress)) return undefined;
  const toPort = translatedPort === undefined || isUnknown(translatedPort) ? port : translatedPort;
  return { publicAddress: formatIp(at), port, to: formatIp(translatedAddress), toPort, weight: 10 };
}

/** Names that clusters need (aks.md 5). */
function needed(network: Network): readonly { readonly fqdn: string; readonly port: number }[] {
  return network.perimeter.snapshot.datasets.requiredEgress.entries.flatMap((entry) => {
    const { fqdn, required, protocol, ports } = entry;
    const isName = fqdn !== undefined && parseDomainName(fqdn) !== undefined;
    return required && protocol === 'HTTPS' && isName ? [{ fqdn, port: ports[0] ?? 443 }] : [];
  });
}

/** A name that AKS needs and the model denies; where it denies none, the first: what is planted then disagrees with the model. */
function dependencyOf(network: Network, sender: Sender, ask: Ask): TrafficPlan['dependency'] {
  const names = needed(network);
  const denied = names.find(
    ({ fqdn, port }) => ask(sender, { protocol: 'HTTPS', to: { fqdn }, port })?.action === 'Deny',
  );
  const chosen = denied ?? names[0] ?? { fqdn: 'mcr.microsoft.com', port: 443 };
  return { ...chosen, sender: sender.name };
}

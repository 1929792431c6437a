import type { Snapshot } from '../../model/index.ts';
import type { Network } from '../../network/index.ts';

/**
 * What an answer may rest on, as coarse as an edit is fine: the rules of one security group, route table or firewall policy, all IP
 * groups, all network policies, and everything else together.
 */
export type Part = string;

export const TOPOLOGY: Part = 'topology';
const IP_GROUPS: Part = 'ip groups';
const NETWORK_POLICIES: Part = 'network policies';

/** Each part with a text that changes when its content does. Where things stand in files does not count. O(snapshot). */
export function partsOf(snapshot: Snapshot): ReadonlyMap<Part, string> {
  const texts = new Map<Part, string[]>();
  const add = (part: Part, text: string): void => {
    const known = texts.get(part);
    if (known === undefined) texts.set(part, [text]);
    else known.push(text);
  };
  for (const [key, resource] of snapshot.resources) {
    const { body, exists, isReference } = resource;
    const state = `${exists?.missing ?? ''} ${isReference ?? ''}`;
    add(partOfResource(resource.type, key), `${key} ${state} ${contentOf(body)}`);
  }
  for (const [key, object] of snapshot.objects) {
    const part = POLICY_KINDS.test(object.kind) ? NETWORK_POLICIES : TOPOLOGY;
    add(part, `${key} ${contentOf(object.body)}`);
  }
  // The order of resources in a file is not content.
  return new Map([...texts].map(([part, lines]) => [part, lines.sort().join('\n')]));
}

const POLICY_KINDS = /NetworkPolicy|NetworkSet$/;

function partOfResource(type: string, key: string): Part {
  if (type.startsWith('microsoft.network/networksecuritygroups')) return `nsg ${ownerOf(key)}`;
  if (type.startsWith('microsoft.network/routetables')) return `routes ${ownerOf(key)}`;
  if (type.startsWith('microsoft.network/firewallpolicies')) return `policy ${ownerOf(key)}`;
  if (type === 'microsoft.network/ipgroups') return IP_GROUPS;
  return TOPOLOGY;
}

/** `…/providers/microsoft.network/routetables/rt/routes/r` → `…/routetables/rt`. */
function ownerOf(key: string): string {
  const found = /^(.*\/providers\/[^/]+\/[^/]+\/[^/]+)/.exec(key);
  return found?.[1] ?? key;
}

/** A value without the places it was read from. */
function contentOf(value: unknown): string {
  return JSON.stringify(value, (key, inner) =>
    key === 'at'
      ? undefined
      : inner instanceof Map
        ? [...inner].sort(([a], [b]) => (a < b ? -1 : 1))
        : inner,
  );
}

/**
 * The parts behind lists that were told for an answer, by the names `reach` gives its lists. `undefined`: a list whose parts nobody
 * wrote down here, so that the answer must not be kept.
 */
export function partsRead(network: Network, told: Iterable<string>): ReadonlySet<Part> | undefined {
  const parts = new Set<Part>([TOPOLOGY]);
  for (const name of told) {
    const read = partsOfList(network, name);
    if (read === undefined) return undefined;
    for (const part of read) parts.add(part);
  }
  return parts;
}

function partsOfList(network: Network, name: string): readonly Part[] | undefined {
  const found =
    /^(nsg (?:Inbound|Outbound)|interface (?:Inbound|Outbound)|return routes|routes|inbound|firewall|snat) (\S+)/.exec(
      name,
    );
  const [, kind = '', key = ''] = found ?? [];
  switch (kind.split(' ')[0]) {
    case 'nsg':
      // The tag VirtualNetwork holds the prefixes of the subnet's user routes (AZN-33).
      return [...groupOf(network, key), ...routesOf(network, key)];
    case 'routes':
    case 'return':
      return routesOf(network, key);
    case 'inbound':
    case 'firewall':
    case 'snat':
      return [IP_GROUPS, ...firewallPolicies(network)];
    default:
  }
  if (/^(egress|ingress) /.test(name)) return [NETWORK_POLICIES];
  // A firewall's DNS settings are in its policy.
  if (/^names /.test(name)) return firewallPolicies(network);
  // The groups of the subnets of a cluster (AKS-61), and whether they deny anything among its nodes and pods.
  if (/^(?:between (?:pods|nodes) of|guards inside|handed on in) /.test(name)) {
    return [...network.subnets.keys()].flatMap((subnetKey) => [
      ...groupOf(network, subnetKey),
      ...routesOf(network, subnetKey),
    ]);
  }
  // The ranges of a Service stand in a security group whose VirtualNetwork holds user routes (AKS-72, AZN-33).
  if (/^clients /.test(name)) {
    return [...network.subnets.keys()].flatMap((subnetKey) => routesOf(network, subnetKey));
  }
  return /^(addresses held|authorized ranges|generated names|masquerade|outbound|outside|own public names|private API servers|private endpoint|front end|listeners|rules of|services)\b/.test(
    name,
  )
    ? []
    : undefined;
}

function firewallPolicies({ firewalls }: Network): readonly Part[] {
  return [...firewalls.values()].flatMap(({ policies }) =>
    policies.map((policy): Part => `policy ${policy.key}`),
  );
}

function groupOf(network: Network, subnetKey: string): readonly Part[] {
  const link = network.subnets.get(subnetKey)?.networkSecurityGroup;
  return link?.kind === 'found' ? [`nsg ${link.target.key}`] : [];
}

function routesOf(network: Network, subnetKey: string): readonly Part[] {
  const link = network.subnets.get(subnetKey)?.routeTable;
  return link?.kind === 'found' ? [`routes ${link.target.key}`] : [];
}

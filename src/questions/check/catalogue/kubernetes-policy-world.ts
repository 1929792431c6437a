import type { Diagnostic } from '../../../diagnostics/index.ts';
import {
  type ClusterPlacement,
  homeOfObjects,
  type Network,
  type PolicyEngine,
} from '../../../network/index.ts';
import {
  type PolicyName,
  type PolicySet,
  parsePolicies,
} from '../../../semantics/network-policy/index.ts';
import type { CheckContext } from '../finding.ts';

/** The Kubernetes objects of the input, their policies read, and the cluster they belong to. */
export interface PolicyWorld {
  readonly placement: ClusterPlacement;
  readonly engine: PolicyEngine;
  readonly set: PolicySet;
  /** From reading the policies. */
  readonly diagnostics: readonly Diagnostic[];
  /** Titles of policies that the API server refuses: `policy/invalid` says so, and no other check judges them. */
  readonly refused: ReadonlySet<string>;
}

const worlds = new WeakMap<Network, PolicyWorld>();

/** Objects belong to the one cluster of the input, or to a placement of their own. `undefined` without any. */
export function policyWorld({ network, perimeter }: CheckContext): PolicyWorld | undefined {
  const known = worlds.get(network);
  if (known !== undefined) return known;
  const placement = homeOfObjects(network);
  if (placement === undefined) return undefined;
  const { value: set, diagnostics } = parsePolicies(perimeter.kubernetes, placement);
  const invalid = diagnostics.filter(({ code }) => code === 'policy/invalid');
  const titles = [...set.policies, ...set.staged].map(({ title }) => title);
  const refused = new Set(
    titles.filter((title) => invalid.some(({ message }) => message.startsWith(`${title}: `))),
  );
  const world = { placement, engine: placement.policyEngine, set, diagnostics, refused };
  worlds.set(network, world);
  return world;
}

/** Namespaces that AKS fills and keeps: what is missing there is not for the cluster's owner to write. */
const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'gatekeeper-system',
  'app-routing-system',
  'aks-istio-system',
  'aks-istio-ingress',
  'aks-istio-egress',
  'aks-command',
  'calico-system',
  'calico-apiserver',
  'tigera-operator',
  'kube-addon-manager',
]);

export function isSystemNamespace(name: string): boolean {
  return SYSTEM_NAMESPACES.has(name);
}

/** `shop/NetworkPolicy/web`, `AdminNetworkPolicy/base`: stable, and different for Calico's own NetworkPolicy. */
export function policyKey({ title, namespace, name }: PolicyName): string {
  const kind = title.slice(0, title.lastIndexOf(' '));
  return namespace === '' ? `${kind}/${name}` : `${namespace}/${kind}/${name}`;
}

/** `web`, `web and api`, `web, api, db, cache and 3 more`. */
export function listed(names: readonly string[], most = 4): string {
  const unique = [...new Set(names)];
  if (unique.length <= 1) return unique[0] ?? '';
  const shown = unique.length > most ? unique.slice(0, most) : unique.slice(0, -1);
  const last = unique.length > most ? `${unique.length - most} more` : unique.at(-1)!;
  return `${shown.join(', ')} and ${last}`;
}

/** Items by key, keys in the order they are first met. */
export function grouped<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

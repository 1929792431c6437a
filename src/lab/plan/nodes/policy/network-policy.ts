import type { PolicyObject } from '../../../../model/index.ts';
import {
  type AddressSet,
  addressSetHas,
  NO_ADDRESSES,
  subtractAddresses,
} from '../../../../net/index.ts';
import { toJson } from '../../../../values/index.ts';
import { addressesOfPods, type SeatedPod } from '../seated-pod.ts';
import { clusterAddresses } from './cluster-addresses.ts';
import { rangeWithout, union } from './ip-ranges.ts';
import { labelSelector } from './label-selector.ts';
import { type PortEntry, protocolOf, rulesWithPorts } from './policy-ports.ts';
import type { CompiledPolicy, Direction, PolicyRule, PolicyWorld, Traffic } from './policy-rule.ts';
import { ownNetwork } from './policy-rule.ts';
import { field, isList, list, missingIn, number, text, texts, type Written } from './written.ts';

/**
 * A Kubernetes NetworkPolicy for one node (K8P-01…K8P-14). Written from the API's own words and nothing else.
 * @param ipBlockSparesCluster Cilium: ranges never match pods or nodes (K8P-43)
 */
export function compileNetworkPolicy(
  object: PolicyObject,
  world: PolicyWorld,
  ipBlockSparesCluster: boolean,
): CompiledPolicy {
  const spec = field(toJson(object.body), 'spec');
  const doubts: string[] = [];
  const missing = missingIn(spec);
  if (missing !== undefined) doubts.push(`${missing} is not known`);
  const selects = labelSelector(field(spec, 'podSelector'));
  if (selects === undefined) doubts.push('its `podSelector` cannot be read');
  const subjects = world.pods.filter(
    (seated) =>
      ownNetwork(seated) &&
      seated.pod.namespace === object.namespace &&
      (selects === undefined || selects(seated.pod.labels)),
  );
  const covered = directionsOf(spec);
  const rules: Partial<Record<Direction, readonly PolicyRule[]>> = {};
  for (const direction of covered) {
    rules[direction] = list(field(spec, direction)).flatMap((rule) => {
      const peers = peersOf(rule, direction, object.namespace, world, ipBlockSparesCluster);
      const entries = portsOf(field(rule, 'ports'));
      if (peers === undefined || entries === 'unreadable') {
        doubts.push(`an ${direction} rule of it cannot be read`);
        return [];
      }
      const ends = { action: 'allow' as const, ...(peers.any ? {} : { far: peers.addresses }) };
      return rulesWithPorts(direction, ends, entries, subjects, peers.pods);
    });
  }
  return {
    title: `NetworkPolicy ${object.namespace}/${object.name}`,
    name: `${object.namespace}/${object.name}`,
    at: object.at,
    subjects: new Set(subjects),
    rules,
    isolates: new Set(covered),
    doubts,
  };
}

/** K8P-03. */
function directionsOf(spec: Written): readonly Direction[] {
  const types = texts(field(spec, 'policyTypes'));
  if (types.length > 0) {
    return (['egress', 'ingress'] as const).filter((direction) =>
      types.some((type) => type.toLowerCase() === direction),
    );
  }
  return list(field(spec, 'egress')).length > 0 ? ['egress', 'ingress'] : ['ingress'];
}

interface Peers {
  readonly any: boolean;
  readonly addresses: AddressSet;
  /** The pods among them, for port names. */
  readonly pods: readonly SeatedPod[];
}

/** K8P-06, K8P-09: without peers anybody; several are alternatives. */
function peersOf(
  rule: Written,
  direction: Direction,
  namespace: string,
  world: PolicyWorld,
  ipBlockSparesCluster: boolean,
): Peers | undefined {
  const written = list(field(rule, direction === 'ingress' ? 'from' : 'to'));
  if (written.length === 0) {
    return { any: true, addresses: NO_ADDRESSES, pods: world.pods.filter(ownNetwork) };
  }
  const sets: AddressSet[] = [];
  const pods = new Set<SeatedPod>();
  for (const peer of written) {
    const block = field(peer, 'ipBlock');
    if (block !== undefined) {
      const range = rangeWithout(field(block, 'cidr'), field(block, 'except'));
      if (range === undefined) return undefined;
      if (ipBlockSparesCluster) sets.push(subtractAddresses(range, clusterAddresses(world)));
      else {
        sets.push(range);
        for (const seated of podsWithin(world, range)) pods.add(seated);
      }
      continue;
    }
    const selected = selectedPods(peer, namespace, world);
    if (selected === undefined) return undefined;
    for (const seated of selected) pods.add(seated);
  }
  return { any: false, addresses: union([...sets, addressesOfPods(pods)]), pods: [...pods] };
}

function podsWithin(world: PolicyWorld, range: AddressSet): readonly SeatedPod[] {
  return world.pods.filter((seated) => ownNetwork(seated) && addressSetHas(range, seated.address));
}

function selectedPods(
  peer: Written,
  namespace: string,
  world: PolicyWorld,
): readonly SeatedPod[] | undefined {
  const wantsNamespace = field(peer, 'namespaceSelector');
  const wantsPod = field(peer, 'podSelector');
  if (wantsNamespace === undefined && wantsPod === undefined) return undefined;
  const ofNamespace = labelSelector(wantsNamespace);
  const ofPod = labelSelector(wantsPod);
  if (ofNamespace === undefined || ofPod === undefined) return undefined;
  return world.pods.filter(
    (seated) =>
      ownNetwork(seated) &&
      ofPod(seated.pod.labels) &&
      (wantsNamespace === undefined
        ? seated.pod.namespace === namespace
        : ofNamespace(world.labelsOfNamespace(seated.pod.namespace))),
  );
}

/** K8P-06, K8P-07: no list or an empty one is every port of every protocol; an entry without protocol is TCP. */
function portsOf(value: Written): readonly PortEntry[] | undefined | 'unreadable' {
  if (!isList(value) || list(value).length === 0) return undefined;
  const entries: PortEntry[] = [];
  for (const entry of list(value)) {
    const protocol = protocolOf(text(field(entry, 'protocol')) ?? 'TCP');
    if (protocol === undefined) return 'unreadable';
    const port = field(entry, 'port');
    const name = text(port);
    if (name !== undefined) {
      entries.push({ kind: 'name', name, protocol });
      continue;
    }
    const first = number(port);
    if (port !== undefined && first === undefined) return 'unreadable';
    const last = number(field(entry, 'endPort')) ?? first;
    const traffic: Traffic =
      first === undefined || last === undefined ? { protocol } : { protocol, ports: [first, last] };
    if (first !== undefined && last !== undefined && last < first) return 'unreadable';
    entries.push({ kind: 'numbers', traffic });
  }
  return entries;
}

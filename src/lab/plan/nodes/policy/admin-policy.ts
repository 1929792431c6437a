import type { PolicyObject } from '../../../../model/index.ts';
import { type AddressSet, NO_ADDRESSES, singleAddress } from '../../../../net/index.ts';
import { toJson } from '../../../../values/index.ts';
import { labelsOfSeat } from '../place-pods.ts';
import { addressesOfPods, type SeatedPod } from '../seated-pod.ts';
import { adminPorts } from './admin-ports.ts';
import { rangesOf, union } from './ip-ranges.ts';
import { labelSelector } from './label-selector.ts';
import { fitsDomainName, sampleOf } from './name-pattern.ts';
import { rulesWithPorts } from './policy-ports.ts';
import {
  type CompiledPolicy,
  DIRECTIONS,
  type Direction,
  ownNetwork,
  type PolicyRule,
  type PolicyWorld,
} from './policy-rule.ts';
import { field, list, missingIn, names, number, text, texts, type Written } from './written.ts';

export interface AdminPolicy extends CompiledPolicy {
  readonly tier: 'admin' | 'baseline';
  readonly priority: number;
}

/** An AdminNetworkPolicy, BaselineAdminNetworkPolicy or ClusterNetworkPolicy for one node (K8P-23…K8P-28). */
export function compileAdminPolicy(object: PolicyObject, world: PolicyWorld): AdminPolicy {
  const spec = field(toJson(object.body), 'spec');
  const doubts: string[] = [];
  const missing = missingIn(spec);
  if (missing !== undefined) doubts.push(`${missing} is not known`);
  const subject = podsNamed(field(spec, 'subject'), world);
  if (subject === undefined) doubts.push('its `subject` cannot be read');
  const subjects = subject ?? world.pods.filter(ownNetwork);
  const rules: Partial<Record<Direction, readonly PolicyRule[]>> = {};
  for (const direction of DIRECTIONS) {
    const written = list(field(spec, direction));
    if (written.length === 0) continue;
    rules[direction] = written.flatMap((rule) =>
      compileRule(rule, direction, subjects, world, doubts),
    );
  }
  const isBaseline =
    object.kind === 'BaselineAdminNetworkPolicy' || text(field(spec, 'tier')) === 'Baseline';
  return {
    title: `${object.kind} ${object.name}`,
    name: object.name,
    at: object.at,
    subjects: new Set(subjects),
    rules,
    // Being selected isolates nothing (K8P-25).
    isolates: new Set(),
    doubts,
    tier: isBaseline ? 'baseline' : 'admin',
    priority: number(field(spec, 'priority')) ?? 0,
  };
}

const ACTIONS: Readonly<Record<string, PolicyRule['action']>> = {
  Allow: 'allow',
  Accept: 'allow',
  Deny: 'deny',
  Pass: 'pass',
};

function compileRule(
  rule: Written,
  direction: Direction,
  subjects: readonly SeatedPod[],
  world: PolicyWorld,
  doubts: string[],
): readonly PolicyRule[] {
  const action = ACTIONS[text(field(rule, 'action')) ?? ''];
  if (action === undefined) {
    doubts.push(`an ${direction} rule of it has no action that Kubernetes knows`);
    return [];
  }
  const peers = peersOf(field(rule, direction === 'ingress' ? 'from' : 'to'), world, doubts);
  const entries = adminPorts(rule);
  if (peers === undefined || entries === 'unreadable') {
    // K8P-26: what an engine does not know fails closed.
    return action === 'allow' ? [] : [{ action: 'deny' }];
  }
  if (peers.hasRanges && entries?.some(({ kind }) => kind === 'name') === true) {
    doubts.push(
      'a rule of it names a port of addresses that are no pods, which Kubernetes rejects',
    );
    return [];
  }
  return rulesWithPorts(direction, { action, far: peers.addresses }, entries, subjects, peers.pods);
}

interface Peers {
  readonly addresses: AddressSet;
  readonly pods: readonly SeatedPod[];
  /** Some are named by address, node or name. */
  readonly hasRanges: boolean;
}

function peersOf(value: Written, world: PolicyWorld, doubts: string[]): Peers | undefined {
  const sets: AddressSet[] = [];
  const pods = new Set<SeatedPod>();
  for (const peer of list(value)) {
    const [kind, ...more] = names(peer);
    if (kind === undefined || more.length > 0) return undefined;
    if (kind === 'namespaces' || kind === 'pods') {
      const named = podsNamed(peer, world);
      if (named === undefined) return undefined;
      for (const seated of named) pods.add(seated);
      continue;
    }
    const set = addressPeer(kind, field(peer, kind), world, doubts);
    if (set === undefined) return undefined;
    sets.push(set);
  }
  return {
    addresses: union([...sets, addressesOfPods(pods)]),
    pods: [...pods],
    hasRanges: sets.length > 0,
  };
}

function addressPeer(
  kind: string,
  value: Written,
  world: PolicyWorld,
  doubts: string[],
): AddressSet | undefined {
  switch (kind) {
    case 'networks':
      return rangesOf(value);
    case 'nodes': {
      const selects = labelSelector(value);
      if (selects === undefined) return undefined;
      const seats = world.seats.filter((seat) => selects(labelsOfSeat(seat)));
      return union(seats.map(({ address }) => singleAddress(address)));
    }
    case 'domainNames':
      return union(texts(value).map((pattern) => addressesFitting(pattern, world, doubts)));
    default:
      return undefined;
  }
}

function addressesFitting(pattern: string, world: PolicyWorld, doubts: string[]): AddressSet {
  if (!pattern.includes('*')) return world.addressesOfName(pattern);
  if (!/^\*\.[^*]+$/.test(pattern)) {
    doubts.push(`\`${pattern}\` is no name pattern of a ClusterNetworkPolicy`);
    return NO_ADDRESSES;
  }
  const fitting = world.names.filter((name) => fitsDomainName(pattern, name));
  return union([...fitting, sampleOf(pattern)].map(world.addressesOfName));
}

/** `namespaces` or `pods`, exactly one; never host-network pods (K8P-25). `undefined`: something else. */
function podsNamed(value: Written, world: PolicyWorld): readonly SeatedPod[] | undefined {
  const [kind, ...more] = names(value);
  if (more.length > 0) return undefined;
  const inside = field(value, kind ?? '');
  const isPods = kind === 'pods';
  if (!isPods && kind !== 'namespaces') return undefined;
  const known = isPods ? ['namespaceSelector', 'podSelector'] : ['matchLabels', 'matchExpressions'];
  if (names(inside).some((name) => !known.includes(name))) return undefined;
  const ofNamespace = labelSelector(isPods ? field(inside, 'namespaceSelector') : inside);
  const ofPod = labelSelector(isPods ? field(inside, 'podSelector') : undefined);
  if (ofNamespace === undefined || ofPod === undefined) return undefined;
  return world.pods.filter(
    (seated) =>
      ownNetwork(seated) &&
      ofNamespace(world.labelsOfNamespace(seated.pod.namespace)) &&
      ofPod(seated.pod.labels),
  );
}

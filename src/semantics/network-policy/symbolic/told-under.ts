import type { FlowRegion } from '../../../flows/index.ts';
import type { PodClass } from '../../../model/index.ts';
import { ALL_IPV6, parseIp, singleAddress } from '../../../net/index.ts';
import type { Decider } from '../../verdict.ts';
import type { Direction } from '../policy.ts';
import type { Arrival } from '../question.ts';
import { type ClusterView, hasSeveralNumbers, rangesOf } from './cluster-view.ts';
import { type CoveringPolicy, policiesOver } from './coverage-of-pod.ts';
import { type FarEnd, overAddresses, podAddress } from './far-end.ts';
import { type FarPart, type FarThing, partsOf } from './far-parts.ts';
import { namesAdmittedBy } from './names-of-rule.ts';
import { PRIVATE } from './peers-of-rule.ts';
import { allow, anyOfLists, deny, type PolicyRule, within } from './rule-lists.ts';
import { rulesOfTiers } from './rules-of-tiers.ts';
import type { Sight } from './sight.ts';
import { type Tier, tiersOf } from './tiers.ts';
import { type Engine, TRAITS } from './told-engines.ts';

/** One direction of one pod, with what stands at the other end. */
export interface Asked {
  readonly direction: Direction;
  readonly pod: PodClass;
  readonly far: FarThing;
  /** Ingress only; absent: `direct`. */
  readonly arrival?: Arrival;
  /** The client used a Service, so that a pod may reach itself (K8P-15). */
  readonly throughService?: boolean;
}

/** What one engine makes of the flows: a complete list. */
export function toldUnder(engine: Engine, view: ClusterView, asked: Asked): readonly PolicyRule[] {
  const { direction, pod, far } = asked;
  if (pod.hostNetwork) {
    const name = 'policies do not cover host-network pods';
    return [allow({ kind: 'default', name, at: pod.at, fact: 'K8P-17' })];
  }
  const itself: Decider = { kind: 'default', name: 'a pod always reaches itself', fact: 'K8P-15' };
  if (asked.throughService !== true && far.kind === 'pod' && isSameOne(pod, far.pod)) {
    return [allow(itself)];
  }
  const exempt: PolicyRule[] = [];
  if (far.kind === 'addresses') {
    const own = far.what === 'told' ? addressIfOne(pod) : undefined;
    const isDirect = (asked.arrival ?? 'direct') === 'direct' && asked.throughService !== true;
    if (own !== undefined && isDirect) {
      exempt.push(allow(itself, [overAddresses(direction, singleAddress(own))]));
    }
    if (TRAITS[engine].isBlindToIpv6) {
      const by: Decider = {
        kind: 'default',
        name: 'Azure NPM does not cover IPv6',
        fact: 'K8P-62',
      };
      exempt.push(allow(by, [overAddresses(direction, ALL_IPV6)]));
    }
  }
  return [...exempt, ...pastExemptions(engine, view, asked)];
}

function pastExemptions(engine: Engine, view: ClusterView, asked: Asked): readonly PolicyRule[] {
  const { direction, arrival } = asked;
  const teller = tellerOf(engine, view, asked);
  const isRewritten =
    direction === 'ingress' &&
    (arrival === 'load-balancer-cluster' || arrival === 'node-port-cluster');
  if (!isRewritten) return rulesOfParts(teller, view, engine, asked);
  // K8P-20: what a Service of policy Cluster leaves of the source.
  const { nodeAddresses } = rangesOf(view);
  const address = {
    kind: 'within',
    addresses:
      nodeAddresses.v4.length + nodeAddresses.v6.length > 0
        ? nodeAddresses
        : { v4: PRIVATE.v4, v6: [] },
    label: 'the node that took the connection',
  } as const;
  const needs = [
    { missing: 'which source address the pod sees (externalTrafficPolicy is Cluster)' },
  ];
  const own = () => teller.told({ kind: 'node', which: 'own', address });
  const other = () => teller.told({ kind: 'node', which: 'other', address });
  const client = () => rulesOfParts(teller, view, engine, asked);
  switch (TRAITS[engine].behindCluster) {
    case 'open': {
      if (teller.tiers.length === 0) return client();
      const name = 'Azure NPM does not enforce ingress policy on this path';
      return [allow({ kind: 'default', name, fact: 'K8P-61' })];
    }
    case 'node': {
      // Should the source have survived after all, the client is asked where the node is denied.
      const asClient = client();
      return other().flatMap((rule) =>
        rule.effect === 'allow'
          ? [rule]
          : within(anyOfLists([[deny(rule.by)], asClient], needs), rule.region),
      );
    }
    case 'client-or-any-node':
      return anyOfLists([client(), own(), other()], needs);
    case 'client-or-other-node':
      return anyOfLists([client(), other()], needs);
  }
}

interface Teller {
  readonly tiers: readonly Tier[];
  readonly told: (end: FarEnd) => readonly PolicyRule[];
}

function tellerOf(engine: Engine, view: ClusterView, asked: Asked): Teller {
  const { policies: set, names = [] } = view;
  const { direction, pod } = asked;
  const covering = policiesOver(set, engine, pod, direction);
  const tiers = tiersOf(covering, engine, set.tiers);
  const ranges = rangesOf(view);
  const mixesUp = TRAITS[engine].mixesUpPortNames;
  const sight = (far: FarEnd): Sight => ({
    engine,
    set,
    ranges,
    direction,
    subject: pod,
    subjectAddress: podAddress(pod, ranges),
    far,
    hasSeveralNumbers: (name, protocol) =>
      mixesUp && hasSeveralNumbers(set.objects, name, protocol),
    admittedNames: () => admittedNames(set, engine, pod, covering, direction, names),
    names,
  });
  const hairpins = hairpinsOf(asked);
  return {
    tiers,
    told: (end) =>
      anyOfLists(
        hairpins.map((comesBack) => toldOfEnd(tiers, sight(end), comesBack)),
        [{ missing: 'what the engine does with a pod that reaches itself through its Service' }],
      ),
  };
}

/** Queries leave by egress, whatever direction is asked about. */
function admittedNames(
  set: ClusterView['policies'],
  engine: Engine,
  pod: PodClass,
  covering: readonly CoveringPolicy[],
  direction: Direction,
  names: readonly string[],
): FlowRegion {
  const egress = direction === 'egress' ? covering : policiesOver(set, engine, pod, 'egress');
  return egress.flatMap(({ rules, doubts }) => namesAdmittedBy(rules, doubts, names));
}

function rulesOfParts(
  teller: Teller,
  view: ClusterView,
  engine: Engine,
  { direction, pod, far }: Asked,
): readonly PolicyRule[] {
  // Many parts may be one thing: told once.
  const known = new Map<string, readonly PolicyRule[]>();
  const ofPart = ({ ends, missing, key }: FarPart): readonly PolicyRule[] => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const list = anyOfLists(ends.map(teller.told), [{ missing }]);
    known.set(key, list);
    return list;
  };
  return partsOf(view, engine, pod, far).flatMap((part) =>
    part.addresses === undefined
      ? ofPart(part)
      : within(ofPart(part), [overAddresses(direction, part.addresses)]),
  );
}

/** What a pod and the node it runs on say to each other stands outside the policies of most engines. */
function toldOfEnd(
  tiers: readonly Tier[],
  sight: Sight,
  comesBack: boolean,
): readonly PolicyRule[] {
  const { direction, subject, far } = sight;
  const title = `${subject.namespace}/${subject.name}`;
  const otherwise: Decider = {
    kind: 'default',
    name: `no policy covers ${direction} of ${title}`,
    fact: 'K8P-01',
  };
  const isOwnNode = far.kind === 'node' && far.which === 'own';
  const toOwnNode = TRAITS[sight.engine].toOwnNode;
  if (!isOwnNode || (direction === 'egress' && toOwnNode === 'as-policies-say')) {
    return rulesOfTiers(tiers, sight, otherwise, comesBack);
  }
  const own: Decider = {
    kind: 'default',
    name: `${title} and its own node always reach each other`,
    fact: 'K8P-16',
  };
  if (direction === 'ingress') {
    const holding =
      TRAITS[sight.engine].fromOwnNode === 'open'
        ? []
        : tiers.filter(({ hasOnlyDenies }) => hasOnlyDenies);
    return rulesOfTiers(holding, sight, own, comesBack);
  }
  if (toOwnNode === 'as-the-host-is-set') {
    const missing = "Calico's defaultEndpointToHostAction in this cluster";
    const host: Decider = { ...own, name: 'defaultEndpointToHostAction', fact: 'K8P-36' };
    return [allow(own, [{ needs: [{ missing }] }]), deny(host)];
  }
  const admin = tiers.filter(({ kind }) => kind !== 'policies');
  if (admin.length === 0) return [allow(own)];
  const missing = 'whether admin policies reach traffic to the own node';
  return anyOfLists([[allow(own)], rulesOfTiers(admin, sight, own, comesBack)], [{ missing }]);
}

/** Through a Service a workload of several replicas may reach another one or itself. */
function hairpinsOf({ pod, far, throughService }: Asked): readonly boolean[] {
  if (throughService !== true || far.kind !== 'pod' || !isSameWorkload(pod, far.pod)) {
    return [false];
  }
  return isOne(pod) ? [true] : [false, true];
}

/** Both are one running pod: its traffic never leaves it (K8P-15). */
export function isSameOne(a: PodClass, b: PodClass): boolean {
  return isSameWorkload(a, b) && isOne(a);
}

function isSameWorkload(a: PodClass, b: PodClass): boolean {
  return a === b || (a.namespace === b.namespace && a.name === b.name && a.kind === b.kind);
}

function isOne({ kind, replicas }: PodClass): boolean {
  return kind === 'Pod' || replicas === 1;
}

function addressIfOne(pod: PodClass) {
  return pod.address !== undefined && isOne(pod) ? parseIp(pod.address) : undefined;
}

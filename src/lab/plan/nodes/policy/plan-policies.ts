import type { Gap } from '../../../../diagnostics/index.ts';
import type { PolicyObject } from '../../../../model/index.ts';
import type { PolicyEngine } from '../../../../network/index.ts';
import type { SeatedPod } from '../seated-pod.ts';
import { type AdminPolicy, compileAdminPolicy } from './admin-policy.ts';
import { networkSets } from './calico-end.ts';
import { type CalicoPolicy, calicoTiers, compileCalicoPolicy } from './calico-policy.ts';
import { cidrGroups } from './cilium-peers.ts';
import {
  admittedNames,
  allowingPart,
  ciliumSpecs,
  compileCiliumSpec,
  denyingPart,
} from './cilium-policy.ts';
import { compileNetworkPolicy } from './network-policy.ts';
import type { CompiledPolicy, PolicyWorld, Tier } from './policy-rule.ts';

/** What the engine of a cluster makes of the policies, for one node. */
export interface PoliciesOfNode {
  /** Judged in this order; a tier none of whose policies covers a pod is passed over. */
  readonly tiers: readonly Tier[];
  /** What a pod sends to its own node is judged as well. */
  readonly judgesOwnNode: boolean;
  /** A rule that denies the own node holds; else the own node is let in whatever policies say (K8P-16, K8P-41). */
  readonly deniesOwnNode: boolean;
  /** Flows through `externalTrafficPolicy: Cluster` are let in whatever policies say (K8P-61). */
  readonly sparesRewritten: boolean;
  readonly gaps: readonly Gap[];
  /** Pods about which the rules say less than the policies do, each with the reason. */
  readonly doubtful: ReadonlyMap<SeatedPod, string>;
}

/** O(policies × pods). */
export function planPolicies(
  engine: PolicyEngine,
  objects: readonly PolicyObject[],
  world: PolicyWorld,
): PoliciesOfNode {
  const sorted = [...objects].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const byGroup = (group: string) => sorted.filter((object) => groupOf(object) === group);
  const plain = [...byGroup('networking.k8s.io'), ...byGroup('extensions')];
  const admin = byGroup('policy.networking.k8s.io');
  const calico = [...byGroup('projectcalico.org'), ...byGroup('crd.projectcalico.org')];
  const cilium = byGroup('cilium.io');
  const kubernetes = () => plain.map((each) => compileNetworkPolicy(each, world, false));
  switch (engine) {
    case 'cilium':
      return planned(ciliumTiers(plain, cilium, world), {
        ignored: [...admin, ...calico],
        judgesOwnNode: true,
        deniesOwnNode: true,
      });
    case 'calico':
      return planned(calicoTiersOf(kubernetes(), admin, calico, world), {
        ignored: cilium,
        judgesOwnNode: true,
      });
    case 'azure-npm':
      // K8P-71: only the plain kind.
      return planned([{ name: 'policies', policies: kubernetes() }], {
        ignored: [...admin, ...calico, ...cilium],
        sparesRewritten: true,
      });
    case 'generic': {
      const { first, last } = adminTiers(admin, world);
      return planned([...first, { name: 'policies', policies: kubernetes() }, ...last], {
        ignored: [...calico, ...cilium],
      });
    }
    case 'none':
      return planned([], { ignored: [] });
    case 'unknown':
      return unknownEngine(sorted, world);
  }
}

interface Manner {
  readonly ignored: readonly PolicyObject[];
  readonly judgesOwnNode?: boolean;
  readonly deniesOwnNode?: boolean;
  readonly sparesRewritten?: boolean;
}

function planned(tiers: readonly Tier[], manner: Manner): PoliciesOfNode {
  const gaps: Gap[] = manner.ignored.map(({ kind, namespace, name, at }) => ({
    what: `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`,
    why: 'the policy engine of the cluster does not know this kind, so the lab leaves it out too',
    at,
  }));
  const doubtful = new Map<SeatedPod, string>();
  const said = new Set<string>();
  for (const policy of tiers.flatMap(({ policies }) => policies)) {
    for (const doubt of policy.doubts) {
      for (const seated of policy.subjects) {
        if (!doubtful.has(seated)) doubtful.set(seated, `${policy.title}: ${doubt}`);
      }
      const key = `${policy.title} ${doubt}`;
      if (said.has(key)) continue;
      said.add(key);
      gaps.push({ what: policy.title, why: `${doubt}; its pods are not probed`, at: policy.at });
    }
  }
  return {
    tiers: tiers.filter(({ policies }) => policies.length > 0),
    judgesOwnNode: manner.judgesOwnNode === true,
    deniesOwnNode: manner.deniesOwnNode === true,
    sparesRewritten: manner.sparesRewritten === true,
    gaps,
    doubtful,
  };
}

function unknownEngine(objects: readonly PolicyObject[], world: PolicyWorld): PoliciesOfNode {
  const why = 'which engine enforces policies is not known; the lab enforces none';
  const gaps =
    objects.length === 0 ? [] : [{ what: 'network policies', why, count: objects.length }];
  const pods = objects.length === 0 ? [] : world.pods.filter(({ pod }) => !pod.hostNetwork);
  return {
    ...planned([], { ignored: [] }),
    gaps,
    doubtful: new Map(pods.map((pod) => [pod, why])),
  };
}

/** K8P-23: by priority inside the tier; equal ones in either order (K8P-24). */
function adminTiers(
  objects: readonly PolicyObject[],
  world: PolicyWorld,
): { readonly first: readonly Tier[]; readonly last: readonly Tier[] } {
  const policies = objects.map((object) => compileAdminPolicy(object, world));
  const tier = (name: AdminPolicy['tier']): Tier => ({
    name,
    policies: withTies(
      policies.filter((each) => each.tier === name).sort((a, b) => a.priority - b.priority),
    ),
  });
  return { first: [tier('admin')], last: [tier('baseline')] };
}

/** Which of two policies of equal priority wins is not defined. Where both speak of one pod, the answer is not ours to give. */
function withTies(policies: readonly AdminPolicy[]): readonly CompiledPolicy[] {
  return policies.map((policy) => {
    const rival = policies.find(
      (other) =>
        other !== policy &&
        other.priority === policy.priority &&
        [...other.subjects].some((seated) => policy.subjects.has(seated)),
    );
    if (rival === undefined) return policy;
    const doubt = `it has the priority of ${rival.title}, and either may win`;
    return { ...policy, doubts: [...policy.doubts, doubt] };
  });
}

/** Calico's built-in places (K8P-30, K8P-31). */
const KUBERNETES_ORDER = 1000;
const ADMIN_TIER = 1000;
const DEFAULT_TIER = 1_000_000;
const BASELINE_TIER = 10_000_000;

function calicoTiersOf(
  plain: readonly CompiledPolicy[],
  admin: readonly PolicyObject[],
  objects: readonly PolicyObject[],
  world: PolicyWorld,
): readonly Tier[] {
  const nets = networkSets(objects);
  const written = new Map(calicoTiers(objects).map((tier) => [tier.name, tier]));
  const own = objects
    .flatMap((object) => compileCalicoPolicy(object, world, nets) ?? [])
    .map((policy) =>
      policy.tier === 'default' || written.has(policy.tier)
        ? policy
        : { ...policy, doubts: [...policy.doubts, `tier \`${policy.tier}\` is not in the input`] },
    );
  const { first, last } = adminTiers(admin, world);
  const inDefault = [
    ...own.filter(({ tier }) => tier === 'default'),
    ...plain.map(
      (policy): CalicoPolicy => ({ ...policy, tier: 'default', order: KUBERNETES_ORDER }),
    ),
  ];
  const others = [...new Set(own.map(({ tier }) => tier))].filter((name) => name !== 'default');
  const places = [
    ...first.map((tier) => ({ order: ADMIN_TIER, tier })),
    ...last.map((tier) => ({ order: BASELINE_TIER, tier })),
    { order: DEFAULT_TIER, tier: { name: 'default', policies: inDefault.sort(byOrder) } },
    ...others.map((name) => {
      const policies = own.filter(({ tier }) => tier === name).sort(byOrder);
      const passes = written.get(name)?.unmatched === 'next';
      const open = policies.map((policy) => ({ ...policy, isolates: new Set<never>() }));
      const order = written.get(name)?.order ?? Number.POSITIVE_INFINITY;
      return { order, tier: { name, policies: passes ? open : policies } };
    }),
  ];
  return places
    .sort((a, b) => a.order - b.order || (a.tier.name < b.tier.name ? -1 : 1))
    .map(({ tier }) => tier);
}

function byOrder(a: CalicoPolicy, b: CalicoPolicy): number {
  const left = a.order ?? Number.POSITIVE_INFINITY;
  const right = b.order ?? Number.POSITIVE_INFINITY;
  if (left !== right) return left < right ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** One tier: everything that denies, then everything that allows, then the default of whom anything isolates. */
function ciliumTiers(
  plain: readonly PolicyObject[],
  objects: readonly PolicyObject[],
  world: PolicyWorld,
): readonly Tier[] {
  const specs = objects.flatMap((object) => ciliumSpecs(object, world));
  const admitted = admittedNames(specs);
  const groups = cidrGroups(objects);
  const own = specs.map((spec) => compileCiliumSpec(spec, world, admitted, groups));
  const kubernetes = plain.map((object) => compileNetworkPolicy(object, world, true));
  const policies = [...own.map(denyingPart), ...own.map(allowingPart), ...kubernetes];
  return [{ name: 'policies', policies }];
}

function groupOf({ apiVersion }: PolicyObject): string {
  return apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
}

function nameOf({ kind, namespace, name }: PolicyObject): string {
  return `${namespace}/${name} ${kind}`;
}

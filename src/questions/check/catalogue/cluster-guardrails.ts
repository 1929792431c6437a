import type { ManagedCluster, PolicyAssignment } from '../../../model/index.ts';
import type { ClusterPlacement } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { managed, production } from './cluster-subjects.ts';
import { undecided } from './firewall-settings.ts';

const networkPlugin = eachSubject<ClusterPlacement>({
  id: 'cluster/network-plugin',
  severity: 'warning',
  title: 'The cluster uses Azure CNI with a network policy engine.',
  explanation:
    'kubenet is retired on 31 March 2028, and without a policy engine every NetworkPolicy is silently ignored. Azure CNI overlay with Cilium is what new clusters get.',
  fix: 'move to Azure CNI overlay (az aks update --network-plugin azure --network-plugin-mode overlay), then to Cilium (--network-dataplane cilium)',
  facts: ['AZN-52', 'K8P-70', 'AKS-95'],
  covers: ['P1', 'A1', 'F1'],
  subjects: (context) => (production(context) ? managed(context) : []),
  none: 'no managed cluster, or a profile that does not ask for it',
  key: ({ name }) => name,
  judge: (placement) => {
    const { name, policyEngine, policyEngineWhy } = placement;
    const { network, skuName } = placement.cluster!;
    if (isUnknown(network.plugin))
      return undecided(`The network of ${name} is not known.`, network.plugin);
    if (network.plugin === 'kubenet')
      return {
        kind: 'fails',
        message: `${name} uses kubenet, which is retired on 31 March 2028.`,
        places: [{ at: network.at, what: 'networkPlugin: kubenet' }],
        evidence: ['networkPlugin: kubenet'],
      };
    if (policyEngine === 'unknown') return engineUnknown(placement);
    if (policyEngine === 'none')
      return {
        kind: 'fails',
        message: `${name} has no network policy engine: every pod reaches every pod, and policies do nothing.`,
        places: [{ at: network.at, what: 'networkPolicy: none' }],
        evidence: [policyEngineWhy],
        fix: 'az aks update --network-dataplane cilium (or --network-policy calico)',
      };
    // Cilium needs Azure CNI or a plugin of one's own; what another engine runs on must be said.
    if (
      network.plugin === undefined &&
      policyEngine !== 'cilium' &&
      skuName?.toLowerCase() !== 'automatic'
    )
      return {
        kind: 'undecided',
        message: `The network of ${name} is not known.`,
        missing: `networkPlugin of ${name}: its default changed over the years`,
        at: network.at,
      };
    return HOLDS;
  },
});

const policiesIgnored = eachSubject<ClusterPlacement>({
  id: 'policy/ignored-without-engine',
  severity: 'error',
  title: 'Network policies have an engine that enforces them.',
  explanation:
    'Without `networkPolicy` the API server accepts policy objects and nothing enforces them.',
  fix: 'enable an engine: az aks update --network-dataplane cilium, or --network-policy calico',
  facts: ['K8P-70', 'AZN-52'],
  covers: ['P1', 'A1'],
  subjects: (context) => (context.perimeter.kubernetes.policies.length > 0 ? managed(context) : []),
  none: 'no cluster with network policies',
  key: ({ name }) => name,
  judge: (placement, context) => {
    if (placement.policyEngine === 'unknown') return engineUnknown(placement);
    if (placement.policyEngine !== 'none') return HOLDS;
    const { policies } = context.perimeter.kubernetes;
    const { network } = placement.cluster!;
    const others = managed(context).filter(({ policyEngine }) => policyEngine !== 'none');
    if (others.length > 0)
      return {
        kind: 'undecided',
        message: `Whether the network policies are for ${placement.name}, which has no engine, is not known.`,
        missing: 'the cluster that the Kubernetes objects belong to (check one cluster at a time)',
        at: network.at,
      };
    return {
      kind: 'fails',
      message: `${placement.name} ignores ${policies.length === 1 ? 'the one network policy' : `all ${policies.length} network policies`}.`,
      places: [
        { at: network.at, what: 'networkPolicy: none' },
        ...policies.slice(0, 2).map((policy) => ({
          at: policy.at,
          what: `${policy.kind} ${policy.namespace}/${policy.name}`,
        })),
      ],
      evidence: [placement.policyEngineWhy],
    };
  },
});

const meshIsNotPolicy = eachSubject<ClusterPlacement>({
  id: 'policy/mesh-instead-of-policy',
  severity: 'warning',
  title: 'A service mesh stands beside network policies, not in their place.',
  explanation:
    'mTLS authenticates; it neither opens nor closes a port. A pod outside the mesh, or one that bypasses its sidecar, meets no barrier.',
  fix: 'enable a network policy engine and write default-deny policies',
  facts: ['K8P-70'],
  covers: ['A9'],
  subjects: (context) => managed(context).filter(({ cluster }) => cluster!.addons.istio),
  none: 'no cluster with the Istio add-on',
  key: ({ cluster }) => cluster!.key,
  judge: (placement) => {
    if (placement.policyEngine === 'unknown') return engineUnknown(placement);
    if (placement.policyEngine !== 'none') return HOLDS;
    return {
      kind: 'fails',
      message: `${placement.name} relies on Istio and has no network policy engine.`,
      places: [{ at: placement.cluster!.network.at, what: 'networkPolicy: none' }],
      evidence: ['serviceMeshProfile.mode Istio', placement.policyEngineWhy],
    };
  },
});

const npmIpv6 = eachSubject<ClusterPlacement>({
  id: 'policy/npm-ipv6',
  severity: 'error',
  title: 'Network policies of a dual-stack cluster hold for IPv6 too.',
  explanation:
    'Azure NPM writes IPv4 rules alone. In a dual-stack cluster every pod stays open by its IPv6 address, whatever its policies say.',
  fix: 'move to Azure CNI powered by Cilium (az aks update --network-dataplane cilium)',
  facts: ['K8P-62'],
  covers: ['KP-0', 'KP-10a', 'KP-E12'],
  subjects: (context) =>
    managed(context).filter(
      ({ policyEngine }) => policyEngine === 'azure-npm' || policyEngine === 'unknown',
    ),
  none: 'no cluster with Azure NPM',
  key: ({ name }) => name,
  judge: (placement) => {
    const { ipFamilies } = placement.cluster!.network;
    if (!ipFamilies.some((family) => family.toLowerCase() === 'ipv6')) return HOLDS;
    if (placement.policyEngine === 'unknown') return engineUnknown(placement);
    return {
      kind: 'fails',
      message: `${placement.name} is dual-stack and uses Azure NPM: no policy holds for IPv6.`,
      places: [
        { at: placement.cluster!.network.at, what: 'networkPolicy: azure, ipFamilies IPv6' },
      ],
      evidence: [placement.policyEngineWhy, 'ipFamilies: IPv4, IPv6'],
    };
  },
});

const policyAddon = eachSubject<ManagedCluster>({
  id: 'guardrails/azure-policy-off',
  severity: 'note',
  title: 'Azure Policy watches the cluster.',
  explanation:
    'What was reviewed once changes by the next deployment. The Azure Policy add-on refuses, for example, public load balancers at admission. No built-in definition tests networkPolicy, outboundType or node public addresses: those need custom ones.',
  fix: 'enable addonProfiles.azurepolicy and assign the definitions you want, with effect deny and enforcementMode Default',
  facts: ['AKS-96'],
  covers: ['P6', 'F4'],
  subjects: (context) =>
    production(context) ? managed(context).map(({ cluster }) => cluster!) : [],
  none: 'no managed cluster, or a profile that does not ask for it',
  key: ({ key }) => key,
  judge: (cluster, context) => {
    const { azurePolicy, unknownAzurePolicy } = cluster.addons;
    if (unknownAzurePolicy !== undefined)
      return undecided(
        `Whether Azure Policy watches ${cluster.name} is not known.`,
        unknownAzurePolicy,
      );
    if (!azurePolicy)
      return {
        kind: 'fails',
        message: `Nothing stops the next deployment from changing what was reviewed: the Azure Policy add-on of ${cluster.name} is off.`,
        places: [{ at: cluster.at, what: `cluster ${cluster.name}` }],
        evidence: ['addonProfiles.azurepolicy is not enabled'],
        changes: [
          {
            at: cluster.at,
            path: ['properties', 'addonProfiles', 'azurepolicy', 'enabled'],
            to: true,
          },
        ],
      };
    const assignments = context.perimeter.policyAssignments.filter(({ scope }) =>
      mayHold(scope, cluster.key),
    );
    const acting = assignments.filter((one) => watchesOnly(one) === undefined);
    if (acting.some(({ effect }) => !isUnknown(effect))) return HOLDS;
    const [open] = acting;
    if (open !== undefined && isUnknown(open.effect))
      return undecided(
        `Whether assignment ${open.name} denies anything is not known.`,
        open.effect,
      );
    const [idle] = assignments;
    if (idle === undefined)
      return {
        kind: 'undecided',
        message: `Whether ${cluster.name} has policy assignments is not known.`,
        missing: 'policy assignments whose scope holds it (az policy assignment list -o json)',
        at: cluster.at,
      };
    return {
      kind: 'fails',
      message: `Every policy assignment for ${cluster.name} only watches: assignment ${idle.name} has ${watchesOnly(idle)}.`,
      places: assignments
        .slice(0, 3)
        .map((one) => ({ at: one.at, what: `assignment ${one.name}` })),
      evidence: assignments.map((one) => `${one.name}: ${watchesOnly(one)}`),
    };
  },
});

export const CLUSTER_GUARDRAIL_CHECKS: readonly Check[] = [
  networkPlugin,
  policiesIgnored,
  meshIsNotPolicy,
  npmIpv6,
  policyAddon,
];

function engineUnknown({ name, cluster, policyEngineWhy }: ClusterPlacement): Judgement {
  return {
    kind: 'undecided',
    message: `Whether ${name} enforces network policies is not known.`,
    missing: policyEngineWhy,
    at: cluster!.network.at,
  };
}

/** Why the assignment refuses nothing; `undefined` when it may. Without an effect the definition's default counts. */
function watchesOnly({ effect, enforcementMode }: PolicyAssignment): string | undefined {
  if (enforcementMode?.toLowerCase() === 'donotenforce') return 'enforcementMode DoNotEnforce';
  return typeof effect === 'string' && /^(audit|auditifnotexists|disabled)$/i.test(effect)
    ? `effect ${effect}`
    : undefined;
}

/** A management group may hold every subscription: no file says which. */
function mayHold(scope: string, key: string): boolean {
  const where = scope.toLowerCase().replace(/\/$/, '');
  if (where.includes('/managementgroups/')) return true;
  return key === where || key.startsWith(`${where}/`);
}

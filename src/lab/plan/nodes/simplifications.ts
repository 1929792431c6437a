import type { ClusterObjects } from '../../../model/index.ts';
import type { ClusterPlacement } from '../../../network/index.ts';

/** Where nodes and pods of the lab are simpler than a cluster, for the first screen. Only what bears on this one. */
export function simplificationsOf(
  cluster: ClusterPlacement,
  objects: ClusterObjects | undefined,
  hasStandInDns: boolean,
): readonly string[] {
  if (objects === undefined || objects.pods.length === 0) return [];
  const { policies, services, pods, configMaps } = objects;
  const engine = cluster.policyEngine;
  const has = (kind: RegExp) => policies.some((policy) => kind.test(policy.kind));
  const all: readonly (readonly [boolean, string])[] = [
    [
      cluster.cluster?.network.ipFamilies.includes('IPv6') === true,
      'Pods have IPv4 addresses alone.',
    ],
    [
      true,
      'Pods are network namespaces: they answer on every port and run nothing of their images.',
    ],
    [
      cluster.pools.some(({ pool }) => pool.osType === 'Windows'),
      'Nodes of Windows pools are Linux and run no pods.',
    ],
    [pods.some(({ replicas = 1 }) => replicas > 2), 'A workload has at most two pods.'],
    [hasStandInDns, 'CoreDNS is a stand-in: its names are those of the Services in the input.'],
    [
      configMaps.has('kube-system/coredns-custom'),
      'What `coredns-custom` adds to CoreDNS is left out.',
    ],
    [
      services.some(({ type, ports }) => type === 'NodePort' && ports.some((p) => !p.nodePort)),
      'A node port that Kubernetes would choose is not there.',
    ],
    [
      policies.length > 0 && engine !== 'none' && engine !== 'unknown',
      `${ENGINES[engine]} is compiled to nftables.`,
    ],
    [
      policies.length > 0 && pods.some(({ hostNetwork }) => hostNetwork),
      'Pods in the network of their node are the node for policies.',
    ],
    [
      engine === 'calico' && policies.length > 0,
      'Calico is taken to accept what policies let a pod send to its own node.',
    ],
    [
      has(/^Cilium|^ClusterNetworkPolicy$/),
      'Names in network policies are resolved once, when the lab is planned.',
    ],
  ];
  return all.filter(([holds]) => holds).map(([, text]) => text);
}

const ENGINES: Readonly<Record<ClusterPlacement['policyEngine'], string>> = {
  none: 'No engine',
  generic: 'Network policy as Kubernetes describes it',
  'azure-npm': 'The policy engine Azure NPM, as documented,',
  calico: 'The policy engine Calico, as documented,',
  cilium: 'The policy engine Cilium, as documented,',
  unknown: 'No engine',
};

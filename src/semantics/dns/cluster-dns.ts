import { placeless } from '../../diagnostics/index.ts';
import type { AgentPool, PodClass } from '../../model/index.ts';
import type { ClusterPlacement, Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { FlowAddress } from '../flow.ts';
import { type OutsideSource, sourceOutsidePod } from '../masquerade/concrete.ts';

/**
 * The source that DNS servers outside the cluster see: CoreDNS asks for everybody, never the pod that wants to know.
 * @param server the DNS server of the virtual network
 * @see AKS-80
 */
export function dnsQuerySource(
  network: Network,
  cluster: ClusterPlacement,
  server: FlowAddress,
): OutsideSource {
  const known = network.perimeter.kubernetes.pods.find(
    (pod) => pod.namespace === 'kube-system' && pod.labels['k8s-app'] === 'kube-dns',
  );
  const pool = cluster.pools.length === 1 ? cluster.pools[0] : undefined;
  return sourceOutsidePod(network, cluster, pool, known ?? CORE_DNS, server);
}

/**
 * Does a node-local proxy answer the pods of a pool and keep long TCP sessions to the DNS servers? `unknown` without
 * a version, or where the pool leaves it to AKS and a reason against it may exist.
 * @see AKS-81
 */
export function usesLocalDns(cluster: ClusterPlacement, pool: AgentPool): 'yes' | 'no' | 'unknown' {
  const mode = pool.localDnsMode?.toLowerCase();
  if (mode === 'required') return 'yes';
  if (mode === 'disabled') return 'no';
  const managed = cluster.cluster;
  if (managed === undefined) return 'unknown';
  if (managed.skuName?.toLowerCase() === 'automatic') return 'yes';
  const minor = /^1\.(\d+)/.exec(managed.kubernetesVersion ?? '')?.[1];
  if (minor === undefined) return 'unknown';
  if (Number(minor) < 36) return 'no';
  const { plugin } = managed.network;
  if (isUnknown(plugin)) return 'unknown';
  if (plugin === 'none') return 'no';
  if (cluster.policyEngine === 'unknown') return 'unknown';
  // Left out by default where one of these engines enforces policies; whether it does here is a matter of objects.
  return cluster.policyEngine === 'cilium' || cluster.policyEngine === 'calico' ? 'no' : 'yes';
}

const at = placeless('CoreDNS, part of every cluster');

/** What AKS runs when no manifest of it is in the input. */
const CORE_DNS: PodClass = {
  kind: 'Deployment',
  namespace: 'kube-system',
  name: 'coredns',
  at,
  labels: { 'k8s-app': 'kube-dns' },
  annotations: {},
  serviceAccount: 'coredns',
  hostNetwork: false,
  ports: [],
  nodeSelector: {},
  probePorts: [],
  images: [],
};

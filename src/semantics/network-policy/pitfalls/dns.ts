import { placeless } from '../../../diagnostics/index.ts';
import type { ClusterObjects, PodClass } from '../../../model/index.ts';
import {
  ALL_IPV4,
  addressSetCovers,
  type Protocol,
  parseIp,
  parsePort,
} from '../../../net/index.ts';
import type { PolicyEngine } from '../../../network/index.ts';
import type { Verdict } from '../../verdict.ts';
import { evaluatePolicies } from '../concrete.ts';
import type { Peer, PolicySet, PortTerm } from '../policy.ts';
import type { PolicyEnd } from '../question.ts';
import { podTitle } from './coverage-of-policies.ts';
import type { Pitfall } from './pitfall.ts';

const DNS = parsePort(53)!;

/** CoreDNS as AKS runs it: the input's own, or what AKS puts there (K8P-22). */
export function clusterDnsPod(objects: ClusterObjects): PodClass {
  const found = objects.pods.find(
    (pod) => pod.namespace === 'kube-system' && pod.labels['k8s-app'] === 'kube-dns',
  );
  if (found !== undefined) return found;
  const at = placeless('CoreDNS of AKS');
  return {
    kind: 'Deployment',
    namespace: 'kube-system',
    name: 'coredns',
    at,
    labels: { 'k8s-app': 'kube-dns' },
    annotations: {},
    serviceAccount: 'coredns',
    hostNetwork: false,
    ports: [
      { name: 'dns', port: DNS, protocol: 'udp', at },
      { name: 'dns-tcp', port: DNS, protocol: 'tcp', at },
    ],
    nodeSelector: {},
    probePorts: [],
    images: [],
  };
}

/**
 * Pods whose egress policies keep them from the cluster's name servers: every flow by name fails (K8P-22). One entry
 * per pod; what cannot be decided is left out.
 * @param localDnsAddress the node-local resolver, when the cluster has one: reaching it is enough
 */
export function egressWithoutDns(
  set: PolicySet,
  engine: PolicyEngine,
  localDnsAddress?: string,
): readonly Pitfall[] {
  return set.objects.pods.flatMap((subject) => {
    const { udp, tcp } = dnsVerdicts(set, engine, subject, localDnsAddress);
    const first = [udp, tcp].find((verdict) => verdict.kind === 'deny');
    if (first === undefined) return [];
    const protocols = [
      ...(udp.kind === 'deny' ? ['UDP'] : []),
      ...(tcp.kind === 'deny' ? ['TCP'] : []),
    ].join(' and ');
    const what = `its egress is limited and no rule allows ${protocols} 53 to the cluster's DNS: names do not resolve`;
    return [
      {
        subject: podTitle(subject),
        place: first.by.at ?? subject.at,
        what,
        fact: 'K8P-22' as const,
      },
    ];
  });
}

/**
 * What the policies of one pod say of its queries to the cluster's name servers (K8P-22).
 * @param localDnsAddress the node-local resolver, when there is one: reaching either of both is enough
 */
export function dnsVerdicts(
  set: PolicySet,
  engine: PolicyEngine,
  subject: PodClass,
  localDnsAddress?: string,
): Readonly<Record<'udp' | 'tcp', Verdict>> {
  const local = localDnsAddress === undefined ? undefined : parseIp(localDnsAddress);
  const resolvers: PolicyEnd[] = [
    { kind: 'pod', pod: clusterDnsPod(set.objects) },
    ...(local === undefined
      ? []
      : [{ kind: 'address', address: { kind: 'exact', ip: local } } as const]),
  ];
  const verdictOf = (protocol: Protocol): Verdict => {
    const verdicts = resolvers.map(
      (peer) =>
        evaluatePolicies(
          set,
          engine,
          { direction: 'egress', subject, peer, protocol, port: DNS },
          { comparesEngines: false },
        ).verdict,
    );
    const ranked = (kind: Verdict['kind']) => verdicts.find((verdict) => verdict.kind === kind);
    return ranked('allow') ?? ranked('unknown') ?? verdicts[0]!;
  };
  return { udp: verdictOf('udp'), tcp: verdictOf('tcp') };
}

/** Egress rules that open port 53 to every address: a way out for data (kubernetes-policy 7). */
export function dnsToAnywhere(set: PolicySet): readonly Pitfall[] {
  return set.policies.flatMap((policy) =>
    (policy.egress ?? []).flatMap((rule) => {
      if (rule.action !== 'allow' || rule.calico !== undefined || rule.ports === 'any') return [];
      // Peers that cannot be read stand as `any`: they may still be a few.
      if (rule.peers === 'any' && rule.doubts.length > 0) return [];
      if (!isAnywhere(rule.peers) || !rule.ports.some(isOnlyDns)) return [];
      const what = `${rule.label} allows port 53 to every address: data can leave by DNS`;
      return [{ subject: policy.title, place: rule.at, what, fact: 'K8P-22' as const }];
    }),
  );
}

/** `toFQDNs` in policies of pods that no `dns` rule covers: the names are never learned (K8P-47). */
export function namesWithoutDnsRule(set: PolicySet): readonly Pitfall[] {
  return set.policies.flatMap((policy) => {
    if (policy.type !== 'cilium') return [];
    return (policy.egress ?? []).flatMap((rule) => {
      if (rule.peers === 'any') return [];
      return rule.peers.flatMap((peer) => {
        if (peer.kind !== 'names' || hasDnsRule(set, policy.namespace)) return [];
        const texts = peer.patterns.map((pattern) => `\`${pattern.text}\``).join(', ');
        const what = `${rule.label} names ${texts}, and no \`dns\` rule lets the proxy see the query: it never matches`;
        return [{ subject: policy.title, place: peer.at, what, fact: 'K8P-47' as const }];
      });
    });
  });
}

/** A bare `*` in a `dns` rule, which the FQDN filter of AKS does not support (K8P-50). */
export function bareStarInDnsRule(set: PolicySet): readonly Pitfall[] {
  return set.policies.flatMap((policy) =>
    (policy.egress ?? []).flatMap((rule) =>
      (rule.ports === 'any' ? [] : rule.ports).flatMap((port) => {
        const request = 'request' in port ? port.request : undefined;
        if (request?.kind !== 'dns') return [];
        if (!request.names.some((name) => name.kind === 'every-name')) return [];
        const what = 'a `dns` rule has the bare pattern `*`, which AKS does not support';
        return [{ subject: policy.title, place: request.at, what, fact: 'K8P-50' as const }];
      }),
    ),
  );
}

/** Any policy that may cover the same pods: of the namespace, or clusterwide. */
function hasDnsRule(set: PolicySet, namespace: string): boolean {
  return set.policies.some(
    (policy) =>
      policy.type === 'cilium' &&
      (namespace === '' || policy.namespace === '' || policy.namespace === namespace) &&
      (policy.egress ?? []).some(
        (rule) =>
          rule.ports !== 'any' &&
          rule.ports.some((port) => 'request' in port && port.request?.kind === 'dns'),
      ),
  );
}

function isOnlyDns(port: PortTerm): boolean {
  return port.kind === 'range' && port.low === DNS && port.high === DNS;
}

function isAnywhere(peers: readonly Peer[] | 'any'): boolean {
  if (peers === 'any') return true;
  return peers.some(
    (peer) =>
      (peer.kind === 'block' && addressSetCovers(peer.addresses, ALL_IPV4)) ||
      (peer.kind === 'entity' && (peer.entity === 'all' || peer.entity === 'world')),
  );
}

import type { PodClass } from '../../model/index.ts';
import { formatPrefix, parseIpv4, prefixesOfAddressSet, unionAddresses } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import type { PlainJson } from '../../questions/check/index.ts';
import type { Locate } from '../places/index.ts';
import { coverAddresses } from './address-cover.ts';
import type { LoggedFlow } from './logged-flows.ts';
import { NARROWING } from './narrowing.ts';
import type { Tightening } from './tighten.ts';

export interface WorkloadPolicies {
  readonly manifests: readonly { readonly [name: string]: PlainJson }[];
  /** What the manifests cannot say, or say for the firewall to narrow. */
  readonly remarks: readonly string[];
}

/**
 * The network policies that say beside the firewall what it lets through: one for each workload whose pods the firewall sees. Logs of a
 * firewall tell nothing of what stays inside, so that is left open; names are said where the engine can.
 */
export function workloadPolicies(
  network: Network,
  tightenings: readonly Tightening[],
  locate: Locate,
): WorkloadPolicies {
  const pods = new Map(
    network.perimeter.kubernetes.pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod]),
  );
  const byPod = new Map<PodClass, LoggedFlow[]>();
  const hidden = new Set<string>();
  for (const flow of tightenings.flatMap(({ flows }) => flows)) {
    const place = locate(flow.source, flow.last);
    const pod = pods.get(place.label);
    if (place.kind === 'workload' && pod !== undefined) {
      const own = byPod.get(pod);
      if (own === undefined) byPod.set(pod, [flow]);
      else own.push(flow);
    } else if (place.hidden !== undefined) hidden.add(place.hidden);
  }
  const engine = network.clusters[0]?.policyEngine;
  const saysNames = engine === 'cilium';
  const manifests = [...byPod]
    .filter(([pod]) => Object.keys(pod.labels).length > 0)
    .map(([pod, flows]) =>
      saysNames ? ciliumPolicy(network, pod, flows) : networkPolicy(network, pod, flows),
    );
  const hasNames = [...byPod.values()].flat().some(({ fqdn }) => fqdn !== '');
  return {
    manifests,
    remarks: [
      ...(manifests.length === 0 ? ['No workload can be told apart in these logs.'] : []),
      ...hidden,
      ...(manifests.length > 0
        ? ['What does not pass the firewall is left open: its logs say nothing of it.']
        : []),
      ...(hasNames && !saysNames
        ? [
            'Policies of this engine know no names: ports to them are open, and the firewall narrows them.',
          ]
        : []),
    ],
  };
}

type Json = { readonly [name: string]: PlainJson };

const metadata = ({ name, namespace }: PodClass): Json => ({
  name: `seen-egress-${name}`.slice(0, 63).replace(/[^a-z0-9]+$/, ''),
  namespace: namespace ?? 'default',
});

/** The label `app` tells pods of a workload apart where there is one. */
function labelsOf({ labels }: PodClass): Json {
  const app = labels['app'];
  return app === undefined ? { ...labels } : { app };
}

function insideRanges(network: Network): readonly string[] {
  const inside = unionAddresses(...[...network.vnets.values()].map(({ addresses }) => addresses));
  return prefixesOfAddressSet(inside)
    .filter(({ family }) => family === 4)
    .map(formatPrefix);
}

function networkPolicy(network: Network, pod: PodClass, flows: readonly LoggedFlow[]): Json {
  const ranges = insideRanges(network);
  const named = flows.filter(({ fqdn }) => fqdn !== '');
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(pod),
    spec: {
      podSelector: { matchLabels: labelsOf(pod) },
      policyTypes: ['Egress'],
      egress: [
        { to: [{ namespaceSelector: {} }] },
        ...(ranges.length === 0 ? [] : [{ to: ranges.map((cidr) => ({ ipBlock: { cidr } })) }]),
        ...byService(flows.filter(({ fqdn }) => fqdn === '')).map(({ port, protocol, own }) => ({
          to: cidrsOf(own).map((cidr) => ({ ipBlock: { cidr } })),
          ports: [{ protocol, port }],
        })),
        ...byService(named).map(({ port, protocol }) => ({
          to: [{ ipBlock: { cidr: '0.0.0.0/0' } }],
          ports: [{ protocol, port }],
        })),
      ],
    },
  };
}

function ciliumPolicy(network: Network, pod: PodClass, flows: readonly LoggedFlow[]): Json {
  const ranges = insideRanges(network);
  const ports = (protocol: string, port: number): PlainJson => [
    { ports: [{ port: String(port), protocol }] },
  ];
  return {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: metadata(pod),
    spec: {
      endpointSelector: { matchLabels: labelsOf(pod) },
      egress: [
        {
          toEndpoints: [
            {
              matchLabels: {
                'k8s:io.kubernetes.pod.namespace': 'kube-system',
                'k8s-app': 'kube-dns',
              },
            },
          ],
          // Names are known to Cilium from the answers that pass its proxy.
          toPorts: [
            { ports: [{ port: '53', protocol: 'ANY' }], rules: { dns: [{ matchPattern: '*' }] } },
          ],
        },
        { toEntities: ['cluster'] },
        ...(ranges.length === 0 ? [] : [{ toCIDR: ranges }]),
        ...byService(flows.filter(({ fqdn }) => fqdn === '')).map(({ port, protocol, own }) => ({
          toCIDR: cidrsOf(own),
          toPorts: ports(protocol, port),
        })),
        ...byService(flows.filter(({ fqdn }) => fqdn !== '')).map(({ port, protocol, own }) => ({
          toFQDNs: [...new Set(own.map(({ fqdn }) => fqdn))]
            .sort()
            .map((name) => ({ matchName: name })),
          toPorts: ports(protocol, port),
        })),
      ],
    },
  };
}

function byService(flows: readonly LoggedFlow[]) {
  const services = new Map<string, { port: number; protocol: 'TCP' | 'UDP'; own: LoggedFlow[] }>();
  for (const flow of flows) {
    const protocol = /^udp/i.test(flow.protocol) ? 'UDP' : 'TCP';
    if (/^icmp/i.test(flow.protocol)) continue;
    const key = `${protocol} ${String(flow.port).padStart(5, '0')}`;
    const known = services.get(key);
    if (known === undefined) services.set(key, { port: flow.port, protocol, own: [flow] });
    else known.own.push(flow);
  }
  return [...services].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function cidrsOf(flows: readonly LoggedFlow[]): readonly string[] {
  const addresses = flows.flatMap(({ destination }) => parseIpv4(destination) ?? []);
  return coverAddresses(addresses, { most: NARROWING.prefixes, widest: NARROWING.widest }).map(
    formatPrefix,
  );
}

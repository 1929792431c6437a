import type { Locate } from '../logs/places/index.ts';
import type { NetworkRule, PodClass } from '../model/index.ts';
import { formatPrefix, parseIpv4, prefixesOfAddressSet, unionAddresses } from '../net/index.ts';
import type { FirewallPlacement, Network } from '../network/index.ts';
import type { PlainJson } from '../questions/check/index.ts';
import { isUnknown } from '../values/index.ts';
import { coverAddresses } from './address-cover.ts';
import type { LoggedFlow } from './logged-flows.ts';
import { NARROWING } from './narrowing.ts';
import { namedRules, ruleFinder } from './written-rules.ts';

export interface WorkloadPolicies {
  readonly manifests: readonly { readonly [name: string]: PlainJson }[];
  /** What the manifests cannot say, or say for the firewall to narrow. */
  readonly remarks: readonly string[];
}

/**
 * The network policies that say beside the firewall what it lets through: one for each workload whose pods the firewall sees, of everything
 * they were seen to call, whichever rule let it through. Logs of a firewall tell nothing of what stays inside, so that is left open.
 */
export function workloadPolicies(
  network: Network,
  placement: FirewallPlacement,
  allowed: readonly LoggedFlow[],
  locate: Locate,
): WorkloadPolicies {
  const pods = new Map(network.perimeter.kubernetes.pods.map((pod) => [podName(pod), pod]));
  const aim = aimOf(placement);
  const byPod = new Map<PodClass, Aimed[]>();
  const hidden = new Set<string>();
  for (const flow of allowed) {
    const place = locate(flow.source, flow.last);
    const pod = pods.get(place.label);
    if (place.kind === 'workload' && pod !== undefined) {
      const own = byPod.get(pod) ?? [];
      byPod.set(pod, own);
      own.push(...aim(flow));
    } else if (place.hidden !== undefined) hidden.add(place.hidden);
  }
  const [cluster] = network.clusters;
  const saysNames = cluster?.policyEngine === 'cilium';
  const manifests = [...byPod]
    .filter(([pod]) => Object.keys(pod.labels).length > 0)
    .sort(([a], [b]) => (podName(a) < podName(b) ? -1 : 1))
    .map(([pod, aimed]) =>
      saysNames ? ciliumPolicy(network, pod, aimed) : networkPolicy(network, pod, aimed),
    );
  const all = [...byPod.values()].flat();
  const remarks = manifests.length === 0 ? [] : remarksOn(all, saysNames);
  return {
    manifests,
    remarks: [
      ...(manifests.length === 0 ? ['No workload can be told apart in these logs.'] : []),
      ...[...hidden].map((sentence) => `${sentence}.`),
      ...(manifests.length === 0 || cluster === undefined ? [] : enforcedBy(cluster)),
      ...remarks,
    ],
  };
}

function remarksOn(aimed: readonly Aimed[], saysNames: boolean): readonly string[] {
  return [
    'What does not pass the firewall is left open: its logs say nothing of it.',
    ...(!saysNames && aimed.some(({ to }) => to.kind === 'name')
      ? [
          'Policies of this engine know no names: the port of a name is open to every address, and the firewall narrows it.',
        ]
      : []),
    ...(aimed.some(({ to }) => to.kind === 'anywhere')
      ? ['Members of service tags change: their ports are open to every address.']
      : []),
    ...(aimed.some(({ flow }) => /^icmp/i.test(flow.protocol))
      ? ['ICMP is not in them: policies of Kubernetes have no word for it.']
      : []),
  ];
}

/** Policies that nobody enforces close nothing. */
function enforcedBy({
  policyEngine,
  policyEngineWhy,
}: Network['clusters'][number]): readonly string[] {
  if (policyEngine === 'none') return [`Nothing enforces them: ${policyEngineWhy}.`];
  return policyEngine === 'unknown'
    ? [`Whether anything enforces them is not known: ${policyEngineWhy}.`]
    : [];
}

/** A flow, and where its rule lets it go: what a rule says by name or tag has other addresses tomorrow. */
interface Aimed {
  readonly flow: LoggedFlow;
  readonly to:
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'anywhere' }
    | { readonly kind: 'address' };
}

function aimOf(placement: FirewallPlacement): (flow: LoggedFlow) => readonly Aimed[] {
  const findRule = ruleFinder(namedRules(placement));
  return (flow) => {
    if (flow.fqdn !== '') return [{ flow, to: { kind: 'name', name: flow.fqdn } }];
    const found = findRule(flow.by, 'network');
    if (found === undefined) return [{ flow, to: { kind: 'address' } }];
    const { destinationFqdns, destinationAddresses } = found.rule as NetworkRule;
    const names = destinationFqdns.flatMap((one) => (isUnknown(one) ? [] : [one.text]));
    if (names.length > 0 && destinationAddresses.length === 0) {
      return names.map((name) => ({ flow, to: { kind: 'name', name: name.toLowerCase() } }));
    }
    const isTagged = destinationAddresses.some(({ kind }) => kind === 'service-tag');
    return [{ flow, to: { kind: isTagged ? 'anywhere' : 'address' } }];
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

function networkPolicy(network: Network, pod: PodClass, aimed: readonly Aimed[]): Json {
  const ranges = insideRanges(network);
  const isByAddress = ({ to }: Aimed) => to.kind === 'address';
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
        ...byService(aimed.filter(isByAddress)).map(({ port, protocol, own }) => ({
          to: cidrsOf(own).map((cidr) => ({ ipBlock: { cidr } })),
          ports: [{ protocol, port }],
        })),
        ...byService(aimed.filter((one) => !isByAddress(one))).map(({ port, protocol }) => ({
          to: [{ ipBlock: { cidr: '0.0.0.0/0' } }],
          ports: [{ protocol, port }],
        })),
      ],
    },
  };
}

function ciliumPolicy(network: Network, pod: PodClass, aimed: readonly Aimed[]): Json {
  const ranges = insideRanges(network);
  const of = (kind: Aimed['to']['kind']) => byService(aimed.filter(({ to }) => to.kind === kind));
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
        ...of('address').map(({ port, protocol, own }) => ({
          toCIDR: cidrsOf(own),
          toPorts: ports(protocol, port),
        })),
        ...of('name').map(({ port, protocol, own }) => ({
          toFQDNs: namesOf(own).map((name) => ({ matchName: name })),
          toPorts: ports(protocol, port),
        })),
        ...of('anywhere').map(({ port, protocol }) => ({
          toEntities: ['world'],
          toPorts: ports(protocol, port),
        })),
      ],
    },
  };
}

function namesOf(aimed: readonly Aimed[]): readonly string[] {
  return [...new Set(aimed.flatMap(({ to }) => (to.kind === 'name' ? [to.name] : [])))].sort();
}

function byService(aimed: readonly Aimed[]) {
  const services = new Map<string, { port: number; protocol: 'TCP' | 'UDP'; own: Aimed[] }>();
  for (const one of aimed) {
    const { protocol: spoken, port } = one.flow;
    if (/^icmp/i.test(spoken)) continue;
    const protocol = /^udp/i.test(spoken) ? 'UDP' : 'TCP';
    const key = `${protocol} ${String(port).padStart(5, '0')}`;
    const known = services.get(key);
    if (known === undefined) services.set(key, { port, protocol, own: [one] });
    else known.own.push(one);
  }
  return [...services].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function cidrsOf(aimed: readonly Aimed[]): readonly string[] {
  const addresses = aimed.flatMap(({ flow }) => parseIpv4(flow.destination) ?? []);
  return coverAddresses(addresses, { most: NARROWING.prefixes, widest: NARROWING.widest }).map(
    formatPrefix,
  );
}

function podName({ namespace, name }: PodClass): string {
  return `${namespace}/${name}`;
}

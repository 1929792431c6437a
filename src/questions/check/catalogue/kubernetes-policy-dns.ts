import type { PodClass } from '../../../model/index.ts';
import { parseIp, parsePort } from '../../../net/index.ts';
import { evaluatePolicies } from '../../../semantics/network-policy/index.ts';
import {
  bareStarInDnsRule,
  dnsToAnywhere,
  dnsVerdicts,
  namesWithoutDnsRule,
} from '../../../semantics/network-policy/pitfalls/index.ts';
import type { Verdict } from '../../../semantics/verdict.ts';
import type { Check, NamedPlace } from '../finding.ts';
import { eachSubject, HOLDS } from '../judge.ts';
import { openQuestion, policyCheck, unreadablePart } from './kubernetes-policy-check.ts';
import { grouped, listed, type PolicyWorld, policyWorld } from './kubernetes-policy-world.ts';

/** Addresses of the node-local resolver (aks 9). */
const LOCAL_DNS = ['169.254.10.10', '169.254.10.11'];
const DNS = parsePort(53)!;

interface AskingPods {
  readonly world: PolicyWorld;
  readonly namespace: string;
  readonly pods: readonly PodClass[];
}

const withoutDns = eachSubject<AskingPods>({
  id: 'policy/egress-without-dns',
  severity: 'error',
  title: 'Pods with limited egress may ask the cluster’s name servers.',
  explanation:
    'The first packet of almost every connection is a DNS query. A policy that limits egress and forgets UDP and TCP 53 to CoreDNS breaks every call by name; what it allows by address or selector still works, which makes the fault hard to see.',
  fix: 'allow UDP and TCP 53 to namespace kube-system, pods `k8s-app: kube-dns` (and 169.254.10.0/24 with LocalDNS), once per namespace with `podSelector: {}`',
  facts: ['K8P-22', 'AKS-81'],
  covers: ['F5', 'KP-7'],
  subjects: (context) => {
    const world = policyWorld(context);
    if (world === undefined || world.engine === 'none') return [];
    if (!world.set.policies.some((policy) => policy.egress !== undefined)) return [];
    const pods = world.set.objects.pods.filter(asksClusterDns);
    return [...grouped(pods, ({ namespace }) => namespace)].map(([namespace, own]) => ({
      world,
      namespace,
      pods: own,
    }));
  },
  none: 'no policy limits egress of a workload that uses the cluster’s DNS',
  key: ({ namespace }) => `Namespace/${namespace}`,
  judge: ({ world, namespace, pods }) => {
    const answers = pods.map((pod) => ({ pod, ...verdictsOf(world, pod) }));
    const blocked = answers.filter(({ udp, tcp }) => udp.kind === 'deny' || tcp.kind === 'deny');
    if (blocked.length === 0) {
      const open = answers.flatMap(({ udp, tcp }) =>
        [udp, tcp].flatMap((verdict) => (verdict.kind === 'unknown' ? [verdict] : [])),
      )[0];
      if (open === undefined) return HOLDS;
      const question = `Whether every workload of ${namespace} can resolve names is not known.`;
      return openQuestion(question, open.why[0]!, open.by.at);
    }
    const names = listed(blocked.map(({ pod }) => pod.name));
    const onlyTcp = blocked.every(({ udp }) => udp.kind !== 'deny');
    return {
      kind: 'fails',
      severity: onlyTcp ? 'warning' : 'error',
      message: onlyTcp
        ? `Long DNS answers never reach ${names} in ${namespace}: TCP 53 is not allowed.`
        : `${names} in ${namespace} cannot resolve any name: the egress policies leave port 53 out.`,
      places: deciders(blocked.flatMap(({ udp, tcp }) => [udp, tcp])),
      evidence: blocked.map(
        ({ pod, udp, tcp }) =>
          `${pod.kind} ${pod.namespace}/${pod.name}: ${udp.kind === 'deny' ? `UDP 53 denied by ${udp.by.name}` : `TCP 53 denied by ${tcp.by.name}`}`,
      ),
    };
  },
});

const anywhere = policyCheck({
  id: 'policy/dns-to-anywhere',
  severity: 'warning',
  title: 'Port 53 is open towards the cluster’s resolvers only.',
  explanation:
    'A rule for port 53 without `to` allows queries to any server: data leaves in the names that are asked for. Only CoreDNS asks servers outside.',
  fix: 'name the cluster’s DNS as the peer: namespace kube-system, pods `k8s-app: kube-dns`',
  facts: ['K8P-22'],
  covers: ['F5', 'KP-7'],
  none: 'no policy allows port 53',
  concerns: (policy) => policy.egress !== undefined && policy.egress.length > 0,
  find: ({ set }) => dnsToAnywhere(set),
  open: (policy) => unreadablePart(policy, ['peers', 'ports']),
  message: (title) => `${title} lets its pods ask any DNS server: data can leave in queries.`,
  question: (title) => `Whom ${title} lets pods ask for names is not known.`,
});

const namesNeverLearned = policyCheck({
  id: 'policy/fqdn-without-dns-rule',
  severity: 'error',
  title: 'Policies with names have a DNS rule that lets Cilium see the queries.',
  explanation:
    'Cilium learns the addresses of a `toFQDNs` name from the answers its DNS proxy sees. Only a rule that allows DNS with a `rules.dns` section sends queries through the proxy; without one the name rule never matches.',
  fix: 'add an egress rule to kube-dns on port 53 with `rules: { dns: [{ matchPattern: "*.example.com" }] }` covering the names',
  facts: ['K8P-47'],
  covers: ['KP-10', 'KP-E16'],
  none: 'no policy names hosts',
  concerns: (policy) =>
    policy.type === 'cilium' &&
    (policy.doubts.length > 0 ||
      (policy.egress ?? []).some(
        ({ peers }) => peers !== 'any' && peers.some(({ kind }) => kind === 'names'),
      )),
  find: ({ set }) => namesWithoutDnsRule(set),
  open: (policy) => policy.doubts[0],
  message: (title) => `The names in ${title} never match: no rule lets Cilium see the DNS answers.`,
  question: (title) => `Whether the names in ${title} can match is not known.`,
});

const bareStar = policyCheck({
  id: 'policy/cilium-dns-star',
  severity: 'warning',
  title: 'DNS rules of Cilium name what may be asked.',
  explanation:
    'The FQDN filter of AKS does not support a bare `*` as `matchPattern` of a DNS rule: such a rule is rejected or does nothing, and the names that rely on it never resolve.',
  fix: 'list the names, or a pattern per domain (`*.example.com`, `*.*.svc.cluster.local`)',
  facts: ['K8P-50'],
  covers: ['KP-10', 'KP-E19'],
  none: 'no policy has a DNS rule',
  concerns: (policy) =>
    policy.type === 'cilium' &&
    (policy.doubts.length > 0 ||
      (policy.egress ?? []).some(
        ({ ports }) =>
          ports !== 'any' &&
          ports.some((port) => 'request' in port && port.request?.kind === 'dns'),
      )),
  find: ({ set }) => bareStarInDnsRule(set),
  open: (policy) => policy.doubts[0],
  message: (title) =>
    `AKS does not support the bare \`*\` in the DNS rule of ${title}: names may not resolve.`,
  question: (title) => `Whether AKS supports the DNS rules of ${title} is not known.`,
});

export const KUBERNETES_POLICY_DNS_CHECKS: readonly Check[] = [
  withoutDns,
  anywhere,
  namesNeverLearned,
  bareStar,
];

/** `Default` and `None` ask other servers than the cluster's; host-network pods are under no policy. */
function asksClusterDns({ hostNetwork, dnsPolicy }: PodClass): boolean {
  return !hostNetwork && dnsPolicy !== 'Default' && dnsPolicy !== 'None';
}

/**
 * With LocalDNS the node-local resolver must be open too: which of both a pod asks depends on its pool, so that where
 * they differ the answer is open.
 */
function verdictsOf(world: PolicyWorld, pod: PodClass): Readonly<Record<'udp' | 'tcp', Verdict>> {
  const cluster = dnsVerdicts(world.set, world.engine, pod);
  const pools = world.placement.pools.filter(({ pool: { localDnsMode } }) =>
    ['required', 'preferred'].includes(localDnsMode?.toLowerCase() ?? ''),
  );
  if (pools.length === 0) return cluster;
  const both = (protocol: 'udp' | 'tcp'): Verdict => {
    const locals = LOCAL_DNS.map(
      (text) =>
        evaluatePolicies(
          world.set,
          world.engine,
          {
            direction: 'egress',
            subject: pod,
            peer: { kind: 'address', address: { kind: 'exact', ip: parseIp(text)! } },
            protocol,
            port: DNS,
          },
          { comparesEngines: false },
        ).verdict,
    );
    const local = locals.find(({ kind }) => kind !== 'allow') ?? locals[0]!;
    if (local.kind === cluster[protocol].kind) return local;
    const missing = `whether ${pod.name} runs on a pool with LocalDNS, and asks CoreDNS or 169.254.10.10`;
    return { kind: 'unknown', by: local.by, why: [{ missing, at: pools[0]!.pool.at }] };
  };
  return { udp: both('udp'), tcp: both('tcp') };
}

/** The policies that deny, each once. */
function deciders(verdicts: readonly Verdict[]): readonly NamedPlace[] {
  const found = new Map(
    verdicts.flatMap(({ kind, by }) =>
      kind === 'deny' && by.at !== undefined ? [[by.name, { at: by.at, what: by.name }]] : [],
    ),
  );
  return [...found.values()];
}

import type { PodClass } from '../../../model/index.ts';
import { parseIp, parsePort } from '../../../net/index.ts';
import { evaluatePolicies } from '../../../semantics/network-policy/index.ts';
import { answerTrace, nodeEndpoint, podEndpoint, type Trace } from '../../../trace/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, holdsWalked, type Judgement } from '../judge.ts';
import { undecided } from './firewall-settings.ts';
import { type CustomUpstream, customUpstreams } from './kubernetes-egress-upstreams.ts';
import { openQuestion } from './kubernetes-policy-check.ts';
import {
  grouped,
  isSystemNamespace,
  listed,
  type PolicyWorld,
  policyWorld,
} from './kubernetes-policy-world.ts';
import { goesThroughAppliance } from './network-subjects.ts';
import { replay, undecidedBy } from './walked-ingress.ts';

/** Pods of these namespaces get the name of the API server by admission (AKS-37). */
const CALL_BY_NAME = ['kube-system', 'gatekeeper-system'];
const NAME_ANNOTATION = 'kubernetes.azure.com/set-kube-service-host-fqdn';

interface Callers {
  readonly world: PolicyWorld;
  readonly namespace: string;
  /** That call by address; empty when all of them are annotated. */
  readonly pods: readonly PodClass[];
}

const apiServerByAddress = eachSubject<Callers>({
  id: 'egress/api-server-by-address',
  severity: 'error',
  title: 'Workloads that call the API server reach it by its address.',
  explanation:
    'Outside kube-system and gatekeeper-system a pod calls `kubernetes.default`, which becomes the public address of the API server: the firewall sees TLS to an address and no name, so application rules for `*.hcp.<region>.azmk8s.io` do not match. Ingress controllers, operators, GitOps agents and CSI drivers are typical callers.',
  fix: 'annotate the pods `kubernetes.azure.com/set-kube-service-host-fqdn: "true"`, or allow TCP 443 to the API server’s address in a network rule',
  facts: ['AKS-37'],
  covers: ['FW-2', 'P5'],
  subjects: callers,
  none: 'no workload with a role calls a public API server from behind a firewall',
  key: ({ namespace }) => `Namespace/${namespace}`,
  judge: ({ world, namespace, pods }, context) => {
    const { cluster } = world.placement;
    const question = `Whether workloads of ${namespace} reach the API server is not known.`;
    const setting = [cluster!.apiServer.isPrivate, cluster!.apiServer.vnetIntegration].find(
      isUnknown,
    );
    if (setting !== undefined) return undecided(question, setting);
    const open: Judgement[] = [];
    const passed: Trace[] = [];
    const failed: { readonly pod: PodClass; readonly trace: Trace }[] = [];
    for (const pod of pods) {
      const from = podEndpoint(pod);
      for (const trace of answerTrace(context.network, { from, to: 'apiserver' }).traces) {
        if (trace.answer === 'unknown') open.push(undecidedBy(trace, question));
        else if (trace.answer === 'allowed') passed.push(trace);
        else failed.push({ pod, trace });
      }
    }
    const first = failed[0];
    if (first === undefined) return open[0] ?? holdsWalked(...passed);
    if (world.set.objects.boundServiceAccounts.size === 0) {
      return openQuestion(question, {
        missing: 'the role bindings, which say who calls the API server',
        at: first.pod.at,
      });
    }
    const end = first.trace.forward.disposition;
    const by = end.kind === 'denied' || end.kind === 'no-route' ? end.by : undefined;
    const names = listed(failed.map(({ pod }) => pod.name));
    return {
      kind: 'fails',
      message: `${names} in ${namespace} cannot call the API server: the call goes to an address${by === undefined ? '' : `, and ${by.name} stops it`}.`,
      places: [
        ...[...new Set(failed.map(({ pod }) => pod))].map((pod) => ({
          at: pod.at,
          what: `${pod.kind} ${pod.namespace}/${pod.name}`,
        })),
        ...(by?.at === undefined ? [] : [{ at: by.at, what: by.name }]),
      ],
      evidence: { trace: first.trace, replay: replay(podEndpoint(first.pod), 'apiserver') },
    };
  },
});

const IMDS = parseIp('169.254.169.254')!;
const HTTP = parsePort(80)!;

const imds = eachSubject<{ readonly world: PolicyWorld; readonly pods: readonly PodClass[] }>({
  id: 'egress/imds-reachable',
  severity: 'note',
  title: 'Workloads cannot ask the node’s metadata service.',
  explanation:
    'Any pod outside the host network may ask 169.254.169.254 for a token of the node’s managed identity, which pulls images and often does more. The firewall never sees the request. Unless IMDS restriction (preview) is on, a network policy that leaves the address out is the means.',
  fix: 'leave 169.254.169.254/32 out of every egress rule (`except`), or turn IMDS restriction on; give workloads identities by workload identity',
  facts: ['AKS-84'],
  covers: ['KP-7', 'F5'],
  subjects: (context) => {
    const world = policyWorld(context);
    if (world === undefined || context.profile === 'dev' || context.profile === 'ephemeral') {
      return [];
    }
    const pods = world.set.objects.pods.filter(
      ({ hostNetwork, namespace }) => !hostNetwork && !isSystemNamespace(namespace),
    );
    return pods.length === 0 ? [] : [{ world, pods }];
  },
  none: 'no workloads, or a profile that does not ask for it',
  key: ({ world }) => world.placement.name,
  judge: ({ world, pods }) => {
    const answers = pods.map((pod) => ({
      pod,
      verdict: evaluatePolicies(
        world.set,
        world.engine,
        {
          direction: 'egress',
          subject: pod,
          peer: { kind: 'address', address: { kind: 'exact', ip: IMDS } },
          protocol: 'tcp',
          port: HTTP,
        },
        { comparesEngines: false },
      ).verdict,
    }));
    const able = answers.filter(({ verdict }) => verdict.kind === 'allow').map(({ pod }) => pod);
    if (able.length === 0) {
      const open = answers.flatMap(({ verdict }) =>
        verdict.kind === 'unknown' ? verdict.why : [],
      );
      const question = 'Whether workloads can fetch the identity token of their node is not known.';
      return open[0] === undefined ? HOLDS : openQuestion(question, open[0]);
    }
    const names = listed(able.map(({ namespace, name }) => `${namespace}/${name}`));
    return {
      kind: 'fails',
      message: `${names} can fetch the identity token of ${able.length === 1 ? 'its node' : 'their nodes'} from 169.254.169.254.`,
      places: able.map((pod) => ({ at: pod.at, what: `${pod.kind} ${pod.namespace}/${pod.name}` })),
      evidence: [`${able.length} of ${pods.length} workloads may send TCP 80 to 169.254.169.254`],
    };
  },
});

interface UpstreamSubject {
  readonly world: PolicyWorld;
  readonly upstream: CustomUpstream;
}

const coreDnsUpstreams = eachSubject<UpstreamSubject>({
  id: 'egress/coredns-custom-upstreams',
  severity: 'error',
  title: 'CoreDNS reaches the servers it forwards to.',
  explanation:
    'Each `forward` in the ConfigMap `coredns-custom` is a DNS server that CoreDNS asks itself, from its own pod or node, past the DNS settings of the virtual network. The firewall and every route on the way must let it through.',
  fix: 'allow UDP and TCP 53 from the CoreDNS pods’ source (the node subnet in overlay) to the server in a network rule',
  facts: ['AKS-83', 'AKS-80'],
  covers: ['KP-7', 'P5'],
  subjects: (context) => {
    const world = policyWorld(context);
    const map = context.perimeter.kubernetes.configMaps.get('kube-system/coredns-custom');
    return world === undefined || map === undefined
      ? []
      : customUpstreams(map).map((upstream) => ({ world, upstream }));
  },
  none: 'no ConfigMap coredns-custom with servers of its own',
  key: ({ upstream }) =>
    `kube-system/ConfigMap/coredns-custom ${upstream.zone} ${upstream.kind === 'server' ? upstream.text : ''}`.trim(),
  judge: ({ world, upstream }, context) => {
    const { zone, at } = upstream;
    const question = `Whether names under ${zone} resolve is not known.`;
    if (upstream.kind === 'unread')
      return openQuestion(question, { missing: upstream.missing, at });
    const from = coreDnsOrigin(context, world);
    if (from === undefined) {
      return openQuestion(question, { missing: 'the CoreDNS Deployment, or the node pools', at });
    }
    const to = `${upstream.text}/${upstream.protocol}`;
    const traces = answerTrace(context.network, { from, to }).traces;
    const failed = traces.find(({ answer }) => answer === 'denied' || answer === 'broken');
    if (failed === undefined) {
      const open = traces.find(({ answer }) => answer === 'unknown');
      return open === undefined ? holdsWalked(...traces) : undecidedBy(open, question);
    }
    const end = failed.forward.disposition;
    const by = end.kind === 'denied' || end.kind === 'no-route' ? end.by : undefined;
    return {
      kind: 'fails',
      message: `Names under ${zone} never resolve in the cluster: CoreDNS cannot reach ${upstream.text}.`,
      places: [
        { at, what: `forward ${upstream.text}` },
        ...(by?.at === undefined ? [] : [{ at: by.at, what: by.name }]),
      ],
      evidence: { trace: failed, replay: replay(from, to) },
    };
  },
});

export const KUBERNETES_EGRESS_CHECKS: readonly Check[] = [
  apiServerByAddress,
  imds,
  coreDnsUpstreams,
];

/** By namespace, the pods with a role (or, without any binding in the input, an account of their own). */
function callers(context: CheckContext): readonly Callers[] {
  const world = policyWorld(context);
  const cluster = world?.placement.cluster;
  if (world === undefined || cluster === undefined) return [];
  const { isPrivate, vnetIntegration } = cluster.apiServer;
  if (isPrivate === true || vnetIntegration === true) return [];
  const isRouted = world.placement.pools.some(
    ({ nodeSubnet }) =>
      nodeSubnet.kind === 'found' && goesThroughAppliance(nodeSubnet.target) !== undefined,
  );
  if (!isRouted) return [];
  const { pods, boundServiceAccounts } = world.set.objects;
  const found = pods.filter(({ namespace, serviceAccount }) => {
    if (CALL_BY_NAME.includes(namespace)) return false;
    return boundServiceAccounts.size === 0
      ? serviceAccount !== 'default'
      : boundServiceAccounts.has(`${namespace}/${serviceAccount}`);
  });
  return [...grouped(found, ({ namespace }) => namespace)].map(([namespace, own]) => ({
    world,
    namespace,
    pods: own.filter(({ annotations }) => annotations[NAME_ANNOTATION] !== 'true'),
  }));
}

/** CoreDNS of the input, else a node: in overlay the network sees the node's address either way (AKS-80). */
function coreDnsOrigin(
  { network }: CheckContext,
  { placement, set }: PolicyWorld,
): string | undefined {
  const pod = set.objects.pods.find(
    ({ namespace, labels }) => namespace === 'kube-system' && labels['k8s-app'] === 'kube-dns',
  );
  if (pod !== undefined) return podEndpoint(pod);
  const isHidden = placement.addressing === 'overlay' || placement.addressing === 'kubenet';
  const pool =
    placement.pools.find(({ pool: { mode } }) => mode === 'System') ?? placement.pools[0];
  return isHidden && pool !== undefined ? nodeEndpoint(network, placement, pool) : undefined;
}

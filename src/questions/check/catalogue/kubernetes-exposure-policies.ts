import type { PodClass } from '../../../model/index.ts';
import { type AddressSet, addressesOfPrefixes, parsePrefix } from '../../../net/index.ts';
import { policyIndex } from '../../../semantics/network-policy/engine/coverage.ts';
import { evaluatePolicies, type PolicyEnd } from '../../../semantics/network-policy/index.ts';
import { matchLabels } from '../../../semantics/network-policy/selectors/label-selector.ts';
import { namespaceLabels } from '../../../semantics/network-policy/selectors/labels.ts';
import { type Controller, type Exposure, exposureOf } from '../../../semantics/services/index.ts';
import type { Verdict } from '../../../semantics/verdict.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS } from '../judge.ts';
import { openQuestion } from './kubernetes-policy-check.ts';
import { listed, type PolicyWorld, policyWorld } from './kubernetes-policy-world.ts';

interface Served {
  readonly world: PolicyWorld;
  readonly exposure: Exposure;
  readonly controller: Controller;
}

const blocksController = eachSubject<Served>({
  id: 'ingress/ingress-policy-blocks-controller',
  severity: 'error',
  title: 'Policies admit whoever carries the traffic of an Ingress.',
  explanation:
    'Requests reach the pod from the controller’s data plane: managed NGINX pods in app-routing-system, Istio gateways in aks-istio-ingress, or the subnet of an application gateway, which only an `ipBlock` can admit. A default deny that forgets it turns every request into 502 or 504.',
  fix: 'allow ingress from the data plane: its namespace (`kubernetes.io/metadata.name`), or an ipBlock with the gateway’s subnet',
  facts: ['K8P-89'],
  covers: ['KP-11', 'F5'],
  subjects: (context) => {
    const world = policyWorld(context);
    if (world === undefined || world.engine === 'none') return [];
    return exposureOf(world.set.objects).flatMap((exposure) =>
      exposure.controller === undefined || exposure.backends.length === 0
        ? []
        : [{ world, exposure, controller: exposure.controller }],
    );
  },
  none: 'no Ingress or route with a workload behind it',
  key: ({ exposure }) => keyOf(exposure.title),
  judge: ({ world, exposure, controller }, context) => {
    const verdicts = exposure.backends.flatMap(({ pod, podPort, protocol }) => {
      if (podPort === undefined) return [];
      const verdict = admits(world, context, controller, { pod, port: podPort, protocol });
      return [{ pod, podPort, verdict }];
    });
    const denied = verdicts.filter(({ verdict }) => verdict.kind === 'deny');
    if (denied.length > 0) {
      const names = listed(denied.map(({ pod }) => pod.name));
      return {
        kind: 'fails',
        message: `Requests for ${exposure.title} never reach ${names}: policies keep ${controller.name} out.`,
        places: [
          { at: exposure.at, what: exposure.title },
          ...denied.flatMap(({ verdict: { by } }) =>
            by.at === undefined ? [] : [{ at: by.at, what: by.name }],
          ),
        ],
        evidence: denied.map(
          ({ pod, podPort, verdict }) =>
            `${controller.name} → ${pod.namespace}/${pod.name}:${podPort}: denied by ${verdict.by.name}`,
        ),
      };
    }
    const open = verdicts.flatMap(({ verdict }) =>
      verdict.kind === 'unknown' ? [verdict] : [],
    )[0];
    return open === undefined
      ? HOLDS
      : openQuestion(
          `Whether requests for ${exposure.title} pass the policies is not known.`,
          open.why[0]!,
          exposure.at,
        );
  },
});

export const KUBERNETES_EXPOSURE_POLICY_CHECKS: readonly Check[] = [blocksController];

type Asked = Pick<Parameters<typeof evaluatePolicies>[2], 'protocol'> & {
  readonly pod: PodClass;
  readonly port: NonNullable<Parameters<typeof evaluatePolicies>[2]['port']>;
};

/** What the pod's policies say of the controller's data plane. */
function admits(
  world: PolicyWorld,
  context: CheckContext,
  { name, dataPlane }: Controller,
  asked: Asked,
): Verdict {
  if (isOpen(world, asked.pod)) {
    return { kind: 'allow', by: { kind: 'default', name: 'no ingress policy' } };
  }
  const open = (missing: string): Verdict => ({
    kind: 'unknown',
    by: { kind: 'default', name },
    why: [{ missing, at: asked.pod.at }],
  });
  switch (dataPlane.kind) {
    case 'unknown':
      return open(`where ${name} sends its requests from`);
    case 'gateway-subnet': {
      const addresses = gatewaySubnet(world, context, dataPlane.what);
      return addresses === undefined
        ? open(`the subnet of ${dataPlane.what}`)
        : ask(world, asked, {
            kind: 'address',
            address: { kind: 'within', addresses, label: `an instance of ${dataPlane.what}` },
            isNode: 'no',
          });
    }
    case 'pods':
      return admitsPods(world, name, dataPlane.namespaces, asked);
  }
}

/** All of the data plane's pods, or a stand-in where the input holds none. */
function admitsPods(
  world: PolicyWorld,
  name: string,
  namespaces: readonly string[],
  asked: Asked,
): Verdict {
  const { objects } = world.set;
  // Beside a Gateway of Istio stand workloads too; its own proxies carry its name.
  const isProxy = ({ namespace, labels }: PodClass): boolean =>
    name !== 'Istio' || namespace === namespaces[0] || GATEWAY_NAME in labels;
  const there = objects.pods.filter((pod) => namespaces.includes(pod.namespace) && isProxy(pod));
  const published = there.filter((pod) =>
    objects.services.some(
      ({ type, namespace, selector }) =>
        type === 'LoadBalancer' &&
        namespace === pod.namespace &&
        Object.entries(selector ?? { '': '' }).every(([key, value]) => pod.labels[key] === value),
    ),
  );
  const pods = published.length > 0 ? published : there;
  if (pods.length > 0) {
    const verdicts = pods.map((pod) => ask(world, asked, { kind: 'pod', pod }));
    const first = verdicts[0]!;
    if (verdicts.every(({ kind }) => kind === first.kind)) return first;
    const missing = `which pods of ${listed(namespaces)} carry the requests`;
    return { kind: 'unknown', by: first.by, why: [{ missing, at: asked.pod.at }] };
  }
  const verdicts = namespaces.map((namespace) => ofStandIn(world, namespace, asked));
  const first = verdicts[0]!;
  if (verdicts.every(({ kind }) => kind === first.kind)) return first;
  const open = verdicts.find(({ kind }) => kind === 'unknown');
  const missing = `which pods of ${listed(namespaces)} carry the requests`;
  return open ?? { kind: 'unknown', by: first.by, why: [{ missing, at: asked.pod.at }] };
}

const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';

function ofStandIn(world: PolicyWorld, namespace: string, asked: Asked): Verdict {
  const verdict = ask(world, asked, { kind: 'pod', pod: standIn(namespace, asked.pod) });
  const selected = selectsByLabel(world, asked.pod, namespace);
  // Without the labels a positive selector may still match, and a negative one may not.
  if (verdict.kind === 'unknown' || selected === 'no') return verdict;
  if (verdict.kind === 'allow' && selected === 'positive') return verdict;
  const missing = `the labels of the pods in ${namespace}`;
  return { kind: 'unknown', by: verdict.by, why: [{ missing, at: asked.pod.at }] };
}

function ask(world: PolicyWorld, { pod, port, protocol }: Asked, peer: PolicyEnd): Verdict {
  return evaluatePolicies(
    world.set,
    world.engine,
    { direction: 'ingress', subject: pod, peer, protocol, port },
    { comparesEngines: false },
  ).verdict;
}

function isOpen({ set, engine }: PolicyWorld, pod: PodClass): boolean {
  if (pod.hostNetwork || engine === 'none') return true;
  if (engine === 'unknown') return set.policies.length === 0;
  return policyIndex(set, engine).coverageOf(pod).ingress.stages.length === 0;
}

/** A pod of the data plane as AKS runs it, with labels that no file tells. */
function standIn(namespace: string, { at }: PodClass): PodClass {
  return {
    kind: 'Deployment',
    namespace,
    name: 'data-plane',
    at,
    labels: {},
    annotations: {},
    serviceAccount: 'default',
    hostNetwork: false,
    ports: [],
    nodeSelector: {},
    probePorts: [],
    images: [],
  };
}

/** Do rules over this pod pick pods of the namespace by labels? `negative` when some of them by absence. */
function selectsByLabel(
  { set, engine }: PolicyWorld,
  pod: PodClass,
  namespace: string,
): 'no' | 'positive' | 'negative' {
  const index = policyIndex(set, engine === 'unknown' || engine === 'none' ? 'generic' : engine);
  const covering = index
    .coverageOf(pod)
    .ingress.stages.flatMap(({ groups }) => groups.flat())
    .flatMap(({ policy }) => policy.ingress ?? []);
  let found: 'no' | 'positive' | 'negative' = 'no';
  for (const { peers } of covering) {
    if (peers === 'any') continue;
    for (const peer of peers) {
      const selector =
        peer.kind === 'pods'
          ? peer.pods
          : peer.kind === 'cilium-endpoints'
            ? peer.endpoints
            : undefined;
      if (selector === undefined || selector.requirements.length === 0) continue;
      const reaches =
        peer.kind !== 'pods' ||
        (peer.namespaces.kind === 'own'
          ? peer.namespaces.namespace === namespace
          : matchLabels(peer.namespaces.selector, namespaceLabels(set.objects, namespace)).kind !==
            'no');
      if (!reaches) continue;
      const isNegative = selector.requirements.some(
        (one) =>
          one.kind !== 'label' || one.operator === 'NotIn' || one.operator === 'DoesNotExist',
      );
      if (isNegative) return 'negative';
      found = 'positive';
    }
  }
  return found;
}

/** Of Application Gateway, by the add-on; the subnet of Application Gateway for Containers is in no typed view. */
function gatewaySubnet(
  { placement }: PolicyWorld,
  { perimeter, network }: CheckContext,
  what: string,
): AddressSet | undefined {
  if (what !== 'Application Gateway') return undefined;
  const addon = placement.cluster?.addons.applicationGateway;
  const gateway =
    addon?.gateway === undefined || isUnknown(addon.gateway)
      ? perimeter.applicationGateways.size === 1
        ? [...perimeter.applicationGateways.values()][0]
        : undefined
      : perimeter.applicationGateways.get(addon.gateway.key);
  const subnet = addon?.subnet ?? gateway?.subnet;
  if (subnet !== undefined && !isUnknown(subnet)) {
    return network.subnets.get(subnet.key)?.addresses;
  }
  const prefix = addon?.subnetCidr === undefined ? undefined : parsePrefix(addon.subnetCidr);
  return prefix === undefined ? undefined : addressesOfPrefixes([prefix]);
}

/** `Ingress shop/web` → `shop/Ingress/web`. */
function keyOf(title: string): string {
  const [kind, where] = title.split(' ');
  const [namespace, name] = (where ?? '').split('/');
  return `${namespace}/${kind}/${name}`;
}

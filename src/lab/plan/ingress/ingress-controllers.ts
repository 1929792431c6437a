import type { Gap, Place } from '../../../diagnostics/index.ts';
import type {
  ClusterObjects,
  ContainerPort,
  Gateway,
  Ingress,
  PodClass,
  Service,
} from '../../../model/index.ts';
import type { Port } from '../../../net/index.ts';

/** Who serves a set of Ingresses or one Gateway inside the cluster, and the pods that do it. */
export interface IngressController {
  /** `ingress app-routing`, `ingress NAMESPACE/POD`, `gateway NAMESPACE/NAME`. */
  readonly key: string;
  readonly pod: PodClass;
  /** The pods are in no file: somebody (an add-on, an operator) makes them. */
  readonly isStandIn: boolean;
  /** The load balancer that comes with stand-in pods, when it is in no file either. */
  readonly service?: Service;
  readonly ingresses: readonly Ingress[];
  readonly gateway?: Gateway;
}

export interface IngressControllers {
  readonly controllers: readonly IngressController[];
  /** Ingresses that an application gateway serves (AGIC). */
  readonly forApplicationGateway: readonly Ingress[];
  readonly gaps: readonly Gap[];
}

/** Every in-cluster controller that has something to serve (kubernetes-policy 10: K8P-85, K8P-89). */
export function ingressControllers(objects: ClusterObjects): IngressControllers {
  const gaps: Gap[] = [];
  const served = new Map<string, Served>();
  const forApplicationGateway: Ingress[] = [];
  for (const ingress of objects.ingresses) {
    const owner = ownerOf(ingress, objects);
    if (owner === 'application-gateway') forApplicationGateway.push(ingress);
    else if (typeof owner === 'object') {
      const entry = served.get(owner.key) ?? { pod: owner.pod, at: ingress.at, ingresses: [] };
      entry.ingresses.push(ingress);
      served.set(owner.key, entry);
    } else {
      const what = `Ingress ${ingress.namespace}/${ingress.name}`;
      gaps.push({ what, why: `${WHY_NOT[owner]}: nobody serves it`, at: ingress.at });
    }
  }
  const byIngress = [...served].map(([key, { pod, at, ingresses }]): IngressController => {
    if (pod !== undefined) return { key, pod, isStandIn: false, ingresses };
    const standIn = standInPod('app-routing-system', 'nginx', { app: 'nginx' }, WEB_PORTS, at);
    return { key, pod: standIn, isStandIn: true, ...serviceBeside(objects, standIn), ingresses };
  });
  const byGateway = objects.gateways.flatMap((gateway) => controllerOf(gateway, objects, gaps));
  return { controllers: [...byIngress, ...byGateway], forApplicationGateway, gaps };
}

interface Served {
  readonly pod: PodClass | undefined;
  /** Of the first Ingress: the only place a stand-in can be shown at. */
  readonly at: Place;
  readonly ingresses: Ingress[];
}

type Unserved = 'no-class' | 'no-pods' | 'elsewhere' | 'unknown';
const WHY_NOT: Readonly<Record<Unserved, string>> = {
  'no-class': 'it has no class, and no class is the default',
  'no-pods': 'the pods of its controller are not in the input',
  elsewhere: 'Application Gateway for Containers is not in the lab',
  unknown: 'the lab does not know its controller',
};

function ownerOf(
  ingress: Ingress,
  objects: ClusterObjects,
): { readonly key: string; readonly pod: PodClass | undefined } | 'application-gateway' | Unserved {
  const name =
    ingress.className ??
    ingress.annotations['kubernetes.io/ingress.class'] ??
    objects.ingressClasses.find((one) => one.isDefault)?.name;
  if (name === undefined) return 'no-class';
  const controller = objects.ingressClasses.find((one) => one.name === name)?.controller ?? name;
  if (/^(?:webapprouting|approuting)\.kubernetes\.azure\.com(?:\/|$)/.test(controller)) {
    const pod = objects.pods.find(
      (one) => one.namespace === 'app-routing-system' && one.labels['app'] === 'nginx',
    );
    return { key: 'ingress app-routing', pod };
  }
  if (/^azure[/-]application-gateway$/.test(controller)) return 'application-gateway';
  if (/^(?:alb\.networking\.azure\.io\/|azure-alb-external$)/.test(controller)) return 'elsewhere';
  if (controller !== 'k8s.io/ingress-nginx' && controller !== 'nginx') return 'unknown';
  const pod = objects.pods.find(isIngressNginx);
  return pod === undefined ? 'no-pods' : { key: `ingress ${pod.namespace}/${pod.name}`, pod };
}

/** By its image; one from a mirror by the labels of the chart. */
const isIngressNginx = (pod: PodClass): boolean =>
  pod.images.some((image) => image.includes('ingress-nginx/controller')) ||
  (pod.labels['app.kubernetes.io/name'] === 'ingress-nginx' &&
    pod.labels['app.kubernetes.io/component'] === 'controller');

/** Controllers that give every Gateway pods and a Service of its own, beside it and with its name in them. */
const BESIDE_GATEWAY = /^(?:istio\.io\/|gateway\.nginx\.org\/|istio$|approuting-istio$)/;

function controllerOf(
  gateway: Gateway,
  objects: ClusterObjects,
  gaps: Gap[],
): readonly IngressController[] {
  const className = gateway.className ?? '';
  const controller =
    objects.gatewayClasses.find((one) => one.name === className)?.controller ?? className;
  if (!BESIDE_GATEWAY.test(controller)) {
    const isElsewhere = /^(?:alb\.networking\.azure\.io\/|azure-alb-external$)/.test(controller);
    const what = `Gateway ${gateway.namespace}/${gateway.name}`;
    const why = WHY_NOT[isElsewhere ? 'elsewhere' : 'unknown'];
    gaps.push({ what, why: `${why}: nobody serves it`, at: gateway.at });
    return [];
  }
  const label = 'gateway.networking.k8s.io/gateway-name';
  const own = objects.pods.find(
    (pod) => pod.namespace === gateway.namespace && pod.labels[label] === gateway.name,
  );
  const ports = gateway.listeners.map(({ name, port }) => ({ name, port }));
  const pod =
    own ??
    standInPod(
      gateway.namespace,
      `${gateway.name}-${className}`,
      { [label]: gateway.name },
      ports,
      gateway.at,
    );
  return [
    {
      key: `gateway ${gateway.namespace}/${gateway.name}`,
      pod,
      isStandIn: own === undefined,
      ...(own === undefined ? serviceBeside(objects, pod) : {}),
      ingresses: [],
      gateway,
    },
  ];
}

const WEB_PORTS: readonly Pick<ContainerPort, 'name' | 'port'>[] = [
  { name: 'http', port: 80 as Port },
  { name: 'https', port: 443 as Port },
];

function standInPod(
  namespace: string,
  name: string,
  labels: PodClass['labels'],
  ports: readonly { readonly name?: string; readonly port: Port }[],
  at: Place,
): PodClass {
  return {
    kind: 'Deployment',
    namespace,
    name,
    at,
    labels,
    annotations: {},
    serviceAccount: name,
    hostNetwork: false,
    replicas: 2,
    ports: ports.map((port) => ({ ...port, protocol: 'tcp', at })),
    nodeSelector: {},
    probePorts: [],
    images: [],
  };
}

/** The load balancer the add-on makes, unless a file holds it. */
function serviceBeside(
  objects: ClusterObjects,
  pod: PodClass,
): { readonly service: Service } | Record<never, never> {
  const isThere = objects.services.some(
    (one) => one.namespace === pod.namespace && one.name === pod.name,
  );
  if (isThere) return {};
  return {
    service: {
      kind: 'Service',
      namespace: pod.namespace,
      name: pod.name,
      at: pod.at,
      type: 'LoadBalancer',
      annotations: {},
      selector: pod.labels,
      ports: pod.ports.map(({ name, port, at }) => ({
        ...(name === undefined ? {} : { name }),
        protocol: 'tcp',
        port,
        targetPort: port,
        at,
      })),
      externalIps: [],
      loadBalancerSourceRanges: [],
      ingressAddresses: [],
      externalTrafficPolicy: 'Cluster',
      internalTrafficPolicy: 'Cluster',
      allocateNodePorts: true,
      typeAt: pod.at,
    },
  };
}

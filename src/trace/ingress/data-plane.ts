import type { ApplicationGateway, PodClass } from '../../model/index.ts';
import type {
  ClusterPlacement,
  Network,
  ServiceFrontend,
  SubnetPlacement,
} from '../../network/index.ts';
import { gatewaySubnet } from '../../semantics/application-gateway/concrete.ts';
import { addonGateway } from '../../semantics/application-gateway/ingress.ts';
import type { Published } from './published.ts';

/** What carries the traffic of an ingress: where clients connect to, and where its own connections come from. */
export type DataPlane =
  /** Pods behind LoadBalancer Services. Either may be missing from the input. */
  | {
      readonly kind: 'pods';
      readonly name: string;
      readonly fronts: readonly ServiceFrontend[];
      readonly pods: readonly PodClass[];
    }
  | {
      readonly kind: 'application-gateway';
      readonly name: string;
      readonly gateway: ApplicationGateway;
      readonly subnet: SubnetPlacement;
    }
  /** Application Gateway for Containers: its frontend is no resource we read, its subnets are known by delegation. */
  | {
      readonly kind: 'for-containers';
      readonly name: string;
      readonly subnets: readonly SubnetPlacement[];
    }
  /** Fits after "needs: ". */
  | { readonly kind: 'unknown'; readonly missing: string };

const CONTAINERS = 'microsoft.servicenetworking/trafficcontrollers';

/** @param cluster the one the objects belong to */
export function dataPlaneOf(
  network: Network,
  cluster: ClusterPlacement,
  published: Published,
): DataPlane {
  const { owner } = published;
  if (owner.kind === 'unknown') return recognised(cluster, published) ?? owner;
  const { name, dataPlane } = owner.controller;
  if (dataPlane.kind === 'pods')
    return podsOf(network, cluster, published, name, dataPlane.namespaces);
  if (dataPlane.kind === 'unknown')
    return { kind: 'unknown', missing: `the data plane of ${name}` };
  if (dataPlane.what !== 'Application Gateway') {
    const subnets = [...network.subnets.values()].filter(({ subnet }) =>
      subnet.delegations.includes(CONTAINERS),
    );
    return { kind: 'for-containers', name, subnets };
  }
  const all = [...network.perimeter.applicationGateways.values()];
  const gateway = addonGateway(network, cluster) ?? (all.length === 1 ? all[0] : undefined);
  const subnet = gateway === undefined ? undefined : gatewaySubnet(network, gateway);
  return gateway === undefined || subnet === undefined
    ? {
        kind: 'unknown',
        missing: `the Application Gateway (and its subnet) that serves ${published.title}`,
      }
    : { kind: 'application-gateway', name, gateway, subnet };
}

/** Labels that the charts and add-ons give their proxies, for classes whose controller the input does not name. */
const PROXY_LABELS: readonly (readonly [label: string, value: string, namespace?: string])[] = [
  ['app.kubernetes.io/name', 'ingress-nginx'],
  ['app', 'nginx', 'app-routing-system'],
  ['istio', 'ingressgateway'],
];

function isProxy(pod: PodClass): boolean {
  return (
    pod.images.some((image) => image.includes('ingress-nginx/controller')) ||
    PROXY_LABELS.some(
      ([label, value, namespace]) =>
        pod.labels[label] === value && (namespace === undefined || namespace === pod.namespace),
    )
  );
}

/** An ingress-nginx whose images come from a mirror is known by its labels; other classes are left unknown. */
function recognised(cluster: ClusterPlacement, { ingress }: Published): DataPlane | undefined {
  const className = ingress?.className ?? ingress?.annotations['kubernetes.io/ingress.class'];
  if (className !== 'nginx') return undefined;
  const fronts = cluster.loadBalancerServices.filter(({ backends }) =>
    backends.some((pod) => pod.labels['app.kubernetes.io/name'] === 'ingress-nginx'),
  );
  if (fronts.length === 0) return undefined;
  const pods = [...new Set(fronts.flatMap(({ backends }) => backends))];
  return { kind: 'pods', name: 'ingress-nginx', fronts, pods };
}

function podsOf(
  network: Network,
  cluster: ClusterPlacement,
  published: Published,
  name: string,
  namespaces: readonly string[],
): DataPlane {
  const own = cluster.loadBalancerServices.filter(({ service }) => {
    if (!namespaces.includes(service.namespace)) return false;
    // Beside a Gateway stand its own Services only: those that carry its name.
    const { gateway } = published;
    return gateway === undefined || service.namespace !== gateway.namespace
      ? true
      : service.name.startsWith(gateway.name);
  });
  const proxied = own.filter(({ backends }) => backends.some(isProxy));
  const fronts = proxied.length > 0 ? proxied : own;
  const behind = [...new Set(fronts.flatMap(({ backends }) => backends))];
  const pods =
    behind.length > 0
      ? behind
      : network.perimeter.kubernetes.pods.filter(
          (pod) => namespaces.includes(pod.namespace) && isProxy(pod),
        );
  return {
    kind: 'pods',
    name,
    fronts,
    pods: pods.length > 0 ? pods : managedPods(namespaces, published),
  };
}

/** The add-on's proxies are in no file: AKS makes them, with labels that policies are written against. */
function managedPods(namespaces: readonly string[], { at }: Published): readonly PodClass[] {
  if (!namespaces.includes('app-routing-system')) return [];
  return [
    {
      kind: 'Deployment',
      namespace: 'app-routing-system',
      name: 'nginx',
      at,
      labels: { app: 'nginx' },
      annotations: {},
      serviceAccount: 'nginx',
      hostNetwork: false,
      ports: [],
      nodeSelector: {},
      probePorts: [],
      images: [],
    },
  ];
}

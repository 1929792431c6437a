import type { ClusterObjects, Gateway, Ingress } from '../../model/index.ts';

/** Who carries traffic for an Ingress or a Gateway, and where that traffic comes from as pods see it (K8P-89). */
export interface Controller {
  readonly name: string;
  readonly dataPlane: /** Pods of the cluster in one of these namespaces. */
    | { readonly kind: 'pods'; readonly namespaces: readonly string[] }
    /** A gateway outside the cluster that connects to pod addresses from its own subnet: only an ipBlock admits it. */
    | { readonly kind: 'gateway-subnet'; readonly what: string }
    /** Ask twice, as any pod of the cluster and as a gateway's subnet, and report both. */
    | { readonly kind: 'unknown' };
}

/** The class an Ingress asks for, and how it asks. */
export type IngressOwner =
  | { readonly kind: 'controller'; readonly controller: Controller; readonly className: string }
  /** No class, and no default class in the input: perhaps nobody owns it. */
  | { readonly kind: 'none' };

const LEGACY_ANNOTATION = 'kubernetes.io/ingress.class';

const APP_ROUTING: Controller = {
  name: 'application routing add-on',
  dataPlane: { kind: 'pods', namespaces: ['app-routing-system'] },
};
const APPLICATION_GATEWAY: Controller = {
  name: 'Application Gateway ingress controller',
  dataPlane: { kind: 'gateway-subnet', what: 'Application Gateway' },
};
const FOR_CONTAINERS: Controller = {
  name: 'Application Gateway for Containers',
  dataPlane: { kind: 'gateway-subnet', what: 'Application Gateway for Containers' },
};

/** By controller name of an IngressClass or GatewayClass. */
const BY_CONTROLLER: readonly (readonly [RegExp, Controller])[] = [
  [/^webapprouting\.kubernetes\.azure\.com\//, APP_ROUTING],
  [/^approuting\.kubernetes\.azure\.com\//, APP_ROUTING],
  [/^azure\/application-gateway$/, APPLICATION_GATEWAY],
  [/^alb\.networking\.azure\.io\//, FOR_CONTAINERS],
];

/** By the class names AKS itself creates, for inputs that do not hold the class object. */
const BY_CLASS: Readonly<Record<string, Controller>> = {
  'webapprouting.kubernetes.azure.com': APP_ROUTING,
  'azure-application-gateway': APPLICATION_GATEWAY,
  'azure/application-gateway': APPLICATION_GATEWAY,
  'azure-alb-external': FOR_CONTAINERS,
};

/** @see K8P-85 ingressClassName, else the legacy annotation, else the default IngressClass */
export function ownerOfIngress(ingress: Ingress, objects: ClusterObjects): IngressOwner {
  const written = ingress.className ?? ingress.annotations[LEGACY_ANNOTATION];
  const byDefault = objects.ingressClasses.find((one) => one.isDefault);
  const className = written ?? byDefault?.name;
  if (className === undefined) return { kind: 'none' };
  const found = objects.ingressClasses.find((one) => one.name === className);
  const controller = recognise(className, found?.controller, objects, undefined);
  return { kind: 'controller', controller, className };
}

export function controllerOfGateway(gateway: Gateway, objects: ClusterObjects): Controller {
  const found = objects.gatewayClasses.find((one) => one.name === gateway.className);
  return recognise(gateway.className ?? '', found?.controller, objects, gateway.namespace);
}

function recognise(
  className: string,
  controllerName: string | undefined,
  objects: ClusterObjects,
  gatewayNamespace: string | undefined,
): Controller {
  const known = BY_CONTROLLER.find(([pattern]) => pattern.test(controllerName ?? ''))?.[1];
  if (known !== undefined) return known;
  if (Object.hasOwn(BY_CLASS, className)) return BY_CLASS[className]!;
  if (isIstio(className, controllerName)) {
    // A Gateway gets gateway pods of its own beside it; the add-on's shared ones sit in one namespace.
    const own = gatewayNamespace === undefined ? [] : [gatewayNamespace];
    return {
      name: 'Istio',
      dataPlane: { kind: 'pods', namespaces: ['aks-istio-ingress', ...own] },
    };
  }
  const inCluster = namespacesOf(className, controllerName, objects);
  const name = controllerName ?? (className === '' ? 'an unnamed class' : `class ${className}`);
  return inCluster.length === 0
    ? { name, dataPlane: { kind: 'unknown' } }
    : { name, dataPlane: { kind: 'pods', namespaces: inCluster } };
}

function isIstio(className: string, controllerName: string | undefined): boolean {
  return (
    controllerName?.startsWith('istio.io/') === true ||
    className === 'istio' ||
    className === 'approuting-istio'
  );
}

/** An ingress-nginx whose workload is in the input: its images say so. */
function namespacesOf(
  className: string,
  controllerName: string | undefined,
  objects: ClusterObjects,
): readonly string[] {
  const isNginx = controllerName === 'k8s.io/ingress-nginx' || className === 'nginx';
  if (!isNginx) return [];
  const namespaces = objects.pods
    .filter((pod) => pod.images.some((image) => image.includes('ingress-nginx/controller')))
    .map((pod) => pod.namespace);
  return [...new Set(namespaces)];
}

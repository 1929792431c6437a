import type { Place } from '../../diagnostics/index.ts';
import type { Port, Protocol } from '../../net/index.ts';
import type { Unknown, Value } from '../../values/index.ts';
import type { KubernetesObject } from '../snapshot.ts';

export type Labels = Readonly<Record<string, string>>;

export interface KubernetesNamed {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly at: Place;
}

export interface Namespace extends KubernetesNamed {
  /** Always holds `kubernetes.io/metadata.name` (kubernetes-policy 2). */
  readonly labels: Labels;
  /** False when the namespace appears only in other objects' metadata: its other labels are not known. */
  readonly isDeclared: boolean;
}

/**
 * Pods that the model cannot tell apart: the template of one workload, or one bare Pod. Policies select it by
 * namespace, labels and service account; its address is known only for a live Pod.
 */
export interface PodClass extends KubernetesNamed {
  /** `Deployment`, `StatefulSet`, `DaemonSet`, `Job`, `CronJob`, `ReplicaSet`, `ReplicationController`, `Pod`. */
  readonly kind: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly serviceAccount: string;
  readonly hostNetwork: boolean;
  readonly replicas?: number;
  readonly ports: readonly ContainerPort[];
  readonly nodeSelector: Labels;
  readonly dnsPolicy?: string;
  /** `status.podIP` of a live pod. */
  readonly address?: string;
  readonly nodeName?: string;
  readonly os?: 'linux' | 'windows';
  /** HTTP, TCP or gRPC probe ports. */
  readonly probePorts: readonly (number | string)[];
  readonly images: readonly string[];
}

export interface ContainerPort {
  readonly name?: string;
  readonly port: Port;
  readonly protocol: Protocol;
  readonly hostPort?: Port;
  readonly at: Place;
}

export interface ClusterNode extends KubernetesNamed {
  readonly labels: Labels;
  readonly addresses: readonly string[];
  readonly podCidrs: readonly string[];
}

export interface Service extends KubernetesNamed {
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
  /** Set when the type is written and not known; `type` is then only a guess. */
  readonly unknownType?: Unknown;
  readonly annotations: Labels;
  /** `undefined` or empty selects nothing by itself (EndpointSlices decide). */
  readonly selector?: Labels;
  readonly ports: readonly ServicePort[];
  readonly clusterIp?: string;
  readonly externalIps: readonly string[];
  readonly externalName?: string;
  readonly loadBalancerIp?: string;
  readonly loadBalancerClass?: string;
  readonly loadBalancerSourceRanges: readonly string[];
  /** `status.loadBalancer.ingress[].ip` of a live Service. */
  readonly ingressAddresses: readonly string[];
  readonly externalTrafficPolicy: 'Cluster' | 'Local';
  readonly internalTrafficPolicy: 'Cluster' | 'Local';
  readonly allocateNodePorts: boolean;
  /** `spec.type` or the annotation, whichever a fix would edit. */
  readonly typeAt: Place;
}

export interface ServicePort {
  readonly name?: string;
  readonly protocol: Protocol;
  readonly port: Port;
  readonly targetPort: Port | string;
  readonly nodePort?: Port;
  readonly at: Place;
}

export interface EndpointSlice extends KubernetesNamed {
  readonly service?: string;
  readonly addresses: readonly string[];
  readonly ports: readonly {
    readonly name?: string;
    readonly port: Port;
    readonly protocol: Protocol;
  }[];
}

export interface Ingress extends KubernetesNamed {
  readonly className?: string;
  readonly annotations: Labels;
  readonly defaultBackend?: ServiceBackend;
  readonly rules: readonly {
    readonly host?: string;
    readonly paths: readonly {
      readonly path: string;
      readonly pathType?: string;
      readonly backend: ServiceBackend | undefined;
    }[];
    readonly at: Place;
  }[];
}

export interface ServiceBackend {
  readonly service: string;
  readonly namespace: string;
  readonly port?: Port | string;
  readonly at: Place;
}

export interface IngressClass extends KubernetesNamed {
  readonly controller?: string;
  readonly isDefault: boolean;
}

export interface GatewayClass extends KubernetesNamed {
  readonly controller?: string;
}

export interface Gateway extends KubernetesNamed {
  readonly className?: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly listeners: readonly {
    readonly name: string;
    readonly port: Port;
    readonly protocol: string;
    readonly hostname?: string;
    readonly allowedNamespaces: 'Same' | 'All' | 'Selector';
    readonly namespaceSelector?: Value;
  }[];
  readonly addresses: readonly string[];
}

export interface HttpRoute extends KubernetesNamed {
  readonly parents: readonly {
    readonly name: string;
    readonly namespace: string;
    readonly sectionName?: string;
    readonly port?: Port;
  }[];
  readonly hostnames: readonly string[];
  readonly rules: readonly {
    readonly paths: readonly string[];
    readonly backends: readonly (ServiceBackend & { readonly weight: number })[];
    readonly redirects: boolean;
  }[];
}

export interface ReferenceGrant extends KubernetesNamed {
  readonly from: readonly { readonly kind: string; readonly namespace: string }[];
  readonly to: readonly { readonly kind: string; readonly name?: string }[];
}

/** Policy objects are parsed by `semantics/network-policy`; the view keeps them as they are. */
export type PolicyObject = KubernetesObject;

export interface ClusterObjects {
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly pods: readonly PodClass[];
  readonly nodes: readonly ClusterNode[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly ingresses: readonly Ingress[];
  readonly ingressClasses: readonly IngressClass[];
  readonly gatewayClasses: readonly GatewayClass[];
  readonly gateways: readonly Gateway[];
  readonly httpRoutes: readonly HttpRoute[];
  readonly referenceGrants: readonly ReferenceGrant[];
  /** NetworkPolicy, ANP, BANP, CNP, Calico and Cilium kinds, unparsed. */
  readonly policies: readonly PolicyObject[];
  /** ConfigMaps that steer the network: `coredns-custom`, `azure-ip-masq-agent-config`, by namespace/name. */
  readonly configMaps: ReadonlyMap<string, KubernetesObject>;
  /** Role bindings, for "who calls the API server": `namespace/serviceAccount` that has any binding. */
  readonly boundServiceAccounts: ReadonlySet<string>;
}

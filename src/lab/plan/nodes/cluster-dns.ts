import type { Place } from '../../../diagnostics/index.ts';
import { AKS_DEFAULTS, type PodClass, type Service } from '../../../model/index.ts';
import { formatIp, type Port } from '../../../net/index.ts';
import type { ClusterPlacement } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { LabProcess } from '../lab-plan.ts';
import type { PlannedService } from './plan-services.ts';
import type { SeatedPod } from './seated-pod.ts';

/** What `agent:dns-forwarder` is told: a zone of its own, and the node's resolvers for every other name. */
export interface ClusterDnsConfig {
  readonly listen: readonly { readonly address: string; readonly port: number }[];
  readonly upstream: readonly string[];
  /** Full names, lower case, without trailing dot. */
  readonly records: readonly ClusterDnsRecord[];
  readonly zone: string;
  readonly aliases: readonly { readonly name: string; readonly target: string }[];
}

export interface ClusterDnsRecord {
  readonly name: string;
  readonly addresses: readonly string[];
}

const NAMESPACE = 'kube-system';
const NAME = 'kube-dns';
/** The label that policies of egress-isolated pods name (K8P-22). */
const LABELS = { 'k8s-app': NAME };
const ZONE = 'cluster.local';

export function isClusterDns({
  namespace,
  name,
}: {
  readonly namespace: string;
  readonly name: string;
}): boolean {
  return namespace === NAMESPACE && name === NAME;
}

export function isDnsPod({ pod }: SeatedPod): boolean {
  return pod.namespace === NAMESPACE && pod.labels['k8s-app'] === NAME;
}

/** The address of the cluster's resolver: written, or AKS's default when its Service range is the default one. */
export function dnsAddressOf({ cluster }: ClusterPlacement): string | undefined {
  const written = cluster?.network.dnsServiceIp;
  if (written !== undefined) return isUnknown(written) ? undefined : formatIp(written);
  const hasOwnRange =
    cluster !== undefined &&
    (cluster.network.serviceCidrs.length > 0 || cluster.network.unknownServiceCidr !== undefined);
  return hasOwnRange ? undefined : AKS_DEFAULTS.dnsServiceIp;
}

/** CoreDNS as AKS runs it, for a snapshot that does not show it. */
export function standInDns(at: Place): PodClass {
  return {
    kind: 'Deployment',
    namespace: NAMESPACE,
    name: 'coredns',
    at,
    labels: LABELS,
    annotations: {},
    serviceAccount: 'coredns',
    hostNetwork: false,
    replicas: 2,
    ports: (['udp', 'tcp'] as const).map((protocol) => ({
      name: protocol === 'udp' ? 'dns' : 'dns-tcp',
      port: 53 as Port,
      protocol,
      at,
    })),
    nodeSelector: {},
    probePorts: [],
    images: [],
  };
}

export function standInDnsService(at: Place, clusterIp: string): Service {
  return {
    kind: 'Service',
    namespace: NAMESPACE,
    name: NAME,
    at,
    type: 'ClusterIP',
    annotations: {},
    selector: LABELS,
    ports: (['udp', 'tcp'] as const).map((protocol) => ({
      name: protocol === 'udp' ? 'dns' : 'dns-tcp',
      protocol,
      port: 53 as Port,
      targetPort: 53 as Port,
      at,
    })),
    clusterIp,
    externalIps: [],
    loadBalancerSourceRanges: [],
    ingressAddresses: [],
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    allocateNodePorts: true,
    typeAt: at,
  };
}

/** Every name of the cluster's zone: Services, and headless ones pod by pod. */
export function recordsOf(services: readonly PlannedService[]): readonly ClusterDnsRecord[] {
  return services.flatMap(({ service, clusterAddress, pods, ports }): ClusterDnsRecord[] => {
    if (service.type === 'ExternalName') return [];
    const name = nameOf(service);
    if (clusterAddress !== undefined) return [{ name, addresses: [clusterAddress] }];
    const behind = new Set([
      ...pods.map(({ address }) => formatIp(address)),
      ...ports.flatMap(({ backends }) => backends.map(({ address }) => address)),
    ]);
    const own = pods
      .filter(({ pod }) => pod.kind === 'StatefulSet')
      .map(({ pod, index, address }): ClusterDnsRecord => {
        const host = `${pod.name}-${index}.${name}`.toLowerCase();
        return { name: host, addresses: [formatIp(address)] };
      });
    return [{ name, addresses: [...behind] }, ...own];
  });
}

export function aliasesOf(services: readonly PlannedService[]): ClusterDnsConfig['aliases'] {
  return services.flatMap(({ service }) => {
    const target = service.externalName?.toLowerCase().replace(/\.$/, '');
    return service.type === 'ExternalName' && target !== undefined
      ? [{ name: nameOf(service), target }]
      : [];
  });
}

function nameOf({ name, namespace }: Service): string {
  return `${name}.${namespace}.svc.${ZONE}`.toLowerCase();
}

/** The resolver that runs in a DNS pod, with its file. */
export function dnsProcess(
  seated: SeatedPod,
  services: readonly PlannedService[],
): {
  readonly process: LabProcess;
  readonly file: { readonly path: string; readonly text: string };
} {
  const address = formatIp(seated.address);
  const config: ClusterDnsConfig = {
    listen: [{ address, port: 53 }],
    upstream: seated.seat.resolvers,
    records: recordsOf(services),
    zone: ZONE,
    aliases: aliasesOf(services),
  };
  const path = `dns/${seated.host}.json`;
  return {
    process: {
      name: `dns-${seated.host}`,
      host: seated.host,
      command: ['agent:dns-forwarder', `{folder}/${path}`],
      ready: { kind: 'tcp', address, port: 53 },
      restarts: true,
    },
    file: { path, text: `${JSON.stringify(config, null, 2)}\n` },
  };
}

/** The API server behind `kubernetes.default`, at the first address of the Service range. */
export function apiServerService(address: string, at: Place): Service {
  return {
    ...standInDnsService(at, address),
    namespace: 'default',
    name: 'kubernetes',
    selector: {},
    ports: [{ name: 'https', protocol: 'tcp', port: 443 as Port, targetPort: 443 as Port, at }],
  };
}

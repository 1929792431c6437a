import type { Diagnostic } from '../../../diagnostics/index.ts';
import type { PodClass, Service } from '../../../model/index.ts';
import type { ClusterPlacement } from '../../../network/index.ts';
import { isHeadless, parseAzureAnnotations } from '../../../semantics/services/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS } from '../judge.ts';
import { undecided } from './firewall-settings.ts';
import { openQuestion } from './kubernetes-policy-check.ts';
import { grouped, isSystemNamespace, listed, policyWorld } from './kubernetes-policy-world.ts';
import { goesThroughAppliance } from './network-subjects.ts';

const annotationInvalid = eachSubject<{
  readonly service: Service;
  readonly diagnostics: readonly Diagnostic[];
}>({
  id: 'ingress/annotation-invalid',
  severity: 'error',
  title: 'Azure understands the annotations of every LoadBalancer Service.',
  explanation:
    'Annotations are strings that nothing validates. A misspelled name or a wrong value is ignored: `azure-load-balancer-internal: "yes"` makes a public load balancer.',
  fix: 'correct the name or the value; booleans are "true" or "false", in quotes and lower case',
  facts: ['K8P-84', 'AKS-74'],
  covers: ['KP-11', 'A10'],
  subjects: (context) =>
    context.perimeter.kubernetes.services
      .filter(
        ({ type, loadBalancerClass }) => type === 'LoadBalancer' && loadBalancerClass === undefined,
      )
      .map((service) => ({ service, diagnostics: parseAzureAnnotations(service).diagnostics })),
  none: 'no LoadBalancer Service',
  key: ({ service }) => serviceKey(service),
  judge: ({ service, diagnostics }) => {
    if (diagnostics.length === 0) return HOLDS;
    const prefix = `Service ${service.namespace}/${service.name}: `;
    const faults = diagnostics.map(({ message }) => message.replace(prefix, ''));
    return {
      kind: 'fails',
      message: `Azure does not do what the annotations of ${service.namespace}/${service.name} ask: ${faults.join('; ')}.`,
      places: diagnostics.map(({ at }) => ({
        at: at ?? service.at,
        what: `Service ${service.namespace}/${service.name}`,
      })),
      evidence: faults,
    };
  },
});

interface ClusterService {
  readonly placement: ClusterPlacement;
  readonly service: Service;
}

const publicLoadBalancer = eachSubject<ClusterService>({
  id: 'ingress/public-load-balancer',
  severity: 'warning',
  title: 'Behind a firewall, Services are published through it.',
  explanation:
    'A LoadBalancer Service without the internal annotation gets a public address of its own: clients reach it past the firewall, its rules and its logs. When the nodes route to the firewall the answers are lost there besides; the walk of `ingress/asymmetric-return` shows that.',
  fix: 'annotate the Service `service.beta.kubernetes.io/azure-load-balancer-internal: "true"` and publish it by DNAT or an Application Gateway',
  facts: ['AKS-70', 'K8P-84'],
  covers: ['A10', 'KP-11'],
  subjects: (context) => {
    const world = policyWorld(context);
    if (world === undefined || !isBehindFirewall(context, world.placement)) return [];
    return context.perimeter.kubernetes.services
      .filter(({ type, unknownType }) => type === 'LoadBalancer' || unknownType !== undefined)
      .map((service) => ({ placement: world.placement, service }));
  },
  none: 'no LoadBalancer Service in a cluster behind a firewall',
  key: ({ service }) => serviceKey(service),
  judge: ({ placement, service }) => {
    const name = `${service.namespace}/${service.name}`;
    const question = `Whether ${name} is published past the firewall is not known.`;
    if (service.unknownType !== undefined) return undecided(question, service.unknownType);
    const { isInternal } = parseAzureAnnotations(service).value;
    if (service.loadBalancerClass !== undefined) {
      const missing = `what load balancer class \`${service.loadBalancerClass}\` does`;
      return openQuestion(question, { missing, at: service.at });
    }
    if (typeof isInternal === 'object') return openQuestion(question, isInternal, service.typeAt);
    if (isInternal) return HOLDS;
    const isWalked = placement.pools.some(
      ({ nodeSubnet }) =>
        nodeSubnet.kind === 'found' && goesThroughAppliance(nodeSubnet.target) !== undefined,
    );
    return {
      kind: 'fails',
      // Its clients get no answer, which the walked check says as an error.
      ...(isWalked ? { severity: 'note' as const } : {}),
      message: `${name} is published past the firewall: its load balancer is public.`,
      places: [{ at: service.typeAt, what: 'spec.type: LoadBalancer' }],
      evidence: ['no annotation azure-load-balancer-internal: "true"'],
    };
  },
});

const nodePort = eachSubject<ClusterService>({
  id: 'ingress/node-port-exposed',
  severity: 'note',
  title: 'No Service opens a port on every node.',
  explanation:
    'A NodePort Service listens on every node of every pool. Whoever routes to the node subnet and passes its security group gets in, past the front ends that are published on purpose; with public node addresses that is the internet.',
  fix: 'use ClusterIP behind an ingress controller, or an internal load balancer with `allocateLoadBalancerNodePorts: false`',
  facts: ['K8P-82'],
  covers: ['KP-11', 'A11'],
  subjects: (context) => {
    const world = policyWorld(context);
    return world === undefined
      ? []
      : context.perimeter.kubernetes.services.map((service) => ({
          placement: world.placement,
          service,
        }));
  },
  none: 'no Services',
  key: ({ service }) => serviceKey(service),
  judge: ({ placement, service }) => {
    const name = `${service.namespace}/${service.name}`;
    if (service.unknownType !== undefined) {
      return undecided(`Whether ${name} opens node ports is not known.`, service.unknownType);
    }
    if (service.type !== 'NodePort' || isHeadless(service)) return HOLDS;
    const isPublic = placement.pools.some(({ pool }) => pool.enableNodePublicIp === true);
    const ports = service.ports.map(({ nodePort: port }) => String(port ?? '30000-32767'));
    return {
      kind: 'fails',
      ...(isPublic ? { severity: 'warning' as const } : {}),
      message: `Whoever reaches a node reaches ${name} on port ${listed(ports)}${isPublic ? ', and nodes have public addresses' : ''}.`,
      places: [{ at: service.typeAt, what: 'spec.type: NodePort' }],
      evidence: [`node port ${ports.join(', ')} on every node`],
    };
  },
});

const externalIps = eachSubject<Service>({
  id: 'ingress/external-ips',
  severity: 'warning',
  title: 'No Service claims external addresses.',
  explanation:
    'With `externalIPs` every node takes traffic to these addresses for the Service, whoever owns them. Whoever may write a Service may so intercept what other pods send there.',
  fix: 'remove `externalIPs`, publish by a load balancer, and deny the field by policy (Azure Policy has a built-in definition)',
  facts: ['K8P-82'],
  covers: ['KP-11'],
  subjects: (context) => context.perimeter.kubernetes.services,
  none: 'no Services',
  key: serviceKey,
  judge: (service) => {
    if (service.externalIps.length === 0) return HOLDS;
    const addresses = listed(service.externalIps);
    return {
      kind: 'fails',
      message: `What pods send to ${addresses} ends at ${service.namespace}/${service.name}, whoever owns the address.`,
      places: [{ at: service.at, what: `externalIPs ${addresses}` }],
      evidence: [`externalIPs: ${service.externalIps.join(', ')}`],
      changes: [{ at: service.at, path: ['spec', 'externalIPs'] }],
    };
  },
});

const hostPort = eachSubject<{ readonly namespace: string; readonly pods: readonly PodClass[] }>({
  id: 'ingress/host-port',
  severity: 'note',
  title: 'Workloads listen in the cluster, not on its nodes.',
  explanation:
    'A host port, and every port of a host-network pod, stands on the address of the node: outside any Service, and outside the reach of network policies.',
  fix: 'drop `hostPort` and `hostNetwork` where a Service does; keep them for agents that need the node, and limit the ports in the security group',
  facts: ['K8P-90', 'K8P-17'],
  covers: ['KP-11', 'KP-5'],
  subjects: (context) => {
    const own = context.perimeter.kubernetes.pods.filter(
      ({ namespace }) => !isSystemNamespace(namespace),
    );
    return [...grouped(own, ({ namespace }) => namespace)].map(([namespace, pods]) => ({
      namespace,
      pods,
    }));
  },
  none: 'no workloads outside the namespaces of AKS',
  key: ({ namespace }) => `Namespace/${namespace}`,
  judge: ({ namespace, pods }) => {
    const onNodes = pods.filter(
      ({ hostNetwork, ports }) => hostNetwork || ports.some((port) => port.hostPort !== undefined),
    );
    if (onNodes.length === 0) return HOLDS;
    const verb = onNodes.length === 1 ? 'listens' : 'listen';
    return {
      kind: 'fails',
      message: `${listed(onNodes.map(({ name }) => name))} in ${namespace} ${verb} on the nodes: no network policy limits who gets in.`,
      places: onNodes.map((pod) => ({
        at: pod.ports.find((port) => port.hostPort !== undefined)?.at ?? pod.at,
        what: `${pod.kind} ${pod.namespace}/${pod.name}`,
      })),
      evidence: onNodes.map((pod) => `${pod.kind} ${pod.namespace}/${pod.name}: ${nodePorts(pod)}`),
    };
  },
});

export const KUBERNETES_EXPOSURE_CHECKS: readonly Check[] = [
  annotationInvalid,
  publicLoadBalancer,
  nodePort,
  externalIps,
  hostPort,
];

export function serviceKey(service: Service): string {
  return `${service.namespace}/Service/${service.name}`;
}

function isBehindFirewall({ network }: CheckContext, { pools }: ClusterPlacement): boolean {
  return (
    network.firewalls.size > 0 ||
    pools.some(
      ({ nodeSubnet }) =>
        nodeSubnet.kind === 'found' && goesThroughAppliance(nodeSubnet.target) !== undefined,
    )
  );
}

function nodePorts({ hostNetwork, ports }: PodClass): string {
  const open = ports.flatMap(({ port, hostPort: own, protocol }) => {
    const number = own ?? (hostNetwork ? port : undefined);
    return number === undefined ? [] : [`${protocol.toUpperCase()} ${number}`];
  });
  if (!hostNetwork) return `hostPort ${open.join(', ')}`;
  return open.length === 0 ? 'hostNetwork, ports not declared' : `hostNetwork, ${open.join(', ')}`;
}

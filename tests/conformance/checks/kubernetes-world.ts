import type { CheckCase } from '../../support/check-cases.ts';
import type { Json } from '../../support/snapshot-of.ts';
import { manifestsOf } from '../netpol-world.ts';

/** Small clusters for the checks of Kubernetes objects. */

export const objectsOf = (yaml: string): readonly Json[] =>
  manifestsOf(yaml) as unknown as readonly Json[];

/** Objects alone, without any cluster resource. */
export const objects = (...documents: readonly string[]): CheckCase => ({
  objects: objectsOf(documents.join('\n---\n')),
});

export const says = (input: CheckCase, text: string): CheckCase => ({ ...input, says: text });

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg';
export const NODES = `${GROUP}/providers/Microsoft.Network/virtualNetworks/spoke/subnets/nodes`;

export const spoke: Json = {
  type: 'Microsoft.Network/virtualNetworks',
  name: 'spoke',
  properties: {
    addressSpace: { addressPrefixes: ['10.240.0.0/16'] },
    subnets: [{ name: 'nodes', properties: { addressPrefix: '10.240.0.0/24' } }],
  },
};

export const pool = (more: Json = {}): Json => ({
  name: 'system',
  mode: 'System',
  osType: 'Linux',
  count: 3,
  vnetSubnetID: NODES,
  ...more,
});

/** An overlay cluster: pods 10.244.0.0/16, Services 10.0.0.0/16, nodes 10.240.0.0/24. */
export function cluster(network: Json, properties: Json = {}): Json {
  return {
    type: 'Microsoft.ContainerService/managedClusters',
    name: 'aks',
    location: 'westeurope',
    properties: {
      agentPoolProfiles: [pool()],
      networkProfile: {
        networkPlugin: 'azure',
        networkPluginMode: 'overlay',
        podCidr: '10.244.0.0/16',
        serviceCidr: '10.0.0.0/16',
        ...network,
      },
      ...properties,
    },
  };
}

export const CILIUM: Json = { networkDataplane: 'cilium', networkPolicy: 'cilium' };
export const NPM: Json = { networkPolicy: 'azure' };
export const CALICO: Json = { networkPolicy: 'calico' };
/** A parameter nobody gave a value. */
export const UNKNOWN_ENGINE: Json = { networkPolicy: { $unknown: "[parameters('policy')]" } };

/** A cluster with this engine (and its network) beside the objects. */
export const under = (network: Json, ...documents: readonly string[]): CheckCase => ({
  resources: [spoke, cluster(network)],
  ...objects(...documents),
});

/** One Deployment with a container, on the ports given as `name:number` or `number`. */
export function workload(
  name: string,
  namespace = 'shop',
  {
    ports = ['http:8080'],
    pod = '',
    labels = `app: ${name}`,
    kind = 'Deployment',
    replicas = 2,
  } = {},
): string {
  const list = ports.map((text) => {
    const [first, second] = text.split(':');
    return second === undefined
      ? `{ containerPort: ${first} }`
      : `{ name: ${first}, containerPort: ${second} }`;
  });
  return `
apiVersion: apps/v1
kind: ${kind}
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  ${kind === 'DaemonSet' ? '' : `replicas: ${replicas}`}
  template:
    metadata: { labels: { ${labels} } }
    spec:
      ${pod}
      containers: [{ name: main, image: example/${name}, ports: [${list.join(', ')}] }]`;
}

/** A NetworkPolicy of namespace shop; `spec` is YAML indented by two. */
export function policy(name: string, spec: string, selector = '{}', namespace = 'shop'): string {
  return `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  podSelector: ${selector}
${spec}`;
}

export const DENY_ALL = policy('default-deny', '  policyTypes: [Ingress, Egress]');

export function cilium(name: string, spec: string, clusterwide = false): string {
  return `
apiVersion: cilium.io/v2
kind: ${clusterwide ? 'CiliumClusterwideNetworkPolicy' : 'CiliumNetworkPolicy'}
metadata: { name: ${name}${clusterwide ? '' : ', namespace: shop'} }
spec:
  endpointSelector: {}
${spec}`;
}

export function service(name: string, spec: string, metadata = ''): string {
  return `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop${metadata} }
spec:
${spec}`;
}

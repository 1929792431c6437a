import { parseAllDocuments } from 'yaml';
import type { ClusterObjects, PodClass } from '../../src/model/index.ts';
import { readPerimeter } from '../../src/model/read-perimeter.ts';
import {
  ALL_IPV4,
  addressesOfPrefixes,
  type Port,
  type Protocol,
  parseDomainName,
  parseIp,
  parsePort,
  parsePrefix,
} from '../../src/net/index.ts';
import type { PolicyEngine } from '../../src/network/index.ts';
import {
  type ClusterRanges,
  evaluateConnection,
  type PolicyEnd,
  parsePolicies,
} from '../../src/semantics/network-policy/index.ts';
import { type Json, snapshotOf } from '../support/snapshot-of.ts';

/** A manifest as YAML or JSON gives it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: manifests are foreign JSON, read field by field below
  readonly spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly status?: any;
}

/** The objects of a cluster, read as the program reads them. */
export function worldOf(manifests: readonly Manifest[]): ClusterObjects {
  const placed = manifests.map((manifest) => withNodeName(manifest, manifests));
  return readPerimeter(snapshotOf([], placed as unknown as readonly Json[])).kubernetes;
}

/** Fixtures say where a pod runs by `status.hostIP`; a live pod also says it by `spec.nodeName`. */
function withNodeName(manifest: Manifest, manifests: readonly Manifest[]): Manifest {
  const hostIp: string | undefined = manifest.status?.hostIP;
  if (hostIp === undefined) return manifest;
  const node = manifests.find(
    (one) =>
      one.kind === 'Node' &&
      one.status.addresses.some((each: { readonly address: string }) => each.address === hostIp),
  );
  if (node === undefined) return manifest;
  return { ...manifest, spec: { ...manifest.spec, nodeName: node.metadata.name } };
}

export function podNamed(objects: ClusterObjects, name: string): PodClass {
  const pod = objects.pods.find((one) => `${one.namespace}/${one.name}` === name);
  if (pod === undefined) throw new Error(`no pod ${name} in the fixture`);
  return pod;
}

export function port(value: number): Port {
  return parsePort(value)!;
}

/** Manifests written as YAML, documents separated by `---`. */
export function manifestsOf(yaml: string): readonly Manifest[] {
  return parseAllDocuments(yaml)
    .map((document) => document.toJSON() as Manifest | null)
    .filter((manifest) => manifest !== null);
}

/** Two namespaces and four pods for cases of few lines: shop (tier: front) with web and api, data (tier: back) with db and cache. */
export const SHOP = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { tier: front } }
---
apiVersion: v1
kind: Namespace
metadata: { name: data, labels: { tier: back } }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, labels: { app: web } }
spec: { containers: [{ ports: [{ name: http, containerPort: 8080 }] }] }
status: { podIP: 10.244.0.10, hostIP: 10.0.0.4 }
---
apiVersion: v1
kind: Pod
metadata: { name: api, namespace: shop, labels: { app: api } }
spec: { serviceAccountName: api, containers: [{ ports: [{ name: http, containerPort: 9090 }] }] }
status: { podIP: 10.244.0.11, hostIP: 10.0.0.4 }
---
apiVersion: v1
kind: Pod
metadata: { name: db, namespace: data, labels: { app: db } }
spec: { containers: [{ ports: [{ name: sql, containerPort: 5432 }] }] }
status: { podIP: 10.244.1.10, hostIP: 10.0.0.5 }
---
apiVersion: v1
kind: Pod
metadata: { name: agent, namespace: data, labels: { app: agent } }
spec: { hostNetwork: true, containers: [{ ports: [{ containerPort: 9100 }] }] }
status: { podIP: 10.0.0.5, hostIP: 10.0.0.5 }
---
apiVersion: v1
kind: Node
metadata: { name: n1, labels: { pool: system } }
status: { addresses: [{ type: InternalIP, address: 10.0.0.4 }] }
---
apiVersion: v1
kind: Node
metadata: { name: n2, labels: { pool: user } }
status: { addresses: [{ type: InternalIP, address: 10.0.0.5 }] }
`;

const rangeOf = (text: string) => addressesOfPrefixes([parsePrefix(text)!]);

/** The address ranges of that cluster. */
export const SHOP_RANGES: ClusterRanges = {
  podAddresses: rangeOf('10.244.0.0/16'),
  nodeAddresses: rangeOf('10.0.0.0/24'),
  serviceAddresses: rangeOf('10.2.0.0/16'),
};

/** The shop with these policies; asks one connection, answers with the decision of both ends. */
export function shop(policiesYaml: string, ranges: ClusterRanges = SHOP_RANGES) {
  const objects = worldOf([...manifestsOf(SHOP), ...manifestsOf(policiesYaml)]);
  const { value: policies, diagnostics } = parsePolicies(objects, ranges);
  const end = (text: string): PolicyEnd => {
    if (text.includes('/')) return { kind: 'pod', pod: podNamed(objects, text) };
    const ip = parseIp(text);
    if (ip !== undefined) return { kind: 'address', address: { kind: 'exact', ip } };
    return {
      kind: 'address',
      address: { kind: 'within', addresses: ALL_IPV4, label: text },
      name: parseDomainName(text)!,
    };
  };
  return {
    objects,
    policies,
    diagnostics,
    end,
    ask: (
      engine: PolicyEngine,
      from: string,
      to: string,
      what = 'tcp 8080',
      rest: Parameters<typeof evaluateConnection>[6] = {},
    ) => {
      const [protocol, number] = what.split(' ');
      return evaluateConnection(
        policies,
        engine,
        end(from),
        end(to),
        protocol as Protocol,
        number === undefined ? undefined : port(Number(number)),
        rest,
      );
    },
  };
}

import { type Place, placeless } from '../../src/diagnostics/index.ts';
import { type Datasets, NO_THREAT_LIST } from '../../src/facts/index.ts';
import {
  type AzureResource,
  type KubernetesObject,
  objectKey,
  type Snapshot,
} from '../../src/model/index.ts';
import { type Member, objectValue, type Value } from '../../src/values/index.ts';

/** A snapshot from plain JSON, for tests that concern what is in a perimeter and not how it was imported. */

export type Json = Readonly<Record<string, unknown>>;

const INFO = { origin: 'empty', version: '0' };

export const emptyDatasets: Datasets = {
  serviceTags: { info: INFO, isComplete: false, prefixes: new Map() },
  fqdnTags: { info: INFO, tags: new Map() },
  requiredEgress: { info: INFO, entries: [] },
  privateDnsZones: { info: INFO, entries: [] },
  threatList: NO_THREAT_LIST,
};

/**
 * @param resources ARM JSON. Without `id` a resource lies in one subscription and one group made up here; a child
 *   then has a type and a name of as many segments (`…/virtualNetworks/subnets`, `hub/nodes`). Children written
 *   inside `properties` become entries of their own, and so do nested `resources`.
 * @param objects Kubernetes JSON, `kind: List` included. Namespaced kinds default to namespace `default`.
 * A value `{ $unknown: text, missing?, symbol? }` anywhere is an unknown; `$isReference: true` and
 * `$exists: { $unknown }` on a resource set the marks of the snapshot.
 */
export function snapshotOf(
  resources: readonly Json[],
  objects: readonly Json[] = [],
  datasets: Partial<Datasets> = {},
): Snapshot {
  const read = new Map<string, AzureResource>();
  for (const json of resources) addResource(json, undefined, read);
  const found = new Map<string, KubernetesObject>();
  for (const json of objects) addObject(json, found);
  return {
    resources: read,
    objects: found,
    datasets: { ...emptyDatasets, ...datasets },
    diagnostics: [],
    gaps: [],
    files: [],
  };
}

/** `properties` members that hold children, with the type segment of the child. */
const INLINE: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'microsoft.network/virtualnetworks': [
    ['subnets', 'subnets'],
    ['virtualNetworkPeerings', 'virtualNetworkPeerings'],
  ],
  'microsoft.network/routetables': [['routes', 'routes']],
  'microsoft.network/networksecuritygroups': [['securityRules', 'securityRules']],
  'microsoft.network/firewallpolicies': [
    ['ruleCollectionGroups', 'ruleCollectionGroups'],
    ['kubeSelectorGroups', 'kubeSelectorGroups'],
  ],
  'microsoft.network/privateendpoints': [['privateDnsZoneGroups', 'privateDnsZoneGroups']],
  'microsoft.containerservice/managedclusters': [['agentPoolProfiles', 'agentPools']],
};

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg';

interface Parent {
  readonly id: string;
  readonly type: string;
  readonly apiVersion: string | undefined;
}

function addResource(json: Json, parent: Parent | undefined, into: Map<string, AzureResource>) {
  const type = String(json['type'] ?? '');
  const id = typeof json['id'] === 'string' ? json['id'] : idOf(type, String(json['name']));
  const segments = id.split('/');
  const after = (word: string) =>
    segments[segments.findIndex((segment) => segment.toLowerCase() === word) + 1] ?? '';
  const at = placeless(id);
  const apiVersion = (json['apiVersion'] as string | undefined) ?? parent?.apiVersion;
  const body = wrap(json, at);
  const exists = json['$exists'] === undefined ? undefined : wrap(json['$exists'], at);
  if (body.kind !== 'object') throw new Error(`not a resource: ${id}`);
  into.set(id.toLowerCase(), {
    id,
    key: id.toLowerCase(),
    type: type.toLowerCase(),
    name: segments.at(-1) ?? '',
    subscriptionId: after('subscriptions'),
    resourceGroup: after('resourcegroups'),
    ...(typeof json['location'] === 'string' ? { location: json['location'] } : {}),
    ...(apiVersion === undefined ? {} : { apiVersion }),
    body,
    at,
    ...(json['$isReference'] === true ? { isReference: true } : {}),
    ...(exists?.kind === 'unknown' ? { exists } : {}),
  });
  addChildren(json, { id, type, apiVersion }, into);
}

function addChildren(json: Json, self: Parent, into: Map<string, AzureResource>) {
  const properties = (json['properties'] ?? {}) as Json;
  for (const [property, segment] of INLINE[self.type.toLowerCase()] ?? []) {
    const children = properties[property];
    if (!Array.isArray(children)) continue;
    for (const child of children as (Json | null)[]) {
      if (child === null || typeof child !== 'object') continue;
      const { name, properties: own, id: written, type: _, ...flat } = child;
      // A policy lists its groups by id alone; an id says nothing that the group itself does not.
      if (name === undefined) continue;
      const id = `${self.id}/${segment}/${name}`;
      if (into.has(id.toLowerCase())) continue;
      const type = `${self.type}/${segment}`;
      const nested = own === undefined ? { properties: flat } : { ...flat, properties: own };
      addResource({ ...nested, id: written ?? id, name, type }, self, into);
    }
  }
  for (const child of (json['resources'] ?? []) as Json[]) {
    const name = String(child['name']).split('/').at(-1);
    const segment = String(child['type']).split('/').at(-1);
    const type = `${self.type}/${segment}`;
    addResource({ ...child, type, name, id: `${self.id}/${segment}/${name}` }, self, into);
  }
}

function idOf(type: string, name: string): string {
  const [provider, ...types] = type.split('/');
  const names = name.split('/');
  if (types.length !== names.length) throw new Error(`\`${type}\` and \`${name}\` do not fit`);
  return `${GROUP}/providers/${provider}/${types.map((each, i) => `${each}/${names[i]}`).join('/')}`;
}

const CLUSTER_SCOPED = new Set(
  `Namespace Node PersistentVolume StorageClass ClusterRole ClusterRoleBinding CustomResourceDefinition
  IngressClass GatewayClass PriorityClass RuntimeClass ValidatingWebhookConfiguration
  MutatingWebhookConfiguration AdminNetworkPolicy BaselineAdminNetworkPolicy ClusterNetworkPolicy
  GlobalNetworkPolicy StagedGlobalNetworkPolicy GlobalNetworkSet Tier HostEndpoint
  CiliumClusterwideNetworkPolicy CiliumCIDRGroup CiliumNode`.split(/\s+/),
);

function addObject(json: Json, into: Map<string, KubernetesObject>) {
  const kind = String(json['kind'] ?? '');
  if (kind.endsWith('List') && Array.isArray(json['items'])) {
    for (const item of json['items'] as Json[]) addObject(item, into);
    return;
  }
  const metadata = (json['metadata'] ?? {}) as Json;
  const name = String(metadata['name'] ?? '');
  const namespace = CLUSTER_SCOPED.has(kind) ? '' : String(metadata['namespace'] ?? 'default');
  const at = placeless(`${kind} ${namespace}/${name}`);
  const body = wrap(json, at);
  if (body.kind !== 'object') throw new Error(`not an object: ${kind} ${name}`);
  const apiVersion = String(json['apiVersion'] ?? '');
  const object = { apiVersion, kind, namespace, name, body, at };
  into.set(objectKey(object), object);
}

/** `fromJson`, and the way back from how `toJson` writes an unknown. */
function wrap(json: unknown, at: Place): Value {
  if (json === null || json === undefined) return { kind: 'null', at };
  if (typeof json === 'string') return { kind: 'string', value: json, at };
  if (typeof json === 'number') return { kind: 'number', value: json, at };
  if (typeof json === 'boolean') return { kind: 'boolean', value: json, at };
  if (Array.isArray(json)) return { kind: 'array', items: json.map((each) => wrap(each, at)), at };
  const { $unknown: text, missing, symbol } = json as Json;
  if (typeof text === 'string') {
    return {
      kind: 'unknown',
      reason: 'missing-parameter',
      text,
      missing: typeof missing === 'string' ? missing : `a value for \`${text}\``,
      ...(typeof symbol === 'string' ? { symbol } : {}),
      at,
    };
  }
  const members: Member[] = [];
  for (const [name, value] of Object.entries(json as object)) {
    if (value !== undefined) members.push({ name, value: wrap(value, at), at });
  }
  return objectValue(at, members);
}

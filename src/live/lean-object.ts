import { isObject, itemsOf, type Json, type JsonObject, memberOf, textOf } from './json.ts';
import { withoutSecretTexts } from './without-secrets.ts';

/** Of `metadata` what names, selects and steers; the rest is bookkeeping, or a copy of the whole object. */
const METADATA: readonly string[] = [
  'name',
  'namespace',
  'labels',
  'annotations',
  'ownerReferences',
];
const COPIES: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/desired-replicas',
]);
const POD_STATUS: readonly string[] = ['phase', 'podIP', 'podIPs', 'hostIP'];
/** Without conditions, which have the time of the last heartbeat. */
const NODE_STATUS: readonly string[] = ['addresses', 'nodeInfo'];

/** Where a kind keeps its pod template. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

/**
 * An object as a file of a perimeter holds it: what was asked for, without the cluster's own bookkeeping, and without secrets as importing tells
 * them. The inside of pods stays whole, since `drift` compares it with manifests.
 * @returns `undefined` for what is no named object, and for a Secret
 */
export function leanObject(json: Json): JsonObject | undefined {
  if (!isObject(json)) return undefined;
  const kind = textOf(json['kind']);
  const name = textOf(memberOf(json, 'metadata', 'name'));
  if (kind === undefined || name === undefined || kind === 'Secret') return undefined;
  const named: JsonObject = { ...json, metadata: leanMetadata(json['metadata']) };
  return withoutSecretTexts(leanInside(named, kind));
}

function leanInside(object: JsonObject, kind: string): JsonObject {
  if (kind === 'Pod') return { ...object, status: keep(object['status'], POD_STATUS) };
  if (kind === 'Node') return { ...object, status: keep(object['status'], NODE_STATUS) };
  const way = TEMPLATES[kind];
  if (way === undefined) return object;
  return replaced(object, way, (template) =>
    isObject(template) ? { ...template, metadata: leanMetadata(template['metadata']) } : template,
  ) as JsonObject;
}

function leanMetadata(metadata: Json | undefined): Json {
  const kept = keep(metadata, METADATA);
  if (!isObject(kept)) return null;
  const annotations = kept['annotations'];
  if (!isObject(annotations)) return kept;
  const own = Object.entries(annotations).filter(([name]) => !COPIES.has(name));
  return { ...kept, annotations: Object.fromEntries(own) };
}

function keep(json: Json | undefined, names: readonly string[]): Json {
  if (!isObject(json)) return json ?? null;
  return Object.fromEntries(
    names.flatMap((name) => (json[name] === undefined ? [] : [[name, json[name]]])),
  );
}

function replaced(
  json: Json | undefined,
  [first, ...rest]: readonly string[],
  change: (inner: Json | undefined) => Json | undefined,
): Json | undefined {
  if (first === undefined) return change(json);
  if (!isObject(json) || json[first] === undefined) return json;
  return { ...json, [first]: replaced(json[first], rest, change) };
}

/** Of the same kind and name within one namespace there is one. */
export function keyOf(object: JsonObject): string {
  const meta = object['metadata'];
  const [api, kind] = [textOf(object['apiVersion']) ?? '', textOf(object['kind']) ?? ''];
  const [namespace, name] = [memberOf(meta, 'namespace'), memberOf(meta, 'name')];
  return `${api}/${kind}/${textOf(namespace) ?? ''}/${textOf(name) ?? ''}`;
}

/** K8P-92: what one of these owns is told by its owner, and need not be written down beside it. */
export function withoutOwned(objects: readonly JsonObject[]): readonly JsonObject[] {
  const simple = (kind: string, namespace: string, name: string) => `${kind}/${namespace}/${name}`;
  const read = new Set(
    objects.map((each) => {
      const meta = each['metadata'];
      const [namespace, name] = [memberOf(meta, 'namespace'), memberOf(meta, 'name')];
      return simple(textOf(each['kind']) ?? '', textOf(namespace) ?? '', textOf(name) ?? '');
    }),
  );
  return objects.filter((each) => {
    if (!OWNED.has(textOf(each['kind']) ?? '')) return true;
    const meta = each['metadata'];
    const namespace = textOf(memberOf(meta, 'namespace')) ?? '';
    return !itemsOf(memberOf(meta, 'ownerReferences')).some((owner) => {
      const kind = textOf(memberOf(owner, 'kind')) ?? '';
      const isWorkload = Object.hasOwn(TEMPLATES, kind);
      return isWorkload && read.has(simple(kind, namespace, textOf(memberOf(owner, 'name')) ?? ''));
    });
  });
}

const OWNED: ReadonlySet<string> = new Set(['Pod', 'ReplicaSet', 'Job']);

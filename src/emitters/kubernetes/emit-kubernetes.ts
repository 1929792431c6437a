import type { KubernetesObject } from '../../model/index.ts';
import { member, type Value } from '../../values/index.ts';
import { count } from '../count-words.ts';
import { kubernetesPage } from '../deploying/deploy-page.ts';
import { type EmittedFile, type Emitter, headerOf } from '../emitter.ts';
import type { DeploymentPlan, Loss } from '../plan/index.ts';
import { type Yaml, type YamlObject, yamlLines } from './yaml-text.ts';

/**
 * Manifests: what lies in no namespace in `cluster.yaml`, the rest in a file per namespace. What runs in one of several clusters only
 * lies below `clusters/NAME`; the rest is for each of them.
 */
export const KUBERNETES: Emitter = {
  target: 'kubernetes',
  describe: 'manifests: cluster.yaml and a file per namespace',
  emit: (plan) => {
    const losses: Loss[] = [];
    const files = new Map<string, string[]>();
    for (const object of [...plan.objects].sort(inOrder)) {
      const reason = whyNot(object);
      if (reason !== undefined) {
        losses.push({ what: nameOf(object), why: reason, at: object.at });
        continue;
      }
      const path = pathOf(object);
      const list = files.get(path) ?? [];
      list.push(yamlLines(manifestOf(object, losses)).join('\n'));
      files.set(path, list);
    }
    return { files: printed(plan, files), losses: [...losses, ...azureLoss(plan)] };
  },
};

function printed(
  plan: DeploymentPlan,
  files: ReadonlyMap<string, readonly string[]>,
): readonly EmittedFile[] {
  if (files.size === 0) return [];
  const manifests = [...files].map(([path, documents]) => ({
    path,
    text: `# ${headerOf(plan)}\n${documents.join('\n---\n')}\n`,
  }));
  return [...manifests, kubernetesPage(plan, [...files.keys()])].sort((a, b) =>
    a.path < b.path ? -1 : 1,
  );
}

function azureLoss(plan: DeploymentPlan): readonly Loss[] {
  const deployed = plan.resources.filter(({ isExisting }) => !isExisting).length;
  if (deployed === 0) return [];
  const why = 'manifests hold Kubernetes objects only; `--to bicep` and `--to arm` write these';
  return [{ what: count(deployed, 'Azure resource'), why }];
}

/** What nobody applies: content that is not known, and what the cluster makes itself. */
function whyNot(object: KubernetesObject): string | undefined {
  if (object.kind === 'Secret') {
    return 'the content of a Secret is not read; create it from your vault';
  }
  if (
    /^(?:Node|Event|Endpoints|EndpointSlice|Lease|CiliumNode|CiliumEndpoint|CiliumIdentity)$/.test(
      object.kind,
    )
  ) {
    return 'the cluster makes it itself';
  }
  const owners = member(member(object.body, 'metadata'), 'ownerReferences');
  const isOwned = owners?.kind === 'array' && owners.items.length > 0;
  return isOwned ? 'its owner makes it' : undefined;
}

/** Names of namespaces are names of files; one that the API server would refuse stays out of paths. */
function pathOf({ namespace, cluster }: KubernetesObject): string {
  const folder = cluster === undefined ? '' : `clusters/${clusterName(cluster)}/`;
  if (namespace === '') return `${folder}cluster.yaml`;
  const isName = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace);
  return `${folder}${isName ? `namespaces/${namespace}.yaml` : 'namespaces/other-names.yaml'}`;
}

function clusterName(cluster: string): string {
  const name = cluster.slice(cluster.lastIndexOf('/') + 1);
  return /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/.test(name) ? name : 'other-names';
}

/** Written by the API server and its clients, by the member it stands in. */
const SERVER_SIDE: Readonly<Record<string, ReadonlySet<string>>> = {
  '': new Set(['status']),
  metadata: new Set([
    ...['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'managedFields', 'selfLink'],
  ]),
  annotations: new Set([
    'kubectl.kubernetes.io/last-applied-configuration',
    'deployment.kubernetes.io/revision',
  ]),
};

function manifestOf(object: KubernetesObject, losses: Loss[]): Yaml {
  const unknowns: string[] = [];
  const body = yamlOf(object.body, '', '', unknowns) as YamlObject;
  if (unknowns.length > 0) {
    losses.push({
      what: nameOf(object),
      why: `the input does not say ${unknowns.slice(0, 3).join(', ')}${unknowns.length > 3 ? '…' : ''}; fill in what stands in angle brackets`,
      at: object.at,
    });
  }
  const rest = body.entries.filter(([name]) => !HEAD.includes(name));
  const head = HEAD.flatMap((wanted) => body.entries.filter(([name]) => name === wanted));
  const entries = [...head, ...rest].map(([name, value]): readonly [string, Yaml] =>
    name === 'metadata' ? [name, placed(object, value)] : [name, value],
  );
  return { entries };
}

const HEAD = ['apiVersion', 'kind', 'metadata'];

/** The namespace is written out: what an empty one means depends on who applies the file. */
function placed({ namespace }: KubernetesObject, metadata: Yaml): Yaml {
  if (namespace === '' || !isObject(metadata)) return metadata;
  const others = metadata.entries.filter(([name]) => name !== 'namespace' && name !== 'name');
  const name = metadata.entries.filter(([each]) => each === 'name');
  return { entries: [...name, ['namespace', namespace], ...others] };
}

function isObject(value: Yaml): value is YamlObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function yamlOf(value: Value, key: string, path: string, unknowns: string[]): Yaml {
  switch (value.kind) {
    case 'null':
      return null;
    case 'unknown':
      unknowns.push(path);
      return `<${value.missing
        .replace(/[^A-Za-z0-9 _./:-]+/g, ' ')
        .trim()
        .slice(0, 80)}>`;
    case 'array':
      return value.items.map((item, index) => yamlOf(item, '', `${path}[${index}]`, unknowns));
    case 'object': {
      const left = SERVER_SIDE[key] ?? NOTHING;
      const kept = [...value.members.values()].filter(({ name }) => !left.has(name));
      return {
        entries: kept.map(({ name, value: inner }) => {
          const below = path === '' ? name : `${path}.${name}`;
          return [name, yamlOf(inner, name, below, unknowns)] as const;
        }),
      };
    }
    default:
      return value.value;
  }
}

const NOTHING: ReadonlySet<string> = new Set();

function nameOf({ kind, namespace, name }: KubernetesObject): string {
  return namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** What others live in and refer to comes first, so that one `kubectl apply -f` passes. */
const KINDS = [
  ...['Namespace', 'CustomResourceDefinition', 'PriorityClass', 'IngressClass', 'GatewayClass'],
  ...['ServiceAccount', 'ConfigMap', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'],
  ...['Tier', 'GlobalNetworkSet', 'NetworkSet', 'Service'],
];

function inOrder(a: KubernetesObject, b: KubernetesObject): number {
  const rank = ({ kind }: KubernetesObject) =>
    KINDS.includes(kind) ? KINDS.indexOf(kind) : KINDS.length;
  const text = (each: KubernetesObject) => `${each.kind} ${each.name} ${each.apiVersion}`;
  return rank(a) - rank(b) || (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0);
}

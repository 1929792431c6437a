import { OperationalError } from '../diagnostics/index.ts';
import { type ClusterKind, CONFIG_MAPS, wantedKinds } from './cluster-kinds.ts';
import { isObject, itemsOf, type Json, type JsonObject, memberOf, textOf } from './json.ts';
import { jsonOf, type Kubectl, type Told } from './kubectl.ts';
import { keyOf, leanObject, withoutOwned } from './lean-object.ts';
import { createLimiter } from './limiter.ts';
import type { NotRead } from './not-read.ts';

export interface ClusterRead {
  /** The context that was asked. */
  readonly context: string;
  /** By kind, namespace and name, the same order each time. */
  readonly objects: readonly JsonObject[];
  readonly notRead: readonly NotRead[];
}

const AT_ONCE = 4;

/**
 * The objects of a cluster that say what passes, kind by kind: one that may not be listed does not cost the others. Secrets are never
 * asked for. Kinds that the cluster does not have are not missed.
 * @throws OperationalError `live/cluster` when nothing can be read
 */
export async function readCluster(
  ask: Kubectl,
  wantedContext: string | undefined,
  onProgress: (what: string) => void,
): Promise<ClusterRead> {
  onProgress('asking the cluster what it has…');
  const context = wantedContext ?? (await currentContext(ask));
  const missed: NotRead[] = [];
  const offered = await offeredResources(ask, context, missed);
  const kinds = wantedKinds(offered);
  const objects = new Map<string, JsonObject>();
  const limited = createLimiter(AT_ONCE);
  const keep = (json: Json) => {
    const object = leanObject(json);
    if (object !== undefined) objects.set(keyOf(object), object);
  };
  let done = 0;
  let answers = 0;
  await Promise.all([
    ...kinds.map((kind) =>
      limited(async () => {
        const told = await listed(ask, kind);
        if (told.kind === 'failed')
          missed.push({ what: kind.resource, of: context, why: told.why });
        else {
          answers += 1;
          for (const item of told.items) keep(item);
        }
        done += 1;
        onProgress(`reading ${done}/${kinds.length} kinds`);
      }),
    ),
    limited(async () => {
      const told = await listedNames(ask);
      if (told.kind === 'failed') {
        missed.push({ what: 'ConfigMaps of kube-system', of: context, why: told.why });
      } else for (const item of told.items) keep(item);
    }),
  ]);
  if (answers === 0) {
    throw new OperationalError(
      'live/cluster',
      `the cluster of context \`${context}\` cannot be read: ${missed[0]?.why ?? 'it has nothing'}`,
    );
  }
  const lean = withoutOwned([...objects.values()]);
  return {
    context,
    objects: [...lean].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    notRead: missed.sort((a, b) => (a.what < b.what ? -1 : 1)),
  };
}

/** @throws OperationalError when there is no `kubectl`, or nothing it could ask */
async function currentContext(ask: Kubectl): Promise<string> {
  const told = await ask('config', 'current-context');
  if (told.kind === 'answer' && told.text.trim() !== '') return told.text.trim();
  throw noCluster(told.kind === 'answer' ? 'no context is chosen' : told.why, told);
}

function noCluster(why: string, told: Told): OperationalError {
  const isMissing = told.kind === 'failed' && told.isMissing;
  return new OperationalError('live/cluster', `no cluster can be asked: ${why}`, {
    hint: isMissing
      ? 'install kubectl (`az aks install-cli`), or give manifests: kubectl get … -A -o json > cluster.json'
      : 'name it: --kubeconfig FILE --context NAME',
  });
}

/** Extensions that nobody could list are said to be missing: a policy may be among them. */
async function offeredResources(
  ask: Kubectl,
  context: string,
  missed: NotRead[],
): Promise<readonly string[] | undefined> {
  const told = await ask('api-resources', '--verbs=list', '--output=name');
  if (told.kind === 'answer') {
    return told.text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  }
  if (told.isMissing) throw noCluster(told.why, told);
  // Nobody there, or nobody who lets us in: to wait for each kind in turn would find out nothing else.
  const namespaces = await listed(ask, { resource: 'namespaces', isBuiltIn: true });
  if (namespaces.kind === 'failed') {
    throw new OperationalError(
      'live/cluster',
      `the cluster of context \`${context}\` cannot be read: ${namespaces.why}`,
    );
  }
  missed.push({ what: 'extensions of the API (policies, gateways)', of: context, why: told.why });
  return undefined;
}

type Listed =
  | { readonly kind: 'items'; readonly items: readonly Json[] }
  | { readonly kind: 'failed'; readonly why: string };

async function listed(ask: Kubectl, { resource, isBuiltIn }: ClusterKind): Promise<Listed> {
  const told = await ask('get', resource, '--all-namespaces', '--output=json', '--chunk-size=500');
  if (told.kind === 'failed') {
    // Taken away since it was offered, or a cluster that never had it.
    const isAbsent = /doesn't have a resource type|could not find the requested resource/i;
    return !isBuiltIn && isAbsent.test(told.why) ? { kind: 'items', items: [] } : told;
  }
  return itemsIn(told);
}

async function listedNames(ask: Kubectl): Promise<Listed> {
  const names = CONFIG_MAPS.map((name) => `configmap/${name}`);
  const told = await ask(
    'get',
    ...names,
    '--namespace=kube-system',
    '--ignore-not-found',
    '--output=json',
  );
  if (told.kind === 'failed') return told;
  return told.text.trim() === '' ? { kind: 'items', items: [] } : itemsIn(told);
}

/** One object by name is no list. */
function itemsIn(told: Told): Listed {
  const json = jsonOf(told);
  const items = memberOf(json, 'items');
  if (Array.isArray(items)) return { kind: 'items', items: itemsOf(items) };
  if (isObject(json) && textOf(json['kind']) === 'ConfigMap') {
    return { kind: 'items', items: [json] };
  }
  return { kind: 'failed', why: 'what it answered is no list that can be read' };
}

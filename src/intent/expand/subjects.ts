import type { PagePath } from '../places.ts';
import type { AllowPlan, EgressPlan, EndpointPlan, IngressPlan, Plan } from '../plan.ts';
import type { WrittenPods } from '../schema/words.ts';

/** Pods that intents are about, and all that is said of them: one policy each, so that it can be read. */
export interface Subject {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly path: PagePath;
  readonly called: readonly AllowPlan[];
  readonly calls: readonly AllowPlan[];
  readonly published: readonly IngressPlan[];
  readonly leaves: readonly EgressPlan[];
  readonly uses: readonly EndpointPlan[];
}

/** O(intents): each is filed under the pods it names. */
export function subjectsOf(plan: Plan): readonly Subject[] {
  const found = new Map<string, Filed>();
  const names = new Map<string, number>();
  const file = (pods: WrittenPods | 'nodes', path: PagePath): Filed | undefined => {
    if (pods === 'nodes') return undefined;
    const key = keyOf(pods);
    const known = found.get(key);
    if (known !== undefined) return known;
    const wanted = nameOf(pods);
    const count = (names.get(`${pods.namespace}/${wanted}`) ?? 0) + 1;
    names.set(`${pods.namespace}/${wanted}`, count);
    const made: Filed = {
      namespace: pods.namespace,
      name: count === 1 ? wanted : `${wanted}-${count}`,
      labels: labelsOf(pods),
      path,
      called: [],
      calls: [],
      published: [],
      leaves: [],
      uses: [],
    };
    found.set(key, made);
    return made;
  };
  for (const one of plan.allow) {
    file(one.written.from, one.path)?.calls.push(one);
    file(one.written.to, one.path)?.called.push(one);
  }
  for (const one of plan.ingress) file(one.written.to, one.path)?.published.push(one);
  for (const one of plan.egress) file(one.from, one.path)?.leaves.push(one);
  for (const one of plan.endpoints) {
    for (const pods of one.written.from ?? []) file(pods, one.path)?.uses.push(one);
  }
  return [...found.values()];
}

type Lists = 'called' | 'calls' | 'published' | 'leaves' | 'uses';
type Filed = Omit<Subject, Lists> & {
  readonly [K in Lists]: Subject[K][number][];
};

export function labelsOf(pods: WrittenPods): Readonly<Record<string, string>> {
  return { ...(pods.app === undefined ? {} : { app: pods.app }), ...pods.labels };
}

function keyOf(pods: WrittenPods): string {
  const labels = Object.entries(labelsOf(pods)).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${pods.namespace} ${JSON.stringify(labels)}`;
}

/** Of the labels when there is no `app`. */
function nameOf(pods: WrittenPods): string {
  const extra = Object.entries(pods.labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const words = [
    ...(pods.app === undefined ? [] : [pods.app]),
    ...extra.map(([key, value]) => `${key.split('/').at(-1)}-${value}`),
  ];
  const name = words
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-');
  return name === '' ? 'every-pod' : name;
}

import type { PodClass } from '../../../model/index.ts';
import { matchSubject, policyIndex } from '../../../semantics/network-policy/engine/coverage.ts';
import { ENGINES, type Engine } from '../../../semantics/network-policy/index.ts';
import {
  allowAllEgress,
  namespacesWithoutDefaultDeny,
} from '../../../semantics/network-policy/pitfalls/index.ts';
import type { Direction, Policy } from '../../../semantics/network-policy/policy.ts';
import type { Match } from '../../../semantics/verdict.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import {
  engineUnknown,
  openQuestion,
  policyCheck,
  unreadablePart,
} from './kubernetes-policy-check.ts';
import {
  grouped,
  isSystemNamespace,
  listed,
  type PolicyWorld,
  policyWorld,
} from './kubernetes-policy-world.ts';

/** The workloads of one namespace that a policy can cover. */
interface NamespaceSubject {
  readonly world: PolicyWorld;
  readonly namespace: string;
  readonly pods: readonly PodClass[];
}

const NONE = 'no workloads, or a profile that does not ask for policies';

const withoutPolicy = eachSubject<NamespaceSubject>({
  id: 'policy/workload-without-policy',
  severity: 'warning',
  title: 'A policy covers every workload, in both directions.',
  explanation:
    'A pod that no policy covers in a direction is open in that direction: every pod of the cluster reaches it, or it reaches every address the network lets it. Namespaces that AKS keeps and host-network pods, which no policy can cover, are left out.',
  fix: 'add a default deny to the namespace and allow what each workload needs',
  facts: ['K8P-01'],
  covers: ['F5', 'KP-1'],
  // Also where no engine would act on a policy: what is missing from the manifests is missing after the cluster gets one.
  subjects: ownNamespaces,
  none: NONE,
  key: ({ namespace }) => `Namespace/${namespace}`,
  judge: ({ world, namespace, pods }) => {
    const open = { ingress: [] as PodClass[], egress: [] as PodClass[] };
    const doubts: Judgement[] = [];
    const question = `Whether policies cover every workload of ${namespace} is not known.`;
    for (const direction of ['ingress', 'egress'] as const) {
      for (const pod of pods) {
        const covered = coverage(world, pod, direction);
        if (covered === 'engine') doubts.push(engineUnknown(question, world, pod.at));
        else if (covered.kind === 'no') open[direction].push(pod);
        else if (covered.kind === 'unknown') {
          doubts.push(openQuestion(question, covered.why[0]!, pod.at));
        }
      }
    }
    const bare = [...new Set([...open.ingress, ...open.egress])];
    if (bare.length === 0) return doubts[0] ?? HOLDS;
    return {
      kind: 'fails',
      message: openMessage(namespace, open),
      places: bare.map((pod) => ({ at: pod.at, what: `${pod.kind} ${pod.namespace}/${pod.name}` })),
      evidence: [
        ...lineOf('ingress', open.ingress, pods.length),
        ...lineOf('egress', open.egress, pods.length),
        ...(world.engine === 'none'
          ? ['the cluster has no engine that would act on a policy']
          : []),
      ],
    };
  },
});

const noDefaultDeny = eachSubject<NamespaceSubject>({
  id: 'policy/no-default-deny',
  severity: 'note',
  title: 'Every namespace denies by default.',
  explanation:
    'Policies that select workloads by label leave the next workload open until somebody writes one for it. A policy that selects every pod of the namespace and allows nothing makes a new workload start closed.',
  fix: 'add a NetworkPolicy with `podSelector: {}`, `policyTypes: [Ingress, Egress]` and no rules to the namespace',
  facts: ['K8P-01', 'K8P-03'],
  covers: ['F5', 'KP-1'],
  subjects: (context) => ownNamespaces(context).filter(({ world }) => world.engine !== 'none'),
  none: `${NONE}, or no engine that would act on policies`,
  key: ({ namespace }) => `Namespace/${namespace}`,
  judge: ({ world, namespace, pods }) => {
    const engines: readonly Engine[] = world.engine === 'unknown' ? ENGINES : [asEngine(world)];
    const missing = (['ingress', 'egress'] as const).filter((direction) =>
      engines.every((engine) => lacksDefaultDeny(world, engine, direction, namespace)),
    );
    const question = `Whether ${namespace} denies by default is not known.`;
    if (missing.length === 0) {
      return world.engine === 'unknown' ? engineUnknown(question, world, pods[0]!.at) : HOLDS;
    }
    const doubtful = world.set.policies.find((policy) => mayDenyByDefault(policy, world, pods));
    if (doubtful !== undefined) {
      const why = { missing: `what ${doubtful.title} leaves open`, at: doubtful.at };
      return openQuestion(question, doubtful.doubts[0] ?? why);
    }
    const declared = world.set.objects.namespaces.get(namespace);
    return {
      kind: 'fails',
      message: `A new workload in ${namespace} starts with open ${missing.join(' and ')}.`,
      places: [{ at: declared?.at ?? pods[0]!.at, what: `namespace ${namespace}` }],
      evidence: missing.map((direction) => `no policy denies ${direction} of every pod`),
    };
  },
});

const opensEgressAgain = policyCheck({
  id: 'policy/allow-all-egress',
  severity: 'warning',
  title: 'No policy opens all egress again that another one closes.',
  explanation:
    'Policies add up: beside a default deny, one empty egress rule (`egress: [{}]`) lets its pods reach every address again, and the default deny is decoration for them.',
  fix: 'name peers and ports in the rule; for internet access by name leave the filtering to the firewall and allow TCP 443 only',
  facts: ['K8P-04', 'K8P-06'],
  covers: ['F5', 'KP-2'],
  none: 'no policy limits egress',
  concerns: (policy) => policy.type === 'network' && policy.egress !== undefined,
  find: (world, engine) => {
    if (engine === 'none') return [];
    const policies = grouped(world.set.policies, ({ title }) => title);
    return allowAllEgress(world.set).filter(({ subject }) =>
      (policies.get(subject) ?? []).some((policy) => undoesAnother(world, policy)),
    );
  },
  open: (policy) => unreadablePart(policy, ['subject', 'peers', 'ports']),
  message: (title) =>
    `${title} lets its pods reach every address again, although another policy limits their egress.`,
  question: (title) => `Whether ${title} opens all egress is not known.`,
});

export const KUBERNETES_POLICY_COVERAGE_CHECKS: readonly Check[] = [
  withoutPolicy,
  noDefaultDeny,
  opensEgressAgain,
];

/** Namespaces of the cluster's owner, with the pods a policy can cover. */
function ownNamespaces(context: CheckContext): readonly NamespaceSubject[] {
  const world = policyWorld(context);
  if (world === undefined) return [];
  if (context.profile === 'dev' || context.profile === 'ephemeral') return [];
  const pods = world.set.objects.pods.filter(
    (pod) => !pod.hostNetwork && !isSystemNamespace(pod.namespace),
  );
  return [...grouped(pods, ({ namespace }) => namespace)].map(([namespace, own]) => ({
    world,
    namespace,
    pods: own,
  }));
}

/** Does any policy cover the pod? `engine`: that depends on an engine nobody named. */
function coverage(world: PolicyWorld, pod: PodClass, direction: Direction): Match | 'engine' {
  if (world.engine !== 'unknown') return coverageUnder(world, asEngine(world), pod, direction);
  const all = ENGINES.map((engine) => coverageUnder(world, engine, pod, direction));
  return all.every(({ kind }) => kind === 'no') ? { kind: 'no' } : 'engine';
}

function coverageUnder(
  world: PolicyWorld,
  engine: Engine,
  pod: PodClass,
  direction: Direction,
): Match {
  const stages = policyIndex(world.set, engine).coverageOf(pod)[direction].stages;
  const covering = stages.flatMap(({ groups }) => groups.flat()).map(({ covers }) => covers);
  return (
    covering.find(({ kind }) => kind === 'yes') ??
    covering.find(({ kind }) => kind === 'unknown') ?? { kind: 'no' }
  );
}

function asEngine({ engine }: PolicyWorld): Engine {
  return engine === 'unknown' || engine === 'none' ? 'generic' : engine;
}

function openMessage(
  namespace: string,
  open: Readonly<Record<Direction, readonly PodClass[]>>,
): string {
  const names = (pods: readonly PodClass[]) => listed(pods.map(({ name }) => name));
  const isSame =
    open.ingress.length === open.egress.length &&
    open.ingress.every((pod) => open.egress.includes(pod));
  if (isSame) {
    const they = open.ingress.length === 1 ? 'it' : 'they';
    return `Any pod may reach ${names(open.ingress)} in ${namespace}, and ${they} may send anywhere: no policy covers ${they === 'it' ? 'it' : 'them'}.`;
  }
  const parts = [
    ...(open.ingress.length > 0
      ? [`any pod may reach ${names(open.ingress)} (no ingress policy)`]
      : []),
    ...(open.egress.length > 0
      ? [`${names(open.egress)} may send anywhere (no egress policy)`]
      : []),
  ];
  return `In ${namespace} ${parts.join(', and ')}.`;
}

function lineOf(direction: Direction, pods: readonly PodClass[], of: number): readonly string[] {
  if (pods.length === 0) return [];
  return [
    `${direction}: ${pods.length} of ${of} workloads (${listed(
      pods.map(({ name }) => name),
      20,
    )})`,
  ];
}

const withoutDeny = new WeakMap<PolicyWorld, Map<string, ReadonlySet<string>>>();

/** Asked per namespace, found for all of them at once. */
function lacksDefaultDeny(
  world: PolicyWorld,
  engine: Engine,
  direction: Direction,
  namespace: string,
): boolean {
  const ofWorld = withoutDeny.get(world) ?? new Map<string, ReadonlySet<string>>();
  withoutDeny.set(world, ofWorld);
  const key = `${engine} ${direction}`;
  const known =
    ofWorld.get(key) ??
    new Set(
      namespacesWithoutDefaultDeny(world.set, engine, direction).map(({ subject }) => subject),
    );
  ofWorld.set(key, known);
  return known.has(`namespace ${namespace}`);
}

/** A policy we cannot read, or an admin policy that denies: either may amount to a default deny. */
function mayDenyByDefault(policy: Policy, world: PolicyWorld, pods: readonly PodClass[]): boolean {
  const isOpen = unreadablePart(policy, ['subject', 'peers']) !== undefined;
  const denies =
    policy.type === 'admin' &&
    [...(policy.ingress ?? []), ...(policy.egress ?? [])].some(({ action }) => action === 'deny');
  if (!isOpen && !denies) return false;
  return pods.some((pod) => matchSubject(policy, pod, world.set.objects).kind !== 'no');
}

/** Is some pod of the policy isolated by another one for sure? */
function undoesAnother(world: PolicyWorld, policy: Policy): boolean {
  const index = policyIndex(world.set, asEngine(world));
  return world.set.objects.pods.some(
    (pod) =>
      !pod.hostNetwork &&
      matchSubject(policy, pod, world.set.objects).kind === 'yes' &&
      index.coverageOf(pod).egress.isolatedBy.some((title) => title !== policy.title),
  );
}

import type { Diagnostic } from '../../../diagnostics/index.ts';
import { matchSubject } from '../../../semantics/network-policy/engine/coverage.ts';
import {
  ENGINE_NAMES,
  ENGINE_PROFILES,
  ENGINES,
  type Policy,
  type PolicyName,
} from '../../../semantics/network-policy/index.ts';
import {
  exceptionsOutside,
  ignoredPolicies,
  namedPortsWithoutPod,
  policiesOfHostNetworkOnly,
  policiesWithoutPods,
  rivalAdminPolicies,
  rulesWithoutDirection,
  stagedPolicies,
} from '../../../semantics/network-policy/pitfalls/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { engineUnknown, placesOf, policyCheck, unreadablePart } from './kubernetes-policy-check.ts';
import {
  grouped,
  listed,
  type PolicyWorld,
  policyKey,
  policyWorld,
} from './kubernetes-policy-world.ts';

interface RefusedPolicy {
  readonly policy: PolicyName;
  readonly diagnostics: readonly Diagnostic[];
}

const invalid = eachSubject<RefusedPolicy>({
  id: 'policy/invalid',
  severity: 'error',
  title: 'The API server accepts every policy.',
  explanation:
    'An object that the API server refuses is not in the cluster, or an older version of it still is. Either way the file does not say what is enforced.',
  fix: 'correct the field; `kubectl apply --dry-run=server` shows the refusal without changing anything',
  facts: ['K8P-06', 'K8P-07'],
  covers: ['KP-2'],
  subjects: (context) => diagnosed(context, 'policy/invalid'),
  none: 'no policy objects',
  key: ({ policy }) => policyKey(policy),
  judge: ({ policy, diagnostics }) =>
    diagnosticJudgement(
      policy,
      diagnostics,
      `The cluster refuses ${policy.title}: nothing it says is enforced.`,
    ),
});

const unknownField = eachSubject<RefusedPolicy>({
  id: 'policy/unknown-field',
  severity: 'warning',
  title: 'Policies hold only fields that exist.',
  explanation:
    'A misspelled field is dropped or refused, depending on how the object is applied. When it is dropped, the limit it was to set is gone: a rule without `from` admits everybody.',
  fix: 'correct the spelling; field names keep their upper and lower case',
  facts: ['K8P-06'],
  covers: ['KP-2'],
  subjects: (context) => diagnosed(context, 'policy/unknown-field'),
  none: 'no policy objects',
  key: ({ policy }) => policyKey(policy),
  judge: ({ policy, diagnostics }) =>
    diagnosticJudgement(
      policy,
      diagnostics,
      `${policy.title} may allow more than it says: a field in it does not exist.`,
    ),
});

const deadRules = policyCheck({
  id: 'policy/dead-rules',
  severity: 'warning',
  title: 'Every rule belongs to a direction that its policy governs.',
  explanation:
    'Rules under `egress` do nothing when `policyTypes` lists only Ingress, and the other way round: the direction stays as open or closed as it was.',
  fix: 'add the direction to `policyTypes`, or delete the rules',
  facts: ['K8P-02', 'K8P-03'],
  covers: ['KP-1'],
  none: 'no NetworkPolicy',
  concerns: ({ type }) => type === 'network',
  find: ({ set }) => rulesWithoutDirection(set),
  open: (policy) => policy.doubts[0],
  message: (title, pitfalls) => `In ${title} ${pitfalls.map(({ what }) => what).join('; ')}.`,
  question: (title) => `Whether every rule of ${title} counts is not known.`,
});

const selectsNothing = policyCheck({
  id: 'policy/selects-nothing',
  severity: 'warning',
  title: 'Every policy selects some workload.',
  explanation:
    'A selector with a typing error, or one that outlived its workload, covers nothing: the pods it was written for are as open as without it.',
  fix: 'compare the selector with the labels of the pod template; delete the policy when its workload is gone',
  facts: ['K8P-02'],
  covers: ['KP-1', 'F5'],
  none: 'no policy over pods',
  concerns: ({ subject }) => subject.kind !== 'hosts',
  find: (world) => {
    const known = new Set(
      world.set.policies.filter((one) => knowsPodsOf(one, world)).map(({ title }) => title),
    );
    return policiesWithoutPods(world.set).filter(({ subject }) => known.has(subject));
  },
  open: (policy, world) => {
    if (!knowsPodsOf(policy, world)) {
      const where = policy.namespace === '' ? 'the cluster' : `namespace ${policy.namespace}`;
      return { missing: `the workloads of ${where}`, at: policy.at };
    }
    return unreadablePart(policy, ['subject']);
  },
  message: (title) => `${title} protects nothing: no workload has the labels it selects.`,
  question: (title) => `Whether ${title} covers any workload is not known.`,
});

const hostNetworkOnly = policyCheck({
  id: 'policy/selects-host-network-only',
  severity: 'warning',
  title: 'No policy is meant for host-network pods.',
  explanation:
    'Pods in the host network share the address of their node, and no engine of AKS covers them with policies. A policy that selects only such pods changes nothing.',
  fix: 'take the workload off the host network, or limit the node’s ports in the network security group',
  facts: ['K8P-17'],
  covers: ['KP-5', 'KP-E10'],
  none: 'no policy over pods',
  concerns: ({ subject }) => subject.kind !== 'hosts',
  find: ({ set }) => policiesOfHostNetworkOnly(set),
  open: (policy) => unreadablePart(policy, ['subject']),
  message: (title) =>
    `${title} protects nothing: it selects only host-network pods, which policies do not cover.`,
  question: (title) => `Which workloads ${title} covers is not known.`,
});

const namedPort = policyCheck({
  id: 'policy/named-port-undeclared',
  severity: 'warning',
  title: 'Port names in policies are declared by the destination pods.',
  explanation:
    'A port name is looked up in the containers of the destination pod, with its protocol. A name nobody declares matches nothing, so that the rule allows nothing.',
  fix: 'declare the name under `containers[].ports`, or write the number',
  facts: ['K8P-08'],
  covers: ['KP-4'],
  none: 'no policy names a port',
  concerns: hasNamedPort,
  find: (world, engine) =>
    namedPortsWithoutPod(world.set, engine).filter(({ fact }) => fact === 'K8P-08'),
  open: (policy, world) => {
    const { objects } = world.set;
    return objects.pods.some((pod) => matchSubject(policy, pod, objects).kind !== 'no')
      ? unreadablePart(policy, ['subject', 'peers', 'ports'])
      : { missing: `the workloads that ${policy.title} covers`, at: policy.at };
  },
  message: (title, pitfalls) =>
    `${title} allows less than it says: ${pitfalls.map(({ what }) => what).join('; ')}.`,
  question: (title) => `Whether the port names in ${title} match is not known.`,
});

const priorityTie = policyCheck({
  id: 'policy/admin-priority-tie',
  severity: 'error',
  title: 'Admin policies that overlap have different priorities.',
  explanation:
    'Between admin policies of one priority the engine may let either win. Where one allows what the other denies, the answer may change with a restart.',
  fix: 'give one of them another priority; the lower number wins',
  facts: ['K8P-24'],
  covers: ['KP-8', 'KP-E34'],
  none: 'no admin policies',
  concerns: ({ type }) => type === 'admin',
  find: (world) => {
    // A priority we cannot read counts as 0: it ties with nothing.
    const doubtful = new Set(
      world.set.policies.filter(({ doubts }) => doubts.length > 0).map(({ title }) => title),
    );
    const policies = world.set.policies.filter(({ title }) => !doubtful.has(title));
    return rivalAdminPolicies({ ...world.set, policies });
  },
  open: (policy) => unreadablePart(policy, ['subject', 'peers', 'ports']),
  message: (title, pitfalls) =>
    `${title} decides by luck: ${pitfalls.map(({ what }) => what).join('; ')}.`,
  question: (title) => `Whether ${title} shares its priority with another policy is not known.`,
});

const staged = eachSubject<{ readonly policy: PolicyName; readonly what?: string }>({
  id: 'policy/staged-not-enforced',
  severity: 'note',
  title: 'No policy is left in staging.',
  explanation:
    'Calico reports what a staged policy would do and enforces nothing. Many a staged policy was meant to be turned on after a week.',
  fix: 'read the reports, then replace the staged object by the same policy without `Staged`',
  facts: ['K8P-34'],
  covers: ['KP-9', 'KP-E30'],
  subjects: (context) => {
    const world = policyWorld(context);
    if (world === undefined) return [];
    return [
      ...world.set.policies.map((policy) => ({ policy })),
      ...stagedPolicies(world.set).map(({ what }, index) => ({
        policy: world.set.staged[index]!,
        what,
      })),
    ];
  },
  none: 'no policy objects',
  key: ({ policy }) => policyKey(policy),
  judge: ({ policy, what }) =>
    what === undefined
      ? HOLDS
      : {
          kind: 'fails',
          message: `${policy.title} is not enforced: it is only staged.`,
          places: [{ at: policy.at, what: policy.title }],
          evidence: [what],
        },
});

interface KindSubject {
  readonly world: PolicyWorld;
  readonly kind: string;
  readonly policies: readonly Policy[];
}

const kindNotEnforced = eachSubject<KindSubject>({
  id: 'policy/kind-not-enforced',
  severity: 'error',
  title: 'The cluster’s engine enforces every kind of policy in use.',
  explanation:
    'Azure NPM enforces NetworkPolicy alone, Calico its own kinds and the admin kinds, Cilium its own. The API server stores whatever custom resource it knows, and nobody says that nothing acts on it.',
  fix: 'write the same limits as NetworkPolicy, or move to the engine the objects were written for',
  facts: ['K8P-71'],
  covers: ['KP-9', 'KP-10', 'KP-10a'],
  subjects: (context) => {
    const world = policyWorld(context);
    if (world === undefined || world.engine === 'none') return [];
    return [...grouped(world.set.policies, shownKind)].map(([kind, policies]) => ({
      world,
      kind,
      policies,
    }));
  },
  none: 'no policies, or no policy engine at all',
  key: ({ kind }) => kind,
  judge: ({ world, kind, policies }) => {
    const { engine } = world;
    const question = `Whether anything enforces ${objects(kind, policies)} is not known.`;
    const titles = new Set(policies.map(({ title }) => title));
    const ignored = ignoredPolicies(world.set, engine).filter(({ subject }) => titles.has(subject));
    if (ignored.length > 0) {
      return {
        kind: 'fails',
        message: `Nothing enforces ${objects(kind, policies)}: ${ignored[0]!.what}.`,
        places: placesOf(ignored, kind),
        evidence: ignored.map(({ subject, what }) => `${subject}: ${what}`),
      };
    }
    const type = policies[0]!.type;
    const standings = new Set(ENGINES.map((one) => ENGINE_PROFILES[one].kinds[type]));
    if (engine === 'unknown' || engine === 'generic') {
      // Every engine knows NetworkPolicy; whether there is an engine is asked elsewhere.
      return standings.size === 1 ? HOLDS : engineUnknown(question, world, policies[0]!.at);
    }
    if (engine === 'none' || ENGINE_PROFILES[engine].kinds[type] !== 'unknown') return HOLDS;
    return {
      kind: 'undecided',
      message: question,
      missing: `whether this release of ${ENGINE_NAMES[engine]} enforces ${kind}`,
      at: policies[0]!.at,
    };
  },
});

export const KUBERNETES_POLICY_TEXT_CHECKS: readonly Check[] = [
  invalid,
  unknownField,
  deadRules,
  selectsNothing,
  hostNetworkOnly,
  namedPort,
  priorityTie,
  staged,
  kindNotEnforced,
];

/** Every policy object, with what reading it found. */
function diagnosed(context: CheckContext, code: Diagnostic['code']): readonly RefusedPolicy[] {
  const world = policyWorld(context);
  if (world === undefined) return [];
  // `policy/except-outside-cidr` has its own words for these.
  const exceptions = new Set(exceptionsOutside(world.set).map(({ place }) => place));
  const isException = ({ message, at }: Diagnostic) =>
    at !== undefined && exceptions.has(at) && message.includes(': except `');
  const found = world.diagnostics.filter((one) => one.code === code && !isException(one));
  const objects = grouped([...world.set.policies, ...world.set.staged], ({ title }) => title);
  return [...objects].map(([title, [policy]]) => ({
    policy: policy!,
    diagnostics: found.filter(({ message }) => message.startsWith(`${title}: `)),
  }));
}

function diagnosticJudgement(
  policy: PolicyName,
  diagnostics: readonly Diagnostic[],
  message: string,
): Judgement {
  if (diagnostics.length === 0) return HOLDS;
  return {
    kind: 'fails',
    message,
    places: diagnostics.map(({ at }) => ({ at: at ?? policy.at, what: policy.title })),
    evidence: diagnostics.map((one) => one.message),
  };
}

/** False when the input holds no workload where the policy looks: it may be written elsewhere. */
function knowsPodsOf({ namespace }: PolicyName, { set }: PolicyWorld): boolean {
  return set.objects.pods.some((pod) => namespace === '' || pod.namespace === namespace);
}

function hasNamedPort(policy: Policy): boolean {
  return [...(policy.ingress ?? []), ...(policy.egress ?? [])].some(
    ({ ports }) => ports !== 'any' && ports.some(({ kind }) => kind !== 'range'),
  );
}

function shownKind({ title }: PolicyName): string {
  return title.slice(0, title.lastIndexOf(' '));
}

function objects(kind: string, policies: readonly Policy[]): string {
  const names = policies.map(({ namespace, name }) =>
    namespace === '' ? name : `${namespace}/${name}`,
  );
  return `${kind} ${listed(names)}`;
}

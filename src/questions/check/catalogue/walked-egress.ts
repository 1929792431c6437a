import type { RequiredEgress } from '../../../facts/index.ts';
import {
  type RequiredEgressAnswer,
  requiredEgress,
} from '../../../semantics/api-server/required-egress.ts';
import type { Trace } from '../../../trace/index.ts';
import { given, weakest } from '../certainty.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, type Judgement } from '../judge.ts';
import { destinationOf, type Fate, fateOf } from './egress-proof.ts';
import { rulesToAdd } from './egress-rule-to-add.ts';
import { egressSenders, isCalledByPods, type Sender } from './egress-senders.ts';
import { grouped, listed } from './kubernetes-policy-world.ts';
import { replay, undecidedBy } from './walked-ingress.ts';

interface Dependency {
  readonly sender: Sender;
  /** Stands for the dependency in its key: the first entry of its group. */
  readonly first: RequiredEgressAnswer;
  /** One complete side is enough. Mostly one side of one entry. */
  readonly sides: readonly (readonly RequiredEgressAnswer[])[];
}

const requiredUnreachable = eachSubject<Dependency>({
  id: 'egress/required-unreachable',
  severity: 'error',
  title: 'Every node pool, and every pod subnet, reaches everything AKS needs for this cluster.',
  explanation:
    'Nodes pull images, join and renew through a documented list of names. A missing one is not noticed until the next scale-out, upgrade or node image change, and then nodes do not become ready. Pods with addresses of their own call what add-ons need: their subnet must be a source of the rules as well.',
  fix: 'allow the name for the node subnet in an application rule; the FQDN tag AzureKubernetesService covers the base list',
  facts: ['AKS-30'],
  covers: ['P5', 'O3', 'FW-27'],
  subjects: dependencies,
  none: 'no cluster with node pools in the input',
  key: ({ sender: { cluster, pool, who }, first }) =>
    `${cluster.name}/${pool.pool.name}/${who === 'Pods' ? 'pods/' : ''}${first.entry.id}`,
  judge: judgeDependency,
});

export const WALKED_EGRESS_CHECKS: readonly Check[] = [requiredUnreachable];

/** What pods call by address: `egress/api-server-by-address` walks it from those pods. */
const OF_PODS = 'pod-to-apiserver';

function dependencies(context: CheckContext): readonly Dependency[] {
  return context.network.clusters.flatMap((cluster) => {
    const answers = requiredEgress(context.network, cluster).filter(
      ({ entry, applies }) =>
        entry.required &&
        entry.direction === 'outbound' &&
        entry.oneOfGroup !== OF_PODS &&
        applies !== 'no',
    );
    // Several features list the same name: it is needed once.
    const distinct = grouped(answers, ({ entry }) =>
      entry.oneOfGroup === undefined ? whatOf(entry) : `one of ${entry.oneOfGroup}`,
    );
    const groups = [...distinct.values()].map((list) =>
      list[0]!.entry.oneOfGroup === undefined ? [[surest(list)]] : sidesOf(list),
    );
    return egressSenders(context, cluster).flatMap((sender) =>
      groups
        .filter(
          (sides) =>
            sender.who === 'Nodes' || sides.flat().some(({ entry }) => isCalledByPods(entry)),
        )
        .map((sides): Dependency => ({ sender, first: sides[0]![0]!, sides })),
    );
  });
}

/** Certainly needed by one feature is certainly needed. */
function surest(list: readonly RequiredEgressAnswer[]): RequiredEgressAnswer {
  return list.find(({ applies }) => applies === 'yes') ?? list[0]!;
}

/**
 * Network rules or application rules, either side complete (Azure Monitor); within one layer each entry of the list
 * is an alternative of its own (the endpoints of a registry).
 */
function sidesOf(list: readonly RequiredEgressAnswer[]): Dependency['sides'] {
  const layers = grouped(list, ({ entry }) => entry.layer);
  return [...(layers.size > 1 ? layers : grouped(list, ({ entry }) => entry.id)).values()];
}

interface Tried {
  readonly answer: RequiredEgressAnswer;
  readonly fate: Fate;
}

function judgeDependency({ sender, sides }: Dependency, context: CheckContext): Judgement {
  const tried = sides.map((side) =>
    side.map((answer): Tried => ({ answer, fate: fateOf(context, sender, answer.entry) })),
  );
  const reached = tried.find((side) => side.every(({ fate }) => fate.kind === 'reached'));
  if (reached !== undefined) {
    return { kind: 'holds', certainty: weakest(reached.map(({ fate }) => certaintyOfFate(fate))) };
  }
  const open = tried
    .map((side) => ({ side, question: openIn(side, sender) }))
    .find(({ side, question }) => question !== undefined && !side.some(isStopped));
  if (open?.question !== undefined) return open.question;

  const stopped = tried.map((side) => side.filter(isStopped));
  const fewest = stopped.reduce((best, side) => (side.length < best.length ? side : best));
  const [worst] = fewest;
  const trace = worst?.fate.trace;
  if (worst === undefined || trace === undefined) {
    return tried[0]!.map((one) => questionOf(one, sender))[0]!;
  }
  if (worst.answer.applies === 'unknown') return questionOf(worst, sender);
  const names = listed(fewest.map(({ answer }) => whatOf(answer.entry)));
  const isPartial = fewest.every(({ fate }) => fate.isPartial === true);
  const { proof } = worst.fate;
  const cannot = isPartial ? 'cannot reach all of' : 'cannot reach';
  return {
    kind: 'fails',
    message: `${sender.who} of pool ${sender.pool.pool.name} ${cannot} ${names}, needed for: ${worst.answer.entry.purpose}.`,
    places: placesOf(trace, sender.pool),
    evidence: {
      trace,
      replay: replay(trace.question.from, worst.fate.to),
      ...(proof === undefined ? {} : { proof }),
    },
    fix: fixOf(fewest, sender),
    ...changesOf(fewest, sender, context),
  };
}

/** Rules of the one firewall, where nothing but that firewall stands in the way. */
function changesOf(stopped: readonly Tried[], { subnet }: Sender, { network }: CheckContext) {
  const [firewall, ...others] = network.firewalls.values();
  const prefix =
    subnet.kind === 'found'
      ? subnet.target.subnet.prefixes.find((one) => one.kind === 'prefix')
      : undefined;
  if (firewall === undefined || others.length > 0 || prefix?.kind !== 'prefix') return {};
  const isTheFirewall = stopped.every(
    ({ fate: { trace } }) =>
      trace?.answer === 'denied' && trace.forward.hops.at(-1)?.kind === 'firewall',
  );
  const entries = stopped.map(({ answer }) => answer.entry);
  const changes = isTheFirewall ? rulesToAdd(firewall, entries, prefix.text) : undefined;
  return changes === undefined ? {} : { changes };
}

function certaintyOfFate({ trace, proof }: Fate) {
  return proof === undefined
    ? given('walked', trace?.assumptions ?? [])
    : given('proven', proof.on);
}

function isStopped({ fate }: Tried): boolean {
  return fate.kind === 'stopped';
}

/** The first entry of a side that may or may not get through. */
function openIn(side: readonly Tried[], sender: Sender): Judgement | undefined {
  const open = side.find(({ fate }) => fate.kind === 'open');
  return open === undefined ? undefined : questionOf(open, sender);
}

function questionOf({ answer, fate }: Tried, { who, pool, cluster }: Sender): Judgement {
  const { entry, applies, why } = answer;
  const { trace, ways = 0 } = fate;
  const what = whatOf(entry);
  if (applies === 'unknown') {
    const message = `Whether ${cluster.name} needs ${what} (${entry.purpose}), and reaches it, cannot be told.`;
    return { kind: 'undecided', message, missing: why };
  }
  const message = `Whether ${who.toLowerCase()} of pool ${pool.pool.name} reach ${what} (${entry.purpose}) cannot be told.`;
  return trace === undefined
    ? {
        kind: 'undecided',
        message,
        missing: ways > 1 ? `which of ${ways} ways ${what} takes` : `an address to try for ${what}`,
        at: pool.pool.at,
      }
    : undecidedBy(trace, message);
}

function whatOf(entry: RequiredEgress): string {
  return `${destinationOf(entry)}:${entry.ports[0] ?? ''}`;
}

/** A rule for the firewall helps only where the firewall stopped the flow; else what the walk itself says would open it. */
function fixOf(stopped: readonly Tried[], sender: Sender): string {
  const fixes = stopped.flatMap(({ answer, fate: { trace } }) => {
    const isFirewall = trace?.answer === 'denied' && trace.forward.hops.at(-1)?.kind === 'firewall';
    const opens = trace?.wouldOpen ?? [];
    return isFirewall || opens.length === 0 ? [ruleToAdd(answer.entry, sender)] : opens.slice(-1);
  });
  return [...new Set(fixes)].join('; ');
}

function ruleToAdd(entry: RequiredEgress, { pool, subnet: link }: Sender): string {
  const subnet = link.kind === 'found' ? link.target.subnet : undefined;
  const prefix = subnet?.prefixes.find((one) => one.kind === 'prefix');
  const source = prefix?.kind === 'prefix' ? prefix.text : `the subnet of pool ${pool.pool.name}`;
  return entry.layer === 'application'
    ? `add an application rule: ${entry.protocol.toLowerCase()}:${entry.ports.join(',')} from ${source} to ${destinationOf(entry)}`
    : `add a network rule: ${entry.protocol} ${entry.ports.join(',')} from ${source} to ${destinationOf(entry)}`;
}

function placesOf(trace: Trace, pool: Sender['pool']) {
  const end = trace.forward.disposition;
  const by = end.kind === 'denied' || end.kind === 'no-route' ? end.by : undefined;
  const last = trace.forward.hops.at(-1);
  return [
    ...(by?.at === undefined ? [] : [{ at: by.at, what: by.name }]),
    ...(by?.at === undefined && last?.at !== undefined
      ? [{ at: last.at, what: `${last.kind} ${last.name}` }]
      : []),
    { at: pool.pool.at, what: `node pool ${pool.pool.name}` },
  ];
}

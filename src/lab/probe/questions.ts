import type { Protocol } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import type { Finding } from '../../questions/check/index.ts';
import { answerQuery, type QueryCell } from '../../questions/query/index.ts';
import type { ProbePlan } from './probe-plan.ts';

/** One flow to try, in the words of `trace`, and why it was chosen. */
export interface ProbeQuestion {
  readonly from: string;
  readonly to: string;
  readonly protocol: Protocol;
  readonly because: 'query' | 'check' | 'expect' | 'name' | 'service';
}

/** What the other questions have said already; each brings its own flows. */
export interface Told {
  readonly findings?: readonly Finding[];
  /** Every cell that an expectation was judged by. */
  readonly expected?: readonly QueryCell[];
}

/**
 * The flows worth trying: a witness of every cell that `query` finds between all kinds of ends (allowed, denied, broken, open), the
 * flows by which findings and refuted expectations were shown, every name the perimeter knows from every workload and node, and
 * every Service port. No flow twice; in one order whatever the order of the input. Cost: that of the queries.
 */
export function probeQuestions(
  network: Network,
  plan: ProbePlan,
  told: Told,
  onProgress?: (done: number, total: number) => void,
): readonly ProbeQuestion[] {
  const found = new Map<string, ProbeQuestion>();
  const add = (question: ProbeQuestion): void => {
    const key = `${question.from} ${question.to} ${question.protocol}`;
    if (!found.has(key)) found.set(key, question);
  };
  for (const { witness } of told.expected ?? []) {
    if (witness !== undefined) add({ ...witness, because: 'expect' });
  }
  for (const question of (told.findings ?? []).flatMap(walkedBy)) add(question);
  const pairs = sidesOf(plan).flatMap((from) =>
    receivingSides(plan).map((to) => [from, to] as const),
  );
  for (const [index, [from, to]] of pairs.entries()) {
    onProgress?.(index, pairs.length);
    for (const { witness } of answerQuery(network, { from, to, boxesMax: 1 }).answer.cells) {
      if (witness !== undefined) add({ ...witness, because: 'query' });
    }
  }
  for (const from of senders(plan)) {
    for (const to of namedTargets(network, plan, from)) add({ from, protocol: 'tcp', ...to });
  }
  return [...found.values()];
}

/**
 * What somebody is told of first (findings and expectations, up to half of it), the rest spread evenly over the list: the same for
 * the same list. `undefined`: all of it.
 */
export function sampleOf(
  questions: readonly ProbeQuestion[],
  most: number | undefined,
): readonly ProbeQuestion[] {
  if (most === undefined || questions.length <= most) return questions;
  const shown = spread(questions.filter(isToldOf), Math.ceil(most / 2));
  const others = questions.filter((question) => !isToldOf(question));
  return [...shown, ...spread(others, most - shown.length)];
}

function isToldOf({ because }: ProbeQuestion): boolean {
  return because === 'expect' || because === 'check';
}

function spread<T>(some: readonly T[], most: number): readonly T[] {
  if (some.length <= most) return some;
  return Array.from(
    { length: most },
    (_, index) => some[Math.floor((index * some.length) / most)]!,
  );
}

function walkedBy({ evidence }: Finding): readonly ProbeQuestion[] {
  if (evidence.kind !== 'walked') return [];
  const { question, flow } = evidence.trace;
  return [{ ...question, protocol: flow.protocol, because: 'check' }];
}

/** Kinds of ends as `query` takes them. */
function sidesOf(plan: ProbePlan): readonly string[] {
  const onPremises = plan.ends.flatMap(({ traceName }) =>
    traceName?.startsWith('onprem:') ? [traceName] : [],
  );
  return ['pods', 'nodes', 'internet', ...onPremises];
}

function receivingSides(plan: ProbePlan): readonly string[] {
  const endpoints = plan.ends.flatMap(({ traceName }) =>
    traceName?.startsWith('private-endpoint:') ? [traceName] : [],
  );
  return [...sidesOf(plan), ...endpoints];
}

/** Who can open a connection: everybody but those that only receive. */
function senders(plan: ProbePlan): readonly string[] {
  const names = plan.ends.flatMap(({ traceName }) =>
    traceName === undefined || /^(?:apiserver|private-endpoint:|service:)/.test(traceName)
      ? []
      : [traceName],
  );
  return [...new Set(names)].sort();
}

const MACHINE_NAMES = 3;

function namedTargets(
  { perimeter }: Network,
  plan: ProbePlan,
  from: string,
): readonly { readonly to: string; readonly because: 'name' | 'service' }[] {
  const names = from === 'internet' ? [] : [...new Set(plan.names.map(({ name }) => name))].sort();
  // Workloads and nodes have rules about names; of a machine somewhere a few tell how it is routed.
  const some = /^(?:\d|onprem:)/.test(from) ? names.slice(0, MACHINE_NAMES) : names;
  const byName = some.flatMap((name) => [`${name}:443`, `${name}:80`]);
  const byService = perimeter.kubernetes.services
    .flatMap(({ namespace, name, ports }) =>
      ports.flatMap(({ port, protocol }) =>
        protocol === 'tcp' ? [`service:${namespace}/${name}:${port}`] : [],
      ),
    )
    .sort();
  return [
    ...byName.map((to) => ({ to, because: 'name' as const })),
    ...byService.map((to) => ({ to, because: 'service' as const })),
  ];
}

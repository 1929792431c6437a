import { setTimeout as pause } from 'node:timers/promises';
import type {
  Attempt,
  DrillReport,
  Observation,
  ProbeLab,
  ProbeReport,
} from '../lab/probe/index.ts';
import type { Failure, RunPlan } from '../lab/run/index.ts';

/** What was restored may take so long to work again: a resolver forgets in ten seconds that nobody answered. */
const BACK_MILLISECONDS = 15_000;
const BACK_STEP_MILLISECONDS = 1000;

/**
 * A lab of which something fails and is restored. Whoever looked a name up before looks it up again and calls nobody without an answer,
 * as programs do; a probe would go on with the address. What is restored is waited for.
 * @param before the flows as they worked
 * @param isRestored false until the failure is over
 */
export function drilledLab(
  live: ProbeLab,
  before: ProbeReport,
  isRestored: () => boolean,
): ProbeLab {
  const resolved = new Set(
    before.results.flatMap(({ observation: { id, isNameless } }) => (isNameless ? [] : [id])),
  );
  const asPrograms = (attempt: Attempt): Attempt => {
    const { address: _, ...rest } = attempt;
    return attempt.name !== undefined && resolved.has(attempt.id) ? rest : attempt;
  };
  return {
    ...live,
    attempt: async (host, attempts, patience) => {
      const own = attempts.map(asPrograms);
      const seen = new Map<number, Observation>();
      const look = async (some: readonly Attempt[]) => {
        for (const one of await live.attempt(host, some, patience)) seen.set(one.id, one);
      };
      await look(own);
      const until = performance.now() + BACK_MILLISECONDS;
      while (isRestored() && performance.now() < until) {
        const late = own.filter(({ id }) => seen.get(id)?.outcome.kind !== 'answered');
        if (late.length === 0) break;
        await pause(BACK_STEP_MILLISECONDS);
        await look(late);
      }
      return [...seen.values()];
    },
  };
}

/** Of ends that a question calls alike (the nodes of a pool) the first is tried: one that outlives the failure, where there is one. */
export function livingFirst(plan: RunPlan, cuts: Failure['cuts']): RunPlan {
  const dead = deadHosts(plan, cuts);
  const isDead = ({ host }: RunPlan['ends'][number]) => dead.has(host);
  const { ends } = plan;
  return { ...plan, ends: [...ends.filter((end) => !isDead(end)), ...ends.filter(isDead)] };
}

/**
 * The proof speaks of pools and workloads, which live on where one of theirs fails; the lab tries one of them. A flow that begins or
 * ends at one that was failed itself says nothing about the proof. Nor does one whose name nobody looked up any more (the cluster's DNS
 * answered from the failed zone): the proof takes names as known.
 */
export function comparable(
  report: DrillReport,
  before: ProbeReport,
  plan: RunPlan,
  cuts: Failure['cuts'],
): DrillReport {
  const dead = deadHosts(plan, cuts);
  const isOwn = new Set(
    before.results.flatMap(({ attempt: { id }, from, observation: { outcome } }) => {
      const answerer = outcome.kind === 'answered' ? outcome.by : undefined;
      return dead.has(from.host) || (answerer !== undefined && dead.has(answerer)) ? [id] : [];
    }),
  );
  return {
    ...report,
    results: report.results.map((result) => {
      const { observation, agrees } = result;
      const isNameless = observation.outcome.kind === 'no-name' && agrees === false;
      return isOwn.has(observation.id) || isNameless ? { ...result, agrees: undefined } : result;
    }),
  };
}

/** Nodes, machines and pods that were cut off wholly, and the pods of such nodes. */
function deadHosts({ hosts, links }: RunPlan, cuts: Failure['cuts']): ReadonlySet<string> {
  const kinds = new Map(hosts.map(({ name, kind }) => [name, kind]));
  const isOneOfMany = (name: string) => ['node', 'machine', 'pod'].includes(kinds.get(name) ?? '');
  const dead = new Set(
    cuts
      .filter(({ interface: cable, port }) => cable === undefined && port === undefined)
      .map(({ host }) => host)
      .filter(isOneOfMany),
  );
  const nodes = new Set([...dead].filter((name) => kinds.get(name) === 'node'));
  for (const { ends } of links) {
    const [one, other] = ends.map(({ host }) => host);
    if (one === undefined || other === undefined) continue;
    if (nodes.has(one) && kinds.get(other) === 'pod') dead.add(other);
    if (nodes.has(other) && kinds.get(one) === 'pod') dead.add(one);
  }
  return dead;
}

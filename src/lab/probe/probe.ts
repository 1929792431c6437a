import type { Network } from '../../network/index.ts';
import { groupBy } from '../../report/group-by.ts';
import { answerTrace, type Trace } from '../../trace/index.ts';
import type { LabEnd } from '../plan/lab-plan.ts';
import { aim } from './aim.ts';
import { type Arrival, judgeArrival, provenArrival } from './arrival.ts';
import type { Attempt, Observation } from './attempt.ts';
import { type Agreement, compare } from './compare.ts';
import type { ProbePlan } from './probe-plan.ts';
import type { ProbeQuestion } from './questions.ts';

/** One flow, told by the proof and by the kernel. */
export interface ProbeResult {
  readonly question: ProbeQuestion;
  /** Never empty; several where the flow may take ways that end differently. */
  readonly traces: readonly Trace[];
  readonly from: LabEnd;
  readonly attempt: Attempt;
  readonly observation: Observation;
  readonly agreement: Agreement;
  /** Of a flow proven to arrive without an answer, where that was looked at: was its first packet seen there? */
  readonly hasArrived?: boolean;
  /** Of a disagreement: what the kernel's rules did with the packets, box by box. */
  readonly kernel?: readonly KernelLine[];
}

/** What one namespace's nftables did with the packets of a flow. */
export interface KernelLine {
  readonly host: string;
  readonly text: string;
}

export interface NotTried {
  readonly question: ProbeQuestion;
  readonly why: string;
}

export interface ProbeReport {
  readonly results: readonly ProbeResult[];
  readonly notTried: readonly NotTried[];
  readonly milliseconds: number;
}

/** How the lab is reached: real namespaces, or a recording in a test of the table. */
export interface ProbeLab {
  readonly plan: ProbePlan;
  /** Makes these connections from one namespace, each in bounded time: the lab's own, times `patience`. */
  attempt(
    host: string,
    attempts: readonly Attempt[],
    patience: number,
  ): Promise<readonly Observation[]>;
  /** Tries one connection again; was its first packet seen where it is proven to arrive? */
  arrives?(host: string, attempt: Attempt, arrival: Arrival): Promise<boolean>;
  /** Tries one connection again and listens to what the rules of every box do with its packets. */
  explain?(host: string, attempt: Attempt): Promise<readonly KernelLine[]>;
}

export interface ProbeOptions {
  readonly onProgress?: (done: number, total: number) => void;
  /** Disagreements explained by the kernel; each takes a second. Default 5. */
  readonly explainMost?: number;
  readonly now: () => number;
}

/** How much longer a flow is waited for that surprised. */
const PATIENCE = 4;

/**
 * Makes the flows real and holds what happens against what was proven. A flow that answers otherwise than proven is tried a second
 * time, more patiently, before it counts: a machine that is late is no disagreement. Namespaces are asked four at a time.
 */
export async function probe(
  network: Network,
  lab: ProbeLab,
  questions: readonly ProbeQuestion[],
  options: ProbeOptions,
): Promise<ProbeReport> {
  const started = options.now();
  const aimed: Aimed[] = [];
  const notTried: NotTried[] = [];
  for (const question of questions) {
    const { from, to, protocol } = question;
    const { traces, diagnostics } = answerTrace(network, {
      from,
      to,
      protocol,
      isVerdictOnly: true,
    });
    const [first, ...others] = traces;
    if (first === undefined) {
      notTried.push({ question, why: diagnostics[0]?.message ?? 'the proof has no answer' });
      continue;
    }
    const where = aim(lab.plan, first, aimed.length, others);
    if (where.kind === 'not-tried') notTried.push({ question, why: where.why });
    else aimed.push({ question, traces, from: where.from, attempt: where.attempt });
  }
  let results = await tryAll(lab, aimed, 1, options.onProgress);
  const suspects = results.filter(({ agreement }) => agreement.kind === 'disagree');
  if (suspects.length > 0) {
    const ids = new Set(suspects.map(({ observation }) => observation.id));
    const again = await tryAll(
      lab,
      aimed.filter(({ attempt }) => ids.has(attempt.id)),
      PATIENCE,
    );
    const byId = new Map(again.map((result) => [result.observation.id, result]));
    results = results.map((result) => byId.get(result.observation.id) ?? result);
  }
  results = await arrivalsSeen(network, lab, results);
  results = await explained(lab, aimed, results, options.explainMost ?? 5);
  return { results, notTried, milliseconds: options.now() - started };
}

interface Aimed {
  readonly question: ProbeQuestion;
  readonly traces: readonly Trace[];
  readonly from: LabEnd;
  readonly attempt: Attempt;
}

async function tryAll(
  lab: ProbeLab,
  aimed: readonly Aimed[],
  patience: number,
  onProgress?: ProbeOptions['onProgress'],
): Promise<readonly ProbeResult[]> {
  const byHost = groupBy(aimed, ({ from }) => from.host);
  const queue = [...byHost];
  const results: ProbeResult[] = [];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [host, some] = next;
      const seen = await lab.attempt(
        host,
        some.map(({ attempt }) => attempt),
        patience,
      );
      const byId = new Map(seen.map((observation) => [observation.id, observation]));
      for (const { question, traces, from, attempt } of some) {
        const observation = byId.get(attempt.id);
        if (observation === undefined) continue;
        results.push({
          question,
          traces,
          from,
          attempt,
          observation,
          agreement: compare(traces, observation),
        });
      }
      onProgress?.(results.length, aimed.length);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  return results.sort((a, b) => a.observation.id - b.observation.id);
}

/** Each takes as long as an answer is waited for. */
const ARRIVALS_MOST = 12;

/** One after the other: a packet that is counted is then that of this flow. */
async function arrivalsSeen(
  network: Network,
  lab: ProbeLab,
  results: readonly ProbeResult[],
): Promise<readonly ProbeResult[]> {
  if (lab.arrives === undefined) return results;
  const told: ProbeResult[] = [];
  let left = ARRIVALS_MOST;
  for (const result of results) {
    const { observation, attempt, from } = result;
    const arrival = left > 0 ? arrivalOf(network, lab.plan, result) : undefined;
    if (arrival === undefined) {
      told.push(result);
      continue;
    }
    left -= 1;
    const hasArrived = await lab.arrives(from.host, attempt, arrival);
    told.push({ ...result, hasArrived, agreement: judgeArrival(hasArrived, observation) });
  }
  return told;
}

/** Ways that end alike are told as one: here each of them counts, for the kernel took any. */
function arrivalOf(
  network: Network,
  plan: ProbePlan,
  { question: { from, to, protocol }, traces, agreement, observation, from: end }: ProbeResult,
): Arrival | undefined {
  if (agreement.kind !== 'agree') return undefined;
  if (provenArrival(plan, traces, end, observation) === undefined) return undefined;
  const question = { from, to, protocol, isVerdictOnly: true, isEveryWay: true } as const;
  return provenArrival(plan, answerTrace(network, question).traces, end, observation);
}

async function explained(
  lab: ProbeLab,
  aimed: readonly Aimed[],
  results: readonly ProbeResult[],
  most: number,
): Promise<readonly ProbeResult[]> {
  const explain = lab.explain;
  if (explain === undefined) return results;
  const told: ProbeResult[] = [];
  let left = most;
  for (const result of results) {
    const { agreement, observation, from } = result;
    const known = aimed.find(({ attempt }) => attempt.id === observation.id);
    if (agreement.kind !== 'disagree' || left === 0 || known === undefined) {
      told.push(result);
      continue;
    }
    left -= 1;
    told.push({ ...result, kernel: await explain.call(lab, from.host, known.attempt) });
  }
  return told;
}

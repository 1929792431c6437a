import type { Network } from '../../network/index.ts';
import { answerQuery } from '../../questions/query/index.ts';
import type { Failures, ReachVerdict } from '../../reach/index.ts';
import type { LabEnd } from '../plan/lab-plan.ts';
import type { Attempt, Observation } from './attempt.ts';
import type { ProbeLab, ProbeReport } from './probe.ts';
import type { ProbeQuestion } from './questions.ts';

/** One flow that worked, and what a failure made of it. */
export interface DrillResult {
  readonly question: ProbeQuestion;
  readonly isBroken: boolean;
  readonly observation: Observation;
  /** What the proof says of the flow with the same thing failed; absent where the proof does not know this kind of failure. */
  readonly proof?: readonly ReachVerdict[];
  readonly agrees: boolean | undefined;
}

export interface DrillReport {
  readonly what: string;
  /** What was done to it; absent: it failed wholly. */
  readonly harm?: string;
  /** Flows that worked before, each tried again while it was failed. */
  readonly results: readonly DrillResult[];
  /** Flows that did not come back after it was restored: a defect of the lab. */
  readonly notRestored: readonly ProbeQuestion[];
  /** How long the flows took that were answered both times, half of them at most; absent: none was. */
  readonly medianMilliseconds?: { readonly before: number; readonly during: number };
  readonly milliseconds: number;
}

export interface Drill {
  /** As `lab fail` takes it. */
  readonly what: string;
  /** The same for the proof; absent: it knows no such failure. */
  readonly failures?: Failures;
  /** Answers come late and are waited for: what is late is not broken. */
  readonly isLate?: boolean;
  fail(): Promise<void>;
  restore(): Promise<void>;
  readonly now: () => number;
}

/** Longer than a daemon of the lab needs to answer again. */
const PATIENCE = 4;

/**
 * Breaks something, tries again what worked, and restores it: what really broke, beside what `query --without` proves. Whatever happens
 * in between, it is restored.
 * @param before a probe of the whole lab; only its flows that answered are tried
 */
export async function drill(
  network: Network,
  lab: ProbeLab,
  before: ProbeReport,
  options: Drill,
): Promise<DrillReport> {
  const started = options.now();
  const worked = before.results.filter(
    ({ observation }) => observation.outcome.kind === 'answered',
  );
  const aimed = worked.map(({ question, from, attempt }) => ({ question, from, attempt }));
  let seen: ReadonlyMap<number, Observation>;
  await options.fail();
  try {
    seen = await tryAgain(lab, aimed, options.isLate === true ? PATIENCE : 1);
  } finally {
    await options.restore();
  }
  const after = await tryAgain(lab, aimed, PATIENCE);
  const results = aimed.flatMap(({ question, attempt }): DrillResult[] => {
    const observation = seen.get(attempt.id);
    if (observation === undefined) return [];
    const isBroken = observation.outcome.kind !== 'answered';
    const proof = provenWithout(network, question, options.failures);
    return [
      { question, isBroken, observation, ...proof, agrees: agreement(isBroken, proof.proof) },
    ];
  });
  const median = medians(worked, results);
  return {
    what: options.what,
    results,
    ...(median === undefined ? {} : { medianMilliseconds: median }),
    notRestored: aimed
      .filter(({ attempt }) => after.get(attempt.id)?.outcome.kind !== 'answered')
      .map(({ question }) => question),
    milliseconds: options.now() - started,
  };
}

function medians(
  worked: ProbeReport['results'],
  results: readonly DrillResult[],
): DrillReport['medianMilliseconds'] {
  const during = new Map(
    results.flatMap(({ isBroken, observation: { id, milliseconds } }) =>
      isBroken ? [] : [[id, milliseconds] as const],
    ),
  );
  const before = worked.flatMap(({ observation: { id, milliseconds } }) =>
    during.has(id) ? [milliseconds] : [],
  );
  return before.length === 0
    ? undefined
    : { before: median(before), during: median([...during.values()]) };
}

/** Of an even number the lower of both in the middle. */
function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
}

interface Aimed {
  readonly question: ProbeQuestion;
  readonly from: LabEnd;
  readonly attempt: Attempt;
}

async function tryAgain(
  lab: ProbeLab,
  aimed: readonly Aimed[],
  patience: number,
): Promise<ReadonlyMap<number, Observation>> {
  const hosts = [...new Set(aimed.map(({ from }) => from.host))];
  const seen = new Map<number, Observation>();
  for (const host of hosts) {
    const some = aimed.filter(({ from }) => from.host === host).map(({ attempt }) => attempt);
    for (const observation of await lab.attempt(host, some, patience)) {
      seen.set(observation.id, observation);
    }
  }
  return seen;
}

function provenWithout(
  network: Network,
  { from, to }: ProbeQuestion,
  failures: Failures | undefined,
): { readonly proof?: readonly ReachVerdict[] } {
  if (failures === undefined) return {};
  const { answer, diagnostics } = answerQuery(network, { from, to, failures, boxesMax: 1 });
  if (diagnostics.length > 0 || answer.inconclusive.length > 0) return {};
  return { proof: [...new Set(answer.cells.map(({ verdict }) => verdict))] };
}

/** Cells of one flow mostly agree; where they do not, some part of the set goes either way and nothing can be held against it. */
function agreement(
  isBroken: boolean,
  proof: readonly ReachVerdict[] | undefined,
): boolean | undefined {
  if (proof === undefined || proof.includes('open')) return undefined;
  const arrives = proof.includes('allowed');
  const fails = proof.some((verdict) => verdict !== 'allowed') || proof.length === 0;
  return arrives && fails ? undefined : isBroken === fails;
}

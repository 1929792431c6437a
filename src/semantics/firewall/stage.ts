import type { FactId } from '../../facts/index.ts';
import type { FirewallPlacement } from '../../network/index.ts';
import type { Flow } from '../flow.ts';
import type { Decider, MissingFact, Verdict } from '../verdict.ts';
import type { FirewallContext } from './context.ts';
import type { EffectiveSettings } from './effective-settings.ts';
import { type Candidate, conclude, type Outcome, type Stage } from './first-match.ts';

/** One firewall and one flow, as every stage sees them. */
export interface Visit {
  readonly placement: FirewallPlacement;
  readonly settings: EffectiveSettings;
  readonly flow: Flow;
  readonly context: FirewallContext;
}

/** One thing that happened in the firewall. */
export interface FirewallStep {
  readonly stage: Stage | 'snat' | 'idps';
  /** What the stage says on its own; absent when it leaves the flow to later stages. */
  readonly verdict?: Verdict;
  readonly by?: Decider;
  /** One line for people: `no match`, `10.42.1.6 → 20.51.7.8`. */
  readonly text: string;
  readonly facts?: readonly FactId[];
}

export interface StageOutcome extends Outcome {
  readonly steps: readonly FirewallStep[];
  /** Taken as true and said so. */
  readonly assumptions?: readonly string[];
}

/** The step that tells what a stage made of the flow. */
export function stepOf(
  stage: Stage,
  outcome: Outcome,
  noMatch: string,
  facts: readonly FactId[] = [],
): FirewallStep {
  const { candidates, ends } = outcome;
  const last = candidates.at(-1);
  const cited = facts.length === 0 ? {} : { facts };
  if (last === undefined) return { stage, text: noMatch, ...cited };
  if (ends) {
    const verdict = conclude([...candidates.slice(0, -1), last]);
    return { stage, verdict, by: verdict.by, text: textOf(verdict), ...cited };
  }
  const why = candidates.flatMap((candidate) => candidate.why);
  const by = candidates[0]?.by ?? last.by;
  return {
    stage,
    verdict: { kind: 'unknown', by, why },
    by,
    text: `${candidates.map(({ by: { name } }) => name).join(', ')} may match: needs ${phrases(why)}`,
    ...cited,
  };
}

function textOf(verdict: Verdict): string {
  return verdict.kind === 'unknown'
    ? `${verdict.by.name}: needs ${phrases(verdict.why)}`
    : verdict.by.name;
}

function phrases(why: readonly MissingFact[]): string {
  return [...new Set(why.map((fact) => fact.missing))].join('; ');
}

/** The same candidates under a further doubt. */
export function doubted(
  candidates: readonly Candidate[],
  doubts: readonly MissingFact[],
): Candidate[] {
  return candidates.map((candidate) =>
    doubts.length === 0 ? candidate : { ...candidate, why: [...candidate.why, ...doubts] },
  );
}

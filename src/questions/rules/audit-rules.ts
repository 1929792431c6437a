import { invariant } from '../../diagnostics/index.ts';
import type { Family } from '../../net/index.ts';
import {
  type Answered,
  type Budget,
  checkBudget,
  DEFAULT_BUDGET,
  pointPerTerminal,
  withinBudget,
} from '../../packets/index.ts';
import { type Breadth, breadthOf } from './breadth.ts';
import { type Contradiction, contradictionOf, opposedFlows } from './contradictions.ts';
import { doesTheSame, removableTogether } from './elimination.ts';
import { broom, compileLayer, type Layer } from './layer.ts';
import { type Deciding, verdictOf } from './never-hit.ts';
import { isNeededAtAPoint, type Redundancy, redundancyOf } from './redundancy.ts';
import type { AuditOptions, RuleList } from './rule-list.ts';
import type { RuleVerdict } from './verdict.ts';
import { type WrittenRule, type WrittenRules, writtenRules } from './written-rules.ts';

/** What was found about one rule. */
export interface RuleAudit<By> {
  readonly rule: WrittenRule<By>;
  readonly verdict: RuleVerdict<By>;
  /** Only of rules that may decide something. */
  readonly contradiction?: Contradiction<By>;
  readonly redundancy?: Redundancy<By> & { readonly kind: 'redundant' };
  readonly breadth?: Breadth;
}

/** The audit of one list. A part that ran out of its budget says so; the others are complete. */
export interface RulesAudit<By> {
  readonly list: RuleList<By>;
  /** One per rule that somebody wrote, in the order of the list. Empty when even the verdicts are inconclusive. */
  readonly rules: readonly RuleAudit<By>[];
  /** Never-hit, empty and redundant rules that may go all at once: the list does the same without them. */
  readonly removable: readonly WrittenRule<By>[];
  readonly inconclusive: readonly (Answered<never> & { readonly kind: 'inconclusive' })[];
}

/** A list that was compiled, for questions about several lists that share rules. */
export interface CompiledList<By> {
  readonly list: RuleList<By>;
  readonly written: WrittenRules<By>;
  readonly layers: readonly Layer[];
}

const FAMILIES: readonly Family[] = [4, 6];

/**
 * Which rules of an ordered list never decide, contradict others, or change nothing: exact, over all flows of both address
 * families and all worlds that fit what is known. Never-hit rules of 10,000: seconds (docs/performance.md).
 */
export function auditRules<By>(list: RuleList<By>, options: AuditOptions<By>): RulesAudit<By> {
  const { budget = DEFAULT_BUDGET } = options;
  const asked = withinBudget(list.name, () => compileList(list, options));
  if (asked.kind === 'inconclusive') {
    return { list, rules: [], removable: [], inconclusive: [asked] };
  }
  return auditCompiled(asked.value, options, budget);
}

export function compileList<By>(list: RuleList<By>, options: AuditOptions<By>): CompiledList<By> {
  return {
    list,
    written: writtenRules(list, options),
    layers: FAMILIES.map((family) => compileLayer(list, family, options.budget)),
  };
}

function auditCompiled<By>(
  compiled: CompiledList<By>,
  { onProgress, mayGo = () => true }: AuditOptions<By>,
  budget: Budget,
): RulesAudit<By> {
  const { list, written, layers } = compiled;
  const judged = written.rules.filter(({ isFixed }) => !isFixed);
  const total = judged.length * 3;
  let done = 0;
  const inconclusive: (Answered<never> & { readonly kind: 'inconclusive' })[] = [];
  /** One pass over some rules; what it left behind is swept up between them. */
  const pass = <T>(
    name: string,
    rules: readonly WrittenRule<By>[],
    ask: (rule: WrittenRule<By>) => T,
  ): ReadonlyMap<number, T> | undefined => {
    const sweep = layers.map(broom);
    const answers = new Map<number, T>();
    const asked = withinBudget(`${list.name}: ${name}`, () => {
      for (const rule of rules) {
        checkBudget(budget);
        answers.set(rule.index, ask(rule));
        for (const one of sweep) one();
        done += 1;
        onProgress?.(Math.min(done, total), total);
      }
    });
    if (asked.kind === 'answered') return answers;
    inconclusive.push(asked);
    return undefined;
  };

  const deciding = decidingOf(compiled);
  const opposed = opposedFlows(list, layers, written);
  const verdicts = pass('rules that are never hit', judged, (rule) =>
    verdictOf(list, layers, written, deciding, rule),
  );
  if (verdicts === undefined) return { list, rules: [], removable: [], inconclusive };
  const mayDecide = judged.filter(({ index }) => {
    const { kind } = verdicts.get(index)!;
    return kind === 'live' || kind === 'conditional';
  });
  const contradictions = pass('contradictions', mayDecide, (rule) => ({
    contradiction: contradictionOf(list, layers, written, deciding, opposed, rule),
    breadth: breadthOf(list, layers, rule),
  }));
  const redundancies = pass('redundant rules', mayDecide, (rule) =>
    isNeededAtAPoint(list, layers, written, deciding, rule)
      ? undefined
      : redundancyOf(list, layers, written, rule),
  );
  const redundant = new Map(
    [...(redundancies ?? [])].flatMap(([index, answer]) =>
      answer?.kind === 'redundant' ? [[index, answer] as const] : [],
    ),
  );
  const dead = judged.filter(({ index, by }) => {
    const { kind } = verdicts.get(index)!;
    return (kind === 'never-hit' || kind === 'empty') && mayGo(by);
  });
  const removable = new Map([...redundant].filter(([index]) => mayGo(written.rules[index]!.by)));
  const removed = withinBudget(`${list.name}: rules that may go together`, () => {
    const sweep = layers.map(broom);
    const gone = removableTogether(list, layers, written, dead, removable, () => {
      checkBudget(budget);
      for (const one of sweep) one();
    });
    const indexes = new Set(gone.map(({ index }) => index));
    invariant(doesTheSame(list, layers, written, indexes), 'what may go changes no decision');
    return gone;
  });
  if (removed.kind === 'inconclusive') inconclusive.push(removed);
  return {
    list,
    rules: judged.map((rule): RuleAudit<By> => {
      const more = contradictions?.get(rule.index);
      const redundancy = redundant.get(rule.index);
      return {
        rule,
        verdict: verdicts.get(rule.index)!,
        ...(more?.contradiction === undefined ? {} : { contradiction: more.contradiction }),
        ...(more?.breadth === undefined ? {} : { breadth: more.breadth }),
        ...(redundancy === undefined ? {} : { redundancy }),
      };
    }),
    removable: removed.kind === 'answered' ? removed.value : [],
    inconclusive,
  };
}

function decidingOf<By>({ list, layers }: CompiledList<By>): Deciding {
  const certain = layers.map(({ sets: { table }, decides }) => entriesOf(table.terminals(decides)));
  const points = layers.map(({ sets: { table, universe }, decides }) =>
    pointPerTerminal(table, universe.space, decides),
  );
  if (list.arriving === undefined) return { certain, points };
  const arriving = layers.map(({ sets: { table }, decides, arriving: region }) =>
    entriesOf(region === undefined ? [] : table.terminals(table.mask(decides, region))),
  );
  return { certain, points, arriving };
}

function entriesOf(terminals: readonly number[]): ReadonlySet<number> {
  return new Set(terminals.filter((terminal) => terminal > 0).map((terminal) => terminal - 1));
}

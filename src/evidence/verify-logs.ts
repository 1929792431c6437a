import type { Diagnostic, Place } from '../diagnostics/index.ts';
import type { LogEngine } from '../logs/engine.ts';
import type { Window } from '../logs/questions/window.ts';
import type { FirewallPlacement, Network } from '../network/index.ts';
import { effectiveSettings } from '../semantics/firewall/effective-settings.ts';
import {
  compareDecision,
  compareThreat,
  DISAGREEMENTS,
  type DisagreementKind,
} from './compare-decision.ts';
import { askLoggedFlows, DECIDING, type LoggedFlow, loggedName } from './logged-flows.ts';
import { contextOf, replayer } from './replay.ts';
import { type NamedRule, namedRules, ruleFinder } from './written-rules.ts';

/** Flows that were decided otherwise than the model says, in the same way. Times in microseconds. */
export interface Disagreement {
  readonly how: DisagreementKind;
  readonly log: LoggedFlow['log'];
  /** As logged: what was done, and by whom; no name where the log has none. */
  readonly logged: { readonly action: string; readonly rule: string; readonly reason: string };
  /** The rule of the model that decides now, and where it is written. */
  readonly modelled: { readonly rule: string; readonly at?: Place };
  readonly records: number;
  /** Flows that differ in more than their time and source port. */
  readonly flows: number;
  readonly first: number;
  readonly last: number;
  /** Some of them, the most frequent first. */
  readonly examples: readonly LoggedFlow[];
  /** Until when the rule of the log decided as the model says; absent: never, or it still does for other flows. */
  readonly agreedUntil?: number;
}

/** What the model cannot tell, by what it lacks. */
export interface UndecidedGroup {
  readonly why: string;
  readonly records: number;
  readonly flows: number;
  readonly example: LoggedFlow;
}

export interface VerifyAnswer {
  readonly firewall: string;
  readonly records: number;
  readonly flows: number;
  readonly agreed: number;
  /** By kind, then by the number of records. */
  readonly disagreements: readonly Disagreement[];
  readonly undecided: readonly UndecidedGroup[];
  readonly unreadable: readonly {
    readonly why: string;
    readonly records: number;
    readonly example: LoggedFlow;
  }[];
  readonly isCut: boolean;
}

export interface VerifyOptions {
  readonly engine: LogEngine;
  readonly network: Network;
  readonly placement: FirewallPlacement;
  readonly window: Window;
  /** Of several firewalls whose logs lie together. */
  readonly firewall?: string;
  readonly count?: number;
  readonly said?: Diagnostic[];
}

/** Every logged decision of a window replayed through the model of one firewall. */
export async function verifyLogs(options: VerifyOptions): Promise<VerifyAnswer> {
  const { engine, network, placement, window, firewall, count, said } = options;
  const { flows, isCut } = await askLoggedFlows(
    engine,
    {
      window,
      logs: DECIDING,
      ...(firewall === undefined ? {} : { firewall }),
      ...(count === undefined ? {} : { count }),
    },
    said,
  );
  return { ...verifyFlows(network, placement, flows), isCut };
}

const EXAMPLES_MAX = 3;

/** The pure part. O(flows), with one walk through the firewall per kind of flow that its rules tell apart. */
export function verifyFlows(
  network: Network,
  placement: FirewallPlacement,
  flows: readonly LoggedFlow[],
): Omit<VerifyAnswer, 'isCut'> {
  const rules = namedRules(placement);
  const findRule = ruleFinder(rules);
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  const replay = replayer(placement, contextOf(network, placement));
  const { threatIntelMode } = effectiveSettings(placement);
  const tally = new Tally(byName);
  for (const logged of flows) {
    const compared =
      logged.log === 'threat'
        ? compareThreat(logged, threatIntelMode)
        : compareDecision(logged, replay(logged), findRule);
    tally.add(logged, compared);
  }
  return { firewall: placement.firewall.name, ...tally.answer() };
}

type Gathered = {
  -readonly [K in keyof Disagreement]: Disagreement[K];
} & { examples: LoggedFlow[] };

/** Adds comparisons up; owns the groups while they grow. */
class Tally {
  readonly #rules: ReadonlyMap<string, NamedRule>;
  readonly #groups = new Map<string, Gathered>();
  readonly #undecided = new Map<
    string,
    { -readonly [K in keyof UndecidedGroup]: UndecidedGroup[K] }
  >();
  readonly #unreadable = new Map<string, { why: string; records: number; example: LoggedFlow }>();
  /** By the logged name of a rule: when it last decided as the model says. */
  readonly #agreed = new Map<string, number>();
  #records = 0;
  #flows = 0;
  #agreeing = 0;

  constructor(rules: ReadonlyMap<string, NamedRule>) {
    this.#rules = rules;
  }

  add(logged: LoggedFlow, compared: ReturnType<typeof compareDecision>): void {
    this.#records += logged.records;
    this.#flows += 1;
    const name = loggedName(logged.by);
    switch (compared.kind) {
      case 'agrees': {
        this.#agreeing += logged.records;
        this.#agreed.set(name, Math.max(this.#agreed.get(name) ?? 0, logged.last));
        return;
      }
      case 'differs':
        this.#addDifference(logged, name, compared.how, compared.modelled);
        return;
      case 'undecided': {
        const known = this.#undecided.get(compared.why);
        if (known === undefined) {
          const { why } = compared;
          this.#undecided.set(why, { why, records: logged.records, flows: 1, example: logged });
        } else {
          known.records += logged.records;
          known.flows += 1;
        }
        return;
      }
      case 'unreadable': {
        const known = this.#unreadable.get(compared.why);
        if (known === undefined) {
          const { why } = compared;
          this.#unreadable.set(why, { why, records: logged.records, example: logged });
        } else known.records += logged.records;
      }
    }
  }

  #addDifference(logged: LoggedFlow, rule: string, how: DisagreementKind, modelled: string): void {
    const { log, action, reason, records, first, last } = logged;
    // Values of a log are hostile: lengths keep them apart.
    const lengths = `${action.length} ${rule.length} ${reason.length}`;
    const key = `${how} ${log} ${lengths} ${action} ${rule} ${reason} ${modelled}`;
    const known = this.#groups.get(key);
    if (known === undefined) {
      const at = this.#rules.get(modelled)?.rule.at;
      this.#groups.set(key, {
        ...{ how, log, logged: { action, rule, reason }, records, flows: 1, first, last },
        modelled: { rule: modelled, ...(at === undefined ? {} : { at }) },
        examples: [logged],
      });
      return;
    }
    known.records += records;
    known.flows += 1;
    known.first = Math.min(known.first, first);
    known.last = Math.max(known.last, last);
    if (known.examples.length < EXAMPLES_MAX) known.examples.push(logged);
  }

  answer(): Omit<VerifyAnswer, 'firewall' | 'isCut'> {
    const most = <T extends { readonly records: number }>(list: Iterable<T>): T[] =>
      [...list].sort((a, b) => b.records - a.records);
    const disagreements = most(this.#groups.values())
      .map((group): Disagreement => {
        const agreedUntil = this.#agreed.get(group.logged.rule);
        return {
          ...group,
          ...(agreedUntil !== undefined && group.logged.rule !== '' && agreedUntil < group.first
            ? { agreedUntil }
            : {}),
        };
      })
      .sort((a, b) => DISAGREEMENTS.indexOf(a.how) - DISAGREEMENTS.indexOf(b.how));
    return {
      records: this.#records,
      flows: this.#flows,
      agreed: this.#agreeing,
      disagreements,
      undecided: most(this.#undecided.values()),
      unreadable: most(this.#unreadable.values()),
    };
  }
}

import type { Diagnostic } from '../diagnostics/index.ts';
import type { LogKind } from '../logs/columns.ts';
import type { LogEngine } from '../logs/engine.ts';
import { askRows } from '../logs/questions/ask-rows.ts';
import { ofFirewall } from '../logs/questions/of-firewall.ts';
import { ruleHits } from '../logs/questions/questions.ts';
import type { Window } from '../logs/questions/window.ts';
import type { FirewallPlacement, Network } from '../network/index.ts';
import { auditPerimeter, type RuleFinding } from '../questions/rules/index.ts';
import type { RuleType } from '../semantics/firewall/processing-order.ts';
import { compareDecision } from './compare-decision.ts';
import { coverageOf, type Span, spanOf } from './coverage.ts';
import { askLoggedFlows, type LoggedFlow, type LoggedRule, loggedName } from './logged-flows.ts';
import { neededRules } from './needed-rules.ts';
import { contextOf, replayer } from './replay.ts';
import { type NamedRule, namedRules, ruleFinder } from './written-rules.ts';

/** How often a rule decided, and what its silence means. Times in microseconds. */
export interface RuleUsage {
  readonly rule: NamedRule;
  /** Of all that is logged, whatever the window. */
  readonly records: number;
  readonly first?: number;
  readonly last?: number;
  /** `unused`: not once in the window, and the log is complete there. */
  readonly verdict: 'used' | 'unused' | 'unknown';
  /** Of an unknown one. */
  readonly why?: string;
  /** Names under which logs know it from before; their hits are counted. */
  readonly formerly: readonly string[];
  /** What the rules themselves say of it, without any log. */
  readonly findings: readonly RuleFinding[];
  /** What clusters need it for, used or not. */
  readonly needed?: string;
}

/** A rule that logs name and the input does not have. */
export interface ForeignRule {
  readonly name: string;
  readonly type: RuleType;
  readonly records: number;
  readonly last: number;
  readonly why: string;
}

export interface UsageAnswer {
  readonly firewall: string;
  readonly days: number;
  /** Absent: nothing was logged. */
  readonly span?: Span;
  readonly rules: readonly RuleUsage[];
  readonly foreign: readonly ForeignRule[];
}

export interface UsageOptions {
  readonly engine: LogEngine;
  readonly network: Network;
  readonly placement: FirewallPlacement;
  readonly days: number;
  readonly until?: string;
  readonly firewall?: string;
  /** Absent: the rules are audited here. */
  readonly findings?: readonly RuleFinding[];
  readonly said?: Diagnostic[];
}

const LOGS: Readonly<Record<RuleType, LogKind & LoggedFlow['log']>> = {
  dnat: 'dnat',
  network: 'network',
  application: 'application',
};

interface Hits {
  records: number;
  first: number;
  last: number;
  formerly: string[];
}

/** Which rules were used: hits by name and through renames, and unused only where the log would have said otherwise. */
export async function ruleUsage(options: UsageOptions): Promise<UsageAnswer> {
  const { engine, network, placement, days, until, firewall, said } = options;
  const rules = namedRules(placement);
  const window: Window = until === undefined ? {} : { to: until };
  const kinds = Object.values(LOGS);
  const covered = await spanOf(engine, kinds, {
    ...{ days },
    ...(until === undefined ? {} : { until }),
    ...(firewall === undefined ? {} : { firewall }),
  });
  const { hits, strangers } = await hitsByRule(options, rules, window);
  const flows =
    strangers.size === 0
      ? []
      : (
          await askLoggedFlows(
            engine,
            { window, logs: kinds, ...(firewall === undefined ? {} : { firewall }) },
            said,
          )
        ).flows;
  const foreign = [...strangers.values()].flatMap((stranger) =>
    adopted(network, placement, rules, stranger, flows, hits),
  );
  const findings =
    options.findings ?? auditPerimeter(network, { box: placement.firewall.name }).findings;
  const neededFor = neededRules(network);
  return {
    firewall: placement.firewall.name,
    days,
    ...(covered === undefined ? {} : { span: covered.span }),
    rules: rules.map((rule): RuleUsage => {
      const own = hits.get(rule);
      const told = findings.filter((one) => one.rule.name === rule.name);
      const seen =
        own === undefined
          ? { records: 0 }
          : { records: own.records, first: own.first, last: own.last };
      const needed = neededFor(rule);
      const common = {
        ...{ rule, ...seen, formerly: own?.formerly ?? [], findings: told },
        ...(needed === undefined ? {} : { needed }),
      };
      if (covered === undefined) {
        return { ...common, verdict: 'unknown', why: 'nothing was logged' };
      }
      const { span, completeness } = covered;
      if (own !== undefined && own.last >= span.from) return { ...common, verdict: 'used' };
      const coverage = coverageOf(LOGS[rule.type], span, completeness);
      return coverage.kind === 'complete'
        ? { ...common, verdict: 'unused' }
        : { ...common, verdict: 'unknown', why: coverage.why };
    }),
    foreign,
  };
}

interface Stranger {
  readonly by: LoggedRule;
  readonly type: RuleType;
  records: number;
  first: number;
  last: number;
}

async function hitsByRule(
  { engine, firewall, said }: UsageOptions,
  rules: readonly NamedRule[],
  window: Window,
): Promise<{
  readonly hits: Map<NamedRule, Hits>;
  readonly strangers: ReadonlyMap<string, Stranger>;
}> {
  const findRule = ruleFinder(rules);
  const hits = new Map<NamedRule, Hits>();
  const strangers = new Map<string, Stranger>();
  for (const row of await askRows(engine, ofFirewall(ruleHits(window), firewall), said)) {
    const by = {
      policy: row.text('Policy'),
      group: row.text('RuleCollectionGroup'),
      collection: row.text('RuleCollection'),
      rule: row.text('Rule'),
    };
    if (by.rule === '') continue;
    const type = row.text('Stage') as RuleType;
    const [records, first, last] = [row.number('Records'), row.number('First'), row.number('Last')];
    const found = findRule(by, type);
    if (found !== undefined) add(hits, found, { records, first, last });
    else {
      const key = JSON.stringify([type, by]);
      const known = strangers.get(key);
      if (known === undefined) strangers.set(key, { by, type, records, first, last });
      else {
        known.records += records;
        known.first = Math.min(known.first, first);
        known.last = Math.max(known.last, last);
      }
    }
  }
  return { hits, strangers };
}

function add(
  hits: Map<NamedRule, Hits>,
  rule: NamedRule,
  { records, first, last }: Pick<Hits, 'records' | 'first' | 'last'>,
  formerly?: string,
): void {
  const known = hits.get(rule) ?? { records: 0, first, last, formerly: [] };
  known.records += records;
  known.first = Math.min(known.first, first);
  known.last = Math.max(known.last, last);
  if (formerly !== undefined) known.formerly.push(formerly);
  hits.set(rule, known);
}

/**
 * A rule under a name that the input does not have is a rule of the input when that one alone decides all its flows today, in the same
 * way, and the two never decided at one time: same content, other name.
 */
function adopted(
  network: Network,
  placement: FirewallPlacement,
  rules: readonly NamedRule[],
  { by, type, records, first, last }: Stranger,
  flows: readonly LoggedFlow[],
  hits: Map<NamedRule, Hits>,
): readonly ForeignRule[] {
  const name = loggedName(by);
  const foreign = (why: string) => [{ name, type, records, last, why }];
  const own = flows.filter((flow) => flow.log === LOGS[type] && loggedName(flow.by) === name);
  const replay = replayer(placement, contextOf(network, placement));
  const findRule = ruleFinder(rules);
  const deciders = new Set<string>();
  for (const flow of own) {
    const compared = compareDecision(flow, replay(flow), findRule);
    if (compared.kind === 'differs' && compared.how === 'renamed') deciders.add(compared.modelled);
    else if (compared.kind === 'undecided') deciders.add(compared.modelled);
    else return foreign('the input decides its flows otherwise');
  }
  const [only] = deciders;
  const heir = rules.find((rule) => rule.name === only && rule.type === type);
  if (heir === undefined || deciders.size !== 1) {
    return foreign(
      deciders.size > 1
        ? `its flows are decided by ${deciders.size} rules of the input`
        : 'the input has no such rule',
    );
  }
  const known = hits.get(heir);
  if (known !== undefined && known.first < last && first < known.last) {
    return foreign(`\`${heir.name}\` decides its flows now, and both decided at one time`);
  }
  add(hits, heir, { records, first, last }, name);
  return [];
}

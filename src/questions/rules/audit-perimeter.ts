import type { Network } from '../../network/index.ts';
import type { Budget, Exhausted } from '../../packets/index.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { auditRules, type RuleAudit, type RulesAudit } from './audit-rules.ts';
import { findingOf } from './finding-of.ts';
import { firewallLists } from './firewall-lists.ts';
import { nsgLists } from './nsg-lists.ts';
import type { NotAsked, PerimeterList } from './perimeter-list.ts';
import { policyLists } from './policy-lists.ts';
import { FINDING_KINDS, type RuleFinding } from './rule-finding.ts';
import type { WrittenRule } from './written-rules.ts';

export interface PerimeterAudit {
  /** Boxes whose rules were asked about. */
  readonly boxes: readonly string[];
  /** Rules that somebody wrote. */
  readonly rules: number;
  /** By kind, then in the order of the lists. */
  readonly findings: readonly RuleFinding[];
  /** Rules that may go all at once: no list then does anything else. */
  readonly removable: readonly Decider[];
  readonly notAsked: readonly NotAsked[];
  readonly inconclusive: readonly { readonly artefact: string; readonly exhausted: Exhausted }[];
}

export interface PerimeterAuditOptions {
  /** Only boxes whose name holds this, whatever the case. */
  readonly box?: string;
  /** A fresh one per list, so that one monster does not starve the others. */
  readonly budget?: () => Budget;
  readonly onProgress?: (list: string, done: number, total: number) => void;
}

/** Everything about one written rule, in every list it is part of. */
export interface JudgedRule {
  readonly key: object;
  readonly box: string;
  readonly isAdditive: boolean;
  readonly audits: readonly { readonly list: string; readonly audit: RuleAudit<Decider> }[];
}

/** Which rules can go and which contradict: every list of the perimeter, and what that says of each rule that somebody wrote. */
export function auditPerimeter(
  network: Network,
  options: PerimeterAuditOptions = {},
): PerimeterAudit {
  const { lists, notAsked } = listsOf(network, options.box);
  const audits = agreed(lists, options);
  const judged = judgedRules(lists, audits);
  const together = everywhere(lists, audits, ({ removable }) => removable);
  const found = judged.flatMap((rule) => findingOf(rule, together.has(rule.key)));
  return {
    boxes: [...new Set(lists.map(({ box }) => box))],
    rules: countWritten(lists),
    findings: FINDING_KINDS.flatMap((kind) => found.filter((finding) => finding.kind === kind)),
    removable: judged
      .filter(({ key }) => together.has(key))
      .map(({ audits: [first] }) => first!.audit.rule.by),
    notAsked,
    inconclusive: audits.flatMap(({ inconclusive }) =>
      inconclusive.map(({ artefact, exhausted }) => ({ artefact, exhausted })),
    ),
  };
}

/** Also those of lists that are not answered. */
function countWritten(lists: readonly PerimeterList[]): number {
  const keys = lists.flatMap(({ list, writtenAs }) => list.rules.map(({ by }) => writtenAs(by)));
  return new Set(keys.filter((key) => key !== undefined)).size;
}

/** The boxes there are to ask about, by name. */
export function boxesToAudit(network: Network): readonly string[] {
  return [...new Set(listsOf(network).lists.map(({ box }) => box))];
}

/** Every ordered list of the perimeter: firewalls, then security groups. */
export function perimeterLists(network: Network): readonly PerimeterList[] {
  return listsOf(network).lists;
}

function listsOf(network: Network, box = '') {
  const nsgs = nsgLists(network);
  const policies = policyLists(network);
  const isAsked = (name: string): boolean => name.toLowerCase().includes(box.toLowerCase());
  return {
    lists: [...firewallLists(network), ...nsgs.lists, ...policies.lists].filter((list) =>
      isAsked(list.box),
    ),
    notAsked: [...nsgs.notAsked, ...policies.notAsked].filter(({ what }) => isAsked(what)),
  };
}

/**
 * A rule may be part of several lists: a base policy under two firewalls, a group on two subnets. It goes only where every list
 * lets it go. Lists that could do without a rule which others need are asked again what may go if it stays, until they agree; that
 * ends, as each turn takes rules out.
 */
function agreed(
  lists: readonly PerimeterList[],
  options: PerimeterAuditOptions,
): readonly RulesAudit<Decider>[] {
  const audits = lists.map((list) => auditOf(list, options));
  let mayGo = everywhere(lists, audits, ({ rules }) => rules.filter(isDispensable).map(ruleOf));
  let torn = tornBy(lists, audits, mayGo, ({ rules }) => rules.filter(isDispensable).map(ruleOf));
  while (torn.length > 0) {
    for (const at of torn) audits[at] = auditOf(lists[at]!, options, mayGo);
    mayGo = everywhere(lists, audits, ({ removable }) => removable);
    torn = tornBy(lists, audits, mayGo, ({ removable }) => removable);
  }
  return audits;
}

type Audit = RulesAudit<Decider>;
type Chosen = (audit: Audit) => readonly WrittenRule<Decider>[];

function isDispensable({ verdict, redundancy }: RuleAudit<Decider>): boolean {
  return verdict.kind === 'never-hit' || verdict.kind === 'empty' || redundancy !== undefined;
}

function ruleOf({ rule }: RuleAudit<Decider>): WrittenRule<Decider> {
  return rule;
}

/** Lists that chose a rule which may not go. */
function tornBy(
  lists: readonly PerimeterList[],
  audits: readonly Audit[],
  mayGo: ReadonlySet<object>,
  chosen: Chosen,
): readonly number[] {
  return audits.flatMap((audit, at) =>
    chosen(audit).every(({ by }) => mayGo.has(lists[at]!.writtenAs(by)!)) ? [] : [at],
  );
}

function auditOf(
  { list, writtenAs, actionOf }: PerimeterList,
  { budget, onProgress }: PerimeterAuditOptions,
  mayGo?: ReadonlySet<object>,
): RulesAudit<Decider> {
  return auditRules(list, {
    ruleOf: (by) => writtenAs(by) ?? by,
    isFixed: (by) => writtenAs(by) === undefined,
    actionOf,
    ...(mayGo === undefined ? {} : { mayGo: (by) => mayGo.has(writtenAs(by) ?? by) }),
    ...(budget === undefined ? {} : { budget: budget() }),
    ...(onProgress === undefined
      ? {}
      : { onProgress: (done, total) => onProgress(list.name, done, total) }),
  });
}

/** Rules that every list they are part of has chosen. */
function everywhere(
  lists: readonly PerimeterList[],
  audits: readonly Audit[],
  chosen: Chosen,
): ReadonlySet<object> {
  const going = new Set<object>();
  const staying = new Set<object>();
  for (const [at, audit] of audits.entries()) {
    const { writtenAs } = lists[at]!;
    const goes = new Set(chosen(audit).map(({ by }) => writtenAs(by)));
    for (const { by } of audit.list.rules) {
      const key = writtenAs(by);
      if (key === undefined) continue;
      if (goes.has(key) && audit.inconclusive.length === 0) going.add(key);
      else staying.add(key);
    }
  }
  for (const key of staying) going.delete(key);
  return going;
}

function judgedRules(
  lists: readonly PerimeterList[],
  audits: readonly RulesAudit<Decider>[],
): readonly JudgedRule[] {
  const found = new Map<
    object,
    { box: string; isAdditive: boolean; audits: { list: string; audit: RuleAudit<Decider> }[] }
  >();
  for (const [at, { list, rules }] of audits.entries()) {
    const { writtenAs, box, isAdditive = false } = lists[at]!;
    for (const audit of rules) {
      const key = writtenAs(audit.rule.by)!;
      const known = found.get(key) ?? { box, isAdditive, audits: [] };
      known.audits.push({ list: list.name, audit });
      found.set(key, known);
    }
  }
  return [...found].map(([key, rest]) => ({ key, ...rest }));
}

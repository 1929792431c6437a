import { distinctConditions } from '../../flows/index.ts';
import type { Decider } from '../../semantics/verdict.ts';
import type { JudgedRule } from './audit-perimeter.ts';
import type { RuleAudit } from './audit-rules.ts';
import type { FindingKind, RuleFinding } from './rule-finding.ts';
import { directionOf } from './rule-list.ts';
import type { HidingAction } from './verdict.ts';
import type { WrittenRule } from './written-rules.ts';

type Audit = RuleAudit<Decider>;
type Told = Omit<RuleFinding, 'rule' | 'box' | 'lists' | 'mayGo'>;

/**
 * A rule that loses more than half to its exceptions, or is twice as wide as what can arrive, is worth a word. A catch-all with a
 * few exceptions is how rules are written.
 */
const WORTH_A_WORD = 0.5;
const NOTHING_MORE = { others: [], witnesses: [], needs: [] } as const;

/** What all lists together say of one rule. It never decides only if it never does in any of them. */
export function findingOf(
  { box, isAdditive, audits }: JudgedRule,
  mayGo: boolean,
): readonly RuleFinding[] {
  const all = audits.map(({ audit }) => audit);
  const lists = audits.map(({ list }) => list);
  const told = isAdditive ? toldOfAdditive(all) : toldOf(all);
  return told.map((one) => ({ ...one, rule: all[0]!.rule.by, box, lists, mayGo }));
}

function toldOf(all: readonly Audit[]): readonly Told[] {
  const dead = all.filter(({ verdict: { kind } }) => kind === 'never-hit' || kind === 'empty');
  const unreached = all.filter(({ verdict: { kind } }) => kind === 'unreached');
  if (dead.length === all.length) return [hiddenOrEmpty(dead)];
  if (dead.length + unreached.length === all.length) return [unreachedBy(unreached[0]!)];
  const deciding = all.filter((audit) => !dead.includes(audit) && !unreached.includes(audit));
  const told: Told[] = [];
  const { name } = all[0]!.rule.by;
  if (deciding.every(({ redundancy }) => redundancy !== undefined) && unreached.length === 0) {
    told.push(redundantAfter(name, deciding));
  } else if (deciding.every(({ verdict: { kind } }) => kind === 'conditional')) {
    told.push(...undecidedIf(name, deciding));
  }
  const contradicted = deciding.find(
    ({ contradiction }) =>
      contradiction !== undefined &&
      (!contradiction.isException || contradiction.share > WORTH_A_WORD),
  );
  if (contradicted !== undefined) told.push(contradictedBy(contradicted));
  return told.length === 0 ? tooWide(deciding) : told;
}

/**
 * Rules without an order: whether one is hidden by the others or could be made up for by them is the same thing.
 */
function toldOfAdditive(all: readonly Audit[]): readonly Told[] {
  const { name } = all[0]!.rule.by;
  const isUnreached = ({ verdict }: Audit): boolean => verdict.kind === 'unreached';
  if (all.every(isUnreached)) return [unreachedBy(all[0]!)];
  const others = new Set<Decider>();
  for (const { verdict, redundancy } of all) {
    if (verdict.kind === 'never-hit') for (const { by } of verdict.covers) others.add(by);
    else if (redundancy !== undefined) for (const { by } of redundancy.takers) others.add(by);
    else if (verdict.kind !== 'empty') return [];
  }
  const list = [...others];
  const message = `${name} allows nothing that ${namesOf(list)} ${list.length === 1 ? 'does' : 'do'} not allow.`;
  return [{ kind: 'redundant', message, ...NOTHING_MORE, others: list }];
}

function hiddenOrEmpty(dead: readonly Audit[]): Told {
  const hidden = dead.find(({ verdict }) => verdict.kind === 'never-hit');
  const { rule, verdict } = hidden ?? dead[0]!;
  const { name } = rule.by;
  if (verdict.kind !== 'never-hit') {
    const why = verdict.kind === 'empty' ? verdict.why : '';
    return { kind: 'empty', message: `${name} matches nothing: ${why}.`, ...NOTHING_MORE };
  }
  const { covers, action } = verdict;
  const kind: FindingKind = action === 'same' ? 'duplicate' : 'shadowed';
  const takes = `${named(covers)} ${covers.length === 1 ? 'takes' : 'together take'} all its flows first`;
  return {
    kind,
    message: `${name} never decides: ${takes}${andDo(action, covers)}.`,
    ...NOTHING_MORE,
    others: covers.map(({ by }) => by),
  };
}

function andDo(action: HidingAction, covers: readonly WrittenRule<Decider>[]): string {
  const does = covers.length === 1 ? 'does' : 'do';
  switch (action) {
    case 'same':
      return ` and ${does} the same`;
    case 'different': {
      const others = new Set(covers.map((cover) => directionOf(cover.action ?? '')));
      const only = [...others][0];
      const verb = { allow: 'allow', deny: 'deny' }[only ?? ''];
      if (others.size > 1 || verb === undefined) return ` and ${does} something else`;
      if (covers.length > 1) return ` and ${verb} them`;
      return verb === 'deny' ? ' and denies them' : ' and allows them';
    }
    case 'mixed':
      return ', some with the opposite action';
    default:
      return '; what becomes of them is not known';
  }
}

function unreachedBy({ rule, verdict }: Audit): Told {
  const { why, covers } =
    verdict.kind === 'unreached' ? verdict : { why: '', covers: [] as WrittenRule<Decider>[] };
  const left =
    covers.length === 0
      ? 'nothing that it matches can arrive'
      : `${named(covers)} ${covers.length === 1 ? 'takes' : 'take'} all of it that can arrive`;
  return {
    kind: 'unreached',
    message: `${rule.by.name} never decides here: ${left} (${why}).`,
    ...NOTHING_MORE,
    others: covers.map(({ by }) => by),
  };
}

function redundantAfter(name: string, deciding: readonly Audit[]): Told {
  const takers = new Map<Decider, Decider>();
  let fallsThrough = false;
  for (const { redundancy } of deciding) {
    for (const { by } of redundancy?.takers ?? []) takers.set(by, by);
    fallsThrough ||= redundancy?.fallsThrough ?? false;
  }
  const others = [...takers.keys()];
  const then = [
    ...(others.length === 0
      ? []
      : [`${namesOf(others)} ${others.length === 1 ? 'does' : 'do'} the same with its flows`]),
    ...(fallsThrough ? ['what no rule takes is denied anyway'] : []),
  ];
  return {
    kind: 'redundant',
    message: `Without ${name} nothing changes: ${then.join(', and ')}.`,
    ...NOTHING_MORE,
    others,
  };
}

/** What is open about a rule because of others. That its own addresses are not known is no finding about rules. */
function undecidedIf(name: string, deciding: readonly Audit[]): readonly Told[] {
  const open = deciding.flatMap(({ verdict }) => (verdict.kind === 'conditional' ? verdict : []));
  const hindered = open.find(({ isHindered }) => isHindered);
  if (hindered === undefined) return [];
  const message =
    hindered.hit === 'unless'
      ? `Whether ${name} matches anything that earlier rules leave to it is not known.`
      : `Whether earlier rules leave anything to ${name} is not known.`;
  const needs = distinctConditions(...open.map((verdict) => verdict.needs));
  return [{ kind: 'undecided', message, ...NOTHING_MORE, needs }];
}

function contradictedBy({ rule, contradiction }: Audit): Told {
  const { by, share, inside, outside } = contradiction!;
  const others = by.map((other) => other.by);
  const says = directionOf(rule.action ?? '');
  const witnesses = [
    ...(inside === undefined ? [] : [{ flow: inside.flow, what: `${inside.by.by.name} decides` }]),
    ...(outside === undefined ? [] : [{ flow: outside, what: `it decides: ${says}` }]),
  ];
  return {
    kind: 'partial',
    message: `${rule.by.name} says ${says}; ${namesOf(others)} ${others.length === 1 ? 'says' : 'say'} otherwise first, for ${percent(share)} of what it matches.`,
    others,
    witnesses,
    needs: [],
    share,
  };
}

function tooWide(deciding: readonly Audit[]): readonly Told[] {
  const shares = deciding.map(({ breadth }) => breadth?.arrivingShare);
  const widest = Math.max(...shares.map((share) => share ?? 1));
  const why = deciding[0]!.breadth?.why ?? '';
  const { rule } = deciding[0]!;
  if (directionOf(rule.action ?? '') !== 'allow' || widest > WORTH_A_WORD) return [];
  const message = `${rule.by.name} allows ${times(1 / widest)} what can arrive: ${why}.`;
  return [{ kind: 'wide', message, ...NOTHING_MORE, share: widest }];
}

function named(rules: readonly WrittenRule<Decider>[]): string {
  return namesOf(rules.map(({ by }) => by));
}

const NAMED = 3;

function namesOf(rules: readonly Decider[]): string {
  const names = rules.slice(0, NAMED).map(({ name }) => name);
  const more = rules.length - names.length;
  if (more > 0) names.push(`${more} more`);
  const last = names.pop() ?? 'nobody';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}

/** Never rounded to none or all of it. */
function percent(share: number): string {
  const value = share * 100;
  if (value < 1) return 'less than 1 %';
  if (value > 99) return 'more than 99 %';
  return `${Math.round(value)} %`;
}

function times(factor: number): string {
  if (factor > 1e6) return 'over a million times';
  return `${factor < 10 ? factor.toFixed(1) : Math.round(factor)} times`;
}

import type { Condition, FlowPoint } from '../../flows/index.ts';
import type { Decider } from '../../semantics/verdict.ts';

/** Kinds of findings, the ones to act on first. */
export const FINDING_KINDS = [
  'shadowed',
  'empty',
  'duplicate',
  'unreached',
  'redundant',
  'partial',
  'wide',
  'undecided',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** What each kind says, once for all its findings, and what to do. */
export const FINDING_WORDS: Readonly<
  Record<FindingKind, { readonly title: string; readonly fix: string }>
> = {
  shadowed: {
    title: 'never decides, and what happens to its flows is not what it says',
    fix: 'move the rule before those that take its flows, or delete it: nothing changes without it',
  },
  empty: {
    title: 'holds no flow at all',
    fix: 'give the rule what it lacks, or delete it: nothing changes without it',
  },
  duplicate: {
    title: 'never decides; earlier rules do the same with its flows',
    fix: 'delete the rule: nothing changes without it',
  },
  unreached: {
    title: 'decides no flow that can arrive there',
    fix: 'correct its addresses, or delete it if no network outside this input sends such flows',
  },
  redundant: {
    title: 'decides flows, and without it the same would happen to them',
    fix: 'delete the rule, or those behind it that do the same',
  },
  partial: {
    title: 'is contradicted by earlier rules for a part of its flows',
    fix: 'nothing, where the earlier rule is a meant exception; else move one of the two',
  },
  wide: {
    title: 'allows more than can arrive there',
    fix: 'write the addresses that are meant',
  },
  undecided: {
    title: 'may or may not ever decide',
    fix: 'give what is missing',
  },
};

/** Something to know about one rule that somebody wrote. */
export interface RuleFinding {
  readonly kind: FindingKind;
  readonly rule: Decider;
  /** `firewall hub-fw`. */
  readonly box: string;
  /** Lists in which it was found, by name. */
  readonly lists: readonly string[];
  /** One sentence. */
  readonly message: string;
  /** Rules in the way, or that would take over. None can be left out of a cover. */
  readonly others: readonly Decider[];
  /** Flows that show it, each with what becomes of it. */
  readonly witnesses: readonly { readonly flow: FlowPoint; readonly what: string }[];
  /** What would settle an undecided one. */
  readonly needs: readonly Condition[];
  /** Of the rule's flows, where the kind has one. */
  readonly share?: number;
  /** May go together with all others of which this is said. */
  readonly mayGo: boolean;
}

import type { Condition, Decider as Deciding, FlowPoint, FlowRule } from '../../src/flows/index.ts';
import { decidersAt } from '../../src/flows/index.ts';
import { type Ip, type Ipv4, type Port, type Protocol, parseIp } from '../../src/net/index.ts';
import type { Decider } from '../../src/semantics/verdict.ts';

/** What an ordered list says of one flow, summed up so that a concrete verdict can be held against it. */
export interface Summary<Effect> {
  /** Of every rule that may decide, in order. More than one distinct effect: undecided. */
  readonly effects: readonly Effect[];
  readonly by: readonly Decider[];
  /** Of the first rule that may decide. Empty: it does. */
  readonly needs: readonly string[];
  /** Of all of them. */
  readonly allNeeds: readonly string[];
  /** The last decider is certain: no flow falls through. */
  readonly isComplete: boolean;
}

export function summaryAt<Effect>(
  rules: readonly FlowRule<Effect, Decider>[],
  at: FlowPoint,
): Summary<Effect> {
  const deciders: readonly Deciding<FlowRule<Effect, Decider>>[] = decidersAt(rules, at);
  const words = (needs: readonly Condition[]) => needs.map(({ missing }) => missing);
  return {
    effects: deciders.map(({ rule }) => rule.effect),
    by: deciders.map(({ rule }) => rule.by),
    needs: words(deciders[0]?.needs ?? []),
    allNeeds: [...new Set(deciders.flatMap(({ needs }) => words(needs)))],
    isComplete: deciders.at(-1)?.needs.length === 0,
  };
}

export const sorted = (texts: Iterable<string>): readonly string[] => [...new Set(texts)].sort();

/** A flow in a few words; what is left out is of no matter to the box. */
export function point(words: Partial<FlowPoint> = {}): FlowPoint {
  return {
    source: ip('10.0.0.1'),
    destination: ip('10.0.0.2'),
    protocol: 'tcp',
    sourcePort: 50_000 as Port,
    destinationPort: 443 as Port,
    application: 'none',
    ...words,
  };
}

export function ip(text: string): Ip {
  const found = parseIp(text);
  if (found === undefined) throw new Error(`no address: ${text}`);
  return found;
}

/** Choices that repeat with the seed. */
export interface Dice {
  /** Of [0, below). */
  readonly number: (below: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(items: readonly T[]) => T;
  /** Each item with that probability, in order. */
  readonly some: <T>(items: readonly T[], probability: number) => readonly T[];
  /** One of the addresses, or a neighbour of it, or now and then any. */
  readonly near: (addresses: readonly string[]) => Ip;
  readonly protocol: () => Protocol;
}

export function diceOf(random: () => number): Dice {
  const number = (below: number) => Math.floor(random() * below);
  const chance = (probability: number) => random() < probability;
  const pick = <T>(items: readonly T[]): T => items[number(items.length)]!;
  return {
    number,
    chance,
    pick,
    some: (items, probability) => items.filter(() => chance(probability)),
    near: (addresses) => {
      if (chance(0.1)) return { family: 4, value: number(2 ** 32) as Ipv4 };
      const base = ip(pick(addresses));
      if (base.family === 6) return base;
      const moved = base.value + pick([0, 0, 0, -1, 1]);
      return { family: 4, value: Math.min(Math.max(moved, 0), 2 ** 32 - 1) as Ipv4 };
    },
    protocol: () => pick(['tcp', 'tcp', 'tcp', 'udp', 'sctp', 'icmp']),
  };
}

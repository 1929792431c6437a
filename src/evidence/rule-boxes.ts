import type { FlowBox } from '../flows/index.ts';
import { ALL_IPV4, addressSetCovers } from '../net/index.ts';
import { type FirewallPlacement, PRIVATE_IPV4, PUBLIC_IPV4 } from '../network/index.ts';
import type { FirewallContext } from '../semantics/firewall/context.ts';
import { parseFqdnPattern } from '../semantics/firewall/fqdn-pattern.ts';
import { mayBeInfrastructure } from '../semantics/firewall/infrastructure.ts';
import { collectionsInOrder } from '../semantics/firewall/processing-order.ts';
import { allFirewallRules } from '../semantics/firewall/symbolic/index.ts';
import { isUnknown } from '../values/index.ts';
import { type Bits, bitsOf } from './box-bits.ts';
import type { NameList } from './name-classes.ts';

/** Everything that a firewall holds against a flow: two flows that it all takes alike get the same answer. */
export interface RuleBoxes {
  /** Needs do not matter here: that a box may take a flow is what the flow is told by. */
  readonly boxes: readonly FlowBox[];
  /** Those of application rules and of the built-in collection. */
  readonly ofNames: Bits;
  /** Of the others, those that take a flow for certain whatever its address is. */
  readonly anywhere: Bits;
  /** Names that are compared beside those of boxes. */
  readonly names: readonly NameList[];
}

/** The symbolic telling names every range, port and name that the concrete one compares with (tests/property/logs-verify.test.ts). */
export function ruleBoxes(placement: FirewallPlacement, context: FirewallContext): RuleBoxes {
  // The last one is the default, which takes every flow.
  const rules = allFirewallRules(placement, context).slice(0, -1);
  const staged = rules.flatMap(({ region, by }) =>
    region.map((box): StagedBox => {
      const isOfNames = BEHIND_NETWORK_RULES.has(by.stage);
      return { box, isOfNames, isAnywhere: !isOfNames && takesAnywhere(box) };
    }),
  );
  // What is private decides about translation, which protocols without ports do not survive (AFW-33), and implicit rules (AFW-26).
  const families = [PRIVATE_IPV4, PUBLIC_IPV4].flatMap((set) => [
    { box: { sources: set }, isOfNames: false, isAnywhere: false },
    { box: { destinations: set }, isOfNames: false, isAnywhere: false },
  ]);
  const found = distinct([...staged, ...families]);
  const boxes = found.map(({ box }) => box);
  return {
    boxes,
    ofNames: bitsOf(boxes, (_, at) => found[at]!.isOfNames),
    anywhere: bitsOf(boxes, (_, at) => found[at]!.isAnywhere),
    names: [
      ...namesOfNetworkRules(placement).map((name) => [name]),
      ...documentedTags(context),
      (name) => mayBeInfrastructure({ kind: 'https', serverName: name as never }),
    ],
  };
}

/** Not the default: of flows to the firewall itself it comes before them (AFW-28). */
const BEHIND_NETWORK_RULES: ReadonlySet<string> = new Set(['application rules', 'infrastructure']);

interface StagedBox {
  readonly box: FlowBox;
  readonly isOfNames: boolean;
  readonly isAnywhere: boolean;
}

function takesAnywhere({ destinations, needs = [] }: FlowBox): boolean {
  if (needs.length > 0) return false;
  return destinations === undefined || addressSetCovers(destinations, ALL_IPV4);
}

/** Boxes that matter, each once. */
function distinct(staged: readonly StagedBox[]): readonly StagedBox[] {
  const numbers = new Map<unknown, number>();
  const numberOf = (value: unknown): number => {
    const key = Array.isArray(value) ? value.join() : value;
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  };
  const found = new Map<string, StagedBox>();
  for (const one of staged) {
    const { sources, destinations, protocols, destinationPorts, applications, names } = one.box;
    const headers = [sources, destinations, protocols, destinationPorts, applications, names];
    // No number is an address that only Azure knows; an empty set holds none.
    if (one.box.sourceIs !== undefined || one.box.destinationIs !== undefined) continue;
    if (sources?.v4.length === 0 || destinations?.v4.length === 0) continue;
    // A box that takes every flow tells none apart; but it may take all before the application rules.
    if (headers.every((header) => header === undefined) && !one.isAnywhere) continue;
    const told = headers.map((header) => (header === undefined ? '' : numberOf(header))).join(' ');
    const key = `${told} ${one.isOfNames} ${one.isAnywhere}`;
    if (!found.has(key)) found.set(key, one);
  }
  return [...found.values()];
}

/** A sentence about such a name differs where it is the one that was asked for (AFW-40, AFW-41). */
function namesOfNetworkRules(placement: FirewallPlacement): readonly string[] {
  const names = collectionsInOrder(placement, 'network').flatMap((entry) => {
    if (entry.kind !== 'known' || entry.collection.kind !== 'network') return [];
    return entry.collection.rules.flatMap(({ destinationFqdns }) =>
      destinationFqdns.flatMap((one) => (isUnknown(one) ? [] : [patternText(one.text)])),
    );
  });
  return [...new Set(names)].filter((name) => name !== '');
}

/** Of a documented member on another port the sentence says so; of other names that nobody knows (AFW-54, AFW-55). */
function documentedTags({ datasets, location }: FirewallContext): readonly NameList[] {
  return [...datasets.fqdnTags.tags.values()].map((members) =>
    members.flatMap(({ fqdn, standing }) => {
      const name = location === undefined ? fqdn : fqdn.replaceAll('<location>', location);
      const isKnown = standing === 'documented' && !name.includes('<');
      const pattern = isKnown ? patternText(name) : '';
      return pattern === '' ? [] : [pattern];
    }),
  );
}

/** As lists of names write it; empty where it takes nothing. */
function patternText(text: string): string {
  const pattern = parseFqdnPattern(text);
  switch (pattern?.kind) {
    case undefined:
      return '';
    case 'any':
      return '*';
    case 'exact':
      return pattern.name;
    case 'suffix':
      return `*${pattern.suffix}`;
  }
}

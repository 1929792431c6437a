import { type Condition, distinctConditions } from '../../flows/index.ts';
import { type Diagram, NOTHING } from '../../packets/index.ts';
import { coversOfRule, hidingAction } from './covers.ts';
import {
  diagramAt,
  entryDiagram,
  type Layer,
  leftFor,
  mayBeDecidedBy,
  positionsOf,
} from './layer.ts';
import type { RuleList } from './rule-list.ts';
import type { RuleVerdict } from './verdict.ts';
import type { WrittenRule, WrittenRules } from './written-rules.ts';

/** What is asked of every rule alike, looked up once. */
export interface Deciding {
  /** Per layer: entries that certainly decide some flow, if nothing with needs is there. */
  readonly certain: readonly ReadonlySet<number>[];
  /** Per layer: the same, of flows that arrive. Absent when what arrives is not known. */
  readonly arriving?: readonly ReadonlySet<number>[];
  /** Per layer: a flow that the entry decides. */
  readonly points: readonly ReadonlyMap<number, readonly number[]>[];
}

/** Does the rule ever decide a flow? */
export function verdictOf<By>(
  list: RuleList<By>,
  layers: readonly Layer[],
  written: WrittenRules<By>,
  deciding: Deciding,
  rule: WrittenRule<By>,
): RuleVerdict<By> {
  if (!holdsAny(layers, rule)) return { kind: 'empty', why: whyEmpty(list, rule) };
  const isCertain = rule.entries.some((entry) => deciding.certain.some((set) => set.has(entry)));
  const needs = isCertain ? [] : needsToDecide(layers, rule);
  if (!isCertain && needs === undefined) {
    const covers = coversOfRule(layers, written, rule);
    return { kind: 'never-hit', covers, action: hidingAction(rule, covers) };
  }
  const { arriving } = list;
  if (arriving !== undefined && !isReached(layers, deciding, rule)) {
    if (arriving.needs !== undefined && arriving.needs.length > 0) {
      return { kind: 'conditional', hit: 'if', needs: arriving.needs, isHindered: true };
    }
    const covers = coversOfRule(layers, written, rule, true);
    return { kind: 'unreached', why: arriving.why, covers, action: hidingAction(rule, covers) };
  }
  if (!isCertain) {
    const isHindered = coversOfRule(layers, written, rule).length > 0;
    return { kind: 'conditional', hit: 'unless', needs: needs ?? [], isHindered };
  }
  const doubts = doubtsAbout(layers, written, deciding, rule);
  return doubts === undefined
    ? { kind: 'live' }
    : { kind: 'conditional', hit: 'if', needs: doubts, isHindered: true };
}

function holdsAny<By>(layers: readonly Layer[], { entries }: WrittenRule<By>): boolean {
  return layers.some(({ starts }) => entries.some((entry) => starts[entry]! < starts[entry + 1]!));
}

const HEADERS = [
  ['sources', 'it has no source'],
  ['destinations', 'it has no destination'],
  ['protocols', 'it names no protocol'],
  ['destinationPorts', 'it names no port'],
  ['sourcePorts', 'it names no source port'],
  ['applications', 'it names no application protocol'],
  ['names', 'it names nothing'],
] as const;

function whyEmpty<By>({ rules }: RuleList<By>, { entries }: WrittenRule<By>): string {
  const boxes = entries.flatMap((entry) => rules[entry]!.region);
  const isEmpty = (set: object | undefined): boolean => {
    if (set === undefined) return false;
    if (Array.isArray(set)) return set.length === 0;
    if ('v4' in set && 'v6' in set)
      return (set.v4 as []).length === 0 && (set.v6 as []).length === 0;
    return 'patterns' in set && (set.patterns as []).length === 0;
  };
  const why = HEADERS.filter(([header]) => boxes.some((box) => isEmpty(box[header])));
  return why.length === 0 ? 'no flow fits it' : why.map(([, text]) => text).join(' and ');
}

/** What must come out for the rule to decide some flow; `undefined`: it never does. For rules that decide nothing for certain. */
function needsToDecide<By>(
  layers: readonly Layer[],
  { entries }: WrittenRule<By>,
): readonly Condition[] | undefined {
  const found: (readonly Condition[])[] = [];
  for (const layer of layers) {
    for (const entry of entries) {
      for (const position of positionsOf(layer, entry)) {
        const { needs } = layer.boxes[position]!;
        if (needs.length > 0 && leftFor(layer, position) !== NOTHING) found.push(needs);
      }
    }
  }
  return found.length === 0 ? undefined : distinctConditions(...found);
}

function isReached<By>(
  layers: readonly Layer[],
  { arriving }: Deciding,
  { entries }: WrittenRule<By>,
): boolean {
  if (entries.some((entry) => arriving?.some((set) => set.has(entry)))) return true;
  return layers.some((layer) =>
    entries.some(
      (entry) =>
        hasNeedsAt(layer, entry) &&
        layer.sets.table.meet(mayBeDecidedBy(layer, entry), layer.arriving ?? NOTHING),
    ),
  );
}

function hasNeedsAt(layer: Layer, entry: number): boolean {
  for (const position of positionsOf(layer, entry)) {
    if (layer.boxes[position]!.needs.length > 0) return true;
  }
  return false;
}

/**
 * Conditions under which others take every flow that the rule decides for certain; `undefined`: some flow is its own in every
 * world. A known flow settles nearly all rules.
 */
function doubtsAbout<By>(
  layers: readonly Layer[],
  written: WrittenRules<By>,
  deciding: Deciding,
  rule: WrittenRule<By>,
): readonly Condition[] | undefined {
  const found: (readonly Condition[])[] = [];
  for (const [at, layer] of layers.entries()) {
    const { table } = layer.sets;
    for (const entry of rule.entries) {
      if (!deciding.certain[at]!.has(entry)) continue;
      if (!layer.hasNeeds) return undefined;
      const point = deciding.points[at]!.get(entry + 1)!;
      if (written.ruleOfEntry[firstEntryAt(layer, point)] === rule.index) return undefined;
      let rest = certainlyDecidedBy(layer, entry);
      for (const position of othersBefore(layer, written, rule, entry)) {
        const smaller = table.except(rest, diagramAt(layer, position));
        if (smaller !== rest) found.push(layer.boxes[position]!.needs);
        rest = smaller;
        if (rest === NOTHING) break;
      }
      if (rest !== NOTHING) return undefined;
    }
  }
  return distinctConditions(...found);
}

function firstEntryAt(layer: Layer, point: readonly number[]): number {
  return layer.boxes[layer.classifier().firstAt(point)]!.entry;
}

export function certainlyDecidedBy(layer: Layer, entry: number): Diagram {
  const { table } = layer.sets;
  return table.mapTerminals(
    table.mask(layer.decides, entryDiagram(layer, entry, 'certain')),
    (terminal) => (terminal === entry + 1 ? 1 : 0),
  );
}

/** Boxes with needs of other rules that are tried before the entry and share a flow with it. */
function othersBefore<By>(
  layer: Layer,
  written: WrittenRules<By>,
  rule: WrittenRule<By>,
  entry: number,
): readonly number[] {
  const end = layer.starts[entry]!;
  const found = new Set<number>();
  for (const own of positionsOf(layer, entry)) {
    for (const position of layer.classifier().meeting(layer.boxes[own]!.box, end)) {
      const { needs, entry: other } = layer.boxes[position]!;
      if (needs.length > 0 && written.ruleOfEntry[other] !== rule.index) found.add(position);
    }
  }
  return [...found].sort((a, b) => a - b);
}

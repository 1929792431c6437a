import type { AddressSet } from '../net/index.ts';
import type { QueryCell, ShownBox, Witness } from '../questions/query/index.ts';
import type { Passed, ReachVerdict } from '../reach/index.ts';
import { quoted, replayCommand } from './replay-command.ts';

/** As they are told. */
export const VERDICTS: readonly ReachVerdict[] = ['allowed', 'open', 'broken', 'denied'];

/** A cell as it is printed: receivers that the same chain serves alike are told together. */
export interface ToldCell extends Omit<QueryCell, 'target'> {
  readonly targets: readonly string[];
  /** What of the chain is told, in order. */
  readonly told: readonly Passed[];
}

/** Cells in the order they are read, widest first, with what would print the same joined. */
export function toldCells(
  cells: readonly QueryCell[],
  verbose: boolean,
): ReadonlyMap<ReachVerdict, readonly ToldCell[]> {
  const byKey = new Map<string, QueryCell[]>();
  const numberOf = numbering();
  for (const cell of cells) {
    const key = keyOf(impersonal(cell, ONE_RECEIVER), verbose, numberOf);
    byKey.set(key, [...(byKey.get(key) ?? []), cell]);
  }
  const all = [...byKey.values()].map((alike) => {
    const [first] = alike as [QueryCell, ...QueryCell[]];
    const targets = [...new Set(alike.map(({ target }) => target))];
    const { target: _, ...cell } = impersonal(first, targets.length);
    const told: ToldCell = { ...cell, targets, told: toldOf(cell, verbose) };
    return { cell: told, width: widthOf(told) };
  });
  all.sort(
    (a, b) =>
      Number(isOwn(a.cell)) - Number(isOwn(b.cell)) ||
      b.width - a.width ||
      (nameOf(a.cell) < nameOf(b.cell) ? -1 : 1),
  );
  return new Map(
    VERDICTS.map((verdict) => [
      verdict,
      all.map(({ cell }) => cell).filter((cell) => cell.verdict === verdict),
    ]),
  );
}

/** Names the receiver as one of many, so that cells of different receivers can be compared. */
const ONE_RECEIVER = 2;

/** `pod pets/a` of a cell that stands for several senders or receivers is each of them. */
function impersonal(cell: QueryCell, targets: number): QueryCell {
  const { origins, target, chain, by } = cell;
  const words = new Map<string, string>();
  if (origins.length > 1) for (const origin of origins) words.set(origin, 'each sender');
  if (targets > 1) words.set(target, 'each receiver');
  // Only names of workloads: `internet` is a word of many sentences.
  const labels = [...words.keys()].filter((label) => label.includes('/'));
  if (labels.length === 0) return cell;
  const said = (text: string): string =>
    labels.reduce((all, label) => all.replaceAll(label, words.get(label)!), text);
  return {
    ...cell,
    chain: chain.map((passed) => ({
      ...passed,
      name: said(passed.name),
      by: { ...passed.by, name: said(passed.by.name) },
    })),
    ...(by === undefined ? {} : { by: { ...by, name: said(by.name) } }),
  };
}

/**
 * Rules and routes that somebody wrote, and those Azure has of its own where nothing else decides. Boxes that merely pass flows
 * on are left out, and so is the decider that stands on a line of its own.
 */
function toldOf(cell: Omit<QueryCell, 'target'>, verbose: boolean): readonly Passed[] {
  const { chain, by } = cell;
  const before = by === undefined ? chain : chain.filter((passed) => !isDecider(passed, by));
  if (verbose) return before;
  const written = before.filter(({ by: { kind } }) => kind === 'rule' || kind === 'route');
  if (written.length > 0 || by !== undefined) return written;
  return before.filter(({ by: { kind } }) => kind === 'default');
}

function isDecider(passed: Passed, by: NonNullable<QueryCell['by']>): boolean {
  return passed.by === by || (passed.by.name === by.name && passed.by.kind === by.kind);
}

/** Where the decider stands: the box of the chain that it belongs to. */
export function boxOfDecider({ chain, by }: Pick<QueryCell, 'chain' | 'by'>): Passed | undefined {
  if (by === undefined) return undefined;
  const index = chain.findLastIndex((passed) => isDecider(passed, by));
  return chain[index];
}

function keyOf(cell: QueryCell, verbose: boolean, numberOf: (set: AddressSet) => number): string {
  const { verdict, origins, by, needs, assumptions, flows } = cell;
  return JSON.stringify([
    verdict,
    origins,
    by?.name,
    toldOf(cell, verbose).map(({ box, name, stage, by: who }) => [box, name, stage, who.name]),
    needs.map(({ missing }) => missing),
    assumptions,
    flows.count,
    flows.boxes.map((box) => ({
      ...box,
      sources: box.sources === undefined ? undefined : numberOf(box.sources),
      destinations: box.destinations === undefined ? undefined : numberOf(box.destinations),
    })),
  ]);
}

/** Equal sets get equal numbers, so that a key does not hold thousands of ranges. */
function numbering(): (set: AddressSet) => number {
  const byText = new Map<string, number>();
  const bySet = new Map<AddressSet, number>();
  return (set) => {
    const known = bySet.get(set);
    if (known !== undefined) return known;
    const text = `${set.v4.join()} ${set.v6.join()}`;
    const number = byText.get(text) ?? byText.size;
    byText.set(text, number);
    bySet.set(set, number);
    return number;
  };
}

/** What a workload says to itself is of the least interest. */
function isOwn({ origins, targets }: ToldCell): boolean {
  return origins.length === 1 && targets.length === 1 && origins[0] === targets[0];
}

function nameOf({ origins, targets }: ToldCell): string {
  return `${origins[0]} ${targets[0]}`;
}

/** How wide the widest box is, as the sum of the logarithms of the headers' shares: 0 is everything. */
function widthOf({ flows }: ToldCell): number {
  return Math.max(-Infinity, ...flows.boxes.map(boxWidth));
}

function boxWidth({ sources, destinations, protocols, destinationPorts, names }: ShownBox): number {
  const ports = destinationPorts === undefined ? 65536 : sizeOf(destinationPorts);
  return (
    addressesWidth(sources) +
    addressesWidth(destinations) +
    Math.log2(Math.max(1, ports)) -
    16 +
    Math.log2((protocols?.length ?? 7) / 7) +
    (names === undefined || names.patterns.length === 0 ? 0 : namesWidth(names.patterns))
  );
}

function addressesWidth(set: AddressSet | undefined): number {
  if (set === undefined) return 0;
  const v4 = sizeOf(set.v4);
  if (v4 > 0) return Math.log2(v4) - 32;
  let v6 = 0;
  for (let index = 0; index < set.v6.length; index += 2) {
    v6 += Number(set.v6[index + 1]! - set.v6[index]!) + 1;
  }
  return Math.log2(Math.max(1, v6)) - 128;
}

function namesWidth(patterns: readonly string[]): number {
  if (patterns.includes('*')) return 0;
  return patterns.some((pattern) => pattern.startsWith('*')) ? -16 : -24;
}

function sizeOf(pairs: readonly number[]): number {
  let size = 0;
  for (let index = 0; index < pairs.length; index += 2)
    size += pairs[index + 1]! - pairs[index]! + 1;
  return size;
}

/** The command that walks the witness; `undefined` for protocols that `trace` cannot be asked about by name. */
export function witnessCommand(
  { from, to, protocol }: Witness,
  paths: readonly string[],
): string | undefined {
  if (protocol === 'esp' || protocol === 'ah' || protocol === 'other') return undefined;
  const isSaid = protocol === 'tcp' || to.toLowerCase().endsWith(`/${protocol}`);
  const asked = `sallyport trace --from ${quoted(from)} --to ${quoted(to)}`;
  return replayCommand(isSaid ? asked : `${asked} --protocol ${protocol}`, paths);
}

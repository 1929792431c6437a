import type { Place } from '../diagnostics/index.ts';
import {
  type AddressSet,
  intersectAddresses,
  isEmptyAddressSet,
  type PortSet,
  type Protocol,
  portSet,
} from '../net/index.ts';
import { intersectNames, isEmptyNameSet, type NameSet } from './name-set.ts';

/** What the first bytes of a connection speak, as far as boxes tell it apart. */
export type ApplicationKind = 'none' | 'http' | 'https' | 'mssql';

/** What would settle whether a box of flows is really there. Two conditions with the same words are the same. */
export interface Condition {
  /** A phrase that fits after "needs: ": `members of service tag AzureCloud.eastus`. */
  readonly missing: string;
  readonly at?: Place;
}

/**
 * A product of sets, one per header of the first packet of a connection. An absent header: every value, and no value
 * where the protocol has none. An empty set makes the box empty. Headers are those the flow has where the box of the
 * perimeter looks at it.
 *
 * Protocols without ports (everything but TCP, UDP and SCTP) carry an arbitrary port here, so whoever writes a box with
 * ports says which protocols it means.
 */
export interface FlowBox {
  readonly sources?: AddressSet;
  readonly destinations?: AddressSet;
  readonly protocols?: readonly Protocol[];
  readonly sourcePorts?: PortSet;
  readonly destinationPorts?: PortSet;
  readonly applications?: readonly ApplicationKind[];
  /** The name the client asked for and shows: the one it resolved, sends as Host or as SNI. */
  readonly names?: NameSet;
  /**
   * The end is the address that has this symbol and that only Azure knows. No number is that address, so a box with it holds no
   * flow between numbers; it is for flows whose header somebody rewrote to it.
   */
  readonly sourceIs?: string;
  readonly destinationIs?: string;
  /** The box is there only if all of these come out so. Absent or empty: it is certainly there. */
  readonly needs?: readonly Condition[];
}

/** Every flow. */
export const EVERY_FLOW: FlowBox = {};

/** Flows as a union of boxes, which may overlap. Empty: no flow. */
export type FlowRegion = readonly FlowBox[];

/**
 * One entry of an ordered list: the first entry that holds a flow decides what becomes of it. Boxes with `needs` hold
 * it in some worlds only; in the others a later entry decides. An entry whose effect is not known is written as several
 * entries with the same region, all but the last with a need.
 */
export interface FlowRule<Effect, By> {
  readonly region: FlowRegion;
  readonly effect: Effect;
  readonly by: By;
}

export function isCertain(box: FlowBox): boolean {
  return box.needs === undefined || box.needs.length === 0;
}

/** True when a header has no value left. O(1). */
export function isEmptyBox(box: FlowBox): boolean {
  return (
    (box.sources !== undefined && isEmptyAddressSet(box.sources)) ||
    (box.destinations !== undefined && isEmptyAddressSet(box.destinations)) ||
    box.protocols?.length === 0 ||
    box.sourcePorts?.length === 0 ||
    box.destinationPorts?.length === 0 ||
    box.applications?.length === 0 ||
    (box.names !== undefined && isEmptyNameSet(box.names))
  );
}

/** The flows of both, needing what either needs; `undefined` when there are none. O(sizes of the sets). */
export function intersectBoxes(a: FlowBox, b: FlowBox): FlowBox | undefined {
  if (areApart(a.sourceIs, b.sourceIs) || areApart(a.destinationIs, b.destinationIs))
    return undefined;
  const box: FlowBox = {
    ...joined('sources', a.sources, b.sources, intersectAddresses),
    ...joined('destinations', a.destinations, b.destinations, intersectAddresses),
    ...joined('protocols', a.protocols, b.protocols, intersectWords),
    ...joined('sourcePorts', a.sourcePorts, b.sourcePorts, intersectPorts),
    ...joined('destinationPorts', a.destinationPorts, b.destinationPorts, intersectPorts),
    ...joined('applications', a.applications, b.applications, intersectWords),
    ...joined('names', a.names, b.names, intersectNames),
    ...joined('sourceIs', a.sourceIs, b.sourceIs, (one) => one),
    ...joined('destinationIs', a.destinationIs, b.destinationIs, (one) => one),
    ...joined('needs', a.needs, b.needs, distinctConditions),
  };
  return isEmptyBox(box) ? undefined : box;
}

/** Every box of one with every box of the other, empty ones left out. O(n · m). */
export function intersectRegions(a: FlowRegion, b: FlowRegion): FlowRegion {
  return a.flatMap((left) => b.flatMap((right) => intersectBoxes(left, right) ?? []));
}

/** The same boxes, each needing this as well. */
export function needing(region: FlowRegion, needs: readonly Condition[]): FlowRegion {
  if (needs.length === 0) return region;
  return region.map((box) => ({ ...box, needs: distinctConditions(box.needs ?? [], needs) }));
}

/** Conditions without repetition; the first place wins. */
export function distinctConditions(
  ...lists: readonly (readonly Condition[])[]
): readonly Condition[] {
  const byText = new Map<string, Condition>();
  for (const condition of lists.flat()) {
    if (!byText.has(condition.missing)) byText.set(condition.missing, condition);
  }
  return [...byText.values()];
}

/** Ports in both. */
export function intersectPorts(a: PortSet, b: PortSet): PortSet {
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0; i < a.length; i += 2) {
    for (let j = 0; j < b.length; j += 2) {
      const low = Math.max(a[i]!, b[j]!);
      const high = Math.min(a[i + 1]!, b[j + 1]!);
      if (low <= high) pairs.push([low, high]);
    }
  }
  return portSet(pairs);
}

/** Two symbols are two addresses, as far as anybody knows. */
function areApart(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

function intersectWords<Word>(a: readonly Word[], b: readonly Word[]): readonly Word[] {
  return a.filter((word) => b.includes(word));
}

function joined<Key extends string, T>(
  key: Key,
  a: T | undefined,
  b: T | undefined,
  join: (a: T, b: T) => T,
): { readonly [K in Key]?: T } {
  if (a === undefined && b === undefined) return {};
  const value = a === undefined ? b : b === undefined ? a : join(a, b);
  return { [key]: value } as { readonly [K in Key]?: T };
}

import type { Condition } from '../../flows/index.ts';
import type { AddressSet, PortSet, Protocol } from '../../net/index.ts';
import type { Exhausted } from '../../packets/index.ts';
import type { Passed, ReachVerdict } from '../../reach/index.ts';
import type { Decider } from '../../semantics/verdict.ts';

/** All flows from one set of ends to another, cut by what becomes of them and why. */
export interface QueryAnswer {
  readonly from: string;
  readonly to: string;
  readonly cells: readonly QueryCell[];
  /** Questions given up, with what would be decided instead. Empty: the cells are all there is. */
  readonly inconclusive: readonly Inconclusive[];
}

/** Flows with one verdict for one reason. */
export interface QueryCell {
  readonly verdict: ReachVerdict;
  /** Who sends: origins that the whole chain treats alike are told together. Never empty. */
  readonly origins: readonly string[];
  /** Who receives: `the internet, by name`, `pets/store-front`. */
  readonly target: string;
  /** Where the flows end; absent when they do not arrive. */
  readonly to?: string;
  readonly chain: readonly Passed[];
  /** The one that denies, or that loses the answer. */
  readonly by?: Decider;
  /** Other rules that may decide the same way under the same needs. */
  readonly alternatives?: number;
  /** What would tell. Empty unless the verdict is `open`. */
  readonly needs: readonly Condition[];
  readonly assumptions: readonly string[];
  readonly flows: ShownFlows;
  /** Absent only when no name can be written that belongs to the flows. */
  readonly witness?: Witness;
}

/** A region as a person reads it: boxes, some of them, and how many there are. */
export interface ShownFlows {
  readonly boxes: readonly ShownBox[];
  /** How many boxes make up the region; a double, it may be astronomical. */
  readonly count: number;
}

/** One box, headers that are whole left out. */
export interface ShownBox {
  readonly sources?: AddressSet;
  readonly destinations?: AddressSet;
  readonly protocols?: readonly Protocol[];
  readonly destinationPorts?: PortSet;
  readonly names?: {
    readonly patterns: readonly string[];
    readonly except: readonly string[];
    readonly withoutName: boolean;
  };
}

/** One flow of a cell, written as `trace` takes it and walked by it before anybody sees it. */
export interface Witness {
  readonly from: string;
  readonly to: string;
  readonly protocol: Protocol;
}

export interface Inconclusive {
  readonly exhausted: Exhausted | 'ways';
  /** What was being worked on, in words. */
  readonly artefact: string;
  /** The narrower question that would be decided. */
  readonly hint: string;
}

import { type Box, boxCovers, subtractBox } from './box.ts';
import { type BoxIndex, boxIndex } from './box-index.ts';
import { boxCount, boxesOf, hullOf, type Region, regionMeets } from './region.ts';

/** One look-up: a map of boxes that do not overlap each other, after the rules that sets express. */
export interface Layer {
  readonly boxes: readonly { readonly box: Box; readonly mark: number }[];
  /** Tried in order, before the map: names, and regions too large for boxes. */
  readonly setRules: readonly Region[];
}

export interface LayeredRules {
  /** Tried in order; the first layer that holds the flow decides. */
  readonly layers: readonly Layer[];
  /**
   * The number of regions that were placed. Fewer than given: the list is too entangled, and the caller must deny everything
   * that only later regions would decide.
   */
  readonly placed: number;
}

export interface LayerBounds {
  /** Up to here a box that overlaps an earlier one simply goes one layer further. */
  readonly layersPreferred: number;
  /** A layer costs a look-up for each new connection: beyond this the list would be linear again. */
  readonly layersMax: number;
  /** A box may be split into so many pieces to fit. */
  readonly piecesMax: number;
  /** A region of more boxes becomes two sets and a rule of its own; so does one that would make them too many in all. */
  readonly regionBoxesMax: number;
  readonly boxesMax: number;
  /** Rules of their own are tried one after the other. */
  readonly setRulesMax: number;
}

const BOUNDS: LayerBounds = {
  layersPreferred: 16,
  layersMax: 64,
  piecesMax: 256,
  regionBoxesMax: 4_000,
  boxesMax: 200_000,
  setRulesMax: 1_000,
};

/**
 * A first-match list as layers of disjoint boxes. nftables refuses a map of intervals that overlap in any way, and first-match
 * rules overlap by nature; so each box goes into the first layer after all earlier boxes that it overlaps, and what an earlier
 * box covers is dropped (lab-design 4.2). Eight layers cost 3 % of the connection rate against one.
 *
 * What bounds the layers: a box that would open layer 17 is cut around everything it overlaps instead, and its pieces, which
 * overlap nothing, go into the last layer; only a box that falls into more than 256 pieces opens another, up to 64. What does
 * not fit then is not placed at all, with everything after it. So a look-up is at most 64 maps, whatever the list.
 *
 * O(boxes × boxes near each).
 */
export function layersOf(regions: readonly Region[], bounds: LayerBounds = BOUNDS): LayeredRules {
  const layers: BuiltLayer[] = [];
  let boxes = 0;
  let setRules = 0;
  for (const [placed, region] of regions.entries()) {
    const count = boxCount(region);
    if (count === 0) continue;
    const isLarge = count > bounds.regionBoxesMax || boxes + count > bounds.boxesMax;
    if (isLarge || region.destinations.kind === 'names') {
      setRules += 1;
      const at = layerOfSetRule(layers, region);
      if (setRules > bounds.setRulesMax || at >= bounds.layersMax) {
        return { layers: layers.map(finished), placed };
      }
      layerAt(layers, at).addSetRule(region);
      continue;
    }
    for (const box of boxesOf(region)) {
      const pieces = place(layers, box, bounds);
      boxes += pieces?.length ?? 0;
      if (pieces === undefined || boxes > 2 * bounds.boxesMax) {
        return { layers: layers.map(finished), placed };
      }
      for (const [piece, at] of pieces) layerAt(layers, at).addBox(piece, region.mark);
    }
  }
  return { layers: layers.map(finished), placed: regions.length };
}

interface BuiltLayer {
  readonly index: BoxIndex;
  /** Does one of the rules of sets take flows of the box? */
  readonly setsMeet: (box: Box) => boolean;
  readonly addBox: (box: Box, mark: number) => void;
  readonly addSetRule: (region: Region) => void;
  readonly boxes: { readonly box: Box; readonly mark: number }[];
  readonly setRules: Region[];
}

function layerAt(layers: BuiltLayer[], at: number): BuiltLayer {
  const known = layers[at];
  if (known !== undefined) return known;
  const index = boxIndex();
  const hulls = boxIndex();
  const regionOf = new Map<Box, Region>();
  const boxes: { box: Box; mark: number }[] = [];
  const setRules: Region[] = [];
  const made: BuiltLayer = {
    index,
    setsMeet: (box) => hulls.find(box, (hull) => regionMeets(regionOf.get(hull)!, box)),
    boxes,
    setRules,
    addBox: (box, mark) => {
      index.add(box);
      boxes.push({ box, mark });
    },
    addSetRule: (region) => {
      for (const hull of hullOf(region)) {
        regionOf.set(hull, region);
        hulls.add(hull);
      }
      setRules.push(region);
    },
  };
  layers[at] = made;
  return made;
}

function finished({ boxes, setRules }: BuiltLayer): Layer {
  return { boxes, setRules };
}

/** Rules of sets may share a layer, since they are tried in order; they come before the boxes of their layer. */
function layerOfSetRule(layers: readonly BuiltLayer[], region: Region): number {
  const hulls = hullOf(region);
  for (let at = layers.length - 1; at >= 0; at -= 1) {
    const { index, setRules } = layers[at]!;
    if (hulls.some((hull) => index.find(hull, (box) => regionMeets(region, box)))) return at + 1;
    if (setRules.length > 0) return at;
  }
  return 0;
}

/** Where the box goes, perhaps in pieces; nowhere when an earlier box covers it. `undefined`: it does not fit. */
function place(
  layers: readonly BuiltLayer[],
  box: Box,
  bounds: LayerBounds,
): readonly (readonly [Box, number])[] | undefined {
  let isCovered = false;
  let at = 0;
  for (let layer = layers.length - 1; layer >= 0; layer -= 1) {
    const { index, setsMeet } = layers[layer]!;
    const overlaps = index.find(box, (found) => {
      isCovered ||= boxCovers(found, box);
      return true;
    });
    if (isCovered) return [];
    if (overlaps) {
      at = layer + 1;
      break;
    }
    // Rules of sets are tried before the boxes of their layer.
    if (setsMeet(box)) {
      at = layer;
      break;
    }
  }
  if (at < bounds.layersPreferred) return [[box, at]];
  const pieces = piecesOf(layers, box, bounds.piecesMax);
  if (pieces !== undefined) {
    // A rule of sets is no box to cut around: the pieces come after the last one.
    return pieces.map((piece) => [piece, layerAfterSetRules(layers, piece)]);
  }
  return at < bounds.layersMax ? [[box, at]] : undefined;
}

/** The box without everything placed so far; `undefined` when it falls into too many pieces. */
function piecesOf(
  layers: readonly BuiltLayer[],
  box: Box,
  piecesMax: number,
): readonly Box[] | undefined {
  let pieces: readonly Box[] = [box];
  for (const { index } of layers) {
    const isTooMany = index.find(box, (hole) => {
      pieces = pieces.flatMap((piece) => subtractBox(piece, hole));
      return pieces.length > piecesMax;
    });
    if (isTooMany) return undefined;
  }
  return pieces;
}

/** Pieces overlap no box, so any layer will do that comes with or after the last rule of sets that may take them. */
function layerAfterSetRules(layers: readonly BuiltLayer[], piece: Box): number {
  for (let at = layers.length - 1; at >= 0; at -= 1) {
    if (layers[at]?.setsMeet(piece) === true) return at;
  }
  return 0;
}

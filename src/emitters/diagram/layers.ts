import { type Box, EDGE_MEANINGS, everyBox, type Layer, type Topology } from './topology.ts';

/** A topology without some of its layers; what stood in a hidden group moves up to the next shown one. */
export function withLayers(topology: Topology, shown: readonly Layer[]): Topology {
  // The networks are what everything else stands in.
  const isShown = (layer: Layer) => layer === 'network' || shown.includes(layer);
  const kept = (boxes: readonly Box[]): readonly Box[] =>
    boxes.flatMap((box) => {
      const children = kept(box.children);
      return isShown(box.layer) ? [{ ...box, children }] : children;
    });
  const boxes = kept(topology.boxes);
  const ids = new Set([...everyBox(boxes)].map(({ id }) => id));
  const edges = topology.edges.filter(
    ({ from, to, meaning }) =>
      ids.has(from) && ids.has(to) && isShown(EDGE_MEANINGS[meaning].layer),
  );
  return { ...topology, boxes, edges };
}

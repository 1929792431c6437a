import { decodeBox, type FlowSets } from '../../flows/index.ts';
import type { Diagram } from '../../packets/index.ts';
import type { ShownFlows } from './answer.ts';

/** A region as boxes, at most so many, with how many there are. */
export function shownFlows(sets: FlowSets, flows: Diagram, most: number): ShownFlows {
  const { boxes, count } = sets.boxes(flows, most);
  return {
    count,
    boxes: boxes.map((box) => {
      const { applications: _, sourcePorts: __, ...shown } = decodeBox(sets.universe, box);
      return shown;
    }),
  };
}

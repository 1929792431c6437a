import { NOTHING, shareOf } from '../../packets/index.ts';
import { entryDiagram, type Layer } from './layer.ts';
import type { RuleList } from './rule-list.ts';
import type { WrittenRule } from './written-rules.ts';

/** How much of what a rule says can matter, when every flow is drawn alike from all addresses and ports. */
export interface Breadth {
  /** Of the flows it holds, those that can arrive: 0 to 1. A rule of a hundredth is a hundred times too wide. */
  readonly arrivingShare: number;
  /** Why nothing else arrives. */
  readonly why: string;
}

/** Only where what arrives is known for every family. */
export function breadthOf<By>(
  { arriving: bound }: RuleList<By>,
  layers: readonly Layer[],
  rule: WrittenRule<By>,
): Breadth | undefined {
  if (bound === undefined || (bound.needs ?? []).length > 0) return undefined;
  let whole = 0;
  let arriving = 0;
  for (const layer of layers) {
    // One address of the other family is as much as all of them: a family nothing arrives in does not count.
    if (layer.arriving === undefined || layer.arriving === NOTHING) continue;
    const { table, universe } = layer.sets;
    for (const entry of rule.entries) {
      const held = entryDiagram(layer, entry, 'all');
      whole += shareOf(table, universe.space, held, layer.sums);
      arriving += shareOf(table, universe.space, table.mask(held, layer.arriving), layer.sums);
    }
  }
  return whole === 0 ? undefined : { arrivingShare: arriving / whole, why: bound.why };
}

import type { Unit } from './unit.ts';
import { labelled } from './unit.ts';
import type { Writer } from './writer.ts';

/**
 * What a block has to wait for and does not refer to. The plan says it of resources. Of what azurerm writes apart it
 * must be said anew: nodes that cannot call out fail to join, so a cluster comes after the routes of its subnet.
 */
export function waitsOf(
  { units }: Writer,
  { owner, part }: Unit,
  refers: ReadonlySet<string>,
  all: readonly Unit[],
): readonly string[] {
  if (part !== undefined) return [];
  const told = owner.after.flatMap((key) => {
    const unit = units.get(key);
    return unit === undefined ? [] : [labelled(unit)];
  });
  if (!/^microsoft\.containerservice\//i.test(owner.type)) return told;
  const beside = all.filter(
    (unit) => unit.part?.path === '' && refers.has(labelled(unit.part.parent)),
  );
  return [...told, ...beside.map(labelled)];
}

import type { TemplateStep } from '../../importers/arm-template/index.ts';
import type { ArmError } from '../arm-error.ts';
import type { JsonObject } from '../json.ts';
import { parentId } from '../providers/fields.ts';
import { PROVIDERS } from '../providers/index.ts';
import { referencesOf } from '../providers/references.ts';
import { memberOf } from '../request-json.ts';
import type { Entry, Work } from './work.ts';

/**
 * What a resource refers to must be there before its turn. Azure does at the same time whatever `dependsOn` and `reference()` do not put
 * in an order, so that a template which names a resource it does not wait for is refused on its first day, in whatever order it is written.
 */
export function refuseUnordered(
  step: TemplateStep,
  body: JsonObject,
  work: Work,
): ArmError | undefined {
  const turn = work.running.at(-1)?.turn ?? 0;
  const late = new Set<string>();
  for (const { id } of referencesOf(memberOf(body, 'properties'), new Set())) {
    // A subnet written inside its network is there when the network is.
    const key = id.toLowerCase();
    const other = work.steps.get(key) ?? work.steps.get(parentId(key));
    if (other === undefined || other.step.isAbsent || other.step.isReference) continue;
    if (other.step.key === step.key) continue;
    if (other.state === 'waiting') {
      if (work.world.get(id) !== undefined) continue;
      if (expectedEnd(other, work, new Map()) <= turn) work.perform(other.step);
    }
    const isThere = other.state === 'done' && (!other.isNew || other.end <= turn);
    if (!isThere) late.add(key);
  }
  if (late.size === 0) return undefined;
  const { world } = work;
  const type = step.type.toLowerCase();
  const provider = PROVIDERS.find((behaviour) => behaviour.type === type);
  const wanted = { id: step.id, name: step.name, body, location: '' };
  const get = (id: string) => (late.has(id.toLowerCase()) ? undefined : world.get(id));
  // The provider judges as if what comes too late were not there. Types without one look at nothing, and Azure's may not either.
  return provider?.refuse?.(wanted, { ...world, get });
}

/** By what is written alone, for what has not had its turn. */
function expectedEnd({ step }: Entry, work: Work, known: Map<string, number>): number {
  const found = known.get(step.key);
  if (found !== undefined) return found;
  known.set(step.key, work.begin);
  const ends = step.dependsOn.map((key) => {
    const other = work.steps.get(key);
    if (other === undefined) return 0;
    return other.state === 'waiting' ? expectedEnd(other, work, known) : other.end;
  });
  const end = Math.max(work.begin, ...ends) + 1;
  known.set(step.key, end);
  return end;
}

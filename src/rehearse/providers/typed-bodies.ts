import { armError } from '../arm-error.ts';
import type { Behaviour } from '../behaviour.ts';
import type { JsonObject } from '../json.ts';

/** What is wrong with a body by the published type, a sentence each; none where it fits or the type is not known. */
export type TypeErrors = (resource: {
  /** Lower-case full type. */
  readonly type: string;
  readonly name: string;
  readonly body: JsonObject;
}) => readonly string[];

/**
 * The same providers, which also refuse what does not fit the published types, before they look at anything else. The types come
 * from outside: what they are bundled for is no concern of a provider.
 */
export function withTypedBodies(
  behaviours: readonly Behaviour[],
  typeErrors: TypeErrors,
): readonly Behaviour[] {
  return behaviours.map((behaviour) => ({
    ...behaviour,
    refuse: (wanted, world) => {
      const { name, body } = wanted;
      const problems = typeErrors({ type: behaviour.type, name, body });
      if (problems.length === 0) return behaviour.refuse?.(wanted, world);
      return armError(400, 'InvalidRequestFormat', 'Cannot parse the request.', {
        details: problems.map((message) => ({ code: 'InvalidJson', message })),
      });
    },
  }));
}

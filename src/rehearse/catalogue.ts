import type { Behaviour } from './behaviour.ts';

/** Behaviours by type, and which children a parent shows in its own body. */
export interface Catalogue {
  readonly get: (type: string) => Behaviour | undefined;
  readonly embeddedIn: (parentType: string) => readonly EmbeddedChildren[];
  readonly all: readonly Behaviour[];
}

export interface EmbeddedChildren {
  /** Lower-case full type of the children. */
  readonly type: string;
  /** The property of the parent that lists them. */
  readonly property: string;
  readonly whenAbsent: 'kept' | 'emptied';
}

export function createCatalogue(behaviours: readonly Behaviour[]): Catalogue {
  const byType = new Map(behaviours.map((behaviour) => [behaviour.type, behaviour]));
  const embedded = new Map<string, EmbeddedChildren[]>();
  for (const { type, embeddedAs } of behaviours) {
    if (embeddedAs === undefined) continue;
    const { parent, property, whenAbsent = 'emptied' } = embeddedAs;
    embedded.set(parent, [...(embedded.get(parent) ?? []), { type, property, whenAbsent }]);
  }
  return {
    get: (type) => byType.get(type),
    embeddedIn: (parentType) => embedded.get(parentType) ?? [],
    all: behaviours,
  };
}

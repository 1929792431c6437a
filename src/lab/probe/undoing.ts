/** What stands in a lab while something is tried there, and must not stay when that is given up in the middle. */
export interface Undoing {
  /** Does the work, and undoes after it whatever comes of it; once, and before its end where everything is undone first. */
  readonly undoneAfter: <T>(work: () => Promise<T>, undo: () => Promise<unknown>) => Promise<T>;
  readonly undoAll: () => Promise<void>;
}

export function undoing(): Undoing {
  const standing = new Set<() => Promise<unknown>>();
  return {
    undoneAfter: async (work, undo) => {
      let undone: Promise<unknown> | undefined;
      const once = (): Promise<unknown> => {
        undone ??= undo();
        return undone;
      };
      standing.add(once);
      try {
        return await work();
      } finally {
        await once();
        standing.delete(once);
      }
    },
    undoAll: async () => {
      await Promise.allSettled([...standing].map((once) => once()));
    },
  };
}

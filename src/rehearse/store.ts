import type { Blame } from './blame.ts';
import { blameOf } from './blame.ts';
import type { JsonObject } from './json.ts';

/** One resource as it stands. Children that a parent's body shows are rows of their own; the parent's has none of them. */
export interface Row {
  /** As first spelled. */
  readonly id: string;
  /** `id` in lower case: the identity. */
  readonly key: string;
  /** Lower-case full type. */
  readonly type: string;
  /** The key of what it lies in: the parent, the resource it extends, the group, the subscription. */
  readonly within: string;
  readonly body: JsonObject;
  /** Counts the changes: 1 when made. */
  readonly version: number;
  /** The order of making. */
  readonly position: number;
  /** Which request of the journal wrote which part. */
  readonly blame: Blame;
}

/** What one transaction does to rows; a file keeps it. */
export interface RowChanges {
  readonly written: readonly Row[];
  readonly removed: readonly Row[];
}

export interface RowDraft {
  readonly id: string;
  readonly type: string;
  readonly within: string;
  readonly body: JsonObject;
}

export interface Store {
  readonly get: (id: string) => Row | undefined;
  /** In the order made. */
  readonly ofType: (type: string) => readonly Row[];
  /** Directly within a group, a parent or a resource, in the order made. */
  readonly within: (id: string) => readonly Row[];
  readonly all: () => readonly Row[];
  readonly size: () => number;
  /**
   * Writes or replaces. Only inside `attempt`. `earlier` is what it replaces in the eyes of the client, where a draft was put
   * in between.
   */
  readonly put: (draft: RowDraft, earlier?: Row) => Row;
  /** Takes away a row and all that lies within it. Only inside `attempt`. */
  readonly remove: (id: string) => void;
  /**
   * All or nothing: when `isFine` says no to what `work` returns, or `work` throws, every row is as it was. May be nested.
   */
  readonly attempt: <T>(work: () => T, isFine: (result: T) => boolean) => T;
  /** A moment to ask for the changes since. */
  readonly mark: () => number;
  /** What changed since the last `settle`, or since a later mark, once per row. */
  readonly changes: (since?: number) => RowChanges;
  /** The changes are kept: there is no way back behind them. */
  readonly settle: () => void;
  /** Undoes the changes: the file could not keep them. */
  readonly revert: () => void;
  /** Everything away. */
  readonly clear: () => void;
}

/**
 * Rows in memory, indexed by type and by what they lie in. Everything is O(1) but for lists, and `remove`, which visits
 * what it takes away.
 */
export function createStore(loaded: readonly Row[], author: () => number): Store {
  const rows = new Map<string, Row>();
  const types = new Map<string, Map<string, Row>>();
  const inside = new Map<string, Map<string, Row>>();
  /** How to get back: the key and what was there. */
  const undo: { readonly key: string; readonly before: Row | undefined }[] = [];
  let next = 0;

  const set = (row: Row) => {
    rows.set(row.key, row);
    indexOf(types, row.type).set(row.key, row);
    indexOf(inside, row.within).set(row.key, row);
  };
  const unset = (row: Row) => {
    rows.delete(row.key);
    types.get(row.type)?.delete(row.key);
    inside.get(row.within)?.delete(row.key);
  };
  const undoTo = (length: number) => {
    while (undo.length > length) {
      const { key, before } = undo.pop()!;
      const now = rows.get(key);
      if (now !== undefined) unset(now);
      if (before !== undefined) set(before);
    }
  };
  for (const row of loaded) {
    set(row);
    next = Math.max(next, row.position + 1);
  }

  const remove = (key: string) => {
    for (const child of [...(inside.get(key)?.keys() ?? [])]) remove(child);
    const row = rows.get(key);
    if (row === undefined) return;
    undo.push({ key, before: row });
    unset(row);
  };

  return {
    get: (id) => rows.get(id.toLowerCase()),
    ofType: (type) => inOrder(types.get(type)),
    within: (id) => inOrder(inside.get(id.toLowerCase())),
    all: () => inOrder(rows),
    size: () => rows.size,
    put: ({ id, type, within, body }, earlier) => {
      const key = id.toLowerCase();
      const before = rows.get(key);
      const old = earlier ?? before;
      const row: Row = {
        id: before?.id ?? id,
        key,
        type,
        within: within.toLowerCase(),
        body,
        version: (old?.version ?? 0) + 1,
        position: before?.position ?? next++,
        blame: blameOf(old?.body, old?.blame, body, author()),
      };
      undo.push({ key, before });
      set(row);
      return row;
    },
    remove: (id) => remove(id.toLowerCase()),
    attempt: (work, isFine) => {
      const start = undo.length;
      let result: ReturnType<typeof work>;
      try {
        result = work();
      } catch (error) {
        undoTo(start);
        throw error;
      }
      if (!isFine(result)) undoTo(start);
      return result;
    },
    mark: () => undo.length,
    changes: (since = 0) => {
      const first = new Map<string, Row | undefined>();
      for (const { key, before } of undo.slice(since)) if (!first.has(key)) first.set(key, before);
      const written: Row[] = [];
      const removed: Row[] = [];
      for (const [key, before] of first) {
        const now = rows.get(key);
        if (now !== undefined && now !== before) written.push(now);
        // Deleted and made again is another one, also under the same name.
        if (before !== undefined && before.position !== now?.position) removed.push(before);
      }
      return { written, removed };
    },
    settle: () => {
      undo.length = 0;
    },
    revert: () => undoTo(0),
    clear: () => {
      rows.clear();
      types.clear();
      inside.clear();
      undo.length = 0;
      next = 0;
    },
  };
}

/** Rows that were written again after an undo stand at the end of the index: the order made is not the order there. */
function inOrder(index: ReadonlyMap<string, Row> | undefined): readonly Row[] {
  const rows = [...(index?.values() ?? [])];
  for (let at = 1; at < rows.length; at += 1) {
    if (rows[at]!.position < rows[at - 1]!.position) {
      return rows.sort((one, other) => one.position - other.position);
    }
  }
  return rows;
}

function indexOf<T>(indexes: Map<string, Map<string, T>>, name: string): Map<string, T> {
  const found = indexes.get(name);
  if (found !== undefined) return found;
  const made = new Map<string, T>();
  indexes.set(name, made);
  return made;
}

import type { AddressSet } from '../../net/index.ts';

/** IPv4 cut into classes of addresses that the same source lists hold. */
export interface SourceClasses {
  /** Disjoint ranges, ascending; what no list holds is left out. */
  readonly ranges: readonly {
    readonly low: number;
    readonly high: number;
    readonly class: number;
  }[];
  /** By class: the lists that hold its addresses, ascending. */
  readonly members: readonly (readonly number[])[];
}

/** One sweep over the ends of all ranges. O(ranges × (log ranges + lists that hold an address)). */
export function sourceClasses(lists: readonly AddressSet[]): SourceClasses {
  const changes = new Map<number, { readonly enter: number[]; readonly leave: number[] }>();
  const changeAt = (address: number) => {
    const known = changes.get(address);
    if (known !== undefined) return known;
    const made = { enter: [], leave: [] };
    changes.set(address, made);
    return made;
  };
  for (const [list, { v4 }] of lists.entries()) {
    for (let at = 0; at < v4.length; at += 2) {
      changeAt(v4[at]!).enter.push(list);
      changeAt(v4[at + 1]! + 1).leave.push(list);
    }
  }
  const classes = new Map<string, number>();
  const members: number[][] = [];
  const ranges: { low: number; high: number; class: number }[] = [];
  const inside = new Set<number>();
  let low = 0;
  for (const [address, { enter, leave }] of [...changes].sort(([a], [b]) => a - b)) {
    if (inside.size > 0) ranges.push({ low, high: address - 1, class: classOf() });
    for (const list of leave) inside.delete(list);
    for (const list of enter) inside.add(list);
    low = address;
  }
  return { ranges, members };

  function classOf(): number {
    const lists = [...inside].sort((a, b) => a - b);
    const key = lists.join(',');
    const known = classes.get(key);
    if (known !== undefined) return known;
    const made = members.push(lists) - 1;
    classes.set(key, made);
    return made;
  }
}

import { parseDomainName } from '../net/index.ts';

/** Names that no list of patterns tells apart are one class. */
export interface NameClasses {
  /** The number of the class; 0 for no name at all, `undefined` for what is none. O(labels), and O(1) for names seen before. */
  classOf(name: string): number | undefined;
  /** Does a list, by its place, take the names of a class? Nothing is taken of class 0. */
  takes(list: number, ofClass: number): boolean;
}

/** Patterns as rules write them, lower case: `name`, `*suffix` and `*`; or a test for what no pattern says. */
export type NameList = readonly string[] | ((name: string) => boolean);

/**
 * Sorts names by the lists that take them. A name is looked up whole and from each of its dots on, and once for every length of a wildcard
 * without a dot (`*x.com`, which is rare): the number of patterns does not matter.
 */
export function nameClasses(lists: readonly NameList[]): NameClasses {
  const { whole, below, byLength, always, tests } = indexOf(lists);
  const members: ReadonlySet<number>[] = [new Set()];
  const numbers = new Map<string, number>();
  const known = new Map<string, number>([['', 0]]);
  const sortIn = (name: string): number => {
    const taking = [...always, ...(whole.get(name) ?? [])];
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const own = below.get(name.slice(dot));
      if (own !== undefined) taking.push(...own);
    }
    for (const [length, suffixes] of byLength) {
      if (length <= name.length) taking.push(...(suffixes.get(name.slice(-length)) ?? []));
    }
    for (const [list, test] of tests) if (test(name)) taking.push(list);
    const key = taking.sort((a, b) => a - b).join();
    let found = numbers.get(key);
    if (found === undefined) {
      found = members.length;
      numbers.set(key, found);
      members.push(new Set(taking));
    }
    return found;
  };
  return {
    classOf(name) {
      const remembered = known.get(name);
      if (remembered !== undefined) return remembered;
      if (parseDomainName(name) !== name) return undefined;
      const found = sortIn(name);
      // Names that leave through DNS tunnels never come twice.
      if (known.size >= REMEMBERED_MAX) known.clear();
      known.set(name, found).set('', 0);
      return found;
    },
    takes: (list, ofClass) => members[ofClass]!.has(list),
  };
}

const REMEMBERED_MAX = 100_000;

function indexOf(lists: readonly NameList[]) {
  const whole = new Map<string, number[]>();
  const below = new Map<string, number[]>();
  const byLength = new Map<number, Map<string, number[]>>();
  const always: number[] = [];
  const tests: (readonly [number, (name: string) => boolean])[] = [];
  const add = (index: Map<string, number[]>, text: string, list: number) => {
    const own = index.get(text);
    if (own === undefined) index.set(text, [list]);
    else own.push(list);
  };
  for (const [number, list] of lists.entries()) {
    if (typeof list === 'function') {
      tests.push([number, list]);
      continue;
    }
    for (const pattern of list) {
      if (pattern === '*') always.push(number);
      else if (!pattern.startsWith('*')) add(whole, pattern, number);
      else if (pattern.startsWith('*.')) add(below, pattern.slice(1), number);
      else {
        const suffix = pattern.slice(1);
        const own = byLength.get(suffix.length) ?? new Map<string, number[]>();
        byLength.set(suffix.length, own);
        add(own, suffix, number);
      }
    }
  }
  return { whole, below, byLength, always, tests };
}

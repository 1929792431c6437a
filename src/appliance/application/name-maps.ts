import { type AddressSet, ALL_IPV4, equalAddressSets, type Port } from '../../net/index.ts';
import type { Endpoint, NamedRule } from './application-rules.ts';
import {
  keysOf,
  type NameTable,
  nameTable,
  parentsOf,
  type RankedPattern,
  rankAt,
} from './name-table.ts';
import { type SourceClasses, sourceClasses } from './source-classes.ts';

export type MapEntry = readonly [key: string, value: string];

/** What the proxy looks up for one protocol. Keys are `name|port|class`; the class `*` is every client's. */
export interface NameMaps {
  readonly ports: readonly Port[];
  /** `Allow:12` by name, `*.parent` and `*`. */
  readonly names: readonly MapEntry[];
  /** By end of a name, in the order in which they are tried. */
  readonly endings: readonly MapEntry[];
  /** Numbers of labels that parents have: only these must be asked for. Descending. */
  readonly depths: readonly number[];
  readonly hasAny: boolean;
  /** Are there rules for every client, are there rules for some. */
  readonly hasCommon: boolean;
  readonly hasClasses: boolean;
}

export interface ApplicationMaps {
  readonly http: NameMaps;
  readonly tls: NameMaps;
  readonly sources: SourceClasses;
  /** Set when the rules are more than fit; nothing is then allowed. */
  readonly isTooLarge: boolean;
}

/** Entries of all maps together. A million takes the proxy some 200 MB. */
const ENTRIES_MAX = 1_000_000;
/** Keys looked at for classes: what keeps the time of compiling bounded. */
const WORK_MAX = 5_000_000;

export const COMMON_CLASS = '*';

/**
 * The verdict of every name for every class of clients, rule order resolved. Rules for every source make one common table; a
 * class of clients with rules of its own has entries only for what it decides otherwise, and its entry wins over the common one
 * of the same key.
 */
export function applicationMaps(rules: readonly NamedRule[]): ApplicationMaps {
  const lists: AddressSet[] = [];
  const listOf = new Map<string, number>();
  const byList = new Map<number, NamedRule[]>();
  const common: NamedRule[] = [];
  for (const rule of rules) {
    if (rule.sources.v4.length === 0) continue;
    if (equalAddressSets(rule.sources, ALL_IPV4)) {
      common.push(rule);
      continue;
    }
    const key = rule.sources.v4.join(',');
    const list = listOf.get(key) ?? lists.push(rule.sources) - 1;
    listOf.set(key, list);
    const known = byList.get(list);
    if (known === undefined) byList.set(list, [rule]);
    else known.push(rule);
  }
  const sources = sourceClasses(lists);
  const classes = sources.members.map((members) =>
    members.flatMap((list) => byList.get(list) ?? []),
  );
  const budget = { entries: ENTRIES_MAX, work: WORK_MAX };
  const actions = new Map(rules.map(({ number, action }) => [number, `${action}:${number}`]));
  const http = mapsOf('http', rules, common, classes, actions, budget);
  const tls = mapsOf('tls', rules, common, classes, actions, budget);
  if (budget.entries >= 0 && budget.work >= 0) return { http, tls, sources, isTooLarge: false };
  const empty = (maps: NameMaps): NameMaps => ({ ...maps, names: [], endings: [], depths: [] });
  return {
    http: empty(http),
    tls: empty(tls),
    sources: { ranges: [], members: [] },
    isTooLarge: true,
  };
}

interface Budget {
  entries: number;
  work: number;
}

function mapsOf(
  protocol: Endpoint['protocol'],
  rules: readonly NamedRule[],
  common: readonly NamedRule[],
  classes: readonly (readonly NamedRule[])[],
  actions: ReadonlyMap<number, string>,
  budget: Budget,
): NameMaps {
  const ports = new Set<Port>();
  for (const { endpoints } of rules) {
    for (const endpoint of endpoints) {
      if (endpoint.protocol === protocol && endpoint.port !== undefined) ports.add(endpoint.port);
    }
  }
  const sorted = [...ports].sort((a, b) => a - b);
  const names: MapEntry[] = [];
  const endings: (readonly [key: string, rank: number])[] = [];
  const depths = new Set<number>();
  let hasAny = false;
  let hasCommon = false;
  let hasClasses = false;
  for (const port of sorted) {
    const base = patternsOf(common, protocol, port);
    const table = nameTable(base);
    budget.work -= base.length;
    hasCommon ||= base.length > 0;
    const put = (key: string, rank: number | undefined, tail: string) => {
      if (rank === undefined) return;
      if (key === '*') hasAny = true;
      else if (key.startsWith('*.')) depths.add(key.split('.').length - 1);
      budget.entries -= 1;
      if (budget.entries >= 0) names.push([`${key}|${tail}`, actions.get(rank) ?? 'Deny:0']);
    };
    const putEndings = (found: NameTable, tail: string) => {
      for (const [end, rank] of found.endings) {
        budget.entries -= 1;
        endings.push([`${end}|${tail}`, rank]);
      }
    };
    const all = `${port}|${COMMON_CLASS}`;
    for (const key of keysOf(table)) put(key, rankAt(table, key), all);
    putEndings(table, all);
    const underneath = keysByParent(table);
    for (const [index, members] of classes.entries()) {
      const own = nameTable(patternsOf(members, protocol, port));
      const keys = new Set(keysOf(own));
      if (keys.size === 0 && own.endings.length === 0) continue;
      hasClasses = true;
      // A wide pattern of the class may come before narrower ones of everybody.
      for (const parent of own.below.keys()) {
        for (const key of underneath.get(parent) ?? []) keys.add(key);
      }
      if (own.any !== undefined) for (const key of keysOf(table)) keys.add(key);
      budget.work -= keys.size;
      if (budget.work < 0 || budget.entries < 0) break;
      const tail = `${port}|${index}`;
      for (const key of keys) {
        const common = rankAt(table, key);
        const rank = Math.min(
          rankAt(own, key) ?? Number.POSITIVE_INFINITY,
          common ?? Number.POSITIVE_INFINITY,
        );
        if (rank !== common || !hasKey(table, key)) put(key, rank, tail);
      }
      putEndings(own, tail);
    }
  }
  return {
    ports: sorted,
    names,
    endings: endings
      .sort((a, b) => a[1] - b[1])
      .map(([key, rank]) => [key, actions.get(rank) ?? 'Deny:0']),
    depths: [...depths].sort((a, b) => b - a),
    hasAny,
    hasCommon,
    hasClasses,
  };
}

function patternsOf(
  rules: readonly NamedRule[],
  protocol: Endpoint['protocol'],
  port: Port,
): readonly RankedPattern[] {
  return rules.flatMap(({ number, endpoints }) =>
    endpoints
      .filter((endpoint) => endpoint.protocol === protocol && (endpoint.port ?? port) === port)
      .flatMap(({ patterns }) => patterns.map((pattern) => ({ pattern, rank: number }))),
  );
}

/** By parent, the keys that stand for names below it, at any depth. */
function keysByParent(table: NameTable): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const key of keysOf(table)) {
    for (const parent of parentsOf(key)) {
      const list = found.get(parent);
      if (list === undefined) found.set(parent, [key]);
      else list.push(key);
    }
  }
  return found;
}

function hasKey({ exact, below, any }: NameTable, key: string): boolean {
  if (key === '*') return any !== undefined;
  return key.startsWith('*.') ? below.has(key.slice(2)) : exact.has(key);
}

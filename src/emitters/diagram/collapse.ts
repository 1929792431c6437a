import { compare, merged, sortBoxes } from './sketch.ts';
import { standIn, TOLD_MAX } from './stand-in.ts';
import { type Box, type BoxKind, type Edge, everyBox, type Topology } from './topology.ts';

/**
 * Merges boxes until a person can read the picture: those that are alike (same kind, same content, same edges) first, then, per
 * parent and kind, those that say least. A merged box says how many it stands for, and its tooltip whom. O(boxes · rounds).
 */
export function collapsed(topology: Topology, boxesMax: number): Topology {
  let now = mergeAlike(topology);
  for (const siblingsMax of [12, 8, 5, 3, 2, 1]) {
    const isSmall = count(now) <= boxesMax;
    if (isSmall && siblingsMax < 12) break;
    now = mergeLeast(now, siblingsMax);
  }
  return now;
}

/** Fewer alike boxes than this are drawn one by one. */
const ALIKE_MIN: Readonly<Partial<Record<BoxKind, number>>> = {
  machines: 2,
  'virtual-network': 3,
  'public-addresses': 2,
};
const ALIKE_MIN_OTHERS = 4;
const ROUNDS_MAX = 6;

/** Merging endpoints may make what they lead to alike, and the reverse, so it goes on until nothing changes. */
function mergeAlike(topology: Topology): Topology {
  let now = topology;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const groups = alikeGroups(now);
    if (groups.length === 0) return now;
    now = mergeGroups(now, groups, true);
  }
  return now;
}

/** Sets of siblings that say the same, innermost first; a group inside a group that is merged anyway is left out. */
function alikeGroups({ boxes, edges }: Topology): readonly (readonly Box[])[] {
  const byEnd = edgesByEnd(edges);
  const parents = new Map<string, string>();
  const shapes = new Map<string, string>();
  const everyKind = new Map([...everyBox(boxes)].map((box) => [box.id, box]));
  for (const box of everyKind.values())
    for (const child of box.children) parents.set(child.id, box.id);
  const shapeOf = (box: Box): string => {
    const known = shapes.get(box.id);
    if (known !== undefined) return known;
    const inside = new Set([...everyBox([box])].map(({ id }) => id));
    const outward = [...inside].flatMap((id) =>
      (byEnd.get(id) ?? []).flatMap((edge) => {
        const other = edge.from === id ? edge.to : edge.from;
        if (inside.has(other)) return [];
        // What only this edge leads to is told by its kind: each endpoint has a service of its own.
        const end = everyKind.get(other);
        const isLeaf = (byEnd.get(other)?.length ?? 0) === 1 && end?.children.length === 0;
        const to =
          isLeaf && end !== undefined
            ? `${end.kind} ${end.lines.join()} ${parents.get(other)}`
            : other;
        return [`${edge.meaning} ${edge.standing} ${edge.from === id} ${edge.label} ${to}`];
      }),
    );
    const kinds = box.children.map((child) => shapeOf(child)).sort();
    const lines = NAMED_BY_LINES.has(box.kind) ? box.lines.join() : '';
    const shape = JSON.stringify([box.kind, lines, kinds, outward.sort()]);
    shapes.set(box.id, shape);
    return shape;
  };
  const groups: (readonly Box[])[] = [];
  const visit = (siblings: readonly Box[]): void => {
    const byShape = new Map<string, Box[]>();
    for (const box of siblings) {
      const list = byShape.get(shapeOf(box));
      if (list === undefined) byShape.set(shapeOf(box), [box]);
      else list.push(box);
    }
    for (const alike of byShape.values()) {
      const [first] = alike;
      if (first !== undefined && alike.length >= (ALIKE_MIN[first.kind] ?? ALIKE_MIN_OTHERS))
        groups.push(alike);
      else for (const box of alike) visit(box.children);
    }
  };
  visit(boxes);
  return groups;
}

/** Kinds whose lines are what they are, and not an address or a number of their own. */
const NAMED_BY_LINES: ReadonlySet<BoxKind> = new Set([
  'application-gateway',
  'platform-service',
  'network-gateway',
]);

/** Of each kind among siblings only so many are drawn; the rest, fewest edges and contents first, become one. */
function mergeLeast(topology: Topology, siblingsMax: number): Topology {
  const byEnd = edgesByEnd(topology.edges);
  const weight = (box: Box): number =>
    [...everyBox([box])].reduce(
      (sum, { id, count: many = 1 }) => sum + (byEnd.get(id)?.length ?? 0) + many,
      0,
    );
  const groups: (readonly Box[])[] = [];
  const visit = (siblings: readonly Box[]): void => {
    const byKind = new Map<BoxKind, Box[]>();
    for (const box of siblings) byKind.set(box.kind, [...(byKind.get(box.kind) ?? []), box]);
    const gone = new Set<Box>();
    for (const alike of byKind.values()) {
      if (alike.length <= siblingsMax) continue;
      const weighed = alike.map((box) => ({ box, weight: weight(box) }));
      weighed.sort((a, b) => b.weight - a.weight || compare(a.box.name, b.box.name));
      const rest = weighed.slice(siblingsMax - 1).map(({ box }) => box);
      groups.push(rest);
      for (const box of rest) gone.add(box);
    }
    for (const box of siblings) if (!gone.has(box)) visit(box.children);
  };
  visit(topology.boxes);
  return mergeGroups(topology, groups, false);
}

function mergeGroups(
  topology: Topology,
  groups: readonly (readonly Box[])[],
  isAlike: boolean,
): Topology {
  if (groups.length === 0) return topology;
  const stands = new Map<string, string>();
  const replaced = new Map<string, Box>();
  for (const group of groups) {
    const box = standIn(group, isAlike);
    for (const [index, member] of group.entries()) {
      for (const { id } of everyBox([member])) stands.set(id, box.id);
      if (index === 0) replaced.set(member.id, box);
    }
  }
  const rebuilt = (boxes: readonly Box[]): readonly Box[] =>
    sortBoxes(
      boxes.flatMap((box) => {
        const instead = replaced.get(box.id);
        if (instead !== undefined) return [instead];
        return stands.has(box.id) ? [] : [{ ...box, children: rebuilt(box.children) }];
      }),
    );
  return { ...topology, boxes: rebuilt(topology.boxes), edges: rewired(topology.edges, stands) };
}

/** Edges that now run beside each other are one, with how many they stand for. */
function rewired(edges: readonly Edge[], stands: ReadonlyMap<string, string>): readonly Edge[] {
  const byKey = new Map<string, Edge>();
  for (const edge of edges) {
    const from = stands.get(edge.from) ?? edge.from;
    const to = stands.get(edge.to) ?? edge.to;
    if (from === to) continue;
    const isMoved = from !== edge.from || to !== edge.to;
    const key = JSON.stringify([from, to, edge.meaning, edge.standing, isMoved ? '' : edge.label]);
    const known = byKey.get(key);
    const many = (known === undefined ? 0 : (known.count ?? 1)) + (edge.count ?? 1);
    const labels = new Set(known === undefined ? [edge.label] : [known.label, edge.label]);
    const tooltip = [...new Set([...(known?.tooltip ?? []), ...edge.tooltip])]
      .sort()
      .slice(0, TOLD_MAX);
    byKey.set(key, {
      ...edge,
      from,
      to,
      tooltip,
      label: labels.size === 1 ? edge.label : '',
      ...(many > 1 ? { count: many } : {}),
    });
  }
  return merged([...byKey.values()]);
}

function edgesByEnd(edges: readonly Edge[]): ReadonlyMap<string, readonly Edge[]> {
  const byEnd = new Map<string, Edge[]>();
  for (const edge of edges) {
    for (const end of [edge.from, edge.to]) {
      const list = byEnd.get(end);
      if (list === undefined) byEnd.set(end, [edge]);
      else list.push(edge);
    }
  }
  return byEnd;
}

function count({ boxes }: Topology): number {
  return [...everyBox(boxes)].length;
}

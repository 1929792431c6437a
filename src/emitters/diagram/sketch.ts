import { BOX_KINDS, type Box, EDGE_MEANINGS, type Edge, type EdgeMeaning } from './topology.ts';

/**
 * A topology in the making. Boxes are put under a parent by id, in any order; an edge to a box that was never put is
 * dropped when the sketch is finished.
 */
export interface Sketch {
  /** Under `parent`; without one at the top. The first box with an id stays. */
  readonly put: (parent: string | undefined, box: NewBox) => void;
  readonly link: (edge: NewEdge) => void;
  readonly has: (id: string) => boolean;
  /** Does the first box stand in the second, at any depth? As far as it is put already. */
  readonly isInside: (id: string, other: string) => boolean;
  readonly note: (text: string) => void;
  readonly finish: () => {
    readonly boxes: readonly Box[];
    readonly edges: readonly Edge[];
    readonly notes: readonly string[];
  };
}

export type NewBox = Omit<Box, 'children' | 'tooltip' | 'lines'> &
  Partial<Pick<Box, 'tooltip' | 'lines'>>;
export type NewEdge = Omit<Edge, 'tooltip' | 'standing' | 'label'> &
  Partial<Pick<Edge, 'tooltip' | 'standing' | 'label'>>;

export function newSketch(): Sketch {
  const boxes = new Map<string, NewBox>();
  const parents = new Map<string, string | undefined>();
  const edges: Edge[] = [];
  const notes = new Set<string>();
  const isInside = (id: string, other: string): boolean => {
    for (let up = parents.get(id); up !== undefined; up = parents.get(up)) {
      if (up === other) return true;
    }
    return false;
  };
  return {
    put: (parent, box) => {
      if (boxes.has(box.id)) return;
      boxes.set(box.id, box);
      parents.set(box.id, parent);
    },
    link: (edge) =>
      edges.push({
        ...edge,
        label: edge.label ?? '',
        tooltip: edge.tooltip ?? [],
        standing: edge.standing ?? 'certain',
      }),
    has: (id) => boxes.has(id),
    isInside,
    note: (text) => notes.add(text),
    finish: () => {
      const isDrawn = ({ from, to }: Edge) => boxes.has(from) && boxes.has(to) && from !== to;
      const drawn = edges.filter(isDrawn);
      // An arrow from a box to what stands in it says nothing in a picture; it is told in words.
      const isOut = ({ from, to }: Edge) => !isInside(from, to) && !isInside(to, from);
      for (const { from, to, meaning } of drawn.filter((edge) => !isOut(edge))) {
        notes.add(
          `${boxes.get(from)?.name ?? ''} to ${boxes.get(to)?.name ?? ''} inside it: ${EDGE_MEANINGS[meaning].words}`,
        );
      }
      return {
        boxes: nested(boxes, parents),
        edges: merged(drawn.filter(isOut)),
        notes: [...notes].sort(),
      };
    },
  };
}

/** A parent that was never put leaves its children at the top. */
function nested(
  boxes: ReadonlyMap<string, NewBox>,
  parents: ReadonlyMap<string, string | undefined>,
): readonly Box[] {
  const byParent = new Map<string | undefined, NewBox[]>();
  for (const [id, box] of boxes) {
    const wanted = parents.get(id);
    const parent = wanted !== undefined && boxes.has(wanted) ? wanted : undefined;
    const list = byParent.get(parent);
    if (list === undefined) byParent.set(parent, [box]);
    else list.push(box);
  }
  const under = (parent: string | undefined): readonly Box[] =>
    sortBoxes(
      (byParent.get(parent) ?? []).map((box) => ({
        ...box,
        lines: box.lines ?? [],
        tooltip: box.tooltip ?? [],
        children: under(box.id),
      })),
    );
  return under(undefined);
}

const KIND_ORDER = new Map(Object.keys(BOX_KINDS).map((kind, index) => [kind, index]));

/** By kind, then by name: the order of files leaves no trace. */
export function sortBoxes(boxes: readonly Box[]): readonly Box[] {
  const order = (box: Box) => KIND_ORDER.get(box.kind) ?? 0;
  return [...boxes].sort(
    (a, b) => order(a) - order(b) || compare(a.name, b.name) || compare(a.id, b.id),
  );
}

/** Edges that say the same between the same boxes are one; sorted. */
export function merged(edges: readonly Edge[]): readonly Edge[] {
  const byKey = new Map<string, Edge>();
  for (const edge of edges) {
    const key = JSON.stringify([edge.from, edge.to, edge.meaning, edge.standing, edge.label]);
    const known = byKey.get(key);
    const tooltip = [...new Set([...(known?.tooltip ?? []), ...edge.tooltip])].sort();
    byKey.set(key, { ...edge, tooltip });
  }
  return [...byKey.values()].sort(
    (a, b) =>
      meaningOrder(a.meaning) - meaningOrder(b.meaning) ||
      compare(a.from, b.from) ||
      compare(a.to, b.to) ||
      compare(a.label, b.label) ||
      compare(a.standing, b.standing),
  );
}

const MEANING_ORDER: readonly EdgeMeaning[] = [
  'ingress',
  'dnat',
  'default-route',
  'egress',
  'peering',
  'site-link',
  'private-link',
  'api-access',
];

function meaningOrder(meaning: EdgeMeaning): number {
  return MEANING_ORDER.indexOf(meaning);
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

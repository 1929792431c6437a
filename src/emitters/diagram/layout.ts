import type { ElkExtendedEdge, ElkNode, LayoutOptions } from 'elkjs/lib/elk-api.js';
import { type BoxSize, boxSize, HEADER_PADDING } from './box-size.ts';
import { textWidth } from './text-width.ts';
import { type Box, type Edge, everyBox, type Topology } from './topology.ts';

/** Where everything stands, in pixels from the top left. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Parents before their children. */
  readonly boxes: readonly PlacedBox[];
  readonly edges: readonly PlacedEdge[];
}

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedBox extends Rectangle {
  readonly box: Box;
  readonly depth: number;
}

export interface PlacedEdge {
  readonly edge: Edge;
  readonly text: string;
  /** From the sender to the receiver, right angles only. */
  readonly points: readonly Point[];
  readonly label?: Rectangle;
}

export const LABEL_SIZE = 11;

/**
 * Lays out with ELK: layers from the outside on the left to workloads and services on the right. ELK is 1.6 MB and loaded only here.
 * The same topology gives the same numbers.
 */
export async function layoutOf(topology: Topology): Promise<Layout> {
  const { default: loaded } = await import('elkjs/lib/elk.bundled.js');
  const elk = new loaded.default();
  const boxes = [...everyBox(topology.boxes)];
  const ids = new Map(boxes.map(({ id }, index) => [id, `b${index}`]));
  const graph: ElkNode = {
    id: 'root',
    layoutOptions: ROOT_OPTIONS,
    children: topology.boxes.map((box) => nodeOf(box, ids)),
    edges: topology.edges.map((edge, index) => edgeOf(edge, index, ids)),
  };
  const placed = await elk.layout(graph);
  return {
    width: placed.width ?? 0,
    height: placed.height ?? 0,
    boxes: placedBoxes(topology, placed),
    edges: placedEdges(topology, placed),
  };
}

const ROOT_OPTIONS: LayoutOptions = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.randomSeed': '1',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.padding': '[top=8,left=8,bottom=8,right=8]',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.thoroughness': '4',
  'elk.layered.spacing.nodeNodeBetweenLayers': '48',
  'elk.layered.spacing.edgeNodeBetweenLayers': '20',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
  'elk.spacing.nodeNode': '22',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '4',
};

function nodeOf(box: Box, ids: ReadonlyMap<string, string>): ElkNode {
  const size: BoxSize = boxSize(box);
  const id = ids.get(box.id) ?? '';
  if (box.children.length === 0) {
    const layoutOptions = { 'elk.alignment': 'LEFT' };
    return { id, width: size.width, height: size.height, layoutOptions };
  }
  return {
    id,
    layoutOptions: {
      'elk.padding': `[top=${size.header + HEADER_PADDING},left=14,bottom=14,right=14]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${size.width},${size.header + 40})`,
    },
    children: box.children.map((child) => nodeOf(child, ids)),
  };
}

/** Traffic that leaves is laid out against its direction, so that the outside stays on the left. */
function isReversed({ meaning }: Edge): boolean {
  return meaning === 'egress' || meaning === 'default-route';
}

function edgeOf(edge: Edge, index: number, ids: ReadonlyMap<string, string>): ElkExtendedEdge {
  const [from, to] = isReversed(edge) ? [edge.to, edge.from] : [edge.from, edge.to];
  const text = edgeText(edge);
  return {
    id: `e${index}`,
    sources: [ids.get(from) ?? ''],
    targets: [ids.get(to) ?? ''],
    ...(text === ''
      ? {}
      : {
          labels: [
            {
              text,
              width: textWidth(text, LABEL_SIZE) + 6,
              height: LABEL_SIZE + 5,
              layoutOptions: { 'elk.edgeLabels.inline': 'false' },
            },
          ],
        }),
  };
}

function edgeText({ label, count = 1 }: Edge): string {
  return [label, count > 1 ? `×${count}` : ''].filter((part) => part !== '').join(' ');
}

function placedBoxes(topology: Topology, root: ElkNode): readonly PlacedBox[] {
  const placed: PlacedBox[] = [];
  const visit = (boxes: readonly Box[], nodes: readonly ElkNode[], depth: number): void => {
    for (const [index, box] of boxes.entries()) {
      const node = nodes[index];
      if (node === undefined) continue;
      placed.push({ box, depth, ...rectangle(node) });
      visit(box.children, node.children ?? [], depth + 1);
    }
  };
  visit(topology.boxes, root.children ?? [], 0);
  return placed;
}

function placedEdges(topology: Topology, root: ElkNode): readonly PlacedEdge[] {
  const byId = new Map((root.edges ?? []).map((edge) => [edge.id, edge]));
  return topology.edges.flatMap((edge, index) => {
    const placed = byId.get(`e${index}`);
    const section = placed?.sections?.[0];
    if (placed === undefined || section === undefined) return [];
    const points = straight([section.startPoint, ...(section.bendPoints ?? []), section.endPoint]);
    const [label] = placed.labels ?? [];
    return [
      {
        edge,
        text: edgeText(edge),
        points: isReversed(edge) ? [...points].reverse() : points,
        ...(label === undefined ? {} : { label: rectangle(label) }),
      },
    ];
  });
}

/** Ends of edges are off by less than a pixel at times: such a step is taken out. */
function straight(points: readonly Point[]): readonly Point[] {
  const done: Point[] = [];
  for (const point of points) {
    const before = done.at(-1);
    const [x, y] = [round(point.x), round(point.y)];
    const isSlanted = before !== undefined && before.x !== x && before.y !== y;
    if (isSlanted && Math.abs(before.y - y) <= 1) done.push({ x, y: before.y });
    else if (isSlanted && Math.abs(before.x - x) <= 1) done.push({ x: before.x, y });
    else done.push({ x, y });
  }
  return withoutJogs(done);
}

const JOG = 3;

/** A line that steps aside by a few pixels and goes on reads better straight. */
function withoutJogs(points: readonly Point[]): readonly Point[] {
  const done = [...points];
  for (let index = 1; index + 2 < done.length; index += 1) {
    const [before, from, to, after] = done.slice(index - 1, index + 3);
    if (before === undefined || from === undefined || to === undefined || after === undefined)
      break;
    const isJog = from.x === to.x && Math.abs(from.y - to.y) <= JOG;
    if (!isJog || before.y !== from.y || after.y !== to.y) continue;
    done.splice(index, 3, { x: after.x, y: from.y });
    index -= 1;
  }
  return done;
}

function rectangle(shape: { x?: number; y?: number; width?: number; height?: number }): Rectangle {
  return {
    x: round(shape.x ?? 0),
    y: round(shape.y ?? 0),
    width: round(shape.width ?? 0),
    height: round(shape.height ?? 0),
  };
}

/** Half pixels: short numbers, and the same ones wherever the last digits of a division differ. */
function round(value: number): number {
  return Math.round(value * 2) / 2;
}

import { boxTexts, PADDING } from './box-size.ts';
import { LABEL_SIZE, type Layout, layoutOf, type PlacedBox, type PlacedEdge } from './layout.ts';
import { xmlText } from './plain-text.ts';
import { legendOf } from './svg-legend.ts';
import { svgStyle } from './svg-style.ts';
import { BOX_KINDS, EDGE_MEANINGS, type Topology } from './topology.ts';

/**
 * The picture as an SVG of its own: no script, font or picture is loaded from anywhere; light and dark follow the
 * reader's system; what does not fit is in tooltips. The same topology gives the same bytes.
 */
export async function svgOf(topology: Topology): Promise<string> {
  return printSvg(topology, await layoutOf(topology));
}

const MARGIN = 24;
const TITLE_HEIGHT = 44;

function printSvg(topology: Topology, layout: Layout): string {
  const legend = legendOf(topology, Math.max(layout.width, 640));
  const width = Math.ceil(Math.max(layout.width, legend.width) + 2 * MARGIN);
  const legendTop = TITLE_HEIGHT + MARGIN + layout.height + 16;
  const height = Math.ceil(legendTop + legend.height + MARGIN);
  const description = `${topology.title}: ${layout.boxes.length} boxes, ${layout.edges.length} connections.`;
  const groups = layout.boxes.filter(({ box }) => box.children.length > 0);
  const leaves = layout.boxes.filter(({ box }) => box.children.length === 0);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${xmlText(topology.title)}</title>`,
    `<desc id="description">${xmlText(description)}</desc>`,
    `<style>${svgStyle()}</style>`,
    MARKERS,
    `<rect class="page" width="${width}" height="${height}"/>`,
    `<text class="title" x="${MARGIN}" y="${MARGIN + 16}">${xmlText(topology.title, 90)}</text>`,
    `<g transform="translate(${MARGIN} ${TITLE_HEIGHT + MARGIN / 2})">`,
    ...groups.map(groupSvg),
    ...layout.edges.map(edgeSvg),
    ...leaves.map(leafSvg),
    ...layout.edges.map(labelSvg),
    '</g>',
    `<g transform="translate(${MARGIN} ${legendTop})">`,
    ...legend.lines,
    '</g>',
    '</svg>',
  ]
    .filter((line) => line !== '')
    .join('\n')}\n`;
}

/** One arrow head per colour: a head cannot take the colour of its line everywhere. */
const MARKERS = [
  '<defs>',
  ...['ingress', 'egress', 'network', 'private-link', 'management', 'broken'].map(
    (name) =>
      `<marker id="head-${name}" class="head ${name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 0.5 7.5 4 0 7.5z"/></marker>`,
  ),
  '</defs>',
].join('\n');

function groupSvg({ box, depth, x, y, width, height }: PlacedBox): string {
  return `<g class="group ${box.kind}${depth % 2 === 1 ? ' odd' : ''}">${titleOf(box)}<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>${textsSvg({ box, x, y })}</g>`;
}

function leafSvg({ box, x, y, width, height }: PlacedBox): string {
  const behind = box.count === undefined ? '' : stack(x, y, width, height);
  return `<g class="leaf ${box.kind}">${titleOf(box)}${behind}<rect class="face" x="${x}" y="${y}" width="${width}" height="${height}" rx="5"/><path class="bar" d="M${x + 2.5} ${y + 6}v${height - 12}"/>${textsSvg({ box, x, y })}</g>`;
}

/** Merged boxes look like a pile. */
function stack(x: number, y: number, width: number, height: number): string {
  return `<rect class="face" x="${x + 5}" y="${y + 5}" width="${width}" height="${height}" rx="5"/>`;
}

function titleOf(box: PlacedBox['box']): string {
  const lines = [`${BOX_KINDS[box.kind]} ${box.name}`, ...box.lines, ...box.tooltip];
  return `<title>${lines.map((line) => xmlText(line)).join('\n')}</title>`;
}

function textsSvg({ box, x, y }: Pick<PlacedBox, 'box' | 'x' | 'y'>): string {
  let baseline = y + PADDING.top;
  return boxTexts(box)
    .map(({ text, style }) => {
      baseline += style.height;
      const name = style.isBold ? 'name' : style.size < 11 ? 'caption' : 'line';
      return `<text class="${name}" x="${x + PADDING.left}" y="${baseline - 4}">${xmlText(text)}</text>`;
    })
    .join('');
}

function edgeSvg({ edge, points, text }: PlacedEdge): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  const path = `M${first.x} ${first.y}${rest.map(({ x, y }) => `L${x} ${y}`).join('')}`;
  const colour = edge.standing === 'broken' ? 'broken' : EDGE_MEANINGS[edge.meaning].layer;
  const ends =
    edge.meaning === 'peering'
      ? ` marker-start="url(#head-${colour})" marker-end="url(#head-${colour})"`
      : ` marker-end="url(#head-${colour})"`;
  const lines = [
    EDGE_MEANINGS[edge.meaning].words,
    ...(text === '' ? [] : [text]),
    ...(edge.standing === 'unknown' ? ['not known for certain'] : []),
    ...edge.tooltip,
  ];
  const title = `<title>${lines.map((line) => xmlText(line)).join('\n')}</title>`;
  return `<g class="edge ${colour} ${edge.meaning} ${edge.standing}">${title}<path class="line" d="${path}"${ends}/></g>`;
}

function labelSvg({ edge, label, text }: PlacedEdge): string {
  if (label === undefined) return '';
  const colour = edge.standing === 'broken' ? 'broken' : EDGE_MEANINGS[edge.meaning].layer;
  return `<text class="label ${colour}" x="${label.x + 3}" y="${label.y + LABEL_SIZE + 1}">${xmlText(text)}</text>`;
}

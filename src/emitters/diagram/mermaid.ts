import { plainText } from './plain-text.ts';
import {
  BOX_KINDS,
  type Box,
  type BoxKind,
  type Edge,
  type EdgeMeaning,
  everyBox,
  type Topology,
} from './topology.ts';

/**
 * A flowchart for Mermaid: subgraphs for boxes that hold others, one node per other box. Names are quoted and escaped, ids
 * are numbers of ours, so whatever a thing is called the chart stays one.
 */
export function mermaidOf(topology: Topology): string {
  const ids = new Map([...everyBox(topology.boxes)].map((box, index) => [box.id, `b${index}`]));
  const idOf = (id: string): string => ids.get(id) ?? 'b0';
  const lines = ['flowchart LR'];
  for (const box of topology.boxes) lines.push(...boxLines(box, idOf, 1));
  for (const edge of topology.edges) {
    lines.push(`  ${idOf(edge.from)} ${arrow(edge)} ${idOf(edge.to)}`);
  }
  lines.push(...classLines(topology, idOf), ...linkLines(topology.edges));
  return `${lines.join('\n')}\n`;
}

function boxLines(box: Box, idOf: (id: string) => string, depth: number): readonly string[] {
  const indent = '  '.repeat(depth);
  const id = idOf(box.id);
  if (box.children.length === 0) {
    const [open, close] = SHAPES[box.kind] ?? ['[', ']'];
    return [
      `${indent}${id}${open}${quoted([BOX_KINDS[box.kind], box.name, ...box.lines])}${close}`,
    ];
  }
  const title = [`${BOX_KINDS[box.kind]} ${box.name}`, box.lines.join(' · ')].filter(
    (each) => each !== '',
  );
  return [
    `${indent}subgraph ${id}[${quoted([title.join(' · ')])}]`,
    ...box.children.flatMap((child) => boxLines(child, idOf, depth + 1)),
    `${indent}end`,
  ];
}

const SHAPES: Readonly<Partial<Record<BoxKind, readonly [string, string]>>> = {
  internet: ['((', '))'],
  'on-premises': ['[[', ']]'],
  administrators: ['([', '])'],
  firewall: ['{{', '}}'],
  'api-server': ['([', '])'],
  'platform-service': ['[(', ')]'],
};

function arrow({ meaning, standing, label, count = 1 }: Edge): string {
  const text = [label, count > 1 ? `×${count}` : ''].filter((each) => each !== '').join(' ');
  const written = text === '' ? '' : `|${quoted([text])}|`;
  if (standing === 'broken') return `--x${written}`;
  if (standing === 'unknown') return `-.->${written}`;
  if (meaning === 'peering') return `<-->${written}`;
  return meaning === 'default-route' ? `==>${written}` : `-->${written}`;
}

/** Mermaid reads `#code;` as a character, and takes nothing between quotes for its own syntax but Markdown and HTML. */
function quoted(parts: readonly string[]): string {
  const escaped = parts.map((part) =>
    plainText(part, LENGTH_MAX)
      .replace(/[#"<>&|;`*\\~$[\]{}]/gu, (sign) => `#${sign.codePointAt(0)};`)
      // A label that begins like an item of a list is refused as one.
      .replace(/^[-+]|^(\d+)(?=[.)] )/, (start) =>
        [...start].map((sign) => `#${sign.codePointAt(0)};`).join(''),
      ),
  );
  return `"${escaped.join('<br/>')}"`;
}

const LENGTH_MAX = 80;

/** Fills that carry dark text, so that they read on a light and on a dark page. */
const CLASSES: Readonly<Partial<Record<BoxKind, string>>> = {
  firewall: 'fill:#ffd9c2,stroke:#c2410c,color:#1f2328',
  'application-gateway': 'fill:#cfe3ff,stroke:#1d5fbf,color:#1f2328',
  'load-balancer': 'fill:#cfe3ff,stroke:#1d5fbf,color:#1f2328',
  'service-front-end': 'fill:#cfe3ff,stroke:#1d5fbf,color:#1f2328',
  'nat-gateway': 'fill:#ffe9b8,stroke:#9a6700,color:#1f2328',
  'private-endpoint': 'fill:#e6d9ff,stroke:#6d3fc0,color:#1f2328',
  'platform-service': 'fill:#e6d9ff,stroke:#6d3fc0,color:#1f2328',
  'api-server': 'fill:#c9efe6,stroke:#0f766e,color:#1f2328',
  bastion: 'fill:#c9efe6,stroke:#0f766e,color:#1f2328',
  'outside-address': 'fill:#ffd6d6,stroke:#b42318,color:#1f2328',
};

function classLines({ boxes }: Topology, idOf: (id: string) => string): readonly string[] {
  const byKind = new Map<BoxKind, string[]>();
  for (const box of everyBox(boxes)) {
    if (CLASSES[box.kind] === undefined || box.children.length > 0) continue;
    byKind.set(box.kind, [...(byKind.get(box.kind) ?? []), idOf(box.id)]);
  }
  return [...byKind].flatMap(([kind, members]) => {
    const name = kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    return [`  classDef ${name} ${CLASSES[kind] ?? ''}`, `  class ${members.join(',')} ${name}`];
  });
}

const COLOURS: Readonly<Record<EdgeMeaning, string>> = {
  ingress: '#1d5fbf',
  dnat: '#1d5fbf',
  'default-route': '#c2410c',
  egress: '#c2410c',
  peering: '#6e7781',
  'site-link': '#6e7781',
  'private-link': '#6d3fc0',
  'api-access': '#0f766e',
};

function linkLines(edges: readonly Edge[]): readonly string[] {
  const byColour = new Map<string, number[]>();
  for (const [index, { meaning, standing }] of edges.entries()) {
    const colour = standing === 'broken' ? '#b42318' : COLOURS[meaning];
    byColour.set(colour, [...(byColour.get(colour) ?? []), index]);
  }
  return [...byColour].map(
    ([colour, indexes]) => `  linkStyle ${indexes.join(',')} stroke:${colour}`,
  );
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hubAndSpoke, manySpokes, networkOf } from '../../../tests/support/drawn-network.ts';
import { wellFormed } from '../../../tests/support/well-formed.ts';
import { boxTexts, PADDING } from './box-size.ts';
import { topologyOf } from './draw-topology.ts';
import { LABEL_SIZE, type Layout, layoutOf, type Rectangle } from './layout.ts';
import { xmlText } from './plain-text.ts';
import { svgOf } from './svg.ts';
import { svgStyle } from './svg-style.ts';
import { textWidth } from './text-width.ts';
import type { Box, Edge, Topology } from './topology.ts';

const HOSTILE: readonly string[] = [
  '</svg><script>alert(1)</script>',
  `"'\`&<>]]>--><!--`,
  'x'.repeat(300),
  '\u202egnp.\u2066\u05d0\u05d1\u05d2',
  '\u{1f600}\u{1f468}\u200d\u{1f469}\u6f22\u5b57',
  '\ud800half\u0000\u001b[31m\n\t\u2028',
  '',
];

function hostile(): Topology {
  const box = (id: string, name: string, children: readonly Box[] = []): Box => ({
    id,
    kind: 'subnet',
    name,
    lines: [name],
    tooltip: [name],
    layer: 'network',
    children,
  });
  const boxes = HOSTILE.map((name, index) => box(`b${index}`, name));
  const edges = boxes.slice(1).map(
    ({ id, name }): Edge => ({
      from: 'b0',
      to: id,
      meaning: 'ingress',
      label: name.slice(0, 40),
      tooltip: [name],
      standing: 'unknown',
    }),
  );
  return { title: HOSTILE[0]!, boxes: [box('all', HOSTILE[1]!, boxes)], edges, notes: HOSTILE };
}

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';

describe('an SVG picture', () => {
  it('is well-formed, loads nothing and runs nothing', async () => {
    const svg = await svgOf(topologyOf(networkOf(hubAndSpoke())));
    expect(wellFormed(XML + svg)).toEqual({ root: 'svg', problem: undefined });
    expect(svg).not.toMatch(/<script|<image|<use|<foreignObject|@import|url\((?!#)|href=|\son\w+=/);
  });

  it('stays well-formed whatever things are called', async () => {
    const svg = await svgOf(hostile());
    expect(wellFormed(XML + svg)).toEqual({ root: 'svg', problem: undefined });
    expect(svg).not.toContain('<script');
    expect(svg).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/);
  });

  it('any text is escaped into text of XML', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const xml = `${XML}<a b="${xmlText(text)}">${xmlText(text)}</a>`;
        expect(wellFormed(xml).problem).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('has the same bytes every time', async () => {
    const topology = topologyOf(networkOf(manySpokes(5)));
    expect(await svgOf(topology)).toBe(await svgOf(topology));
  });

  it('shows in words what colour shows: every kind of edge is in the legend', async () => {
    const svg = await svgOf(topologyOf(networkOf(hubAndSpoke())));
    for (const words of ['peering', 'default route (next hop)', 'leaves to the Internet']) {
      expect(svg).toContain(`>${words}</text>`);
    }
  });

  it('every text has a contrast of 4.5 to 1 at least on every ground, in light and in dark', () => {
    const [light, dark] = svgStyle()
      .split('@media')
      .map(
        (part) =>
          new Map(
            [...part.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [
              name!,
              value!,
            ]),
          ),
      );
    for (const colours of [light!, dark!]) {
      for (const ground of ['page', 'ground', 'odd', 'face']) {
        for (const text of [
          'text',
          'soft',
          'network',
          'egress',
          'ingress',
          'private-link',
          'management',
          'broken',
        ]) {
          const ratio = contrast(colours.get(text)!, colours.get(ground)!);
          expect(ratio, `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
        }
      }
    }
  });
});

describe('a layout', () => {
  it.each([
    ['a hub and a spoke', () => topologyOf(networkOf(hubAndSpoke()))],
    [
      'six spokes that differ',
      () =>
        topologyOf(
          networkOf(manySpokes(6, (index) => `spoke-with-a-name-${'x'.repeat(index * 9)}`)),
        ),
    ],
    ['hostile names', hostile],
  ])('of %s keeps texts in boxes, boxes in boxes, and apart', async (_, make) => {
    isTidy(await layoutOf(make()));
  });

  it('of 300 boxes takes seconds at most', async () => {
    const subnets = (vnet: number): readonly Box[] =>
      Array.from({ length: 8 }, (_, at) => plain(`v${vnet}s${at}`, 'subnet'));
    const networks = Array.from({ length: 33 }, (_, at) =>
      plain(`v${at}`, 'virtual-network', subnets(at)),
    );
    const edges = networks
      .slice(1)
      .flatMap(({ id }): readonly Edge[] => [
        link('v0', id, 'peering'),
        link(`${id}s0`, 'v0s0', 'default-route'),
        link(`${id}s1`, 'v0s0', 'default-route'),
      ]);
    const topology = { title: '', boxes: [plain('r', 'region', networks)], edges, notes: [] };
    const start = performance.now();
    const layout = await layoutOf(topology);
    // About a second alone on one core; the machine may have other work.
    expect(performance.now() - start).toBeLessThan(8_000);
    expect(layout.boxes).toHaveLength(1 + 33 + 33 * 8);
  }, 30_000);
});

function plain(id: string, kind: Box['kind'], children: readonly Box[] = []): Box {
  return { id, kind, name: id, lines: ['10.0.0.0/24'], tooltip: [], layer: 'network', children };
}

function link(from: string, to: string, meaning: Edge['meaning']): Edge {
  return { from, to, meaning, label: '0.0.0.0/0', tooltip: [], standing: 'certain' };
}

function isTidy({ width, height, boxes, edges }: Layout): void {
  const byId = new Map(boxes.map((placed) => [placed.box.id, placed]));
  for (const placed of boxes) {
    for (const { text, style } of boxTexts(placed.box)) {
      const end = PADDING.left + textWidth(text, style.size, style.isBold);
      expect(end, text).toBeLessThanOrEqual(placed.width);
    }
    expect(placed.x + placed.width).toBeLessThanOrEqual(width);
    expect(placed.y + placed.height).toBeLessThanOrEqual(height);
    for (const child of placed.box.children) {
      const inner = byId.get(child.id)!;
      expect(covers(placed, inner), `${child.id} in ${placed.box.id}`).toBe(true);
    }
    for (const [index, one] of placed.box.children.entries()) {
      for (const other of placed.box.children.slice(index + 1)) {
        expect(overlap(byId.get(one.id)!, byId.get(other.id)!), `${one.id} and ${other.id}`).toBe(
          false,
        );
      }
    }
  }
  const leaves = boxes.filter(({ box }) => box.children.length === 0);
  const labels = edges.flatMap(({ label }) => label ?? []);
  for (const [index, label] of labels.entries()) {
    expect(label.height).toBeGreaterThan(LABEL_SIZE);
    for (const leaf of leaves) expect(overlap(label, leaf)).toBe(false);
    for (const other of labels.slice(index + 1)) expect(overlap(label, other)).toBe(false);
  }
  for (const { points } of edges) {
    for (const [index, point] of points.slice(1).entries()) {
      const before = points[index]!;
      const isStraight = before.x === point.x || before.y === point.y;
      expect(isStraight, JSON.stringify(points)).toBe(true);
    }
  }
}

function covers(outer: Rectangle, inner: Rectangle): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

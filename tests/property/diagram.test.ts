import { describe, expect, it } from 'vitest';
import { diagramOf, everyBox } from '../../src/emitters/diagram/index.ts';
import { documentsOf } from '../../src/emitters/documents/index.ts';
import { FACTS } from '../../src/facts/index.ts';
import { readFlowchart } from '../support/mermaid-grammar.ts';
import { randomPerimeter } from '../support/random-perimeter.ts';

/** Random perimeters, most of them wrong in some way and some with values nobody knows. */

const SEEDS = Array.from({ length: 60 }, (_, index) => 7_000 + index);

describe('pictures and pages of random perimeters', () => {
  it('charts follow the grammar, and every edge joins two boxes that are drawn', () => {
    for (const seed of SEEDS) {
      const { topology, mermaid } = diagramOf(randomPerimeter(seed).network);
      expect(readFlowchart(mermaid).problems, `seed ${seed}`).toEqual([]);
      const ids = [...everyBox(topology.boxes)].map(({ id }) => id);
      expect(new Set(ids).size, `seed ${seed}`).toBe(ids.length);
      for (const { from, to } of topology.edges)
        expect(ids, `seed ${seed}`).toEqual(expect.arrayContaining([from, to]));
    }
  });

  it('every virtual network, firewall and cluster is in the picture, by itself or counted', () => {
    for (const seed of SEEDS) {
      const { network } = randomPerimeter(seed);
      const boxes = [...everyBox(diagramOf(network).topology.boxes)];
      const drawn = (kind: string) =>
        boxes.filter((box) => box.kind === kind).reduce((sum, { count = 1 }) => sum + count, 0);
      expect(drawn('virtual-network'), `seed ${seed}`).toBe(network.vnets.size);
      expect(drawn('firewall'), `seed ${seed}`).toBe(network.firewalls.size);
      expect(drawn('cluster'), `seed ${seed}`).toBe(network.clusters.length);
    }
  });

  it('pages have whole tables and cite facts that exist', () => {
    for (const seed of SEEDS) {
      for (const { text } of documentsOf(randomPerimeter(seed).network)) {
        const lines = text.split('\n');
        const columns = (line: string) => line.replace(/\\./g, '').split('|').length;
        for (const [index, line] of lines.entries()) {
          const above = lines[index - 1] ?? '';
          if (line.startsWith('| ') && above.startsWith('| '))
            expect(columns(line), `seed ${seed}: ${line}`).toBe(columns(above));
        }
        const cited = text.match(/\b(?:AFW|AKS|AZN|AZS|K8P)-[A-Z]?\d+\b/g) ?? [];
        expect(cited.filter((id) => !(id in FACTS))).toEqual([]);
      }
    }
  });
});

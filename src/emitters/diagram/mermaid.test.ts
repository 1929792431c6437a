import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hubAndSpoke, manySpokes, networkOf } from '../../../tests/support/drawn-network.ts';
import { readFlowchart } from '../../../tests/support/mermaid-grammar.ts';
import { topologyOf } from './draw-topology.ts';
import { mermaidOf } from './mermaid.ts';
import type { Topology } from './topology.ts';

function withName(name: string): Topology {
  const box = (id: string, children: Topology['boxes'] = []): Topology['boxes'][number] => ({
    id,
    kind: 'subnet',
    name,
    lines: [name],
    tooltip: [name],
    layer: 'network',
    children,
  });
  const edge = {
    from: 'b',
    to: 'c',
    meaning: 'ingress',
    label: name,
    tooltip: [name],
    standing: 'certain',
  } as const;
  return { title: name, boxes: [box('a', [box('b'), box('c')])], edges: [edge], notes: [name] };
}

describe('a Mermaid flowchart', () => {
  it('of a hub and a spoke follows the grammar and holds every box and edge', () => {
    const topology = topologyOf(networkOf(hubAndSpoke()));
    const { problems, links, groups, nodes } = readFlowchart(mermaidOf(topology));
    expect(problems).toEqual([]);
    expect(links).toHaveLength(topology.edges.length);
    expect(groups).toHaveLength(6);
    expect([...nodes.values()]).toContain(
      'Azure Firewall<br/>fw<br/>10.0.0.4<br/>1 public address<br/>0 rules<br/>threat intelligence Alert',
    );
  });

  it('of a big estate says how many a box stands for', () => {
    const { problems, nodes } = readFlowchart(mermaidOf(topologyOf(networkOf(manySpokes(40)))));
    expect(problems).toEqual([]);
    expect([...nodes.values()].some((label) => label.includes('40 virtual networks'))).toBe(true);
  });

  it.each([
    ['a quote and a bracket', '"] --> x["'],
    ['markup', '</svg><script>alert(1)</script>'],
    ['an end', 'end'],
    ['an item of a list', '- x'],
    ['a number of a list', '1. x'],
    ['a code of Mermaid', '#quot;#35;'],
    ['a comment and a directive', '%%{init: {"theme":"x"}}%%'],
    ['Markdown', '`**x**` $$x^2$$'],
    ['lines', 'a\nb\r\nc\u2028d'],
    ['three hundred characters', 'x'.repeat(300)],
    ['turned reading direction', '\u202egnp.\u2066\u05d0\u05d1'],
    ['pictures and half a character', '\u{1f600}\ud800'],
  ])('a name with %s stays a name', (_, name) => {
    const { problems, nodes, links } = readFlowchart(mermaidOf(withName(name)));
    expect(problems).toEqual([]);
    expect(nodes.size).toBe(3);
    expect(links).toHaveLength(1);
  });

  it('no name whatever leaves its quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (name) => {
        expect(readFlowchart(mermaidOf(withName(name))).problems).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('a label that looks like a list is escaped at its start, as Mermaid refuses lists', () => {
    const { nodes } = readFlowchart(mermaidOf(withName('1. x')));
    expect([...nodes.values()][1]).toBe('Subnet<br/>#49;. x<br/>#49;. x');
  });
});

import type { Network } from '../../network/index.ts';
import { topologyOf } from './draw-topology.ts';
import { withLayers } from './layers.ts';
import { mermaidOf } from './mermaid.ts';
import { LAYERS, type Layer, type Topology } from './topology.ts';

export { DIAGRAM } from './emit-diagram.ts';
export type { EmissionContext, NetworkEmitter } from './network-emitter.ts';
export * from './topology.ts';
export { topologyOf };

export interface DiagramOptions {
  /** What is shown; absent: everything. */
  readonly layers?: readonly Layer[];
  /** A bigger picture is merged until it has no more boxes than this. */
  readonly boxesMax?: number;
}

export interface Diagram {
  readonly topology: Topology;
  /** A flowchart, for Markdown pages. */
  readonly mermaid: string;
  /** A file of its own. Worked out when asked: the layout engine is large. */
  readonly svg: () => Promise<string>;
}

/** The picture of a perimeter, as Mermaid and as SVG. Same input, same bytes. */
export function diagramOf(network: Network, options: DiagramOptions = {}): Diagram {
  const whole = topologyOf(network, options.boxesMax);
  const topology = withLayers(whole, options.layers ?? LAYERS);
  return {
    topology,
    mermaid: mermaidOf(topology),
    svg: async () => (await import('./svg.ts')).svgOf(topology),
  };
}

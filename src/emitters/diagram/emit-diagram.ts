import { diagramOf } from './index.ts';
import { headerText, type NetworkEmitter } from './network-emitter.ts';

/** The picture twice: for browsers, and for Markdown pages. */
export const DIAGRAM: NetworkEmitter = {
  target: 'diagram',
  describe: 'the topology as SVG (perimeter.svg) and as Mermaid (perimeter.mmd)',
  emit: async (network, { tool }) => {
    const diagram = diagramOf(network);
    const header = headerText(network, tool);
    const losses = diagram.topology.notes.map((what) => ({ what, why: 'not drawn as an arrow' }));
    return {
      files: [
        { path: 'perimeter.mmd', text: `%% ${header}\n${diagram.mermaid}` },
        { path: 'perimeter.svg', text: `<!-- ${header} -->\n${await diagram.svg()}` },
      ],
      losses,
    };
  },
};

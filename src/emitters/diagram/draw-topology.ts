import type { Network } from '../../network/index.ts';
import { collapsed } from './collapse.ts';
import { drawApplicationGateways } from './draw-application-gateways.ts';
import { drawClusters } from './draw-clusters.ts';
import { drawFirewalls } from './draw-firewalls.ts';
import { drawFrontEnds } from './draw-front-ends.ts';
import { drawNetworks } from './draw-networks.ts';
import { drawPrivateEndpoints } from './draw-private-endpoints.ts';
import { drawSites } from './draw-sites.ts';
import { drawWaysOut } from './draw-ways-out.ts';
import { newSketch } from './sketch.ts';
import type { Box, Topology } from './topology.ts';

/**
 * The picture of a network. A big estate is merged until at most `boxesMax` boxes are left: like things first, then the
 * least telling ones, always with a count. O(network), whatever the number of rules.
 */
export function topologyOf(network: Network, boxesMax = 300): Topology {
  const sketch = newSketch();
  drawNetworks(network, sketch);
  drawFirewalls(network, sketch);
  drawApplicationGateways(network, sketch);
  drawClusters(network, sketch);
  drawFrontEnds(network, sketch);
  drawPrivateEndpoints(network, sketch);
  drawSites(network, sketch);
  drawWaysOut(network, sketch);
  const drawn = sketch.finish();
  const boxes = marked(drawn.boxes, network);
  return collapsed({ title: titleOf(network), ...drawn, boxes }, boxesMax);
}

/** A thing that may not be there, or of which only the name is known, looks like it. */
function marked(boxes: readonly Box[], network: Network): readonly Box[] {
  return boxes.map((box) => {
    const resource = network.perimeter.snapshot.resources.get(box.id);
    const lines = [
      ...(resource?.exists === undefined ? [] : ['exists under a condition']),
      ...(resource?.isReference === true ? ['only referred to'] : []),
    ];
    return {
      ...box,
      lines: [...box.lines, ...lines],
      tooltip:
        resource?.exists === undefined
          ? box.tooltip
          : [...box.tooltip, `whether it exists: ${resource.exists.missing}`],
      children: marked(box.children, network),
    };
  });
}

/** Named after the clusters, since a perimeter is theirs. */
function titleOf(network: Network): string {
  const names = network.clusters.flatMap(({ cluster }) =>
    cluster === undefined ? [] : [cluster.name],
  );
  const sorted = names.sort();
  if (sorted.length === 0) return 'Network perimeter';
  const shown = sorted.slice(0, 3).join(', ');
  return `Network perimeter of ${sorted.length > 3 ? `${shown} and ${sorted.length - 3} more` : shown}`;
}

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importPaths } from '../../src/importers/index.ts';
import { bundledDatasets, nodeFileSystem } from '../../src/io/index.ts';
import { planNodes } from '../../src/lab/plan/nodes/index.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { parseIp } from '../../src/net/index.ts';
import {
  deriveNetwork,
  exactAddress,
  homeOfObjects,
  type Network,
} from '../../src/network/index.ts';

/** The rulesets of the nodes of the bundled examples, for eyes: the kernel is asked in the other tests of this folder. */

const root = join(import.meta.dirname, '..', '..');
const FRONT_END = '203.0.113.65';

async function nodesOf(example: string): Promise<string> {
  const paths = [join(root, 'examples', example)];
  const snapshot = await importPaths(nodeFileSystem(), paths, {}, bundledDatasets());
  const network = withFrontEnds(deriveNetwork(readPerimeter(snapshot)));
  const cluster = homeOfObjects(network)!;
  const pool = cluster.pools[0]!.pool;
  const part = planNodes(
    network,
    ['10.42.1.4', '10.42.1.5'].map((address, index) => ({
      host: `node-${index}`,
      endName: `node/${pool.name}-${index}`,
      cluster,
      pool,
      index,
      address: parseIp(address)!,
      prefixLength: 24,
      gateway: parseIp('10.42.1.1')!,
      interfaceName: 'eth0',
      fabricHost: 'fabric',
      fabricInterface: `node-${index}`,
      resolvers: ['168.63.129.16'],
      nearPrefixes: ['10.42.0.0/16'],
      podAddresses: [],
    })),
    {
      lab: 'golden',
      resolve: () => ['198.18.0.1'],
      podsPerWorkload: 1,
      taken: new Set(['node-0', 'node-1', 'fabric']),
    },
  );
  return [
    ...part.ends.map(({ name, host, addresses }) => `# ${name} in ${host} at ${addresses}`),
    ...part.gaps.map(({ what, why }) => `# not in the lab: ${what}: ${why}`),
    ...part.simplifications.map((text) => `# simpler: ${text}`),
    ...part.podRoutes.map(({ prefix, node }) => `# ${prefix} at ${node}`),
    ...part.frontendRoutes.map(({ address, nodes, label }) => `# ${label} ${address} at ${nodes}`),
    '',
    ...part.hosts.map(({ nftables }) => nftables).slice(0, 2),
  ].join('\n');
}

function withFrontEnds(network: Network): Network {
  const pinned = exactAddress(parseIp(FRONT_END)!, 'front end');
  return {
    ...network,
    clusters: network.clusters.map((cluster) => ({
      ...cluster,
      loadBalancerServices: cluster.loadBalancerServices.map((each) => ({
        ...each,
        address: { ...pinned, label: each.address.label },
      })),
    })),
  };
}

describe('rulesets of nodes', () => {
  it.each(['store', 'store-hardened'])('of examples/%s', async (example) => {
    await expect(await nodesOf(example)).toMatchFileSnapshot(
      join(root, 'tests', 'golden', 'lab', `nodes-${example}.nft`),
    );
  });
});

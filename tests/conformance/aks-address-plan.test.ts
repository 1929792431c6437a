import { describe, expect, it } from 'vitest';
import { poolDemand } from '../../src/semantics/address-plan/concrete.ts';
import { cluster, networkOf, subnetId } from './aks-fixture.ts';

type Json = Record<string, unknown>;

function demand(networkProfile: Json, pool: Json) {
  const network = networkOf([cluster('aks', { networkProfile }, pool)]);
  const placement = network.clusters[0]!;
  return poolDemand(placement, placement.pools[0]!.pool);
}

const NODE_SUBNET = { networkPlugin: 'azure' };
const OVERLAY = { networkPlugin: 'azure', networkPluginMode: 'overlay' };

describe('what a pool of a cluster takes', () => {
  it('AKS-11: the largest size of an autoscaled pool counts', () => {
    const pool = { enableAutoScaling: true, minCount: 3, maxCount: 60, count: 3, maxPods: 30 };
    const answer = demand(NODE_SUBNET, pool);
    expect(answer.kind === 'known' && answer.demand.nodeSubnet).toBe(1891);
  });

  it('AKS-18: maxPods has a default in every mode but pod subnet', () => {
    const overlay = demand(OVERLAY, { count: 3 });
    expect(overlay.kind === 'known' && overlay.size.maxPods).toBe(250);
    const flat = demand(NODE_SUBNET, { count: 3 });
    expect(flat.kind === 'known' && flat.size.maxPods).toBe(30);
    const podSubnetID = subnetId('spoke', 'pods');
    const open = demand(NODE_SUBNET, { count: 3, podSubnetID });
    expect(open.kind).toBe('unknown');
    const written = demand(NODE_SUBNET, { count: 5, podSubnetID, maxPods: 110 });
    expect(written.kind === 'known' && written.demand.podSubnet).toBe(768);
    const podIPAllocationMode = 'StaticBlock';
    const blocks = demand(NODE_SUBNET, {
      count: 5,
      podSubnetID,
      maxPods: 111,
      podIPAllocationMode,
    });
    expect(blocks.kind === 'known' && blocks.demand.podSubnet).toBe(672);
  });

  it('AKS-16: the surge of the pool counts, one that cannot be read is unknown', () => {
    const surge = (maxSurge: string) =>
      demand(OVERLAY, { count: 10, upgradeSettings: { maxSurge } });
    const third = surge('33%');
    expect(third.kind === 'known' && third.demand.nodeSubnet).toBe(14);
    expect(surge('some').kind).toBe('unknown');
  });
});

import { describe, expect, it } from 'vitest';
import {
  addressDemand,
  dynamicPodAddresses,
  hasRoomForUpgrade,
  nodesInNodeSubnet,
  podCidrFor,
  smallestSubnet,
  staticPodAddresses,
  surgeNodes,
  usableAddresses,
} from './concrete.ts';

// Numbers: virtual-networks-faq.md and concepts-network-ip-address-planning.md, as printed there.
describe('addresses of a subnet', () => {
  it.each([
    [29, 3],
    [28, 11],
    [27, 27],
    [26, 59],
    [25, 123],
    [24, 251],
    [23, 507],
    [22, 1019],
    [21, 2043],
    [20, 4091],
    [16, 65531],
  ])('AZS-11: a /%i has %i addresses to give', (length, usable) => {
    expect(usableAddresses(length)).toBe(usable);
  });

  it('AZS-11: nothing smaller than a /29 holds an address', () => {
    expect(usableAddresses(30)).toBe(0);
    expect(usableAddresses(32)).toBe(0);
  });

  it('the smallest subnet of nothing is still a /29, and too many fit nowhere', () => {
    expect(smallestSubnet(0)).toBe(29);
    expect(smallestSubnet(3)).toBe(29);
    expect(smallestSubnet(4)).toBe(28);
    expect(smallestSubnet(2 ** 31)).toBeUndefined();
  });
});

describe('what a pool takes', () => {
  it('AKS-11: 50 nodes of 30 pods with one surge node take 1,581 addresses, a /21', () => {
    const demand = addressDemand('node-subnet', { nodes: 50, surge: 1, maxPods: 30 });
    expect(demand.nodeSubnet).toBe(1581);
    expect(smallestSubnet(demand.nodeSubnet)).toBe(21);
  });

  it('AKS-11: 50 nodes scaling to 60 take 1,891 addresses, a /21', () => {
    const demand = addressDemand('node-subnet', { nodes: 60, surge: 1, maxPods: 30 });
    expect(demand.nodeSubnet).toBe(1891);
    expect(smallestSubnet(demand.nodeSubnet)).toBe(21);
  });

  it('AKS-11: a /24 holds 8 nodes of 30 pods, that is 240 pods', () => {
    expect(nodesInNodeSubnet(24, 30)).toBe(8);
    expect(nodesInNodeSubnet(24, 30) * 30).toBe(240);
  });

  it('AKS-13: kubenet in a /24 has 251 nodes and 27,610 pods', () => {
    const nodes = usableAddresses(24);
    expect(nodes).toBe(251);
    expect(nodes * 110).toBe(27_610);
    const demand = addressDemand('kubenet', { nodes: 250, surge: 1, maxPods: 110 });
    expect(demand).toEqual({ nodeSubnet: 251, podSubnet: 0, podBlocks: 251 });
  });

  it.each([
    [17, 30, 558],
    [5, 110, 666],
    [3, 250, 1004],
  ])(
    'AKS-11: 500 pods on %i nodes of %i pods take %i addresses, a /22',
    (nodes, maxPods, wanted) => {
      const demand = addressDemand('node-subnet', { nodes, surge: 1, maxPods });
      expect(demand.nodeSubnet).toBe(wanted);
      expect(smallestSubnet(wanted)).toBe(22);
    },
  );

  it('AKS-14: 5 nodes of 100 running pods and one surge node take 576 pod addresses and 6 node addresses', () => {
    const size = { nodes: 5, surge: 1, maxPods: 110, podsPerNode: 100 };
    const demand = addressDemand('pod-subnet-dynamic', size);
    expect(demand).toEqual({ nodeSubnet: 6, podSubnet: 576, podBlocks: 0 });
    expect([smallestSubnet(576), smallestSubnet(6)]).toEqual([22, 28]);
  });

  it('AKS-14: the upper bound counts maxPods on every node', () => {
    // 16 * ceil((110 + 8) / 16) = 16 * 8 = 128, on six nodes.
    const demand = addressDemand('pod-subnet-dynamic', { nodes: 5, surge: 1, maxPods: 110 });
    expect(demand.podSubnet).toBe(768);
    expect(dynamicPodAddresses(0)).toBe(16);
    expect(dynamicPodAddresses(8)).toBe(16);
    expect(dynamicPodAddresses(9)).toBe(32);
  });

  it('AKS-15: static blocks of 111 pods on 6 nodes take 672 pod addresses', () => {
    const demand = addressDemand('pod-subnet-static', { nodes: 5, surge: 1, maxPods: 111 });
    expect(demand).toEqual({ nodeSubnet: 6, podSubnet: 672, podBlocks: 0 });
    expect([smallestSubnet(672), smallestSubnet(6)]).toEqual([22, 28]);
  });

  it.each([15, 31, 47, 63, 79, 95, 111, 239])(
    'AKS-15: maxPods %i wastes no address of its static blocks',
    (maxPods) => {
      expect(staticPodAddresses(maxPods)).toBe(maxPods + 1);
    },
  );

  it('AKS-12: overlay of 3 nodes takes 4 VNet addresses and 4 blocks of /24', () => {
    const demand = addressDemand('overlay', { nodes: 3, surge: 1, maxPods: 250 });
    expect(demand).toEqual({ nodeSubnet: 4, podSubnet: 0, podBlocks: 4 });
    expect(smallestSubnet(4)).toBe(28);
    expect(podCidrFor(4)).toBe(22);
    // The default podCidr, a /16, has 256 nodes.
    expect(podCidrFor(256)).toBe(16);
  });

  it('internal load balancer frontends take addresses of the node subnet', () => {
    const size = { nodes: 3, surge: 1, maxPods: 250, frontends: 2 };
    expect(addressDemand('overlay', size).nodeSubnet).toBe(6);
    expect(addressDemand('node-subnet', size).nodeSubnet).toBe(1006);
  });
});

describe('upgrades', () => {
  it('AKS-16: surge is one node unless written, and a percentage rounds up', () => {
    expect(surgeNodes(undefined, 10)).toBe(1);
    expect(surgeNodes('3', 10)).toBe(3);
    expect(surgeNodes('33%', 10)).toBe(4);
    expect(surgeNodes('10%', 3)).toBe(1);
    expect(surgeNodes('a third', 10)).toBeUndefined();
  });

  it('AKS-17: a surge node wants itself and its pods in node subnet mode, itself alone in overlay', () => {
    expect(hasRoomForUpgrade('node-subnet', { nodeSubnet: 31 }, 1, 30)).toBe(true);
    expect(hasRoomForUpgrade('node-subnet', { nodeSubnet: 30 }, 1, 30)).toBe(false);
    expect(hasRoomForUpgrade('overlay', { nodeSubnet: 1 }, 1, 250)).toBe(true);
    expect(hasRoomForUpgrade('overlay', { nodeSubnet: 0 }, 1, 250)).toBe(false);
  });

  it('AKS-17: pod subnets need room for the pods of the surge node too', () => {
    expect(hasRoomForUpgrade('pod-subnet-static', { nodeSubnet: 1, podSubnet: 111 }, 1, 111)).toBe(
      false,
    );
    expect(hasRoomForUpgrade('pod-subnet-static', { nodeSubnet: 1, podSubnet: 112 }, 1, 111)).toBe(
      true,
    );
    expect(hasRoomForUpgrade('pod-subnet-dynamic', { nodeSubnet: 1 }, 1, 110)).toBe(false);
  });
});

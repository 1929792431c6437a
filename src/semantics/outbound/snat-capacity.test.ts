import { describe, expect, it } from 'vitest';
import {
  automaticPortsPerInstance,
  instancesMaxByPorts,
  manualAllocationProblem,
  natGatewayPorts,
} from './snat-capacity.ts';

describe('SNAT ports', () => {
  it.each([
    [1, 1024],
    [50, 1024],
    [51, 512],
    [100, 512],
    [101, 256],
    [200, 256],
    [201, 128],
    [400, 128],
    [401, 64],
    [800, 64],
    [801, 32],
    [1000, 32],
  ])('AZS-09: in a pool of %i instances each gets %i ports per frontend', (instances, ports) => {
    expect(automaticPortsPerInstance(instances)).toBe(ports);
  });

  it('AZS-09: the published table ends at 1,000 instances', () => {
    expect(automaticPortsPerInstance(1001)).toBeUndefined();
  });

  it('AZS-09: growth from 48 to 52 nodes halves the ports of each', () => {
    expect(automaticPortsPerInstance(48)).toBe(1024);
    expect(automaticPortsPerInstance(52)).toBe(512);
  });

  // The table of configure-load-balancer-standard.md.
  it.each([
    [1000, 2, 128],
    [1000, 7, 448],
    [4000, 2, 32],
    [4000, 7, 112],
  ])('AKS-90: with %i ports per node and %i addresses %i nodes fit', (ports, addresses, nodes) => {
    expect(instancesMaxByPorts(ports, addresses)).toBe(nodes);
  });

  it('AZS-10: manual allocation is a multiple of 8 and fits into the addresses', () => {
    expect(manualAllocationProblem(0, 5000, 1)).toBeUndefined();
    expect(manualAllocationProblem(1000, 64, 1)).toBeUndefined();
    expect(manualAllocationProblem(1000, 65, 1)).toContain('want 65000 ports');
    expect(manualAllocationProblem(1001, 1, 1)).toContain('multiple of 8');
  });

  it('AZS-08: a NAT gateway has 64,512 ports per address, up to 16 addresses', () => {
    expect(natGatewayPorts(1)).toBe(64_512);
    expect(natGatewayPorts(16)).toBe(1_032_192);
    expect(natGatewayPorts(20)).toBe(1_032_192);
  });
});

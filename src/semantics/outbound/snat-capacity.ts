/** SNAT ports of a load balancer frontend address for outbound rules (AZS-09). */
export const LOAD_BALANCER_PORTS_PER_ADDRESS = 64_000;
/** SNAT ports of one public address of a NAT gateway (AZS-08). */
export const NAT_GATEWAY_PORTS_PER_ADDRESS = 64_512;
/** Public addresses one NAT gateway may have (AZS-08). */
export const NAT_GATEWAY_ADDRESSES_MAX = 16;
/** Instances one load balancer backend pool may have in the automatic allocation table (AZS-09). */
export const LOAD_BALANCER_INSTANCES_MAX = 1_000;

/** Upper end of the pool size, ports each instance gets per frontend address. */
const AUTOMATIC_PORTS: readonly (readonly [instancesMax: number, ports: number])[] = [
  [50, 1_024],
  [100, 512],
  [200, 256],
  [400, 128],
  [800, 64],
  [LOAD_BALANCER_INSTANCES_MAX, 32],
];

/**
 * Ports each backend instance gets per frontend address when nothing is configured.
 * @param instances of the backend pool, 1 or more
 * @returns `undefined` past the end of the published table
 * @see AZS-09
 */
export function automaticPortsPerInstance(instances: number): number | undefined {
  return AUTOMATIC_PORTS.find(([instancesMax]) => instances <= instancesMax)?.[1];
}

/**
 * How many instances fit when each is given `portsPerInstance`: whole instances per address, times addresses.
 * @see AKS-90
 */
export function instancesMaxByPorts(portsPerInstance: number, addresses: number): number {
  return Math.floor(LOAD_BALANCER_PORTS_PER_ADDRESS / portsPerInstance) * addresses;
}

/** What is wrong with `allocatedOutboundPorts`, or `undefined` when nothing is. 0 means automatic (AZS-10). */
export function manualAllocationProblem(
  portsPerInstance: number,
  instances: number,
  addresses: number,
): string | undefined {
  if (portsPerInstance === 0) return undefined;
  if (portsPerInstance % 8 !== 0) {
    return `${portsPerInstance} ports per instance is not a multiple of 8`;
  }
  const wanted = portsPerInstance * instances;
  const available = LOAD_BALANCER_PORTS_PER_ADDRESS * addresses;
  return wanted > available
    ? `${instances} instances with ${portsPerInstance} ports each want ${wanted} ports; ${addresses} addresses have ${available}`
    : undefined;
}

/** Ports of a NAT gateway, shared by everything in its subnets; addresses past the sixteenth do not count (AZS-08). */
export function natGatewayPorts(addresses: number): number {
  return Math.min(addresses, NAT_GATEWAY_ADDRESSES_MAX) * NAT_GATEWAY_PORTS_PER_ADDRESS;
}

import type { Prefix } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import type { Fabric } from './fabrics.ts';
import type { FrontendRoute, PodRoute } from './node-seat.ts';
import type { Seat } from './seat.ts';

/** Everything a fabric routes between. */
export interface FabricInput {
  readonly network: Network;
  readonly fabric: Fabric;
  /** Of this fabric alone. */
  readonly seats: readonly Seat[];
  readonly podRoutes: readonly PodRoute[];
  /** Front ends of load balancers, internal and public, and the hosts that take their flows. */
  readonly frontends: readonly FrontendRoute[];
  /** Pod ranges outside the VNets that a subnet reaches directly, by subnet key. */
  readonly podRanges: ReadonlyMap<string, readonly Prefix[]>;
  /** Pod subnets of the pools of a node, by host: packets of pods that live there follow that subnet's table and group. */
  readonly podSubnets: ReadonlyMap<string, string>;
}

/** Marks of packets while they cross the fabric: one for what comes from outside, one per subnet. */
export const OUTSIDE_MARK = 0x10000;
/** All marks of the fabric, as value and mask. */
export const ANY_MARK = '0x10000/0xf0000';

/** The subnets of a fabric in their order; a subnet's mark is its position after `OUTSIDE_MARK`. */
export function subnetMarks({ network, fabric }: FabricInput): ReadonlyMap<string, number> {
  const keys = fabric.vnetKeys.flatMap((key) => network.vnets.get(key)?.subnetKeys ?? []);
  return new Map([...keys].sort().map((key, index) => [key, OUTSIDE_MARK + 1 + index]));
}

export function formatMark(mark: number): string {
  return `0x${mark.toString(16)}`;
}

/** Of a private endpoint: its answers go straight back, whatever table its subnet has (azure-networking 6.2). */
export const ENDPOINT_MARK = 0x1ffff;

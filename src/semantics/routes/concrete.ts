import { type AddressSet, firstAddress } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import type { FlowAddress } from '../flow.ts';
import { collectRoutes } from './collect-routes.ts';
import type { EffectiveRoute, RouteChoice } from './effective-route.ts';
import { lookUp } from './look-up.ts';
import { indexRoutes, type RouteIndex } from './route-index.ts';
import { oneFor, type RouteShare, split } from './split.ts';

export * from './effective-route.ts';
export type { RouteShare } from './split.ts';

/**
 * The routes of a subnet as the platform would list them, and with the ones we cannot be sure of. Built once per
 * network and subnet. Empty for a subnet that is not in the network.
 * @see AZN-01 … AZN-16
 */
export function effectiveRoutes(network: Network, subnetKey: string): readonly EffectiveRoute[] {
  return tableOf(network, subnetKey)?.index.routes ?? [];
}

/**
 * The route that wins in a subnet for a destination as it stands in the packet (after any translation made before).
 * A destination that is one unknown member of a set has a route when every member goes the same way; the host's own
 * addresses are then left aside. O(prefix lengths in use) for one address; see `splitByRoute` for a set.
 * @see AZN-08 precedence, AZN-09 longest prefix, AZN-10 system routes over BGP, AZN-17 platform
 */
export function selectRoute(
  network: Network,
  subnetKey: string,
  destination: FlowAddress,
): RouteChoice {
  const table = tableOf(network, subnetKey);
  if (table === undefined) {
    return {
      kind: 'unknown',
      candidates: [],
      why: [{ missing: `the subnet ${subnetKey}, which is not in the input` }],
    };
  }
  if (destination.kind === 'exact') {
    return lookUp(table.index, destination.ip, destination.symbol);
  }
  const { symbol, addresses } = destination;
  if (symbol !== undefined && table.index.floating.some((route) => route.symbol === symbol)) {
    return lookUp(table.index, firstAddress(addresses)!, symbol);
  }
  return oneFor(sharesOf(table, addresses), destination.label);
}

/**
 * Cuts a set by the route its members take. Shares are disjoint and add up to `addresses`; an empty set has none.
 * O(prefixes inside the set × prefix lengths in use); remembered per set object.
 */
export function splitByRoute(
  network: Network,
  subnetKey: string,
  addresses: AddressSet,
): readonly RouteShare[] {
  const table = tableOf(network, subnetKey);
  if (table !== undefined) return sharesOf(table, addresses);
  const missing = `the subnet ${subnetKey}, which is not in the input`;
  return [{ choice: { kind: 'unknown', candidates: [], why: [{ missing }] }, addresses }];
}

interface Table {
  readonly index: RouteIndex;
  readonly splits: WeakMap<AddressSet, readonly RouteShare[]>;
}

const tables = new WeakMap<Network, Map<string, Table>>();

/** Memory, not state: a network is immutable, so its tables never change. */
function tableOf(network: Network, subnetKey: string): Table | undefined {
  let known = tables.get(network);
  if (known === undefined) {
    known = new Map();
    tables.set(network, known);
  }
  const table = known.get(subnetKey);
  if (table !== undefined) return table;
  const subnet = network.subnets.get(subnetKey);
  if (subnet === undefined) return undefined;
  const made = { index: indexRoutes(collectRoutes(network, subnet)), splits: new WeakMap() };
  known.set(subnetKey, made);
  return made;
}

function sharesOf(table: Table, addresses: AddressSet): readonly RouteShare[] {
  const known = table.splits.get(addresses);
  if (known !== undefined) return known;
  const shares = split(table.index, addresses);
  table.splits.set(addresses, shares);
  return shares;
}

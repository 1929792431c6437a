import type { Condition } from '../../../flows/index.ts';
import type { UserRoute } from '../../../model/index.ts';
import type { FirewallPlacement, SubnetPlacement } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { FirewallContext } from '../context.ts';
import { effectiveSettings, tierHas } from '../effective-settings.ts';
import { conditionOf } from './firewall-decider.ts';

/** Do flows to the Internet go elsewhere? A condition: they do if it comes out so. */
export type Tunnelled = boolean | Condition;

/**
 * Only a firewall with a management interface may send Internet flows elsewhere, and not on Basic; the default route of its subnet
 * then says where to. @see AFW-05, AFW-74, AFW-93
 */
export function isTunnelled(placement: FirewallPlacement, context: FirewallContext): Tunnelled {
  const { firewall, subnet } = placement;
  const { tier } = effectiveSettings(placement);
  const isAble =
    firewall.managementIpConfiguration !== undefined &&
    tierHas(tier, 'forced tunnelling') !== false;
  if (!isAble || subnet.kind === 'none') return false;
  if (subnet.kind === 'unknown') return conditionOf(subnet.unknown);
  if (subnet.kind === 'dangling') {
    return { missing: `the routes of subnet \`${subnet.id}\` (not in the input)`, at: subnet.at };
  }
  const { routeTable } = subnet.target;
  switch (routeTable.kind) {
    case 'none':
      return mayLearnDefault(subnet.target, context);
    case 'unknown':
      return conditionOf(routeTable.unknown);
    case 'dangling':
      return { missing: `route table \`${routeTable.id}\` (not in the input)`, at: routeTable.at };
    case 'found': {
      const { routes, disableBgpRoutePropagation } = routeTable.target;
      const hop = routes.find(isDefaultRoute)?.nextHopType;
      if (hop !== undefined) return isUnknown(hop) ? conditionOf(hop) : hop !== 'Internet';
      const unread = routes.map(({ destination }) => destination).find(isUnknown);
      if (unread !== undefined) return conditionOf(unread);
      return disableBgpRoutePropagation !== true && mayLearnDefault(subnet.target, context);
    }
  }
}

function isDefaultRoute({ destination }: UserRoute): boolean {
  if (isUnknown(destination) || destination.kind !== 'prefix') return false;
  const { family, length } = destination.prefix;
  return family === 4 && length === 0;
}

function mayLearnDefault({ vnet }: SubnetPlacement, { network }: FirewallContext): Tunnelled {
  if (network?.vnets.get(vnet.key)?.learnsUnknownRoutes !== true) return false;
  return { missing: `whether a gateway advertises a default route to \`${vnet.name}\`` };
}

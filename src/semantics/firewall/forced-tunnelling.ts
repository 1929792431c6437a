import type { UserRoute } from '../../model/index.ts';
import type { FirewallPlacement, SubnetPlacement } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { type Match, NO, unknownMatch, YES } from '../verdict.ts';
import type { FirewallContext } from './context.ts';
import { effectiveSettings, tierHas } from './effective-settings.ts';

/**
 * Does the firewall send Internet flows somewhere else than to the Internet? Only one with a management interface
 * may; the default route of AzureFirewallSubnet then says where to.
 * @see AFW-05, AFW-74
 */
export function forcedTunnelling(placement: FirewallPlacement, context: FirewallContext): Match {
  const { firewall, subnet } = placement;
  if (firewall.managementIpConfiguration === undefined) return NO;
  if (tierHas(effectiveSettings(placement).tier, 'forced tunnelling') === false) return NO;
  switch (subnet.kind) {
    case 'none':
      return NO;
    case 'dangling':
      return unknownMatch(`the routes of subnet \`${subnet.id}\` (not in the input)`, subnet.at);
    case 'unknown':
      return unknownMatch(subnet.unknown.missing, subnet.unknown.at);
    case 'found':
      return divertsDefault(subnet.target, context);
  }
}

function divertsDefault(subnet: SubnetPlacement, context: FirewallContext): Match {
  const { routeTable } = subnet;
  switch (routeTable.kind) {
    case 'none':
      return learnedDefault(subnet, context);
    case 'dangling':
      return unknownMatch(`route table \`${routeTable.id}\` (not in the input)`, routeTable.at);
    case 'unknown':
      return unknownMatch(routeTable.unknown.missing, routeTable.unknown.at);
    case 'found': {
      const table = routeTable.target;
      const route = table.routes.find(isDefault);
      if (route !== undefined) {
        const { nextHopType } = route;
        if (isUnknown(nextHopType)) return unknownMatch(nextHopType.missing, nextHopType.at);
        return nextHopType === 'Internet' ? NO : YES;
      }
      const open = table.routes.map((entry) => entry.destination).find((entry) => isUnknown(entry));
      if (open !== undefined) return unknownMatch(open.missing, open.at);
      return table.disableBgpRoutePropagation === true ? NO : learnedDefault(subnet, context);
    }
  }
}

function isDefault(route: UserRoute): boolean {
  const { destination } = route;
  return (
    !isUnknown(destination) &&
    destination.kind === 'prefix' &&
    destination.prefix.family === 4 &&
    destination.prefix.length === 0
  );
}

/** Without a route of its own the subnet follows a default route that a gateway may have learned. */
function learnedDefault(subnet: SubnetPlacement, context: FirewallContext): Match {
  const vnet = context.network?.vnets.get(subnet.vnet.key);
  return vnet?.learnsUnknownRoutes === true
    ? unknownMatch(`whether a gateway advertises a default route to \`${subnet.vnet.name}\``)
    : NO;
}

import { vnetReaches } from '../../network/index.ts';
import { goesOn, open, type Place } from '../branch.ts';
import type { World } from '../world.ts';
import { leavingSubnet } from './leaving-subnet.ts';

/** Behind a VPN or ExpressRoute gateway: what comes from there enters by the gateway's subnet and follows its routes. */
export function onPremises(world: World): Place {
  return {
    key: 'on-premises',
    visit: (branch) => {
      const { network } = world;
      const doors = new Map<string, string>();
      for (const { subnet } of network.perimeter.virtualNetworkGateways.values()) {
        const found = subnet?.kind === 'reference' ? network.subnets.get(subnet.key) : undefined;
        if (found !== undefined) doors.set(found.subnet.key, found.vnet.key);
      }
      const homes = [...network.vnets.keys()];
      const leading = [...doors].filter(([, vnet]) =>
        homes.some((home) => vnetReaches(network, vnet, home) !== 'no'),
      );
      const [door] = leading;
      if (door === undefined) {
        const missing =
          'how it is reached from on-premises (no virtual network gateway in the input leads there)';
        return [open(branch, { missing })];
      }
      if (leading.length > 1) return [open(branch, { missing: 'by which gateway it comes' })];
      return [goesOn(branch, leavingSubnet(world, { subnetKey: door[0] }))];
    },
  };
}

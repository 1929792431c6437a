import type { Gap, Place } from '../../diagnostics/index.ts';
import type { Perimeter } from '../../model/index.ts';
import type { Prefix } from '../../net/index.ts';
import { isUnknown } from '../../values/index.ts';

/** What of the perimeter is written for IPv6: nobody in the lab has such an address, so none of it is tried. */
export function ipv6Gaps({ virtualNetworks, routeTables, clusters }: Perimeter): readonly Gap[] {
  return [
    ...[...virtualNetworks.values()].flatMap(({ name, addressSpace, at }) =>
      addressSpace.some((one) => !isUnknown(one) && isIpv6(one.prefix))
        ? [
            gap(
              `IPv6 of virtual network ${name}`,
              'its interfaces have their IPv4 addresses alone',
              at,
            ),
          ]
        : [],
    ),
    ...[...routeTables.values()].flatMap(({ name, routes, at }) => {
      const count = routes.filter(
        ({ destination: to }) => !isUnknown(to) && to.kind === 'prefix' && isIpv6(to.prefix),
      ).length;
      const text = `IPv6 routes of ${name}`;
      return count === 0 ? [] : [{ ...gap(text, 'no packet of the lab meets them', at), count }];
    }),
    ...[...clusters.values()].flatMap(({ name, network, at }) =>
      network.ipFamilies.some((family) => family.toLowerCase() === 'ipv6')
        ? [gap(`IPv6 of cluster ${name}`, 'its pods and Services have IPv4 addresses alone', at)]
        : [],
    ),
  ];
}

function gap(what: string, why: string, at: Place): Gap {
  return { what, why: `the lab is IPv4 only: ${why}`, at };
}

function isIpv6({ family }: Prefix): boolean {
  return family === 6;
}

import { addressSetHas, formatIp } from '../../net/index.ts';
import type { Seat } from './seat.ts';
import { exact, type Making, seatIn } from './seat-making.ts';

/**
 * Machines that the input names only as members of a load balancer's pool, by their address: they are there, whatever they are. One seat
 * each, in the subnet that their address lies in.
 */
export function* poolMembers(making: Making, seated: readonly Seat[]): Generator<Seat> {
  const { network, names } = making;
  const known = new Set(seated.flatMap(({ addresses }) => addresses.map(formatIp)));
  for (const balancer of network.perimeter.loadBalancers.values()) {
    for (const { addresses } of balancer.backendPools) {
      for (const ip of addresses.flatMap(exact)) {
        const text = formatIp(ip);
        if (known.has(text)) continue;
        known.add(text);
        const subnet = [...network.subnets.values()].find((one) =>
          addressSetHas(one.addresses, ip),
        );
        if (subnet === undefined) continue;
        const seat = seatIn(making, subnet, {
          host: names.give(`member-${text.split('.').slice(2).join('-')}`),
          kind: 'machine',
          label: `member ${text} of load balancer ${balancer.name}`,
          endName: `machine/${text}`,
          traceName: text,
          addresses: [ip],
          isPoolMember: true,
        });
        if (seat !== undefined) yield seat;
      }
    }
  }
}

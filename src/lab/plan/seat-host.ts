import { formatIp } from '../../net/index.ts';
import type { LabEnd, LabHost } from './lab-plan.ts';
import { type Seat, wayOut } from './seat.ts';

/**
 * A plain host on its seat: a machine, a private endpoint, an application gateway, what is on-premises. Further addresses are its own, on
 * the loopback; whole prefixes (on-premises) too, since somebody is to answer behind them.
 */
export function seatHost(seat: Seat): LabHost {
  const [first] = seat.addresses;
  const { prefixLength, gateway } = wayOut(seat.subnet, first!);
  const prefixes = seat.furtherAddresses.filter((text) => text.includes('/'));
  const single = seat.furtherAddresses.filter((text) => !text.includes('/'));
  const inside = prefixes.map(insideOf);
  const source = inside[0] === undefined ? '' : ` src ${inside[0]}`;
  return {
    name: seat.host,
    kind: seat.kind,
    label: seat.label,
    sysctls: [
      ['net.ipv6.conf.all.disable_ipv6', '1'],
      ['net.ipv4.ip_forward', seat.forwards ? '1' : '0'],
      ['net.ipv4.conf.all.rp_filter', '0'],
      ['net.ipv4.conf.eth0.rp_filter', '0'],
      ['net.ipv4.conf.all.send_redirects', '0'],
      ['net.ipv4.conf.eth0.send_redirects', '0'],
    ],
    ip: [
      'link set lo up',
      ...seat.addresses.map((ip) => `addr add ${formatIp(ip)}/${prefixLength} dev eth0`),
      ...[...single, ...inside].map((address) => `addr add ${address}/32 dev lo`),
      ...prefixes.map((prefix) => `route replace local ${prefix} dev lo`),
      'link set eth0 up',
      `route replace default via ${formatIp(gateway)} dev eth0 onlink${source}`,
    ],
    nftables: '',
    answers: seat.answers,
    resolvers: seat.resolvers,
  };
}

/** An address of a prefix that a machine may have: the first, or the second where the first is the network's. */
function insideOf(prefix: string): string {
  const [base = '', length = '32'] = prefix.split('/');
  if (Number(length) >= 31) return base;
  const octets = base.split('.').map(Number);
  return [...octets.slice(0, 3), (octets[3] ?? 0) + 4].join('.');
}

export function seatEnd(seat: Seat): readonly LabEnd[] {
  if (seat.endName === undefined) return [];
  const own = seat.addresses.map(formatIp);
  const addresses =
    seat.kind === 'on-premises'
      ? seat.furtherAddresses.map(insideOf)
      : [...own, ...seat.publicAddresses, ...seat.furtherAddresses];
  return [
    {
      name: seat.endName,
      host: seat.host,
      addresses,
      ...(seat.traceName === undefined ? {} : { traceName: seat.traceName }),
    },
  ];
}

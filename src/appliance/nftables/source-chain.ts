import { formatIp } from '../../net/index.ts';
import { chain, classOf } from './decision-chains.ts';
import type { TableParts } from './table.ts';

/**
 * Which source a connection leaves with.
 * @see AFW-66, AFW-67 DNAT. AFW-70, AFW-71 network rules. AFW-72 application rules: what the proxy opens itself comes from the
 *   private address and falls through to the last lines. AFW-73, AFW-74 NAT gateway and forced tunnelling
 */
export function sourceLines({ site, leavesPrivately }: TableParts): readonly string[] {
  const pool = site.publicAddresses.filter(({ family }) => family === 4).map(formatIp);
  const inside = `snat ip to ${formatIp(site.instanceAddress ?? site.privateAddress)}`;
  const outside = leavesPrivately || pool.length === 0 ? inside : fromPool(pool);
  const of = (decision: 'allow' | 'dnat') => `ct mark & 0xff000000 == ${classOf(decision)}`;
  return chain('c_source', [
    'type nat hook postrouting priority srcnat; policy accept;',
    `oifname != "${site.interfaceName}" accept`,
    'meta nfproto != ipv4 accept',
    `${of('allow')} ip daddr @private_ranges accept`,
    `${of('dnat')} ip daddr != @public_space ${inside}`,
    // AFW-79: private, and outside the ranges of one's own.
    `${of('allow')} ip daddr != @public_space ${inside}`,
    `ip daddr @public_space ${outside}`,
    ...(site.instanceAddress === undefined
      ? []
      : [`ip saddr ${formatIp(site.privateAddress)} ct mark 0 ${inside}`]),
  ]);
}

/** AFW-71: at random for each connection, and the port as well. */
function fromPool(pool: readonly string[]): string {
  if (pool.length === 1) return `snat ip to ${pool[0]} fully-random`;
  const choices = pool.map((address, at) => `${at} : ${address}`).join(', ');
  return `snat ip to numgen random mod ${pool.length} map { ${choices} } fully-random`;
}

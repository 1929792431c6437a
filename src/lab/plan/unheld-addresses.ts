import { addressSetCovers, formatIp, type Ip } from '../../net/index.ts';
import { type Network, PUBLIC_IPV4 } from '../../network/index.ts';

/**
 * Public addresses of the perimeter that nobody in the lab holds: front ends without members, addresses that hang on nothing. No host of
 * the internet has them either, so what is sent there is lost (AZS-43).
 */
export function unheldAddresses({ owners }: Network, held: ReadonlySet<string>): readonly string[] {
  const texts = owners.entries.flatMap(({ address: { isExact, addresses } }) => {
    const [value] = addresses.v4;
    if (!isExact || value === undefined || !addressSetCovers(PUBLIC_IPV4, addresses)) return [];
    return [formatIp({ family: 4, value } as Ip)];
  });
  return [...new Set(texts)].filter((text) => !held.has(text)).sort();
}

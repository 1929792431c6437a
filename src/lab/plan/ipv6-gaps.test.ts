import { describe, expect, it } from 'vitest';
import { placeless } from '../../diagnostics/index.ts';
import type { Perimeter } from '../../model/index.ts';
import { parsePrefix } from '../../net/index.ts';
import { ipv6Gaps } from './ipv6-gaps.ts';

const at = placeless('a test');
const prefix = (text: string) => ({ kind: 'prefix', prefix: parsePrefix(text)!, text, at });

describe('IPv6 in the lab', () => {
  it('is said to be left out wherever it is written', () => {
    const perimeter = {
      virtualNetworks: new Map([
        ['a', { name: 'dual', at, addressSpace: [prefix('10.0.0.0/16'), prefix('fd00:db8::/48')] }],
        ['b', { name: 'single', at, addressSpace: [prefix('10.1.0.0/16')] }],
      ]),
      routeTables: new Map([
        [
          'r',
          {
            name: 'rt',
            at,
            routes: [{ destination: prefix('::/0') }, { destination: prefix('0.0.0.0/0') }],
          },
        ],
      ]),
      clusters: new Map([['c', { name: 'aks', at, network: { ipFamilies: ['IPv4', 'IPv6'] } }]]),
    } as unknown as Perimeter;
    expect(ipv6Gaps(perimeter).map(({ what }) => what)).toEqual([
      'IPv6 of virtual network dual',
      'IPv6 routes of rt',
      'IPv6 of cluster aks',
    ]);
  });
});

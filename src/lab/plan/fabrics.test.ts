import { describe, expect, it } from 'vitest';
import { hubAndSpokes, hubAndSpokesPlan } from '../../../tests/support/hub-and-spokes.ts';
import { snapshotOf } from '../../../tests/support/snapshot-of.ts';
import { readPerimeter } from '../../model/index.ts';
import { parseIp, parsePrefix, prefixHas } from '../../net/index.ts';
import { deriveNetwork } from '../../network/index.ts';
import { AddressPool } from './address-pool.ts';
import { cable } from './cables.ts';
import { fabricsOf } from './fabrics.ts';
import { HostNames } from './host-names.ts';
import { nameAddress } from './name-address.ts';

describe('fabrics', () => {
  it('join VNets that are peered, also through others', () => {
    const alone = {
      type: 'Microsoft.Network/virtualNetworks',
      name: 'alone',
      properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } },
    };
    const network = deriveNetwork(readPerimeter(snapshotOf([alone, ...hubAndSpokes()])));
    const fabrics = fabricsOf(network, new HostNames());
    const names = fabrics.map(({ vnetKeys }) => vnetKeys.map((key) => key.split('/').at(-1)));
    expect(names).toEqual([['alone'], ['hub', 'left', 'right']]);
    expect(fabrics.map(({ host }) => host)).toEqual(['fabric', 'fabric-2']);
  });

  it('have cables with addresses of their own, from the range no VNet may use', () => {
    const all = ['edge', 'internet', 'platform'] as const;
    const addresses = all.flatMap((block) =>
      [0, 1, 1023].flatMap((index) => {
        const { near, far } = cable(block, index);
        return [near, far];
      }),
    );
    expect(new Set(addresses).size).toBe(addresses.length);
    const linkLocal = parsePrefix('169.254.0.0/16')!;
    for (const address of addresses) expect(prefixHas(linkLocal, parseIp(address)!)).toBe(true);
  });
});

describe('names in the lab', () => {
  it('are short, clean and different', () => {
    const names = new HostNames();
    expect(names.give('Pool 1')).toBe('pool-1');
    expect(names.give('pool.1')).toBe('pool-1-2');
    expect(names.give('a-very-long-name-of-a-machine')).toBe('a-very-long-nam');
    expect(names.give('a-very-long-name-of-another')).toBe('a-very-long-n-2');
    expect(names.give('42')).toBe('host');
    expect(names.give('ü; rm -rf /')).toBe('rm-rf');
  });

  it('have an address each, the same in every lab, in the range kept for benchmarks', () => {
    const range = parsePrefix('198.18.0.0/15')!;
    const list = Array.from({ length: 2000 }, (_, index) => `n${index}.example.com`);
    const addresses = list.map(nameAddress);
    for (const address of addresses) expect(prefixHas(range, parseIp(address)!)).toBe(true);
    // 2,000 of 130,816 collide about 15 times (n² / 2m) in a fair draw.
    expect(new Set(addresses).size).toBeGreaterThan(1960);
    expect(nameAddress('MCR.Microsoft.com.')).toBe(nameAddress('mcr.microsoft.com'));
  });
});

describe('addresses that are given', () => {
  it('start at the fifth of a subnet, as Azure keeps four, and spare the last', () => {
    const pool = new AddressPool([0x0a000004]);
    const room = { v4: [0x0a000000, 0x0a000007], v6: [] };
    expect([1, 2, 3].map(() => pool.privateIn(room)?.value)).toEqual([
      0x0a000005,
      0x0a000006,
      undefined,
    ]);
  });
});

describe('the way out of a fabric', () => {
  it('is listed per sender: an address of the instance before the subnet’s lent one (AZS-03)', () => {
    const plan = hubAndSpokesPlan('ways');
    const { nftables } = plan.hosts.find(({ name }) => name === 'edge')!;
    const web = plan.assumed.find(({ name }) => name === 'web.publicIp')!.value;
    expect(nftables).toContain(`${web} : 10.2.0.10`);
    expect(nftables).toMatch(/map senders \{[^}]*\b10\.2\.0\.10 : goto way_\d+/s);
    expect(nftables).toMatch(/10\.0\.1\.0\/24 : goto way_\d/);
    expect(nftables).not.toContain('10.2.2.0/24'); // AZS-07: private, no way out
  });
});

import { describe, expect, it } from 'vitest';
import { importPaths } from '../../importers/index.ts';
import { bundledDatasets, nodeFileSystem } from '../../io/index.ts';
import { readPerimeter } from '../../model/index.ts';
import { firstAddress, formatIp, rangesOfAddressSet } from '../../net/index.ts';
import { deriveNetwork, type Network } from '../../network/index.ts';
import { parsePodHistory } from './pod-history.ts';
import { locator } from './whereabouts.ts';

async function networkIn(folder: string): Promise<Network> {
  const snapshot = await importPaths(nodeFileSystem(), [folder], {}, bundledDatasets());
  return deriveNetwork(readPerimeter(snapshot));
}

const at = (iso: string) => Date.parse(iso) * 1000;

describe('who is behind an address', () => {
  it('AKS-01 of an overlay cluster is the node: the pod cannot be told, and that is said', async () => {
    const network = await networkIn('examples/store-hardened');
    const cluster = network.clusters[0]!;
    expect(cluster.addressing).toBe('overlay');
    const node = formatIp(firstAddress(cluster.nodeAddresses)!);
    const found = locator({ network })(node, 0);
    expect(found).toMatchObject({ kind: 'pool', cluster: cluster.name });
    expect(found.label).toContain(cluster.pools[0]!.pool.name);
    expect(found.hidden).toBe(
      `${cluster.name} is an overlay cluster: the firewall sees the node of a pod, never the pod`,
    );
  });

  it('is the firewall at its own address, a subnet of the network elsewhere, and nobody beyond', async () => {
    const network = await networkIn('examples/perimeter-store');
    const locate = locator({ network });
    const [firewall] = [...network.firewalls.values()];
    const own = firewall!.privateAddress;
    if (own?.isExact === true) {
      const label = locate(formatIp(firstAddress(own.addresses)!), 0).label;
      expect(label).toBe(`firewall ${firewall!.firewall.name}`);
    }
    expect(locate('203.0.113.9', 0)).toEqual({ label: '203.0.113.9', kind: 'public' });
    expect(locate('192.168.250.1', 0)).toEqual({ label: '192.168.250.1', kind: 'private' });
    for (const hostile of ['', '\u001b[31m', '10.0.0.1; rm -rf', '999.1.1.1', '::ffff:1.2.3.4.5']) {
      expect(locate(hostile, 0).kind).toBe('unknown');
    }
    const subnets = [...network.subnets.values()];
    expect(subnets.length).toBeGreaterThan(1);
    for (const { addresses } of subnets) {
      const range = rangesOfAddressSet(addresses).find(({ family }) => family === 4);
      if (range?.family !== 4) continue;
      const middle = Math.floor((range.low + range.high) / 2);
      const text = formatIp({ family: 4, value: middle as typeof range.low });
      expect(['subnet', 'pool', 'cluster', 'firewall', 'service', 'node']).toContain(
        locate(text, 0).kind,
      );
    }
  });

  it('is the pod that had the address at that time, where a history says so', () => {
    const { history, diagnostics } = parsePodHistory(
      [
        'address,namespace,workload,from,to',
        '10.1.0.9,orders,api,2026-11-01T00:00:00Z,2026-11-01T10:00:00Z',
        '10.1.0.9,web,frontend,2026-11-01T10:00:00Z,',
        '{"address":"10.1.0.7","namespace":"orders","pod":"worker-1","cluster":"aks-a"}',
        '',
      ].join('\n'),
      'pods.csv',
    );
    expect(diagnostics).toEqual([]);
    const locate = locator({ history });
    expect(locate('10.1.0.9', at('2026-11-01T09:59:59Z')).label).toBe('orders/api');
    expect(locate('10.1.0.9', at('2026-11-01T10:00:00Z')).label).toBe('web/frontend');
    expect(locate('10.1.0.9', at('2026-10-31T23:00:00Z'))).toEqual({
      label: '10.1.0.9',
      kind: 'private',
    });
    expect(locate('10.1.0.7', 0)).toEqual({
      label: 'orders/worker-1',
      kind: 'workload',
      cluster: 'aks-a',
    });
  });
});

describe('a history of pod addresses', () => {
  it('tells each line that says nothing, five of them, and keeps the rest', () => {
    const broken = [
      'address,namespace,workload,from,to',
      'not-an-address,orders,api,,',
      '10.0.0.1,orders,,,',
      '10.0.0.2,orders,api,yesterday,',
      '10.0.0.3,orders,api,2026-11-02T00:00:00Z,2026-11-01T00:00:00Z',
      '{"address":',
      '[1,2]',
      '10.0.0.4,orders,api,,,,,,,',
      '10.0.0.5,orders,api,,',
    ];
    const { history, diagnostics } = parsePodHistory(broken.join('\r\n'), 'pods.csv');
    expect(history.stays).toBe(1);
    expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(['logs/pod-history']));
    expect(diagnostics.map(({ message }) => message)).toEqual([
      '`pods.csv`: line 2 has no address',
      '`pods.csv`: line 3 has no workload and no pod',
      '`pods.csv`: line 4 has a time that cannot be read',
      '`pods.csv`: line 5 ends before it begins',
      '`pods.csv`: line 6 is no object or row',
      '`pods.csv`: 2 more lines cannot be read',
    ]);
  });
});

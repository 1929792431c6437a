import { describe, expect, it } from 'vitest';
import { pinCheck } from '../../support/check-cases.ts';
import { asking, resourcesOf as of, without } from '../../support/outcome-words.ts';
import type { Json } from '../../support/snapshot-of.ts';
import {
  changed,
  net,
  type Perimeter,
  soundPerimeter,
  unknown,
} from '../../support/sound-perimeter.ts';

/** Expected values: aks.md 2.2 (address rules), 2.3 (formulas and the worked numbers), 11 (P2, A8, F2). */
const sound = soundPerimeter();
const SUBNET = 'spoke/properties/subnets/0/properties';
const PROFILE = 'aks/properties/networkProfile';
const POOL = 'aks/properties/agentPoolProfiles/0';
const subnetId = (name: string, vnet = 'spoke') =>
  `${net('virtualNetworks', vnet)}/subnets/${name}`;

/** The sound cluster with values of its pool and its network profile replaced. */
function cluster(pool: Json, profile: Json = {}, prefix = '10.1.0.0/22'): Perimeter {
  let perimeter = changed(sound, `${SUBNET}/addressPrefix`, prefix);
  for (const [name, value] of Object.entries(pool))
    perimeter = changed(perimeter, `${POOL}/${name}`, value);
  for (const [name, value] of Object.entries(profile))
    perimeter = changed(perimeter, `${PROFILE}/${name}`, value);
  return perimeter;
}
const FLAT = { networkPluginMode: undefined };

describe('P2: room in the subnets', () => {
  const id = 'cluster/subnet-too-small';
  const ask = asking(id);
  // aks 2.3: 50 nodes, M=30, S=1 want 51 + 51*30 = 1,581 -> /21.
  const fifty = (prefix: string) => cluster({ count: 50, maxPods: 30 }, FLAT, prefix);
  pinCheck('cluster/subnet-too-small', {
    pass: of(fifty('10.1.0.0/21')),
    fail: of(fifty('10.1.0.0/22'), {
      says: 'nodes has 1019 addresses and pool system may want 1581',
    }),
    unknown: of(cluster({ count: unknown('the count') }, FLAT), {
      says: 'the number of nodes of pool `system`',
    }),
  });

  it(`${id}: the autoscaler counts with its maximum, 61 + 61*30 = 1,891 -> /21`, () => {
    const scaling = { count: 1, enableAutoScaling: true, minCount: 1, maxCount: 60, maxPods: 30 };
    expect(ask.kind(cluster(scaling, FLAT, '10.1.0.0/21'))).toBe('pass');
    expect(ask.messages(cluster(scaling, FLAT, '10.1.0.0/22'))).toEqual([
      'nodes has 1019 addresses and pool system may want 1891.',
    ]);
  });

  it.each([
    // aks 2.3, 500 application pods: 18*31 = 558; 6*111 = 666; 4*251 = 1,004.
    { count: 17, maxPods: 30, enough: '10.1.0.0/22', less: '10.1.0.0/23' },
    { count: 5, maxPods: 110, enough: '10.1.0.0/22', less: '10.1.0.0/23' },
    { count: 3, maxPods: 250, enough: '10.1.0.0/22', less: '10.1.0.0/23' },
    // A /24 holds 251/31 = 8 nodes, the surge node among them.
    { count: 7, maxPods: 30, enough: '10.1.0.0/24', less: '10.1.0.0/25' },
  ])(`${id}: $count nodes of $maxPods pods fit $enough, not $less`, (row) => {
    const pool = { count: row.count, maxPods: row.maxPods };
    expect(ask.kind(cluster(pool, FLAT, row.enough))).toBe('pass');
    expect(ask.kind(cluster(pool, FLAT, row.less))).toBe('fail');
  });

  it(`${id}: eight nodes and a surge node are one too many for a /24`, () => {
    expect(ask.kind(cluster({ count: 8, maxPods: 30 }, FLAT, '10.1.0.0/24'))).toBe('fail');
  });

  it(`${id}: overlay takes a node's address alone (AKS-12); surge in percent is rounded up (AKS-16)`, () => {
    // /28 has 11: ten nodes and one surge node.
    expect(ask.kind(cluster({ count: 10 }, {}, '10.1.0.0/28'))).toBe('pass');
    expect(ask.kind(cluster({ count: 11 }, {}, '10.1.0.0/28'))).toBe('fail');
    const surge = { count: 9, upgradeSettings: { maxSurge: '33%' } };
    expect(ask.messages(cluster(surge, {}, '10.1.0.0/28'))).toEqual([
      'nodes has 11 addresses and pool system may want 12.',
    ]);
  });

  const pods = (prefix: string, pool: Json) =>
    changed(
      cluster({ podSubnetID: subnetId('pods'), ...pool }, FLAT),
      'spoke/properties/subnets/-',
      { name: 'pods', properties: { addressPrefix: prefix } },
    );
  it(`${id}: pod subnets count too: 6*16*ceil(118/16) = 768 dynamic (AKS-14), 6*112 = 672 static (AKS-15)`, () => {
    expect(ask.kind(pods('10.1.16.0/22', { count: 5, maxPods: 110 }))).toBe('pass');
    expect(ask.messages(pods('10.1.16.0/23', { count: 5, maxPods: 110 }))).toEqual([
      'pods has 507 addresses and pool system may want 768.',
    ]);
    const block = { count: 5, maxPods: 111, podIPAllocationMode: 'StaticBlock' };
    expect(ask.messages(pods('10.1.16.0/23', block))).toEqual([
      'pods has 507 addresses and pool system may want 672.',
    ]);
  });

  it(`${id}: for a pod subnet the default of maxPods is disputed (AKS-18)`, () => {
    expect(ask.kind(pods('10.1.16.0/22', { maxPods: undefined }))).toBe('unknown');
    expect(ask.kind(cluster({ maxPods: undefined }, FLAT))).toBe('pass');
  });

  it(`${id}: pools and clusters that share a subnet add up (AKS-17)`, () => {
    const half = cluster({ count: 5 }, {}, '10.1.0.0/28');
    expect(ask.kind(half)).toBe('pass');
    const pool = { name: 'user', mode: 'User', count: 5, vnetSubnetID: subnetId('nodes') };
    expect(ask.messages(changed(half, 'aks/properties/agentPoolProfiles/-', pool))).toEqual([
      'nodes has 11 addresses and its pools may want 12.',
    ]);
    const id2 = `${half['aks']!['id']}2`;
    const second = { ...half, aks2: { ...half['aks'], id: id2, name: 'aks2' } };
    expect(ask.kind(second)).toBe('fail');
  });

  it(`${id}: a prefix nobody knows is no small subnet, and a subnet that AKS makes is not asked`, () => {
    expect(ask.kind(changed(sound, `${SUBNET}/addressPrefix`, unknown('the prefix')))).toBe(
      'unknown',
    );
    expect(ask.kind(changed(sound, `${POOL}/vnetSubnetID`, undefined))).toBe('not-applicable');
  });

  it(`${id}: internal front ends take addresses of the node subnet (aks 2.3, L)`, () => {
    const ten = cluster({ count: 10 }, {}, '10.1.0.0/28');
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'web',
        namespace: 'shop',
        annotations: { 'service.beta.kubernetes.io/azure-load-balancer-internal': 'true' },
      },
      spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
    };
    expect(ask.messages(ten, { objects: [service] })).toEqual([
      'nodes has 11 addresses and pool system may want 12.',
    ]);
  });
});

describe('P2: room in the pod range', () => {
  const id = 'cluster/pod-range-too-small';
  const ask = asking(id);
  pinCheck('cluster/pod-range-too-small', {
    // aks 2.3: overlay M=250, 3+1 nodes want 4 * /24 = /22.
    pass: of(cluster({ count: 3 }, { podCidr: '10.244.0.0/22' })),
    fail: of(cluster({ count: 4 }, { podCidr: '10.244.0.0/22' }), {
      says: 'The pod range 10.244.0.0/22 of aks holds 4 nodes and its pools may want 5',
    }),
    unknown: of(cluster({}, { podCidr: unknown('the pod range') }), { says: 'the pod range' }),
  });

  it(`${id}: the default /16 has 256 blocks (AKS-12); kubenet counts the same (AKS-13)`, () => {
    const absent = { podCidr: undefined };
    expect(ask.kind(cluster({ count: 255 }, absent))).toBe('pass');
    expect(ask.kind(cluster({ count: 256 }, absent))).toBe('fail');
    const kubenet = { networkPlugin: 'kubenet', networkPluginMode: undefined };
    expect(ask.kind(cluster({ count: 4 }, { ...kubenet, podCidr: '10.244.0.0/22' }))).toBe('fail');
    expect(ask.kind(cluster({}, FLAT))).toBe('not-applicable');
  });
});

describe('F2: overlapping ranges', () => {
  const id = 'cluster/address-overlap';
  const ask = asking(id);
  const profile = (name: string, value: unknown) => changed(sound, `${PROFILE}/${name}`, value);
  pinCheck('cluster/address-overlap', {
    pass: of(sound),
    fail: of(profile('podCidr', '10.1.128.0/17'), {
      says: 'In aks the pod range and spoke share 10.1.128.0/17',
    }),
    unknown: of(profile('serviceCidr', unknown('the service range')), {
      says: 'the service range',
    }),
  });

  it(`${id}: peers count, and so do on-premises prefixes; pods and services must differ (AKS-19)`, () => {
    expect(ask.messages(profile('podCidr', '10.0.0.0/17'))).toEqual([
      'In aks the pod range and hub share 10.0.0.0/17.',
    ]);
    expect(ask.messages(profile('podCidr', '10.100.0.0/16'))).toEqual([
      'In aks the pod range and the service range overlap.',
    ]);
    // The default Service range 10.0.0.0/16 is the range of the hub.
    const bare = changed(profile('serviceCidr', undefined), `${PROFILE}/dnsServiceIP`, undefined);
    expect(ask.messages(bare)).toEqual(['In aks the service range and hub share 10.0.0.0/16.']);
  });

  it(`${id}: four ranges are for AKS alone (AKS-19)`, () => {
    expect(ask.messages(profile('podCidr', '172.16.0.0/12'))).toEqual([
      'In aks the pod range uses 172.30.0.0/16, which AKS keeps.',
      'In aks the pod range uses 172.31.0.0/16, which AKS keeps.',
    ]);
    expect(ask.messages(profile('serviceCidr', '192.0.2.0/24'))).toContain(
      'In aks the service range uses 192.0.2.0/24, which AKS keeps.',
    );
    const vnet = changed(sound, 'spoke/properties/addressSpace/addressPrefixes/-', '172.31.0.0/24');
    expect(ask.messages(vnet)).toEqual(['In aks spoke uses 172.31.0.0/16, which AKS keeps.']);
  });

  it(`${id}: the Service range is smaller than a /12 and holds dnsServiceIP, not as its first (AKS-19)`, () => {
    const dns = (ip: string) => ask.messages(profile('dnsServiceIP', ip));
    expect(dns('10.100.0.2')).toEqual(['pass']);
    expect(dns('10.100.0.1')).toEqual([expect.stringContaining('10.100.0.1 is the first address')]);
    expect(dns('10.101.0.10')).toEqual([
      'In aks dnsServiceIP 10.101.0.10 is outside the service range.',
    ]);
    const wide = (serviceCidr: string, podCidr = '100.64.0.0/16') =>
      ask.kind(cluster({}, { serviceCidr, podCidr, dnsServiceIP: '10.100.0.10' }));
    expect(wide('10.96.0.0/12')).toBe('fail');
    expect(wide('10.96.0.0/13')).toBe('pass');
  });

  it(`${id}: in flat modes the pod range is not used; a plugin nobody knows leaves it open`, () => {
    const overlapping = profile('podCidr', '10.1.128.0/17');
    expect(ask.kind(changed(overlapping, `${PROFILE}/networkPluginMode`, undefined))).toBe('pass');
    expect(ask.kind(profile('networkPlugin', unknown('the plugin')))).toBe('unknown');
  });

  it(`${id}: ranges of networks that are not in the input are open, of networks AKS makes are not`, () => {
    expect(ask.kind(without(sound, 'hub', 'fw'))).toBe('unknown');
    expect(ask.kind(without(sound, 'spoke'))).toBe('unknown');
    const managed = changed(sound, `${POOL}/vnetSubnetID`, undefined);
    expect(ask.kind(managed)).toBe('pass');
    expect(ask.kind(changed(managed, `${PROFILE}/podCidr`, '10.100.0.0/16'))).toBe('fail');
    const open = 'spoke/properties/addressSpace/addressPrefixes/-';
    expect(ask.kind(changed(sound, open, unknown('a prefix')))).toBe('unknown');
  });

  it(`${id}: two clusters may use one pod range (F2)`, () => {
    const aks2 = { ...sound['aks'], id: `${sound['aks']!['id']}2`, name: 'aks2' };
    expect(ask.kind({ ...sound, aks2 })).toBe('pass');
  });
});

describe('A8, P2: separate subnets', () => {
  const id = 'cluster/subnets-not-separate';
  const ask = asking(id);
  pinCheck('cluster/subnets-not-separate', {
    pass: of(sound),
    fail: of(cluster({}, FLAT), { says: 'Pods of aks share the node subnet' }),
    unknown: of(cluster({}, { networkPluginMode: unknown('the mode') }), { says: 'the mode' }),
  });

  it(`${id}: node subnet mode is a note, a pod subnet that has nodes a warning (A8, P2)`, () => {
    expect(ask.severities(cluster({}, FLAT))).toEqual(['note']);
    const same = cluster({ podSubnetID: subnetId('nodes') }, FLAT);
    expect(ask.severities(same)).toEqual(['warning']);
    expect(ask.messages(same)).toEqual([
      'Pods of pool system of aks are in a subnet that has nodes.',
    ]);
    const pods = changed(
      cluster({ podSubnetID: subnetId('pods') }, FLAT),
      'spoke/properties/subnets/-',
      { name: 'pods', properties: { addressPrefix: '10.1.16.0/22' } },
    );
    expect(ask.kind(pods)).toBe('pass');
    // P2: it differs from every vnetSubnetID, also from that of another pool.
    const crossed = changed(pods, 'aks/properties/agentPoolProfiles/-', {
      name: 'user',
      mode: 'User',
      count: 1,
      maxPods: 30,
      vnetSubnetID: subnetId('pods'),
    });
    expect(ask.kind(crossed)).toBe('fail');
  });

  it(`${id}: nothing else is in the firewall's subnet (P2)`, () => {
    const guest = cluster({ vnetSubnetID: subnetId('AzureFirewallSubnet', 'hub') });
    expect(ask.severities(guest)).toEqual(['error']);
    expect(ask.messages(guest)).toEqual(['Pool system of aks is in the firewall’s own subnet.']);
  });

  it(`${id}: without a plugin written the mode is not known, except on AKS Automatic (AZN-50)`, () => {
    const bare = cluster({}, { networkPlugin: undefined, networkPluginMode: undefined });
    expect(ask.kind(bare)).toBe('unknown');
    expect(ask.kind(changed(bare, 'aks/sku', { name: 'Automatic' }))).toBe('pass');
    expect(ask.kind(bare, { profile: 'dev' })).toBe('not-applicable');
  });
});

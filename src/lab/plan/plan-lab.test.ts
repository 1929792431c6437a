import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hubAndSpokes } from '../../../tests/support/hub-and-spokes.ts';
import { snapshotOf } from '../../../tests/support/snapshot-of.ts';
import { projectRoot } from '../../../tests/support/source-tree.ts';
import { importPaths } from '../../importers/index.ts';
import { bundledDatasets, nodeFileSystem } from '../../io/index.ts';
import type { Snapshot } from '../../model/index.ts';
import type { LabPlan } from './lab-plan.ts';
import { planLab } from './plan-lab.ts';
import { pinnedInput, pinnedPerimeter } from './settle-world.ts';

const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

async function planOf(example: string): Promise<LabPlan> {
  const datasets = bundledDatasets();
  const read = (assumptions: Readonly<Record<string, string>>) =>
    importPaths(
      nodeFileSystem(),
      [join(projectRoot, 'examples', example)],
      { today: '2026-11-21', assumptions },
      datasets,
    );
  const { perimeter, network, assumed } = await pinnedInput(await read({}), read);
  return planLab(perimeter, network, datasets, { assumed });
}

function planOfSnapshot(snapshot: Snapshot): LabPlan {
  const { perimeter, network, assumed } = pinnedPerimeter(snapshot);
  return planLab(perimeter, network, snapshot.datasets, { assumed });
}

/** The topology of a plan as a person reads it; the insides of nodes, appliances and gateways have goldens of their own. */
function topologyText(plan: LabPlan): string {
  const inside = new Set(['node', 'pod', 'appliance']);
  const lines = [
    '# assumed',
    ...plan.assumed.map(({ name, value }) => `${name} = ${value}`),
    ...plan.hosts.flatMap((host) => [
      '',
      `# ${host.name} (${host.kind}): ${host.label}${host.zone === undefined ? '' : `, zone ${host.zone}`}`,
      ...(host.answers ? ['answers every port'] : []),
      ...(host.resolvers.length === 0 ? [] : [`asks ${host.resolvers.join(', ')}`]),
      ...(host.kind === 'pod' ? [] : host.ip),
      ...(inside.has(host.kind) ? [] : host.nftables.trimEnd().split('\n')),
    ]),
    '',
    '# cables',
    ...plan.links.map(({ ends: [a, b] }) => `${a.host}:${a.interface} - ${b.host}:${b.interface}`),
    '',
    '# ends',
    ...plan.ends.map(
      ({ name, host, addresses, traceName }) =>
        `${name}  ${host}  ${addresses.join(' ')}${traceName === undefined ? '' : `  (${traceName})`}`,
    ),
    '',
    '# programs of the platform and the internet',
    ...plan.processes
      .filter(({ host }) => host === 'internet' || host === 'platform')
      .map(({ name, host, command }) => `${name} on ${host}: ${command.join(' ')}`),
    '',
    '# names',
    ...plan.names.map(({ name, address }) => `${name} ${address}`),
    '',
    '# not in the lab',
    ...plan.gaps.map(({ what, why }) => `${what}: ${why}`),
    '',
  ];
  return lines.join('\n');
}

describe('the plan of a lab', () => {
  it.each(['store-hardened', 'store'])('has the topology of examples/%s as kept', async (name) => {
    const file = join(projectRoot, 'tests/golden/lab', `${name}-topology.txt`);
    const text = topologyText(await planOf(name));
    if (isUpdate) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    expect(existsSync(file), `${file} is missing; UPDATE_GOLDEN=1 writes it`).toBe(true);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  it('is the same bytes whatever the order of resources', () => {
    const forward = snapshotOf(hubAndSpokes());
    const backward = snapshotOf([...hubAndSpokes()].reverse());
    const shuffled = snapshotOf(
      [...hubAndSpokes()].sort((a, b) => String(a['name']).length - String(b['name']).length),
    );
    const text = (snapshot: Snapshot) => JSON.stringify(withoutPlaces(planOfSnapshot(snapshot)));
    expect(text(backward)).toBe(text(forward));
    expect(text(shuffled)).toBe(text(forward));
  });

  it('is the same bytes whatever the order of files', async () => {
    const datasets = bundledDatasets();
    const folder = join(projectRoot, 'examples', 'store-hardened');
    const snapshot = await importPaths(
      nodeFileSystem(),
      [folder],
      { today: '2026-11-21' },
      datasets,
    );
    const turned = {
      ...snapshot,
      resources: new Map([...snapshot.resources].reverse()),
      objects: new Map([...snapshot.objects].reverse()),
    };
    const text = (one: Snapshot) => JSON.stringify(withoutPlaces(planOfSnapshot(one)));
    expect(text(turned)).toBe(text(snapshot));
  });

  it('keeps the rules of names: hosts and cables of at most 15 characters, all of them different', async () => {
    const { hosts, links } = await planOf('store-hardened');
    const names = hosts.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]{0,19}$/);
    const cables = links.flatMap(({ ends }) => ends.map((end) => `${end.host} ${end.interface}`));
    expect(new Set(cables).size).toBe(cables.length);
    for (const { ends } of links) {
      for (const end of ends) {
        expect(names).toContain(end.host);
        expect(end.interface.length).toBeLessThanOrEqual(15);
      }
    }
  });

  it('gives no address to two hosts', async () => {
    const { ends } = await planOf('store');
    const addresses = ends.flatMap((end) => end.addresses);
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  it('plans an empty perimeter as the internet alone', () => {
    const { hosts, gaps } = planOfSnapshot(snapshotOf([]));
    expect(hosts.map(({ name }) => name)).toEqual(['internet']);
    expect(gaps).toEqual([]);
  });

  it('gives a cluster without a subnet the network that AKS would make', () => {
    const cluster = {
      type: 'Microsoft.ContainerService/managedClusters',
      name: 'c',
      location: 'eastus',
      properties: {
        agentPoolProfiles: [{ name: 'p', count: 3, mode: 'System' }],
        networkProfile: { networkPlugin: 'azure', networkPluginMode: 'overlay' },
      },
    };
    const plan = planOfSnapshot(snapshotOf([cluster]));
    const nodes = plan.ends.filter(({ name }) => name.startsWith('node/'));
    expect(nodes.map(({ addresses }) => addresses)).toEqual([['10.224.0.4'], ['10.224.0.5']]);
    expect(plan.gaps.map(({ what }) => what)).toContain('network of cluster c');
  });

  it('leaves out what is half known, and says so', () => {
    const plan = planOfSnapshot(
      snapshotOf([
        { type: 'Microsoft.Network/azureFirewalls', name: 'fw', properties: {} },
        {
          type: 'Microsoft.Network/networkInterfaces',
          name: 'nic',
          properties: { ipConfigurations: 7 },
        },
        {
          type: 'Microsoft.Network/privateEndpoints',
          name: 'pe',
          properties: { subnet: { id: '/x' } },
        },
        {
          type: 'Microsoft.Network/virtualNetworks',
          name: 'v',
          properties: {
            addressSpace: { addressPrefixes: ['nonsense'] },
            subnets: [{ name: 's', properties: { addressPrefix: '10.0.0.0/99' } }],
          },
        },
        { type: 'Microsoft.Network/virtualHubs', name: 'hub', properties: {} },
        {
          type: 'Microsoft.ContainerService/managedClusters',
          name: 'c',
          properties: { agentPoolProfiles: [{ name: 'p', count: 2, vnetSubnetID: '/gone' }] },
        },
      ]),
    );
    const told = plan.gaps.map(({ what }) => what);
    expect(told).toEqual(
      expect.arrayContaining([
        'firewall fw',
        'network interface nic',
        'private endpoint pe',
        'node pool p',
        'microsoft.network/virtualhubs',
      ]),
    );
  });

  it('writes no rule about pods whose subnet has a prefix that nobody knows', () => {
    const vnet = {
      type: 'Microsoft.Network/virtualNetworks',
      name: 'v',
      properties: {
        addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
        subnets: [
          { name: 'nodes', properties: { addressPrefix: '10.1.0.0/24' } },
          { name: 'pods', properties: { addressPrefix: { $unknown: 'p', missing: 'p' } } },
        ],
      },
    };
    const id = (name: string) =>
      `/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/${name}`;
    const { hosts } = planOfSnapshot(
      snapshotOf([
        { ...vnet, id: id('').replace('/subnets/', '') },
        {
          type: 'Microsoft.ContainerService/managedClusters',
          name: 'c',
          properties: {
            agentPoolProfiles: [
              { name: 'p', count: 1, vnetSubnetID: id('nodes'), podSubnetID: id('pods') },
            ],
            networkProfile: { networkPlugin: 'azure' },
          },
        },
      ]),
    );
    const rules = hosts.find(({ kind }) => kind === 'fabric')?.nftables;
    expect(rules).toContain('map cables');
    expect(rules).not.toContain('@pods');
  });

  it('asks nobody in virtual networks that share addresses and reach each other', () => {
    const named = (name: string, peer: string) => ({
      type: 'Microsoft.Network/virtualNetworks',
      id: vnetId(name),
      name,
      properties: {
        addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
        subnets: [{ name: 's', properties: { addressPrefix: '10.1.0.0/24' } }],
        virtualNetworkPeerings: [
          {
            name: peer,
            properties: { remoteVirtualNetwork: { id: vnetId(peer) }, peeringState: 'Connected' },
          },
        ],
      },
    });
    const vnetId = (name: string) =>
      `/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/${name}`;
    const plan = planOfSnapshot(snapshotOf([named('a', 'b'), named('b', 'a')]));
    const machines = plan.ends.filter(({ name }) => name.startsWith('machine/'));
    expect(machines).toHaveLength(2);
    for (const { notProbed } of machines) expect(notProbed).toContain('shares addresses');
    expect(plan.gaps.map(({ what }) => what)).toEqual(['virtual network a', 'virtual network b']);
  });

  it('seats the members of a load balancer that the input knows by their address alone', () => {
    const id = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network';
    const plan = planOfSnapshot(
      snapshotOf([
        {
          type: 'Microsoft.Network/virtualNetworks',
          id: `${id}/virtualNetworks/v`,
          name: 'v',
          properties: {
            addressSpace: { addressPrefixes: ['10.2.0.0/16'] },
            subnets: [{ name: 's', properties: { addressPrefix: '10.2.0.0/24' } }],
          },
        },
        {
          type: 'Microsoft.Network/loadBalancers',
          id: `${id}/loadBalancers/lb`,
          name: 'lb',
          properties: {
            backendAddressPools: [
              {
                name: 'pool',
                properties: {
                  loadBalancerBackendAddresses: [
                    { name: 'm', properties: { ipAddress: '10.2.0.20' } },
                    { name: 'n', properties: { ipAddress: '10.9.0.20' } },
                  ],
                },
              },
            ],
          },
        },
      ]),
    );
    const machines = plan.ends.filter(({ name }) => name.startsWith('machine/'));
    expect(machines.map(({ name, traceName }) => [name, traceName])).toEqual([
      ['machine/10.2.0.20', '10.2.0.20'],
    ]);
  });

  it('carries pods as an overlay where nobody knows how they get their addresses', () => {
    const cluster = {
      type: 'Microsoft.ContainerService/managedClusters',
      name: 'c',
      location: 'eastus',
      properties: {
        agentPoolProfiles: [{ name: 'p', count: 2, mode: 'System' }],
        networkProfile: {
          networkPlugin: 'azure',
          networkPluginMode: { $unknown: 'mode', missing: 'the value of mode' },
          podCidr: '10.244.0.0/16',
        },
      },
    };
    const { hosts } = planOfSnapshot(snapshotOf([cluster]));
    const lines = hosts.flatMap(({ kind, ip }) => (kind === 'fabric' ? ip : []));
    // One route to each node, and no route of its subnet's table takes what pods send each other.
    expect(lines.filter((line) => /^route replace 10\.244\.\d\.0\/24 via/.test(line))).toHaveLength(
      2,
    );
    expect(lines.some((line) => line.startsWith('route replace throw 10.244.0.0/16 table'))).toBe(
      true,
    );
  });

  it('lends what Azure lends from a network that no client of the internet is given', () => {
    const { hosts } = planOfSnapshot(snapshotOf(hubAndSpokes()));
    const lent = hosts
      .filter(({ kind }) => kind === 'edge')
      .flatMap(({ nftables }) => nftables.match(/snat ip to (192\.0\.2\.\d+)/g) ?? []);
    expect(lent.length).toBeGreaterThan(0);
  });

  it('calls the nodes of two clusters of one name what a question calls them', () => {
    const cluster = (group: string) => ({
      type: 'Microsoft.ContainerService/managedClusters',
      id: `/subscriptions/s/resourceGroups/${group}/providers/Microsoft.ContainerService/managedClusters/c`,
      name: 'c',
      location: 'eastus',
      properties: {
        agentPoolProfiles: [{ name: 'p', count: 1, mode: 'System' }],
        networkProfile: { networkPlugin: 'azure', networkPluginMode: 'overlay' },
      },
    });
    const { ends } = planOfSnapshot(snapshotOf([cluster('one'), cluster('two')]));
    const nodes = ends.filter(({ name }) => name.startsWith('node/'));
    expect(nodes.map(({ traceName }) => traceName)).toEqual(['node:c/p', 'node:c/p']);
  });
});

function withoutPlaces(plan: LabPlan): unknown {
  return JSON.parse(
    JSON.stringify(plan, (key, value) =>
      key === 'at' ? undefined : value instanceof Map ? [...value] : value,
    ),
  );
}

import { describe, expect, it } from 'vitest';
import { placeless } from '../../src/diagnostics/index.ts';
import type { PodClass } from '../../src/model/index.ts';
import type { Network } from '../../src/network/index.ts';
import { sourceOutsidePod } from '../../src/semantics/masquerade/concrete.ts';
import { type MasqueradeRule, masqueradeRules } from '../../src/semantics/masquerade/symbolic.ts';
import { cluster, networkOf, subnetId, vnet } from '../conformance/aks-fixture.ts';
import { type Dice, diceOf, ip, point, summaryAt } from '../support/compare-deciders.ts';
import { seededRandom } from '../support/seeded-random.ts';

type Json = Record<string, unknown>;

const EDGES = [
  ...['10.240.0.0', '10.240.255.255', '10.240.3.255', '10.240.16.0', '10.240.31.255', '10.241.0.0'],
  ...['10.244.0.0', '10.244.255.255', '10.200.0.0', '10.200.0.255', '20.0.0.0', '20.0.0.255'],
  ...['169.254.0.0', '169.254.169.254', '169.254.255.255', '168.63.129.16', '8.8.8.8'],
  ...['0.0.0.0', '255.255.255.255', 'fd00::1', 'fe80::1'],
];
const RANGES = [
  ...['10.200.0.0/24', '20.0.0.0/24', '169.254.0.0/16', '169.254.169.254/32', '0.0.0.0/0'],
  ...['168.63.129.16/32', '10.240.0.0/15', 'fd00::/8'],
];
const BROKEN = ['ten slash eight', '10.0.0.1', '10.200.0.9/24'];

function configMap(dice: Dice, name: string): Json {
  const unknown = { $unknown: 'values.yaml' };
  const files = dice.some(['ip-masq-agent', 'ip-masq-extra', 'notes'], 0.6);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'kube-system' },
    data: Object.fromEntries(
      files.map((file) => [file, dice.chance(0.05) ? unknown : agentFile(dice)]),
    ),
  };
}

function agentFile(dice: Dice): string {
  const items = dice.some(RANGES, 0.2);
  const all = dice.chance(0.1) ? [...items, dice.pick(BROKEN)] : items;
  const flag = dice.pick([undefined, undefined, true, false]);
  if (dice.chance(0.3)) {
    return JSON.stringify({
      nonMasqueradeCIDRs: all,
      ...(flag === undefined ? {} : { masqLinkLocal: flag }),
    });
  }
  const list = dice.chance(0.3)
    ? [`nonMasqueradeCIDRs: [${all.map((text) => `"${text}"`).join(', ')}]`]
    : ['NonMasqueradeCIDRs:', ...all.map((text) => `  - ${text} # ours`)];
  return [...list, ...(flag === undefined ? [] : [`MasqLinkLocal: ${flag}`])].join('\n');
}

function worldOf(dice: Dice): Network {
  const unknown = (missing: string): Json => ({ $unknown: missing, missing });
  const profile = dice.pick<Json>([
    { networkPlugin: 'azure', networkPluginMode: 'overlay' },
    { networkPlugin: 'azure', networkPluginMode: 'overlay', podCidr: '10.244.0.0/16' },
    { networkPlugin: 'azure', networkPluginMode: 'overlay', podCidr: unknown('a pod range') },
    { networkPlugin: 'azure', networkPluginMode: null },
    { networkPlugin: 'kubenet', networkPluginMode: null, podCidr: '10.244.0.0/16' },
    { networkPlugin: 'none', networkPluginMode: null },
    { networkPlugin: unknown('a plugin'), networkPluginMode: null },
  ]);
  const usesPodSubnet = dice.chance(0.3);
  const pool: Json = {
    ...(usesPodSubnet ? { podSubnetID: subnetId('spoke', 'pods') } : {}),
    ...(dice.chance(0.1) ? { vnetSubnetID: subnetId('nowhere', 'nodes') } : {}),
    ...(dice.chance(0.1) ? { vnetSubnetID: unknown('a subnet') } : {}),
  };
  const spoke = vnet('spoke', '10.240.0.0/16', {
    nodes: { addressPrefix: '10.240.0.0/22' },
    pods: { addressPrefix: '10.240.16.0/20' },
  });
  const space = (spoke['properties'] as Json)['addressSpace'] as { addressPrefixes: unknown[] };
  if (dice.chance(0.15)) space.addressPrefixes.push(unknown('a range'));
  // A cluster that is only referred to has no pools in the input.
  const isBare = dice.chance(0.08);
  const withPools = (made: Json): Json =>
    isBare
      ? { ...made, properties: { ...(made['properties'] as Json), agentPoolProfiles: [] } }
      : made;
  const names = dice.some(
    ['azure-ip-masq-agent-config', 'azure-ip-masq-agent-config-reconciled'],
    0.5,
  );
  const clusters = dice.chance(0.1) ? ['aks', 'other'] : ['aks'];
  return networkOf(
    [spoke, ...clusters.map((name) => withPools(cluster(name, { networkProfile: profile }, pool)))],
    names.map((name) => configMap(dice, name)),
  );
}

const POD: PodClass = {
  kind: 'Deployment',
  namespace: 'shop',
  name: 'app',
  at: placeless('app.yaml'),
  labels: {},
  annotations: {},
  serviceAccount: 'default',
  hostNetwork: false,
  ports: [],
  nodeSelector: {},
  probePorts: [],
  images: [],
};

/** Both tellings of one destination in the same words. */
function compare(network: Network, pod: PodClass, hasPool: boolean, to: ReturnType<typeof ip>) {
  const placement = network.clusters[0]!;
  const pool = hasPool ? placement.pools[0] : undefined;
  const said = sourceOutsidePod(network, placement, pool, pod, { kind: 'exact', ip: to });
  const rules = masqueradeRules(network, placement, pool, pod);
  return {
    concrete: {
      masquerade: said.masquerade,
      by: [said.by.name, said.by.fact, said.by.at],
      why: said.why.map(({ missing }) => missing),
    },
    symbolic: symbolicAt(rules, to),
  };
}

function symbolicAt(rules: readonly MasqueradeRule[], to: ReturnType<typeof ip>) {
  const { effects, by, needs, isComplete } = summaryAt(rules, point({ destination: to }));
  const isOpen = new Set(effects).size > 1;
  const last = by.at(isOpen ? 0 : -1);
  return {
    masquerade: !isComplete
      ? 'incomplete'
      : isOpen
        ? 'unknown'
        : effects[0] === 'kept'
          ? 'no'
          : 'yes',
    by: [last?.name, last?.fact, last?.at],
    why: isOpen ? needs : [],
  };
}

describe('masquerade, told twice', () => {
  it('both tellings agree on random clusters, ConfigMaps and destinations', () => {
    const dice = diceOf(seededRandom(2026_11_21));
    for (let world = 0; world < 250; world += 1) {
      const network = worldOf(dice);
      for (let flow = 0; flow < 100; flow += 1) {
        const pod = dice.chance(0.05) ? { ...POD, hostNetwork: true } : POD;
        const to = dice.near(EDGES);
        const { concrete, symbolic } = compare(network, pod, dice.chance(0.7), to);
        // One of several things that are missing is enough to leave it open.
        const why = concrete.masquerade === 'unknown' ? symbolic.why.slice(0, 1) : [];
        expect({ world, to, ...symbolic, why }).toEqual({ world, to, ...concrete });
      }
    }
  });

  const at = (objects: Json[], to: string) => {
    const network = networkOf(
      [
        vnet('spoke', '10.240.0.0/16', { nodes: { addressPrefix: '10.240.0.0/22' } }),
        cluster('aks', {}),
      ],
      objects,
    );
    const { concrete, symbolic } = compare(network, POD, true, ip(to));
    expect(symbolic.masquerade).toBe(concrete.masquerade);
    return concrete.masquerade;
  };
  const map = (name: string, data: Record<string, string>): Json => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `azure-ip-masq-agent-config${name}`, namespace: 'kube-system' },
    data,
  });

  it('AKS-09: one of the merged files that says true masquerades link-local', () => {
    const reconciled = map('-reconciled', { 'ip-masq-agent': 'MasqLinkLocal: true' });
    const added = map('', { 'ip-masq-agent': 'MasqLinkLocal: false' });
    expect(at([reconciled, added], '169.254.169.254')).toBe('yes');
    expect(at([reconciled], '169.254.169.254')).toBe('yes');
    // The list of AKS is not in the input, and may say true.
    expect(at([added], '169.254.169.254')).toBe('unknown');
    expect(at([map('-reconciled', { 'ip-masq-agent': '' })], '169.254.169.254')).toBe('no');
  });

  it('AKS-09: a range that holds link-local destinations is not overruled by the switch', () => {
    const text = 'NonMasqueradeCIDRs: [169.254.0.0/16]\nMasqLinkLocal: true';
    expect(at([map('', { 'ip-masq-agent': text })], '169.254.169.254')).toBe('no');
  });

  it('AKS-09: a range that the agent refuses exempts nothing for certain, and other files are not read', () => {
    const refused = map('', { 'ip-masq-agent': 'NonMasqueradeCIDRs: [10.200.0.9/24]' });
    expect(at([refused], '10.200.0.9')).toBe('unknown');
    const elsewhere = map('', { notes: 'NonMasqueradeCIDRs: [10.200.0.0/24]' });
    expect(at([elsewhere], '10.200.0.9')).toBe('yes');
  });
});

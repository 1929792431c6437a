import { describe, expect, it } from 'vitest';
import { ALL_IPV4, equalAddressSets, type Ip, singleAddress } from '../../src/net/index.ts';
import { type Network, publicAddress } from '../../src/network/index.ts';
import type { FlowAddress } from '../../src/semantics/flow.ts';
import {
  clusterInternetOutbound,
  internetOutbound,
  type OutboundChoice,
  type OutboundHow,
} from '../../src/semantics/outbound/concrete.ts';
import {
  type OutboundRule,
  type OutboundSender,
  outboundRules,
} from '../../src/semantics/outbound/symbolic.ts';
import {
  cluster,
  networkOf,
  publicIp,
  ref,
  resource,
  subnetId,
  subnetKey,
  vnet,
} from '../conformance/aks-fixture.ts';
import { type Dice, diceOf, ip, point, summaryAt } from '../support/compare-deciders.ts';
import { seededRandom } from '../support/seeded-random.ts';

type Json = Record<string, unknown>;

const PIP = 'Microsoft.Network/publicIPAddresses';
const PREFIX = 'Microsoft.Network/publicIPPrefixes';
const NAT = 'Microsoft.Network/natGateways';
const unknown = (missing: string): Json => ({ $unknown: missing, missing });

function subnet(dice: Dice, addressPrefix: string): Json {
  const natGateway = dice.pick([
    undefined,
    undefined,
    ref(NAT, 'nat'),
    ref(NAT, 'gone'),
    unknown('a NAT gateway'),
  ]);
  const access = dice.pick<unknown>([undefined, undefined, true, false, unknown('an access')]);
  return {
    addressPrefix,
    ...(natGateway === undefined ? {} : { natGateway }),
    ...(access === undefined ? {} : { defaultOutboundAccess: access }),
  };
}

function worldOf(dice: Dice): Network {
  const addresses = dice.some(
    [ref(PIP, 'pip-a'), ref(PIP, 'pip-b'), ref(PIP, 'gone'), unknown('an address')],
    0.4,
  );
  const prefixes = dice.some([ref(PREFIX, 'pfx'), ref(PREFIX, 'gone'), unknown('a prefix')], 0.3);
  const apiVersion = dice.pick([
    undefined,
    '2024-05-01',
    '2026-03-31',
    '2026-04-01-preview',
    '2026-05-01',
  ]);
  const outboundType = dice.pick<unknown>([
    ...[
      undefined,
      'loadBalancer',
      'userDefinedRouting',
      'managedNATGateway',
      'managedNATGatewayV2',
    ],
    ...['userAssignedNATGateway', 'none', 'block', unknown('an outbound type')],
  ]);
  const nodePublic = dice.pick<unknown>([undefined, true, false, unknown('a flag')]);
  const place = dice.pick<unknown>([
    ...[subnetId('spoke', 'nodes'), subnetId('spoke', 'nodes'), subnetId('spoke', 'gone')],
    ...[unknown('a subnet'), null],
  ]);
  const configuration = (name: string, address: Json | undefined): Json => ({
    name,
    properties: {
      subnet: { id: subnetId('spoke', 'nodes') },
      ...(address === undefined ? {} : { publicIPAddress: address }),
    },
  });
  return networkOf([
    vnet(
      'spoke',
      '10.240.0.0/16',
      { nodes: subnet(dice, '10.240.0.0/22'), pods: subnet(dice, '10.240.16.0/20') },
      apiVersion === undefined ? {} : { apiVersion },
    ),
    resource(NAT, 'nat', { publicIpAddresses: addresses, publicIpPrefixes: prefixes }),
    publicIp('pip-a', '20.1.2.3'),
    publicIp('pip-b'),
    resource(PREFIX, 'pfx', { prefixLength: 30, ipPrefix: '20.5.5.4/30' }),
    resource('Microsoft.Network/networkInterfaces', 'nic', {
      ipConfigurations: [
        configuration('one', dice.pick([undefined, ref(PIP, 'pip-a'), unknown('an address')])),
        configuration('two', dice.pick([undefined, ref(PIP, 'pip-b')])),
      ],
    }),
    cluster(
      'aks',
      {
        networkProfile: {
          networkPlugin: 'azure',
          ...(outboundType === undefined ? {} : { outboundType }),
          ...(dice.chance(0.5)
            ? {
                loadBalancerProfile: {
                  outboundIPs: { publicIPs: addresses },
                  outboundIPPrefixes: { publicIPPrefixes: prefixes },
                },
              }
            : {}),
        },
      },
      {
        vnetSubnetID: place,
        ...(nodePublic === undefined ? {} : { enableNodePublicIP: nodePublic }),
      },
    ),
  ]);
}

interface Case {
  readonly sender: OutboundSender;
  readonly choice: OutboundChoice;
}

/** What the walk asks of the concrete telling for each kind of sender. */
function caseOf(dice: Dice, network: Network, from: string | undefined): Case {
  const placement = network.clusters[0]!;
  const pool = placement.pools[0]!;
  const key = from ?? subnetKey('spoke', 'gone');
  switch (dice.pick(['node', 'node', 'interface', 'known', 'nobody'])) {
    case 'node':
      return {
        sender: { kind: 'node', cluster: placement, pool },
        choice: clusterInternetOutbound(network, placement, pool, from),
      };
    case 'interface': {
      const { networkInterfaces, publicIps, publicIpPrefixes } = network.perimeter;
      const nic = [...networkInterfaces.values()][0]!;
      const used = nic.ipConfigurations.find((one) => one.publicIp !== undefined)?.publicIp;
      const how: OutboundHow =
        used === undefined
          ? {}
          : {
              nicHasPublicIp: true,
              nicPublicAddress: publicAddress(used, publicIps, publicIpPrefixes, 'nic').address,
              at: nic.at,
            };
      return {
        sender: { kind: 'interface', key: nic.key },
        choice: internetOutbound(network, key, how),
      };
    }
    case 'known': {
      const has = dice.chance(0.5);
      return {
        sender: { kind: 'known', hasPublicAddress: has },
        choice: internetOutbound(network, key, { nicHasPublicIp: has }),
      };
    }
    default: {
      const plain = internetOutbound(network, key, {});
      const choice =
        plain.kind === 'none'
          ? internetOutbound(network, key, { nicHasPublicIp: 'unknown' })
          : plain;
      return { sender: { kind: 'nobody' }, choice };
    }
  }
}

const setOf = (source: FlowAddress) =>
  source.kind === 'exact' ? singleAddress(source.ip) : source.addresses;

function symbolicAt(rules: readonly OutboundRule[], to: Ip) {
  const summary = summaryAt(rules, point({ destination: to }));
  return { ...summary, kinds: [...new Set(summary.effects.map(({ kind }) => kind))] };
}

describe('ways out to the internet, told twice', () => {
  it('both tellings agree on random subnets and senders', () => {
    const dice = diceOf(seededRandom(4));
    const seen = new Map<string, number>();
    for (let world = 0; world < 400; world += 1) {
      const network = worldOf(dice);
      for (let turn = 0; turn < 16; turn += 1) {
        const from = dice.pick([
          undefined,
          subnetKey('spoke', 'nodes'),
          subnetKey('spoke', 'pods'),
          subnetKey('spoke', 'gone'),
        ]);
        const { sender, choice } = caseOf(dice, network, from);
        const asked = sender.kind === 'node' ? from : (from ?? subnetKey('spoke', 'gone'));
        const rules = outboundRules(network, asked, sender);
        const label = `${world}: ${sender.kind} from ${asked?.split('/').at(-1)}`;
        for (let flow = 0; flow < 3; flow += 1) {
          const { kinds, effects, by, needs, isComplete } = symbolicAt(
            rules,
            dice.near(['8.8.8.8', '20.1.2.3']),
          );
          expect([label, isComplete]).toEqual([label, true]);
          seen.set(choice.kind, (seen.get(choice.kind) ?? 0) + 1);
          if (choice.kind === 'unknown') {
            expect([label, kinds.length > 1]).toEqual([label, true]);
            expect([label, needs]).toEqual([label, choice.why.map(({ missing }) => missing)]);
            continue;
          }
          expect([label, kinds]).toEqual([label, [choice.kind]]);
          expect([label, by[0]]).toEqual([label, choice.by]);
          const effect = effects[0]!;
          if (choice.kind === 'none' || effect.kind === 'none') continue;
          const { sources, symbol } = effect;
          expect([label, sources]).toEqual([label, setOf(choice.source)]);
          expect(equalAddressSets(sources, ALL_IPV4)).toBe(false);
          if (choice.source.kind === 'within')
            expect([label, symbol]).toEqual([label, choice.source.symbol]);
        }
        // Nothing is documented about IPv6: out or not.
        const v6 = symbolicAt(rules, ip('2a00::1'));
        expect([v6.kinds.length, v6.isComplete]).toEqual([2, true]);
      }
    }
    for (const kind of [
      'nat-gateway',
      'instance-address',
      'load-balancer',
      'default-access',
      'none',
      'unknown',
    ]) {
      expect([kind, (seen.get(kind) ?? 0) > 100]).toEqual([kind, true]);
    }
  });
});

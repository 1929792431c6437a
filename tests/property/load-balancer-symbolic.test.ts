import { describe, expect, it } from 'vitest';
import type { FlowPoint } from '../../src/flows/index.ts';
import type { LoadBalancer, LoadBalancingRule } from '../../src/model/index.ts';
import { formatIp, type Port } from '../../src/net/index.ts';
import type { Network } from '../../src/network/index.ts';
import type { Flow, FlowAddress } from '../../src/semantics/flow.ts';
import {
  deliverToLoadBalancer,
  deliverToService,
} from '../../src/semantics/load-balancer/concrete.ts';
import {
  clientFilterRules,
  loadBalancerRules,
  serviceFrontEndRules,
} from '../../src/semantics/load-balancer/symbolic.ts';
import { isUnknown } from '../../src/values/index.ts';
import {
  cluster,
  id,
  keyOf,
  networkOf,
  ref,
  resource,
  routeTable,
  vnet,
} from '../conformance/aks-fixture.ts';
import { type Dice, diceOf, point, sorted, summaryAt } from '../support/compare-deciders.ts';
import { seededRandom } from '../support/seeded-random.ts';

type Json = Record<string, unknown>;

const PREFIX = 'service.beta.kubernetes.io/';
const RANGES = ['198.51.100.0/24', '203.0.113.8/29', '10.240.0.0/22', '0.0.0.0/0', '2a00::/16'];
const BROKEN = ['198.51.100.7', '198.51.100.7/24', 'everybody'];
const CLIENTS = [
  ...[
    '198.51.100.0',
    '198.51.100.255',
    '203.0.113.8',
    '203.0.113.15',
    '10.240.0.0',
    '10.240.255.255',
  ],
  ...[
    '10.200.0.0',
    '10.200.255.255',
    '10.99.0.0',
    '168.63.129.16',
    '20.0.0.0',
    '8.8.8.8',
    '2a00::1',
    'fd00::1',
  ],
];
const unknown = (missing: string): Json => ({ $unknown: missing, missing });

function ranges(dice: Dice): readonly string[] {
  const known = dice.some(RANGES, 0.2);
  return dice.chance(0.08) ? [...known, dice.pick(BROKEN)] : known;
}

function service(dice: Dice): Json {
  const annotations: Record<string, string> = {};
  const set = (name: string, value: string, probability: number) => {
    if (dice.chance(probability)) annotations[`${PREFIX}${name}`] = value;
  };
  set('azure-allowed-ip-ranges', ranges(dice).join(', '), 0.2);
  set('load-balancer-source-ranges', ranges(dice).join(','), 0.1);
  set('azure-allowed-service-tags', dice.pick(['Storage', 'Nowhere', 'Storage, Nowhere']), 0.25);
  set('azure-load-balancer-internal', 'true', 0.4);
  set('azure-deny-all-except-load-balancer-source-ranges', dice.pick(['true', 'True', 'no']), 0.3);
  set('azure-disable-load-balancer-floating-ip', 'true', 0.2);
  set('port_80_no_lb_rule', 'true', 0.2);
  const nodePort = dice.chance(0.5) ? { nodePort: 31_080 } : {};
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', annotations },
    spec: {
      type: 'LoadBalancer',
      selector: { app: 'web' },
      ports: dice.some(
        [
          { name: 'web', port: 80, targetPort: dice.pick(['http', 'admin', 8080]), ...nodePort },
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: 'http' },
          { name: 'tls', port: 443 },
        ],
        0.8,
      ),
      externalTrafficPolicy: dice.pick(['Cluster', 'Local']),
      loadBalancerSourceRanges: dice.chance(0.4) ? ranges(dice) : [],
    },
    status: { loadBalancer: { ingress: [{ ip: '20.1.1.1' }] } },
  };
}

function pod(name: string): Json {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            {
              name,
              image: name,
              ports: [
                { name: 'http', containerPort: 8080 },
                { name: 'http', containerPort: 5353, protocol: 'UDP' },
              ],
            },
          ],
        },
      },
    },
  };
}

function serviceWorld(dice: Dice): Network {
  const routes = dice.pick<Record<string, string>>([
    {},
    { '0.0.0.0/0': '10.240.8.4' },
    { '10.99.0.0/16': '10.240.8.4', '0.0.0.0/0': '10.240.8.4' },
  ]);
  const table = dice.pick<Json>([
    {},
    { routeTable: ref('Microsoft.Network/routeTables', 'rt') },
    { routeTable: ref('Microsoft.Network/routeTables', 'gone') },
  ]);
  const peers = dice.pick([[], ['hub']]);
  return networkOf(
    [
      vnet(
        'spoke',
        '10.240.0.0/16',
        { nodes: { addressPrefix: '10.240.0.0/22', ...table } },
        { peers },
      ),
      vnet('hub', '10.200.0.0/16', {}, { peers: dice.pick([[], ['spoke']]) }),
      routeTable('rt', routes),
      cluster(
        'aks',
        {
          networkProfile: {
            networkPlugin: 'azure',
            networkPluginMode: 'overlay',
            networkDataplane: dice.pick(['azure', 'cilium']),
          },
        },
        dice.chance(0.1) ? { vnetSubnetID: unknown('a subnet') } : {},
      ),
    ],
    [pod('web'), pod('canary'), service(dice)],
    {
      serviceTags: {
        info: { origin: 'test', version: '1' },
        isComplete: false,
        prefixes: new Map([['storage', ['20.0.0.0/8', '2a00:1::/32']]]),
      },
    },
  );
}

const exact = (ip: FlowPoint['source']): FlowAddress => ({ kind: 'exact', ip });

function flowOf(at: FlowPoint): Flow {
  return {
    source: exact(at.source),
    destination: exact(at.destination),
    protocol: at.protocol,
    destinationPort: at.destinationPort,
    application: { kind: 'none' },
  };
}

function pointOf(dice: Dice): FlowPoint {
  return point({
    source: dice.near(CLIENTS),
    protocol: dice.pick(['tcp', 'tcp', 'udp', dice.protocol()]),
    destinationPort: dice.pick([53, 80, 80, 443, 443, 444, 8080, 0, 65_535]) as Port,
  });
}

describe('front ends of Services, told twice', () => {
  it('both tellings agree on random Services, clients and ports', () => {
    const dice = diceOf(seededRandom(72));
    const seen = new Map<string, number>();
    for (let world = 0; world < 300; world += 1) {
      const network = serviceWorld(dice);
      const placement = network.clusters[0]!;
      const frontend = placement.loadBalancerServices[0]!;
      const ports = serviceFrontEndRules(placement, frontend);
      const clients = clientFilterRules(network, placement, frontend);
      for (let turn = 0; turn < 50; turn += 1) {
        const at = pointOf(dice);
        const label = `${world}: ${formatIp(at.source)} ${at.protocol} ${at.destinationPort}`;
        const delivery = deliverToService(network, placement, frontend, flowOf(at));
        const { effects, isComplete } = summaryAt(ports, at);
        const effect = effects[0]!;
        expect([label, effects.length, isComplete]).toEqual([label, 1, true]);
        expect([label, effect.kind]).toEqual([label, delivery.kind]);
        if (delivery.kind !== 'listening' || effect.kind !== 'listening') continue;
        expect(effect.port).toBe(delivery.port);
        const keeps = { kept: 'yes', 'a node': 'no', either: 'unknown' }[effect.client];
        expect([label, keeps]).toEqual([label, delivery.keepsClient.kind]);
        const view = delivery.nsgView;
        const seenPort = effect.seen.kind === 'front-end' ? at.destinationPort : effect.seen.port;
        expect([label, seenPort]).toEqual([
          label,
          view.kind === 'known' ? view.flow.destinationPort : undefined,
        ]);
        expect(effect.backends.map((one) => [one.pod.name, one.port])).toEqual(
          delivery.backends.map((one) => [one.pod.name, one.port]),
        );

        const { filter } = delivery;
        const filtered = summaryAt(clients, at);
        const kinds = [...new Set(filtered.effects)];
        seen.set(filter.kind, (seen.get(filter.kind) ?? 0) + 1);
        expect([label, filtered.isComplete]).toEqual([label, true]);
        if (filter.kind === 'unknown') {
          expect([label, kinds.length]).toEqual([label, 2]);
          const why = sorted(filter.why.map(({ missing }) => missing));
          expect([label, sorted(filtered.allNeeds)]).toEqual([label, why]);
        } else {
          expect([label, kinds]).toEqual([label, [filter.kind]]);
          if (filtered.allNeeds.length === 0)
            expect([label, filtered.by[0]]).toEqual([label, filter.by]);
        }
      }
    }
    for (const kind of ['allow', 'deny', 'unknown']) {
      expect([kind, (seen.get(kind) ?? 0) > 200]).toEqual([kind, true]);
    }
  });
});

const LB = 'Microsoft.Network/loadBalancers';

function loadBalancerWorld(dice: Dice): Network {
  const base = id(LB, 'lb');
  const at = (kind: string, name: string) => ({ id: `${base}/${kind}/${name}` });
  // Front end, protocol and port are unique among the rules that Azure takes.
  const wanted = dice.some(
    ['fe Tcp 80', 'fe Tcp 443', 'fe Udp 443', 'other Tcp 80', 'fe All 0'],
    0.5,
  );
  const rules = wanted.map((words, index) => {
    const [frontend = '', protocol, port] = words.split(' ');
    return {
      ...at('loadBalancingRules', `r${index}`),
      name: `r${index}`,
      properties: {
        frontendIPConfiguration: dice.chance(0.1)
          ? unknown(`front end ${index}`)
          : at('frontendIPConfigurations', frontend),
        backendAddressPool: dice.chance(0.1)
          ? unknown('a pool')
          : at('backendAddressPools', dice.pick(['be', 'empty', 'gone'])),
        protocol: dice.chance(0.1) ? unknown('a protocol') : protocol,
        frontendPort: dice.chance(0.15) ? unknown(`port ${index}`) : Number(port),
        backendPort: dice.chance(0.1) ? unknown('a backend port') : 8000 + Number(port),
        enableFloatingIP: dice.pick<unknown>([
          true,
          false,
          undefined,
          undefined,
          unknown('floating'),
        ]),
      },
    };
  });
  return networkOf([
    vnet('spoke', '10.240.0.0/16', { nodes: { addressPrefix: '10.240.0.0/22' } }),
    resource(LB, 'lb', {
      frontendIPConfigurations: ['fe', 'other'].map((name) => ({
        ...at('frontendIPConfigurations', name),
        name,
        properties: { privateIPAddress: '10.240.1.4' },
      })),
      backendAddressPools: [
        { ...at('backendAddressPools', 'empty'), name: 'empty', properties: {} },
        {
          ...at('backendAddressPools', 'be'),
          name: 'be',
          properties: {
            loadBalancerBackendAddresses: ['10.240.2.10', unknown('a backend')].map(
              (ipAddress, index) => ({
                name: `m${index}`,
                properties: { ipAddress },
              }),
            ),
          },
        },
      ],
      loadBalancingRules: rules,
    }),
  ]);
}

describe('load balancers of nobody’s Service, told twice', () => {
  it('both tellings agree on random rules and flows', () => {
    const dice = diceOf(seededRandom(42));
    const seen = new Map<string, number>();
    for (let world = 0; world < 400; world += 1) {
      const loadBalancer = loadBalancerWorld(dice).perimeter.loadBalancers.get(keyOf(LB, 'lb'))!;
      const key = `${keyOf(LB, 'lb')}/frontendipconfigurations/${dice.pick(['fe', 'other'])}`;
      const rules = loadBalancerRules(loadBalancer, key);
      for (let turn = 0; turn < 30; turn += 1) {
        const at = pointOf(dice);
        const label = `${world}: ${at.protocol} ${at.destinationPort}`;
        const delivery = deliverToLoadBalancer(loadBalancer, key, flowOf(at));
        const { effects, by, allNeeds, isComplete } = summaryAt(rules, at);
        seen.set(delivery.kind, (seen.get(delivery.kind) ?? 0) + 1);
        expect([label, isComplete]).toEqual([label, true]);
        if (delivery.kind === 'unknown') {
          expect([label, effects.length > 1]).toEqual([label, true]);
          const why = delivery.why.map(({ missing }) => missing);
          expect([label, why.filter((text) => !allNeeds.includes(text))]).toEqual([label, []]);
          continue;
        }
        expect([label, effects.map(({ kind }) => kind)]).toEqual([label, [delivery.kind]]);
        const effect = effects[0]!;
        if (delivery.kind !== 'forwarded' || effect.kind !== 'forwarded') continue;
        expect([label, by[0]]).toEqual([label, delivery.by]);
        expect(effect.rule).toBe(delivery.rule);
        expect(effect.why).toEqual(delivery.why);
        const arrived = effect.backends.map((backend) => {
          if (effect.isFloating) return [formatIp(at.destination), at.destinationPort];
          const port = effect.port === 'same' ? at.destinationPort : effect.port;
          return [isUnknown(backend) ? '?' : formatIp(backend), isUnknown(port) ? undefined : port];
        });
        const told = delivery.flows.map(({ destination, destinationPort }) => [
          destination.kind === 'exact' ? formatIp(destination.ip) : '?',
          destinationPort,
        ]);
        expect([label, arrived]).toEqual([label, told]);
      }
    }
    for (const kind of ['forwarded', 'no-listener', 'unknown']) {
      expect([kind, (seen.get(kind) ?? 0) > 200]).toEqual([kind, true]);
    }
  });

  it('AZS-42: a protocol that is not known is no reason to drop, another port is whatever else is not known', () => {
    const rule = (protocol: string | undefined, frontend: LoadBalancingRule['frontend']) => {
      const [one] = loadBalancerWorld(diceOf(seededRandom(5))).perimeter.loadBalancers.values();
      const { protocol: _, ...rest } = one!.rules[0]!;
      const made: LoadBalancingRule = {
        ...rest,
        ...(protocol === undefined ? {} : { protocol }),
        ...(frontend === undefined ? {} : { frontend }),
        frontendPort: 443 as Port,
      };
      return { ...one!, rules: [made] };
    };
    const onFrontEnd = {
      kind: 'reference',
      key: 'fe',
      id: 'fe',
      at: rule('Tcp', undefined).at,
    } as const;
    const hidden = {
      ...onFrontEnd,
      kind: 'unknown',
      reason: 'run-time',
      text: '',
      missing: 'which',
    } as const;
    const kindOf = (loadBalancer: LoadBalancer, port: number) => {
      const at = point({ destinationPort: port as Port });
      const { kind } = deliverToLoadBalancer(loadBalancer, 'fe', flowOf(at));
      const { effects } = summaryAt(loadBalancerRules(loadBalancer, 'fe'), at);
      expect(effects.length > 1).toBe(kind === 'unknown');
      return kind;
    };
    expect(kindOf(rule(undefined, onFrontEnd), 443)).toBe('unknown');
    expect(kindOf(rule(undefined, onFrontEnd), 80)).toBe('no-listener');
    expect(kindOf(rule('Tcp', hidden), 443)).toBe('unknown');
    expect(kindOf(rule('Tcp', hidden), 80)).toBe('no-listener');
  });
});

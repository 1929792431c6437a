import { describe, expect, it } from 'vitest';
import type { FlowPoint } from '../../src/flows/index.ts';
import { equalIp, formatIp, parseIp } from '../../src/net/index.ts';
import type { Network } from '../../src/network/index.ts';
import { type Exposure, exposureOf } from '../../src/semantics/services/exposure.ts';
import { translateServicePort } from '../../src/semantics/services/index.ts';
import {
  type ServiceEffect,
  type ServiceRule,
  serviceRules,
} from '../../src/semantics/services/symbolic.ts';
import { cluster, networkOf, vnet } from '../conformance/aks-fixture.ts';
import { type Dice, diceOf, ip, point, sorted, summaryAt } from '../support/compare-deciders.ts';
import { seededRandom } from '../support/seeded-random.ts';

type Json = Record<string, unknown>;

const CLUSTER_IPS = ['10.0.0.11', '10.0.0.12', '10.0.0.13', '10.0.0.14'];
const FRONT_ENDS = ['20.1.1.1', '20.1.1.2', '10.240.0.200', '10.240.0.201'];
const EXTERNAL = ['203.0.113.7', '203.0.113.8', '203.0.113.9', '203.0.113.10'];
const NODES = ['10.240.0.4', '10.240.0.5'];
const PORTS = [
  53, 53, 80, 80, 80, 443, 443, 29_998, 30_000, 31_053, 31_080, 31_081, 31_443, 32_767,
];
const NAMES = ['a', 'b', 'c', 'd', 'e'];

function deployment(dice: Dice, name: string): Json {
  const ports = dice.some(
    [
      { name: 'http', containerPort: 8080 },
      { name: 'http', containerPort: 8053, protocol: 'UDP' },
      { name: 'admin', containerPort: 9090, hostPort: 443 },
    ],
    0.6,
  );
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: dice.pick(['shop', 'shop', 'other']) },
    spec: {
      template: {
        metadata: {
          labels: Object.fromEntries(
            dice.some(
              [
                ['app', 'web'],
                ['tier', 'front'],
              ],
              0.7,
            ),
          ),
        },
        spec: { hostNetwork: dice.chance(0.1), containers: [{ name: 'c', image: 'c', ports }] },
      },
    },
  };
}

function service(dice: Dice, name: string, index: number): Json {
  const type = dice.pick(['ClusterIP', 'NodePort', 'LoadBalancer', 'LoadBalancer', 'ExternalName']);
  const assigned = dice.pick([CLUSTER_IPS[index], CLUSTER_IPS[index], undefined]);
  // The API server refuses a headless Service of another type.
  const clusterIP = type === 'ClusterIP' && dice.chance(0.3) ? 'None' : assigned;
  const ports = dice
    .some(
      [
        { name: 'web', port: 80, targetPort: 'http' },
        { name: 'tls', port: 443, targetPort: 8443 },
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: dice.pick(['http', 53]) },
      ],
      0.7,
    )
    .map((one) => ({
      ...one,
      ...(type !== 'ClusterIP' && dice.chance(0.6) ? { nodePort: 31_000 + one.port + index } : {}),
    }));
  const selector = dice.pick<Json | undefined>([
    { app: 'web' },
    { app: 'web', tier: 'front' },
    undefined,
  ]);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop', annotations: {} },
    spec: {
      type,
      ports,
      ...(clusterIP === undefined ? {} : { clusterIP }),
      ...(selector === undefined ? {} : { selector }),
      ...(type === 'ExternalName' ? { externalName: 'example.com' } : {}),
      ...(dice.chance(0.2) ? { externalIPs: [EXTERNAL[index]] } : {}),
      ...(dice.chance(0.2) ? { internalTrafficPolicy: 'Local' } : {}),
      ...(dice.chance(0.2) ? { externalTrafficPolicy: 'Local' } : {}),
      ...(dice.chance(0.2) ? { allocateLoadBalancerNodePorts: false } : {}),
    },
    ...(type === 'LoadBalancer' && dice.chance(0.7)
      ? { status: { loadBalancer: { ingress: [{ ip: FRONT_ENDS[index] }] } } }
      : {}),
  };
}

function worldOf(dice: Dice): Network {
  const live = dice.some(NODES, 0.5).map((address, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${index}` },
    status: { addresses: [{ type: 'InternalIP', address }] },
  }));
  const slices = dice.some(['a', 'b', 'c'], 0.5).map((name) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-1`,
      namespace: 'shop',
      labels: { 'kubernetes.io/service-name': name },
    },
    addressType: 'IPv4',
    ports: [{ name: 'web', port: 8081, protocol: 'TCP' }],
    endpoints: [{ addresses: ['10.250.0.9'] }],
  }));
  return networkOf(
    [
      vnet('spoke', '10.240.0.0/16', { nodes: { addressPrefix: '10.240.0.0/24' } }),
      cluster('aks', {
        networkProfile: {
          networkPlugin: 'azure',
          networkPluginMode: 'overlay',
          ...(dice.chance(0.2) ? { serviceCidr: { $unknown: 'a range' } } : {}),
        },
      }),
    ],
    [
      ...NAMES.map((name) => deployment(dice, name)),
      ...NAMES.slice(0, 4).map((name, index) => service(dice, name, index)),
      ...live,
      ...slices,
    ],
  );
}

type Asked = Pick<FlowPoint, 'destination' | 'protocol' | 'destinationPort'>;

const WAY: Partial<Record<Exposure['how'], string>> = {
  'cluster-ip': 'cluster-ip',
  'external-ip': 'external-ip',
  'load-balancer': 'load-balancer',
  'node-port': 'node-port',
  'host-port': 'host-port',
};

/** Does the exposure stand at the address? `maybe`: its address is not known. */
function standsAt(network: Network, one: Exposure, { destination }: Asked): 'yes' | 'maybe' | 'no' {
  const isIt = (text: string | undefined) => {
    const own = text === undefined ? undefined : parseIp(text);
    return own !== undefined && equalIp(own, destination);
  };
  const home = network.clusters[0]!;
  switch (one.how) {
    case 'cluster-ip':
      if (one.service?.clusterIp === 'None') return 'no';
      if (one.service?.clusterIp === undefined) return 'maybe';
      return isIt(one.service.clusterIp) ? 'yes' : 'no';
    case 'external-ip':
      return one.service?.externalIps.some(isIt) === true ? 'yes' : 'no';
    case 'load-balancer': {
      const front = home.loadBalancerServices.find(({ service }) => service === one.service);
      if (front === undefined) return 'no';
      if (!front.address.isExact) return 'maybe';
      return isIt(formatIp({ family: 4, value: front.address.addresses.v4[0] as never }))
        ? 'yes'
        : 'no';
    }
    case 'node-port':
    case 'host-port': {
      const { nodes } = network.perimeter.kubernetes;
      return nodes.some(({ addresses }) => addresses.some(isIt)) ? 'yes' : 'maybe';
    }
    default:
      return 'no';
  }
}

/** `shop/web:8080`, with `?` for a port name that the pod does not declare. */
function concreteTable(one: Exposure, asked: Asked): readonly string[] {
  return one.backends
    .filter(({ clientPort, protocol }) => {
      return clientPort === asked.destinationPort && protocol === asked.protocol;
    })
    .map(({ pod, podPort }) => `${pod.namespace}/${pod.name}:${podPort ?? '?'}`);
}

function symbolicTable(effect: ServiceEffect): readonly string[] {
  if (effect.kind === 'refused') return [];
  if (effect.kind === 'host-port') {
    return [`${effect.pod.namespace}/${effect.pod.name}:${effect.port.port}`];
  }
  return effect.backends.map(({ pod, port }) => `${pod.namespace}/${pod.name}:${port ?? '?'}`);
}

function wayOf(effect: ServiceEffect): string {
  return effect.kind === 'rewritten' ? effect.way : effect.kind;
}

/** Every way that a rule takes certainly or perhaps, with its table. */
function symbolicSays(rules: readonly ServiceRule[], asked: Asked) {
  const { effects, needs, allNeeds, isComplete } = summaryAt(rules, point(asked));
  return { effects, isCertain: isComplete && effects.length === 1, needs, allNeeds };
}

describe('Services, told twice', () => {
  it('both tellings agree on random Services, addresses and ports', () => {
    const dice = diceOf(seededRandom(80));
    const edges = [...CLUSTER_IPS, ...FRONT_ENDS, ...EXTERNAL, ...NODES, ...NODES, ...NODES];
    const seen = new Map<string, number>();
    for (let world = 0; world < 300; world += 1) {
      const network = worldOf(dice);
      const rules = serviceRules(network, network.clusters[0]!);
      const exposures = exposureOf(network.perimeter.kubernetes).filter(({ how }) => how in WAY);
      for (let flow = 0; flow < 120; flow += 1) {
        const asked: Asked = {
          destination: dice.near(edges),
          protocol: dice.pick(['tcp', 'tcp', 'udp', dice.protocol()]),
          destinationPort: (dice.pick(PORTS) +
            (dice.chance(0.6) ? 0 : dice.number(4))) as FlowPoint['destinationPort'],
        };
        const says = symbolicSays(rules, asked);
        const label = `${world}: ${formatIp(asked.destination)} ${asked.protocol} ${asked.destinationPort}`;

        // What the concrete telling is sure of is taken, with the same table, before anything that comes after it.
        const sure = exposures.filter(
          (one) => standsAt(network, one, asked) === 'yes' && concreteTable(one, asked).length > 0,
        );
        for (const one of sure) {
          const found = says.effects.find(
            (effect) =>
              wayOf(effect) === one.how &&
              (effect.kind === 'rewritten'
                ? effect.service === one.service
                : one.how === 'host-port'),
          );
          const hidden = says.isCertain && wayOf(says.effects[0]!) !== one.how;
          if (hidden) continue;
          expect([label, one.title, found === undefined]).toEqual([label, one.title, false]);
          if (one.how !== 'host-port') {
            expect([label, sorted(symbolicTable(found!))]).toEqual([
              label,
              sorted(concreteTable(one, asked)),
            ]);
          }
          seen.set(one.how, (seen.get(one.how) ?? 0) + 1);
        }

        // And nothing is taken that the concrete telling rules out.
        for (const effect of says.effects) {
          if (effect.kind === 'refused') {
            expect([label, formatIp(asked.destination)]).toEqual([label, effect.service.clusterIp]);
            const pods = network.perimeter.kubernetes.pods;
            const offered = pods.some(
              (pod) =>
                translateServicePort(effect.service, asked.destinationPort, asked.protocol, pod)
                  .kind !== 'not-offered',
            );
            const isLocal = effect.service.internalTrafficPolicy === 'Local';
            if (!isLocal) expect([label, offered]).toEqual([label, false]);
            continue;
          }
          if (wayOf(effect) === 'node-port' && effect.kind === 'rewritten') {
            const number = asked.destinationPort;
            const isWritten = effect.port.nodePort === number;
            const words = `the node port of shop/${effect.service.name}:${effect.port.port}`;
            const isGuess = number >= 30_000 && number <= 32_767 && says.allNeeds.includes(words);
            expect([label, isWritten || isGuess]).toEqual([label, true]);
          }
          const ways = exposures.filter(
            (one) =>
              wayOf(effect) === one.how &&
              (effect.kind === 'rewritten'
                ? effect.service === one.service
                : one.backends.some(({ pod }) => pod === effect.pod)),
          );
          const states = ways.map((one) => standsAt(network, one, asked));
          expect([label, states.includes('yes') || states.includes('maybe')]).toEqual([
            label,
            true,
          ]);
          if (!states.includes('yes')) expect([label, says.needs.length]).not.toEqual([label, 0]);
        }
      }
    }
    for (const how of ['cluster-ip', 'external-ip', 'load-balancer', 'node-port', 'host-port']) {
      expect([how, (seen.get(how) ?? 0) > 50]).toEqual([how, true]);
    }
  });

  it('K8P-80: without a selector its EndpointSlices decide, and without those something is missing', () => {
    const dice = diceOf(seededRandom(1));
    let found = 0;
    for (let world = 0; world < 40; world += 1) {
      const network = worldOf(dice);
      for (const { effect } of serviceRules(network, network.clusters[0]!)) {
        if (effect.kind !== 'rewritten') continue;
        const selects = Object.keys(effect.service.selector ?? {}).length > 0;
        const isEmpty = effect.backends.length + effect.endpoints.length === 0;
        expect(effect.why.length).toBe(isEmpty ? 1 : 0);
        if (effect.endpoints.length === 0) continue;
        found += 1;
        expect([selects, effect.port.name]).toEqual([false, 'web']);
        expect(effect.endpoints).toEqual([{ address: ip('10.250.0.9'), port: 8081 }]);
      }
    }
    expect(found).toBeGreaterThan(5);
  });
});

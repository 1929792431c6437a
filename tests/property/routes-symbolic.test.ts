import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { decidersAt } from '../../src/flows/index.ts';
import type { Peering, PrivateEndpoint, RouteTable } from '../../src/model/index.ts';
import { formatIp, type Ip } from '../../src/net/index.ts';
import type { Network } from '../../src/network/index.ts';
import { selectRoute } from '../../src/semantics/routes/concrete.ts';
import {
  type EffectiveRoute,
  type RouteChoice,
  routeDecider,
  sameNextHop,
} from '../../src/semantics/routes/effective-route.ts';
import { type RouteRule, routeRules } from '../../src/semantics/routes/symbolic.ts';
import { isUnknown } from '../../src/values/index.ts';
import {
  connection,
  ip,
  localGateway,
  networkOf,
  type PerimeterWords,
  peering,
  privateEndpoint,
  type RouteWords,
  routeTable,
  unknown,
  vnet,
  vpnGateway,
} from '../conformance/network-fixture.ts';
import { type Dice, diceOf, point } from '../support/compare-deciders.ts';
import { seededRandom } from '../support/seeded-random.ts';

const SUBNET = 'spoke/subnets/nodes';

const EDGES = [
  ...['10.240.0.0', '10.240.3.255', '10.240.4.0', '10.240.4.31', '10.240.4.32', '10.240.4.47'],
  ...['10.240.4.36', '10.240.4.40', '10.240.255.255', '10.241.0.0', '10.200.0.0', '10.200.0.255'],
  ...['10.200.0.64', '10.200.0.95', '10.10.0.0', '10.10.255.255', '10.10.9.0', '10.10.9.255'],
  ...['10.200.0.9', '20.9.0.0', '20.9.0.255', '20.9.0.128', '52.1.0.0', '52.1.0.255', '52.1.0.64'],
  ...['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '100.64.0.0'],
  ...['100.127.255.255', '0.0.0.0', '128.0.0.0', '255.255.255.255', '8.8.8.8', '8.8.8.8'],
  ...['168.63.129.16', '169.254.169.254', 'fd00::5', '2603::1', '2603:1::1', '::1'],
];

const DESTINATIONS = [
  ...['0.0.0.0/0', '0.0.0.0/0', '::/0', '128.0.0.0/1', '10.0.0.0/8', '10.240.0.0/16'],
  ...['10.240.0.0/22', '10.240.4.0/24', '10.240.4.32/28', '10.240.4.40/29', '10.240.4.32/29'],
  ...['10.240.4.36/32', '10.200.0.0/24', '10.200.0.0/16', '10.200.0.64/27', '10.200.0.9/32'],
  ...['10.10.0.0/16', '10.10.9.0/24', '172.16.0.0/12', '192.168.0.0/17', '8.8.8.8/32'],
  ...['20.9.0.0/24', '52.1.0.0/24', '52.1.0.64/26', 'fd00::/8', '2603::/32'],
  ...['Storage', 'Storage.WestEurope', 'AzureCloud', 'AzureCloud.WestEurope', 'Sql.Nowhere'],
];

const TAGS = {
  Storage: ['52.1.0.0/24', '2603::/32'],
  'Storage.WestEurope': ['52.1.0.64/26', '52.1.0.0/24'],
  AzureCloud: ['52.0.0.0/8', '52.1.0.0/24', '2603::/16'],
  'AzureCloud.WestEurope': ['52.1.0.0/24', '20.9.0.128/25'],
};

function routeWords(dice: Dice): RouteWords {
  const destination = dice.chance(0.02)
    ? unknown('a prefix')
    : dice.chance(0.02)
      ? unknown('an address', 'text:«public-address:pip»/32')
      : dice.pick(DESTINATIONS);
  const type = dice.pick(['VirtualAppliance', 'VirtualAppliance', 'Internet', 'None', 'VnetLocal']);
  if (type !== 'VirtualAppliance') return [destination, type as 'None'];
  const hop = dice.pick([
    '10.200.0.4',
    '10.200.0.4',
    '10.240.9.4',
    unknown('the firewall', 'private-address:fw'),
    unknown('some address'),
  ]);
  return [destination, type, hop];
}

function tableOf(dice: Dice) {
  const words = Array.from({ length: dice.number(7) }, () => routeWords(dice));
  const table = routeTable('t', words, {
    disableBgpRoutePropagation: dice.pick([undefined, false, true, unknown('propagation')]),
    ...(dice.chance(0.1) ? { disablePeeringRoute: 'All' } : {}),
    ...(dice.chance(0.12) ? { exists: unknown('whether to make a table') } : {}),
    ...(dice.chance(0.03) ? { isReference: true } : {}),
  });
  if (!dice.chance(0.05)) return table;
  const [first, ...rest] = table.routes;
  return first === undefined
    ? table
    : { ...table, routes: [{ ...first, nextHopType: unknown('a next hop type') }, ...rest] };
}

function endpointsOf(dice: Dice): PrivateEndpoint[] {
  const made = dice
    .some(
      [
        ['spoke/subnets/endpoints', '10.240.4.36'],
        ['spoke/subnets/endpoints', '10.240.4.40'],
        ['hub/subnets/s', '10.200.0.9'],
        ['spoke/subnets/gone', '10.240.9.9'],
        ['lab/subnets/s', '20.9.0.128'],
      ] as const,
      0.4,
    )
    .map(
      ([subnet, address], index): PrivateEndpoint => ({
        ...privateEndpoint(`pe${index}`, subnet, [address]),
        ...(dice.chance(0.1) ? { exists: unknown('whether to make an endpoint') } : {}),
      }),
    );
  if (!dice.chance(0.15)) return made;
  const open = privateEndpoint('open', 'spoke/subnets/endpoints', []);
  const addresses = dice.chance(0.5) ? [] : [unknown('an address', 'private-address:open')];
  return [...made, { ...open, addresses }];
}

function worldOf(dice: Dice): Network {
  const state = () =>
    dice.pick([undefined, undefined, undefined, 'Connected', 'Disconnected', unknown('a state')]);
  const peer = (to: string, useRemoteGateways = false) =>
    peering('spoke', to, {
      useRemoteGateways,
      peeringState: state(),
      ...(dice.chance(0.06) ? { peeringSyncLevel: unknown('a level') } : {}),
    });
  const policies = dice.pick([undefined, 'Disabled', 'Enabled', 'RouteTableEnabled', 'Enabled']);
  const hub = vnet(
    'hub',
    {
      space: ['10.200.0.0/24'],
      subnets: { s: '10.200.0.0/26', GatewaySubnet: '10.200.0.64/27' },
      peerings: [peering('hub', 'spoke', { allowGatewayTransit: true })],
    },
    dice.chance(0.2) ? { location: 'westus' } : {},
  );
  const lab = vnet('lab', {
    space: ['20.9.0.0/24'],
    subnets: { s: '20.9.0.0/24' },
    peerings: dice.chance(0.8) ? [peering('lab', 'spoke')] : [],
  });
  const spoke = vnet(
    'spoke',
    {
      space: dice.chance(0.1)
        ? []
        : ['10.240.0.0/16', ...dice.some(['fd00::/16', '100.0.0.0/8'], 0.3)],
      subnets: {
        nodes: {
          prefix: '10.240.0.0/22',
          serviceEndpoints: dice.some(
            ['Microsoft.Storage', 'microsoft.storage.global', 'Microsoft.Sql'],
            0.12,
          ),
          ...(dice.chance(0.9) ? { table: dice.chance(0.97) ? 't' : 'no table' } : {}),
        },
        endpoints: {
          prefix: '10.240.4.32/28',
          ...(policies === undefined ? {} : { privateEndpointNetworkPolicies: policies }),
        },
      },
      peerings: [
        ...(dice.chance(0.85) ? [peer('hub', dice.chance(0.7))] : []),
        ...(dice.chance(0.6) ? [peer('lab')] : []),
        ...(dice.chance(0.05) ? [peer('elsewhere')] : []),
      ],
    },
    {
      location: 'westeurope',
      ...(dice.chance(0.03) ? { exists: unknown('whether to make the spoke') } : {}),
    },
  );
  const words: PerimeterWords = {
    vnets: [spoke, hub, lab],
    tables: [tableOf(dice)],
    endpoints: endpointsOf(dice),
    gateways: [vpnGateway('gw', 'hub', dice.chance(0.1) ? { enableBgp: true } : {})],
    localGateways: [
      localGateway('site', [
        '10.10.0.0/16',
        ...dice.some(
          [
            ...['10.10.9.0/24', '10.240.0.0/16', '10.240.4.0/24', '10.200.0.64/27', '0.0.0.0/0'],
            ...['20.9.0.0/24', '20.0.0.0/8', '52.1.0.64/26', '10.240.4.36/32', '10.0.0.0/8'],
            ...['20.9.0.128/25', 'fd00::/8', '10.200.0.9/32'],
          ],
          0.15,
        ),
      ]),
    ],
    connections: [connection('c', 'gw', 'site')],
    tags: TAGS,
  };
  const network = networkOf(words);
  if (!dice.chance(0.08)) return network;
  // What a Virtual WAN hub may send.
  const placed = network.vnets.get('spoke')!;
  const learning = { ...placed, learnsUnknownRoutes: true, mayLearnDefaultRoute: 'hub routes' };
  return { ...network, vnets: new Map([...network.vnets, ['spoke', learning]]) };
}

/** The same route, as far as anybody could tell; remembered, since few routes are compared often. */
const same = new WeakMap<object, WeakMap<object, boolean>>();
function sameRoute(a: EffectiveRoute, b: EffectiveRoute): boolean {
  if (a.name !== b.name || a.prefixText !== b.prefixText) return false;
  const known = same.get(a) ?? new WeakMap<object, boolean>();
  same.set(a, known);
  const answer = known.get(b) ?? isDeepStrictEqual(a, b);
  known.set(b, answer);
  return answer;
}

/** What the list says, in the kinds of the concrete look-up. */
function chosen(rules: readonly RouteRule[], destination: Ip) {
  const deciders = decidersAt(rules, point({ source: destination, destination }));
  const last = deciders.at(-1);
  const effects = deciders.map(({ rule }) => rule.effect);
  const routes = effects.flatMap((effect) => (effect === 'platform' ? [] : [effect]));
  const certain = routes.at(-1);
  const needs = new Set([
    ...deciders.flatMap((decider) => decider.needs.map(({ missing }) => missing)),
    ...routes.flatMap(({ nextHopType }) => (isUnknown(nextHopType) ? [nextHopType.missing] : [])),
  ]);
  const isComplete = last !== undefined && last.needs.length === 0;
  const kind = !isComplete
    ? 'incomplete'
    : certain === undefined
      ? 'platform'
      : !isUnknown(certain.nextHopType) && routes.every((route) => sameNextHop(route, certain))
        ? 'route'
        : 'unknown';
  return { kind, certain, routes, needs, by: last?.rule.by } as const;
}

/** What the tellings disagree about; empty when they agree. */
function disagreements(rules: readonly RouteRule[], destination: Ip, choice: RouteChoice) {
  const { kind, certain, routes, needs, by } = chosen(rules, destination);
  if (kind !== choice.kind) return [`${kind} for ${choice.kind}: ${namesOf(routes)}`];
  if (choice.kind === 'route') {
    const wrong: string[] = [];
    if (!sameRoute(certain!, choice.route)) wrong.push(`${namesOf([certain!])} chosen`);
    if (!isDeepStrictEqual(by, routeDecider(choice.route))) wrong.push('another decider');
    return wrong;
  }
  if (choice.kind === 'platform') return [];
  const only = (some: readonly EffectiveRoute[], others: readonly EffectiveRoute[]) =>
    some.filter((route) => !others.some((other) => sameRoute(route, other)));
  return [
    ...only(routes, choice.candidates).map((route) => `only symbolic: ${namesOf([route])}`),
    ...only(choice.candidates, routes).map((route) => `only concrete: ${namesOf([route])}`),
    ...choice.why.flatMap(({ missing }) =>
      needs.has(missing) || missing.startsWith('which of the routes') ? [] : [missing],
    ),
  ];
}

function namesOf(routes: readonly EffectiveRoute[]): string {
  return routes
    .map(({ name, prefixText, state, uncertain }) => {
      const doubts = uncertain.map(({ missing }) => missing).join('; ');
      return `${name} ${prefixText} ${state} (${doubts})`;
    })
    .join(' | ');
}

describe('effective routes, told twice', () => {
  it('both tellings agree on random tables, networks and destinations', () => {
    const dice = diceOf(seededRandom(2026_11_21));
    const kinds = { route: 0, unknown: 0, platform: 0 };
    for (let world = 0; world < 2000; world += 1) {
      const network = worldOf(dice);
      const rules = routeRules(network, SUBNET);
      for (let count = 0; count < 100; count += 1) {
        const destination = dice.near(EDGES);
        const choice = selectRoute(network, SUBNET, { kind: 'exact', ip: destination });
        const wrong = disagreements(rules, destination, choice);
        if (wrong.length > 0) {
          const told =
            choice.kind === 'route'
              ? namesOf([choice.route])
              : choice.kind === 'unknown'
                ? namesOf(choice.candidates)
                : '';
          expect({ world, to: formatIp(destination), told, wrong }).toBeUndefined();
        }
        kinds[choice.kind] += 1;
      }
    }
    // The dice must not have made one answer drown the others.
    expect(kinds.route).toBeGreaterThan(100_000);
    expect(kinds.unknown).toBeGreaterThan(30_000);
    expect(kinds.platform).toBeGreaterThan(1500);
  });

  /** What both say of one destination, which must be the same. */
  const ask = (words: PerimeterWords, to: string): string => {
    const network = networkOf({ tables: [routeTable('t', [])], ...words });
    const choice = selectRoute(network, SUBNET, { kind: 'exact', ip: ip(to) });
    expect(disagreements(routeRules(network, SUBNET), ip(to), choice)).toEqual([]);
    if (choice.kind === 'platform') return 'platform';
    const routes = choice.kind === 'route' ? [choice.route] : choice.candidates;
    return [choice.kind, ...routes.map(({ name, prefixText }) => `${name} ${prefixText}`)].join(
      ', ',
    );
  };
  const home = (more: { readonly space?: readonly string[]; readonly peer?: Peering } = {}) =>
    vnet('spoke', {
      space: more.space ?? ['10.240.0.0/16'],
      subnets: {
        nodes: { prefix: '10.240.0.0/22', table: 't' },
        endpoints: { prefix: '10.240.4.32/28', privateEndpointNetworkPolicies: 'Enabled' },
        gatewaysubnet: '10.240.255.0/27',
      },
      peerings: more.peer === undefined ? [] : [more.peer],
    });
  const behindGateway = (...prefixes: string[]): PerimeterWords => ({
    gateways: [vpnGateway('gw', 'spoke')],
    localGateways: [localGateway('site', prefixes)],
    connections: [connection('c', 'gw', 'site')],
  });
  const ENDPOINT = '10.240.4.36';
  const endpoints = [privateEndpoint('pe', 'spoke/subnets/endpoints', [ENDPOINT])];
  const site = 'gateway route of local network gateway site';

  it('AZN-10: where a gateway route is out, what it would have beaten counts', () => {
    const words = { vnets: [home()], endpoints, ...behindGateway(`${ENDPOINT}/32`) };
    expect(ask(words, ENDPOINT)).toBe(`route, private endpoint pe ${ENDPOINT}`);
  });

  it('AZN-10: who gets past a longer route to a peer that may be connected meets the gateway for certain', () => {
    const peer = peering('spoke', 'lab', { peeringState: unknown('a state') });
    const lab = vnet('lab', { space: ['20.9.0.0/24'], subnets: {} });
    const words = { vnets: [home({ peer }), lab], ...behindGateway('20.0.0.0/8', '20.9.0.128/25') };
    expect(ask(words, '20.9.0.1')).toBe(`unknown, system route 20.9.0.0/24, ${site} 20.0.0.0/8`);
    expect(ask(words, '20.9.0.129')).toBe(
      `unknown, ${site} 20.9.0.128/25, system route 20.9.0.0/24, ${site} 20.0.0.0/8`,
    );
  });

  it('AZN-11 AZN-12: a table that may not exist may take routes away and may not', () => {
    const lab = vnet('lab', {
      space: ['20.9.0.0/24'],
      subnets: {},
      peerings: [peering('lab', 'spoke')],
    });
    const words = (more: Partial<RouteTable>): PerimeterWords => ({
      vnets: [home({ peer: peering('spoke', 'lab') }), lab],
      tables: [
        routeTable('t', [], {
          disableBgpRoutePropagation: true,
          disablePeeringRoute: 'All',
          ...more,
        }),
      ],
      ...behindGateway('10.10.0.0/16'),
    });
    expect(ask(words({}), '10.10.0.9')).toBe('route, system route 10.0.0.0/8');
    expect(ask(words({}), '20.9.0.9')).toBe('route, system route 0.0.0.0/0');
    const exists = unknown('whether to make a table');
    expect(ask(words({ exists }), '10.10.0.9')).toBe(
      `unknown, ${site} 10.10.0.0/16, system route 10.0.0.0/8`,
    );
    expect(ask(words({ exists }), '20.9.0.9')).toBe(
      'unknown, system route 20.9.0.0/24, system route 0.0.0.0/0',
    );
  });

  it('AZN-14: without the space of its network a user route around an endpoint may take its place', () => {
    const tables = [routeTable('t', [['10.240.0.0/16', 'None']])];
    const words = (space: readonly string[]) => ({ vnets: [home({ space })], endpoints, tables });
    expect(ask(words(['10.240.0.0/16']), ENDPOINT)).toBe('route, r0 10.240.0.0/16');
    expect(ask(words(['10.0.0.0/8']), ENDPOINT)).toBe('route, r0 10.240.0.0/16');
    expect(ask(words(['10.240.0.0/20']), ENDPOINT)).toBe(`route, private endpoint pe ${ENDPOINT}`);
    expect(ask(words([]), ENDPOINT)).toMatch(`unknown, private endpoint pe ${ENDPOINT}`);
    const far = [privateEndpoint('pe', 'spoke/subnets/gone', [ENDPOINT])];
    expect(ask({ ...words(['10.240.0.0/16']), endpoints: far }, ENDPOINT)).toBe(
      `unknown, private endpoint pe ${ENDPOINT}, r0 10.240.0.0/16`,
    );
  });

  it('AZN-14: an endpoint without a number is not where user routes take the place of any', () => {
    const open = [privateEndpoint('pe', 'spoke/subnets/endpoints', [])];
    const half: RouteWords = ['10.240.4.32/29', 'None'];
    const words = (...routes: RouteWords[]) => ({
      vnets: [home()],
      endpoints: open,
      tables: [routeTable('t', routes)],
    });
    expect(ask(words(half), '10.240.4.36')).toBe('route, r0 10.240.4.32/29');
    const other: RouteWords = ['10.240.4.40/29', 'Internet'];
    expect(ask(words(half, other), '10.240.4.41')).toBe('route, r1 10.240.4.40/29');
    const outside: RouteWords = ['10.240.4.41/32', 'None'];
    expect(ask(words(outside), '10.240.4.42')).toBe('route, system route 10.240.0.0/16');
  });

  it('AZN-09: a host route to an address nobody knows takes no address that is written', () => {
    const own = unknown('the address of pip', 'text:«public-address:pip»/32');
    const words = {
      vnets: [home()],
      tables: [
        routeTable('t', [
          [own, 'Internet'],
          ['0.0.0.0/0', 'None'],
        ]),
      ],
    };
    expect(ask(words, '8.8.8.8')).toBe('route, r1 0.0.0.0/0');
    expect(ask(words, '168.63.129.16')).toBe('platform');
    const [, first] = routeRules(networkOf(words), SUBNET);
    expect(first).toMatchObject({
      region: [{ destinationIs: 'public-address:pip', needs: [] }],
      effect: { nextHopType: 'Internet' },
    });
    expect(routeRules(networkOf({}), SUBNET)).toEqual([]);
  });

  it('AZN-09: a host route of a table that may not exist may not be there for its own address either', () => {
    const symbol = 'public-address:pip';
    const own = unknown('the address of pip', 'text:«public-address:pip»/32');
    const exists = unknown('whether to make a table');
    const network = networkOf({
      vnets: [home()],
      tables: [routeTable('t', [[own, 'None']], { exists })],
    });
    const addresses = {
      v4: [ip('20.0.0.0').value as number, ip('20.0.0.9').value as number],
      v6: [],
    };
    const to = { kind: 'within', addresses, symbol, label: 'pip' } as const;
    expect(selectRoute(network, SUBNET, to).kind).toBe('unknown');
    const [, first] = routeRules(network, SUBNET);
    expect(first!.region[0]!.needs?.map(({ missing }) => missing)).toEqual([exists.missing]);
  });

  it('AZN-13: an endpoint without a number is told by its symbol, unless user routes may take its place', () => {
    const open = [privateEndpoint('pe', 'spoke/subnets/endpoints', [])];
    const isTold = (route: RouteWords) =>
      routeRules(
        networkOf({ vnets: [home()], endpoints: open, tables: [routeTable('t', [route])] }),
        SUBNET,
      ).some(({ region }) => region[0]?.destinationIs === 'private-address:pe');
    expect(isTold(['10.10.0.0/16', 'None'])).toBe(true);
    expect(isTold(['10.240.4.32/29', 'None'])).toBe(false);
  });
});

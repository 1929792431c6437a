import { describe, expect, it } from 'vitest';
import { decidersAt, type FlowPoint, isCertain } from '../../src/flows/index.ts';
import type { NetworkInterface, Peering, SecurityRule } from '../../src/model/index.ts';
import {
  ALL_IPV4,
  ALL_PORTS,
  addressSetCovers,
  type Port,
  type Protocol,
  portSet,
} from '../../src/net/index.ts';
import type { Network } from '../../src/network/index.ts';
import type { Flow } from '../../src/semantics/flow.ts';
import { evaluateSubnetNsg } from '../../src/semantics/nsg/concrete.ts';
import {
  type NsgRule,
  type NsgRulesOptions,
  subnetNsgRules,
} from '../../src/semantics/nsg/symbolic.ts';
import type { Verdict } from '../../src/semantics/verdict.ts';
import {
  connection,
  localGateway,
  networkInterface,
  networkOf,
  nsg,
  type PerimeterWords,
  peering,
  type RouteWords,
  type RuleWords,
  ref,
  routeTable,
  term,
  unknown,
  vnet,
  vpnGateway,
} from '../conformance/network-fixture.ts';
import { type Dice, diceOf, ip, point } from '../support/compare-deciders.ts';
import { seededRandom } from '../support/seeded-random.ts';

const SUBNET = 'spoke/subnets/nodes';

/** First and last addresses of everything the perimeters below name. */
const EDGES = [
  ...['10.240.0.0', '10.240.3.255', '10.240.255.255', '10.240.0.10', '10.240.0.11', '10.240.0.12'],
  ...['10.200.0.0', '10.200.0.255', '10.10.0.0', '10.10.255.255', '10.30.0.0', '10.30.255.255'],
  ...['20.1.0.0', '20.1.0.255', '20.9.0.0', '20.9.0.255', '52.1.0.0', '52.1.0.255', '8.8.8.8'],
  ...['168.63.129.16', '168.63.129.16', '169.254.169.254', '127.0.0.1', '224.0.0.1'],
  ...['0.0.0.0', '255.255.255.255', '128.0.0.0'],
  ...['fd00::5', '2603::1', '::1', '1fff::', '3fff::1', '4000::'],
];
const WORDS = [
  ...['VirtualNetwork', 'virtualnetwork', 'Internet', 'AzureLoadBalancer', 'AzurePlatformDNS'],
  ...['AzurePlatformIMDS', 'Storage', 'Sql.Nowhere', '10.240.0.0/22', '10.200.0.0/24'],
  ...['10.0.0.0/8', '20.1.0.0/24', '20.9.0.0/24', '8.8.8.8', '0.0.0.0/0', '::/0', '2603::/16'],
  ...['10.240.0.9-10.240.0.11', '168.63.129.16', '169.254.169.254'],
];
const PORTS = [0, 52, 53, 54, 79, 80, 81, 442, 443, 444, 1023, 1024, 65535];

function rule(dice: Dice, index: number): RuleWords {
  const direction = dice.pick(['Inbound', 'Outbound'] as const);
  const ends = () => ({
    terms: dice.chance(0.3)
      ? [term('*')]
      : [
          ...dice.some(WORDS, 0.12).map(term),
          ...dice
            .some([unknown('an address'), unknown('another address')], 0.04)
            .map(
              (each) => ({ kind: 'unknown', unknown: each, text: each.text, at: each.at }) as const,
            ),
        ],
    groups: dice.chance(0.85)
      ? []
      : dice.some([ref('asg/web'), ref('asg/db'), unknown('a group')], 0.5),
  });
  const from = ends();
  const to = ends();
  const ports = (): SecurityRule['sourcePorts'] => {
    if (dice.chance(0.04)) return unknown('a port');
    if (dice.chance(0.5)) return ALL_PORTS;
    return portSet(
      Array.from({ length: dice.number(3) }, () => {
        const low = dice.pick(PORTS);
        return [low, Math.max(low, dice.pick([low, ...PORTS]))] as const;
      }),
    );
  };
  const name = `r${index}`;
  return {
    name,
    // Two rules of one priority cannot be deployed; the first one written then stands for both tellings.
    priority: dice.chance(0.05) ? unknown(`the priority of ${name}`) : 100 + dice.number(12),
    access: dice.pick(['Allow', 'Deny']),
    direction,
    protocol: dice.chance(0.04)
      ? unknown(`the protocol of ${name}`)
      : dice.pick(['*', '*', 'tcp', 'tcp', 'udp', 'icmp', 'esp', 'ah'] as const),
    more: {
      sources: from.terms,
      destinations: to.terms,
      sourceApplicationSecurityGroups: from.groups,
      destinationApplicationSecurityGroups: to.groups,
      sourcePorts: dice.chance(0.8) ? ALL_PORTS : ports(),
      destinationPorts: ports(),
      ...(dice.chance(0.05) ? { access: unknown(`the access of ${name}`) } : {}),
      ...(dice.chance(0.04) ? { direction: unknown(`the direction of ${name}`) } : {}),
    },
  };
}

function interfaces(dice: Dice): NetworkInterface[] {
  return dice
    .some(['10.240.0.10', '10.240.0.11', undefined], 0.6)
    .map((address, index): NetworkInterface => {
      const groups = dice.some(['asg/web', 'asg/db'], 0.5);
      const made = networkInterface(`nic${index}`, SUBNET, address, { groups });
      if (!dice.chance(0.1)) return made;
      const [configuration] = made.ipConfigurations;
      const doubtful = [...configuration!.applicationSecurityGroups, unknown('a group of it')];
      return {
        ...made,
        ipConfigurations: [{ ...configuration!, applicationSecurityGroups: doubtful }],
      };
    });
}

function worldOf(dice: Dice): Network {
  const flag = () => dice.pick([true, true, true, false, undefined, unknown('a flag')]);
  const state = () =>
    dice.pick([undefined, undefined, 'Connected', 'Disconnected', unknown('a state')]);
  const peer = (to: string, here: boolean) =>
    peering('spoke', to, {
      allowVirtualNetworkAccess: flag(),
      useRemoteGateways: here ? flag() : false,
      peeringState: state(),
      ...(dice.chance(0.1) ? { peeringSyncLevel: unknown('a level') } : {}),
    });
  const hub = vnet('hub', {
    space: ['10.200.0.0/24'],
    subnets: { GatewaySubnet: '10.200.0.64/27' },
    peerings: [peering('hub', 'spoke', { allowGatewayTransit: true, peeringState: state() })],
  });
  // Public addresses as private space are allowed, and lie in `Internet` or in the network.
  const lab = vnet('lab', {
    space: ['20.9.0.0/24', '10.30.0.0/16'],
    subnets: {},
    peerings: dice.chance(0.6) ? [peering('lab', 'spoke')] : [],
  });
  const routes = dice.some<RouteWords>(
    [
      ['0.0.0.0/0', 'VirtualAppliance', '10.200.0.4'],
      ['20.1.0.0/24', 'Internet'],
      ['Storage', 'Internet'],
      ['Sql.Nowhere', 'Internet'],
      ['128.0.0.0/1', 'None'],
      ['::/0', 'None'],
    ],
    0.2,
  );
  const vague: readonly RouteWords[] = dice.chance(0.05) ? [[unknown('a prefix'), 'None']] : [];
  const attached = dice.pick(['g', 'g', 'g', 'g', 'g', 'g', 'g', 'gone', undefined]);
  const hasVagueSpace = dice.chance(0.08);
  const spoke = vnet(
    'spoke',
    {
      space: hasVagueSpace ? [] : ['10.240.0.0/16'],
      subnets: {
        nodes: {
          prefix: '10.240.0.0/22',
          ...(dice.chance(0.9) ? { table: dice.chance(0.95) ? 't' : 'no table' } : {}),
          ...(attached === undefined ? {} : { nsg: attached }),
          ...(dice.chance(0.04) ? { networkSecurityGroup: unknown('which group') } : {}),
        },
      },
      peerings: [
        ...(dice.chance(0.8) ? [peer('hub', true)] : []),
        ...(dice.chance(0.6) ? [peer('lab', false)] : []),
        ...(dice.chance(0.1) ? [peer('elsewhere', false)] : []),
      ],
    },
    dice.chance(0.05) ? { exists: unknown('whether to make the spoke') } : {},
  );
  const words: PerimeterWords = {
    vnets: [spoke, hub, lab],
    tables: [
      routeTable('t', [...routes, ...vague], {
        ...(dice.chance(0.06) ? { exists: unknown('whether to make a table') } : {}),
        ...(dice.chance(0.04) ? { isReference: true } : {}),
      }),
    ],
    nsgs: [
      nsg(
        'g',
        Array.from({ length: dice.number(9) }, (_, index) => rule(dice, index)),
        {
          ...(dice.chance(0.06) ? { exists: unknown('whether to make a group') } : {}),
          ...(dice.chance(0.04) ? { isReference: true } : {}),
        },
      ),
    ],
    interfaces: interfaces(dice),
    gateways: [vpnGateway('gw', 'hub', dice.chance(0.2) ? { enableBgp: true } : {})],
    localGateways: [localGateway('site', ['10.10.0.0/16'])],
    connections: [connection('c', 'gw', 'site')],
    tags: { Storage: ['52.1.0.0/24', '2603::/32'] },
  };
  return networkOf(words);
}

function flowOf(at: FlowPoint): Flow {
  const hasPorts = at.protocol === 'tcp' || at.protocol === 'udp' || at.protocol === 'sctp';
  return {
    source: { kind: 'exact', ip: at.source },
    destination: { kind: 'exact', ip: at.destination },
    protocol: at.protocol,
    ...(hasPorts ? { sourcePort: at.sourcePort, destinationPort: at.destinationPort } : {}),
    application: { kind: 'none' },
  };
}

function pointOf(dice: Dice): FlowPoint {
  const port = () => dice.pick(PORTS) as Port;
  const source = dice.near(EDGES);
  let destination = dice.near(EDGES);
  while (destination.family !== source.family) destination = dice.near(EDGES);
  const protocol = dice.chance(0.2) ? dice.pick(['esp', 'ah', 'other'] as const) : dice.protocol();
  return point({ source, destination, protocol, sourcePort: port(), destinationPort: port() });
}

interface Said {
  readonly kind: 'allow' | 'deny' | 'unknown' | 'incomplete';
  /** Who decides, when it is decided. */
  readonly by: readonly unknown[];
}

function saidBySymbolic(rules: readonly NsgRule[], at: FlowPoint) {
  const deciders = decidersAt(rules, at);
  const last = deciders.at(-1);
  const effects = new Set(deciders.map(({ rule }) => rule.effect));
  const [only] = effects;
  const kind =
    last === undefined || last.needs.length > 0
      ? 'incomplete'
      : effects.size > 1
        ? 'unknown'
        : only!;
  const { name, kind: sort, fact, at: place } = last?.rule.by ?? {};
  const said: Said = { kind, by: kind === 'unknown' ? [] : [name, sort, fact, place] };
  return {
    said,
    names: new Set(deciders.map(({ rule }) => rule.by.name)),
    needs: new Set(deciders.flatMap(({ needs }) => needs.map(({ missing }) => missing))),
  };
}

function saidByConcrete(verdict: Verdict): Said {
  const { name, kind, fact, at } = verdict.by;
  return { kind: verdict.kind, by: verdict.kind === 'unknown' ? [] : [name, kind, fact, at] };
}

/** Asks both. `wrong` is absent when they agree. */
function compare(
  network: Network,
  direction: 'Inbound' | 'Outbound',
  rules: readonly NsgRule[],
  at: FlowPoint,
  options: NsgRulesOptions,
) {
  const verdict = evaluateSubnetNsg(network, SUBNET, direction, flowOf(at), options);
  const concrete = saidByConcrete(verdict);
  const { said, names, needs } = saidBySymbolic(rules, at);
  // What the concrete telling asks for and whom it names must be among what the other does.
  const why = verdict.kind === 'unknown' ? verdict.why : [];
  const strange = [
    ...why.flatMap(({ missing }) => (needs.has(missing) ? [] : [missing])),
    ...(names.has(verdict.by.name) ? [] : [verdict.by.name]),
  ];
  const isSame = said.kind === concrete.kind && said.by.every((part, i) => part === concrete.by[i]);
  if (isSame && strange.length === 0) return { verdict };
  return {
    verdict,
    wrong: { verdict: describeVerdict(verdict), said, strange, needs: [...needs] },
  };
}

function describeVerdict(verdict: Verdict): string {
  const why =
    verdict.kind === 'unknown' ? verdict.why.map(({ missing }) => missing).join('; ') : '';
  return `${verdict.kind} ${verdict.by.name} ${verdict.by.fact} ${why}`;
}

describe('security groups, told twice', () => {
  it('both tellings agree on random groups, networks and flows', () => {
    const dice = diceOf(seededRandom(2026_11_21));
    const kinds = { allow: 0, deny: 0, unknown: 0 };
    for (let world = 0; world < 1100; world += 1) {
      const network = worldOf(dice);
      const options: NsgRulesOptions = dice.chance(0.2) ? { defaultRouteInTag: 'undecided' } : {};
      for (const direction of ['Inbound', 'Outbound'] as const) {
        const rules = subnetNsgRules(network, SUBNET, direction, options);
        for (let flow = 0; flow < 100; flow += 1) {
          const at = pointOf(dice);
          const { verdict, wrong } = compare(network, direction, rules, at, options);
          if (wrong !== undefined) expect({ world, direction, at, ...wrong }).toBeUndefined();
          kinds[verdict.kind] += 1;
        }
      }
    }
    // The dice must not have made one answer drown the others.
    for (const count of Object.values(kinds)) expect(count).toBeGreaterThan(30_000);
  });

  /** What both say of one flow, which must be the same, with what it needs. */
  const ask = (
    words: PerimeterWords,
    direction: 'Inbound' | 'Outbound',
    at: FlowPoint,
    options: NsgRulesOptions = {},
  ): string => {
    const network = networkOf(words);
    const rules = subnetNsgRules(network, SUBNET, direction, options);
    const { verdict, wrong } = compare(network, direction, rules, at, options);
    expect(wrong).toBeUndefined();
    const needs = verdict.kind === 'unknown' ? verdict.why.map(({ missing }) => missing) : [];
    return [verdict.kind, ...new Set(needs)].join(': ');
  };
  const spoke = (peerings: readonly Peering[] = []) =>
    vnet('spoke', {
      space: ['10.240.0.0/16'],
      subnets: { nodes: { prefix: '10.240.0.0/22', nsg: 'g', table: 't' } },
      peerings,
    });
  const rules = (...words: RuleWords[]): PerimeterWords => ({
    vnets: [spoke()],
    nsgs: [nsg('g', words)],
    tables: [routeTable('t', [])],
  });
  const node = ip('10.240.0.5');

  it('AZN-35: public addresses behind a peering of unknown state are in Internet or in the network', () => {
    const lab = vnet('lab', { space: ['20.9.0.0/24'], subnets: {} });
    const doubtful = peering('spoke', 'lab', { peeringState: unknown('a state') });
    const words = { ...rules(), vnets: [spoke([doubtful]), lab] };
    const to = (destination: string) =>
      ask(words, 'Outbound', point({ source: ip('10.99.0.1'), destination: ip(destination) }));
    const open = 'unknown: whether the tag Internet holds what is behind peering lab';
    expect(to('20.9.0.9')).toMatch(open);
    expect(to('20.9.1.0')).toBe('allow');
  });

  it('AZN-40: a rule for single ports ignores them for ICMP, and for protocols nobody names it is open', () => {
    const words = rules({
      name: 'web',
      priority: 100,
      access: 'Deny',
      direction: 'Outbound',
      ports: ['443'],
    });
    const by = (protocol: Protocol, port = 443) =>
      ask(
        words,
        'Outbound',
        point({
          source: node,
          destination: ip('8.8.8.8'),
          protocol,
          destinationPort: port as Port,
        }),
      );
    expect(by('tcp')).toBe('deny');
    expect(by('tcp', 444)).toBe('allow');
    expect(by('icmp', 444)).toBe('deny');
    expect(by('other')).toBe('unknown: the destination port of the flow');
  });

  it('AZN-36: a rule that names a host service decides about that service alone', () => {
    const words = rules(
      {
        name: 'dns',
        priority: 100,
        access: 'Deny',
        direction: 'Outbound',
        to: ['AzurePlatformDNS', '8.8.8.8'],
      },
      { name: 'rest', priority: 200, access: 'Deny', direction: 'Outbound' },
    );
    const to = (destination: string, port: number) =>
      ask(
        words,
        'Outbound',
        point({ source: node, destination: ip(destination), destinationPort: port as Port }),
      );
    expect(to('168.63.129.16', 53)).toBe('deny');
    expect(to('168.63.129.16', 80)).toBe('allow');
    expect(to('169.254.169.254', 80)).toBe('allow');
    expect(to('8.8.8.8', 53)).toBe('deny');
  });

  it('a group that is only referred to leaves every flow open, one that may not exist those it denies', () => {
    const asked = point({ source: ip('8.8.8.8'), destination: node });
    const group = nsg('g', []);
    const words = (more: Partial<typeof group>) => ({ ...rules(), nsgs: [{ ...group, ...more }] });
    expect(ask(words({ isReference: true }), 'Inbound', asked)).toMatch(/^unknown/);
    const perhaps = { exists: unknown('whether to make it') };
    expect(ask(words(perhaps), 'Inbound', asked)).toBe('unknown: whether to make it');
    expect(ask(words(perhaps), 'Inbound', { ...asked, source: node })).toBe('allow');
    expect(ask({ vnets: [] }, 'Inbound', asked)).toBe(`unknown: the subnet ${SUBNET}`);
  });

  it('AZN-33: with a default route one box of the tag holds all of IPv4, so a set of addresses lies in it as a whole', () => {
    const network = networkOf({
      ...rules(),
      tables: [routeTable('t', [['0.0.0.0/0', 'VirtualAppliance', '10.240.9.4']])],
    });
    const list = subnetNsgRules(network, SUBNET, 'Inbound');
    const vnetRules = list.filter(({ by }) => by.name === 'g: AllowVnetInBound 65000');
    expect(vnetRules.map(({ by }) => by.fact)).toEqual(['AZN-31', 'AZN-33']);
    const whole = vnetRules[1]!.region.some(
      ({ sources, destinations }) =>
        sources !== undefined &&
        destinations !== undefined &&
        addressSetCovers(sources, ALL_IPV4) &&
        addressSetCovers(destinations, ALL_IPV4),
    );
    expect(whole).toBe(true);
  });

  it('AZN-41: an interface without a number is a member by its symbol, and so is an unknown address with one', () => {
    const firewall = unknown('the address of fw', 'private-address:fw');
    const words: RuleWords = {
      name: 'web',
      priority: 100,
      access: 'Deny',
      direction: 'Inbound',
      more: {
        sources: [{ kind: 'unknown', unknown: firewall, text: 'fw', at: firewall.at }],
        destinations: [],
        destinationApplicationSecurityGroups: [ref('asg/web')],
      },
    };
    const network = networkOf({
      ...rules(words),
      interfaces: [networkInterface('nic', SUBNET, undefined, { groups: ['asg/web'] })],
    });
    const [web] = subnetNsgRules(network, SUBNET, 'Inbound');
    const certain = web!.region.filter((box) => isCertain(box));
    expect(certain.map(({ sourceIs, destinationIs }) => [sourceIs, destinationIs])).toEqual([
      ['private-address:fw', 'private-address:nic'],
    ]);
  });
});

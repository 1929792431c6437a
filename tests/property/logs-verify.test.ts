import { describe, expect, it } from 'vitest';
import type { LoggedFlow } from '../../src/evidence/index.ts';
import { type Modelled, replayer, walked } from '../../src/evidence/replay.ts';
import { formatIpv4, type Port } from '../../src/net/index.ts';
import type { FirewallContext } from '../../src/semantics/firewall/index.ts';
import {
  applicationCollection,
  applicationRule,
  context,
  dnatCollection,
  dnatRule,
  exact,
  firewall,
  fqdns,
  group,
  ip,
  ipGroup,
  name,
  networkCollection,
  networkRule,
  PUBLIC_ADDRESS,
  policy,
  ports,
  publicAddress,
  reference,
  sources,
  terms,
  threatList,
  tunnelled,
  unknown,
  within,
} from '../conformance/firewall/build-firewall.ts';
import { logged } from '../support/logs-of-firewall.ts';
import { seededRandom } from '../support/seeded-random.ts';

// `replayer` walks one flow of each class and remembers; `walked` walks each flow. On random rules, with flows at and beside the ends of
// their ranges and names at and beside their patterns, the two must never differ, in no word.

const BASE = 0x0a00_0000;
/** At, below and beside what rules write, of documented tags and the built-in collection, of rules and of nobody. */
const NAMES = [
  ...['x.example', 'a.x.example', 'b.a.x.example', 'evilx.example', 'example', 'y.example'],
  ...['mcr.microsoft.com', 'abc.hcp.eastus.azmk8s.io', 'abc.hcp.westus.azmk8s.io'],
  ...['md-1.blob.storage.azure.net', 'md-2.blob.storage.azure.net', 'o.blob.storage.azure.net'],
  ...['umsa7.blob.core.windows.net', 'fw.westeurope.cloudapp.azure.com', 'c', 'n1', 'a1'],
  ...['bad.example', 'fine.bad.example', 'snapshot.ubuntu.com', '_dmarc.x.example', ''],
];
const PATTERNS = [
  ...['*', '*.x.example', '*x.example', 'x.example', '*.a.x.example', 'y.example', '*example'],
  ...['*.blob.storage.azure.net', 'a.*.example', 'X.Example.', '*.hcp.eastus.azmk8s.io'],
];
const WRONG_NAMES = ['-x.example', 'a b', '10.0.0.1', 'x'.repeat(300), 'A.X.example', 'x.example.'];

type Random = () => number;
const pickerOf = (random: Random) => {
  const below = (count: number) => Math.floor(random() * count);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const some = <T>(list: readonly T[]): readonly T[] =>
    Array.from({ length: 1 + below(3) }, () => pick(list));
  return { below, pick, some, chance: (share: number) => random() < share };
};

function randomFirewall(random: Random) {
  const { below, pick, some, chance } = pickerOf(random);
  // Every second one holds nothing that nobody knows, or hardly any flow would be decided.
  const isKnown = chance(0.5);
  const perhaps = (share: number) => !isKnown && chance(share);
  const prefix = () => {
    const length = 24 + below(9);
    const size = 2 ** (32 - length);
    return `${formatIpv4(BASE + below(256 / size) * size)}/${length}`;
  };
  const range = () => {
    const low = below(250);
    return `${formatIpv4(BASE + low)}-${formatIpv4(BASE + low + below(5))}`;
  };
  const term = () =>
    pick([
      ...[prefix, prefix, prefix, range, range, () => '*', () => 'Storage.EastUS'],
      ...(isKnown ? [] : [() => 'NoSuchTag', () => unknown('an address nobody wrote')]),
    ])();
  const network = (index: number) =>
    networkRule(`n${index}`, {
      protocols: [
        perhaps(0.2) ? unknown('a protocol') : pick(['TCP', 'UDP', 'Any', 'ICMP'] as const),
      ],
      sources: sources(term()),
      destinationAddresses: chance(0.8) ? terms(term()) : [],
      destinationPorts: perhaps(0.1)
        ? unknown('ports')
        : ports(pick(['443', '1-1000', '*', '22-80'])),
      ...(chance(0.2)
        ? { destinationIpGroups: [reference(isKnown ? 'g' : pick(['g', 'absent']))] }
        : {}),
      ...(perhaps(0.3) ? { destinationFqdns: fqdns(...some(['x.example', 'y.example'])) } : {}),
    });
  const application = (index: number) =>
    applicationRule(`a${index}`, {
      sources: sources(term()),
      protocols: [
        { type: 'Https', port: pick([443, 443, 8443]) as Port },
        ...(chance(0.5) ? [{ type: 'Http' as const, port: 80 as Port }] : []),
        ...(chance(0.2) ? [{ type: 'Mssql' as const, port: 1433 as Port }] : []),
        ...(perhaps(0.1) ? [{ type: 'Https' as const, port: unknown('a port') }] : []),
      ],
      terminateTls: chance(0.3),
      ...(chance(0.7) ? { targetFqdns: fqdns(...some(PATTERNS)) } : {}),
      ...(perhaps(0.1) ? { targetFqdns: [unknown('a name nobody wrote')] } : {}),
      ...(chance(0.2)
        ? { targetUrls: fqdns(...some(['x.example/a', '*.x.example/*', '*x.example', 'c/b*'])) }
        : {}),
      ...(perhaps(0.2)
        ? { fqdnTags: fqdns(pick(['AzureKubernetesService', 'WindowsUpdate'])) }
        : {}),
      ...(perhaps(0.1) ? { webCategories: fqdns('Gambling') as never } : {}),
      ...(perhaps(0.1) ? { destinationAddresses: terms(term()) } : {}),
    });
  const action = () =>
    perhaps(0.05) ? unknown('an action') : chance(0.5) ? ('Allow' as const) : ('Deny' as const);
  const many = <T>(make: (index: number) => T) =>
    Array.from({ length: 1 + below(4) }, (_, index) => make(index));
  const dnat = dnatRule('d', {
    sources: sources(term()),
    protocols: [pick(['TCP', 'UDP', 'Any'] as const)],
    ...(chance(0.3) ? { translatedAddress: { ...ip('10.0.0.9') } } : {}),
  });
  const collections = [
    networkCollection('n1', 100 + below(3), action(), ...many(network)),
    networkCollection('n2', isKnown ? 110 : 100 + below(3), action(), ...many(network)),
    applicationCollection('a1', 200 + below(3), action(), ...many(application)),
    applicationCollection('a2', isKnown ? 210 : 200 + below(3), action(), ...many(application)),
    dnatCollection('d1', 100, dnat),
  ];
  const settings = {
    threatIntelMode: pick(['Off', 'Alert', 'Deny', 'Deny'] as const),
    threatIntelAllowedFqdns: chance(0.3) ? ['*.bad.example'] : [],
    threatIntelAllowedAddresses: chance(0.3) ? terms(term()) : [],
    dnsProxyEnabled: chance(0.5),
    ...(chance(0.2) ? { snatPrivateRanges: terms(prefix()) } : {}),
  };
  const named = { ...publicAddress(PUBLIC_ADDRESS), publicIp: { fqdn: NAMES[13] } as never };
  const base = perhaps(0.2) ? tunnelled(pick(['Internet', 'VirtualNetworkGateway'])) : {};
  return firewall({
    ...base,
    firewall: {
      ...base.firewall,
      skuTier: pick(['Basic', 'Standard', 'Premium', 'Premium'] as const),
    },
    placement: { ...base.placement, ...(chance(0.5) ? { publicAddresses: [named] } : {}) },
    ...(chance(0.5)
      ? { settings, collections }
      : { policies: [policy('p', [group('p', 'g', 100, ...collections)], { settings })] }),
  });
}

function randomWorld(random: Random): FirewallContext {
  const { pick, chance } = pickerOf(random);
  const answers = new Map([
    [name('x.example'), pick([exact('10.0.0.5'), within('x', '10.0.0.64/28')])],
  ]);
  return context({
    ...(chance(0.3) ? {} : { location: pick(['eastus', 'westeurope']) }),
    clientResolver: pick(['unknown', 'through-firewall', 'elsewhere']),
    ipGroups: new Map([['g', ipGroup('g', terms('10.0.0.64/26', '10.0.0.3'))]]),
    ...(chance(0.4) ? { resolve: (asked) => answers.get(asked) } : {}),
    datasets: {
      ...context().datasets,
      threatList: threatList({
        addresses: ['10.0.0.77'],
        fqdns: ['y.example', '*bad.example'],
      }),
    },
  });
}

function randomFlow(random: Random): LoggedFlow {
  const { below, pick, chance } = pickerOf(random);
  const inside = () => formatIpv4(BASE + below(256));
  const log = pick(['network', 'network', 'application', 'application', 'dnat', 'threat'] as const);
  const port = pick([0, 22, 53, 79, 80, 443, 1000, 1001, 1433, 8443]);
  const source = chance(0.02) ? pick(['2001:db8::1', '10.0.0.256', '']) : inside();
  const fqdn = chance(0.04) ? pick(WRONG_NAMES) : pick(NAMES);
  const destination = pick([
    ...[inside, inside, inside, () => '20.60.0.5', () => PUBLIC_ADDRESS],
    ...[() => '10.42.2.4', () => '8.8.8.8', () => '2001:db8::2', () => '010.0.0.1'],
  ])();
  const byAddress = pick(['TCP', 'TCP', 'UDP', 'ICMP', 'ICMP Type=8', 'SCTP', 'GRE']);
  const byName = pick(['HTTP', 'HTTPS', 'HTTPS', 'Mssql', 'HTTPS:443', 'QUIC', 'constructor']);
  switch (log) {
    case 'application':
      return logged({ log, source, port, protocol: byName, fqdn });
    case 'dnat':
      return logged({ log, source, port: pick([80, port]), destination, protocol: byAddress });
    case 'threat':
      return logged({ log, source, port, destination, fqdn, protocol: pick([byName, byAddress]) });
    default:
      return logged({ log, source, port, destination, protocol: byAddress });
  }
}

describe('replaying logs by classes of flows', () => {
  it('says of every flow what walking it says, word for word', () => {
    const random = seededRandom(20);
    const wrong: string[] = [];
    const kinds = new Map<string, number>();
    for (let round = 0; round < 90; round += 1) {
      const [placement, world] = [randomFirewall(random), randomWorld(random)];
      const replay = replayer(placement, world);
      for (let index = 0; index < 250; index += 1) {
        const flow = randomFlow(random);
        const [quick, slow] = [replay(flow), walked(placement, world, flow)];
        const [a, b] = [JSON.stringify(quick), JSON.stringify(slow)];
        if (a !== b) wrong.push(`round ${round} ${JSON.stringify(flow)}: ${a} and not ${b}`);
        kinds.set(kindOf(slow), (kinds.get(kindOf(slow)) ?? 0) + 1);
      }
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    // All that can be said has been said often enough to mean something.
    const often = (kind: string) => (kinds.get(kind) ?? 0) > 200;
    expect(
      ['allow', 'deny', 'unknown', 'a name', 'unreadable'].filter((one) => !often(one)),
    ).toEqual([]);
  });
});

/** `a name`: undecided, with a sentence about the name of the flow. */
function kindOf(modelled: Modelled): string {
  if (modelled.kind === 'unreadable') return 'unreadable';
  const { verdict } = modelled;
  if (verdict.kind !== 'unknown') return verdict.kind;
  const sentences = verdict.why.map(({ missing }) => missing).join(' ');
  return /contains |category of |covers /.test(sentences) ? 'a name' : 'unknown';
}

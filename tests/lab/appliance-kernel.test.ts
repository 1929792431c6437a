import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileAppliance } from '../../src/appliance/index.ts';
import type { AddressTerm, RuleCollection } from '../../src/model/index.ts';
import { addressSetHas, type Port, parseIp, singleAddress } from '../../src/net/index.ts';
import type { FirewallPlacement } from '../../src/network/index.ts';
import {
  evaluateFirewall,
  type FirewallContext,
  type FirewallDecision,
} from '../../src/semantics/firewall/index.ts';
import { addressesOfFlowAddress } from '../../src/semantics/match.ts';
import {
  AT,
  context,
  DATASETS,
  dnatCollection,
  dnatRule,
  exact,
  firewall,
  flow,
  fqdns,
  ip,
  ipGroup,
  networkCollection,
  networkRule,
  ports,
  publicAddress,
  reference,
  sources,
  terms,
  threatList,
} from '../conformance/firewall/build-firewall.ts';
import {
  type ApplianceWire,
  applianceWire,
  WIRE,
  type WireProbe,
  wireSite,
} from '../support/appliance-wire.ts';
import { labReady, notRun } from '../support/lab-ready.ts';
import { seededRandom } from '../support/seeded-random.ts';

/**
 * Random firewalls compiled and loaded into the kernel, real connections through them, and the firewall as `trace` tells it, flow
 * by flow. Where that says allow the connection must be answered, from the source it says; where it says deny, it must not.
 */

const PUBLIC = ['20.51.7.8', '20.51.7.9'];
/** `npm test` draws others for each commit; see tests/support/seed.ts. */
const FIRST_SEED = Number(process.env['SALLYPORT_SEED'] ?? 1);
const SEEDS = [0, 1, 2].map((step) => FIRST_SEED + step);
const FLOWS = 160;

const CLIENTS = ['10.42.1.4', '10.42.1.5', '10.42.1.77', '10.42.1.200', '10.42.1.255'];
const TARGETS = [
  '10.50.0.4',
  '10.50.0.5',
  '10.50.1.9',
  '100.64.3.3',
  '172.31.255.255',
  '172.32.0.1',
  '8.8.8.8',
  '8.8.4.4',
  '20.42.7.7',
  '20.60.0.9',
  '203.0.113.77',
  '20.51.7.8',
  '20.51.7.9',
  '10.42.2.4',
  '66.6.6.6',
];
const PORTS = [53, 80, 123, 443, 1433, 8080, 9000, 65535];

const GROUPS = new Map([
  ['group-a', ipGroup('group-a', terms('10.42.1.5', '10.42.1.64-10.42.1.127'))],
  ['group-b', ipGroup('group-b', terms('8.8.0.0/16', '10.50.1.0/24'))],
  ['empty', ipGroup('empty', [])],
]);

const LISTS = {
  sources: [
    '*',
    '10.42.1.0/24',
    '10.42.1.4',
    '10.42.1.0/25',
    '10.42.1.5-10.42.1.77',
    '10.0.0.0/8',
    '0.0.0.0/0',
  ],
  destinations: [
    '*',
    '10.50.0.0/16',
    '10.50.0.4',
    '8.8.0.0/16',
    '8.8.8.8',
    '100.64.0.0/10',
    '172.16.0.0-172.31.255.255',
    'AzureCloud.eastus',
    'Storage.EastUS',
    'NoSuchTag',
    '0.0.0.0/0',
    '20.0.0.0/6',
    '66.6.6.0/24',
  ],
  ports: ['*', '443', '80', '1-1024', '8000-9000', '53', '65535', '1433'],
};

describe(`the kernel decides as the trace does${notRun(labReady())}`, () => {
  const isReady = labReady().ok;
  const tally = { allowed: 0, denied: 0, open: 0 };
  let wire: ApplianceWire;
  beforeAll(async () => {
    if (isReady) wire = await applianceWire({ publicAddresses: PUBLIC, waitMilliseconds: 900 });
  });
  afterAll(() => wire?.remove());

  for (const seed of SEEDS) {
    it.skipIf(!isReady)(`on random firewall ${seed}`, async () => {
      const random = seededRandom(seed);
      const placement = randomFirewall(random);
      const datasets = {
        ...DATASETS,
        threatList:
          random() < 0.7
            ? threatList({ addresses: ['66.6.6.0/25', '10.42.1.200'] })
            : DATASETS.threatList,
      };
      const appliance = compileAppliance({
        firewall: placement,
        perimeter: { ipGroups: GROUPS, clusters: new Map() },
        datasets,
        site: wireSite(PUBLIC),
      });
      wire.load(appliance.nftables);
      const probes = {
        client: Array.from({ length: FLOWS }, (_, at) => outboundProbe(at, random)),
        world: Array.from({ length: 40 }, (_, at) => inboundProbe(at, random)),
      };
      const byRule = new Map<string, number>();
      let open = 0;
      for (const from of ['client', 'world'] as const) {
        const seen = new Map(await wire.probe(from, probes[from]));
        // A busy machine may be late: who should have been answered is asked again, with patience.
        const late = probes[from].filter((probe) => {
          if (seen.has(probe.id)) return false;
          const { verdict, answeredBy } = decide(placement, probe, datasets);
          return verdict.kind === 'allow' && answeredBy === undefined;
        });
        open += 3 * late.length;
        const again = late.map((probe) => ({ ...probe, wait: 4000 }));
        if (late.length > 0)
          for (const answer of await wire.probe(from, again)) seen.set(...answer);
        const wrong = probes[from].flatMap((probe) => {
          const decision = decide(placement, probe, datasets);
          const { verdict, answeredBy } = decision;
          const other = seen.get(probe.id);
          if (verdict.kind === 'unknown') {
            open += 1;
            return [];
          }
          const isAllowed = verdict.kind === 'allow' && answeredBy === undefined;
          tally[isAllowed ? 'allowed' : 'denied'] += 1;
          if (verdict.also !== undefined) {
            open += 1; // sure of the action, not of the rule
          } else if (answeredBy === undefined) {
            const by = verdict.by.kind === 'rule' ? verdict.by.name : verdict.by.kind;
            byRule.set(by, (byRule.get(by) ?? 0) + 1);
          }
          const isRight = isAllowed
            ? other !== undefined && isSource(decision, other)
            : other === undefined;
          return isRight ? [] : [{ probe, says: decision.steps.map(({ text }) => text), other }];
        });
        expect(wrong).toEqual([]);
      }
      tally.open += open;
      // The counters name the rule that the trace names; flows that it leaves open may count for any.
      const counted = countersOf(wire);
      for (const { number, kind, collection, rule } of appliance.rules) {
        if (kind !== 'network' && kind !== 'dnat' && kind !== 'default') continue;
        const told = byRule.get(kind === 'default' ? 'default' : `${collection}/${rule}`) ?? 0;
        const packets = counted.get(`rule_${number}`) ?? 0;
        expect(packets, `${collection}/${rule}`).toBeGreaterThanOrEqual(told);
        expect(packets, `${collection}/${rule}`).toBeLessThanOrEqual(told + open);
      }
    });
  }

  it.skipIf(!isReady)(
    'of ICMP: AFW-31 AFW-32 AFW-33, between private networks and not beyond',
    () => {
      const only = (more: Parameters<typeof networkRule>[1]) =>
        compileAppliance({
          firewall: firewall({
            collections: [networkCollection('one', 200, 'Allow', networkRule('rule', more))],
          }),
          perimeter: { ipGroups: new Map(), clusters: new Map() },
          datasets: DATASETS,
          site: wireSite(PUBLIC),
        }).nftables;
      // The kernel answers echo requests only at addresses that are really its own.
      for (const target of ['10.50.0.4', '8.8.8.8']) {
        wire.run('world', ['ip', 'addr', 'replace', `${target}/32`, 'dev', 'lo']);
      }
      const answered = (ruleset: string) => {
        wire.load(ruleset);
        return ['10.50.0.4', '8.8.8.8'].filter((target) =>
          wire.run('client', ['perl', '-e', ECHO_REQUEST, target]).startsWith('yes'),
        );
      };
      const everywhere = { destinationAddresses: terms('*'), destinationPorts: ports('*') };
      expect(answered(only({ ...everywhere, protocols: ['ICMP'] }))).toEqual(['10.50.0.4']);
      expect(answered(only({ ...everywhere, protocols: ['Any'] }))).toEqual(['10.50.0.4']);
      expect(answered(only({ ...everywhere, protocols: ['TCP', 'UDP'] }))).toEqual([]);
      const withPort = { ...everywhere, destinationPorts: ports('443') };
      expect(answered(only({ ...withPort, protocols: ['Any'] }))).toEqual([]);
    },
  );

  it.skipIf(!isReady)('of a name: AFW-39, as soon as its set holds the address', async () => {
    const { nftables, dnsProxy } = compileAppliance({
      firewall: firewall({
        collections: [
          networkCollection(
            'names',
            200,
            'Allow',
            networkRule('time', {
              sources: sources('10.42.1.0/24'),
              destinationFqdns: fqdns('time.example'),
              destinationPorts: ports('9000'),
            }),
          ),
        ],
      }),
      perimeter: { ipGroups: new Map(), clusters: new Map() },
      datasets: DATASETS,
      site: wireSite(PUBLIC),
    });
    wire.load(nftables);
    const probe = { source: '10.42.1.4', destination: '9.9.9.9', protocol: 'tcp' as const };
    const asked = [
      { id: 1, ...probe, port: 9000 },
      { id: 2, ...probe, port: 9001 },
    ];
    expect([...(await wire.probe('client', asked)).keys()]).toEqual([]);
    const { set } = dnsProxy.sets[0]!;
    const element = `add element inet ${dnsProxy.table} ${set} { 9.9.9.9 timeout 60s }\n`;
    wire.run('appliance', ['nft', '-f', '-'], element);
    expect([...(await wire.probe('client', asked)).keys()]).toEqual([1]);
  });

  it.skipIf(!isReady)('keeps the connections it knows when rules are replaced', async () => {
    const withPort = (port: string) =>
      compileAppliance({
        firewall: firewall({
          collections: [
            networkCollection(
              'some',
              200,
              'Allow',
              networkRule('port', {
                destinationAddresses: terms('10.50.0.4'),
                destinationPorts: ports(port),
              }),
            ),
          ],
        }),
        perimeter: { ipGroups: new Map(), clusters: new Map() },
        datasets: DATASETS,
        site: wireSite(PUBLIC),
      }).nftables;
    wire.load(withPort('9000'));
    const client = wire.start('client', [process.execPath, '-e', HOLDING_CLIENT]);
    const words: string[] = [];
    client.stdout.on('data', (chunk) => words.push(...`${chunk}`.trim().split('\n')));
    const heard = async (count: number) => {
      for (let attempt = 0; attempt < 100 && words.length < count; attempt += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return words;
    };
    client.stdin.write('hold before\n');
    expect(await heard(1)).toEqual(['hold before']);
    wire.load(withPort('9001'));
    client.stdin.write('hold after\n');
    expect(await heard(2)).toEqual(['hold before', 'hold after']);
    const probe = { source: '10.42.1.4', destination: '10.50.0.4', protocol: 'tcp' as const };
    const seen = await wire.probe('client', [
      { id: 1, ...probe, port: 9000 },
      { id: 2, ...probe, port: 9001 },
    ]);
    expect([...seen.keys()]).toEqual([2]);
    client.kill();
  });

  it.skipIf(!isReady)('and not only by denying everything', () => {
    expect(tally.allowed).toBeGreaterThan(20);
    expect(tally.denied).toBeGreaterThan(20);
    expect(tally.open).toBeLessThan(tally.allowed + tally.denied);
  });
});

/** Says what it reads on standard input to one connection, and prints what comes back. */
const HOLDING_CLIENT = `
  const socket = require('node:net').connect(9000, '10.50.0.4');
  socket.on('data', (data) => console.log(String(data).trim()));
  process.stdin.on('data', (line) => socket.write(line));
`;

/** Sends echo requests and says whether one was answered. Perl is on every Debian; ping is not. */
const ECHO_REQUEST = `
use Socket;
socket(my $s, PF_INET, SOCK_RAW, 1) or die $!;
my $body = pack('nn', $$ & 0xffff, 1) . 'sallyport!';
my $sum = 0;
$sum += $_ for unpack('n*', pack('CCn', 8, 0, 0) . $body);
$sum = ($sum >> 16) + ($sum & 0xffff) while $sum >> 16;
my $found = 0;
for (1 .. 3) {
  send($s, pack('CCn', 8, 0, ~$sum & 0xffff) . $body, 0, sockaddr_in(0, inet_aton($ARGV[0]))) or die $!;
  my $bits = '';
  vec($bits, fileno($s), 1) = 1;
  if (select($bits, undef, undef, 0.1)) {
    recv($s, my $in, 100, 0);
    $found ||= ord(substr($in, 20, 1)) == 0;
  }
}
print $found ? "yes" : "no";
`;

function countersOf(wire: ApplianceWire): ReadonlyMap<string, number> {
  const { nftables } = JSON.parse(wire.run('appliance', ['nft', '-j', 'list', 'counters'])) as {
    readonly nftables: readonly {
      readonly counter?: { readonly name: string; readonly packets: number };
    }[];
  };
  return new Map(
    nftables.flatMap(({ counter }) =>
      counter === undefined ? [] : [[counter.name, counter.packets] as const],
    ),
  );
}

function decide(
  placement: FirewallPlacement,
  probe: WireProbe,
  datasets: FirewallContext['datasets'],
): FirewallDecision {
  return evaluateFirewall(
    placement,
    flow({
      source: exact(probe.source),
      destination: exact(probe.destination),
      protocol: probe.protocol,
      destinationPort: probe.port as Port,
    }),
    context({ ipGroups: GROUPS, datasets }),
  );
}

function isSource({ after }: FirewallDecision, seen: string): boolean {
  const address = parseIp(seen.split(' ')[0] ?? '');
  return (
    after !== undefined &&
    address !== undefined &&
    addressSetHas(addressesOfFlowAddress(after.source), address)
  );
}

function outboundProbe(id: number, random: () => number): WireProbe {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  return {
    id,
    source: pick(CLIENTS),
    destination: pick(TARGETS),
    protocol: random() < 0.6 ? 'tcp' : 'udp',
    port: pick(PORTS),
  };
}

function inboundProbe(id: number, random: () => number): WireProbe {
  return {
    id,
    source: random() < 0.8 ? '198.18.0.1' : '203.0.113.9',
    destination: PUBLIC[Math.floor(random() * 2)]!,
    protocol: random() < 0.7 ? 'tcp' : 'udp',
    port: PORTS[Math.floor(random() * PORTS.length)]!,
  };
}

function randomFirewall(random: () => number): FirewallPlacement {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const some = (list: readonly string[], most: number): AddressTerm[] =>
    terms(...Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(list)));
  const collections: RuleCollection[] = [];
  for (let at = 0; at < 6; at += 1) {
    const rules = Array.from({ length: 1 + Math.floor(random() * 6) }, (_, rule) =>
      networkRule(`n${at}-${rule}`, {
        protocols: [pick(['TCP', 'UDP', 'Any', 'ICMP'] as const), pick(['TCP', 'UDP'] as const)],
        sources: {
          ...sources(),
          addresses: some(LISTS.sources, 2),
          ipGroups:
            random() < 0.2 ? [reference(pick(['group-a', 'group-b', 'empty', 'gone']))] : [],
        },
        destinationAddresses: some(LISTS.destinations, 2),
        destinationIpGroups: random() < 0.2 ? [reference('group-b')] : [],
        destinationPorts: ports(...new Set([pick(LISTS.ports), pick(LISTS.ports)])),
      }),
    );
    collections.push(
      networkCollection(`net${at}`, 200 + at, random() < 0.6 ? 'Allow' : 'Deny', ...rules),
    );
  }
  for (let at = 0; at < 3; at += 1) {
    const rules = Array.from({ length: 2 }, (_, rule) =>
      dnatRule(`d${at}-${rule}`, {
        protocols: [pick(['TCP', 'UDP', 'Any'] as const)],
        sources: sources(pick(['*', '198.18.0.0/15', '203.0.113.0/24', '10.42.1.0/24'])),
        destinationAddresses: terms(pick([...PUBLIC, '*', '10.42.2.4'])),
        destinationPorts: ports(pick(['80', '443', '8000-9000', '1-63999'])),
        translatedAddress: ip(pick(['10.42.1.77', '10.50.0.4', '8.8.4.4'])) as never,
        ...(random() < 0.8 ? { translatedPort: 8080 as Port } : { translatedPort: undefined }),
      }),
    );
    collections.push(dnatCollection(`dnat${at}`, 100 + at, ...rules));
  }
  const privateRanges = pick([
    undefined,
    undefined,
    terms('0.0.0.0/0'),
    terms('255.255.255.255/32'),
    terms('10.0.0.0/8', '8.8.8.0/24'),
  ]);
  return firewall({
    collections,
    settings: {
      threatIntelMode: pick(['Off', 'Alert', 'Deny'] as const),
      threatIntelAllowedAddresses: random() < 0.3 ? terms('66.6.6.6') : [],
      dnsProxyEnabled: random() < 0.5,
      snatPrivateRanges: privateRanges,
    },
    placement: {
      publicAddresses: PUBLIC.map(publicAddress),
      privateAddress: {
        addresses: singleAddress(ip(WIRE.privateAddress)),
        isExact: true,
        label: 'firewall fw',
        at: AT,
      },
    },
  });
}

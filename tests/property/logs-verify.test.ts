import { describe, expect, it } from 'vitest';
import type { LoggedFlow } from '../../src/logs/proof/index.ts';
import { replayer, walked } from '../../src/logs/proof/replay.ts';
import { formatIpv4 } from '../../src/net/index.ts';
import {
  applicationCollection,
  applicationRule,
  context,
  dnatCollection,
  dnatRule,
  firewall,
  fqdns,
  ipGroup,
  networkCollection,
  networkRule,
  PUBLIC_ADDRESS,
  ports,
  reference,
  sources,
  terms,
  threatList,
} from '../conformance/firewall/build-firewall.ts';
import { logged } from '../support/logs-of-firewall.ts';
import { seededRandom } from '../support/seeded-random.ts';

// `replayer` walks one flow of each cell and remembers; `walked` walks each flow. On random rules, at and beside the ends of
// their ranges, the two must never differ.

const BASE = 0x0a00_0000;
const NAMES = ['a.x.example', 'b.x.example', 'x.example', 'mcr.microsoft.com', 'y.example'];

function randomFirewall(random: () => number) {
  const below = (count: number) => Math.floor(random() * count);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const prefix = () => {
    const length = 24 + below(9);
    const size = 2 ** (32 - length);
    return `${formatIpv4(BASE + below(256 / size) * size)}/${length}`;
  };
  const range = () => {
    const low = below(250);
    return `${formatIpv4(BASE + low)}-${formatIpv4(BASE + low + below(5))}`;
  };
  const term = () => pick([prefix, prefix, range, () => '*', () => 'Storage.EastUS'])();
  const network = (index: number) =>
    networkRule(`n${index}`, {
      protocols: [pick(['TCP', 'UDP', 'Any', 'ICMP'])],
      sources: sources(term()),
      destinationAddresses: terms(term()),
      destinationPorts: ports(pick(['443', '1-1000', '*'])),
      ...(random() < 0.2 ? { destinationIpGroups: [reference('g')] } : {}),
      ...(random() < 0.2 ? { destinationFqdns: fqdns('x.example') } : {}),
    });
  const application = (index: number) =>
    applicationRule(`a${index}`, {
      sources: sources(term()),
      ...(random() < 0.2
        ? { fqdnTags: fqdns('AzureKubernetesService') }
        : { targetFqdns: fqdns(pick(['*.x.example', 'x.example', '*', 'y.example'])) }),
    });
  const action = () => (random() < 0.5 ? 'Allow' : 'Deny');
  const many = <T>(make: (index: number) => T) =>
    Array.from({ length: 1 + below(4) }, (_, index) => make(index));
  return firewall({
    collections: [
      networkCollection('n1', 100 + below(9), action(), ...many(network)),
      networkCollection('n2', 110 + below(9), action(), ...many(network)),
      applicationCollection('a1', 200 + below(9), action(), ...many(application)),
      dnatCollection('d1', 100, dnatRule('d', { sources: sources(term()) })),
    ],
  });
}

function randomFlow(random: () => number): LoggedFlow {
  const below = (count: number) => Math.floor(random() * count);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const inside = () => formatIpv4(BASE + below(256));
  const log = pick(['network', 'network', 'application', 'dnat'] as const);
  const port = pick([22, 80, 443, 1000, 1001]);
  const source = inside();
  switch (log) {
    case 'application': {
      const protocol = pick(['HTTP', 'HTTPS', 'MSSQL']);
      return logged({ log, source, port, protocol, fqdn: pick(NAMES) });
    }
    case 'dnat':
      return logged({ log, source, port: 80, destination: PUBLIC_ADDRESS });
    default: {
      const destination = pick([inside, inside, () => '20.60.0.5', () => PUBLIC_ADDRESS])();
      return logged({ log, source, port, destination, protocol: pick(['TCP', 'UDP', 'ICMP']) });
    }
  }
}

describe('replaying logs by cells', () => {
  it('says of every flow what walking it says', () => {
    const random = seededRandom(20);
    let asked = 0;
    const wrong: string[] = [];
    for (let round = 0; round < 25; round += 1) {
      const placement = randomFirewall(random);
      const world = context({
        ipGroups: new Map([['g', ipGroup('g', terms('10.0.0.64/26', '10.0.0.3'))]]),
        datasets: {
          ...context().datasets,
          threatList: threatList({ addresses: ['10.0.0.77'], fqdns: ['y.example'] }),
        },
      });
      const replay = replayer(placement, world);
      for (let index = 0; index < 300; index += 1) {
        const flow = randomFlow(random);
        const [quick, slow] = [replay(flow), walked(placement, world, flow)];
        // Sentences may name the address; the verdict and who decides must not depend on it.
        const [a, b] = [quick, slow].map((one) => JSON.stringify(told(one)));
        if (a !== b) wrong.push(`${JSON.stringify(flow)}: ${a} and not ${b}`);
        asked += 1;
      }
    }
    expect(wrong).toEqual([]);
    expect(asked).toBe(7_500);
  });
});

function told(modelled: ReturnType<typeof walked>) {
  if (modelled.kind === 'unreadable') return modelled.why;
  const { verdict, to, deciders } = modelled;
  return { kind: verdict.kind, by: verdict.by.name, to, deciders };
}

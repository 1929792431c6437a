import { describe, expect, it } from 'vitest';
import { AddressPool } from '../../src/lab/plan/address-pool.ts';
import { isEndpoint } from '../../src/lab/plan/fabric-routing.ts';
import { fabricsOf } from '../../src/lab/plan/fabrics.ts';
import { HostNames } from '../../src/lab/plan/host-names.ts';
import { DEFAULT_LAB, planLab } from '../../src/lab/plan/index.ts';
import { planSeats } from '../../src/lab/plan/plan-seats.ts';
import { type ReadyRule, readyRules } from '../../src/lab/plan/security-rules.ts';
import { tagsOfSubnet } from '../../src/lab/plan/security-tags.ts';
import { pinnedPerimeter } from '../../src/lab/plan/settle-world.ts';
import { type SubnetRoute, subnetRoutes } from '../../src/lab/plan/subnet-routes.ts';
import {
  addressSetHas,
  formatIp,
  type Ip,
  type Ipv4,
  NO_ADDRESSES,
  type Port,
  portSetHas,
  prefixHas,
  rangeOfPrefix,
} from '../../src/net/index.ts';
import type { Network, SubnetPlacement } from '../../src/network/index.ts';
import { evaluateNsg } from '../../src/semantics/nsg/concrete.ts';
import { selectRoute } from '../../src/semantics/routes/concrete.ts';
import { isUnknown } from '../../src/values/index.ts';
import { randomPerimeter } from '../support/random-perimeter.ts';
import { seededRandom } from '../support/seeded-random.ts';

/**
 * The lab's telling of routes and groups shares no code with the prover's. On random perimeters, with every address pinned, both say the
 * same wherever both are certain.
 */

const SEEDS = Array.from({ length: 16 }, (_, seed) => seed + 1);

const pinnedOf = new Map<number, ReturnType<typeof pinnedPerimeter>>();
function pinned(seed: number) {
  const known =
    pinnedOf.get(seed) ?? pinnedPerimeter(randomPerimeter(seed).network.perimeter.snapshot);
  pinnedOf.set(seed, known);
  return known;
}

/** Addresses where something changes: the ends of every prefix that is written anywhere, and a few in the open. */
function destinations(network: Network, routes: readonly SubnetRoute[]): readonly Ip[] {
  const values = new Set<number>([0x08080808, 0xc0a80101, 0x0a630101, 0x64400001, 0xa83f8110]);
  const prefixes = [
    ...routes.map(({ prefix }) => prefix),
    ...[...network.subnets.values()].flatMap(({ subnet }) =>
      subnet.prefixes.flatMap((entry) => (isUnknown(entry) ? [] : [entry.prefix])),
    ),
  ];
  for (const prefix of prefixes) {
    const range = rangeOfPrefix(prefix);
    if (range.family !== 4) continue;
    for (const value of [range.low - 1, range.low, range.low + 4, range.high, range.high + 1]) {
      if (value >= 0 && value <= 0xffff_ffff) values.add(value);
    }
  }
  return [...values].map((value) => ({ family: 4, value: value as Ipv4 }));
}

function wordOf(route: SubnetRoute | undefined): string {
  if (route === undefined) return 'no route';
  return route.to.kind === 'appliance' ? route.to.addresses.join(',') : route.to.kind;
}

const WORDS: Readonly<Record<string, string>> = {
  VnetLocal: 'deliver',
  VNetPeering: 'deliver',
  VNetGlobalPeering: 'deliver',
  InterfaceEndpoint: 'deliver',
  Internet: 'internet',
  None: 'drop',
  VirtualNetworkGateway: 'gateway',
  VirtualNetworkServiceEndpoint: 'backbone',
};

/** What the prover says; `undefined` where it is not certain. */
function proven(network: Network, subnetKey: string, ip: Ip): string | undefined {
  const choice = selectRoute(network, subnetKey, { kind: 'exact', ip });
  if (choice.kind === 'platform') return 'platform';
  if (choice.kind !== 'route' || isUnknown(choice.route.nextHopType)) return undefined;
  const { nextHopType, nextHops } = choice.route;
  if (nextHopType !== 'VirtualAppliance' && nextHopType !== 'VirtualApplianceEcmp') {
    return WORDS[nextHopType];
  }
  return nextHops.some(isUnknown)
    ? undefined
    : nextHops.map((hop) => (isUnknown(hop) ? '' : formatIp(hop))).join(',');
}

describe('the lab and the prover', () => {
  it('choose the same next hop', () => {
    let compared = 0;
    for (const seed of SEEDS) {
      const { network } = pinned(seed);
      const names = new HostNames();
      const fabrics = fabricsOf(network, names);
      const { seats } = planSeats(network, fabrics, new AddressPool([]), names, DEFAULT_LAB);
      const endpoints = seats.filter(isEndpoint).filter(({ kind }) => kind === 'private-endpoint');
      // AZS-40: one that is not approved carries nothing, so the lab has neither it nor its route.
      const seated = new Set(endpoints.flatMap(({ addresses }) => addresses.map(formatIp)));
      const unseated = new Set(
        [...network.perimeter.privateEndpoints.values()]
          .flatMap(({ addresses }) => addresses.map((ip) => (isUnknown(ip) ? '' : formatIp(ip))))
          .filter((address) => !seated.has(address)),
      );
      for (const [key, subnet] of network.subnets) {
        const { routes, gaps } = subnetRoutes(network, subnet, endpoints, []);
        if (gaps.length > 0) continue;
        for (const ip of destinations(network, routes)) {
          const said = proven(network, key, ip);
          if (said === undefined || unseated.has(formatIp(ip))) continue;
          const best = routes
            .filter(({ prefix }) => prefixHas(prefix, ip))
            .reduce<SubnetRoute | undefined>(
              (a, b) => (a !== undefined && a.prefix.length > b.prefix.length ? a : b),
              undefined,
            );
          compared += 1;
          // Hundreds of thousands of assertions would take longer than what they assert.
          if (wordOf(best) === said) continue;
          const where = `${seed} ${subnet.subnet.name} ${formatIp(ip)}`;
          expect(`${where} ${wordOf(best)}`).toBe(`${where} ${said}`);
        }
      }
    }
    expect(compared).toBeGreaterThan(4000);
  });

  it('judge the same flows by security groups', () => {
    let compared = 0;
    for (const seed of SEEDS) {
      const { network } = pinned(seed);
      const random = seededRandom(seed);
      for (const subnet of network.subnets.values())
        compared += compareGroups(network, subnet, random);
    }
    expect(compared).toBeGreaterThan(1000);
  });

  it('a plan is made of every random perimeter, and says what it leaves out', () => {
    for (const seed of SEEDS) {
      const { perimeter, network, snapshot, assumed } = pinned(seed);
      const plan = planLab(perimeter, network, snapshot.datasets, { assumed });
      const hosts = new Set(plan.hosts.map(({ name }) => name));
      expect(hosts.size).toBe(plan.hosts.length);
      for (const { ends } of plan.links) for (const { host } of ends) expect(hosts).toContain(host);
      for (const { host } of plan.processes) expect(hosts).toContain(host);
    }
  });
});

function compareGroups(network: Network, subnet: SubnetPlacement, random: () => number): number {
  const link = subnet.networkSecurityGroup;
  if (link.kind !== 'found' || link.target.exists !== undefined) return 0;
  const group = link.target;
  const key = subnet.subnet.key;
  let compared = 0;
  for (const direction of ['Inbound', 'Outbound'] as const) {
    const tags = tagsOfSubnet(network, subnet);
    const { rules, gaps } = readyRules(group, direction, tags, network, () => NO_ADDRESSES);
    const hasGroups = group.rules.some(
      (rule) =>
        rule.sourceApplicationSecurityGroups.length > 0 ||
        rule.destinationApplicationSecurityGroups.length > 0,
    );
    if (gaps.length > 0 || hasGroups) continue;
    const places = rules.flatMap(({ sources, destinations }) => [
      ...sources.v4,
      ...destinations.v4,
    ]);
    const address = () => places[Math.floor(random() * places.length)]! as Ipv4;
    for (let count = 0; count < 60; count += 1) {
      const source: Ip = { family: 4, value: address() };
      const destination: Ip = { family: 4, value: address() };
      // AZN-36: flows to the host are a chain of their own.
      if (isHost(destination)) continue;
      const port = [80, 443, 8080, 22, 53][Math.floor(random() * 5)]! as Port;
      const protocol = random() < 0.5 ? 'tcp' : 'udp';
      const flow = {
        source: { kind: 'exact', ip: source },
        destination: { kind: 'exact', ip: destination },
        protocol,
        sourcePort: 40_000 as Port,
        destinationPort: port,
        application: { kind: 'none' },
      } as const;
      const verdict = evaluateNsg(network, group, direction, flow, { subnetKey: key });
      if (verdict.kind === 'unknown') continue;
      const mine = rules.find((rule) => matches(rule, source, destination, protocol, port));
      compared += 1;
      expect(
        `${formatIp(source)} ${formatIp(destination)} ${port} ${mine?.access.toLowerCase()} ${mine?.name}`,
      ).toContain(`${formatIp(source)} ${formatIp(destination)} ${port} ${verdict.kind}`);
    }
  }
  return compared;
}

function isHost(ip: Ip): boolean {
  return ['168.63.129.16', '169.254.169.254'].includes(formatIp(ip));
}

function matches(
  rule: ReadyRule,
  source: Ip,
  destination: Ip,
  protocol: string,
  port: number,
): boolean {
  return (
    (rule.protocol === '*' || rule.protocol === protocol) &&
    addressSetHas(rule.sources, source) &&
    addressSetHas(rule.destinations, destination) &&
    portSetHas(rule.sourcePorts, 40_000) &&
    portSetHas(rule.destinationPorts, port)
  );
}

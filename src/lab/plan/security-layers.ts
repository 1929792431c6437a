import { type Layer, layersOf } from '../../appliance/network/layers.ts';
import type { Region, Service } from '../../appliance/network/region.ts';
import { boxKey } from '../../appliance/nftables/elements.ts';
import type { PortSet } from '../../net/index.ts';
import type { AddressSets } from './address-sets.ts';
import { deniedLines, ruleLines } from './security-chains.ts';
import type { ReadyRule } from './security-rules.ts';

/** The protocols that have ports, by number. */
const WITH_PORTS = { tcp: [6], udp: [17], '*': [6, 17, 132] } as const;
const NUMBERS = { icmp: 1, esp: 50, ah: 51 } as const;

/**
 * One direction of a large network security group: instead of a thousand comparisons a few look-ups in maps of disjoint boxes, as the
 * appliance has them (lab-design 4.2). Rules that ask for source ports, and what does not fit into layers, stay comparisons at
 * their place, so the order of priorities holds.
 */
export function layeredSecurityChain(
  chain: string,
  groupName: string,
  rules: readonly ReadyRule[],
  sets: AddressSets,
): readonly string[] {
  const maps: string[] = [];
  const denials: string[] = [];
  const known = new Set<number>();
  const verdict = (index: number): string => {
    const rule = rules[index];
    if (rule?.access !== 'Deny') return 'return';
    if (!known.has(index)) {
      known.add(index);
      const lines = deniedLines(groupName, rule.name).join(' ');
      denials.push(`  chain ${chain}_d${index} {`, `    ${lines}`, '  }');
    }
    return `goto ${chain}_d${index}`;
  };
  const body = (hasPorts: boolean): readonly string[] => {
    const lines: string[] = [];
    let segment: number[] = [];
    const close = () => {
      lines.push(...segmentLines(segment, hasPorts));
      segment = [];
    };
    for (const [index, rule] of rules.entries()) {
      if (isEvery(rule.sourcePorts) || !hasPorts) segment.push(index);
      else {
        close();
        lines.push(...ruleLines(rule, groupName, sets));
      }
    }
    close();
    return lines;
  };
  const segmentLines = (indices: readonly number[], hasPorts: boolean): readonly string[] => {
    const regions = indices.map((index) => regionOf(rules[index]!, index + 1, hasPorts));
    const { layers, placed } = layersOf(regions);
    const lines = layers.flatMap((layer) => layerLines(layer, hasPorts));
    const rest = indices
      .slice(placed)
      .flatMap((index) => ruleLines(rules[index]!, groupName, sets));
    return [...lines, ...rest];
  };
  const layerLines = (layer: Layer, hasPorts: boolean): readonly string[] => {
    const own = layer.setRules.flatMap(({ mark }) => {
      const rule = rules[mark - 1];
      return rule === undefined ? [] : ruleLines(rule, groupName, sets);
    });
    if (layer.boxes.length === 0) return own;
    const name = `${chain}_m${maps.length}`;
    const key = `ipv4_addr . ipv4_addr . inet_proto${hasPorts ? ' . inet_service' : ''}`;
    const elements = layer.boxes.map(
      ({ box, mark }) => `${boxKey(box, hasPorts)} : ${verdict(mark - 1)}`,
    );
    maps.push(
      [
        `  map ${name} {`,
        `    type ${key} : verdict; flags interval;`,
        `    elements = { ${elements.join(',\n                 ')} }`,
        '  }',
      ].join('\n'),
    );
    const looked = `ip saddr . ip daddr . meta l4proto${hasPorts ? ' . th dport' : ''}`;
    return [...own, `${looked} vmap @${name}`];
  };
  const withPorts = body(true);
  const without = body(false);
  const written = (name: string, lines: readonly string[]) => [
    `  chain ${name} {`,
    ...lines.map((line) => `    ${line}`),
    '  }',
  ];
  return [
    ...denials,
    ...maps,
    ...written(`${chain}_ports`, withPorts),
    ...written(`${chain}_other`, without),
    ...written(chain, [
      `meta l4proto { tcp, udp, sctp } goto ${chain}_ports`,
      `goto ${chain}_other`,
    ]),
  ];
}

function isEvery(ports: PortSet): boolean {
  return ports.length === 2 && ports[0] === 0 && ports[1] === 65535;
}

function regionOf(rule: ReadyRule, mark: number, hasPorts: boolean): Region {
  const services = hasPorts ? servicesWithPorts(rule) : servicesWithout(rule);
  const destinations = { kind: 'addresses', addresses: rule.destinations } as const;
  return { mark, sources: rule.sources, destinations, services };
}

function servicesWithPorts({ protocol, destinationPorts }: ReadyRule): readonly Service[] {
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== '*') return [];
  const services: Service[] = [];
  for (const number of WITH_PORTS[protocol]) {
    for (let at = 0; at < destinationPorts.length; at += 2) {
      const ports = [destinationPorts[at]!, destinationPorts[at + 1]!] as const;
      services.push({ protocols: [number, number], ports });
    }
  }
  return services;
}

/** AZN-40: what has no ports is taken whatever ports a rule of every protocol names. */
function servicesWithout({ protocol }: ReadyRule): readonly Service[] {
  switch (protocol) {
    case 'tcp':
    case 'udp':
      return [];
    case '*':
      return [{ protocols: [0, 255], ports: [0, 0] }];
    default: {
      const number = NUMBERS[protocol];
      return [{ protocols: [number, number], ports: [0, 0] }];
    }
  }
}

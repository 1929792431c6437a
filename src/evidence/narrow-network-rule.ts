import type { NetworkRule } from '../model/index.ts';
import { parseIpv4 } from '../net/index.ts';
import type { Network } from '../network/index.ts';
import { isUnknown } from '../values/index.ts';
import { coverAddresses, writtenPrefix } from './address-cover.ts';
import type { LoggedFlow } from './logged-flows.ts';
import {
  areRanges,
  canNarrowSources,
  isIpv4,
  type Narrowed,
  type NarrowingLimits,
  type NarrowRule,
  sourceList,
  sourceRanges,
  usedBy,
} from './narrowing.ts';
import { coverByProducts, type Product } from './product-cover.ts';

/** The narrowest network rules that explain what one rule was used for. */
export function narrowNetworkRule(
  rule: NetworkRule,
  flows: readonly LoggedFlow[],
  network: Network,
  limits: NarrowingLimits,
): Narrowed {
  const odd = flows.find(({ source, destination }) => !isIpv4(source) || !isIpv4(destination));
  if (odd !== undefined) return { kind: 'left', why: 'it was used by addresses that are not IPv4' };
  if (isUnknown(rule.destinationPorts) || rule.protocols.some(isUnknown)) {
    return { kind: 'left', why: 'its ports or protocols are not known' };
  }
  const kept: string[] = [];
  const hasRanges =
    areRanges(rule.destinationAddresses) &&
    rule.destinationIpGroups.length === 0 &&
    rule.destinationFqdns.length === 0;
  if (!hasRanges) {
    kept.push('its destinations: tags, groups and names stand for addresses that change');
  }
  const hasSources = canNarrowSources(rule.sources);
  if (!hasSources) kept.push('its sources: groups and tags stand for addresses that change');
  const used = usedBy(
    flows,
    ({ protocol, destination }) =>
      hasRanges ? `${wordOf(protocol)} ${destination}` : wordOf(protocol),
    hasSources ? sourceRanges(network, rule.sources) : () => '',
    ({ protocol, port }) => (hasPorts(protocol) ? String(port) : '*'),
  );
  // One rule has one list of ports for all its protocols, so each protocol is told on its own.
  const byProtocol = new Map<string, typeof used>();
  for (const one of used) {
    const protocol = one.target.split(' ')[0]!;
    byProtocol.set(protocol, [...(byProtocol.get(protocol) ?? []), one]);
  }
  const most = Math.max(1, Math.floor(limits.rules / byProtocol.size));
  const rules = [...byProtocol].flatMap(([protocol, own]) =>
    coverByProducts(own, most).map(
      (product): NarrowRule => ({
        protocols: [protocol],
        ...(hasSources ? { sourceAddresses: sourceList(product.sources, limits) } : {}),
        ...(hasRanges ? { destinationAddresses: destinationList(product, limits) } : {}),
        destinationPorts: portList(product.services),
      }),
    ),
  );
  return { kind: 'narrowed', rules, kept };
}

function wordOf(protocol: string): string {
  return /^[a-z]+/i.exec(protocol)?.[0]?.toUpperCase() ?? 'Any';
}

function hasPorts(protocol: string): boolean {
  return /^(?:tcp|udp)/i.test(protocol);
}

function destinationList({ targets }: Product, limits: NarrowingLimits): readonly string[] {
  const addresses = [...targets].flatMap((target) => parseIpv4(target.split(' ')[1] ?? '') ?? []);
  return coverAddresses(addresses, { most: limits.prefixes, widest: limits.widest }).map(
    writtenPrefix,
  );
}

/** Ports that follow each other are written as a range. */
export function portList(ports: Iterable<string>): readonly string[] {
  const all = [...new Set(ports)];
  if (all.includes('*')) return ['*'];
  const sorted = all.map(Number).sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const port of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] + 1 === port) last[1] = port;
    else ranges.push([port, port]);
  }
  return ranges.map(([low, high]) => (low === high ? String(low) : `${low}-${high}`));
}

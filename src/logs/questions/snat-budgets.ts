import {
  type AddressSet,
  addressesOfPrefixes,
  addressSet,
  addressSetHas,
  intersectAddresses,
  type Prefix,
  parseIp,
  parsePrefix,
} from '../../net/index.ts';
import type { FirewallPlacement, Network } from '../../network/index.ts';
import { effectiveSettings } from '../../semantics/firewall/effective-settings.ts';
import { isUnknown } from '../../values/index.ts';
import type { Ranges } from './snat-questions.ts';

/** AFW-78: ports per public address and instance for one destination address, port and protocol; two instances run at least. */
export const SNAT_PORTS = 2496;
const INSTANCES_MIN = 2;

/** How many connections to one destination there is room for, at one firewall. */
export interface SnatBudget {
  /** Absent where one firewall wrote all logs and no perimeter names it. */
  readonly firewall?: string;
  /** Absent: how many public addresses the firewall has is not known. */
  readonly publicAddresses?: number;
  readonly instances: number;
  /** For all public addresses where they are known, else for one. */
  readonly ports: number;
  /** Destinations that keep the source of a network rule's flow, and need no port. */
  readonly inside: Ranges;
  /** What could not be known, as a sentence. */
  readonly why?: string;
}

/** Where nothing is known of the firewall, what it does by default: RFC 1918 and 100.64/10 keep their source (AFW-75). */
const PRIVATE = addressesOfPrefixes(
  ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map(
    (text) => parsePrefix(text) as Prefix,
  ),
);
const EVERYTHING = addressesOfPrefixes([parsePrefix('0.0.0.0/0') as Prefix]);
export const INSIDE: Ranges = rangesOf(PRIVATE);

/** A private address, which a firewall may reach from an instance's own address even where its list leaves it out (AFW-79). */
export function isPrivateTarget(target: string): boolean {
  const ip = parseIp(target);
  return ip !== undefined && addressSetHas(PRIVATE, ip);
}

/**
 * The budget of every firewall that wrote logs, by its id in lower case, and the firewalls of the perimeter that wrote none. A perimeter
 * with one firewall is that of logs with one firewall: they may be from before it had its name.
 */
export function budgetsOf(
  logged: readonly string[],
  network: Network | undefined,
): { readonly budgets: ReadonlyMap<string, SnatBudget>; readonly silent: readonly string[] } {
  const placements = network === undefined ? [] : [...network.firewalls.values()];
  const [only] = placements;
  if (logged.length <= 1 && placements.length <= 1) {
    return { budgets: new Map([[logged[0] ?? '', budgetOf(only)]]), silent: [] };
  }
  const nameOf = (id: string) => id.slice(id.lastIndexOf('/') + 1);
  const found = new Map(logged.map((id) => [id, placements.find((one) => isOf(one, id))] as const));
  const budgets = logged.map((id) => {
    const placement = found.get(id);
    if (placement !== undefined) return [id, budgetOf(placement)] as const;
    const { why: _, ...budget } = budgetOf(undefined);
    const missing =
      placements.length === 0 ? 'no perimeter was given' : 'it is not in the perimeter';
    const firewall = nameOf(id) || '(records that name no firewall)';
    const why = `how many public addresses ${firewall} has is not known, ${missing}: the budget is that of one`;
    return [id, { ...budget, firewall, why }] as const;
  });
  const seen = new Set(found.values());
  return {
    budgets: new Map(budgets),
    silent: placements.filter((one) => !seen.has(one)).map(({ firewall }) => firewall.name),
  };
}

/** By name: ids of templates have no subscription yet. Compared without case (ARM-74). */
function isOf({ firewall }: FirewallPlacement, id: string): boolean {
  return (
    firewall.id.toLowerCase() === id ||
    id.endsWith(`/azurefirewalls/${firewall.name.toLowerCase()}`)
  );
}

/** Of one firewall; a NAT gateway has ports of its own, which are not counted here. */
export function budgetOf(placement: FirewallPlacement | undefined): SnatBudget {
  if (placement === undefined) {
    return {
      ...{ instances: INSTANCES_MIN, ports: SNAT_PORTS * INSTANCES_MIN, inside: INSIDE },
      why: 'how many public addresses the firewall has is not known: the budget is that of one',
    };
  }
  const { name, minCapacity } = placement.firewall;
  const scaled = minCapacity === undefined || isUnknown(minCapacity) ? 0 : minCapacity;
  const instances = Math.max(scaled, INSTANCES_MIN);
  const perAddress = SNAT_PORTS * instances;
  const count = placement.publicAddresses.length;
  const { inside, doubts } = keptInside(placement);
  const whys = [...doubts];
  const hasGateway = placement.natGateway.kind !== 'none';
  if (hasGateway) {
    whys.unshift(
      `a NAT gateway may serve ${name}: its ports count, not those of the firewall; the budget is that of one address`,
    );
  } else if (count === 0) {
    whys.unshift(`${name} has no public address in the input: the budget is that of one`);
  }
  const isKnown = count > 0 && !hasGateway;
  return {
    ...{ firewall: name, instances, inside },
    ...(isKnown ? { publicAddresses: count } : {}),
    ports: isKnown ? perAddress * count : perAddress,
    ...(whys.length === 0 ? {} : { why: whys.join('; ') }),
  };
}

/** What surely keeps its source (AFW-70, AFW-75): where readings differ, what they agree on; the rest is counted, and said. */
function keptInside(placement: FirewallPlacement) {
  const { readings, mayHoldMore, doubt } = effectiveSettings(placement).privateRanges;
  const doubts = [...(doubt === undefined ? [] : [doubt]), ...mayHoldMore].map(
    ({ missing }) => missing,
  );
  const sets = readings.map((reading): AddressSet => {
    if (reading === 'default') return PRIVATE;
    if (reading.some(({ kind }) => kind === 'any')) return EVERYTHING;
    for (const term of reading) {
      if (term.kind === 'unknown') doubts.push(term.unknown.missing);
      if (term.kind === 'service-tag') doubts.push(`what \`${term.text}\` stands for`);
    }
    return addressSet(reading.flatMap((term) => (term.kind === 'range' ? [term.range] : [])));
  });
  const inside = sets.reduce((all, one) => intersectAddresses(all, one));
  return {
    inside: rangesOf(inside),
    doubts: [...new Set(doubts)].map(
      (missing) => `not known is ${missing}: what it may concern is counted`,
    ),
  };
}

export function rangesOf({ v4 }: AddressSet): Ranges {
  const ranges: [number, number][] = [];
  for (let at = 0; at < v4.length; at += 2) ranges.push([v4[at]!, v4[at + 1]!]);
  return ranges;
}

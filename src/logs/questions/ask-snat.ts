import { type AddressSet, addressesOfPrefixes, type Prefix, parsePrefix } from '../../net/index.ts';
import type { FirewallPlacement, Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { askRows } from './ask-rows.ts';
import type { Asking } from './asking.ts';
import { fitLine } from './linear-fit.ts';
import { busiestDestinations, connectionsOverTime, type Ranges } from './snat-questions.ts';
import { intervalsOf } from './time-steps.ts';

/** AFW-78: ports per public address and instance for one destination address, port and protocol; two instances run at least. */
export const SNAT_PORTS = 2496;
const INSTANCES_MIN = 2;
/** A port is free again four minutes after its connection fell silent (idle timeout north-south, azure-firewall 9.22). */
export const SNAT_SECONDS = 240;

/** How many connections to one destination there is room for. */
export interface SnatBudget {
  readonly firewall?: string;
  /** Absent: how many public addresses the firewall has is not known. */
  readonly publicAddresses?: number;
  readonly instances: number;
  /** For all public addresses where they are known, else for one. */
  readonly ports: number;
  /** What could not be known, as a sentence. */
  readonly why?: string;
}

export interface SnatDestination {
  readonly target: string;
  readonly port: number;
  readonly transport: string;
  /** Connections in each interval, beginning with the first one of the window. */
  readonly series: readonly number[];
  readonly peak: number;
  /** When the peak interval began. */
  readonly peakAt: number;
  readonly share: number;
  readonly addressesNeeded: number;
  readonly forecast: SnatForecast;
}

/** When four fifths of the budget will be used, should it go on as in the last intervals. */
export type SnatForecast =
  | { readonly kind: 'steady'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string }
  | {
      readonly kind: 'reached';
      /** Microseconds; the range is two standard errors of the slope to either side. `latest` may be absent. */
      readonly at: number;
      readonly earliest: number;
      readonly latest?: number;
      readonly perHour: number;
      readonly basedOn: number;
    }
  | { readonly kind: 'over'; readonly since: number };

export interface SnatAnswer {
  readonly budget: SnatBudget;
  readonly destinations: readonly SnatDestination[];
  readonly starts: readonly number[];
  readonly seconds: number;
}

/** Where nothing is known of the firewall, what it does by default: RFC 1918 and 100.64/10 keep their source (AFW-75). */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];
export const INSIDE: Ranges = rangesOf(
  addressesOfPrefixes(PRIVATE.map((text) => parsePrefix(text) as Prefix)),
);
const INTERVALS_MAX = 20_000;
const FITTED_MAX = 30;
const USED_UP = 0.8;
/** A line is not drawn on for more than so many times the time it was fitted to, or a day. */
const HORIZON = 10;

/** Ports per destination over time, against what there is. Connections are counted as they open: the log does not say when they end. */
export async function askSnat(
  asking: Asking,
  span: { readonly first: number; readonly last: number },
  count: number,
): Promise<SnatAnswer> {
  const { engine, window, said } = asking;
  const budget = budgetOf(asking.network);
  const top = await askRows(engine, busiestDestinations(window, INSIDE, SNAT_SECONDS, count), said);
  const all = intervalsOf(span.first, span.last, SNAT_SECONDS, INTERVALS_MAX);
  // The last interval is still filling.
  const starts = all.length > 3 ? all.slice(0, -1) : all;
  const targets = [...new Set(top.map((row) => row.text('Target')))];
  const rows =
    targets.length === 0
      ? []
      : await askRows(engine, connectionsOverTime(window, INSIDE, SNAT_SECONDS, targets), said);
  const series = new Map<string, Map<number, number>>();
  const keyOf = (target: string, port: number, transport: string) =>
    JSON.stringify([target, port, transport]);
  for (const row of rows) {
    const key = keyOf(row.text('Target'), row.number('DestinationPort'), row.text('Transport'));
    const counts = series.get(key) ?? new Map<number, number>();
    series.set(key, counts.set(row.number('Start'), row.number('Connections')));
  }
  const destinations = top.map((row): SnatDestination => {
    const [target, port] = [row.text('Target'), row.number('DestinationPort')];
    const transport = row.text('Transport');
    const counts = series.get(keyOf(target, port, transport)) ?? new Map<number, number>();
    const values = starts.map((start) => counts.get(start) ?? 0);
    const peak = row.number('Peak');
    const peakAt = [...counts].find(([, value]) => value === peak)?.[0] ?? span.last;
    return {
      ...{ target, port, transport, series: values, peak, peakAt },
      share: peak / budget.ports,
      addressesNeeded: Math.ceil(peak / USED_UP / (SNAT_PORTS * budget.instances)),
      forecast: forecastOf(starts, values, budget.ports),
    };
  });
  return { budget, destinations, starts, seconds: SNAT_SECONDS };
}

/** Of the first firewall of the network; a NAT gateway has ports of its own, which are not counted here. */
export function budgetOf(network: Network | undefined): SnatBudget {
  const firewall: FirewallPlacement | undefined =
    network === undefined ? undefined : [...network.firewalls.values()][0];
  if (firewall === undefined) {
    return {
      instances: INSTANCES_MIN,
      ports: SNAT_PORTS * INSTANCES_MIN,
      why: 'how many public addresses the firewall has is not known: the budget is that of one',
    };
  }
  const { name, minCapacity } = firewall.firewall;
  const scaled = minCapacity === undefined || isUnknown(minCapacity) ? 0 : minCapacity;
  const instances = Math.max(scaled, INSTANCES_MIN);
  const count = firewall.publicAddresses.length;
  const hasGateway = firewall.natGateway.kind !== 'none';
  const perAddress = SNAT_PORTS * instances;
  if (count === 0 || hasGateway) {
    return {
      ...{ firewall: name, instances, ports: perAddress },
      why: hasGateway
        ? `a NAT gateway may serve ${name}: its ports count, not those of the firewall; the budget is that of one address`
        : `${name} has no public address in the input: the budget is that of one`,
    };
  }
  return { firewall: name, publicAddresses: count, instances, ports: perAddress * count };
}

/** The line through the last intervals, and where it meets four fifths of the budget. */
export function forecastOf(
  starts: readonly number[],
  values: readonly number[],
  ports: number,
): SnatForecast {
  const limit = ports * USED_UP;
  const firstUsed = values.findIndex((value) => value > 0);
  if (firstUsed < 0) return { kind: 'steady', why: 'no connection in whole intervals' };
  const from = Math.max(firstUsed, values.length - FITTED_MAX);
  const recent = values.slice(from);
  const now = recent.at(-1)!;
  if (now >= limit) return { kind: 'over', since: starts[overSince(values, limit)]! };
  if (recent.length < 6) {
    return {
      kind: 'unknown',
      why: `only ${recent.length} whole intervals of 4 minutes: too few to see a trend`,
    };
  }
  const origin = starts.at(-1)!;
  const fit = fitLine(
    recent.map((value, index) => [(starts[from + index]! - origin) / 3600e6, value]),
  );
  if (fit === undefined) return { kind: 'unknown', why: 'too few points' };
  const low = fit.slope - 2 * fit.slopeError;
  if (low <= 0) return { kind: 'steady', why: 'no rise that stands out from its own noise' };
  // From the fitted line, so that one quiet interval at the end does not move it.
  const room = Math.max(0, limit - fit.start);
  const at = (slope: number) => origin + (room / slope) * 3600e6;
  const reach = Math.max(86_400, recent.length * SNAT_SECONDS * HORIZON) * 1e6;
  if (at(fit.slope) - origin > reach) {
    return { kind: 'steady', why: 'it rises too slowly for a forecast from what was seen' };
  }
  const latest = at(low);
  return {
    kind: 'reached',
    at: at(fit.slope),
    earliest: at(fit.slope + 2 * fit.slopeError),
    ...(Number.isFinite(latest) ? { latest } : {}),
    perHour: fit.slope,
    basedOn: fit.points,
  };
}

function overSince(values: readonly number[], limit: number): number {
  let at = values.length - 1;
  while (at > 0 && values[at - 1]! >= limit) at -= 1;
  return at;
}

export function rangesOf({ v4 }: AddressSet): Ranges {
  const ranges: [number, number][] = [];
  for (let at = 0; at < v4.length; at += 2) ranges.push([v4[at]!, v4[at + 1]!]);
  return ranges;
}

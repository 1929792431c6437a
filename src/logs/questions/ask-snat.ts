import { type AnswerRow, askRows } from './ask-rows.ts';
import type { Asking } from './asking.ts';
import { fitLine } from './linear-fit.ts';
import { budgetsOf, isPrivateTarget, SNAT_PORTS, type SnatBudget } from './snat-budgets.ts';
import { busiestDestinations, connectionsOverTime, lettingFirewalls } from './snat-questions.ts';
import { intervalsOf } from './time-steps.ts';

/** A port is free again four minutes after its connection fell silent (idle timeout north-south, azure-firewall 9.22). */
export const SNAT_SECONDS = 240;

export interface SnatDestination {
  /** Of the firewall that opens the connections. */
  readonly budget: SnatBudget;
  readonly target: string;
  readonly port: number;
  readonly transport: string;
  /** A private address outside the private ranges: whether it takes a port of a public address is not stated (AFW-79). */
  readonly isPrivate: boolean;
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
  /** Of every firewall that let something out; one at least. */
  readonly budgets: readonly SnatBudget[];
  /** Firewalls of the perimeter that let nothing out in the window, or have no log here. */
  readonly silent: readonly string[];
  readonly destinations: readonly SnatDestination[];
  readonly starts: readonly number[];
  readonly seconds: number;
}

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
  const logged = await askRows(asking.engine, lettingFirewalls(asking.window), asking.said);
  const { budgets, silent } = budgetsOf(
    logged.map((row) => row.text('Firewall')),
    asking.network,
  );
  const all = intervalsOf(span.first, span.last, SNAT_SECONDS, INTERVALS_MAX);
  // The last interval is still filling.
  const starts = all.length > 3 ? all.slice(0, -1) : all;
  const found: SnatDestination[] = [];
  for (const [firewall, budget] of budgets) {
    const only = budgets.size === 1 ? undefined : firewall;
    found.push(...(await askFirewall(asking, { only, budget, starts, count, last: span.last })));
  }
  // Of equal peaks the first asked for stays the first.
  const destinations = found.sort((a, b) => b.share - a.share || b.peak - a.peak).slice(0, count);
  return { budgets: [...budgets.values()], silent, destinations, starts, seconds: SNAT_SECONDS };
}

interface AskedFirewall {
  /** Absent: its logs are all there are. */
  readonly only: string | undefined;
  readonly budget: SnatBudget;
  readonly starts: readonly number[];
  readonly count: number;
  readonly last: number;
}

async function askFirewall(
  { engine, window, said }: Asking,
  { only, budget, starts, count, last }: AskedFirewall,
): Promise<readonly SnatDestination[]> {
  const busiest = busiestDestinations(window, budget.inside, SNAT_SECONDS, count, only);
  const top = await askRows(engine, busiest, said);
  if (top.length === 0) return [];
  const targets = [...new Set(top.map((row) => row.text('Target')))];
  const overTime = connectionsOverTime(window, SNAT_SECONDS, targets, only);
  const series = new Map<string, Map<number, number>>();
  for (const row of await askRows(engine, overTime, said)) {
    const key = keyOf(row);
    let counts = series.get(key);
    if (counts === undefined) {
      counts = new Map();
      series.set(key, counts);
    }
    counts.set(row.number('Start'), row.number('Connections'));
  }
  return top.map((row): SnatDestination => {
    const target = row.text('Target');
    const counts = series.get(keyOf(row)) ?? new Map<number, number>();
    const values = starts.map((start) => counts.get(start) ?? 0);
    const peak = row.number('Peak');
    const peakAt = [...counts].find(([, value]) => value === peak)?.[0] ?? last;
    return {
      ...{ budget, target, isPrivate: isPrivateTarget(target) },
      port: row.number('DestinationPort'),
      ...{ transport: row.text('Transport'), series: values, peak, peakAt },
      share: peak / budget.ports,
      addressesNeeded: Math.ceil(peak / USED_UP / (SNAT_PORTS * budget.instances)),
      forecast: forecastOf(starts, values, budget.ports),
    };
  });
}

function keyOf(row: AnswerRow): string {
  return `${row.text('Target')}\n${row.number('DestinationPort')}\n${row.text('Transport')}`;
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

import {
  type AddressSet,
  addressSet,
  addressSetSize,
  type Ip,
  type IpRange,
  type Ipv4,
  type Ipv6,
  rangesOfAddressSet,
} from '../../net/index.ts';
import { PLATFORM_ADDRESSES } from '../../network/index.ts';
import { type EffectiveRoute, type RouteChoice, sameNextHop } from './effective-route.ts';
import { distinct, lookUp } from './look-up.ts';
import type { RouteIndex } from './route-index.ts';

/** A share of an address set and what a route look-up says for every address in it. */
export interface RouteShare {
  readonly choice: RouteChoice;
  readonly addresses: AddressSet;
}

/** Cuts the set where the choice may change, looks each piece up once and joins the pieces that agree. */
export function split(index: RouteIndex, addresses: AddressSet): readonly RouteShare[] {
  const groups = new Map<string, { choice: RouteChoice; ranges: IpRange[] }>();
  const numbers = new Map<EffectiveRoute, number>();
  for (const range of rangesOfAddressSet(addresses)) {
    for (const piece of piecesOf(range, index)) {
      const ip: Ip =
        piece.family === 4 ? { family: 4, value: piece.low } : { family: 6, value: piece.low };
      const choice = lookUp(index, ip);
      const key = keyOfChoice(choice, numbers);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { choice, ranges: [piece] });
      else group.ranges.push(piece);
    }
  }
  return [...groups.values()].map(({ choice, ranges }) => ({
    choice,
    addresses: addressSet(ranges),
  }));
}

const PLATFORM_V4 = PLATFORM_ADDRESSES.v4.map((value, index) => value + (index % 2));

/** One answer for a set: the route of the largest share when all shares go the same way. */
export function oneFor(shares: readonly RouteShare[], label: string): RouteChoice {
  const asked = shares.filter((share) => share.choice.kind !== 'platform');
  const largest = asked.reduce<RouteShare | undefined>(
    (best, share) =>
      best === undefined || addressSetSize(share.addresses) > addressSetSize(best.addresses)
        ? share
        : best,
    undefined,
  );
  if (largest === undefined || asked.length === 1) return (largest ?? shares[0]!).choice;
  const routes = asked.flatMap((share) =>
    share.choice.kind === 'route' ? [share.choice.route] : [],
  );
  const first = largest.choice;
  if (
    first.kind === 'route' &&
    routes.length === asked.length &&
    routes.every((route) => sameNextHop(route, first.route))
  ) {
    return { ...first, passedOver: routes.filter((route) => route !== first.route) };
  }
  const candidates = asked.flatMap((share) => {
    if (share.choice.kind === 'route') return [share.choice.route];
    return share.choice.kind === 'unknown' ? share.choice.candidates : [];
  });
  const why = asked.flatMap((share) => (share.choice.kind === 'unknown' ? share.choice.why : []));
  const which = { missing: `the address of ${label}` };
  return { kind: 'unknown', candidates: [...new Set(candidates)], why: distinct([which, ...why]) };
}

/** The range cut where the choice may change. */
function piecesOf(range: IpRange, index: RouteIndex): IpRange[] {
  if (range.family === 4) {
    const inside = [...index.cuts.v4, ...PLATFORM_V4].filter(
      (value) => value > range.low && value <= range.high,
    );
    const starts = [range.low as number, ...new Set(inside)].sort((a, b) => a - b);
    return starts.map((low, at) => ({
      family: 4,
      low: low as Ipv4,
      high: ((starts[at + 1] ?? range.high + 1) - 1) as Ipv4,
    }));
  }
  const inside = index.cuts.v6.filter((value) => value > range.low && value <= range.high);
  const starts = [range.low as bigint, ...inside];
  return starts.map((low, at) => ({
    family: 6,
    low: low as Ipv6,
    high: ((starts[at + 1] ?? range.high + 1n) - 1n) as Ipv6,
  }));
}

function keyOfChoice(choice: RouteChoice, numbers: Map<EffectiveRoute, number>): string {
  const numberOf = (route: EffectiveRoute) => {
    const known = numbers.get(route) ?? numbers.size;
    numbers.set(route, known);
    return known;
  };
  switch (choice.kind) {
    case 'route':
      return `route ${numberOf(choice.route)}`;
    case 'unknown':
      return `unknown ${choice.candidates.map(numberOf).join()}`;
    default:
      return 'platform';
  }
}

import type { ThreatList } from '../../../facts/index.ts';
import {
  type FlowBox,
  type FlowRegion,
  type FlowRule,
  isEmptyBox,
  type NameSet,
  needing,
} from '../../../flows/index.ts';
import {
  type AddressSet,
  ALL_ADDRESSES,
  addressSet,
  isEmptyAddressSet,
  parseIpRange,
  subtractAddresses,
} from '../../../net/index.ts';
import type { FirewallPlacement } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { FirewallContext } from '../context.ts';
import { effectiveSettings } from '../effective-settings.ts';
import { addressListsOf } from './address-lists.ts';
import { conditionOf, type FirewallDecider } from './firewall-decider.ts';
import { productOf } from './region-product.ts';
import { patternOf, WEB } from './target-names.ts';

/** `pass`: somebody allow-listed it, and it goes on to the next stage. */
export type ThreatRule = FlowRule<'deny' | 'pass', FirewallDecider>;

/**
 * Flows that touch something known to be bad and not allow-listed. Only Deny stops any, and only what is in the list we were given:
 * Microsoft's own is not public.
 * @returns over flows before every translation (AFW-27). Flows that no entry takes go on
 * @see AFW-80 modes, AFW-81 what counts, AFW-82 allow list, AFW-19 and AFW-20 inheritance
 */
export function threatRules(
  placement: FirewallPlacement,
  context: FirewallContext,
): readonly ThreatRule[] {
  const settings = effectiveSettings(placement);
  const mode = settings.threatIntelMode;
  const allowed = addressListsOf(context).read(settings.threatIntelAllowedAddresses);
  const list = context.datasets.threatList;
  if (mode === 'Off' || mode === 'Alert' || allowed.isAll) return [];
  const hits = touching(list, allowed.addresses);
  if (hits.length === 0) return [];
  const names = namesOf(settings.threatIntelAllowedFqdns);
  const by: FirewallDecider = {
    kind: 'platform',
    name: `threat intelligence (${isUnknown(mode) ? 'mode unknown' : mode}): hit in ${list.info.origin}`,
    fact: 'AFW-27',
    stage: 'threat intelligence',
  };
  // Denied only if none of the entries nobody can resolve covers the flow.
  const needs = [...allowed.open, ...(isUnknown(mode) ? [conditionOf(mode)] : [])];
  const passed = productOf(hits, [{ ...VISIBLE, names }]);
  return [
    ...(passed.length === 0 ? [] : [{ region: passed, effect: 'pass', by } as const]),
    { region: needing(hits, needs), effect: 'deny', by },
  ];
}

/**
 * The later stages behind threat intelligence. What it passes is decided by them at once, so that no denial of it comes first.
 * @param deny what a denial is in that list
 */
export function behindThreats<Effect>(
  threats: readonly ThreatRule[],
  later: readonly FlowRule<Effect, FirewallDecider>[],
  deny: Effect,
): readonly FlowRule<Effect, FirewallDecider>[] {
  const told = threats.flatMap(({ region, effect, by }) => {
    if (effect === 'deny') return [{ region, effect: deny, by }];
    return later.flatMap((rule) => {
      const share = productOf(rule.region, region);
      return share.length === 0 ? [] : [{ ...rule, region: share }];
    });
  });
  return told.length === 0 ? later : [...told, ...later];
}

/** Connections in which threat intelligence sees a name (AFW-81). */
const VISIBLE: FlowBox = { protocols: ['tcp'], applications: WEB };

/** Flows with a listed end or name, neither end of which is allow-listed. */
function touching(list: ThreatList, allowed: AddressSet): FlowRegion {
  const { addresses, names } = contentsOf(list);
  const bad = subtractAddresses(addresses, allowed);
  const rest = isEmptyAddressSet(allowed) ? undefined : subtractAddresses(ALL_ADDRESSES, allowed);
  const sources = rest === undefined ? {} : { sources: rest };
  const destinations = rest === undefined ? {} : { destinations: rest };
  return [
    { sources: bad, ...destinations },
    { destinations: bad, ...sources },
    { ...VISIBLE, names, ...sources, ...destinations },
  ].filter((box) => !isEmptyBox(box));
}

interface ThreatContents {
  readonly addresses: AddressSet;
  readonly names: NameSet;
}

const contents = new WeakMap<ThreatList, ThreatContents>();

function contentsOf(list: ThreatList): ThreatContents {
  let known = contents.get(list);
  if (known === undefined) {
    const ranges = list.addresses.flatMap((text) => parseIpRange(text) ?? []);
    known = { addresses: addressSet(ranges), names: namesOf(list.fqdns) };
    contents.set(list, known);
  }
  return known;
}

function namesOf(fqdns: readonly string[]): NameSet {
  const patterns = fqdns.flatMap((fqdn) => patternOf(fqdn) ?? []);
  return { patterns: [...new Set(patterns)], withoutName: false };
}

import type { FlowBox, FlowRegion } from '../../../flows/index.ts';
import {
  type AddressSet,
  addressSetCovers,
  intersectAddresses,
  isEmptyAddressSet,
  type Protocol,
} from '../../../net/index.ts';
import type { FirewallPlacement } from '../../../network/index.ts';
import type { FirewallContext } from '../context.ts';
import type { FirewallDecider, FirewallRule } from './firewall-decider.ts';
import { implicitNetworkRules } from './implicit-rules.ts';
import { PORTLESS, WITH_PORTS, writtenNetworkRules } from './network-rules.ts';
import { type DestinationsBySnat, destinationsBySnat } from './private-ranges.ts';
import { productOf } from './region-product.ts';

/**
 * What network rules let through and stop: the implicit rules of DNAT, then the written ones, as far as the flow can leave
 * at all. Flows that no entry takes go on to the application rules.
 * @returns over flows before source translation that are not addressed to the firewall (AFW-28)
 * @see AFW-11 the first match ends it. AFW-26 implicit rules. AFW-33 what cannot leave. O(rules)
 */
export function networkStageRules(
  placement: FirewallPlacement,
  context: FirewallContext,
): readonly FirewallRule[] {
  return [
    ...implicitNetworkRules(placement, context),
    ...leaving(writtenNetworkRules(placement, context), placement, context),
  ];
}

/**
 * AFW-33: an allowed flow that is neither TCP nor UDP and whose source would have to be translated goes nowhere, whoever allowed it.
 * The share of a rule that leaves and the share that does not are apart, since both hang on the same needs.
 */
function leaving(
  rules: readonly FirewallRule[],
  placement: FirewallPlacement,
  context: FirewallContext,
): FirewallRule[] {
  const snat = destinationsBySnat(placement, context);
  const share = sharesWith(snat);
  const told: FirewallRule[] = [];
  let before: FirewallRule | undefined;
  for (const [index, rule] of rules.entries()) {
    const after = rules[index + 1];
    if (!rule.region.some(mayNeedSnat)) told.push(rule);
    else if (rule.effect === 'deny') {
      // The other half of an action nobody knows. What cannot leave has been stopped by the first half.
      const region = isOtherHalf(rule, before) ? share.left(rule.region) : rule.region;
      told.push({ ...rule, region });
    } else {
      const region = (isOtherHalf(after, rule) ? after : rule)?.region ?? [];
      told.push(...stopping(share.stopped(region), rule.by));
      told.push(...stopping(share.open(rule.region), rule.by));
      told.push({ ...rule, region: share.left(rule.region) });
    }
    before = rule;
  }
  return told.filter(({ region }) => region.length > 0);
}

/** Are the two one action that nobody knows, an allow that the next entry takes back? */
function isOtherHalf(rule: FirewallRule | undefined, before: FirewallRule | undefined): boolean {
  return rule?.by === before?.by && before?.effect === 'allow' && rule?.effect === 'deny';
}

function mayNeedSnat({ protocols }: FlowBox): boolean {
  return protocols === undefined || protocols.some((protocol) => PORTLESS.includes(protocol));
}

interface Shares {
  readonly left: (region: FlowRegion) => FlowRegion;
  readonly stopped: (region: FlowRegion) => FlowRegion;
  readonly open: (region: FlowRegion) => FlowRegion;
}

/** Cuts regions by what becomes of protocols without ports. Destinations are intersected once per set. */
function sharesWith({ notTranslated, translated, open }: DestinationsBySnat): Shares {
  const inside = cutBy(notTranslated);
  const outside = cutBy(translated);
  return {
    left: (region) =>
      region.flatMap((box) => {
        const destinations = inside(box.destinations);
        if (!mayNeedSnat(box) || destinations === box.destinations) return [box];
        return [...of(WITH_PORTS, box), ...of(PORTLESS, { ...box, destinations })];
      }),
    stopped: (region) =>
      region.flatMap((box) => of(PORTLESS, { ...box, destinations: outside(box.destinations) })),
    open: (region) => (open.length === 0 ? [] : productOf([{ protocols: PORTLESS }], region, open)),
  };
}

/** The part of a set that lies within another; the same object when it is all of it, and for the same set. */
function cutBy(within: AddressSet): (set: AddressSet | undefined) => AddressSet {
  const known = new Map<AddressSet | undefined, AddressSet>();
  return (set) => {
    const cut = known.get(set);
    if (cut !== undefined) return cut;
    const made =
      set === undefined
        ? within
        : addressSetCovers(within, set)
          ? set
          : intersectAddresses(set, within);
    known.set(set, made);
    return made;
  };
}

/** The flows of the box that have one of the protocols. */
function of(protocols: readonly Protocol[], box: FlowBox): FlowBox[] {
  const { destinations } = box;
  if (destinations !== undefined && isEmptyAddressSet(destinations)) return [];
  if (box.protocols === undefined) return [{ ...box, protocols }];
  const common = box.protocols.filter((protocol) => protocols.includes(protocol));
  return common.length === 0 ? [] : [{ ...box, protocols: common }];
}

/** One entry per protocol, as each is named. */
function stopping(region: FlowRegion, by: FirewallDecider): FirewallRule[] {
  if (region.length === 0) return [];
  return PORTLESS.flatMap((protocol): FirewallRule[] => {
    const share = region.filter((box) => box.protocols?.includes(protocol));
    if (share.length === 0) return [];
    const name = `no SNAT for ${protocol} (allowed by ${by.name})`;
    const only = [protocol];
    return [
      {
        region: share.map((box) => ({ ...box, protocols: only })),
        effect: 'deny',
        by: { ...by, kind: 'platform', name, fact: 'AFW-33' },
      },
    ];
  });
}

import type { Place } from '../../diagnostics/index.ts';
import type {
  AddressTerm,
  FirewallPolicy,
  FirewallSettings,
  Setting,
  SkuTier,
  ThreatIntelMode,
} from '../../model/index.ts';
import type { FirewallPlacement } from '../../network/index.ts';
import { isUnknown, type Uncertain, type Unknown } from '../../values/index.ts';
import { dnsProxyOf } from '../dns/resolver.ts';
import type { MissingFact } from '../verdict.ts';

/** What is in force on one firewall after policies, inheritance, defaults and the tier. */
export interface EffectiveSettings {
  /** Where rules and settings come from. A policy silences the firewall's own (AFW-01). */
  readonly mode: 'policy' | 'classic';
  readonly tier: Uncertain<SkuTier>;
  readonly threatIntelMode: Uncertain<ThreatIntelMode>;
  /** Of all policies together (AFW-20). */
  readonly threatIntelAllowedAddresses: readonly AddressTerm[];
  readonly threatIntelAllowedFqdns: readonly string[];
  readonly dnsProxy: DnsProxySetting;
  readonly privateRanges: PrivateRanges;
  readonly intrusionDetectionMode: Uncertain<'Off' | 'Alert' | 'Deny'>;
}

export interface DnsProxySetting {
  readonly state: 'on' | 'off' | 'unknown';
  /** `contradictory`: it hangs on an inheritance that sources disagree about (AFW-22). */
  readonly standing: 'settled' | 'contradictory' | 'unknown';
  readonly why: string;
  readonly at?: Place;
}

/** Destinations that network rules leave the source alone for. */
export interface PrivateRanges {
  /**
   * Lists any of which may be in force; one unless inheritance leaves it open (AFW-29). `default` stands for the
   * ranges of AFW-75.
   */
  readonly readings: readonly (readonly AddressTerm[] | 'default')[];
  /** Route Server may have taught more (AFW-77). */
  readonly mayHoldMore: readonly MissingFact[];
  /** What would tell the readings apart. */
  readonly doubt?: MissingFact;
}

export type Feature =
  | 'FQDNs in network rules'
  | 'web categories'
  | 'URL filtering'
  | 'TLS inspection'
  | 'DNAT on the private address'
  | 'forced tunnelling';

const BASIC_LACKS: readonly Feature[] = [
  'FQDNs in network rules',
  'web categories',
  'DNAT on the private address',
  'forced tunnelling',
];
const PREMIUM_ONLY: readonly Feature[] = ['URL filtering', 'TLS inspection'];

/** Does the tier have the feature? `unknown` when the tier is (AFW-93, AFW-94). */
export function tierHas(tier: Uncertain<SkuTier>, feature: Feature): boolean | 'unknown' {
  if (isUnknown(tier)) return 'unknown';
  if (PREMIUM_ONLY.includes(feature)) return tier === 'Premium';
  return tier !== 'Basic' || !BASIC_LACKS.includes(feature);
}

/** Remembered per placement. O(policies). */
export function effectiveSettings(placement: FirewallPlacement): EffectiveSettings {
  const known = remembered.get(placement);
  if (known !== undefined) return known;
  const { firewall, policies } = placement;
  const isPolicyMode = firewall.policy !== undefined;
  const all: readonly FirewallSettings[] = isPolicyMode
    ? policies.map((policy) => policy.settings)
    : [firewall.settings];
  const tier = tierOf(placement);
  const settings: EffectiveSettings = {
    mode: isPolicyMode ? 'policy' : 'classic',
    tier,
    threatIntelMode: threatIntelModeOf(all, tier),
    threatIntelAllowedAddresses: all.flatMap((entry) => entry.threatIntelAllowedAddresses),
    threatIntelAllowedFqdns: all.flatMap((entry) => entry.threatIntelAllowedFqdns),
    dnsProxy: dnsProxySetting(placement, tier),
    privateRanges: privateRangesOf(placement, all),
    intrusionDetectionMode: strictest(
      policies.map((policy) => policy.intrusionDetectionMode),
      'Off',
    ),
  };
  remembered.set(placement, settings);
  return settings;
}

const remembered = new WeakMap<FirewallPlacement, EffectiveSettings>();

/** AFW-07: not written means Standard, unless its policy can only serve another tier (AFW-02). */
function tierOf({ firewall, policies }: FirewallPlacement): Uncertain<SkuTier> {
  if (firewall.skuTier !== undefined) return firewall.skuTier;
  const own: Setting<SkuTier> = policies.at(-1)?.skuTier;
  if (own !== undefined) return own;
  if (firewall.isReference !== true) return 'Standard';
  return {
    kind: 'unknown',
    reason: 'external-link',
    text: firewall.id,
    missing: `the tier of firewall \`${firewall.name}\` (not in the input)`,
    at: firewall.at,
  };
}

/** AFW-19: the stricter one. AFW-80: Alert when nobody says, and never more than that on Basic. */
function threatIntelModeOf(
  all: readonly FirewallSettings[],
  tier: Uncertain<SkuTier>,
): Uncertain<ThreatIntelMode> {
  const mode = strictest(
    all.map((settings) => settings.threatIntelMode),
    'Alert',
  );
  if (mode !== 'Deny') return mode;
  if (isUnknown(tier)) return tier;
  return tier === 'Basic' ? 'Alert' : 'Deny';
}

const STRICTNESS = ['Off', 'Alert', 'Deny'] as const;

/** AFW-19, AFW-21: a child may only tighten. An unknown one counts unless another is strictest anyway. */
function strictest(
  values: readonly Setting<(typeof STRICTNESS)[number]>[],
  otherwise: (typeof STRICTNESS)[number],
): Uncertain<(typeof STRICTNESS)[number]> {
  let strict: (typeof STRICTNESS)[number] | undefined;
  let unknown: Unknown | undefined;
  for (const value of values) {
    if (value === undefined) continue;
    if (isUnknown(value)) unknown ??= value;
    else if (strict === undefined || STRICTNESS.indexOf(value) > STRICTNESS.indexOf(strict)) {
      strict = value;
    }
  }
  if (strict === 'Deny') return 'Deny';
  return unknown ?? strict ?? otherwise;
}

function dnsProxySetting(placement: FirewallPlacement, tier: Uncertain<SkuTier>): DnsProxySetting {
  if (tier === 'Basic') {
    // AFW-86: whatever is written.
    return { state: 'off', standing: 'settled', why: 'a Basic firewall has no DNS proxy' };
  }
  const proxy = dnsProxyOf(placement);
  const at = proxy.at === undefined ? {} : { at: proxy.at };
  if (proxy.state !== 'unknown') {
    return { state: proxy.state, standing: 'settled', why: proxy.why, ...at };
  }
  const own = placement.policies.at(-1);
  const isInheritance =
    own !== undefined && own.isReference !== true && own.settings.dnsProxyEnabled === undefined;
  return {
    state: 'unknown',
    standing: isInheritance ? 'contradictory' : 'unknown',
    why: proxy.why,
    ...at,
  };
}

/** The firewall's own policy decides; what a parent's list means for a child that has none is not stated (AFW-29). */
function privateRangesOf(
  placement: FirewallPlacement,
  all: readonly FirewallSettings[],
): PrivateRanges {
  const { policies, missingPolicy } = placement;
  const own = all.at(-1);
  const mayHoldMore = all.flatMap((settings) => learned(settings, placement));
  if (own?.snatPrivateRanges !== undefined) {
    return { readings: [own.snatPrivateRanges], mayHoldMore };
  }
  const parent = policies
    .slice(0, -1)
    .reverse()
    .find((policy: FirewallPolicy) => policy.settings.snatPrivateRanges !== undefined);
  if (parent?.settings.snatPrivateRanges !== undefined) {
    return {
      readings: ['default', parent.settings.snatPrivateRanges],
      mayHoldMore,
      doubt: {
        missing: `whether the SNAT private ranges of policy \`${parent.name}\` are inherited`,
        at: parent.at,
      },
    };
  }
  if (missingPolicy !== undefined) {
    const name = missingPolicy.id.split('/').at(-1) ?? missingPolicy.id;
    const more = { missing: `the SNAT private ranges of \`${name}\``, at: missingPolicy.at };
    return { readings: ['default'], mayHoldMore: [...mayHoldMore, more], doubt: more };
  }
  return { readings: ['default'], mayHoldMore };
}

function learned(settings: FirewallSettings, placement: FirewallPlacement): MissingFact[] {
  const { autoLearnPrivateRanges: setting } = settings;
  if (setting === undefined || setting === false) return [];
  if (isUnknown(setting)) return [{ missing: setting.missing, at: setting.at }];
  const { name, at } = placement.firewall;
  return [{ missing: `the prefixes that Route Server taught firewall \`${name}\``, at }];
}

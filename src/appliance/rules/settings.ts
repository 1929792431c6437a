import type { Gap } from '../../diagnostics/index.ts';
import type {
  AddressTerm,
  FirewallSettings,
  Setting,
  SkuTier,
  ThreatIntelMode,
} from '../../model/index.ts';
import { type AddressSet, ALL_IPV4, intersectAddresses } from '../../net/index.ts';
import { type FirewallPlacement, PRIVATE_IPV4 } from '../../network/index.ts';
import { isUnknown, type Uncertain } from '../../values/index.ts';
import type { AddressReader } from './address-reader.ts';

/** What is in force beside the rules; where the input leaves it open, what lets less through. */
export interface ApplianceSettings {
  readonly tier: Uncertain<SkuTier>;
  readonly threatIntelMode: ThreatIntelMode;
  readonly threatIntelAllowedAddresses: readonly AddressTerm[];
  readonly threatIntelAllowedFqdns: readonly string[];
  readonly dnsProxyEnabled: boolean;
  /** Destinations for which network rules leave the source alone (AFW-70). */
  readonly privateRanges: AddressSet;
  /** Internet flows leave by somebody else's gateway (AFW-74), and nothing is translated inwards (AFW-65). */
  readonly isForcedTunnelling: boolean;
  /** A NAT gateway gives Internet flows their source (AFW-73). */
  readonly hasNatGateway: boolean;
  readonly gaps: readonly Gap[];
}

export function applianceSettings(
  placement: FirewallPlacement,
  reader: AddressReader,
): ApplianceSettings {
  const { firewall, policies, natGateway } = placement;
  const gaps: Gap[] = [];
  const gap = (what: string, why: string) => gaps.push({ what, why });
  // AFW-01: a policy silences what the firewall says itself.
  const all: readonly FirewallSettings[] =
    firewall.policy === undefined ? [firewall.settings] : policies.map((policy) => policy.settings);
  const tier = tierOf(placement);
  if (natGateway.kind !== 'none' && natGateway.kind !== 'found') {
    gap('NAT gateway', 'it is not in the input: Internet flows leave with the private address');
  }
  return {
    tier,
    threatIntelMode: threatIntelModeOf(all, tier, gap),
    threatIntelAllowedAddresses: all.flatMap((entry) => entry.threatIntelAllowedAddresses),
    threatIntelAllowedFqdns: all.flatMap((entry) => entry.threatIntelAllowedFqdns),
    dnsProxyEnabled: dnsProxyEnabled(placement, tier, gap),
    privateRanges: privateRangesOf(placement, all, reader, gap),
    isForcedTunnelling: isForcedTunnelling(placement, tier, gap),
    hasNatGateway: natGateway.kind !== 'none',
    gaps,
  };
}

type Note = (what: string, why: string) => void;

/** AFW-07: Standard when nobody says, unless the policy serves another tier. */
function tierOf({ firewall, policies }: FirewallPlacement): Uncertain<SkuTier> {
  return firewall.skuTier ?? policies.at(-1)?.skuTier ?? 'Standard';
}

/** AFW-19: the strictest of the chain. AFW-80: Alert when nobody says, and never more on Basic. */
function threatIntelModeOf(
  all: readonly FirewallSettings[],
  tier: Uncertain<SkuTier>,
  gap: Note,
): ThreatIntelMode {
  const modes: Setting<ThreatIntelMode>[] = all.map((settings) => settings.threatIntelMode);
  const open = modes.find((mode) => isUnknown(mode));
  if (modes.includes('Deny') || open !== undefined) {
    if (open !== undefined && !modes.includes('Deny')) {
      gap('threatIntelMode', `${open.missing}: taken as Deny`);
    }
    return tier === 'Basic' ? 'Alert' : 'Deny';
  }
  if (modes.includes('Alert')) return 'Alert';
  return modes.includes('Off') ? 'Off' : 'Alert';
}

/** AFW-85: off by default. AFW-86: never on Basic. AFW-22: whether a child inherits it is open, so it does not. */
function dnsProxyEnabled(
  { firewall, policies }: FirewallPlacement,
  tier: Uncertain<SkuTier>,
  gap: Note,
): boolean {
  const holder = firewall.policy === undefined ? firewall : policies.at(-1);
  if (tier === 'Basic' || holder === undefined) return false;
  const { dnsProxyEnabled: written } = holder.settings;
  if (isUnknown(written)) {
    gap('dnsSettings.enableProxy', `${written.missing}: taken as off`);
    return false;
  }
  const isOnAbove = policies.slice(0, -1).some(({ settings }) => settings.dnsProxyEnabled === true);
  if (written === undefined && isOnAbove) {
    gap(
      'dnsSettings.enableProxy',
      'sources disagree whether a child policy inherits it: taken as off',
    );
  }
  return written === true;
}

/**
 * AFW-75, AFW-76: a list of one's own replaces the default ranges; `0.0.0.0/0` holds everything, `255.255.255.255/32` nothing
 * that is ever a destination. AFW-29: a parent's list is not taken over.
 */
function privateRangesOf(
  { policies, firewall }: FirewallPlacement,
  all: readonly FirewallSettings[],
  reader: AddressReader,
  gap: Note,
): AddressSet {
  if (all.some(({ autoLearnPrivateRanges: learn }) => learn !== undefined && learn !== false)) {
    gap('snat.autoLearnPrivateRanges', 'what Route Server teaches is not followed');
  }
  const own = all.at(-1)?.snatPrivateRanges;
  if (own === undefined) {
    const parents = firewall.policy === undefined ? [] : policies.slice(0, -1);
    if (parents.some(({ settings }) => settings.snatPrivateRanges !== undefined)) {
      gap('snat.privateRanges', 'whether a child policy inherits them is not stated: it does not');
    }
    return PRIVATE_IPV4;
  }
  const { certain, doubts } = reader.terms(own);
  for (const doubt of doubts) gap('snat.privateRanges', doubt);
  return intersectAddresses(certain, ALL_IPV4);
}

/** AFW-05, AFW-74: only with a management interface, when the default route of the subnet leads elsewhere. */
function isForcedTunnelling(
  { firewall, subnet }: FirewallPlacement,
  tier: Uncertain<SkuTier>,
  gap: Note,
): boolean {
  if (firewall.managementIpConfiguration === undefined || tier === 'Basic') return false;
  if (subnet.kind !== 'found' || subnet.target.routeTable.kind !== 'found') {
    gap('forced tunnelling', 'a default route learned by BGP is not seen');
    return false;
  }
  return subnet.target.routeTable.target.routes.some(
    ({ destination, nextHopType }) =>
      !isUnknown(destination) &&
      destination.kind === 'prefix' &&
      destination.prefix.family === 4 &&
      destination.prefix.length === 0 &&
      nextHopType !== 'Internet',
  );
}

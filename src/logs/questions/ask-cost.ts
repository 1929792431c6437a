import type { SkuTier } from '../../model/index.ts';
import { effectiveSettings } from '../../semantics/firewall/effective-settings.ts';
import { isUnknown } from '../../values/index.ts';
import { askRows } from './ask-rows.ts';
import type { Asking } from './asking.ts';
import { FIREWALL_PRICES } from './firewall-prices.ts';
import { INSIDE } from './snat-budgets.ts';
import { transferred } from './snat-questions.ts';

/** Bytes that flow logs counted, by way. */
export interface Transferred {
  /** `out`: from private to public addresses and back. `in`: begun outside. `inside`: between private addresses. */
  readonly way: 'out' | 'in' | 'inside' | 'other';
  readonly sent: number;
  readonly received: number;
}

/** What the firewall processed and what that costs; `unknown` with its reason where no log counts bytes. */
export type CostAnswer =
  | { readonly kind: 'unknown'; readonly why: string; readonly hint: string }
  | {
      readonly kind: 'known';
      readonly ways: readonly Transferred[];
      /** To and from public addresses. Azure counts both directions. */
      readonly bytes: number;
      readonly hours: number;
      /** Each of them costs by the hour. */
      readonly firewalls: number;
      readonly tier: SkuTier | undefined;
      readonly tierWhy: string;
      /** In dollars; absent where the tier is not known. */
      readonly forBytes?: number;
      readonly forHours?: number;
    };

/** Decimal gigabytes, as Azure bills them. */
const GIGABYTE = 1e9;

/**
 * What was processed, from VNet flow logs: rule logs do not count bytes. A flow between two machines of ours is logged at both; it is
 * counted where it leaves. Flows to and from public addresses are taken as gone through the firewall, those between private
 * addresses are told apart: only routes say which of them did.
 */
export async function askCost(
  asking: Asking,
  span: { readonly first: number; readonly last: number } | undefined,
  tier?: SkuTier,
): Promise<CostAnswer> {
  const rows = await askRows(asking.engine, transferred(asking.window, INSIDE), asking.said);
  if (rows.length === 0 || span === undefined) {
    return {
      kind: 'unknown',
      why: 'no log of this window counts bytes: the rule logs of a firewall do not',
      hint: 'ingest VNet flow logs of the networks behind the firewall, or read the metric DataProcessed',
    };
  }
  const ways = new Map<Transferred['way'], { sent: number; received: number }>();
  for (const row of rows) {
    const way = wayOf(row.text('Way'));
    const direction = row.text('Direction');
    const isInbound = direction.startsWith('i');
    // Begun outside: only the receiver is ours and logs it, inbound. Else the sender does, outbound.
    if (isInbound !== (way === 'in')) continue;
    const known = ways.get(way) ?? { sent: 0, received: 0 };
    known.sent += row.number('Sent');
    known.received += row.number('Received');
    ways.set(way, known);
  }
  const list = (['out', 'in', 'inside', 'other'] as const).flatMap((way) => {
    const counted = ways.get(way);
    return counted === undefined ? [] : [{ way, ...counted }];
  });
  const bytes = list
    .filter(({ way }) => way === 'out' || way === 'in')
    .reduce((sum, { sent, received }) => sum + sent + received, 0);
  const hours = (span.last - span.first) / 3600e6;
  const { firewalls, ...chosen } = tierOf(asking, tier);
  return {
    ...{ kind: 'known', ways: list, bytes, hours, firewalls, ...chosen },
    ...(chosen.tier === undefined
      ? {}
      : {
          forBytes: (bytes / GIGABYTE) * FIREWALL_PRICES.perGigabyte[chosen.tier].value,
          forHours: hours * firewalls * FIREWALL_PRICES.perHour[chosen.tier].value,
        }),
  };
}

function wayOf(text: string): Transferred['way'] {
  return text === 'out' || text === 'in' || text === 'inside' ? text : 'other';
}

/** Of all firewalls of the perimeter, where they have the same one: which of them a flow went through, flow logs do not say. */
function tierOf({ network }: Asking, asked: SkuTier | undefined) {
  const placements = network === undefined ? [] : [...network.firewalls.values()];
  const firewalls = Math.max(1, placements.length);
  if (asked !== undefined) return { tier: asked, tierWhy: 'as you said', firewalls };
  const names = placements.map(({ firewall }) => firewall.name).join(' and ');
  const tiers = new Set(placements.map((placement) => effectiveSettings(placement).tier));
  const [tier] = tiers;
  if (tier !== undefined && tiers.size === 1 && !isUnknown(tier)) {
    return { tier, tierWhy: `the tier of ${names}`, firewalls };
  }
  const tierWhy =
    tiers.size > 1
      ? `${names} have different tiers or one that is not known: pass --tier`
      : 'the tier of the firewall is not known: pass --tier';
  return { tier: undefined, tierWhy, firewalls };
}

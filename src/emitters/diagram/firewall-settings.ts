import type { FirewallSettings, RuleCollection } from '../../model/index.ts';
import type { FirewallPlacement } from '../../network/index.ts';
import { isUnknown, type Uncertain, type Unknown } from '../../values/index.ts';

/** A collection with the path a person finds it by: `group/collection`, or its own name in classic mode. */
export interface PlacedCollection {
  readonly path: string;
  readonly collection: RuleCollection;
  /** Of the policy and the group; empty in classic mode. */
  readonly policy?: string;
}

/**
 * All collections of a type come in the order they are tried (AFW-12, AFW-13): base policies first, then groups and
 * collections by priority; those whose priority is not known last. With a policy the classic ones do not count (AFW-01).
 */
export function collectionsOf({
  firewall,
  policies,
}: FirewallPlacement): readonly PlacedCollection[] {
  if (firewall.policy === undefined) {
    return byPriority(firewall.collections).map((collection) => ({
      path: collection.name,
      collection,
    }));
  }
  return policies.flatMap((policy) =>
    byPriority(policy.groups).flatMap((group) =>
      byPriority(group.collections).map((collection) => ({
        path: `${group.name}/${collection.name}`,
        collection,
        policy: policy.name,
      })),
    ),
  );
}

function byPriority<T extends { readonly priority: Uncertain<number> }>(
  list: readonly T[],
): readonly T[] {
  const rank = ({ priority }: T) => (isUnknown(priority) ? Number.POSITIVE_INFINITY : priority);
  return [...list].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

export function ruleCount(firewall: FirewallPlacement): number {
  return collectionsOf(firewall).reduce(
    (sum, { collection }) => sum + (collection.kind === 'unknown' ? 0 : collection.rules.length),
    0,
  );
}

const STRICTNESS = ['Off', 'Alert', 'Deny'] as const;

/** AFW-19: the stricter mode of parent and child; AFW-80: absent means Alert. */
export function threatIntelMode(firewall: FirewallPlacement): Uncertain<'Off' | 'Alert' | 'Deny'> {
  const modes = settingsOf(firewall).map((each) => each.threatIntelMode ?? 'Alert');
  const missing = modes.find(isUnknown) ?? unseenPolicy(firewall);
  // Deny cannot become stricter, whatever else is not known.
  if (modes.includes('Deny')) return 'Deny';
  if (missing !== undefined) return missing;
  return STRICTNESS.findLast((mode) => modes.includes(mode)) ?? 'Alert';
}

/** AFW-85: off by default. AFW-22: whether a child inherits it is documented both ways, so then it is not known. */
export function dnsProxy(firewall: FirewallPlacement): Uncertain<boolean> {
  const all = settingsOf(firewall);
  const own = all.at(-1)?.dnsProxyEnabled;
  if (own !== undefined) return own;
  const missing = unseenPolicy(firewall);
  if (missing !== undefined) return missing;
  const inherited = all
    .slice(0, -1)
    .some((each) => each.dnsProxyEnabled !== undefined && each.dnsProxyEnabled !== false);
  if (!inherited) return false;
  return unknown(firewall, 'whether a policy inherits the DNS proxy of its base policy');
}

function settingsOf({ firewall, policies }: FirewallPlacement): readonly FirewallSettings[] {
  return firewall.policy === undefined
    ? [firewall.settings]
    : policies.map((policy) => policy.settings);
}

function unseenPolicy(firewall: FirewallPlacement): Unknown | undefined {
  const { missingPolicy } = firewall;
  if (missingPolicy === undefined) return undefined;
  return unknown(
    firewall,
    `policy ${missingPolicy.id.split('/').at(-1) ?? ''}, which is not in the input`,
  );
}

function unknown({ firewall }: FirewallPlacement, missing: string): Unknown {
  return {
    kind: 'unknown',
    reason: 'external-link',
    text: firewall.name,
    missing,
    at: firewall.at,
  };
}

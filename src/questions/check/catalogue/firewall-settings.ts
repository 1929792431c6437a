import type { AzureFirewall, FirewallSettings, RuleCollection } from '../../../model/index.ts';
import { addressSet, addressSetCovers, portSetHas } from '../../../net/index.ts';
import type { FirewallPlacement } from '../../../network/index.ts';
import { effectiveSettings } from '../../../semantics/firewall/index.ts';
import { isUnknown, type Unknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { FIREWALL_PRIORITY_CHECKS } from './firewall-priorities.ts';
import {
  applicationRulesOf,
  collectionsOf,
  dnatRulesOf,
  eachRule,
  firewallsOf,
  mayAllow,
  networkRulesOf,
  rulePath,
} from './firewall-subjects.ts';

const threatIntel = eachSubject<FirewallPlacement>({
  id: 'firewall/threat-intelligence-not-denying',
  severity: 'warning',
  title: 'Threat intelligence denies.',
  explanation:
    'In Alert mode known-bad addresses and names are only logged, and network rules on 80 and 443 even hide name-based alerts. Off, nothing looks.',
  fix: 'set threatIntelMode to Deny, with an allow list for what must pass',
  facts: ['AFW-E23'],
  covers: ['FW-23'],
  subjects: firewallsOf,
  none: 'no firewall',
  key: ({ firewall }) => firewall.key,
  judge: (placement, context) => {
    const { firewall } = placement;
    const { threatIntelMode: mode, tier } = effectiveSettings(placement);
    const isBasic = tier === 'Basic';
    if (mode === 'Deny') return HOLDS;
    const missing = isBasic ? undefined : missingPolicy(placement);
    const unknown = isUnknown(mode) ? mode : missing;
    if (unknown !== undefined && !isBasic)
      return undecided(`The threat intelligence mode of ${firewall.name} is not known.`, unknown);
    const holders = holdersOf(placement);
    const holder =
      holders.find(({ settings }) => settings.threatIntelMode === (isBasic ? 'Deny' : mode)) ??
      holders.at(-1) ??
      firewall;
    const written = holder.settings.threatIntelMode;
    const text = written === undefined || isUnknown(written) ? undefined : written;
    return {
      kind: 'fails',
      message: `Threat intelligence of ${firewall.name} ${mode === 'Off' ? 'is off' : 'only alerts'}${isBasic ? ' (the Basic tier cannot deny)' : ''}.`,
      places: [{ at: holder.at, what: `threatIntelMode ${text ?? 'not set (Alert)'}` }],
      evidence: [
        `threatIntelMode: ${text ?? 'not set'}`,
        ...(isBasic ? ['tier Basic'] : []),
        ...(mode === 'Alert' ? maskedBy(context, placement) : []),
      ],
      ...(isBasic
        ? { fix: 'use the Standard tier, with threatIntelMode Deny' }
        : { changes: [{ at: holder.at, path: ['properties', 'threatIntelMode'], to: 'Deny' }] }),
    };
  },
});

const basicTier = eachSubject<FirewallPlacement>({
  id: 'firewall/basic-tier-lacks-feature',
  severity: 'error',
  title: 'Nothing is configured that the Basic tier silently lacks.',
  explanation:
    'Basic has no DNS proxy, no custom DNS, no FQDN in network rules, no threat intelligence deny, no web categories and no private-address DNAT.',
  fix: 'use the Standard tier, or remove the setting',
  facts: ['AFW-E32'],
  covers: ['FW-32'],
  subjects: firewallsOf,
  none: 'no firewall',
  key: ({ firewall }) => firewall.key,
  judge: (placement, context) => {
    const { firewall } = placement;
    const { tier } = effectiveSettings(placement);
    if (isUnknown(tier)) return undecided(`The tier of ${firewall.name} is not known.`, tier);
    if (tier !== 'Basic') return HOLDS;
    const lacking = givenBeyondBasic(placement, context);
    if (lacking.length > 0)
      return {
        kind: 'fails',
        message: `${firewall.name} is Basic and is given ${lacking.join(', ')}.`,
        places: [{ at: firewall.at, what: 'sku.tier: Basic' }],
        evidence: lacking,
      };
    const message = `Whether ${firewall.name}, which is Basic, is given more than Basic has is not known.`;
    const unknown =
      holdersOf(placement)
        .flatMap(({ settings }) => [settings.dnsProxyEnabled, settings.threatIntelMode])
        .find(isUnknown) ?? missingPolicy(placement);
    if (unknown !== undefined) return undecided(message, unknown);
    const unread = ownCollections(context, placement).find(({ kind }) => kind === 'unknown');
    return unread?.kind === 'unknown' ? undecided(message, unread.unknown) : HOLDS;
  },
});

const zones = eachSubject<FirewallPlacement>({
  id: 'firewall/not-zone-redundant',
  severity: 'warning',
  title: 'The firewall and its public addresses span availability zones.',
  explanation:
    'All egress depends on the firewall. In one zone it shares that zone’s fate, and so does whatever leaves through a public address of one zone. Zones are chosen at creation.',
  fix: 'deploy it with zones 1, 2 and 3 and zone-redundant public addresses',
  facts: ['AFW-08'],
  covers: ['A14'],
  subjects: (context) =>
    firewallsOf(context).filter(({ firewall }) => firewall.virtualHub === undefined),
  none: 'no firewall in a virtual network',
  key: ({ firewall }) => firewall.key,
  judge: ({ firewall, publicAddresses }) => {
    if (firewall.zones.length < 2) {
      if (firewall.unknownZones !== undefined)
        return undecided(`The zones of ${firewall.name} are not known.`, firewall.unknownZones);
      return {
        kind: 'fails',
        message: `${firewall.name} is not zone redundant: one zone down, all egress down.`,
        places: [{ at: firewall.at, what: `zones ${firewall.zones.join(', ') || 'not set'}` }],
        evidence: [`zones: ${firewall.zones.join(', ') || 'none'}`],
      };
    }
    const addresses = publicAddresses.flatMap(({ publicIp }) => publicIp ?? []);
    // An address without zones is what the region makes of it; one with a single zone is sure to be zonal.
    const zonal = addresses.filter(
      (one) => one.zones.length === 1 && one.unknownZones === undefined,
    );
    if (zonal.length > 0)
      return {
        kind: 'fails',
        message: `${firewall.name} spans zones, but its public address ${zonal.map(({ name }) => name).join(', ')} lies in one.`,
        places: zonal.slice(0, 3).map((one) => ({ at: one.at, what: `zones ${one.zones[0]}` })),
        evidence: zonal.map(({ name, zones: [zone] }) => `${name}: zone ${zone}`),
        fix: 'replace it by a zone-redundant public address (zones 1, 2 and 3)',
      };
    const open = addresses.find((one) => one.zones.length < 2 && one.unknownZones !== undefined);
    return open?.unknownZones === undefined
      ? HOLDS
      : undecided(`The zones of public address ${open.name} are not known.`, open.unknownZones);
  },
});

const classicIgnored = eachSubject<AzureFirewall>({
  id: 'firewall/classic-settings-ignored',
  severity: 'warning',
  title: 'A firewall with a policy has no classic settings beside it.',
  explanation:
    'With a policy attached, DNS, SNAT and threat intelligence keys in additionalProperties are ignored, and so is threatIntelMode of the firewall; only the policy counts. `Alert` is what Azure writes by itself.',
  fix: 'move the setting to the policy and delete it from the firewall',
  facts: ['AFW-E10'],
  covers: ['FW-10'],
  subjects: (context) =>
    [...context.perimeter.firewalls.values()].filter(
      ({ policy, isReference }) => policy !== undefined && isReference !== true,
    ),
  none: 'no firewall with a policy',
  key: ({ key }) => key,
  judge: (firewall) => {
    const ignored = classicKeys(firewall.settings);
    if (ignored.length === 0) return HOLDS;
    const { policy } = firewall;
    if (isUnknown(policy))
      return undecided(
        `Whether a policy makes ${ignored.join(', ')} of ${firewall.name} void is not known.`,
        policy,
      );
    return {
      kind: 'fails',
      message: `${firewall.name} has a policy, so its own ${ignored.join(', ')} does nothing.`,
      places: [{ at: firewall.at, what: ignored.join(', ') }],
      evidence: ignored,
    };
  },
});

const infrastructureDisabled = eachRule({
  id: 'firewall/infrastructure-collection-disabled',
  severity: 'note',
  title: 'Whoever denies every name means to switch off the built-in infrastructure rules.',
  explanation:
    'A deny-all application collection is not redundant: it runs before the built-in collection that lets platform images, disk status and diagnostics through.',
  fix: 'keep it only on purpose, and allow the platform names that are needed',
  facts: ['AFW-E36'],
  covers: ['FW-36'],
  subjects: (context) =>
    applicationRulesOf(context).filter(
      ({ collection }) => collection.kind === 'application' && collection.action !== 'Allow',
    ),
  none: 'no application rule denies anything',
  judge: (subject) => {
    const { rule, collection } = subject;
    const all = rule.targetFqdns.find((target) => !isUnknown(target) && target.text === '*');
    const message = `Whether ${rulePath(subject)} denies every name is not known.`;
    if (all === undefined) {
      const open = rule.targetFqdns.find(isUnknown);
      return open === undefined ? HOLDS : undecided(message, open);
    }
    if ('action' in collection && isUnknown(collection.action))
      return undecided(message, collection.action);
    return {
      kind: 'fails',
      message: `${rulePath(subject)} denies every name: the built-in infrastructure rules are off for what it matches.`,
      places: [{ at: all.at, what: '*' }],
      evidence: ['deny * precedes the infrastructure collection'],
    };
  },
});

export const FIREWALL_SETTING_CHECKS: readonly Check[] = [
  threatIntel,
  basicTier,
  zones,
  classicIgnored,
  infrastructureDisabled,
  ...FIREWALL_PRIORITY_CHECKS,
];

/** AFW-E23: what a network rule decides is never looked at by name. */
function maskedBy(context: CheckContext, placement: FirewallPlacement): readonly string[] {
  const keys = holderKeys(placement);
  return networkRulesOf(context).flatMap((subject) => {
    const { rule, holder, collection } = subject;
    const ports = rule.destinationPorts;
    const isWeb = !isUnknown(ports) && [80, 443].some((port) => portSetHas(ports, port));
    const isTcp = rule.protocols.some((protocol) => protocol === 'TCP' || protocol === 'Any');
    return keys.has(holder.key) && isWeb && isTcp && mayAllow(collection)
      ? [`network rule ${rulePath(subject)} hides alerts by name`]
      : [];
  });
}

/** Whoever's settings count: the policies, base first; the firewall itself without one. */
function holdersOf(
  placement: FirewallPlacement,
): readonly { readonly settings: FirewallSettings; readonly at: AzureFirewall['at'] }[] {
  return placement.firewall.policy === undefined ? [placement.firewall] : placement.policies;
}

function classicKeys(settings: FirewallSettings): readonly string[] {
  const mode = settings.threatIntelMode;
  return [
    ...(settings.dnsProxyEnabled === undefined ? [] : ['Network.DNS.EnableProxy']),
    ...(settings.dnsServers.length === 0 ? [] : ['Network.DNS.Servers']),
    ...(settings.snatPrivateRanges === undefined ? [] : ['Network.SNAT.PrivateRanges']),
    ...(mode === undefined || mode === 'Alert' || isUnknown(mode) ? [] : ['threatIntelMode']),
    ...(settings.threatIntelAllowedFqdns.length === 0 ? [] : ['ThreatIntel.Whitelist.FQDNs']),
    ...(settings.threatIntelAllowedAddresses.length === 0
      ? []
      : ['ThreatIntel.Whitelist.IpAddresses']),
  ];
}

function givenBeyondBasic(placement: FirewallPlacement, context: CheckContext): readonly string[] {
  const settings = holdersOf(placement).map((holder) => holder.settings);
  const keys = holderKeys(placement);
  const isOwn = ({ holder }: { readonly holder: { readonly key: string } }) => keys.has(holder.key);
  const own = placement.privateAddress;
  const onPrivate = dnatRulesOf(context).filter(
    (subject) =>
      isOwn(subject) &&
      subject.rule.destinationAddresses.some(
        (term) =>
          term.kind === 'range' &&
          own !== undefined &&
          addressSetCovers(own.addresses, addressSet([term.range])),
      ),
  );
  const byCategory = applicationRulesOf(context).filter(
    (subject) => isOwn(subject) && subject.rule.webCategories.length > 0,
  );
  const given: readonly (readonly [string, boolean])[] = [
    ['DNS proxy', settings.some((one) => one.dnsProxyEnabled === true)],
    ['custom DNS servers', settings.some((one) => one.dnsServers.length > 0)],
    ['threat intelligence deny', settings.some((one) => one.threatIntelMode === 'Deny')],
    ['FQDN in network rules', fqdnRules(context, placement).length > 0],
    ['web categories', byCategory.length > 0],
    ['DNAT on its private address', onPrivate.length > 0],
  ];
  return given.filter(([, isGiven]) => isGiven).map(([what]) => what);
}

function holderKeys({ firewall, policies }: FirewallPlacement): ReadonlySet<string> {
  return new Set([firewall.key, ...policies.map(({ key }) => key)]);
}

function ownCollections(
  context: CheckContext,
  placement: FirewallPlacement,
): readonly RuleCollection[] {
  const keys = holderKeys(placement);
  return collectionsOf(context).flatMap(({ collection, holder }) =>
    keys.has(holder.key) ? [collection] : [],
  );
}

/** The network rules of a firewall and its policies that name hosts. */
export function fqdnRules(context: CheckContext, placement: FirewallPlacement) {
  const keys = holderKeys(placement);
  return networkRulesOf(context).filter(
    ({ rule, holder }) => rule.destinationFqdns.length > 0 && keys.has(holder.key),
  );
}

/** Rules nobody has seen may name hosts too. */
export function mayHoldFqdnRules(context: CheckContext, placement: FirewallPlacement): boolean {
  return (
    placement.missingPolicy !== undefined ||
    ownCollections(context, placement).some(({ kind }) => kind === 'unknown')
  );
}

function missingPolicy({ missingPolicy: missing }: FirewallPlacement): Unknown | undefined {
  return missing === undefined
    ? undefined
    : {
        kind: 'unknown',
        reason: 'external-link',
        text: missing.id,
        missing: `firewall policy \`${missing.id.split('/').at(-1)}\` (not in the input)`,
        at: missing.at,
      };
}

export function undecided(message: string, unknown: Unknown): Judgement {
  return { kind: 'undecided', message, missing: unknown.missing, at: unknown.at };
}

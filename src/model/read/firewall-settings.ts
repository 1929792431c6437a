import { isAbsent, isUnknown, itemsOf, member, type Value } from '../../values/index.ts';
import type { AddressTerm, Setting } from '../azure/common.ts';
import type { FirewallSettings, ThreatIntelMode } from '../azure/firewall.ts';
import { addressesIn, addressTerms } from './addresses.ts';
import { inside, type Source, sourceAt, valueIn } from './reading.ts';
import { booleanIn, choiceIn, settingIn, textsIn } from './scalars.ts';

const MODES: readonly ThreatIntelMode[] = ['Off', 'Alert', 'Deny'];

/** What the keyword `IANAPrivateRanges` stands for (azure-firewall 4). */
const IANA_PRIVATE_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];

/** Settings of a policy (azure-firewall 1.6). */
export function readPolicySettings(policy: Source): FirewallSettings {
  const allowed = inside(policy, 'threatIntelWhitelist');
  const dns = inside(policy, 'dnsSettings');
  const snat = inside(policy, 'snat');
  const ranges = valueIn(snat, 'privateRanges');
  const learn = choiceIn(snat, 'autoLearnPrivateRanges', ['Enabled', 'Disabled'] as const);
  return {
    threatIntelMode: choiceIn(policy, 'threatIntelMode', MODES),
    threatIntelAllowedAddresses: addressTerms(
      allowed,
      'ipAddresses',
      itemsOf(valueIn(allowed, 'ipAddresses')),
    ),
    threatIntelAllowedFqdns: textsIn(allowed, 'fqdns'),
    dnsProxyEnabled: booleanIn(dns, 'enableProxy'),
    dnsServers: addressesIn(dns, 'servers', itemsOf(valueIn(dns, 'servers'))),
    snatPrivateRanges: isAbsent(ranges)
      ? undefined
      : privateRanges(snat, 'privateRanges', itemsOf(ranges)),
    autoLearnPrivateRanges: learn === undefined || isUnknown(learn) ? learn : learn === 'Enabled',
  };
}

const KEYS = {
  dnsProxy: 'Network.DNS.EnableProxy',
  dnsServers: 'Network.DNS.Servers',
  snatRanges: 'Network.SNAT.PrivateRanges',
  allowedFqdns: 'ThreatIntel.Whitelist.FQDNs',
  allowedAddresses: 'ThreatIntel.Whitelist.IpAddresses',
} as const;

/**
 * Settings of a firewall without policy: a map of strings, lists joined by commas (ARM-48).
 * @param body the whole resource: old tools left the map beside `properties` or spread it over the root (ARM-49)
 */
export function readClassicSettings(firewall: Source, body: Value): FirewallSettings {
  const map = settingsMap(firewall, body);
  const ranges = listIn(map, KEYS.snatRanges);
  return {
    threatIntelMode: choiceIn(firewall, 'threatIntelMode', MODES),
    threatIntelAllowedAddresses: addressTerms(
      map,
      KEYS.allowedAddresses,
      listIn(map, KEYS.allowedAddresses) ?? [],
    ),
    threatIntelAllowedFqdns: textsOf(listIn(map, KEYS.allowedFqdns)),
    dnsProxyEnabled: booleanIn(map, KEYS.dnsProxy),
    dnsServers: addressesIn(map, KEYS.dnsServers, listIn(map, KEYS.dnsServers) ?? []),
    snatPrivateRanges:
      ranges === undefined ? undefined : privateRanges(map, KEYS.snatRanges, ranges),
    autoLearnPrivateRanges: learnsRanges(map),
  };
}

function settingsMap(firewall: Source, body: Value): Source {
  const nested = valueIn(firewall, 'additionalProperties');
  if (!isAbsent(nested)) return sourceAt(firewall, nested);
  const beside = member(body, 'additionalProperties');
  return sourceAt(firewall, isAbsent(beside) ? body : beside);
}

/** A classic firewall learns ranges as soon as a Route Server is named (azure-firewall 1.5, 4). */
function learnsRanges(map: Source): Setting<boolean> {
  const server = settingIn(map, 'Network.RouteServerInfo.RouteServerID');
  return server === undefined || isUnknown(server) ? server : server !== '';
}

/** The items of a comma list, trimmed, each placed where the whole is. An unknown list is its one item. */
function listIn(map: Source, key: string): readonly Value[] | undefined {
  const value = valueIn(map, key);
  if (isAbsent(value)) return undefined;
  if (value.kind !== 'string') return itemsOf(value);
  return value.value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => ({ ...value, value: item }));
}

function textsOf(values: readonly Value[] | undefined): readonly string[] {
  return (values ?? []).flatMap((value) => (value.kind === 'string' ? [value.value] : []));
}

function privateRanges(
  source: Source,
  name: string,
  values: readonly Value[],
): readonly AddressTerm[] {
  const expanded = values.flatMap((value): readonly Value[] => {
    const isKeyword =
      value.kind === 'string' && value.value.trim().toLowerCase() === 'ianaprivateranges';
    return isKeyword ? IANA_PRIVATE_RANGES.map((range) => ({ ...value, value: range })) : [value];
  });
  return addressTerms(source, name, expanded);
}

import type { Gap } from '../../diagnostics/index.ts';
import type { ThreatList } from '../../facts/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  addressSet,
  intersectAddresses,
  isEmptyAddressSet,
  parseIpRange,
} from '../../net/index.ts';
import { namePattern } from '../application/name-pattern.ts';
import { type NameTable, nameTable, type RankedPattern } from '../application/name-table.ts';
import type { AddressReader } from '../rules/address-reader.ts';
import type { RuleNumbers } from '../rules/rule-numbers.ts';
import type { ApplianceSettings } from '../rules/settings.ts';

/** What is held against known-bad addresses and names before any rule is asked (AFW-27). */
export interface ThreatFilter {
  /** Are there addresses to look for? */
  readonly isActive: boolean;
  readonly mode: 'Alert' | 'Deny';
  readonly rule: number;
  readonly addresses: AddressSet;
  readonly allowedAddresses: AddressSet;
  /** Rank 0: allow-listed, rank 1: listed. Absent when no name is listed. */
  readonly names?: NameTable;
  readonly gaps: readonly Gap[];
}

const NOTHING: ThreatFilter = {
  isActive: false,
  mode: 'Alert',
  rule: 0,
  addresses: { v4: [], v6: [] },
  allowedAddresses: { v4: [], v6: [] },
  gaps: [],
};

/** @see AFW-80 modes. AFW-81 addresses for any protocol, names where HTTP and TLS are read. AFW-82 allow lists */
export function threatFilter(
  list: ThreatList,
  settings: ApplianceSettings,
  reader: AddressReader,
  numbers: RuleNumbers,
): ThreatFilter {
  const { threatIntelMode: mode } = settings;
  if (mode === 'Off') return NOTHING;
  const feed: Gap = {
    what: 'threat intelligence feed',
    why: "Microsoft's feed is not public: only the list that was given is looked at",
  };
  if (list.addresses.length === 0 && list.fqdns.length === 0) return { ...NOTHING, gaps: [feed] };
  const rule = numbers.next({
    kind: 'threat-intelligence',
    action: mode,
    policy: '',
    group: '',
    collection: '',
    rule: 'threat intelligence',
  });
  const ranges = list.addresses.flatMap((text) => parseIpRange(text) ?? []);
  const allowed = reader.terms(settings.threatIntelAllowedAddresses);
  const gaps = [feed];
  for (const doubt of allowed.doubts) {
    gaps.push({ what: 'threatIntelWhitelist', why: `${doubt}: not left alone` });
  }
  const addresses = intersectAddresses(addressSet(ranges), ALL_IPV4);
  const ranked = (texts: readonly string[], rank: number): readonly RankedPattern[] =>
    texts.flatMap((text) => {
      const pattern = namePattern(text);
      return pattern === undefined ? [] : [{ pattern, rank }];
    });
  const listed = ranked(list.fqdns, 1);
  return {
    isActive: !isEmptyAddressSet(addresses),
    mode,
    rule,
    addresses,
    allowedAddresses: allowed.certain,
    ...(listed.length === 0
      ? {}
      : { names: nameTable([...ranked(settings.threatIntelAllowedFqdns, 0), ...listed]) }),
    gaps,
  };
}

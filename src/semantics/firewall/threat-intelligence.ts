import type { ThreatList } from '../../facts/index.ts';
import { type AddressSet, addressSet, type IpRange, parseIpRange } from '../../net/index.ts';
import type { Flow, FlowAddress } from '../flow.ts';
import { matchAddresses, matchSet } from '../match.ts';
import { anyOf, type Match, NO, YES } from '../verdict.ts';
import { nameOf } from './application-rule.ts';
import type { FirewallContext } from './context.ts';
import type { EffectiveSettings } from './effective-settings.ts';
import { type FqdnPattern, matchesFqdn, parseFqdnPattern } from './fqdn-pattern.ts';
import { isTelling } from './own-address.ts';

/**
 * Does the flow touch something known to be bad, and not allow-listed? Addresses of both ends count for any
 * protocol, names only where the connection shows one over HTTP or HTTPS.
 *
 * `no` means: not in the list we were given. Microsoft's own feed is not public (AFW-81).
 * @param flow before any translation (AFW-27)
 */
export function matchThreatList(
  flow: Flow,
  settings: EffectiveSettings,
  context: FirewallContext,
): Match {
  const list = compiled(context.datasets.threatList);
  const name = visibleName(flow);
  const hit = anyOf([
    matchEnd(list.addresses, flow.source),
    matchEnd(list.addresses, flow.destination),
    name !== undefined && list.names.some((pattern) => matchesFqdn(pattern, name)) ? YES : NO,
  ]);
  if (hit.kind === 'no') return NO;
  const allowed = matchAllowList(flow, name, settings, context);
  if (allowed.kind === 'yes') return NO;
  if (allowed.kind === 'no') return hit;
  return { kind: 'unknown', why: [...(hit.kind === 'unknown' ? hit.why : []), ...allowed.why] };
}

/**
 * An end that may be any public address is not held against the flow: else one listed address would leave every flow
 * to a name open.
 */
function matchEnd(listed: AddressSet, end: FlowAddress): Match {
  const match = matchSet(listed, end);
  return match.kind === 'unknown' && !isTelling(end) ? NO : match;
}

/** AFW-82: names, addresses, ranges and subnets, of either end. */
function matchAllowList(
  flow: Flow,
  name: string | undefined,
  settings: EffectiveSettings,
  context: FirewallContext,
): Match {
  const { threatIntelAllowedAddresses: addresses, threatIntelAllowedFqdns: fqdns } = settings;
  const patterns = fqdns.map(parseFqdnPattern);
  const isAllowedName = patterns.some(
    (pattern) => pattern !== undefined && name !== undefined && matchesFqdn(pattern, name),
  );
  return anyOf([
    isAllowedName ? YES : NO,
    matchAddresses(addresses, flow.source, context.datasets),
    matchAddresses(addresses, flow.destination, context.datasets),
  ]);
}

/** Only where application processing parses the connection: the server name of QUIC is never seen (AFW-46, AFW-81). */
function visibleName(flow: Flow): string | undefined {
  const { kind } = flow.application;
  if (flow.protocol !== 'tcp') return undefined;
  return kind === 'http' || kind === 'https' ? nameOf(flow.application) : undefined;
}

interface CompiledThreatList {
  readonly addresses: AddressSet;
  readonly names: readonly FqdnPattern[];
}

const lists = new WeakMap<ThreatList, CompiledThreatList>();

function compiled(list: ThreatList): CompiledThreatList {
  const known = lists.get(list);
  if (known !== undefined) return known;
  const ranges: IpRange[] = [];
  for (const text of list.addresses) {
    const range = parseIpRange(text);
    if (range !== undefined) ranges.push(range);
  }
  const names = list.fqdns
    .map(parseFqdnPattern)
    .filter((pattern): pattern is FqdnPattern => pattern !== undefined);
  const made = { addresses: addressSet(ranges), names };
  lists.set(list, made);
  return made;
}

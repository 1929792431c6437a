import type { FactId } from '../../facts/index.ts';
import { isEmptyAddressSet, subtractAddresses, unionAddresses } from '../../net/index.ts';
import { type FirewallPlacement, PRIVATE_IPV4, PUBLIC_IPV4 } from '../../network/index.ts';
import { attributeOf } from '../../values/index.ts';
import type { Flow, FlowAddress } from '../flow.ts';
import { addressesOfFlowAddress, matchAddresses, matchSameAddress, matchSet } from '../match.ts';
import { natGatewayAddresses } from '../outbound/concrete.ts';
import { flowAddressOf, oneOf } from '../outbound/flow-address.ts';
import { anyOf, type Match, type MissingFact, NO } from '../verdict.ts';
import type { FirewallContext } from './context.ts';
import { effectiveSettings } from './effective-settings.ts';
import { forcedTunnelling } from './forced-tunnelling.ts';
import { formatEnd } from './format-end.ts';

/** What let the flow through: each translates differently. */
export type SourceCause = 'network' | 'application' | 'dnat' | 'implicit-dnat';

export interface SourceTranslation {
  /** After translation; a set when it is one of several addresses, or when it cannot be told whether any is put in. */
  readonly source: FlowAddress;
  readonly isTranslated: 'yes' | 'no' | 'unknown';
  readonly facts: readonly FactId[];
  /** What would tell more exactly. Empty when random choice is all that is open. */
  readonly doubts: readonly MissingFact[];
}

/**
 * The source that the destination sees.
 * @param flow after DNAT, before SNAT
 * @see AFW-70, AFW-71 network rules. AFW-72 application rules. AFW-66, AFW-67 DNAT. AFW-73 NAT gateway. AFW-74
 *   forced tunnelling
 */
export function translateSource(
  placement: FirewallPlacement,
  flow: Flow,
  cause: SourceCause,
  context: FirewallContext,
): SourceTranslation {
  switch (cause) {
    case 'network':
      return ofNetworkRule(placement, flow, context);
    case 'application':
      return ofPrivacy(placement, flow, context, ['AFW-72']);
    case 'dnat':
      return ofDnat(placement, flow);
    case 'implicit-dnat':
      return translated(instanceAddress(placement), ['AFW-26']);
  }
}

/** Is the destination one that network rules leave the source alone for? Every reading must say so (AFW-29, AFW-75). */
export function matchPrivateRanges(
  placement: FirewallPlacement,
  destination: FlowAddress,
  context: FirewallContext,
): Match {
  const { readings, mayHoldMore, doubt } = effectiveSettings(placement).privateRanges;
  const matches = readings.map((ranges) =>
    ranges === 'default'
      ? matchSet(PRIVATE_IPV4, destination)
      : matchAddresses(ranges, destination, context.datasets),
  );
  const first = matches[0] ?? NO;
  const agreed: Match = matches.every((match) => match.kind === first.kind)
    ? first
    : { kind: 'unknown', why: doubt === undefined ? [] : [doubt] };
  return mayHoldMore.length === 0 ? agreed : anyOf([agreed, { kind: 'unknown', why: mayHoldMore }]);
}

/** Any instance's own address: in AzureFirewallSubnet, and not the firewall's private address (AFW-03). */
export function instanceAddress(placement: FirewallPlacement): FlowAddress {
  const { firewall, subnet, privateAddress } = placement;
  const room = subnet.kind === 'found' ? subnet.target.addresses : PRIVATE_IPV4;
  const front = privateAddress?.isExact === true ? privateAddress.addresses : undefined;
  const rest = front === undefined ? room : subtractAddresses(room, front);
  return {
    kind: 'within',
    addresses: isEmptyAddressSet(rest) ? PRIVATE_IPV4 : rest,
    label: `an instance of firewall ${firewall.name}`,
    symbol: attributeOf(firewall.key, 'instance-address'),
  };
}

/** One of the firewall's public addresses, chosen at random (AFW-71). `undefined`: it has none. */
export function publicSource(placement: FirewallPlacement): FlowAddress | undefined {
  const { firewall, publicAddresses } = placement;
  const only = publicAddresses[0];
  if (publicAddresses.length === 1 && only !== undefined) return flowAddressOf(only.address);
  const symbol = attributeOf(firewall.key, 'outbound-address');
  const label = `a public address of firewall ${firewall.name}`;
  const isDescribed = firewall.virtualHub === undefined && firewall.isReference !== true;
  if (only === undefined && isDescribed) return undefined;
  const addresses = publicAddresses.map((entry) => entry.address);
  return { ...oneOf(addresses, label, PUBLIC_IPV4), symbol };
}

/** One of two, nobody can tell which. The same object stays itself. */
export function eitherAddress(a: FlowAddress, b: FlowAddress): FlowAddress {
  if (a === b || matchSameAddress(a, b).kind === 'yes') return a;
  const addresses = unionAddresses(addressesOfFlowAddress(a), addressesOfFlowAddress(b));
  return { kind: 'within', addresses, label: `${formatEnd(a)} or ${formatEnd(b)}` };
}

function ofNetworkRule(
  placement: FirewallPlacement,
  flow: Flow,
  context: FirewallContext,
): SourceTranslation {
  const isPrivate = matchPrivateRanges(placement, flow.destination, context);
  if (isPrivate.kind === 'yes') return untranslated(flow, ['AFW-70']);
  const beyond = beyondRanges(placement, flow, context);
  if (isPrivate.kind === 'no') return beyond;
  return either(untranslated(flow, ['AFW-70']), beyond, isPrivate.why);
}

/** AFW-79: the published table knows only public addresses here; a private destination may well see an instance. */
function beyondRanges(
  placement: FirewallPlacement,
  flow: Flow,
  context: FirewallContext,
): SourceTranslation {
  const outside = towardsInternet(placement, context, ['AFW-71']);
  if (matchSet(PRIVATE_IPV4, flow.destination).kind === 'no') return outside;
  const inside = translated(instanceAddress(placement), ['AFW-79']);
  const missing = 'which source a private destination outside the private ranges sees';
  return either(inside, outside, [{ missing }]);
}

/** A public destination sees the way out, a private one an instance (AFW-72). */
function ofPrivacy(
  placement: FirewallPlacement,
  flow: Flow,
  context: FirewallContext,
  facts: readonly FactId[],
): SourceTranslation {
  const isPrivate = matchSet(PRIVATE_IPV4, flow.destination);
  const inside = translated(instanceAddress(placement), facts);
  if (isPrivate.kind === 'yes') return inside;
  const outside = towardsInternet(placement, context, facts);
  return isPrivate.kind === 'no' ? outside : either(inside, outside, isPrivate.why);
}

function towardsInternet(
  placement: FirewallPlacement,
  context: FirewallContext,
  facts: readonly FactId[],
): SourceTranslation {
  const tunnel = forcedTunnelling(placement, context);
  const instance = translated(instanceAddress(placement), [...facts, 'AFW-74']);
  if (tunnel.kind === 'yes') return instance;
  const direct = directSource(placement, context, facts);
  return tunnel.kind === 'no' ? direct : either(instance, direct, tunnel.why);
}

function directSource(
  placement: FirewallPlacement,
  context: FirewallContext,
  facts: readonly FactId[],
): SourceTranslation {
  const own = publicSource(placement);
  // Without any public address only an instance address remains; it leads nowhere by itself.
  const direct = translated(own ?? instanceAddress(placement), facts);
  const link = placement.natGateway;
  const viaGateway = (source: FlowAddress) => translated(source, [...facts, 'AFW-73']);
  switch (link.kind) {
    case 'none':
      return direct;
    case 'unknown': {
      const some = viaGateway({ kind: 'within', addresses: PUBLIC_IPV4, label: 'a NAT gateway' });
      const why = [{ missing: link.unknown.missing, at: link.unknown.at }];
      return either(direct, some, why);
    }
    case 'dangling': {
      const label = `NAT gateway ${link.id.split('/').at(-1) ?? link.id}`;
      return viaGateway({ kind: 'within', addresses: PUBLIC_IPV4, label });
    }
    case 'found': {
      const gateway = link.target;
      const label = `NAT gateway ${gateway.name}`;
      const addresses =
        context.network === undefined ? [] : natGatewayAddresses(context.network, gateway);
      const source = oneOf(addresses, label, PUBLIC_IPV4);
      return viaGateway({
        ...source,
        symbol: source.symbol ?? attributeOf(gateway.key, 'outbound-address'),
      });
    }
  }
}

/** AFW-66 private target: an instance; AFW-67 public target: a public address of the firewall. */
function ofDnat(placement: FirewallPlacement, flow: Flow): SourceTranslation {
  const inside = translated(instanceAddress(placement), ['AFW-66']);
  const outside = translated(publicSource(placement) ?? inside.source, ['AFW-67']);
  if (flow.destination.symbol?.startsWith('private-address:') === true) return inside;
  if (flow.destination.symbol?.startsWith('public-address:') === true) return outside;
  const isPrivate = matchSet(PRIVATE_IPV4, flow.destination);
  if (isPrivate.kind === 'yes') return inside;
  return isPrivate.kind === 'no' ? outside : either(inside, outside, isPrivate.why);
}

function translated(source: FlowAddress, facts: readonly FactId[]): SourceTranslation {
  return { source, isTranslated: 'yes', facts, doubts: [] };
}

function untranslated(flow: Flow, facts: readonly FactId[]): SourceTranslation {
  return { source: flow.source, isTranslated: 'no', facts, doubts: [] };
}

function either(
  a: SourceTranslation,
  b: SourceTranslation,
  why: readonly MissingFact[],
): SourceTranslation {
  return {
    source: eitherAddress(a.source, b.source),
    isTranslated: a.isTranslated === b.isTranslated ? a.isTranslated : 'unknown',
    facts: [...new Set([...a.facts, ...b.facts])],
    doubts: [...a.doubts, ...b.doubts, ...why],
  };
}

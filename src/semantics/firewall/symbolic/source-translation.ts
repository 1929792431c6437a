import type { FactId } from '../../../facts/index.ts';
import type { Condition, FlowRegion, FlowRule } from '../../../flows/index.ts';
import type { NatGateway } from '../../../model/index.ts';
import {
  isEmptyAddressSet,
  NO_ADDRESSES,
  subtractAddresses,
  unionAddresses,
} from '../../../net/index.ts';
import {
  type FirewallPlacement,
  type KnownAddress,
  PRIVATE_IPV4,
  PUBLIC_IPV4,
} from '../../../network/index.ts';
import { attributeOf } from '../../../values/index.ts';
import { natGatewayAddresses } from '../../outbound/concrete.ts';
import type { FirewallContext } from '../context.ts';
import type { MemberOf } from './dnat-target.ts';
import { conditionOf, type FirewallDecider, type FirewallStage } from './firewall-decider.ts';
import { isTunnelled } from './forced-tunnel.ts';
import { destinationsBySnat } from './private-ranges.ts';

/** The source that the destination sees. */
export type SourceEffect =
  | { readonly kind: 'kept' }
  /** One of these addresses, chosen at random where there are several. */
  | { readonly kind: 'translated'; readonly source: MemberOf };

export type SourceRule = FlowRule<SourceEffect, FirewallDecider>;

const EVERYWHERE: FlowRegion = [{}];
const TO_PRIVATE: FlowRegion = [{ destinations: PRIVATE_IPV4 }];

/**
 * What becomes of the source of flows that a stage let through, by destination. Complete: the last entry takes every flow.
 * @param stage that decided, as its decider says
 * @returns over IPv4 flows after destination translation
 * @see AFW-70, AFW-71 network rules. AFW-72 application rules. AFW-66, AFW-67 DNAT. AFW-26 its implicit rule. AFW-73 NAT
 *   gateway. AFW-74 forced tunnelling
 */
export function sourceTranslation(
  placement: FirewallPlacement,
  context: FirewallContext,
  stage: FirewallStage,
): readonly SourceRule[] {
  const instance = instanceOf(placement);
  const toInstance = (region: FlowRegion, fact: FactId) =>
    translated(region, instance, fact, stage);
  switch (stage) {
    case 'network rules': {
      const { kept, open } = destinationsBySnat(placement, context);
      const stays: SourceRule = {
        region: [{ destinations: kept }, ...open],
        effect: { kind: 'kept' },
        by: { kind: 'platform', name: 'source kept', fact: 'AFW-70', stage },
      };
      const missing = 'which source a private destination outside the private ranges sees';
      return [
        stays,
        toInstance([{ destinations: PRIVATE_IPV4, needs: [{ missing }] }], 'AFW-79'),
        ...towardsInternet(placement, context, 'AFW-71', stage),
      ];
    }
    case 'dnat': {
      const own = publicOf(placement) ?? instance;
      return [toInstance(TO_PRIVATE, 'AFW-66'), translated(EVERYWHERE, own, 'AFW-67', stage)];
    }
    case 'implicit dnat':
      return [toInstance(EVERYWHERE, 'AFW-26')];
    default:
      // Whatever else lets a flow through speaks in its stead, as application rules do.
      return [
        toInstance(TO_PRIVATE, 'AFW-72'),
        ...towardsInternet(placement, context, 'AFW-72', stage),
      ];
  }
}

/** The way out, in the worlds where it is a tunnel and in those where it is not. */
function towardsInternet(
  placement: FirewallPlacement,
  context: FirewallContext,
  fact: FactId,
  stage: FirewallStage,
): SourceRule[] {
  const tunnel = isTunnelled(placement, context);
  const instance = instanceOf(placement);
  const throughTunnel = (needs: readonly Condition[]) =>
    translated([{ needs }], instance, 'AFW-74', stage);
  if (tunnel === true) return [throughTunnel([])];
  const direct = translated(EVERYWHERE, publicOf(placement) ?? instance, fact, stage);
  const out = throughGateway(placement, context, direct, stage);
  return tunnel === false ? out : [throughTunnel([tunnel]), ...out];
}

/** AFW-73: a NAT gateway on the subnet wins. */
function throughGateway(
  { natGateway: link }: FirewallPlacement,
  context: FirewallContext,
  direct: SourceRule,
  stage: FirewallStage,
): SourceRule[] {
  const through = (needs: readonly Condition[], source: MemberOf) =>
    translated([{ needs }], source, 'AFW-73', stage);
  switch (link.kind) {
    case 'none':
      return [direct];
    case 'unknown': {
      const some = { addresses: PUBLIC_IPV4, label: 'a NAT gateway' };
      return [through([conditionOf(link.unknown)], some), direct];
    }
    case 'dangling': {
      const label = `NAT gateway ${link.id.slice(link.id.lastIndexOf('/') + 1)}`;
      return [through([], { addresses: PUBLIC_IPV4, label })];
    }
    case 'found':
      return [through([], addressesOfGateway(link.target, context))];
  }
}

function addressesOfGateway(gateway: NatGateway, { network }: FirewallContext): MemberOf {
  const known = network === undefined ? [] : natGatewayAddresses(network, gateway);
  const symbol = attributeOf(gateway.key, 'outbound-address');
  return oneAmong(known, `NAT gateway ${gateway.name}`, symbol);
}

/** AFW-03: backend instances hold addresses of the subnet, and not the one that routes name. */
export function instanceOf({ firewall, subnet, privateAddress }: FirewallPlacement): MemberOf {
  const room = subnet.kind === 'found' ? subnet.target.addresses : PRIVATE_IPV4;
  const front = privateAddress?.isExact === true ? privateAddress.addresses : NO_ADDRESSES;
  const rest = subtractAddresses(room, front);
  return {
    addresses: isEmptyAddressSet(rest) ? PRIVATE_IPV4 : rest,
    label: `an instance of firewall ${firewall.name}`,
    symbol: attributeOf(firewall.key, 'instance-address'),
  };
}

/** AFW-71: any of the firewall's public addresses. `undefined`: it is described and has none. */
function publicOf({ firewall, publicAddresses }: FirewallPlacement): MemberOf | undefined {
  const known = publicAddresses.map(({ address }) => address);
  const isDescribed = firewall.virtualHub === undefined && firewall.isReference !== true;
  if (known.length === 0 && isDescribed) return undefined;
  const symbol = attributeOf(firewall.key, 'outbound-address');
  return oneAmong(known, `a public address of firewall ${firewall.name}`, symbol);
}

/** One alone keeps its own name; of several nobody knows which. */
function oneAmong(known: readonly KnownAddress[], label: string, symbol: string): MemberOf {
  const [only] = known;
  if (only !== undefined && known.length === 1) {
    return { addresses: only.addresses, label: only.label, symbol: only.symbol ?? symbol };
  }
  const addresses = unionAddresses(...known.map((each) => each.addresses));
  return { addresses: isEmptyAddressSet(addresses) ? PUBLIC_IPV4 : addresses, label, symbol };
}

function translated(
  region: FlowRegion,
  source: MemberOf,
  fact: FactId,
  stage: FirewallStage,
): SourceRule {
  const name = source.label === '' ? 'source translated' : `source becomes ${source.label}`;
  return {
    region,
    effect: { kind: 'translated', source },
    by: { kind: 'platform', name, fact, stage },
  };
}

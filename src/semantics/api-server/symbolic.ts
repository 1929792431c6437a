import type { Condition, FlowBox, FlowRule } from '../../flows/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  addressSet,
  equalAddressSets,
  parsePrefix,
  unionAddresses,
} from '../../net/index.ts';
import {
  type ClusterPlacement,
  type Network,
  PUBLIC_IPV4,
  publicAddress,
} from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { membersOfTag } from '../match.ts';
import type { Decider } from '../verdict.ts';

export type ApiServerRule = FlowRule<'allow' | 'deny', Decider>;

/**
 * Whom the public endpoint of an API server takes, by the source as the internet sees it: a complete list.
 * @param isNumber the source is a number that somebody wrote: an address that Azure picks is none of those
 * @see AKS-50 ranges, AKS-51 the cluster's own outbound address is among them, AKS-52 a private cluster has no such endpoint
 */
export function publicEndpointRules(
  network: Network,
  placement: ClusterPlacement,
  isNumber: boolean,
): readonly ApiServerRule[] {
  const { cluster } = placement;
  const by: Decider = { kind: 'platform', name: `API server of ${placement.name}`, fact: 'AKS-50' };
  if (cluster === undefined) return undecided(by, [{ missing: 'the cluster resource' }]);
  const { isPrivate, vnetIntegration, publicNetworkAccess, authorizedRanges } = cluster.apiServer;
  const needs = [isPrivate, vnetIntegration].flatMap((setting): readonly Condition[] =>
    isUnknown(setting) ? [{ missing: setting.missing, at: setting.at }] : [],
  );
  if (needs.length > 0) return undecided(by, needs);
  if (isPrivate === true || publicNetworkAccess?.toLowerCase() === 'disabled') {
    return [
      { region: [{}], effect: 'deny', by: { ...by, name: `${by.name} has no public endpoint` } },
    ];
  }
  if (authorizedRanges.length === 0) {
    const name = `${by.name}: no authorized ranges`;
    return [{ region: [{}], effect: 'allow', by: { ...by, name } }];
  }
  const ranges: Decider = {
    ...by,
    kind: 'rule',
    name: `authorized ranges of ${cluster.name}`,
    at: cluster.apiServer.authorizedRangesAt ?? cluster.apiServer.at,
  };
  const region = [...written(network, placement), ...ownOutbound(network, placement, isNumber)];
  return [
    ...(region.length === 0 ? [] : [{ region, effect: 'allow', by: ranges } as const]),
    { region: [{}], effect: 'deny', by: ranges },
  ];
}

/** At its address inside the network whoever has a path may call (AKS-52, AKS-55). */
export function privateEndpointRules({
  cluster,
  name,
}: ClusterPlacement): readonly ApiServerRule[] {
  const by: Decider = { kind: 'platform', name: `API server of ${name}`, fact: 'AKS-52' };
  const { isPrivate, vnetIntegration } = cluster?.apiServer ?? {};
  const needs = [isPrivate, vnetIntegration].flatMap((setting): readonly Condition[] =>
    isUnknown(setting) ? [{ missing: setting.missing, at: setting.at }] : [],
  );
  if (cluster === undefined) return undecided(by, [{ missing: 'the cluster resource' }]);
  if (needs.length > 0) return undecided(by, needs);
  if (vnetIntegration === true) {
    return [{ region: [{}], effect: 'allow', by: { ...by, fact: 'AKS-55' } }];
  }
  return isPrivate === true
    ? [{ region: [{}], effect: 'allow', by }]
    : [{ region: [{}], effect: 'deny', by: { ...by, name: `${by.name} has no private endpoint` } }];
}

function undecided(by: Decider, needs: readonly Condition[]): readonly ApiServerRule[] {
  return [
    { region: [{ needs }], effect: 'allow', by },
    { region: [{}], effect: 'deny', by },
  ];
}

/** `0.0.0.0/32` is a word for the own outbound address (AKS-51). */
const OWN_OUTBOUND_ONLY = addressesOfPrefixes([parsePrefix('0.0.0.0/32')!]);

function written(network: Network, { cluster }: ClusterPlacement): readonly FlowBox[] {
  const { serviceTags } = network.perimeter.snapshot.datasets;
  const certain: AddressSet[] = [];
  const boxes: FlowBox[] = [];
  for (const term of cluster?.apiServer.authorizedRanges ?? []) {
    if (term.kind === 'any') return [{}];
    if (term.kind === 'unknown') {
      const { missing, at, symbol } = term.unknown;
      if (symbol !== undefined) boxes.push({ sourceIs: symbol });
      boxes.push({ needs: [{ missing, at }] });
      continue;
    }
    const set =
      term.kind === 'range' ? addressSet([term.range]) : membersOfTag(serviceTags, term.tag);
    if (set === undefined && term.kind === 'service-tag') {
      boxes.push({ needs: [{ missing: `members of service tag ${term.tag}`, at: term.at }] });
    } else if (set !== undefined && !equalAddressSets(set, OWN_OUTBOUND_ONLY)) certain.push(set);
  }
  // In one box: an address of which only its set is known is in the ranges when they hold that set together.
  return [...(certain.length === 0 ? [] : [{ sources: unionAddresses(...certain) }]), ...boxes];
}

/** AKS adds what its own load balancer sends from. */
function ownOutbound(
  { perimeter }: Network,
  { cluster }: ClusterPlacement,
  isNumber: boolean,
): readonly FlowBox[] {
  const picked: FlowBox[] = isNumber
    ? []
    : [{ needs: [{ missing: 'the outbound address of the load balancer that AKS made' }] }];
  const type = cluster?.network.outboundType ?? 'loadbalancer';
  if (isUnknown(type)) return picked;
  if (cluster === undefined || type !== 'loadbalancer') return [];
  const { outboundIps, outboundIpPrefixes } = cluster.network;
  const { publicIps, publicIpPrefixes } = perimeter;
  const boxes: FlowBox[] = [];
  const perhaps = (addresses: AddressSet, label: string): FlowBox => ({
    sources: addresses,
    needs: [{ missing: `which address ${label} has` }],
  });
  for (const each of outboundIps) {
    const label = `the outbound address of ${cluster.name}`;
    const { address } = publicAddress(each, publicIps, publicIpPrefixes, label);
    if (address.symbol !== undefined) boxes.push({ sourceIs: address.symbol });
    boxes.push(
      address.isExact ? { sources: address.addresses } : perhaps(address.addresses, label),
    );
  }
  for (const each of outboundIpPrefixes) {
    const prefix = isUnknown(each) ? undefined : publicIpPrefixes.get(each.key)?.prefix;
    const room = prefix === undefined ? PUBLIC_IPV4 : addressesOfPrefixes([prefix]);
    boxes.push(perhaps(room, `the outbound prefix of ${cluster.name}`));
  }
  return boxes.length === 0 ? picked : boxes;
}

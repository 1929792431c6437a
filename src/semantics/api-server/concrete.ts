import type { FactId } from '../../facts/index.ts';
import type { AddressTerm, ManagedCluster } from '../../model/index.ts';
import type { ClusterPlacement, KnownAddress, Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { FlowAddress } from '../flow.ts';
import { matchAddresses, matchSameAddress } from '../match.ts';
import { loadBalancerOutboundAddresses } from '../outbound/concrete.ts';
import { flowAddressOf } from '../outbound/flow-address.ts';
import { anyOf, type Decider, type Match, type MissingFact, NO, type Verdict } from '../verdict.ts';

/** How the API server of a cluster can be called. */
export interface ApiServerExposure {
  /** The endpoint on the Internet. `restricted`: authorized ranges only. */
  readonly publicEndpoint: 'open' | 'restricted' | 'none' | 'unknown';
  /** The address inside the network, if any. */
  readonly privateEndpoint: 'private-link' | 'vnet-integration' | 'none' | 'unknown';
  readonly by: Decider;
  readonly facts: readonly FactId[];
  readonly why: readonly MissingFact[];
}

/** @see AKS-50 ranges, AKS-52 private clusters, AKS-55 VNet integration */
export function apiServerExposure(cluster: ManagedCluster): ApiServerExposure {
  const { isPrivate, vnetIntegration, authorizedRanges, publicNetworkAccess, at } =
    cluster.apiServer;
  const by: Decider = {
    kind: 'platform',
    name: `API server of ${cluster.name}`,
    at,
    fact: 'AKS-50',
  };
  const why: MissingFact[] = [];
  if (isUnknown(isPrivate)) why.push({ missing: isPrivate.missing, at: isPrivate.at });
  if (isUnknown(vnetIntegration)) {
    why.push({ missing: vnetIntegration.missing, at: vnetIntegration.at });
  }
  if (why.length > 0) {
    return { publicEndpoint: 'unknown', privateEndpoint: 'unknown', by, facts: [], why };
  }
  const isIntegrated = vnetIntegration === true;
  const isClosed = isPrivate === true || publicNetworkAccess?.toLowerCase() === 'disabled';
  const facts: FactId[] = ['AKS-50'];
  if (isPrivate === true) facts.push('AKS-52');
  if (isIntegrated) facts.push('AKS-55');
  const restricted = authorizedRanges.length > 0 ? 'restricted' : 'open';
  return {
    publicEndpoint: isClosed ? 'none' : restricted,
    privateEndpoint: isIntegrated
      ? 'vnet-integration'
      : isPrivate === true
        ? 'private-link'
        : 'none',
    by: isPrivate === true ? { ...by, fact: 'AKS-52' } : by,
    facts,
    why,
  };
}

/**
 * Does the API server's public endpoint take a caller? About its own filter only: whether a path leads there is for
 * the walk, and callers of a private endpoint pass no filter at all.
 * @param source as the Internet sees it, after every translation of the caller's own network
 * @see AKS-50, AKS-51 what 0.0.0.0/32 stands for
 */
export function mayReachApiServer(
  network: Network,
  placement: ClusterPlacement,
  source: FlowAddress,
): Verdict {
  const cluster = placement.cluster;
  if (cluster === undefined) {
    const by: Decider = { kind: 'platform', name: `API server of ${placement.name}` };
    return { kind: 'unknown', by, why: [{ missing: 'the cluster resource' }] };
  }
  const exposure = apiServerExposure(cluster);
  const { by } = exposure;
  switch (exposure.publicEndpoint) {
    case 'unknown':
      return { kind: 'unknown', by, why: exposure.why };
    case 'none':
      return { kind: 'deny', by: { ...by, name: `${by.name} has no public endpoint` } };
    case 'open':
      return { kind: 'allow', by: { ...by, name: `${by.name}: no authorized ranges` } };
    case 'restricted': {
      const decider: Decider = {
        ...by,
        kind: 'rule',
        name: `authorized ranges of ${cluster.name}`,
        at: cluster.apiServer.authorizedRangesAt ?? cluster.apiServer.at,
      };
      const match = anyOf([
        matchTerms(network, cluster.apiServer.authorizedRanges, source),
        ...ownOutbound(network, placement).map((own) => matchOwn(own, source)),
      ]);
      if (match.kind === 'unknown') return { kind: 'unknown', by: decider, why: match.why };
      return { kind: match.kind === 'yes' ? 'allow' : 'deny', by: decider };
    }
  }
}

/** The private side: whoever has a path may call; there are no ranges (AKS-52, AKS-55). */
export function privateApiServerVerdict(placement: ClusterPlacement): Verdict {
  const cluster = placement.cluster;
  if (cluster === undefined) {
    const by: Decider = { kind: 'platform', name: `API server of ${placement.name}` };
    return { kind: 'unknown', by, why: [{ missing: 'the cluster resource' }] };
  }
  const exposure = apiServerExposure(cluster);
  if (exposure.privateEndpoint === 'unknown') {
    return { kind: 'unknown', by: exposure.by, why: exposure.why };
  }
  const fact: FactId = exposure.privateEndpoint === 'vnet-integration' ? 'AKS-55' : 'AKS-52';
  const by: Decider = { ...exposure.by, fact };
  return exposure.privateEndpoint === 'none'
    ? { kind: 'deny', by: { ...by, name: `${by.name} has no private endpoint` } }
    : { kind: 'allow', by };
}

/**
 * Egress addresses that the ranges leave out: nodes would be locked out of their own API server.
 * Empty also when there are no ranges. `unknown` entries may be covered.
 * @see AKS-56
 */
export function missingFromRanges(
  network: Network,
  cluster: ManagedCluster,
  egress: readonly KnownAddress[],
): readonly { readonly address: KnownAddress; readonly covered: 'no' | 'unknown' }[] {
  const terms = cluster.apiServer.authorizedRanges;
  if (terms.length === 0) return [];
  return egress.flatMap((address) => {
    const match = matchTerms(network, terms, flowAddressOf(address));
    return match.kind === 'yes' ? [] : [{ address, covered: match.kind }];
  });
}

/** `0.0.0.0/32` is a word, not an address: "nothing but the cluster's own outbound address" (AKS-51). */
export function isOwnOutboundOnly(term: AddressTerm): boolean {
  return term.kind === 'range' && term.text.replace(/\/32$/, '') === '0.0.0.0';
}

/** AKS adds the outbound address of its own load balancer by itself; there is none with other outbound types. */
function ownOutbound(
  network: Network,
  placement: ClusterPlacement,
): readonly (KnownAddress | 'unknown')[] {
  const type = placement.cluster?.network.outboundType;
  if (isUnknown(type)) return ['unknown'];
  if (type !== undefined && type !== 'loadbalancer') return [];
  const known = loadBalancerOutboundAddresses(network, placement);
  return known.length > 0 ? known : ['unknown'];
}

function matchOwn(own: KnownAddress | 'unknown', source: FlowAddress): Match {
  if (own !== 'unknown') return matchSameAddress(flowAddressOf(own), source);
  // A written address belongs to whoever wrote it; only one that AKS picks may be this one.
  if (source.kind === 'exact') return NO;
  return {
    kind: 'unknown',
    why: [{ missing: 'the outbound address of the load balancer that AKS made' }],
  };
}

function matchTerms(network: Network, terms: readonly AddressTerm[], source: FlowAddress): Match {
  const meant = terms.filter((term) => !isOwnOutboundOnly(term));
  const { serviceTags } = network.perimeter.snapshot.datasets;
  return matchAddresses(meant, source, { serviceTags });
}

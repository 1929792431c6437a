import { assertNever, type Place } from '../../diagnostics/index.ts';
import type { FactId } from '../../facts/index.ts';
import type { PodClass } from '../../model/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  type Ip,
  isEmptyAddressSet,
  type Prefix,
  parseIp,
  parsePrefix,
  singleAddress,
  unionAddresses,
} from '../../net/index.ts';
import type { ClusterPlacement, Network, PoolPlacement } from '../../network/index.ts';
import type { FlowAddress } from '../flow.ts';
import { matchSet } from '../match.ts';
import type { Decider, MissingFact } from '../verdict.ts';
import { type MasqueradeConfig, masqueradeConfigOf } from './agent-config.ts';
import { eitherOf, nodeAddressOf, podAddressOf } from './own-address.ts';

/** The source that the network outside the node sees for a flow of a pod. */
export interface OutsideSource {
  /** After masquerade. While undecided it is either address. */
  readonly source: FlowAddress;
  readonly masquerade: 'yes' | 'no' | 'unknown';
  readonly by: Decider;
  readonly facts: readonly FactId[];
  /** What would settle it; empty unless `masquerade` is unknown. */
  readonly why: readonly MissingFact[];
  /** Said when the answer itself is a fault: an overlay address that nobody outside can answer. */
  readonly warning?: string;
}

const AZURE_HOST: AddressSet = singleAddress(parseIp('168.63.129.16') as Ip);
const LINK_LOCAL: AddressSet = addressesOfPrefixes([parsePrefix('169.254.0.0/16') as Prefix]);

/**
 * Which source address leaves the node for a flow of `pod` to `destination`.
 * @param pool where the pod runs; absent when any pool may be it
 * @param destination after Service translation: a backend's address, not a cluster address
 * @see AKS-01…AKS-10
 */
export function sourceOutsidePod(
  network: Network,
  cluster: ClusterPlacement,
  pool: PoolPlacement | undefined,
  pod: PodClass,
  destination: FlowAddress,
): OutsideSource {
  const node = nodeAddressOf(network, cluster, pool, pod);
  const own = podAddressOf(network, cluster, pool, pod);
  const decided = (masquerade: 'yes' | 'no', fact: FactId, name: string): OutsideSource => ({
    source: masquerade === 'yes' ? node : own,
    masquerade,
    by: { kind: 'platform', name, fact, ...placeOf(cluster) },
    facts: [fact],
    why: [],
  });
  if (pod.hostNetwork) return { ...decided('no', 'AKS-05', 'host network'), source: node };
  const undecided = (fact: FactId, why: MissingFact): OutsideSource => ({
    source: eitherOf(own, node, `a pod or node of ${cluster.name}`),
    masquerade: 'unknown',
    by: { kind: 'platform', name: 'masquerade', fact, ...placeOf(cluster) },
    facts: [fact],
    why: [why],
  });

  switch (cluster.addressing) {
    case 'overlay':
    case 'kubenet': {
      const fact: FactId = cluster.addressing === 'overlay' ? 'AKS-01' : 'AKS-06';
      const pods = cluster.podAddresses;
      return byRanges(network, cluster, pods, isEmptyAddressSet(pods), destination, fact, {
        decided,
        undecided,
      });
    }
    case 'node-subnet': {
      const vnet = vnetRanges(network, cluster, pool);
      return byRanges(network, cluster, vnet.addresses, vnet.isLowerBound, destination, 'AKS-02', {
        decided,
        undecided,
      });
    }
    case 'pod-subnet': {
      const isHost = matchSet(AZURE_HOST, destination).kind;
      if (isHost === 'yes') return decided('yes', 'AKS-04', 'query to the Azure host');
      if (isHost === 'unknown') {
        return undecided('AKS-04', { missing: 'whether the destination is 168.63.129.16' });
      }
      return decided('no', 'AKS-03', 'pod subnet');
    }
    case 'byo':
      return undecided('AKS-07', {
        missing: `how the network plugin of ${cluster.name} masquerades`,
        ...placeOf(cluster),
      });
    case 'unknown':
      return undecided('AKS-07', {
        missing: `the network plugin of ${cluster.name}`,
        ...placeOf(cluster),
      });
    default:
      return assertNever(cluster.addressing);
  }
}

interface Answers {
  readonly decided: (masquerade: 'yes' | 'no', fact: FactId, name: string) => OutsideSource;
  readonly undecided: (fact: FactId, why: MissingFact) => OutsideSource;
}

/** Modes where the agent decides by destination: inside the ranges the pod is seen, elsewhere the node. */
function byRanges(
  network: Network,
  cluster: ClusterPlacement,
  usual: AddressSet,
  isLowerBound: boolean,
  destination: FlowAddress,
  fact: FactId,
  { decided, undecided }: Answers,
): OutsideSource {
  const config = masqueradeConfigOf(network);
  const inUsual = matchSet(usual, destination).kind;
  if (inUsual === 'yes') return decided('no', fact, 'destination inside the unmasqueraded ranges');
  const ranges = unionAddresses(config.reconciled ?? usual, usual, config.added);
  const inRanges = matchSet(ranges, destination).kind;
  if (inRanges === 'yes') {
    const answer = decided('no', 'AKS-09', 'NonMasqueradeCIDRs');
    const exempt = { ...answer, by: { ...answer.by, ...placed(config.at) } };
    return cluster.addressing === 'node-subnet'
      ? exempt
      : {
          ...exempt,
          facts: ['AKS-09', 'AKS-10'],
          warning: 'pod addresses of this cluster are unreachable outside it: replies are lost',
        };
  }
  // After the ranges: the switch spares link-local destinations, it does not overrule a range that holds them.
  const linkLocal = matchSet(LINK_LOCAL, destination).kind;
  if (linkLocal !== 'no') return linkLocalAnswer(linkLocal, config, fact, { decided, undecided });
  if (config.unreadable !== undefined) return undecided('AKS-09', config.unreadable);
  if (inRanges === 'unknown') {
    return undecided(fact, { missing: 'which address the destination has' });
  }
  if (isLowerBound && config.reconciled === undefined) {
    return undecided(fact, { missing: `the address ranges of the network of ${cluster.name}` });
  }
  return decided('yes', fact, 'destination outside the unmasqueraded ranges');
}

/** 169.254.0.0/16 has its own switch (AKS-09), which a ConfigMap that is not in the input may set. */
function linkLocalAnswer(
  inside: 'yes' | 'unknown',
  config: MasqueradeConfig,
  fact: FactId,
  { decided, undecided }: Answers,
): OutsideSource {
  if (inside === 'unknown') {
    return undecided(fact, { missing: 'whether the destination is link-local' });
  }
  if (config.masqueradesLinkLocal === true && config.unreadable !== undefined) {
    return undecided('AKS-09', config.unreadable);
  }
  if (config.masqueradesLinkLocal !== undefined) {
    return decided(config.masqueradesLinkLocal ? 'yes' : 'no', 'AKS-09', 'MasqLinkLocal');
  }
  return undecided('AKS-09', { missing: '`MasqLinkLocal` of the masquerade agent' });
}

/** The ranges of the VNets that hold the pool's nodes. */
function vnetRanges(
  network: Network,
  cluster: ClusterPlacement,
  pool: PoolPlacement | undefined,
): { readonly addresses: AddressSet; readonly isLowerBound: boolean } {
  const pools = pool === undefined ? cluster.pools : [pool];
  const sets: AddressSet[] = [];
  let isLowerBound = pools.length === 0;
  for (const { nodeSubnet } of pools) {
    const vnet =
      nodeSubnet.kind === 'found' ? network.vnets.get(nodeSubnet.target.vnet.key) : undefined;
    if (vnet === undefined || vnet.hasUnknownAddresses) isLowerBound = true;
    if (vnet !== undefined) sets.push(vnet.addresses);
  }
  return { addresses: unionAddresses(...sets), isLowerBound };
}

function placeOf(cluster: ClusterPlacement): { readonly at?: Place } {
  return placed(cluster.cluster?.network.at);
}

function placed(at: Place | undefined): { readonly at?: Place } {
  return at === undefined ? {} : { at };
}

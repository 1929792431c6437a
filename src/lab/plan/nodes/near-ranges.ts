import type { ClusterObjects, KubernetesObject } from '../../../model/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  NO_ADDRESSES,
  type Prefix,
  parsePrefix,
  subtractAddresses,
  unionAddresses,
} from '../../../net/index.ts';
import { type ClusterPlacement, type Network, targetOf } from '../../../network/index.ts';
import { member, stringOf } from '../../../values/index.ts';
import type { NodeSeat } from '../node-seat.ts';

/** Destinations to which a node lets a pod's own address through; everything else sees the node. Absent: nothing is rewritten. */
export interface Masquerade {
  readonly except: AddressSet;
  /** Pod subnets: only these destinations see the node (AKS-04). */
  readonly only?: AddressSet;
}

const AZURE_HOST = one('168.63.129.16/32');
const LINK_LOCAL = one('169.254.0.0/16');

/** What the masquerade agent of a node does, by how pods get addresses (AKS-01…AKS-09). */
export function masqueradeOf(
  network: Network,
  cluster: ClusterPlacement,
  seat: NodeSeat,
): Masquerade {
  const agent = agentRanges(network.perimeter.kubernetes);
  switch (cluster.addressing) {
    case 'pod-subnet':
      return { except: NO_ADDRESSES, only: AZURE_HOST };
    case 'node-subnet':
      return { except: unionAddresses(vnetOf(network, cluster, seat), agent) };
    default:
      return { except: unionAddresses(cluster.podAddresses, agent) };
  }
}

/** The node's own VNet: a peered one is outside for the agent, wherever the firewall stands (AKS-02). */
function vnetOf(network: Network, cluster: ClusterPlacement, seat: NodeSeat): AddressSet {
  const pool = cluster.pools.find((each) => each.pool.name === seat.pool?.name);
  const subnet = pool === undefined ? undefined : targetOf(pool.nodeSubnet);
  const vnet = subnet === undefined ? undefined : network.vnets.get(subnet.vnet.key);
  return vnet?.addresses ?? ranges(seat.nearPrefixes);
}

/** AKS-09. The agent's file is a flat mapping, YAML or JSON: a list of ranges and a switch. */
function agentRanges({ configMaps }: ClusterObjects): AddressSet {
  let set: AddressSet = NO_ADDRESSES;
  for (const [key, object] of configMaps) {
    if (!key.startsWith('kube-system/azure-ip-masq-agent-config')) continue;
    for (const text of textsOf(object)) {
      set = unionAddresses(set, ranges(text.match(/\d+\.\d+\.\d+\.\d+\/\d+/g) ?? []));
      if (/masqLinkLocal"?\s*:\s*true/i.test(text)) set = subtractAddresses(set, LINK_LOCAL);
      else set = unionAddresses(set, LINK_LOCAL);
    }
  }
  return set;
}

function textsOf({ body }: KubernetesObject): readonly string[] {
  const data = member(body, 'data');
  if (data?.kind !== 'object') return [];
  return [...data.members.values()].flatMap(({ value }) => stringOf(value) ?? []);
}

function ranges(texts: readonly string[]): AddressSet {
  return addressesOfPrefixes(
    texts.map(parsePrefix).filter((prefix): prefix is Prefix => prefix !== undefined),
  );
}

function one(text: string): AddressSet {
  return ranges([text]);
}

import type { Service } from '../../model/index.ts';
import {
  ALL_IPV4,
  addressesOfPrefixes,
  addressSetCovers,
  addressSetsOverlap,
  hasHostBits,
  type Prefix,
  parsePrefix,
} from '../../net/index.ts';
import type { Network, SubnetPlacement } from '../../network/index.ts';
import type { FlowAddress } from '../flow.ts';
import { addressesOfFlowAddress, matchSet, membersOfTag } from '../match.ts';
import { virtualNetworkTag } from '../nsg/concrete.ts';
import {
  anyOf,
  type Decider,
  type Match,
  type MissingFact,
  NO,
  unknownMatch,
  type Verdict,
} from '../verdict.ts';
import { ANNOTATIONS, isOn, listOf } from './annotations.ts';

/**
 * Do the Service's own client ranges admit a client? They become rules of the NSG in the node resource group; an NSG
 * that somebody attached to the subnet decides apart from them.
 * @param client before any kube-proxy translation: the load balancer keeps the source (AZS-40)
 * @param nodes the subnet of the nodes, for what `VirtualNetwork` means there; absent: membership is unknown
 * @see AKS-72 ranges, AKS-73 deny the rest, AKS-74 both lists at once
 */
export function clientFilter(
  network: Network,
  service: Service,
  isInternal: boolean,
  client: FlowAddress,
  nodes: SubnetPlacement | undefined,
): Verdict {
  const name = `Service ${service.namespace}/${service.name}`;
  const at = service.at;
  const specified = readRanges(service.loadBalancerSourceRanges);
  const annotated = readRanges([
    ...listOf(service, ANNOTATIONS.allowedRanges),
    ...listOf(service, ANNOTATIONS.sourceRanges),
  ]);
  if (specified.prefixes.length > 0 && annotated.prefixes.length > 0) {
    const missing = `one list of client ranges: the cloud provider refuses ${name} with two`;
    return {
      kind: 'unknown',
      by: { kind: 'rule', name: `${name}: client ranges`, at, fact: 'AKS-74' },
      why: [{ missing, at }],
    };
  }
  const prefixes = [...specified.prefixes, ...annotated.prefixes];
  const tags = listOf(service, ANNOTATIONS.allowedTags);
  const hasInvalid = specified.hasInvalid || annotated.hasInvalid;
  const ranges = addressesOfPrefixes(prefixes);

  const listed = anyOf([
    ...(prefixes.length === 0 ? [] : [matchSet(ranges, client)]),
    ...tags.map((tag) => matchTag(network, tag, client)),
  ]);
  const rule: Decider = { kind: 'rule', name: `${name}: client ranges`, at, fact: 'AKS-72' };
  if (listed.kind === 'yes') return { kind: 'allow', by: rule };

  const member = virtualNetworkMember(network, nodes, client);
  const isOpen = isOpenToInternet(prefixes, tags, hasInvalid, isInternal);
  const denyRest =
    hasInvalid || (isOn(service, ANNOTATIONS.denyAllExceptRanges) && prefixes.length > 0);
  if (denyRest) {
    const by: Decider = {
      kind: 'rule',
      name: hasInvalid
        ? `${name}: a client range that cannot be read`
        : `${name}: azure-deny-all-except-load-balancer-source-ranges`,
      at,
      fact: 'AKS-73',
    };
    return listed.kind === 'no' ? { kind: 'deny', by } : { kind: 'unknown', by, why: listed.why };
  }
  const vnet: Decider = { kind: 'default', name: 'AllowVnetInBound 65000', fact: 'AKS-72' };
  const open: Decider = { kind: 'rule', name: `${name}: open to everybody`, at, fact: 'AKS-72' };
  const admitted = anyOf([listed, member]);
  // Inside or outside the network, both are admitted: no need to know which.
  if (isOpen) return { kind: 'allow', by: member.kind === 'yes' ? vnet : open };
  if (admitted.kind === 'yes') return { kind: 'allow', by: vnet };
  if (admitted.kind === 'no') {
    const by: Decider =
      prefixes.length + tags.length > 0
        ? rule
        : { kind: 'default', name: 'DenyAllInBound 65500', fact: 'AKS-72' };
    return { kind: 'deny', by };
  }
  return { kind: 'unknown', by: rule, why: admitted.why };
}

interface Ranges {
  readonly prefixes: readonly Prefix[];
  readonly hasInvalid: boolean;
}

function readRanges(texts: readonly string[]): Ranges {
  // The cloud provider refuses bare addresses and prefixes with host bits set.
  const parsed = texts.map((text) =>
    text.includes('/') && !hasHostBits(text.trim()) ? parsePrefix(text.trim()) : undefined,
  );
  return {
    prefixes: parsed.filter((prefix) => prefix !== undefined),
    hasInvalid: parsed.includes(undefined),
  };
}

/** An internal frontend is open to the Internet tag only when somebody wrote the whole world as its range. */
function isOpenToInternet(
  prefixes: readonly Prefix[],
  tags: readonly string[],
  hasInvalid: boolean,
  isInternal: boolean,
): boolean {
  if (tags.length > 0 || hasInvalid) return false;
  if (prefixes.length > 0) return addressSetCovers(addressesOfPrefixes(prefixes), ALL_IPV4);
  return !isInternal;
}

/**
 * Is the client in what the nodes' NSG calls `VirtualNetwork`? Whether a 0/0 user route widens the tag to every
 * address is not documented, so that a client outside the known ranges is then undecided.
 */
function virtualNetworkMember(
  network: Network,
  nodes: SubnetPlacement | undefined,
  client: FlowAddress,
): Match {
  if (nodes === undefined) return unknownMatch('the virtual network of the nodes');
  const tag = virtualNetworkTag(network, nodes.subnet.key);
  const certain = matchSet(tag.withoutDefaultRoute, client);
  if (certain.kind !== 'no') return certain;
  const set = addressesOfFlowAddress(client);
  const why: MissingFact[] = tag.possible
    .filter((members) => addressSetsOverlap(members.addresses, set))
    .map((members) => members.why);
  // The route is 0.0.0.0/0: no IPv6 client is in it.
  if (tag.includesDefaultRoute && addressSetsOverlap(ALL_IPV4, set)) {
    const missing = `whether tag VirtualNetwork on ${nodes.subnet.name} holds its default route`;
    why.push(tag.defaultRouteAt === undefined ? { missing } : { missing, at: tag.defaultRouteAt });
  }
  return why.length === 0 ? NO : { kind: 'unknown', why };
}

function matchTag(network: Network, tag: string, client: FlowAddress): Match {
  const members = membersOfTag(network.perimeter.snapshot.datasets.serviceTags, tag);
  if (members === undefined) return unknownMatch(`members of service tag ${tag}`);
  return matchSet(members, client);
}

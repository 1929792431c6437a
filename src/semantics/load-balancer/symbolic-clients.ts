import type { FactId } from '../../facts/index.ts';
import type { Condition, FlowBox, FlowRule } from '../../flows/index.ts';
import type { Service } from '../../model/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  addressesOfPrefixes,
  hasHostBits,
  isEmptyAddressSet,
  type Prefix,
  parsePrefix,
  subtractAddresses,
} from '../../net/index.ts';
import type { ClusterPlacement, Network, ServiceFrontend } from '../../network/index.ts';
import { membersOfTag } from '../match.ts';
import { localWords } from '../nsg/symbolic-tags.ts';
import type { Decider } from '../verdict.ts';

export type ClientRule = FlowRule<'allow' | 'deny', Decider>;

const PREFIX = 'service.beta.kubernetes.io/';

/**
 * The rules that the ranges of a Service become in the security group of the node resource group, by source: what the
 * load balancer sees, before kube-proxy puts another address there (AZS-40). Complete: the last rule takes every flow.
 * @see AKS-72 ranges and tags allow, and so does rule 65000 for the network; AKS-73 unless a deny for the rest stands before
 *   it; AKS-74 both lists at once are refused
 */
export function clientFilterRules(
  network: Network,
  cluster: ClusterPlacement,
  { service, isInternal }: ServiceFrontend,
): readonly ClientRule[] {
  const name = `Service ${service.namespace}/${service.name}`;
  const { at } = service;
  const rule = (
    effect: 'allow' | 'deny',
    by: string,
    region: readonly FlowBox[],
    fact: FactId,
  ): ClientRule => ({ region, effect, by: { kind: 'rule', name: by, at, fact } });
  const written = read(service.loadBalancerSourceRanges);
  const annotated = read([
    ...items(service, 'azure-allowed-ip-ranges'),
    ...items(service, 'load-balancer-source-ranges'),
  ]);
  const ranged = `${name}: client ranges`;
  if (written.known.length > 0 && annotated.known.length > 0) {
    const missing = `one list of client ranges: the cloud provider refuses ${name} with two`;
    return [
      rule('allow', ranged, [{ needs: [{ missing, at }] }], 'AKS-74'),
      rule('deny', ranged, [{}], 'AKS-74'),
    ];
  }
  const ranges = [...written.known, ...annotated.known];
  const tags = items(service, 'azure-allowed-service-tags');
  const isBroken = written.isBroken || annotated.isBroken;
  const rules = [
    rule(
      'allow',
      ranged,
      [
        ...(ranges.length === 0 ? [] : [{ sources: addressesOfPrefixes(ranges) }]),
        ...tags.map((tag) => sourcesOfTag(network, tag)),
      ],
      'AKS-72',
    ),
  ];
  if (isBroken) {
    return [...rules, rule('deny', `${name}: a client range that cannot be read`, [{}], 'AKS-73')];
  }
  const strict = 'azure-deny-all-except-load-balancer-source-ranges';
  if (ranges.length > 0 && isSwitchedOn(service, strict)) {
    return [...rules, rule('deny', `${name}: ${strict}`, [{}], 'AKS-73')];
  }
  const nodes = sourcesOfNetwork(network, cluster);
  rules.push({ region: nodes.certain, effect: 'allow', by: FROM_NETWORK });
  const isRestricted = ranges.length + tags.length > 0;
  const isForAll =
    tags.length === 0 &&
    (ranges.length === 0
      ? !isInternal
      : isEmptyAddressSet(subtractAddresses(ALL_IPV4, addressesOfPrefixes(ranges))));
  if (isForAll) return [...rules, rule('allow', `${name}: open to everybody`, [{}], 'AKS-72')];
  return [
    ...rules,
    { region: nodes.possible, effect: 'allow', by: FROM_NETWORK },
    isRestricted
      ? rule('deny', ranged, [{}], 'AKS-72')
      : { region: [{}], effect: 'deny', by: FROM_ELSEWHERE },
  ];
}

const FROM_NETWORK: Decider = { kind: 'default', name: 'AllowVnetInBound 65000', fact: 'AKS-72' };
const FROM_ELSEWHERE: Decider = { kind: 'default', name: 'DenyAllInBound 65500', fact: 'AKS-72' };

function sourcesOfTag({ perimeter }: Network, tag: string): FlowBox {
  const members = membersOfTag(perimeter.snapshot.datasets.serviceTags, tag);
  if (members !== undefined) return { sources: members };
  return { needs: [{ missing: `members of service tag ${tag}` }] };
}

/** What `VirtualNetwork` means to the security group of the nodes. */
function sourcesOfNetwork(
  network: Network,
  cluster: ClusterPlacement,
): { readonly certain: readonly FlowBox[]; readonly possible: readonly FlowBox[] } {
  const links = cluster.pools.map(({ nodeSubnet }) => nodeSubnet);
  const nodes = links.find((link) => link.kind === 'found');
  if (nodes?.kind !== 'found') {
    return {
      certain: [],
      possible: [{ needs: [{ missing: 'the virtual network of the nodes' }] }],
    };
  }
  const { key, name } = nodes.target.subnet;
  const { virtualNetwork: tag } = localWords(network, key);
  const perhaps = (sources: AddressSet, needs: readonly Condition[]): FlowBox => ({
    sources,
    needs,
  });
  const possible = tag.possible.map(({ addresses, needs }) => perhaps(addresses, needs));
  if (tag.byDefaultRoute) {
    const missing = `whether tag VirtualNetwork on ${name} holds its default route`;
    possible.push(perhaps(ALL_IPV4, [{ missing }]));
  }
  return { certain: [{ sources: tag.certain }], possible };
}

interface Ranges {
  readonly known: readonly Prefix[];
  readonly isBroken: boolean;
}

/** The cloud provider takes prefixes only, and none with bits beyond its length. */
function read(texts: readonly string[]): Ranges {
  const known: Prefix[] = [];
  let isBroken = false;
  for (const text of texts.map((one) => one.trim())) {
    const prefix = text.includes('/') ? parsePrefix(text) : undefined;
    if (prefix === undefined || hasHostBits(text)) isBroken = true;
    else known.push(prefix);
  }
  return { known, isBroken };
}

function items({ annotations }: Service, name: string): readonly string[] {
  const text = annotations[`${PREFIX}${name}`];
  return text === undefined ? [] : text.split(',').map((item) => item.trim());
}

/** The cloud provider compares without case. */
export function isSwitchedOn({ annotations }: Service, name: string): boolean {
  return /^\s*true\s*$/i.test(annotations[`${PREFIX}${name}`] ?? '');
}

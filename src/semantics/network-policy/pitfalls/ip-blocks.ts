import {
  addressesOfPrefixes,
  addressSetsOverlap,
  formatAddressSet,
  hasHostBits,
  intersectAddresses,
  isEmptyAddressSet,
  parsePrefix,
} from '../../../net/index.ts';
import type { PolicyEngine } from '../../../network/index.ts';
import type { BlockPeer, Direction, Policy, PolicySet } from '../policy.ts';
import type { Pitfall } from './pitfall.ts';

/** Egress blocks that name Service addresses: policy sees the backend pod, never the Service (K8P-19). */
export function blocksOfServices(set: PolicySet): readonly Pitfall[] {
  const { serviceAddresses } = set.ranges;
  return blocksIn(set, ['egress']).flatMap(({ policy, block }) => {
    if (isWide(block) || !addressSetsOverlap(block.addresses, serviceAddresses)) return [];
    const what = `\`${block.cidr}\` meets the Service range ${formatAddressSet(serviceAddresses)}: it does not allow calls to Services`;
    return [{ subject: policy.title, place: block.at, what, fact: 'K8P-19' as const }];
  });
}

/** Blocks that cover pods or nodes, which Cilium does not match (K8P-43). */
export function blocksOfPodsUnderCilium(set: PolicySet, engine: PolicyEngine): readonly Pitfall[] {
  if (engine !== 'cilium') return [];
  return blocksIn(set, ['ingress', 'egress']).flatMap(({ policy, block }) => {
    if (block.api === 'networks') return [];
    const pods = intersectAddresses(block.addresses, set.ranges.podAddresses);
    const nodes = intersectAddresses(block.addresses, set.ranges.nodeAddresses);
    if (isEmptyAddressSet(pods) && isEmptyAddressSet(nodes)) return [];
    const covered = [
      ...(isEmptyAddressSet(pods) ? [] : ['pods']),
      ...(isEmptyAddressSet(nodes) ? [] : ['nodes']),
    ].join(' and ');
    const what = `\`${block.cidr}\` covers addresses of ${covered}; Cilium matches only what lies outside the cluster`;
    return [{ subject: policy.title, place: block.at, what, fact: 'K8P-43' as const }];
  });
}

/** Exceptions that remove nothing, because they lie outside their block; the API server refuses them (K8P-12). */
export function exceptionsOutside(set: PolicySet): readonly Pitfall[] {
  return blocksIn(set, ['ingress', 'egress']).flatMap(({ policy, block }) => {
    const outer = parsePrefix(block.cidr);
    if (outer === undefined) return [];
    return block.excepts.flatMap((text) => {
      const inner = parsePrefix(text);
      const isOutside =
        inner !== undefined &&
        !addressSetsOverlap(addressesOfPrefixes([outer]), addressesOfPrefixes([inner]));
      if (!isOutside) return [];
      const what = `\`except: ${text}\` lies outside \`${block.cidr}\``;
      return [{ subject: policy.title, place: block.at, what, fact: 'K8P-12' as const }];
    });
  });
}

/** CIDRs with bits beyond their length: masked, and perhaps another range was meant (K8P-13). */
export function blocksWithHostBits(set: PolicySet): readonly Pitfall[] {
  return blocksIn(set, ['ingress', 'egress']).flatMap(({ policy, block }) =>
    [block.cidr, ...block.excepts].filter(hasHostBits).map((text) => ({
      subject: policy.title,
      place: block.at,
      what: `\`${text}\` has host bits; it is read as ${formatAddressSet(addressesOfPrefixes([parsePrefix(text)!]))}`,
      fact: 'K8P-13' as const,
    })),
  );
}

/** Azure NPM's own risk line (K8P-67). */
const NPM_BLOCKS_MAX = 4;

export function manyBlocksUnderNpm(set: PolicySet, engine: PolicyEngine): readonly Pitfall[] {
  if (engine !== 'azure-npm') return [];
  const counts = new Map<Policy, number>();
  for (const { policy } of blocksIn(set, ['ingress', 'egress'])) {
    counts.set(policy, (counts.get(policy) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > NPM_BLOCKS_MAX)
    .map(([policy, count]) => ({
      subject: policy.title,
      place: policy.at,
      what: `it holds ${count} ipBlocks; above ${NPM_BLOCKS_MAX} an edit can briefly open connections`,
      fact: 'K8P-67',
    }));
}

function blocksIn(set: PolicySet, directions: readonly Direction[]) {
  const found: { readonly policy: Policy; readonly block: BlockPeer }[] = [];
  for (const policy of set.policies) {
    for (const direction of directions) {
      for (const rule of policy[direction] ?? []) {
        if (rule.peers === 'any') continue;
        for (const peer of rule.peers)
          if (peer.kind === 'block') found.push({ policy, block: peer });
      }
    }
  }
  return found;
}

/** Everything, or nearly: nobody means Services by it. */
function isWide(block: BlockPeer): boolean {
  const prefix = parsePrefix(block.cidr);
  return prefix !== undefined && prefix.length < 8;
}

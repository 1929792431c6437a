import type { Service } from '../../../model/index.ts';
import { isEmptyAddressSet, parseIp, singleAddress, unionAddresses } from '../../../net/index.ts';
import { allOf, anyOf, type Match, NO, unknownMatch, YES } from '../../verdict.ts';
import type { BlockPeer, Peer } from '../policy.ts';
import { isOnlyNegative, type LabelSelector, matchLabels } from '../selectors/label-selector.ts';
import { ciliumLabels, namespaceLabels, podLabels } from '../selectors/labels.ts';
import { matchesName } from '../selectors/name-pattern.ts';
import { matchAddress, mayBeIn } from './address-match.ts';
import type { MatchContext } from './match-context.ts';
import { matchEntity } from './match-entity.ts';
import { PRIVATE_ADDRESSES } from './private-addresses.ts';

/** Is the far end one of the peers a rule names? */
export function matchPeers(peers: readonly Peer[] | 'any', context: MatchContext): Match {
  if (peers === 'any') return YES;
  if (peers.length === 1) return matchPeer(peers[0]!, context);
  return anyOf(peers.map((peer) => matchPeer(peer, context)));
}

function matchPeer(peer: Peer, context: MatchContext): Match {
  switch (peer.kind) {
    case 'unreadable':
      return { kind: 'unknown', why: [peer.why] };
    case 'pods':
      return matchPods(peer, context);
    case 'block':
      return matchBlock(peer, context);
    case 'nodes':
      return matchNodes(peer.nodes, context);
    case 'names':
      return matchNames(peer, context);
    case 'cilium-endpoints':
      return matchEndpoints(peer, context);
    case 'entity':
      return matchEntity(peer.entity, context);
    case 'service':
      return matchService(peer, context);
  }
}

/** @see K8P-09 selectors match pods, never outside addresses; K8P-17 host-network pods; K8P-25 admin peers */
function matchPods(peer: Extract<Peer, { kind: 'pods' }>, context: MatchContext): Match {
  const end = context.peer;
  if (end.kind === 'some-pod')
    return unknownMatch(`the labels of the pod at ${end.address.label ?? 'this address'}`);
  if (end.kind !== 'pod') return context.withDefects ? matchDefectiveOutside(peer, context) : NO;
  const { pod } = end;
  if (peer.excludesHostNetwork && pod.hostNetwork) return NO;
  if (peer.namespaces.kind === 'own') {
    return pod.namespace === peer.namespaces.namespace
      ? matchLabels(peer.pods, podLabels(pod))
      : NO;
  }
  return allOf([
    matchLabels(peer.pods, podLabels(pod)),
    matchNamespace(peer.namespaces.selector, pod.namespace, context),
  ]);
}

/** @see K8P-64 unrepaired NPM agents take the values of one NotIn as alternatives */
function matchNamespace(selector: LabelSelector, namespace: string, context: MatchContext): Match {
  const labels = namespaceLabels(context.set.objects, namespace);
  const exact = matchLabels(selector, labels);
  if (!context.withDefects || context.profile.engine !== 'azure-npm') return exact;
  return allOf(
    selector.requirements.map((one) =>
      one.kind === 'label' && one.operator === 'NotIn'
        ? anyOf(
            one.values.map((value) =>
              matchLabels({ requirements: [{ ...one, values: [value] }] }, labels),
            ),
          )
        : matchLabels({ requirements: [one] }, labels),
    ),
  );
}

/** @see K8P-65, K8P-68: a namespaceSelector of only negative requirements leaks to addresses outside */
function matchDefectiveOutside(
  peer: Extract<Peer, { kind: 'pods' }>,
  context: MatchContext,
): Match {
  const { engine } = context.profile;
  const isLeaking =
    (engine === 'azure-npm' || engine === 'cilium') &&
    peer.namespaces.kind === 'selected' &&
    peer.pods.requirements.length === 0 &&
    isOnlyNegative(peer.namespaces.selector);
  return isLeaking ? YES : NO;
}

/**
 * @see K8P-12 an ipBlock matches pods and nodes; K8P-43 not on Cilium; K8P-25 `networks` match pods;
 *   K8P-69 defective Cilium releases admit the policy's own namespace instead
 */
function matchBlock(peer: BlockPeer, context: MatchContext): Match {
  const end = context.peer;
  const match = matchAddress(peer.addresses, end.address);
  const isOutsideOnly = peer.api !== 'networks' && !context.profile.blockMatchesCluster;
  if (!isOutsideOnly) return match;
  if (end.kind !== 'outside') return NO;
  const knowsRanges =
    !isEmptyAddressSet(context.ranges.podAddresses) &&
    !isEmptyAddressSet(context.ranges.nodeAddresses);
  if (match.kind === 'no' || knowsRanges || end.isApiServer || end.name !== undefined) return match;
  return mayBeIn(PRIVATE_ADDRESSES, end.address)
    ? unknownMatch('whether this address is a pod or a node of the cluster', peer.at)
    : match;
}

function matchNodes(nodes: LabelSelector, context: MatchContext): Match {
  const end = context.peer;
  if (end.kind === 'pod') return end.pod.hostNetwork ? unknownMatch('the node of the pod') : NO;
  if (end.kind !== 'node') return NO;
  if (nodes.requirements.length === 0) return YES;
  const { node } = end;
  if (node === undefined) return unknownMatch('the labels of the node');
  return matchLabels(nodes, (key) =>
    Object.hasOwn(node.labels, key) ? node.labels[key] : undefined,
  );
}

/**
 * Names match what a client resolved. An address without a name may still be an answer to a permitted query.
 * @see K8P-27, K8P-47, K8P-48
 */
function matchNames(peer: Extract<Peer, { kind: 'names' }>, context: MatchContext): Match {
  const end = context.peer;
  if (end.kind !== 'outside') return NO;
  const { name } = end;
  const isCilium = context.profile.engine === 'cilium';
  if (name === undefined) {
    if (end.isApiServer) return unknownMatch('the name of the API server', peer.at);
    const texts = peer.patterns.map((pattern) => `\`${pattern.text}\``).join(', ');
    return unknownMatch(`whether this address is an answer for ${texts}`, peer.at);
  }
  if (!peer.patterns.some((pattern) => matchesName(pattern, name))) return NO;
  return isCilium ? context.dnsAdmits(name) : YES;
}

/** @see K8P-42 */
function matchEndpoints(
  peer: Extract<Peer, { kind: 'cilium-endpoints' }>,
  context: MatchContext,
): Match {
  const end = context.peer;
  if (end.kind === 'some-pod') return unknownMatch('the labels of the pod at this address');
  if (end.kind !== 'pod' || end.pod.hostNetwork) return NO;
  if (peer.namespace !== undefined && end.pod.namespace !== peer.namespace) return NO;
  return matchLabels(peer.endpoints, ciliumLabels(context.set.objects, end.pod));
}

/** @see K8P-54 */
function matchService(peer: Extract<Peer, { kind: 'service' }>, context: MatchContext): Match {
  const { objects } = context.set;
  const wanted = peer.service;
  const services = objects.services.filter((service) => service.namespace === peer.namespace);
  if (typeof wanted !== 'string') {
    // The labels of Services are not part of the typed view.
    return services.length === 0 ? NO : unknownMatch('the labels of Services', peer.at);
  }
  const service = services.find((one) => one.name === wanted);
  if (service === undefined) {
    return unknownMatch(
      `Service \`${peer.namespace}/${wanted}\`, which is not in the input`,
      peer.at,
    );
  }
  return matchBackend(service, context);
}

function matchBackend(service: Service, context: MatchContext): Match {
  const end = context.peer;
  const selector = Object.entries(service.selector ?? {});
  if (selector.length > 0) {
    if (end.kind === 'some-pod') return unknownMatch('the labels of the pod at this address');
    if (end.kind !== 'pod' || end.pod.namespace !== service.namespace) return NO;
    return selector.every(([key, value]) => podLabels(end.pod)(key) === value) ? YES : NO;
  }
  if (end.kind === 'pod') return NO;
  const slices = context.set.objects.endpointSlices.filter(
    (slice) => slice.namespace === service.namespace && slice.service === service.name,
  );
  const ips = slices
    .flatMap((slice) => slice.addresses.map(parseIp))
    .filter((ip) => ip !== undefined);
  if (ips.length === 0) {
    return unknownMatch(`the endpoints of Service \`${service.namespace}/${service.name}\``);
  }
  return matchAddress(unionAddresses(...ips.map(singleAddress)), end.address);
}

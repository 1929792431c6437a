import { ANY_NAME, type FlowRegion, WITHOUT_NAME } from '../../../flows/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  ALL_IPV6,
  addressSet,
  intersectAddresses,
  isEmptyAddressSet,
  parseIp,
  parseIpRange,
  singleAddress,
  subtractAddresses,
  unionAddresses,
} from '../../../net/index.ts';
import type { BlockPeer, CiliumEntity, Peer } from '../policy.ts';
import { type AddressTruth, addressBoxes, inside } from './far-end.ts';
import { all, HOLDS, type Holding, onlyIf } from './holding.ts';
import { boxesOfNames } from './names-of-rule.ts';
import { ciliumLabelsOf, labelsOfNamespace, labelsOfPod, selects } from './selection.ts';
import type { Sight } from './sight.ts';
import { TRAITS } from './told-engines.ts';

/** The flows whose other end one peer of a rule names. */
export function boxesOfPeer(peer: Peer, sight: Sight): FlowRegion {
  switch (peer.kind) {
    case 'unreadable':
      return [{ needs: [peer.why] }];
    case 'pods':
      return boxesIf(isPodOf(peer, sight));
    case 'block':
      return boxesOfBlock(peer, sight);
    case 'nodes':
      return boxesIf(isNodeOf(peer, sight));
    case 'names':
      return boxesOfNames(peer, sight);
    case 'cilium-endpoints':
      return boxesIf(isEndpointOf(peer, sight));
    case 'entity':
      return boxesOfEntity(peer.entity, sight);
    case 'service':
      return boxesOfService(peer, sight);
  }
}

export function boxesIf(holding: Holding): FlowRegion {
  if (holding === undefined) return [];
  return holding.length === 0 ? [{}] : [{ needs: holding }];
}

/** @see K8P-09, K8P-25 */
function isPodOf(peer: Extract<Peer, { kind: 'pods' }>, { far, set }: Sight): Holding {
  if (far.kind === 'some-pod') {
    const shown = far.address === 'header' ? undefined : far.address.label;
    return [{ missing: `the labels of the pod at ${shown ?? 'this address'}` }];
  }
  if (far.kind !== 'pod') return undefined;
  const { pod } = far;
  if (pod.hostNetwork && peer.excludesHostNetwork) return undefined;
  const { namespaces } = peer;
  return all(
    selects(peer.pods, labelsOfPod(pod)),
    namespaces.kind === 'own'
      ? onlyIf(namespaces.namespace === pod.namespace)
      : selects(namespaces.selector, labelsOfNamespace(set.objects, pod.namespace)),
  );
}

/** @see K8P-42; host-network pods carry the identity of their node (K8P-17) */
export function isEndpointOf(
  peer: Extract<Peer, { kind: 'cilium-endpoints' }>,
  { far, set }: Pick<Sight, 'far' | 'set'>,
): Holding {
  if (far.kind === 'some-pod') return [{ missing: 'the labels of the pod at this address' }];
  if (far.kind !== 'pod' || far.pod.hostNetwork) return undefined;
  return all(
    onlyIf(peer.namespace === undefined || peer.namespace === far.pod.namespace),
    selects(peer.endpoints, ciliumLabelsOf(set.objects, far.pod)),
  );
}

/** Where pods and nodes can be when nobody knows the ranges of the cluster. */
export const PRIVATE: AddressSet = addressSet(
  ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].map(
    (text) => parseIpRange(text)!,
  ),
);

/** @see K8P-12 and K8P-60 blocks hold pods and nodes; K8P-43 not under Cilium; K8P-25 networks always do */
function boxesOfBlock(peer: BlockPeer, sight: Sight): FlowRegion {
  const { direction, far, ranges } = sight;
  const whole = addressBoxes(inside(peer.addresses), far.address, direction);
  if (peer.api === 'networks' || TRAITS[sight.engine].blocksHoldPodsAndNodes) return whole;
  if (far.kind !== 'outside') return [];
  const areKnown =
    !isEmptyAddressSet(ranges.podAddresses) && !isEmptyAddressSet(ranges.nodeAddresses);
  if (areKnown || far.isApiServer) return whole;
  const missing = 'whether this address is a pod or a node of the cluster';
  const inDoubt = intersectAddresses(peer.addresses, PRIVATE);
  const open = addressBoxes(inside(inDoubt), far.address, direction);
  return [
    ...addressBoxes(inside(subtractAddresses(peer.addresses, PRIVATE)), far.address, direction),
    // What has a public name is not a pod.
    ...open.map((box) => ({ ...box, names: ANY_NAME })),
    ...open.map((box) => ({
      ...box,
      names: WITHOUT_NAME,
      needs: [...(box.needs ?? []), { missing, at: peer.at }],
    })),
  ];
}

function isNodeOf(peer: Extract<Peer, { kind: 'nodes' }>, { far }: Sight): Holding {
  if (far.kind === 'pod' && far.pod.hostNetwork) return [{ missing: 'the node of the pod' }];
  if (far.kind !== 'node') return undefined;
  if (peer.nodes.requirements.length === 0) return HOLDS;
  if (far.node === undefined) return [{ missing: 'the labels of the node' }];
  return selects(peer.nodes, labelsOfPod(far.node));
}

/** @see K8P-44 */
function boxesOfEntity(entity: CiliumEntity, { direction, far }: Sight): FlowRegion {
  const isOutside = far.kind === 'outside';
  switch (entity) {
    case 'all':
      return [{}];
    case 'world':
      return boxesIf(onlyIf(isOutside));
    case 'world-ipv4':
      return isOutside ? addressBoxes(inside(ALL_IPV4), far.address, direction) : [];
    case 'world-ipv6':
      return isOutside ? addressBoxes(inside(ALL_IPV6), far.address, direction) : [];
    case 'cluster':
      if (!isOutside) return [{}];
      return far.isApiServer
        ? [{ needs: [{ missing: 'whether the API server counts as `cluster`' }] }]
        : [];
    case 'host':
      return boxesIf(onlyIf(far.kind === 'node' && far.which === 'own'));
    case 'remote-node':
      return boxesIf(onlyIf(far.kind === 'node' && far.which === 'other'));
    case 'kube-apiserver':
      if (!isOutside || !far.isApiServer) return [];
      return direction === 'egress'
        ? [{}]
        : [{ needs: [{ missing: 'the address the API server uses to reach the pod' }] }];
    case 'none':
    case 'ingress':
    case 'init':
    case 'health':
    case 'unmanaged':
      return [];
  }
}

/** @see K8P-54 the backends of a Service; of one without selector its addresses */
function boxesOfService(peer: Extract<Peer, { kind: 'service' }>, sight: Sight): FlowRegion {
  const { direction, far, set } = sight;
  const there = set.objects.services.filter(({ namespace }) => namespace === peer.namespace);
  if (typeof peer.service !== 'string') {
    return there.length === 0
      ? []
      : [{ needs: [{ missing: 'the labels of Services', at: peer.at }] }];
  }
  const service = there.find(({ name }) => name === peer.service);
  const title = `${peer.namespace}/${peer.service}`;
  if (service === undefined) {
    const missing = `Service \`${title}\`, which is not in the input`;
    return [{ needs: [{ missing, at: peer.at }] }];
  }
  if (Object.keys(service.selector ?? {}).length > 0) {
    return boxesIf(isBackend(service, sight));
  }
  if (far.kind === 'pod') return [];
  const addresses = endpointsOf(sight, service.namespace, service.name);
  return addresses === undefined
    ? [{ needs: [{ missing: `the endpoints of Service \`${title}\`` }] }]
    : addressBoxes(addresses, far.address, direction);
}

/** Has the pod every label of the selector? @see K8P-80 */
export function isBackend(
  service: { readonly namespace: string; readonly selector?: Readonly<Record<string, string>> },
  { far }: Sight,
): Holding {
  if (far.kind === 'some-pod') return [{ missing: 'the labels of the pod at this address' }];
  if (far.kind !== 'pod' || far.pod.namespace !== service.namespace) return undefined;
  const labels = labelsOfPod(far.pod);
  return onlyIf(
    Object.entries(service.selector ?? {}).every(([key, value]) => labels(key) === value),
  );
}

/** What EndpointSlices list; `undefined` when they list nothing. */
export function endpointsOf(
  { set }: Pick<Sight, 'set'>,
  namespace: string,
  service: string,
): AddressTruth | undefined {
  const addresses = set.objects.endpointSlices
    .filter((slice) => slice.namespace === namespace && slice.service === service)
    .flatMap((slice) => slice.addresses.flatMap((text) => parseIp(text) ?? []));
  return addresses.length === 0
    ? undefined
    : inside(unionAddresses(...addresses.map(singleAddress)));
}

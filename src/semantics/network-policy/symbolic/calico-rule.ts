import {
  type Condition,
  type FlowBox,
  type FlowRegion,
  intersectRegions,
} from '../../../flows/index.ts';
import type { PodClass } from '../../../model/index.ts';
import {
  ALL_ADDRESSES,
  ALL_IPV4,
  ALL_IPV6,
  addressSetsOverlap,
  type Protocol,
} from '../../../net/index.ts';
import type { CalicoConditions, CalicoEnd, PolicySet } from '../policy.ts';
import { portBoxesOfEnd } from './calico-ports.ts';
import {
  type AddressTruth,
  addressBoxes,
  anyAddress,
  type FarEnd,
  inside,
  outside,
  provided,
} from './far-end.ts';
import { all, HOLDS, type Holding, not, onlyIf } from './holding.ts';
import { boxesIf, endpointsOf, isBackend } from './peers-of-rule.ts';
import { boxesOfPortName } from './ports-of-rule.ts';
import {
  calicoLabelsOf,
  calicoLabelsOfNamespace,
  labelsOfServiceAccount,
  selectsCalico,
} from './selection.ts';
import { PORTED, type Sight, UNPORTED } from './sight.ts';

/** The flows that satisfy everything a Calico rule says of both ends. @see K8P-35 */
export function boxesOfCalico(conditions: CalicoConditions, sight: Sight): FlowRegion {
  const subject: FarEnd = { kind: 'pod', pod: sight.subject, address: sight.subjectAddress };
  const [source, destination] =
    sight.direction === 'egress' ? [subject, sight.far] : [sight.far, subject];
  const parts: (() => FlowRegion)[] = [
    () => protocolBoxes(conditions),
    () => versionBoxes(conditions, sight),
    () => boxesOfEnd(conditions.source, source, conditions.namespace, sight),
    () => boxesOfEnd(conditions.destination, destination, conditions.namespace, sight),
    () => portBoxesOfEnd(conditions.destination, 'destination', sight),
    () => portBoxesOfEnd(conditions.source, 'source', sight),
  ];
  let region: FlowRegion = [{}];
  for (const part of parts) {
    region = intersectRegions(region, part());
    if (region.length === 0) return region;
  }
  return region;
}

function protocolBoxes({ protocol, notProtocol }: CalicoConditions): FlowRegion {
  if (protocol === undefined && notProtocol === undefined) return [{}];
  const protocols: readonly Protocol[] = [...PORTED, ...UNPORTED].filter(
    (one) => (protocol === undefined || one === protocol) && one !== notProtocol,
  );
  return protocols.length === 0 ? [] : [{ protocols }];
}

function versionBoxes({ ipVersion }: CalicoConditions, { direction, far }: Sight): FlowRegion {
  if (ipVersion === undefined) return [{}];
  const wanted = ipVersion === 4 ? ALL_IPV4 : ALL_IPV6;
  const { address } = far;
  if (address === 'header' || address.kind === 'exact') {
    return addressBoxes(inside(wanted), address, direction);
  }
  if (!addressSetsOverlap(wanted, address.addresses)) return [];
  const isBoth =
    addressSetsOverlap(ALL_IPV4, address.addresses) &&
    addressSetsOverlap(ALL_IPV6, address.addresses);
  return boxesIf(isBoth ? [{ missing: 'the IP version of the flow' }] : HOLDS);
}

function boxesOfEnd(
  condition: CalicoEnd,
  end: FarEnd,
  home: string | undefined,
  sight: Sight,
): FlowRegion {
  const { direction } = sight;
  let region: FlowRegion = [{}];
  const and = (boxes: FlowRegion): void => {
    region = intersectRegions(region, boxes);
  };
  if (condition.nets !== undefined) {
    and(addressBoxes(inside(condition.nets), end.address, direction));
  }
  if (condition.notNets !== undefined) {
    and(addressBoxes(outside(inside(condition.notNets)), end.address, direction));
  }
  and(boxesOfSelectors(condition, end, home, sight));
  if (condition.service !== undefined) and(boxesOfEndpoints(condition.service, end, home, sight));
  return region;
}

/** Selectors speak of pods and of network sets; `notSelector` is also true of what Calico does not know. */
function boxesOfSelectors(
  condition: CalicoEnd,
  end: FarEnd,
  home: string | undefined,
  sight: Sight,
): FlowRegion {
  const { selector, notSelector, namespaceSelector, serviceAccounts } = condition;
  const asksPods =
    selector !== undefined || namespaceSelector !== undefined || serviceAccounts !== undefined;
  if (!asksPods && notSelector === undefined) return [{}];
  if (end.kind === 'some-pod') {
    return [{ needs: [{ missing: 'the labels of the pod at this address' }] }];
  }
  if (end.kind === 'pod') return boxesIf(isPodOfEnd(condition, end.pod, home, sight.set));
  const truths: AddressTruth[] = [];
  // No network set has a service account.
  if (serviceAccounts !== undefined) return [];
  if (asksPods) truths.push(networkSets(condition, home, sight));
  if (notSelector !== undefined) {
    truths.push(outside(networkSets({ selector: notSelector }, undefined, sight)));
  }
  return truths
    .map((truth) => addressBoxes(truth, end.address, sight.direction))
    .reduce(intersectRegions);
}

export function isPodOfEnd(
  { selector, notSelector, namespaceSelector, serviceAccounts }: CalicoEnd,
  pod: PodClass,
  home: string | undefined,
  set: PolicySet,
): Holding {
  const labels = calicoLabelsOf(pod);
  const parts: Holding[] = [];
  if (namespaceSelector !== undefined) {
    const ofNamespace = calicoLabelsOfNamespace(set.objects, pod.namespace);
    parts.push(selectsCalico(namespaceSelector, ofNamespace));
  } else if (home !== undefined && home !== pod.namespace) {
    if (selector !== undefined || serviceAccounts !== undefined) return undefined;
    const missing = 'whether `notSelector` alone is limited to the namespace of the policy';
    parts.push([{ missing }]);
  }
  if (selector !== undefined) parts.push(selectsCalico(selector, labels));
  if (notSelector !== undefined) parts.push(not(selectsCalico(notSelector, labels)));
  if (serviceAccounts !== undefined) {
    const { names } = serviceAccounts;
    parts.push(
      onlyIf(names.length === 0 || names.includes(pod.serviceAccount)),
      selectsCalico(serviceAccounts.selector, labelsOfServiceAccount(pod)),
    );
  }
  return all(...parts);
}

/** Addresses of the network sets a selector takes. Global sets have no namespace. */
function networkSets(
  { selector, namespaceSelector }: Pick<CalicoEnd, 'selector' | 'namespaceSelector'>,
  home: string | undefined,
  { set }: Sight,
): AddressTruth {
  return anyAddress(
    set.networkSets.flatMap((one): AddressTruth[] => {
      const isGlobal = one.namespace === '';
      let inScope: Holding;
      if (namespaceSelector === undefined) {
        inScope = onlyIf(home === undefined || home === one.namespace);
      } else if (isGlobal) inScope = onlyIf(namespaceSelector.kind === 'global');
      else {
        const labels = calicoLabelsOfNamespace(set.objects, one.namespace);
        inScope = selectsCalico(namespaceSelector, labels);
      }
      const selected =
        selector === undefined
          ? HOLDS
          : selectsCalico(selector, (key) =>
              Object.hasOwn(one.labels, key) ? one.labels[key] : undefined,
            );
      const holding = all(inScope, selected);
      if (holding === undefined) return [];
      const needs: readonly Condition[] = one.doubt === undefined ? [] : [one.doubt];
      const truth: AddressTruth =
        needs.length === 0
          ? inside(one.addresses)
          : { yes: { v4: [], v6: [] }, maybe: [{ addresses: ALL_ADDRESSES, needs }] };
      return [provided(truth, holding)];
    }),
  );
}

/** A Service's endpoints and, towards them, their ports. */
function boxesOfEndpoints(
  wanted: { readonly namespace: string; readonly name: string },
  end: FarEnd,
  home: string | undefined,
  sight: Sight,
): FlowRegion {
  const namespace = wanted.namespace === '' ? (home ?? '') : wanted.namespace;
  const title = `\`${namespace}/${wanted.name}\``;
  const service = sight.set.objects.services.find(
    (one) => one.namespace === namespace && one.name === wanted.name,
  );
  if (service === undefined) {
    return [{ needs: [{ missing: `Service ${title}, which is not in the input` }] }];
  }
  if (Object.keys(service.selector ?? {}).length === 0) {
    const addresses = endpointsOf(sight, namespace, wanted.name);
    return addresses === undefined
      ? [{ needs: [{ missing: `the endpoints of Service ${title}` }] }]
      : addressBoxes(addresses, end.address, sight.direction);
  }
  const holding = isBackend({ namespace, selector: service.selector! }, { ...sight, far: end });
  if (holding === undefined || holding.length > 0 || sight.direction === 'ingress') {
    return boxesIf(holding);
  }
  return service.ports.flatMap((port): readonly FlowBox[] =>
    typeof port.targetPort === 'string'
      ? boxesOfPortName(port.targetPort, port.protocol, sight)
      : [{ protocols: [port.protocol], destinationPorts: [port.targetPort, port.targetPort] }],
  );
}

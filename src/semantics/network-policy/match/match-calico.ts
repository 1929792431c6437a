import type { PodClass } from '../../../model/index.ts';
import { parseIp, singleAddress, unionAddresses } from '../../../net/index.ts';
import type { FlowAddress } from '../../flow.ts';
import {
  allOf,
  anyOf,
  type Match,
  type MissingFact,
  NO,
  unknownMatch,
  YES,
} from '../../verdict.ts';
import type { CalicoConditions, CalicoEnd, CalicoNetworkSet, CalicoPort } from '../policy.ts';
import { matchCalicoSelector, notMatch } from '../selectors/calico-selector.ts';
import {
  calicoNamespaceLabels,
  calicoPodLabels,
  serviceAccountLabels,
} from '../selectors/labels.ts';
import { matchAddress } from './address-match.ts';
import type { MatchContext } from './match-context.ts';
import { matchNamedPort } from './match-ports.ts';
import type { ResolvedEnd } from './resolved-end.ts';

/** @see K8P-35 everything a rule says about both ends holds together */
export function matchCalico(conditions: CalicoConditions, context: MatchContext): Match {
  const subject: ResolvedEnd = {
    kind: 'pod',
    pod: context.subject,
    address: context.subjectAddress,
    isPlain: true,
  };
  const isIngress = context.direction === 'ingress';
  const source = isIngress ? context.peer : subject;
  const destination = isIngress ? subject : context.peer;
  return allOf([
    matchProtocol(conditions, context),
    matchVersion(conditions, context.peer.address),
    matchEnd(conditions.source, source, conditions, context),
    matchEnd(conditions.destination, destination, conditions, context),
    matchCalicoPorts(conditions.destination, context, 'destination'),
    matchCalicoPorts(conditions.source, context, 'source'),
  ]);
}

function matchProtocol(conditions: CalicoConditions, context: MatchContext): Match {
  if (conditions.protocol !== undefined && conditions.protocol !== context.protocol) return NO;
  return conditions.notProtocol !== undefined && conditions.notProtocol === context.protocol
    ? NO
    : YES;
}

function matchVersion(conditions: CalicoConditions, address: FlowAddress): Match {
  if (conditions.ipVersion === undefined) return YES;
  const hasVersion = { 4: false, 6: false };
  if (address.kind === 'exact') hasVersion[address.ip.family] = true;
  else {
    hasVersion[4] = address.addresses.v4.length > 0;
    hasVersion[6] = address.addresses.v6.length > 0;
  }
  if (!hasVersion[conditions.ipVersion]) return NO;
  return hasVersion[4] && hasVersion[6] ? unknownMatch('the IP version of the flow') : YES;
}

function matchEnd(
  condition: CalicoEnd,
  end: ResolvedEnd,
  conditions: CalicoConditions,
  context: MatchContext,
): Match {
  return allOf([
    condition.nets === undefined ? YES : matchAddress(condition.nets, end.address),
    condition.notNets === undefined ? YES : notMatch(matchAddress(condition.notNets, end.address)),
    matchSelectors(condition, end, conditions.namespace, context),
    condition.service === undefined
      ? YES
      : matchServiceEnd(condition.service, end, conditions.namespace, context),
  ]);
}

/** Selectors match pods and network sets; `notSelector` also matches addresses Calico does not know. */
function matchSelectors(
  condition: CalicoEnd,
  end: ResolvedEnd,
  home: string | undefined,
  context: MatchContext,
): Match {
  const { selector, notSelector, namespaceSelector, serviceAccounts } = condition;
  const hasPositive =
    selector !== undefined || namespaceSelector !== undefined || serviceAccounts !== undefined;
  if (!hasPositive && notSelector === undefined) return YES;
  if (end.kind === 'some-pod') return unknownMatch('the labels of the pod at this address');
  if (end.kind === 'pod') {
    return matchPodEnd(condition, end.pod, home, context);
  }
  const negative =
    notSelector === undefined
      ? YES
      : notMatch(matchNetworkSets({ selector: notSelector }, end.address, undefined, context));
  if (!hasPositive) return negative;
  // Service accounts belong to pods: no network set has one.
  const positive =
    serviceAccounts !== undefined ? NO : matchNetworkSets(condition, end.address, home, context);
  return allOf([positive, negative]);
}

function matchPodEnd(
  condition: CalicoEnd,
  pod: PodClass,
  home: string | undefined,
  context: MatchContext,
): Match {
  const { selector, notSelector, namespaceSelector, serviceAccounts } = condition;
  const labels = calicoPodLabels(pod);
  const namespace =
    namespaceSelector === undefined
      ? home === undefined || pod.namespace === home
        ? YES
        : outsideHome(condition)
      : matchCalicoSelector(
          namespaceSelector,
          calicoNamespaceLabels(context.set.objects, pod.namespace),
        );
  return allOf([
    namespace,
    selector === undefined ? YES : matchCalicoSelector(selector, labels),
    notSelector === undefined ? YES : notMatch(matchCalicoSelector(notSelector, labels)),
    serviceAccounts === undefined
      ? YES
      : allOf([
          serviceAccounts.names.length === 0 || serviceAccounts.names.includes(pod.serviceAccount)
            ? YES
            : NO,
          matchCalicoSelector(serviceAccounts.selector, serviceAccountLabels(pod)),
        ]),
  ]);
}

/** A pod of another namespace: excluded by a positive selector; what a lone `notSelector` does is not documented. */
function outsideHome(condition: CalicoEnd): Match {
  return condition.selector === undefined && condition.serviceAccounts === undefined
    ? unknownMatch('whether `notSelector` alone is limited to the namespace of the policy')
    : NO;
}

function matchNetworkSets(
  condition: CalicoEnd,
  address: FlowAddress,
  home: string | undefined,
  context: MatchContext,
): Match {
  const matches = context.set.networkSets.map((set) => {
    const selected = allOf([
      matchSetNamespace(set, condition, home, context),
      condition.selector === undefined
        ? YES
        : matchCalicoSelector(condition.selector, (key) =>
            Object.hasOwn(set.labels, key) ? set.labels[key] : undefined,
          ),
    ]);
    if (selected.kind === 'no') return NO;
    const doubt: readonly MissingFact[] | undefined = set.doubt && [set.doubt];
    const inside: Match =
      doubt === undefined ? matchAddress(set.addresses, address) : { kind: 'unknown', why: doubt };
    return allOf([selected, inside]);
  });
  return anyOf(matches);
}

/** Global sets belong to no namespace: a namespaced policy reaches them only through `global()`. */
function matchSetNamespace(
  set: CalicoNetworkSet,
  condition: CalicoEnd,
  home: string | undefined,
  context: MatchContext,
): Match {
  const { namespaceSelector } = condition;
  if (set.namespace === '') {
    if (namespaceSelector === undefined) return home === undefined ? YES : NO;
    return namespaceSelector.kind === 'global' ? YES : NO;
  }
  if (namespaceSelector === undefined)
    return home === undefined || home === set.namespace ? YES : NO;
  return matchCalicoSelector(
    namespaceSelector,
    calicoNamespaceLabels(context.set.objects, set.namespace),
  );
}

/** A Service's endpoints and their ports. */
function matchServiceEnd(
  wanted: { readonly namespace: string; readonly name: string },
  end: ResolvedEnd,
  home: string | undefined,
  context: MatchContext,
): Match {
  const namespace = wanted.namespace === '' ? (home ?? '') : wanted.namespace;
  const service = context.set.objects.services.find(
    (one) => one.namespace === namespace && one.name === wanted.name,
  );
  if (service === undefined) {
    return unknownMatch(`Service \`${namespace}/${wanted.name}\`, which is not in the input`);
  }
  const selector = Object.entries(service.selector ?? {});
  if (selector.length === 0) {
    const slices = context.set.objects.endpointSlices.filter(
      (slice) => slice.namespace === namespace && slice.service === wanted.name,
    );
    if (slices.length === 0)
      return unknownMatch(`the endpoints of Service \`${namespace}/${wanted.name}\``);
    const ips = slices.flatMap((slice) => slice.addresses.flatMap((text) => parseIp(text) ?? []));
    return matchAddress(unionAddresses(...ips.map(singleAddress)), end.address);
  }
  if (end.kind === 'some-pod') return unknownMatch('the labels of the pod at this address');
  if (end.kind !== 'pod' || end.pod.namespace !== namespace) return NO;
  const { pod } = end;
  if (!selector.every(([key, value]) => calicoPodLabels(pod)(key) === value)) return NO;
  if (context.direction === 'ingress') return YES;
  return anyOf(
    service.ports.map((port) => {
      if (port.protocol !== context.protocol) return NO;
      if (typeof port.targetPort === 'string') {
        return matchNamedPort(port.targetPort, port.protocol, context);
      }
      if (context.port === undefined) return unknownMatch('the destination port');
      return port.targetPort === context.port ? YES : NO;
    }),
  );
}

function matchCalicoPorts(
  condition: CalicoEnd,
  context: MatchContext,
  side: 'source' | 'destination',
): Match {
  const oneOf = (ports: readonly CalicoPort[]) =>
    anyOf(ports.map((port) => matchCalicoPort(port, context, side)));
  return allOf([
    condition.ports === undefined ? YES : oneOf(condition.ports),
    condition.notPorts === undefined ? YES : notMatch(oneOf(condition.notPorts)),
  ]);
}

function matchCalicoPort(
  port: CalicoPort,
  context: MatchContext,
  side: 'source' | 'destination',
): Match {
  if (port.kind === 'unreadable') return { kind: 'unknown', why: [port.why] };
  if (port.kind === 'named') {
    return side === 'destination'
      ? matchNamedPort(port.name, context.protocol, context)
      : unknownMatch('the source port');
  }
  const number = side === 'destination' ? context.port : context.sourcePort;
  if (number === undefined) return unknownMatch(`the ${side} port`);
  return port.low <= number && number <= port.high ? YES : NO;
}

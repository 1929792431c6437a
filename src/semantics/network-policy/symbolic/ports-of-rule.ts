import {
  type ApplicationKind,
  type FlowBox,
  type FlowRegion,
  intersectRegions,
} from '../../../flows/index.ts';
import type { ContainerPort } from '../../../model/index.ts';
import type { Protocol } from '../../../net/index.ts';
import type { PortTerm, RequestRules } from '../policy.ts';
import { PORTED, type Sight } from './sight.ts';

/** The flows one entry of a rule's ports admits. @see K8P-07, K8P-08, K8P-45 */
export function boxesOfPort(term: PortTerm, sight: Sight): FlowRegion {
  switch (term.kind) {
    case 'unreadable':
      return [{ needs: [term.why] }];
    case 'protocol': {
      const needs = term.isPartial
        ? { needs: [{ missing: 'the ICMP message type', at: term.at }] }
        : {};
      return [{ protocols: [term.protocol], ...needs }];
    }
    case 'range': {
      const protocols = PORTED.filter((one) => term.protocol === 'any' || term.protocol === one);
      if (protocols.length === 0) return [];
      const isAll = term.low === 0 && term.high === 65535;
      const box: FlowBox = {
        protocols,
        ...(isAll ? {} : { destinationPorts: [term.low, term.high] }),
      };
      return withRequest([box], term.request);
    }
    case 'named':
      return withRequest(boxesOfPortName(term.name, term.protocol, sight), term.request);
  }
}

/** @see K8P-08 looked up in the destination pod; K8P-52 */
export function boxesOfPortName(
  name: string,
  protocol: Protocol | 'any',
  sight: Sight,
): FlowRegion {
  const declared = portsOfDestination(sight);
  if (declared === undefined) {
    const { far } = sight;
    const shown = far.address === 'header' ? undefined : far.address.label;
    const box: FlowBox = {
      needs: [{ missing: `the container ports of ${shown ?? 'this address'}` }],
    };
    return [{ protocols: protocol === 'any' ? PORTED : [protocol], ...box }];
  }
  if (declared === 'none') return [];
  const boxes: FlowBox[] = [];
  const isMixedUp = (one: Protocol) =>
    sight.direction === 'egress' && sight.hasSeveralNumbers(name, one);
  for (const one of protocol === 'any' ? PORTED : [protocol]) {
    if (!isMixedUp(one)) continue;
    const missing = `which number Cilium takes for port name \`${name}\` (pods differ)`;
    boxes.push({ protocols: [one], needs: [{ missing }] });
  }
  for (const port of declared) {
    if (port.name !== name || (protocol !== 'any' && port.protocol !== protocol)) continue;
    if (isMixedUp(port.protocol)) continue;
    boxes.push({ protocols: [port.protocol], destinationPorts: [port.port, port.port] });
  }
  return boxes;
}

/** `undefined`: a pod we do not know. `none`: no pod. */
function portsOfDestination({
  direction,
  subject,
  far,
}: Sight): readonly ContainerPort[] | 'none' | undefined {
  if (direction === 'ingress') return subject.ports;
  if (far.kind === 'pod') return far.pod.ports;
  return far.kind === 'some-pod' ? undefined : 'none';
}

const NOT_PLAIN: readonly ApplicationKind[] = ['https', 'mssql'];

/**
 * A port whose requests are read. The connection as such opens (K8P-46); of requests only what a flow says can be told: the name is
 * the host, method and path are not part of it.
 */
function withRequest(region: FlowRegion, request: RequestRules | undefined): FlowRegion {
  if (request === undefined || request.kind === 'dns') return region;
  if (request.kind === 'unsupported') return intersectRegions(region, [{ needs: [request.why] }]);
  const missing = 'what the proxy reads of a connection that is not plain HTTP';
  return intersectRegions(region, [
    { applications: ['none'] },
    { applications: NOT_PLAIN, needs: [{ missing, at: request.at }] },
    ...(request.rules.length === 0
      ? [{ applications: ['http'] } satisfies FlowBox]
      : request.rules.flatMap((rule) => httpBoxes(rule, request))),
  ]);
}

function httpBoxes(
  rule: Extract<RequestRules, { kind: 'http' }>['rules'][number],
  { at }: RequestRules,
): FlowRegion {
  const needs = [
    ...(isOpen(rule.method) ? [] : [{ missing: 'the HTTP method' }]),
    ...(isOpen(rule.path) ? [] : [{ missing: 'the HTTP path' }]),
    ...(rule.hasHeaders ? [{ missing: 'the HTTP headers', at }] : []),
  ];
  const base: FlowBox = { applications: ['http'], ...(needs.length === 0 ? {} : { needs }) };
  const { host } = rule;
  if (isOpen(host)) return [base];
  const unnamed: FlowBox = {
    names: { patterns: [], withoutName: true },
    needs: [{ missing: 'the HTTP host' }],
  };
  const isLiteral = /^[A-Za-z0-9/_-]*$/.test(host);
  const named: FlowBox = isLiteral
    ? { names: { patterns: [host], withoutName: false } }
    : {
        names: { patterns: ['*'], withoutName: false },
        needs: [{ missing: `whether the HTTP host fits \`${host}\`` }],
      };
  return intersectRegions([base], [named, unnamed]);
}

function isOpen(pattern: string | undefined): pattern is undefined | '' | '.*' {
  return pattern === undefined || pattern === '' || pattern === '.*';
}

import type { ApplicationGateway } from '../../model/index.ts';
import { deliverToGateway, gatewaySubnet } from '../../semantics/application-gateway/concrete.ts';
import type { WafInForce } from '../../semantics/application-gateway/waf.ts';
import type { Flow } from '../../semantics/flow.ts';
import type { MissingFact } from '../../semantics/verdict.ts';
import { deliverToOf } from '../deliver-to.ts';
import type { HopResult, Journey, Position } from '../journey.ts';
import { sessionOf, untranslated } from '../session.ts';
import { formatAddress } from '../step-of.ts';
import type { Hop, Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';

const WAF_TEXT: Readonly<Record<WafInForce['kind'], string>> = {
  prevention: 'inspects and blocks',
  detection: 'inspects, blocks nothing',
  disabled: 'switched off',
  none: 'none: nothing inspects the request',
  unknown: 'cannot be told',
};

/**
 * An Application Gateway ends the client's connection and opens its own: listener, routing rule, WAF, then a new
 * flow from its subnet. An answer to that flow is turned into an answer to the client.
 */
export function applicationGatewayHop(
  context: TraceContext,
  at: Position & { kind: 'application-gateway' },
  flow: Flow,
  journey: Journey,
): HopResult {
  const { network } = context;
  const gateway = network.perimeter.applicationGateways.get(at.gatewayKey);
  const steps: Step[] = [];
  const hop: Hop = {
    kind: 'application-gateway',
    name: gateway?.name ?? at.gatewayKey,
    ...(gateway === undefined ? {} : { at: gateway.at }),
    steps,
    flow,
  };
  if (gateway === undefined)
    return unknown(hop, [{ missing: `application gateway \`${hop.name}\`` }]);
  const subnetKey = gatewaySubnet(network, gateway)?.subnet.key;
  if (journey.direction === 'return') return answerClient(hop, gateway, subnetKey, flow, journey);

  const delivery = deliverToGateway(network, gateway, at.frontendKey, flow);
  if (delivery.kind === 'unknown') return unknown(hop, delivery.why);
  steps.push({ stage: 'routing rule', by: delivery.by, text: delivery.by.name });
  if (delivery.kind === 'no-listener') {
    return { hop, next: { kind: 'stop', disposition: { kind: 'denied', by: delivery.by } } };
  }
  steps.push({ stage: 'waf', by: delivery.waf.by, text: WAF_TEXT[delivery.waf.kind] });
  if (delivery.kind === 'redirected') {
    return {
      hop,
      next: {
        kind: 'stop',
        disposition: { kind: 'delivered', to: `a redirect by ${gateway.name}` },
      },
    };
  }
  const connection = delivery.flows[0];
  if (connection === undefined || subnetKey === undefined) {
    const missing =
      subnetKey === undefined
        ? `the subnet of ${gateway.name}`
        : `a backend of ${delivery.route.name}`;
    return unknown(hop, [...delivery.why, { missing, at: gateway.at }]);
  }
  steps.push({
    stage: 'new connection',
    text: `${formatAddress(connection.flow.source)} → ${formatAddress(connection.flow.destination)}:${connection.flow.destinationPort ?? '?'}, X-Forwarded-For ${formatAddress(connection.forwardedFor)}`,
    facts: delivery.facts,
  });
  const deliverTo = deliverToOf(network, connection.flow.destination);
  return {
    hop: { ...hop, flow: connection.flow },
    session: { boxKey: gateway.key, boxName: gateway.name, arrived: flow, left: connection.flow },
    next: {
      kind: 'forward',
      to: {
        at: { kind: 'leaving-subnet', subnetKey, sender: gateway.name },
        flow: connection.flow,
        ...(deliverTo === undefined ? {} : { deliverTo }),
      },
    },
    ...(delivery.why.length > 0 ? { conditions: delivery.why } : {}),
  };
}

function answerClient(
  hop: Hop,
  gateway: ApplicationGateway,
  subnetKey: string | undefined,
  flow: Flow,
  journey: Journey,
): HopResult {
  const session = sessionOf(journey.sessions, gateway.key, flow);
  if (session === undefined || subnetKey === undefined) {
    return unknown(hop, [
      { missing: `which connection of ${gateway.name} the answer belongs to`, at: gateway.at },
    ]);
  }
  const answer = untranslated(session);
  const step: Step = {
    stage: 'connection',
    text: `answers its client: → ${formatAddress(answer.destination)}`,
  };
  return {
    hop: { ...hop, steps: [step], flow: answer },
    next: {
      kind: 'forward',
      to: { at: { kind: 'leaving-subnet', subnetKey, sender: gateway.name }, flow: answer },
    },
  };
}

function unknown(hop: Hop, why: readonly MissingFact[]): HopResult {
  return { hop, next: { kind: 'stop', disposition: { kind: 'unknown', why } } };
}

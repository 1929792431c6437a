import type { ApplicationGateway } from '../../model/index.ts';
import type { Network, SubnetPlacement } from '../../network/index.ts';
import {
  type BackendConnection,
  deliverToGateway,
  type GatewayDelivery,
  gatewayInstance,
  gatewaySubnet,
} from '../../semantics/application-gateway/concrete.ts';
import type { WafInForce } from '../../semantics/application-gateway/waf.ts';
import { resolveName } from '../../semantics/dns/concrete.ts';
import type { Flow, FlowAddress } from '../../semantics/flow.ts';
import { flowAddressOf } from '../../semantics/outbound/flow-address.ts';
import type { MissingFact } from '../../semantics/verdict.ts';
import { deliverToOf } from '../deliver-to.ts';
import { elsewhere } from '../elsewhere.ts';
import { isPrivate } from '../is-private.ts';
import type { HopResult, Journey, Placed, Position } from '../journey.ts';
import { replyTo, sessionOf, untranslated } from '../session.ts';
import { formatAddress } from '../step-of.ts';
import type { Disposition, Hop, Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';
import { judge, subnetVerdict } from './verdicts.ts';

type AtGateway = Position & { kind: 'application-gateway' };
type Proxied = Extract<GatewayDelivery, { kind: 'proxied' }>;

const WAF_TEXT: Readonly<Record<WafInForce['kind'], string>> = {
  prevention: 'inspects and blocks',
  detection: 'inspects, blocks nothing',
  disabled: 'switched off',
  none: 'none: nothing inspects the request',
  unknown: 'cannot be told',
};

/**
 * An Application Gateway ends the client's connection and opens its own: the NSG of its subnet, listener, routing rule,
 * WAF, then a new flow from its subnet. An answer to that flow is turned into an answer to the client.
 */
export function applicationGatewayHop(
  { network }: TraceContext,
  at: AtGateway,
  flow: Flow,
  journey: Journey,
): HopResult {
  const gateway = network.perimeter.applicationGateways.get(at.gatewayKey);
  const steps: Step[] = [];
  const hop: Hop = {
    kind: 'application-gateway',
    name: gateway?.name ?? at.gatewayKey,
    ...(gateway === undefined ? {} : { at: gateway.at }),
    steps,
    flow,
  };
  const stop = (disposition: Disposition, reply?: Placed): HopResult => ({
    hop,
    next: { kind: 'stop', disposition, ...(reply === undefined ? {} : { reply }) },
  });
  if (gateway === undefined) {
    return stop({ kind: 'unknown', why: [{ missing: `application gateway \`${hop.name}\`` }] });
  }
  const subnet = gatewaySubnet(network, gateway);
  if (journey.direction === 'return') return answerClient(hop, gateway, subnet, flow, journey);
  if (subnet === undefined) {
    const missing = `the subnet of ${gateway.name}`;
    return stop({ kind: 'unknown', why: [{ missing, at: gateway.at }] });
  }

  // azure-networking 9.1: clients are admitted to the gateway's subnet, also those of the public front end.
  const seen = isPrivate(flow.destination)
    ? flow
    : { ...flow, destination: gatewayInstance(network, gateway) };
  const judged = judge(steps, [['nsg', () => subnetVerdict(network, subnet, 'Inbound', seen)]]);
  if (judged.denied !== undefined) return stop({ kind: 'denied', by: judged.denied });
  const said = judged.open.length === 0 ? {} : { conditions: judged.open };
  const answered = placedAt(gateway, subnet, replyTo(flow));

  if (journey.endsAtGateway?.key === gateway.key) {
    const { published } = journey.endsAtGateway;
    steps.push({ stage: 'listener', text: `made by its ingress controller for ${published}` });
    const disposition: Disposition = { kind: 'delivered', to: gateway.name };
    return { ...stop(disposition, answered), ...said };
  }
  const delivery = deliverToGateway(network, gateway, at.frontendKey, flow);
  if (delivery.kind === 'unknown')
    return { ...stop({ kind: 'unknown', why: delivery.why }), ...said };
  steps.push({ stage: 'routing rule', by: delivery.by, text: delivery.by.name });
  if (delivery.kind === 'no-listener') return stop({ kind: 'denied', by: delivery.by });
  steps.push({ stage: 'waf', by: delivery.waf.by, text: WAF_TEXT[delivery.waf.kind] });
  if (delivery.kind === 'redirected') {
    const disposition: Disposition = { kind: 'delivered', to: `a redirect by ${gateway.name}` };
    return { ...stop(disposition, answered), ...said };
  }
  if (delivery.flows.length === 0) {
    const missing = { missing: `a backend of ${delivery.route.name}`, at: gateway.at };
    const why = delivery.why.length > 0 ? delivery.why : [missing];
    return { ...stop({ kind: 'unknown', why }), ...said };
  }
  const proxied = proxy(network, hop, gateway, subnet, delivery, flow, journey);
  const conditions = [...judged.open, ...(proxied.conditions ?? [])];
  return conditions.length === 0 ? proxied : { ...proxied, conditions };
}

/** The gateway's own connection to one backend. */
function proxy(
  network: Network,
  hop: Hop,
  gateway: ApplicationGateway,
  subnet: SubnetPlacement,
  delivery: Proxied,
  arrived: Flow,
  journey: Journey,
): HopResult {
  const connection = journey.choose(
    delivery.flows,
    (one) => `backend ${formatAddress(one.flow.destination)}`,
  );
  const conditions: MissingFact[] = [...delivery.why];
  const { flow, open } = resolved(network, connection, subnet);
  conditions.push(...open);
  const before = `${formatAddress(flow.source)} → ${formatAddress(flow.destination)}:${flow.destinationPort ?? '?'}`;
  const step: Step = {
    stage: 'new connection',
    text: `${before}, X-Forwarded-For ${formatAddress(connection.forwardedFor)}`,
    facts: delivery.facts,
  };
  const deliverTo = deliverToOf(network, flow.destination);
  const onward = deliverTo === undefined ? {} : { deliverTo };
  return {
    hop: { ...hop, steps: [...hop.steps, step], flow },
    session: { boxKey: gateway.key, boxName: gateway.name, arrived, left: flow },
    next: { kind: 'forward', to: { ...placedAt(gateway, subnet, flow), ...onward } },
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

/** A backend by name is where the gateway's network resolves it to (AZS-21). */
function resolved(
  network: Network,
  { flow, backendName }: BackendConnection,
  subnet: SubnetPlacement,
): { readonly flow: Flow; readonly open: readonly MissingFact[] } {
  if (backendName === undefined) return { flow, open: [] };
  const resolution = resolveName(network, subnet.vnet.key, backendName);
  const outside: FlowAddress = {
    kind: 'within',
    addresses: elsewhere(network),
    label: backendName,
    symbol: `name:${backendName}`,
  };
  switch (resolution.kind) {
    case 'private':
      return { flow: { ...flow, destination: flowAddressOf(resolution.address) }, open: [] };
    case 'public':
      return { flow: { ...flow, destination: outside }, open: [] };
    case 'unknown':
      return { flow, open: resolution.why };
    default:
      return { flow: { ...flow, destination: outside }, open: [{ missing: resolution.why }] };
  }
}

/** Sent by the gateway from its subnet; what goes to the internet leaves with its public front end's address. */
function placedAt(gateway: ApplicationGateway, subnet: SubnetPlacement, flow: Flow): Placed {
  const isPublic = gateway.frontends.some(({ publicIp }) => publicIp !== undefined);
  return {
    at: {
      kind: 'leaving-subnet',
      subnetKey: subnet.subnet.key,
      sender: gateway.name,
      outbound: { nicHasPublicIp: isPublic, at: gateway.at },
    },
    flow,
  };
}

function answerClient(
  hop: Hop,
  gateway: ApplicationGateway,
  subnet: SubnetPlacement | undefined,
  flow: Flow,
  journey: Journey,
): HopResult {
  const session = sessionOf(journey.sessions, gateway.key, flow);
  if (session === undefined || subnet === undefined) {
    const missing = `which connection of ${gateway.name} the answer belongs to`;
    const why = [{ missing, at: gateway.at }];
    return { hop, next: { kind: 'stop', disposition: { kind: 'unknown', why } } };
  }
  const answer = untranslated(session);
  const text = `answers its client: → ${formatAddress(answer.destination)}`;
  return {
    hop: { ...hop, steps: [{ stage: 'connection', text }], flow: answer },
    next: { kind: 'forward', to: placedAt(gateway, subnet, answer) },
  };
}

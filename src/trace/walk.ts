import type { FlowAddress } from '../semantics/flow.ts';
import type { MissingFact } from '../semantics/verdict.ts';
import { hopAt } from './hop-at.ts';
import type { Journey, Placed, Position, Session } from './journey.ts';
import type { Disposition, Hop, Walk } from './trace.ts';
import type { TraceContext } from './trace-context.ts';

/** More boxes than any perimeter puts in a row; a walk that gets here is a loop we did not recognise. */
const HOPS_MAX = 64;

/** One direction of a connection, with what the other direction needs to know. */
export interface WalkResult {
  readonly walk: Walk;
  readonly sessions: readonly Session[];
  /** Boxes that looked at the flow, by key (firewalls and gateways only). */
  readonly statefulBoxes: readonly string[];
  readonly reply?: Placed;
  readonly assumptions: readonly string[];
  /** The source as the first subnet outside the sender saw it. */
  readonly home?: FlowAddress;
  readonly homeSubnetKey?: string;
}

/**
 * Walks one flow from box to box until it arrives, is denied, or leaves what we model. A box that may drop it does
 * not stop the walk: a later box may deny for certain. The end is then `unknown`, with every condition.
 */
export function walk(context: TraceContext, start: Placed, journey: Journey): WalkResult {
  const hops: Hop[] = [];
  const sessions: Session[] = [];
  const conditions: MissingFact[] = [];
  const assumptions = new Set<string>();
  const statefulBoxes: string[] = [];
  const visited = new Set<string>();
  let home: FlowAddress | undefined;
  let homeSubnetKey: string | undefined;
  let here = start;

  for (let count = 0; count < HOPS_MAX; count += 1) {
    const visit = `${positionKey(here.at)} ${addressKey(here.flow.source)} ${addressKey(here.flow.destination)}`;
    if (visited.has(visit)) {
      const through = hops.map((hop) => hop.name);
      return finish({ kind: 'loop', through: through.slice(-4) });
    }
    visited.add(visit);
    if (here.at.kind === 'firewall') statefulBoxes.push(here.at.firewallKey);
    if (here.at.kind === 'application-gateway') statefulBoxes.push(here.at.gatewayKey);
    if (home === undefined && isOutside(here.at)) {
      home = here.flow.source;
      if (here.at.kind === 'leaving-subnet') homeSubnetKey = here.at.subnetKey;
    }

    const vnetKey =
      homeSubnetKey === undefined
        ? undefined
        : context.network.subnets.get(homeSubnetKey)?.vnet.key;
    const result = hopAt(context, here, {
      ...journey,
      ...(vnetKey === undefined ? {} : { homeVnetKey: vnetKey }),
    });
    hops.push(result.hop);
    if (result.session !== undefined) sessions.push(result.session);
    conditions.push(...(result.conditions ?? []));
    for (const assumption of result.assumptions ?? []) assumptions.add(assumption);
    if (result.next.kind === 'stop') return finish(result.next.disposition, result.next.reply);
    here = result.next.to;
  }
  return finish({ kind: 'loop', through: hops.slice(-4).map((hop) => hop.name) });

  function finish(reached: Disposition, reply?: Placed): WalkResult {
    const arrives = reached.kind === 'delivered' || reached.kind === 'left-network';
    const disposition: Disposition =
      arrives && conditions.length > 0 ? { kind: 'unknown', why: distinct(conditions) } : reached;
    return {
      walk: { hops, disposition },
      sessions,
      statefulBoxes,
      assumptions: [...assumptions],
      ...(reply === undefined ? {} : { reply }),
      ...(home === undefined ? {} : { home }),
      ...(homeSubnetKey === undefined ? {} : { homeSubnetKey }),
    };
  }
}

function isOutside(at: Position): boolean {
  return at.kind !== 'leaving-pod' && at.kind !== 'leaving-node';
}

function positionKey(at: Position): string {
  switch (at.kind) {
    case 'leaving-pod':
    case 'entering-pod':
      return `${at.kind} ${at.pod.namespace}/${at.pod.kind}/${at.pod.name}`;
    case 'leaving-node':
      return `${at.kind} ${at.pool?.pool.key ?? at.cluster.name}`;
    case 'leaving-subnet':
    case 'entering-subnet':
      return `${at.kind} ${at.subnetKey}`;
    case 'firewall':
      return `${at.kind} ${at.firewallKey}`;
    case 'application-gateway':
      return `${at.kind} ${at.gatewayKey}`;
    case 'private-endpoint':
      return `${at.kind} ${at.endpointKey}`;
    case 'service-frontend':
      return `${at.kind} ${at.frontend.service.namespace}/${at.frontend.service.name}`;
    default:
      return at.kind;
  }
}

function addressKey(address: FlowAddress): string {
  if (address.symbol !== undefined) return address.symbol;
  return address.kind === 'exact' ? String(address.ip.value) : address.label;
}

function distinct(facts: readonly MissingFact[]): readonly MissingFact[] {
  return [...new Map(facts.map((fact) => [fact.missing, fact])).values()];
}

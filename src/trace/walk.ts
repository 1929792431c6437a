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
  /** Where the way led, leaving aside what could not be decided on it. */
  readonly led: Disposition;
  /** Set when the flow may have gone elsewhere: then not even a denial is certain. */
  readonly mayBeElsewhere: boolean;
  readonly sessions: readonly Session[];
  /** Boxes that looked at the flow, by key (firewalls and gateways only). */
  readonly statefulBoxes: readonly string[];
  readonly reply?: Placed;
  readonly isAnsweredHere: boolean;
  readonly assumptions: readonly string[];
  /** The source as the first subnet outside the sender saw it. */
  readonly home?: FlowAddress;
  readonly homeSubnetKey?: string;
}

/**
 * Walks one flow from box to box until it arrives, is denied, or leaves what we model. A box that may drop it does
 * not stop the walk: a later box may deny for certain. The end is then `unknown`, with every condition; it is
 * `unknown` whatever later boxes say once the flow may have gone elsewhere.
 * @returns at the latest after `HOPS_MAX` boxes
 */
export function walk(context: TraceContext, start: Placed, journey: Journey): WalkResult {
  const hops: Hop[] = [];
  const sessions: Session[] = [];
  const open: MissingFact[] = [];
  const assumptions = new Set<string>();
  const statefulBoxes: string[] = [];
  const visited = new Set<string>();
  let mayBeElsewhere = false;
  let home: FlowAddress | undefined;
  let homeSubnetKey: string | undefined;
  let here = start;

  for (let count = 0; count < HOPS_MAX; count += 1) {
    const visit = visitKey(here);
    if (visited.has(visit)) return finish({ kind: 'loop', through: lastBoxes(hops) });
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
    // On the way back the home is that of the way there.
    const own =
      journey.direction === 'return' || vnetKey === undefined ? {} : { homeVnetKey: vnetKey };
    const result = hopAt(context, here, { ...journey, ...own });
    hops.push(result.hop);
    if (result.session !== undefined) sessions.push(result.session);
    open.push(...(result.conditions ?? []), ...(result.doubts ?? []));
    if ((result.doubts ?? []).length > 0) mayBeElsewhere = true;
    for (const assumption of result.assumptions ?? []) assumptions.add(assumption);
    if (result.next.kind === 'stop') {
      const { disposition, reply, isAnsweredHere } = result.next;
      return finish(disposition, reply, isAnsweredHere);
    }
    here = result.next.to;
  }
  return finish({ kind: 'loop', through: lastBoxes(hops) });

  function finish(led: Disposition, reply?: Placed, isAnsweredHere?: true): WalkResult {
    return {
      walk: { hops, disposition: told(led, open, mayBeElsewhere) },
      led,
      mayBeElsewhere,
      sessions,
      statefulBoxes,
      isAnsweredHere: isAnsweredHere === true,
      assumptions: [...assumptions],
      ...(reply === undefined ? {} : { reply }),
      ...(home === undefined ? {} : { home }),
      ...(homeSubnetKey === undefined ? {} : { homeSubnetKey }),
    };
  }
}

/** Where a walk ended, as far as that is certain. */
function told(
  led: Disposition,
  open: readonly MissingFact[],
  mayBeElsewhere: boolean,
): Disposition {
  if (led.kind === 'unknown') return { kind: 'unknown', why: distinct([...open, ...led.why]) };
  const arrives = led.kind === 'delivered' || led.kind === 'left-network';
  return open.length > 0 && (arrives || mayBeElsewhere)
    ? { kind: 'unknown', why: distinct(open) }
    : led;
}

function isOutside(at: Position): boolean {
  return at.kind !== 'leaving-pod' && at.kind !== 'leaving-node';
}

/** The same box with the same headers again is a loop. */
function visitKey({ at, flow }: Placed): string {
  const ends = [flow.source, flow.destination].map(addressKey).join(' ');
  return `${positionKey(at)} ${ends} ${flow.sourcePort ?? ''} ${flow.destinationPort ?? ''}`;
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
    case 'load-balancer':
      return `${at.kind} ${at.loadBalancer.key}`;
    case 'application-gateway':
      return `${at.kind} ${at.gatewayKey}`;
    case 'private-endpoint':
      return `${at.kind} ${at.endpointKey}`;
    case 'service-frontend':
      return `${at.kind} ${at.cluster.name} ${at.frontend.service.namespace}/${at.frontend.service.name}`;
    case 'on-premises':
      return `${at.kind} ${at.way}`;
    default:
      return at.kind;
  }
}

function addressKey(address: FlowAddress): string {
  if (address.symbol !== undefined) return address.symbol;
  if (address.kind === 'exact') return String(address.ip.value);
  const { v4, v6 } = address.addresses;
  return `${address.label} ${v4.length} ${v4[0] ?? ''} ${v4.at(-1) ?? ''} ${v6.length}`;
}

function lastBoxes(hops: readonly Hop[]): readonly string[] {
  return [...new Set(hops.slice(-4).map((hop) => hop.name))];
}

function distinct(facts: readonly MissingFact[]): readonly MissingFact[] {
  return [...new Map(facts.map((fact) => [fact.missing, fact])).values()];
}

import { addressSetHas, equalIp, parseIp } from '../../net/index.ts';
import type { FlowAddress } from '../../semantics/flow.ts';
import type { Trace } from '../../trace/index.ts';
import type { LabEnd } from '../plan/lab-plan.ts';
import { type Observation, outcomeText } from './attempt.ts';
import type { Agreement } from './compare.ts';
import { areInSeveralNetworks } from './networks-apart.ts';
import type { ProbePlan } from './probe-plan.ts';

/** Where the first packet of a flow is proven to arrive. */
export interface Arrival {
  readonly hosts: readonly string[];
  readonly protocol: 'tcp' | 'udp';
  /** Those it has on its way, ascending: a host that translates for itself gets it as the last box before left it. */
  readonly ports: readonly number[];
}

/**
 * Of a flow that is proven `broken` in every way it may take: its first packet arrives and its answer does not. That nothing comes
 * back shows one half only; the other is seen where it arrives. Undefined for every other flow, and where the lab has nobody there.
 */
export function provenArrival(
  plan: ProbePlan,
  traces: readonly Trace[],
  from: LabEnd,
  { outcome }: Observation,
): Arrival | undefined {
  if (outcome.kind === 'answered' || outcome.kind === 'no-name') return undefined;
  const [first] = traces;
  if (first === undefined || !traces.every(isLostOnTheWayBack)) return undefined;
  if (traces.some(callsAgain)) return undefined;
  const ends = traces.map(({ forward, flow }) => forward.hops.at(-1)?.flow ?? flow);
  const { protocol } = ends[0]!;
  if (protocol !== 'tcp' && protocol !== 'udp') return undefined;
  if (ends.some((end) => end.destinationPort === undefined)) return undefined;
  const flows = traces.flatMap(({ flow, forward }) => [
    flow,
    ...forward.hops.map((hop) => hop.flow),
  ]);
  const ports = new Set(flows.flatMap(({ destinationPort }) => destinationPort ?? []));
  const there = plan.ends.filter(({ addresses }) =>
    ends.some(({ destination }) => addresses.some((text) => mayBe(destination, text))),
  );
  // The proof takes a load balancer at its word; the lab has no cable to members of a network that the front end does not reach.
  const hosts = there.filter((end) => !areInSeveralNetworks(plan, [from, end])).map(hostOf);
  if (hosts.length === 0) return undefined;
  return { hosts: [...new Set(hosts)], protocol, ports: [...ports].sort((a, b) => a - b) };
}

/** A packet that is proven to arrive and does not is a disagreement, though neither proof nor kernel brings an answer. */
export function judgeArrival(hasArrived: boolean, { outcome }: Observation): Agreement {
  if (hasArrived) return { kind: 'agree' };
  const why = `proof: it arrives and its answer is lost; lab: ${outcomeText(outcome)}, and it did not arrive`;
  return { kind: 'disagree', why };
}

function hostOf({ host }: LabEnd): string {
  return host;
}

const TABLE = 'sallyport_arrival';

/** Counts first packets at these ports, before every other rule of the namespace. */
export function arrivalRules({ protocol, ports }: Arrival): string {
  const first = protocol === 'tcp' ? 'tcp flags & (syn | ack) == syn ' : '';
  return `table inet ${TABLE}
delete table inet ${TABLE}
table inet ${TABLE} {
  counter arrived { }
  chain arriving {
    type filter hook prerouting priority -400;
    ${first}${protocol} dport { ${ports.join(', ')} } counter name "arrived"
  }
}
`;
}

export const READ_ARRIVALS = ['nft', '-j', 'list', 'counter', 'inet', TABLE, 'arrived'] as const;
export const FORGET_ARRIVALS = ['nft', 'delete', 'table', 'inet', TABLE] as const;

/** Of what `READ_ARRIVALS` prints (libnftables-json(5)); 0 for anything else. */
export function arrivalsIn(listing: string): number {
  return Number(/"packets": ?(\d+)/.exec(listing)?.[1] ?? 0);
}

function isLostOnTheWayBack({ answer, forward }: Trace): boolean {
  return answer === 'broken' && forward.disposition.kind === 'delivered';
}

/**
 * A box on the way ends the client's connection and opens its own when that one stands. Of one whose answers are lost nobody can say so: the
 * proof follows every half by itself.
 */
function callsAgain({ forward }: Trace): boolean {
  return forward.hops.some(
    ({ kind, steps }) =>
      kind === 'application-gateway' ||
      steps.some(
        ({ stage, verdict }) => stage === 'application rules' && verdict?.kind === 'allow',
      ),
  );
}

function mayBe(destination: FlowAddress, text: string): boolean {
  const ip = parseIp(text);
  if (ip === undefined) return false;
  return destination.kind === 'exact'
    ? equalIp(destination.ip, ip)
    : addressSetHas(destination.addresses, ip);
}

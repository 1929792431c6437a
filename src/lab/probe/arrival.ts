import { addressSetHas, equalIp, parseIp } from '../../net/index.ts';
import type { FlowAddress } from '../../semantics/flow.ts';
import type { Trace } from '../../trace/index.ts';
import { type Observation, outcomeText } from './attempt.ts';
import type { Agreement } from './compare.ts';
import type { ProbePlan } from './probe-plan.ts';

/** Where the first packet of a flow is proven to arrive, and at which port after every translation. */
export interface Arrival {
  readonly hosts: readonly string[];
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/**
 * Of a flow that is proven `broken` in every way it may take: its first packet arrives and its answer does not. That nothing comes
 * back shows one half only; the other is seen where it arrives. Undefined for every other flow, and where the lab has nobody there.
 */
export function provenArrival(
  plan: ProbePlan,
  traces: readonly Trace[],
  { outcome }: Observation,
): Arrival | undefined {
  if (outcome.kind === 'answered' || outcome.kind === 'no-name') return undefined;
  const [first] = traces;
  if (first === undefined || !traces.every(isLostOnTheWayBack)) return undefined;
  const ends = traces.map(({ forward, flow }) => forward.hops.at(-1)?.flow ?? flow);
  const { protocol, destinationPort: port } = ends[0]!;
  if ((protocol !== 'tcp' && protocol !== 'udp') || port === undefined) return undefined;
  if (ends.some((end) => end.destinationPort !== port)) return undefined;
  const hosts = plan.ends
    .filter(({ addresses }) =>
      ends.some(({ destination }) => addresses.some((text) => mayBe(destination, text))),
    )
    .map(({ host }) => host);
  return hosts.length === 0 ? undefined : { hosts: [...new Set(hosts)], protocol, port };
}

/** A packet that is proven to arrive and does not is a disagreement, though neither proof nor kernel brings an answer. */
export function judgeArrival(hasArrived: boolean, { outcome }: Observation): Agreement {
  if (hasArrived) return { kind: 'agree' };
  const why = `proof: it arrives and its answer is lost; lab: ${outcomeText(outcome)}, and it did not arrive`;
  return { kind: 'disagree', why };
}

const TABLE = 'sallyport_arrival';

/** Counts first packets at a port, before every other rule of the namespace. */
export function arrivalRules({ protocol, port }: Arrival): string {
  const first = protocol === 'tcp' ? 'tcp flags & (syn | ack) == syn ' : '';
  return `table inet ${TABLE}
delete table inet ${TABLE}
table inet ${TABLE} {
  counter arrived { }
  chain arriving {
    type filter hook prerouting priority -400;
    ${first}${protocol} dport ${port} counter name "arrived"
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

function mayBe(destination: FlowAddress, text: string): boolean {
  const ip = parseIp(text);
  if (ip === undefined) return false;
  return destination.kind === 'exact'
    ? equalIp(destination.ip, ip)
    : addressSetHas(destination.addresses, ip);
}

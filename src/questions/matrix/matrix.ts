import type { FlowRegion } from '../../flows/index.ts';
import type { PortSet, Protocol } from '../../net/index.ts';
import type { Inconclusive } from '../query/answer.ts';

/** Who may talk to whom: every pair of ends, with the services each may reach on the other. */
export interface Matrix {
  readonly senders: readonly MatrixEnd[];
  readonly receivers: readonly MatrixEnd[];
  /** `cells[sender][receiver]`. */
  readonly cells: readonly (readonly MatrixCell[])[];
  /** What the cells do not cover. */
  readonly notes: readonly string[];
  readonly inconclusive: readonly Inconclusive[];
}

export type MatrixEndKind =
  | 'workloads'
  | 'future'
  | 'nodes'
  | 'internet'
  | 'on-premises'
  | 'private-endpoint';

/** A row or a column. Workloads that no policy and no box tells apart share one. */
export interface MatrixEnd {
  readonly kind: MatrixEndKind;
  /** `pets/order-service`, `pets/order-service +3`, `internet`. */
  readonly label: string;
  /** All that share it. */
  readonly members: readonly string[];
  /** As `query --from` and `--to` take one of them; absent for those that do not exist yet. */
  readonly selector?: string;
}

/**
 * `all`: every port of TCP and UDP, whatever is unknown. `some`: at least one flow for certain. `open`: none for certain, perhaps some.
 * `self`: a workload and itself, of which there is one pod. `none`: nothing gets through.
 */
export type CellLevel = 'all' | 'some' | 'open' | 'none';

export interface MatrixCell {
  readonly level: CellLevel;
  /** What arrives for certain, as protocols and ports; hosts by name are not told apart here. */
  readonly allowed: readonly CellService[];
  /** What may arrive besides. */
  readonly open: readonly CellService[];
  /** Only flows to some names or addresses among all that the receiver stands for. */
  readonly isPartial: boolean;
}

/** A protocol and ports of it; absent: all of them, or it has none. */
export interface CellService {
  readonly protocol: Protocol;
  readonly ports?: PortSet;
}

export const NOTHING_PASSES: MatrixCell = {
  level: 'none',
  allowed: [],
  open: [],
  isPartial: false,
};

/** A cell of regions over protocols and destination ports. */
export function cellOf(always: FlowRegion, perhaps: FlowRegion): MatrixCell {
  const allowed = servicesOf(always);
  const open = servicesOf(perhaps).filter(
    (service) => !allowed.some((one) => sameService(one, service)),
  );
  const isAll = (['tcp', 'udp'] as const).every((protocol) =>
    allowed.some((one) => one.protocol === protocol && one.ports === undefined),
  );
  const level = isAll ? 'all' : allowed.length > 0 ? 'some' : open.length > 0 ? 'open' : 'none';
  return { level, allowed, open, isPartial: false };
}

const ORDER: readonly Protocol[] = ['tcp', 'udp', 'icmp', 'sctp', 'esp', 'ah', 'other'];
/** What people ask about; the others follow the verdict of their policies and are left to `query`. */
const TOLD: readonly Protocol[] = ['tcp', 'udp', 'icmp', 'sctp'];

function servicesOf(region: FlowRegion): readonly CellService[] {
  const found = new Map<Protocol, PortSet | undefined>();
  for (const { protocols = ORDER, destinationPorts } of region) {
    for (const protocol of protocols) {
      if (!TOLD.includes(protocol)) continue;
      const known = found.get(protocol);
      const isWhole = destinationPorts === undefined || protocol === 'icmp';
      if (isWhole || (found.has(protocol) && known === undefined)) found.set(protocol, undefined);
      else found.set(protocol, joined(known ?? [], destinationPorts));
    }
  }
  return TOLD.flatMap((protocol): CellService[] => {
    if (!found.has(protocol)) return [];
    const ports = found.get(protocol);
    return [ports === undefined || isEvery(ports) ? { protocol } : { protocol, ports }];
  });
}

function joined(a: PortSet, b: PortSet): PortSet {
  const pairs: [number, number][] = [];
  for (const set of [a, b]) {
    for (let index = 0; index < set.length; index += 2) pairs.push([set[index]!, set[index + 1]!]);
  }
  pairs.sort((left, right) => left[0] - right[0]);
  const out: number[] = [];
  for (const [low, high] of pairs) {
    const last = out.length - 1;
    if (last > 0 && low <= out[last]! + 1) out[last] = Math.max(out[last]!, high);
    else out.push(low, high);
  }
  return out;
}

function isEvery(ports: PortSet): boolean {
  return ports[0] === 0 && ports[1] === 65535;
}

function sameService(a: CellService, b: CellService): boolean {
  return a.protocol === b.protocol && (a.ports ?? []).join() === (b.ports ?? []).join();
}

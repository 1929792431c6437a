import type { Condition, FlowBox, FlowRegion } from '../../../flows/index.ts';
import { intersectRegions } from '../../../flows/index.ts';
import { ALL_PORTS, type PortSet, type Protocol, portSet } from '../../../net/index.ts';
import type { CalicoEnd, CalicoPort } from '../policy.ts';
import { boxesOfPortName } from './ports-of-rule.ts';
import { PORTED, type Sight, UNPORTED } from './sight.ts';

/** Ports of one protocol: some certainly, some if something is so. */
interface PortTruth {
  readonly yes: PortSet;
  readonly maybe: readonly { readonly ports: PortSet; readonly needs: readonly Condition[] }[];
}

/** `ports` and `notPorts` of one end, which hold together (K8P-35). */
export function portBoxesOfEnd(
  { ports, notPorts }: CalicoEnd,
  side: 'source' | 'destination',
  sight: Sight,
): FlowRegion {
  if (ports === undefined && notPorts === undefined) return [{}];
  return [...PORTED, ...UNPORTED].flatMap((protocol) => {
    const truths: PortTruth[] = [];
    if (ports !== undefined) truths.push(oneOf(ports, protocol, side, sight));
    if (notPorts !== undefined) truths.push(noneOf(oneOf(notPorts, protocol, side, sight)));
    return truths.map((truth) => boxesOf(truth, protocol, side)).reduce(intersectRegions);
  });
}

function oneOf(
  ports: readonly CalicoPort[],
  protocol: Protocol,
  side: 'source' | 'destination',
  sight: Sight,
): PortTruth {
  const yes: (readonly [number, number])[] = [];
  const maybe: { ports: PortSet; needs: readonly Condition[] }[] = [];
  const everywhere = (needs: readonly Condition[]) => maybe.push({ ports: ALL_PORTS, needs });
  for (const port of ports) {
    if (port.kind === 'unreadable') everywhere([port.why]);
    else if (port.kind === 'range') {
      if (PORTED.includes(protocol)) yes.push([port.low, port.high]);
      else everywhere([{ missing: `the ${side} port` }]);
    } else if (side === 'source') everywhere([{ missing: 'the source port' }]);
    else {
      for (const box of boxesOfPortName(port.name, protocol, sight)) {
        const set = box.destinationPorts ?? ALL_PORTS;
        if (box.needs !== undefined) maybe.push({ ports: set, needs: box.needs });
        else for (let at = 0; at < set.length; at += 2) yes.push([set[at]!, set[at + 1]!]);
      }
    }
  }
  return { yes: portSet(yes), maybe };
}

/** Not the certain ones; what may be among them may not be. */
function noneOf({ yes, maybe }: PortTruth): PortTruth {
  const open = portSet(maybe.flatMap(({ ports }) => pairsOf(ports)));
  return {
    yes: without(without(ALL_PORTS, yes), open),
    maybe: maybe.map(({ ports, needs }) => ({ ports: without(ports, yes), needs })),
  };
}

function boxesOf({ yes, maybe }: PortTruth, protocol: Protocol, side: string): FlowRegion {
  const boxes: FlowBox[] = [];
  const add = (ports: PortSet, needs: readonly Condition[]): void => {
    if (ports.length === 0) return;
    const isAll = ports.length === 2 && ports[0] === 0 && ports[1] === 65535;
    const header = side === 'source' ? { sourcePorts: ports } : { destinationPorts: ports };
    boxes.push({
      protocols: [protocol],
      ...(isAll ? {} : header),
      ...(needs.length === 0 ? {} : { needs }),
    });
  };
  add(yes, []);
  for (const { ports, needs } of maybe) add(ports, needs);
  return boxes;
}

function pairsOf(set: PortSet): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  for (let at = 0; at < set.length; at += 2) pairs.push([set[at]!, set[at + 1]!]);
  return pairs;
}

function without(set: PortSet, removed: PortSet): PortSet {
  let left = pairsOf(set);
  for (const [low, high] of pairsOf(removed)) {
    left = left.flatMap(([from, to]) => {
      if (high < from || to < low) return [[from, to] as const];
      const parts: (readonly [number, number])[] = [];
      if (from < low) parts.push([from, low - 1]);
      if (high < to) parts.push([high + 1, to]);
      return parts;
    });
  }
  return portSet(left);
}

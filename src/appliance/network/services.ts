import type { PortSet } from '../../net/index.ts';
import { isUnknown, type Uncertain } from '../../values/index.ts';
import type { Service } from './region.ts';

/** Protocol numbers and ports of a rule: those with ports, looked up with them, and the rest. */
export interface Services {
  readonly withPorts: readonly Service[];
  readonly others: readonly Service[];
}

export type RuleProtocol = Uncertain<'TCP' | 'UDP' | 'ICMP' | 'Any'>;

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const NO_PORTS = [0, 0] as const;

/**
 * What protocols and ports of a rule stand for.
 * @param reading `certain` leaves out what is unknown, `possible` takes it for everything
 * @see AFW-31 `Any`. AFW-32 ICMP is written with port `*`; whether it matches with another is not documented
 */
export function servicesOf(
  protocols: readonly RuleProtocol[],
  ports: Uncertain<PortSet>,
  reading: 'certain' | 'possible',
): Services {
  const isPossible = reading === 'possible';
  const spoken = new Set(
    protocols.flatMap((protocol) =>
      isUnknown(protocol) ? (isPossible ? ['Any' as const] : []) : [protocol],
    ),
  );
  const known: PortSet = isUnknown(ports) ? (isPossible ? [0, 65535] : []) : ports;
  const isStar = known.length === 2 && known[0] === 0 && known[1] === 65535;
  const range = protocolRange(spoken);
  const withPorts: Service[] = [];
  if (range !== undefined) {
    for (let at = 0; at < known.length; at += 2) {
      withPorts.push({ protocols: range, ports: [known[at]!, known[at + 1]!] });
    }
  }
  if (spoken.has('Any') && isStar) {
    return { withPorts, others: [{ protocols: [0, 255], ports: NO_PORTS }] };
  }
  const isIcmp = spoken.has('ICMP') && (isStar || isPossible);
  return { withPorts, others: isIcmp ? [{ protocols: [ICMP, ICMP], ports: NO_PORTS }] : [] };
}

/** Is anything about it unknown, or undocumented? */
export function areServicesSettled(
  protocols: readonly RuleProtocol[],
  ports: Uncertain<PortSet>,
): boolean {
  if (isUnknown(ports) || protocols.some((protocol) => isUnknown(protocol))) return false;
  return !protocols.includes('ICMP') || (ports[0] === 0 && ports[1] === 65535);
}

/** Only TCP and UDP are looked up with ports, so the range between them may stand for both. */
function protocolRange(spoken: ReadonlySet<string>): readonly [number, number] | undefined {
  const hasTcp = spoken.has('TCP') || spoken.has('Any');
  const hasUdp = spoken.has('UDP') || spoken.has('Any');
  if (hasTcp) return hasUdp ? [TCP, UDP] : [TCP, TCP];
  return hasUdp ? [UDP, UDP] : undefined;
}

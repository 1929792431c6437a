import { ALL_IPV4, addressSetHas, parseIp, portSetHas } from '../../net/index.ts';
import type { ReadyRule } from './security-rules.ts';

/**
 * A front end without floating IP. Azure rewrites the destination before any group of the receiver looks (AZS-41, AZN-37); here the packet
 * arrives still addressed to the front end, so that the groups are told what Azure would show them.
 */
export interface FrontEndView {
  /** Who receives. */
  readonly host: string;
  readonly frontEnd: string;
  readonly protocol: 'tcp' | 'udp';
  /** Absent: every port, which stays what it is. */
  readonly ports?: { readonly called: number; readonly seen: number };
  /** The address of the receiver. */
  readonly seen: string;
}

/** What packets of the view match. */
export function matchOfView({ frontEnd, protocol, ports }: FrontEndView): string {
  const port =
    ports === undefined ? `meta l4proto ${protocol}` : `${protocol} dport ${ports.called}`;
  return `ip daddr ${frontEnd} ${port}`;
}

/** The rules as they judge packets of the view: those that name another destination or port fall out, the rest asks for neither. */
export function rulesOfView(
  rules: readonly ReadyRule[],
  { seen, ports, protocol }: FrontEndView,
): readonly ReadyRule[] {
  const address = parseIp(seen);
  return rules.flatMap((rule): readonly ReadyRule[] => {
    if (rule.protocol !== '*' && rule.protocol !== protocol) return [];
    if (address === undefined || !addressSetHas(rule.destinations, address)) return [];
    const there = { ...rule, protocol, destinations: ALL_IPV4 };
    if (ports === undefined) return [there];
    if (!portSetHas(rule.destinationPorts, ports.seen)) return [];
    return [{ ...there, destinationPorts: EVERY_PORT }];
  });
}

const EVERY_PORT: ReadyRule['destinationPorts'] = [0, 65535];

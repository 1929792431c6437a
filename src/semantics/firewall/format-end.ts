import { formatAddressSet, formatIp } from '../../net/index.ts';
import type { FlowAddress } from '../flow.ts';

/** An end of a flow for people: its number, or whose it is. */
export function formatEnd(address: FlowAddress, port?: number): string {
  const text =
    address.kind === 'exact'
      ? formatIp(address.ip)
      : address.label === ''
        ? formatAddressSet(address.addresses, 2)
        : address.label;
  return port === undefined ? text : `${text}:${port}`;
}

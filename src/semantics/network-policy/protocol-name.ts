import { type Port, type Protocol, parsePort } from '../../net/index.ts';

export const FIRST_PORT: Port = parsePort(0)!;
export const LAST_PORT: Port = parsePort(65535)!;

const NAMED: Readonly<Record<string, Protocol>> = {
  TCP: 'tcp',
  UDP: 'udp',
  SCTP: 'sctp',
  ICMP: 'icmp',
  // IPv4 and IPv6 control messages are one protocol to us: their addresses tell them apart.
  ICMPv6: 'icmp',
  UDPLite: 'other',
};

const NUMBERED: Readonly<Record<number, Protocol>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  50: 'esp',
  51: 'ah',
  58: 'icmp',
  132: 'sctp',
};

/** Kubernetes spells protocols in upper case; Calico also takes IANA numbers. `undefined` for anything else. */
export function protocolNamed(text: string | number): Protocol | undefined {
  if (typeof text === 'string') return Object.hasOwn(NAMED, text) ? NAMED[text] : undefined;
  return Number.isInteger(text) && text >= 1 && text <= 255
    ? (NUMBERED[text] ?? 'other')
    : undefined;
}

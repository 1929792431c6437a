import {
  addressesOfPrefixes,
  addressSetHas,
  type Prefix,
  parseIp,
  parsePrefix,
} from '../../net/index.ts';
import type { FindNeed, Need } from './needed-egress.ts';

/** What a denial means: something AKS needs is missing, somebody is up to no good, nothing, or nobody knows. */
export type DenialClass = 'needed' | 'threat' | 'noise' | 'unknown';

export interface DeniedFlow {
  readonly source: string;
  /** Name or address, lower case; empty where the log has none. */
  readonly target: string;
  readonly port: number;
  readonly protocol: string;
  readonly stage: string;
  readonly reason: string;
  readonly cluster?: string;
}

export interface Classified {
  readonly class: DenialClass;
  readonly why: string;
  readonly need?: Need;
}

/** What is known of threats: hits of the firewall by source and target, and the person's own list. */
export interface KnownThreats {
  readonly hits: ReadonlySet<string>;
  readonly listed: (target: string) => boolean;
}

export const threatKey = (source: string, target: string): string => `${source} ${target}`;

/** The surest reading first: a hit of threat intelligence is none the less one when AKS needs the name. */
export function classifyDenial(
  flow: DeniedFlow,
  findNeed: FindNeed,
  { hits, listed }: KnownThreats,
): Classified {
  const { source, target, port, protocol, stage, reason } = flow;
  if (stage === 'threat')
    return { class: 'threat', why: 'threat intelligence knows the destination' };
  if (hits.has(threatKey(source, target))) {
    return { class: 'threat', why: 'the same flow is a hit of threat intelligence or IDPS' };
  }
  if (target !== '' && listed(target))
    return { class: 'threat', why: 'stands in your threat list' };
  const need = findNeed(flow);
  if (need !== undefined && need.entry.status === 'noise') {
    return { class: 'noise', why: `${need.entry.purpose} (a known harmless deny)` };
  }
  if (need?.entry.required === true) {
    return { class: 'needed', why: `${need.why}: ${need.entry.purpose}`, need };
  }
  const noise = noiseOf(target, port, protocol);
  if (noise !== undefined) return { class: 'noise', why: noise };
  if (need !== undefined) {
    return {
      class: 'unknown',
      why: `not required, but of use to AKS: ${need.entry.purpose}`,
      need,
    };
  }
  return { class: 'unknown', why: hintOf(target, reason) };
}

const MULTICAST = addressesOfPrefixes(
  ['224.0.0.0/4', '255.255.255.255/32', '169.254.0.0/16'].map(
    (text) => parsePrefix(text) as Prefix,
  ),
);
const CHATTER: Readonly<Record<number, string>> = {
  137: 'NetBIOS name service, which asks whoever is near',
  138: 'NetBIOS datagrams, sent to whoever is near',
  1900: 'SSDP, which looks for devices nearby',
  3702: 'WS-Discovery, which looks for devices nearby',
  5353: 'mDNS, meant for one network only',
  5355: 'LLMNR, meant for one network only',
};

function noiseOf(target: string, port: number, protocol: string): string | undefined {
  const isUdp = protocol.toUpperCase().startsWith('UDP');
  const ip = parseIp(target);
  if (ip !== undefined && addressSetHas(MULTICAST, ip)) {
    return 'multicast or link-local: meant for one network only';
  }
  if (!isUdp) return undefined;
  // Firewall sharp edge 25: denied so that clients fall back to TCP, where names are seen.
  if (port === 443) return 'QUIC: clients fall back to TCP when it is denied';
  return CHATTER[port];
}

function hintOf(target: string, reason: string): string {
  if (/SNI TLS extension/i.test(reason)) {
    return 'TLS without a server name: often a pod that calls the API server by its address';
  }
  return target === '' ? 'the log names no destination' : 'nobody says what it is for';
}

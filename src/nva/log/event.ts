/** What happened on the appliance, from whichever program saw it. Times are whole microseconds since 1970. */
export type FirewallEvent = VerdictEvent | ProxyEvent | DnsQueryEvent | ResolveFailure | LostLines;

/** What the kernel decided about the first packet of a connection: one line of ulogd. */
export interface VerdictEvent {
  readonly kind: 'verdict';
  readonly microseconds: number;
  readonly verdict: 'allow' | 'deny' | 'dnat' | 'threat-alert' | 'threat-deny' | 'invalid';
  /** Number in `Appliance.rules`; 0: no rule. */
  readonly rule: number;
  readonly protocol: 'TCP' | 'UDP' | 'ICMP' | string;
  readonly icmpType?: number;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  /** `SYN-ACK`, `RST`…: of a TCP packet that belongs to no known connection. */
  readonly tcpFlags?: string;
  /** Tells a repeated first packet from a new connection; absent for what has no sequence. */
  readonly sequence?: number;
}

/** One request or connection that the L7 proxy decided. */
export interface ProxyEvent {
  readonly kind: 'proxy';
  readonly microseconds: number;
  readonly protocol: string;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  /** Empty: the client named nobody. */
  readonly fqdn: string;
  /** Host and path, of plain HTTP. */
  readonly url: string;
  readonly isAllowed: boolean;
  readonly rule: number;
  /** Why, where it is not the rule: `SNI TLS extension was missing`. */
  readonly reason: string;
  /** Decided by the threat list. */
  readonly isThreat: boolean;
  /** On the threat list, and left to the rules. */
  readonly isAlert: boolean;
}

/** One line of the DNS proxy. */
export interface DnsQueryEvent {
  readonly kind: 'dns';
  readonly microseconds: number;
  readonly source: string;
  readonly sourcePort: number;
  readonly queryId: number;
  readonly queryType: string;
  readonly queryClass: string;
  readonly queryName: string;
  readonly protocol: string;
  readonly requestSize: number;
  readonly isDnssecOk: boolean;
  readonly edns0BufferSize: number;
  readonly responseCode: string;
  readonly responseFlags: string;
  readonly responseSize: number;
  readonly seconds: number;
  readonly error: string;
}

export interface ResolveFailure {
  readonly kind: 'resolve-failure';
  readonly microseconds: number;
  readonly fqdn: string;
  readonly error: string;
  readonly server: string;
  readonly serverPort: number;
}

/** A program could not write so many of its lines. */
export interface LostLines {
  readonly kind: 'lost';
  readonly lines: number;
}

/** Where a line comes from. */
export type EventSource = 'ulogd' | 'proxy' | 'dns';

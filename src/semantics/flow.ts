import type { AddressSet, DomainName, Ip, Port, Protocol } from '../net/index.ts';

/**
 * One end of a flow. Mostly one address; where only Azure knows it (a node, a firewall instance, the answer to a
 * DNS query) it is one unknown member of a set, and a rule that covers only part of that set matches `unknown`.
 */
export type FlowAddress =
  | { readonly kind: 'exact'; readonly ip: Ip; readonly symbol?: string; readonly label?: string }
  | {
      readonly kind: 'within';
      /** Never empty. */
      readonly addresses: AddressSet;
      /** Whose address it is, for people: `a node of aks-subnet`. */
      readonly label: string;
      /** Two addresses with one symbol are the same address (see values/symbols.ts). */
      readonly symbol?: string;
    };

/** What the first bytes of the connection say, for boxes that read them. */
export type Application =
  | { readonly kind: 'none' }
  | { readonly kind: 'http'; readonly host?: DomainName; readonly path?: string }
  /** `serverName` is the SNI; absent for HTTPS by address. */
  | { readonly kind: 'https'; readonly serverName?: DomainName; readonly path?: string }
  | { readonly kind: 'mssql'; readonly host?: DomainName };

/** The headers of the first packet of one connection, as they are where the flow stands (before or after a translation). */
export interface Flow {
  readonly source: FlowAddress;
  readonly destination: FlowAddress;
  /** The name the client resolved to get `destination`; absent when it used an address. */
  readonly destinationName?: DomainName;
  readonly protocol: Protocol;
  readonly sourcePort?: Port;
  /** Absent for protocols without ports. */
  readonly destinationPort?: Port;
  readonly application: Application;
}

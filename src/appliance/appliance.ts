import type { Gap } from '../diagnostics/index.ts';
import type { DomainName, Ip, Port, Prefix } from '../net/index.ts';

/**
 * One Azure Firewall compiled for a Linux kernel: what `compileAppliance` makes of a firewall's rules, and what the lab and a
 * virtual machine both load. It knows no namespace: interface names, addresses and folders come in as `ApplianceSite`.
 */
export interface Appliance {
  /** The person's own name for the firewall. */
  readonly name: string;
  /** The whole nftables ruleset of the appliance's own table, as one transaction that replaces the table (`nft -f`). */
  readonly nftables: string;
  /** The L7 proxy of application rules; absent where there is no application rule and threat intelligence reads no name. */
  readonly haproxy?: ProxyConfiguration;
  readonly dnsProxy: DnsProxyConfiguration;
  /** What a number in a connection mark or a log prefix stands for. Index = rule number; 0 is the default action. */
  readonly rules: readonly ApplianceRule[];
  /** Addresses the appliance must own beside its private one: public ones for DNAT and SNAT, that of the instance. */
  readonly ownAddresses: readonly Ip[];
  /** What the firewall's configuration says and this appliance does not do. */
  readonly gaps: readonly Gap[];
}

/** Where the appliance stands. */
export interface ApplianceSite {
  /** The interface towards the network; one arm, as an Azure Firewall has. */
  readonly interfaceName: string;
  readonly privateAddress: Ip;
  readonly publicAddresses: readonly Ip[];
  /**
   * What others see as the source of connections that the firewall translates inwards: an address of an instance, another of the
   * subnet than the private address that routes name (AFW-03). Absent: the private address serves for both.
   */
  readonly instanceAddress?: Ip;
  /** Upstream of the DNS proxy. */
  readonly dnsUpstream: readonly { readonly address: Ip; readonly port: Port }[];
  /** Folder for maps, sockets and logs: `/run/sallyport`. */
  readonly runFolder: string;
  readonly proxyPorts: { readonly http: Port; readonly tls: Port };
  /** Groups of NFLOG: verdicts. */
  readonly logGroup: number;
  /** At most this many files may be open; bounds the proxy's connections. */
  readonly filesMax: number;
  readonly proxyThreads: number;
  /** Who may reach the machine itself (SSH, ping) at its private address. Absent: nobody, as with an Azure Firewall. */
  readonly managementSources?: readonly Prefix[];
}

export interface ProxyConfiguration {
  readonly text: string;
  /** Map files by name in `runFolder`; also the argument of the admin socket's `prepare map`. */
  readonly maps: ReadonlyMap<string, readonly (readonly [key: string, value: string])[]>;
}

export interface DnsProxyConfiguration {
  /** False: the DNS proxy listens to nobody, but names of network rules are still resolved on the appliance (AFW: own resolution). */
  readonly isListening: boolean;
  readonly upstream: readonly { readonly address: string; readonly port: number }[];
  /** Names of network rules and the nftables set each feeds. */
  readonly sets: readonly { readonly fqdn: DomainName; readonly set: string }[];
  readonly table: string;
}

export interface ApplianceRule {
  readonly number: number;
  readonly kind: 'dnat' | 'network' | 'application' | 'threat-intelligence' | 'default';
  readonly action: 'Allow' | 'Deny' | 'Alert' | 'DNAT';
  readonly policy: string;
  readonly group: string;
  readonly collection: string;
  /** Empty: rules that could not be read stand here, and what they may match is denied. */
  readonly rule: string;
  /** Where a DNAT rule sends its flows; without a port the destination port stays. */
  readonly translated?: { readonly address: Ip; readonly port?: Port };
}

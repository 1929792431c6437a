export { parseFqdnTags } from './datasets/fqdn-tags.ts';
export type { ParsedDataset } from './datasets/parsed-dataset.ts';
export { parsePrivateDnsZones } from './datasets/private-dns-zones.ts';
export { parseRequiredEgress } from './datasets/required-egress.ts';
export { parseServiceTags } from './datasets/service-tags.ts';
export { NO_THREAT_LIST, parseThreatList } from './datasets/threat-list.ts';

/**
 * Published lists with a date. Each has a bundled default and can be replaced by a newer file of the person's own.
 * Parsing is pure (`parse…` functions beside each dataset); `io` reads the bundled files.
 */
export interface Datasets {
  readonly serviceTags: ServiceTags;
  readonly fqdnTags: FqdnTags;
  readonly requiredEgress: RequiredEgressList;
  readonly privateDnsZones: PrivateDnsZoneList;
  /** Known-bad addresses and names. Microsoft's feed is not public: empty unless the person gives one. */
  readonly threatList: ThreatList;
}

export interface DatasetInfo {
  /** Where it came from: `bundled sample`, a file name. */
  readonly origin: string;
  /** ISO date or the publisher's change number as text. */
  readonly version: string;
}

/** Published prefixes of service tags. A tag that is not in the file has unknown members, never none. */
export interface ServiceTags {
  readonly info: DatasetInfo;
  /** False for an extract: a tag's absence then says nothing. */
  readonly isComplete: boolean;
  /** By lower-cased tag name (`azurecloud.eastus`): CIDR texts, both families. */
  readonly prefixes: ReadonlyMap<string, readonly string[]>;
}

/** Documented members of FQDN tags. Absence from the list never proves absence from the tag. */
export interface FqdnTags {
  readonly info: DatasetInfo;
  /** By lower-cased tag name. */
  readonly tags: ReadonlyMap<string, readonly FqdnTagMember[]>;
}
export interface FqdnTagMember {
  /** May hold `<location>`, to be replaced by the cluster's region. */
  readonly fqdn: string;
  readonly ports: readonly { readonly protocol: 'Http' | 'Https'; readonly port: number }[];
  /** `documented` members are covered by the tag; anything else is unknown. */
  readonly standing: 'documented' | 'unconfirmed';
}

/** One entry of the AKS required egress list (aks.md 5; data/aks-required-egress.json). */
export interface RequiredEgress {
  readonly id: string;
  readonly fqdn?: string;
  readonly serviceTag?: string;
  readonly address?: string;
  readonly ports: readonly number[];
  readonly protocol: 'HTTPS' | 'HTTP' | 'TCP' | 'UDP';
  readonly layer: 'application' | 'network';
  readonly direction: string;
  readonly purpose: string;
  readonly scope: readonly string[];
  readonly exclude: readonly string[];
  readonly required: boolean;
  readonly status: string;
  readonly inFqdnTag: string;
  readonly oneOfGroup?: string;
  readonly notes?: string;
  readonly source: string;
}
export interface RequiredEgressList {
  readonly info: DatasetInfo;
  readonly entries: readonly RequiredEgress[];
}

export interface PrivateDnsZoneEntry {
  readonly id: string;
  readonly service: string;
  readonly resourceType: string;
  readonly groupIds: readonly string[];
  readonly zones: readonly string[];
  readonly publicForwarders: readonly string[];
}
export interface PrivateDnsZoneList {
  readonly info: DatasetInfo;
  readonly entries: readonly PrivateDnsZoneEntry[];
}

export interface ThreatList {
  readonly info: DatasetInfo;
  readonly addresses: readonly string[];
  readonly fqdns: readonly string[];
}

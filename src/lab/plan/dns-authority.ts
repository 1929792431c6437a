import type { LabName } from './lab-plan.ts';

/**
 * What the lab's DNS servers are told (`agent:dns-authority`): the platform's resolver behind 168.63.129.16, which knows private zones
 * by the network that asks, and the public DNS of the fake internet.
 *
 * A question is answered in this order: the private zone with the longest matching name among those the asker sees; `names`; `aliases`;
 * `nameAddress`. Names below `invalid` do not exist.
 */
export interface DnsAuthority {
  readonly listen: readonly { readonly address: string; readonly port: number }[];
  /** Exact names; with `onlyFor` for askers of these networks alone, and before those for everybody. */
  readonly names: readonly LabName[];
  /** CNAMEs: the public name of a service with a private endpoint points into its `privatelink` zone (AZS-33). */
  readonly aliases: readonly { readonly name: string; readonly target: string }[];
  readonly zones: readonly DnsZoneView[];
  /** File that gets one JSON line per question: `{"time","client","name","type","rcode","answers"}`. */
  readonly log?: string;
}

/** A private DNS zone as the networks linked to it see it. */
export interface DnsZoneView {
  readonly zone: string;
  /** CIDR texts of the linked networks. */
  readonly onlyFor: readonly string[];
  /** `NxDomainRedirect`: a name the zone lacks is looked up in public. Else the zone is authoritative and says NXDOMAIN (AZS-31). */
  readonly fallsBack: boolean;
  /** Full names, lower case. */
  readonly records: readonly { readonly name: string; readonly addresses: readonly string[] }[];
}

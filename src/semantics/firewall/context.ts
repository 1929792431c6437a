import type { Datasets } from '../../facts/index.ts';
import type { IpGroup } from '../../model/index.ts';
import type { DomainName } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import type { FlowAddress } from '../flow.ts';

/** What a firewall's verdict depends on besides the firewall and the flow. */
export interface FirewallContext {
  readonly datasets: Pick<Datasets, 'serviceTags' | 'fqdnTags' | 'threatList'>;
  /** Region that stands for `<location>` in documented names; lower case, no blanks. */
  readonly location?: string;
  /** Does the client resolve names through this firewall's DNS proxy, so that both see the same addresses (AFW-40)? */
  readonly clientResolver: 'through-firewall' | 'elsewhere' | 'unknown';
  /** By lower-cased id. */
  readonly ipGroups: ReadonlyMap<string, IpGroup>;
  /** Settles NAT gateway addresses, learned default routes and translated addresses that are symbols. */
  readonly network?: Network;
  /** What the firewall's own DNS answers, where it is known. */
  readonly resolve?: (name: DomainName) => FlowAddress | undefined;
  /** AFW-24: may a network Deny on the translated flow override a DNAT match? Default false. */
  readonly dnatImplicitAllowOverridable?: boolean;
  /** AFW-18: do DNAT rules of parent policies count? Default true. */
  readonly inheritDnat?: boolean;
}

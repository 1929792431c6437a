import type { Behaviour } from '../behaviour.ts';
import { FIREWALL_POLICIES } from './firewall-policies.ts';
import { FIREWALLS } from './firewalls.ts';
import { FRONT_DOORS } from './front-doors.ts';
import { IDENTITIES } from './identities.ts';
import { MANAGED_CLUSTERS } from './managed-clusters.ts';
import { NAT_GATEWAYS } from './nat-gateways.ts';
import { NETWORK_PARTS } from './network-parts.ts';
import { PLATFORM_SERVICES } from './platform-services.ts';
import { PRIVATE_DNS } from './private-dns.ts';
import { PUBLIC_ADDRESSES } from './public-addresses.ts';
import { ROLE_ASSIGNMENTS } from './role-assignments.ts';
import { ROUTE_TABLES } from './route-tables.ts';
import { SECURITY_GROUPS } from './security-groups.ts';
import { VIRTUAL_NETWORKS } from './virtual-networks.ts';

/** What the providers do, by type. A type that is not here is stored as it is sent and listed as not modelled. */
export const PROVIDERS: readonly Behaviour[] = [
  ...VIRTUAL_NETWORKS,
  ...PUBLIC_ADDRESSES,
  ...ROUTE_TABLES,
  ...SECURITY_GROUPS,
  ...NAT_GATEWAYS,
  ...NETWORK_PARTS,
  ...FIREWALLS,
  ...FIREWALL_POLICIES,
  ...MANAGED_CLUSTERS,
  ...IDENTITIES,
  ...ROLE_ASSIGNMENTS,
  ...PRIVATE_DNS,
  ...FRONT_DOORS,
  ...PLATFORM_SERVICES,
];

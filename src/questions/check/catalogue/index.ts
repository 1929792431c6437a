import type { Check } from '../finding.ts';
import { APPLICATION_GATEWAY_CHECKS } from './application-gateway.ts';
import { CLUSTER_CHECKS } from './cluster.ts';
import { FIREWALL_DNAT_CHECKS } from './firewall-dnat.ts';
import { FIREWALL_NAME_CHECKS } from './firewall-names.ts';
import { FIREWALL_RULE_CHECKS } from './firewall-rules.ts';
import { FIREWALL_SETTING_CHECKS } from './firewall-settings.ts';
import { NETWORK_ROUTING_CHECKS } from './network-routing.ts';
import { NETWORK_SECURITY_GROUP_CHECKS } from './network-security-groups.ts';
import { NETWORK_SERVICE_CHECKS } from './network-services.ts';
import { RETIREMENT_CHECKS } from './retirements.ts';
import { WALKED_EGRESS_CHECKS } from './walked-egress.ts';
import { WALKED_INGRESS_CHECKS } from './walked-ingress.ts';

/** Every check, by theme. A new check goes into the file of its theme; a new theme gets a file and a line here. */
export const CATALOGUE: readonly Check[] = [
  ...WALKED_INGRESS_CHECKS,
  ...WALKED_EGRESS_CHECKS,
  ...FIREWALL_RULE_CHECKS,
  ...FIREWALL_NAME_CHECKS,
  ...FIREWALL_DNAT_CHECKS,
  ...FIREWALL_SETTING_CHECKS,
  ...NETWORK_ROUTING_CHECKS,
  ...NETWORK_SECURITY_GROUP_CHECKS,
  ...NETWORK_SERVICE_CHECKS,
  ...APPLICATION_GATEWAY_CHECKS,
  ...CLUSTER_CHECKS,
  ...RETIREMENT_CHECKS,
];

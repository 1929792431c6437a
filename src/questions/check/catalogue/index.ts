import type { Check } from '../finding.ts';
import { APPLICATION_GATEWAY_CHECKS } from './application-gateway.ts';
import { CLUSTER_ADDRESS_CHECKS } from './cluster-addresses.ts';
import { API_SERVER_CHECKS } from './cluster-api-server.ts';
import { CLUSTER_EGRESS_CHECKS } from './cluster-egress.ts';
import { CLUSTER_GUARDRAIL_CHECKS } from './cluster-guardrails.ts';
import { CLUSTER_SECURITY_GROUP_CHECKS } from './cluster-security-groups.ts';
import { FIREWALL_DNAT_CHECKS } from './firewall-dnat.ts';
import { FIREWALL_DNS_CHECKS } from './firewall-dns.ts';
import { FIREWALL_NAME_CHECKS } from './firewall-names.ts';
import { FIREWALL_RANGE_CHECKS } from './firewall-ranges.ts';
import { FIREWALL_RULE_CHECKS } from './firewall-rules.ts';
import { FIREWALL_SETTING_CHECKS } from './firewall-settings.ts';
import { FIREWALL_SILENT_FAULT_CHECKS } from './firewall-silent-faults.ts';
import { KUBERNETES_EGRESS_CHECKS } from './kubernetes-egress.ts';
import { KUBERNETES_EXPOSURE_CHECKS } from './kubernetes-exposure.ts';
import { KUBERNETES_BACKEND_CHECKS } from './kubernetes-exposure-backends.ts';
import { KUBERNETES_EXPOSURE_POLICY_CHECKS } from './kubernetes-exposure-policies.ts';
import { KUBERNETES_POLICY_BLOCK_CHECKS } from './kubernetes-policy-blocks.ts';
import { KUBERNETES_POLICY_CILIUM_CHECKS } from './kubernetes-policy-cilium.ts';
import { KUBERNETES_POLICY_COVERAGE_CHECKS } from './kubernetes-policy-coverage.ts';
import { KUBERNETES_POLICY_DNS_CHECKS } from './kubernetes-policy-dns.ts';
import { KUBERNETES_POLICY_NPM_CHECKS } from './kubernetes-policy-npm.ts';
import { KUBERNETES_POLICY_SIDE_EFFECT_CHECKS } from './kubernetes-policy-side-effects.ts';
import { KUBERNETES_POLICY_TEXT_CHECKS } from './kubernetes-policy-text.ts';
import { NETWORK_OPENING_CHECKS } from './network-openings.ts';
import { NETWORK_PEERING_CHECKS } from './network-peering.ts';
import { PRIVATE_ENDPOINT_CHECKS } from './network-private-endpoints.ts';
import { NETWORK_ROUTING_CHECKS } from './network-routing.ts';
import { NETWORK_SECURITY_GROUP_CHECKS } from './network-security-groups.ts';
import { NETWORK_SERVICE_CHECKS } from './network-services.ts';
import { NETWORK_SPECIAL_SUBNET_CHECKS } from './network-special-subnets.ts';
import { PRIVATE_ENDPOINT_ADMISSION_CHECKS } from './private-endpoint-admission.ts';
import { PRIVATE_ENDPOINT_RECORD_CHECKS } from './private-endpoint-records.ts';
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
  ...FIREWALL_DNS_CHECKS,
  ...FIREWALL_RANGE_CHECKS,
  ...FIREWALL_SETTING_CHECKS,
  ...NETWORK_PEERING_CHECKS,
  ...NETWORK_ROUTING_CHECKS,
  ...NETWORK_SPECIAL_SUBNET_CHECKS,
  ...NETWORK_SECURITY_GROUP_CHECKS,
  ...NETWORK_OPENING_CHECKS,
  ...NETWORK_SERVICE_CHECKS,
  ...PRIVATE_ENDPOINT_CHECKS,
  ...APPLICATION_GATEWAY_CHECKS,
  ...CLUSTER_EGRESS_CHECKS,
  ...CLUSTER_ADDRESS_CHECKS,
  ...API_SERVER_CHECKS,
  ...CLUSTER_GUARDRAIL_CHECKS,
  ...CLUSTER_SECURITY_GROUP_CHECKS,
  ...FIREWALL_SILENT_FAULT_CHECKS,
  ...PRIVATE_ENDPOINT_RECORD_CHECKS,
  ...PRIVATE_ENDPOINT_ADMISSION_CHECKS,
  ...KUBERNETES_POLICY_COVERAGE_CHECKS,
  ...KUBERNETES_POLICY_TEXT_CHECKS,
  ...KUBERNETES_POLICY_DNS_CHECKS,
  ...KUBERNETES_POLICY_BLOCK_CHECKS,
  ...KUBERNETES_POLICY_NPM_CHECKS,
  ...KUBERNETES_POLICY_CILIUM_CHECKS,
  ...KUBERNETES_POLICY_SIDE_EFFECT_CHECKS,
  ...KUBERNETES_EXPOSURE_CHECKS,
  ...KUBERNETES_BACKEND_CHECKS,
  ...KUBERNETES_EXPOSURE_POLICY_CHECKS,
  ...KUBERNETES_EGRESS_CHECKS,
  ...RETIREMENT_CHECKS,
];

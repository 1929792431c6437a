import { placeless } from '../../diagnostics/index.ts';
import type { AddressTerm, SecurityRule } from '../../model/index.ts';
import { ALL_PORTS } from '../../net/index.ts';

const AT = placeless('default rules of every network security group');

/** The rules Azure appends to every NSG; they cannot be removed (AZN-31). */
export const defaultSecurityRules: readonly SecurityRule[] = [
  rule('AllowVnetInBound', 'Inbound', 65000, 'VirtualNetwork', 'VirtualNetwork', 'Allow'),
  rule('AllowAzureLoadBalancerInBound', 'Inbound', 65001, 'AzureLoadBalancer', '*', 'Allow'),
  rule('DenyAllInBound', 'Inbound', 65500, '*', '*', 'Deny'),
  rule('AllowVnetOutBound', 'Outbound', 65000, 'VirtualNetwork', 'VirtualNetwork', 'Allow'),
  rule('AllowInternetOutBound', 'Outbound', 65001, '*', 'Internet', 'Allow'),
  rule('DenyAllOutBound', 'Outbound', 65500, '*', '*', 'Deny'),
];

function rule(
  name: string,
  direction: 'Inbound' | 'Outbound',
  priority: number,
  source: string,
  destination: string,
  access: 'Allow' | 'Deny',
): SecurityRule {
  return {
    key: `default/${name.toLowerCase()}`,
    name,
    at: AT,
    direction,
    priority,
    access,
    protocol: '*',
    sourcePorts: ALL_PORTS,
    destinationPorts: ALL_PORTS,
    sources: [term(source)],
    destinations: [term(destination)],
    sourceApplicationSecurityGroups: [],
    destinationApplicationSecurityGroups: [],
  };
}

function term(text: string): AddressTerm {
  return text === '*'
    ? { kind: 'any', text, at: AT }
    : { kind: 'service-tag', tag: text, text, at: AT };
}

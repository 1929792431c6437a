import { ARM, many, NAME, NAMED, reference, references, value } from '../attribute-words.ts';
import type { Attribute, AzurermType } from '../azurerm-type.ts';

const RULE: readonly Attribute[] = [
  NAME,
  value('description', 'properties.description'),
  value('priority', 'properties.priority'),
  value('direction', 'properties.direction'),
  value('access', 'properties.access'),
  value('protocol', 'properties.protocol'),
  value('source_port_range', 'properties.sourcePortRange'),
  value('source_port_ranges', 'properties.sourcePortRanges'),
  value('destination_port_range', 'properties.destinationPortRange'),
  value('destination_port_ranges', 'properties.destinationPortRanges'),
  value('source_address_prefix', 'properties.sourceAddressPrefix'),
  value('source_address_prefixes', 'properties.sourceAddressPrefixes'),
  value('destination_address_prefix', 'properties.destinationAddressPrefix'),
  value('destination_address_prefixes', 'properties.destinationAddressPrefixes'),
  references(
    'source_application_security_group_ids',
    'properties.sourceApplicationSecurityGroups',
    ARM.applicationSecurityGroup,
  ),
  references(
    'destination_application_security_group_ids',
    'properties.destinationApplicationSecurityGroups',
    ARM.applicationSecurityGroup,
  ),
];

export const SECURITY_GROUPS: readonly AzurermType[] = [
  {
    terraform: 'azurerm_network_security_group',
    arm: ARM.securityGroup,
    identity: { kind: 'group' },
    attributes: [
      ...NAMED,
      many('security_rule', 'properties.securityRules', RULE, {
        isAlsoSeparate: 'azurerm_network_security_rule',
      }),
    ],
  },
  {
    terraform: 'azurerm_network_security_rule',
    arm: `${ARM.securityGroup}/securityRules`,
    identity: { kind: 'named-parent', parents: ['network_security_group_name'] },
    attributes: RULE,
  },
  {
    terraform: 'azurerm_application_security_group',
    arm: ARM.applicationSecurityGroup,
    identity: { kind: 'group' },
    attributes: NAMED,
  },
  {
    terraform: 'azurerm_network_interface_security_group_association',
    arm: ARM.networkInterface,
    identity: { kind: 'association', target: 'network_interface_id' },
    attributes: [
      reference('network_security_group_id', 'properties.networkSecurityGroup', ARM.securityGroup),
    ],
  },
];

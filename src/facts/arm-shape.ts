import type { Fact } from './fact.ts';

const READ_ON = '2026-11-21';
const SCHEMA =
  'npm @azure/arm-network 39.0.0, generated from Azure/azure-rest-api-specs (API 2026-01-01)';
const TOOLS =
  'Azure/azure-cli-extensions src/azure-firewall; Azure/azure-powershell Az.Network mapping profile';
const FIREWALL = 'MicrosoftDocs/azure-docs articles/firewall';

/** How Azure resources are written: what readers of ARM JSON must know besides the schema. */
export const ARM_SHAPE_FACTS = {
  'ARM-41': {
    fact: 'Members with a singular and a plural form (sourceAddressPrefix, sourceAddressPrefixes) hold one meaning: the plural list unless it is empty, else the singular.',
    source: `${SCHEMA}, SecurityRule and Subnet; templates exported by the portal`,
    readOn: READ_ON,
    standing: 'observed',
  },
  'ARM-42': {
    fact: 'Choices are compared without case: the schema says DNAT, templates say Dnat.',
    source: `${SCHEMA}, FirewallPolicyNatRuleCollectionActionType; Azure/Azure-Network-Security templates`,
    readOn: READ_ON,
    standing: 'observed',
  },
  'ARM-43': {
    fact: 'Numbers and booleans written as strings are accepted.',
    source: 'Azure/Azure-Network-Security templates',
    readOn: READ_ON,
    standing: 'observed',
  },
  'ARM-44': {
    fact: 'A location is the same with and without blanks and in any case: East US and eastus.',
    source:
      'MicrosoftDocs/azure-docs articles/azure-resource-manager/templates/resource-location.md',
    readOn: READ_ON,
    standing: 'observed',
  },
  'ARM-45': {
    fact: 'A filter collection of a firewall policy holds network rules or application rules, never both.',
    source: `${FIREWALL}/policy-rule-sets.md`,
    readOn: READ_ON,
    standing: 'documented',
  },
  'ARM-46': {
    fact: 'A DNAT rule has a translatedAddress or a translatedFqdn, exactly one of them.',
    source: `${FIREWALL}/destination-nat-rules.md (2025-04-29); ${SCHEMA}, NatRule`,
    readOn: READ_ON,
    standing: 'documented',
  },
  'ARM-47': {
    fact: 'DNAT takes ports 1 to 63999; 64000 to 65535 are refused.',
    source: `${FIREWALL}/destination-nat-rules.md (2025-04-29)`,
    readOn: READ_ON,
    standing: 'documented',
  },
  'ARM-48': {
    fact: 'Settings of a classic firewall are a map of strings; lists are joined by a comma, by the CLI by a comma and a blank; IANAPrivateRanges stands for the default SNAT ranges.',
    source: `${TOOLS}; ${FIREWALL}/snat-private-range.md`,
    readOn: READ_ON,
    standing: 'observed',
  },
  'ARM-49': {
    fact: 'Older CLI versions print that map spread over the root of the resource.',
    source: TOOLS,
    readOn: READ_ON,
    standing: 'observed',
  },
  'ARM-50': {
    fact: 'Policies before API 2020-05-01 hold their rules in ruleGroups, with ruleConditions.',
    source: `${SCHEMA}, compared with API 2019-11-01`,
    readOn: READ_ON,
    standing: 'inferred',
  },
  'ARM-51': {
    fact: 'A network or subnet may take its prefix from an address pool (ipamPoolPrefixAllocations) instead of naming it.',
    source: `${SCHEMA}, AddressSpace and Subnet`,
    readOn: READ_ON,
    standing: 'documented',
  },
  'ARM-52': {
    fact: 'An exported policy lists its rule collection groups by id alone; the groups are resources of their own.',
    source: `${SCHEMA}, FirewallPolicy.ruleCollectionGroups (read-only)`,
    readOn: READ_ON,
    standing: 'documented',
  },
  'ARM-53': {
    fact: 'Priorities of security rules are 100 to 4096 and unique per direction.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/network-security-groups-overview.md (2025-07)',
    readOn: READ_ON,
    standing: 'documented',
  },
  'ARM-54': {
    fact: 'Rules may name countries (sourceGeoLocations, destinationGeoLocations; API 2026-01-01); how they join the addresses and what they hold is unpublished.',
    source: `${SCHEMA}, NetworkRule`,
    readOn: READ_ON,
    standing: 'uncertain',
  },
} as const satisfies Readonly<Record<string, Fact>>;

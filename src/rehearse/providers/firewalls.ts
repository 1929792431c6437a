import { formatPrefix } from '../../net/index.ts';
import { type ArmError, armError } from '../arm-error.ts';
import type { Behaviour, ProviderWorld, Wanted } from '../behaviour.ts';
import type { Json, JsonObject } from '../json.ts';
import { parsed, subnetPrefixes } from './address-space.ts';
import {
  at,
  isObject,
  itemsAt,
  lastName,
  numberAt,
  objectAt,
  textAt,
  withComputed,
  withDefaults,
} from './fields.ts';
import { filled, filledParts } from './filled.ts';
import { danglingReference } from './references.ts';
import { usableAddress } from './subnet-address.ts';

const COLLECTIONS = [
  'applicationRuleCollections',
  'networkRuleCollections',
  'natRuleCollections',
] as const;

export const FIREWALLS: readonly Behaviour[] = [
  {
    type: 'microsoft.network/azurefirewalls',
    refuse: (wanted, world) =>
      danglingReference(wanted, world) ??
      wrongSubnet(wanted, world) ??
      wrongPriority(wanted) ??
      policyAndRules(wanted),
    fill: fillFirewall,
  },
];

function fillFirewall(wanted: Wanted, world: ProviderWorld): JsonObject {
  const sku = withDefaults(objectAt(wanted.body, 'properties', 'sku'), {
    name: 'AZFW_VNet',
    tier: 'Standard',
  });
  const hasPolicy = textAt(wanted.body, 'properties', 'firewallPolicy', 'id') !== undefined;
  const collections = Object.fromEntries(
    COLLECTIONS.map((property) => [property, filledCollections(wanted, property, world)]),
  );
  // The address of the subnet is the firewall's, whichever configuration names the subnet.
  const address = privateAddress(wanted, world);
  const management = at(wanted.body, 'properties', 'managementIpConfiguration');
  return filled(wanted, 'Microsoft.Network/azureFirewalls', {
    // A policy has a mode of its own.
    defaults: hasPolicy ? {} : { threatIntelMode: 'Alert' },
    computed: {
      sku,
      additionalProperties: at(wanted.body, 'properties', 'additionalProperties') ?? {},
      ipConfigurations: filledParts(wanted, 'ipConfigurations', world, {
        segment: 'azureFirewallIpConfigurations',
        type: 'Microsoft.Network/azureFirewalls/azureFirewallIpConfigurations',
        fillPart: (part) =>
          textAt(part, 'properties', 'subnet', 'id') === undefined || address === undefined
            ? { privateIPAddress: undefined, privateIPAllocationMethod: 'Dynamic' }
            : { privateIPAddress: address, privateIPAllocationMethod: 'Dynamic' },
      }),
      ...(isObject(management)
        ? { managementIpConfiguration: filledManagement(wanted, management, world) }
        : {}),
      ...collections,
    },
  });
}

function filledManagement(wanted: Wanted, part: JsonObject, world: ProviderWorld): JsonObject {
  const properties = objectAt(part, 'properties');
  return withComputed(part, {
    id: `${wanted.id}/azureFirewallIpConfigurations/${textAt(part, 'name') ?? ''}`,
    type: 'Microsoft.Network/azureFirewalls/azureFirewallIpConfigurations',
    properties: withComputed(properties, {
      provisioningState: 'Succeeded',
      privateIPAddress: usableAddress(textAt(properties, 'subnet', 'id'), 0, world),
      privateIPAllocationMethod: 'Dynamic',
    }),
  });
}

function privateAddress(wanted: Wanted, world: ProviderWorld): string | undefined {
  for (const part of itemsAt(wanted.body, 'properties', 'ipConfigurations')) {
    const address = usableAddress(textAt(part, 'properties', 'subnet', 'id'), 0, world);
    if (address !== undefined) return address;
  }
  return undefined;
}

/** Arm-endpoint 10: what a rule does not say is told as an empty list. */
const EMPTY_FIELDS: Readonly<Record<(typeof COLLECTIONS)[number], JsonObject>> = {
  applicationRuleCollections: {
    protocols: [],
    fqdnTags: [],
    targetFqdns: [],
    actions: [],
    sourceAddresses: [],
    sourceIpGroups: [],
    direction: 'Inbound',
    priority: 0,
  },
  networkRuleCollections: {
    protocols: [],
    sourceAddresses: [],
    destinationAddresses: [],
    sourceIpGroups: [],
    destinationIpGroups: [],
    destinationFqdns: [],
    destinationPorts: [],
  },
  natRuleCollections: {
    protocols: [],
    sourceAddresses: [],
    destinationAddresses: [],
    sourceIpGroups: [],
    destinationPorts: [],
  },
};

function filledCollections(
  wanted: Wanted,
  property: (typeof COLLECTIONS)[number],
  world: ProviderWorld,
): Json[] {
  return filledParts(wanted, property, world, {
    fillPart: (part) => ({
      rules: itemsAt(part, 'properties', 'rules').map((rule) =>
        isObject(rule) ? withDefaults(rule, EMPTY_FIELDS[property]) : rule,
      ),
    }),
  });
}

/** The longest prefix of a firewall's subnet (azure-networking 1, azure-firewall 7). */
const SUBNET_LENGTH_MAX = 26;

/** Azure-networking 1: the names of the two subnets are fixed, and so is their least size. The codes are not public; these are ours. */
function wrongSubnet(wanted: Wanted, world: ProviderWorld): ArmError | undefined {
  const places: readonly (readonly [Json, string])[] = [
    ...itemsAt(wanted.body, 'properties', 'ipConfigurations').map(
      (part) => [part, 'AzureFirewallSubnet'] as const,
    ),
    [
      at(wanted.body, 'properties', 'managementIpConfiguration') ?? null,
      'AzureFirewallManagementSubnet',
    ],
  ];
  for (const [part, name] of places) {
    const id = textAt(part, 'properties', 'subnet', 'id');
    if (id === undefined) continue;
    const configuration = `The IP configuration '${textAt(part, 'name') ?? ''}' of firewall ${wanted.id}`;
    if (lastName(id).toLowerCase() !== name.toLowerCase()) {
      return armError(
        400,
        'AzureFirewallSubnetNameNotValid',
        `${configuration} refers to subnet ${id}; the subnet must be named ${name}.`,
      );
    }
    const small = parsed(subnetPrefixes(world.get(id))).find(
      (prefix) => prefix.family === 4 && prefix.length > SUBNET_LENGTH_MAX,
    );
    if (small === undefined) continue;
    return armError(
      400,
      'AzureFirewallSubnetTooSmall',
      `${configuration} refers to subnet ${id} with the range ${formatPrefix(small)}; ${name} must be /${SUBNET_LENGTH_MAX} or larger.`,
    );
  }
  return undefined;
}

/** Azure-firewall 2: 100 to 65000. That two collections of one kind may not share one is documented nowhere, so it is not refused. */
function wrongPriority(wanted: Wanted): ArmError | undefined {
  for (const property of COLLECTIONS) {
    for (const collection of itemsAt(wanted.body, 'properties', property)) {
      const refused = priorityOutOfRange(
        numberAt(collection, 'properties', 'priority'),
        `rule collection ${textAt(collection, 'name') ?? ''}`,
        wanted.id,
      );
      if (refused !== undefined) return refused;
    }
  }
  return undefined;
}

/** The range stands in the resource types; the code is the one for bodies that do not fit them. */
export function priorityOutOfRange(
  priority: number | undefined,
  what: string,
  id: string,
): ArmError | undefined {
  if (priority === undefined || (priority >= 100 && priority <= 65_000)) return undefined;
  return armError(
    400,
    'InvalidRequestFormat',
    `The priority ${priority} of ${what} in resource ${id} is not valid. The allowed range is 100-65000.`,
  );
}

/** A firewall under a policy has no rules of its own (azure-firewall 1). */
function policyAndRules(wanted: Wanted): ArmError | undefined {
  if (textAt(wanted.body, 'properties', 'firewallPolicy', 'id') === undefined) return undefined;
  const used = COLLECTIONS.find((name) => itemsAt(wanted.body, 'properties', name).length > 0);
  if (used === undefined) return undefined;
  return armError(
    400,
    'AzureFirewallPolicyAndRuleCollectionsConflict',
    `Rule collections and a firewall policy cannot both be set: firewall ${wanted.id} refers to a policy and has ${used}.`,
  );
}

import { type ArmError, armError } from '../arm-error.ts';
import type { Behaviour, ProviderWorld } from '../behaviour.ts';
import type { Json, JsonObject } from '../json.ts';
import { itemsAt, numberAt, objectAt, parentId, sameId, textAt, withComputed } from './fields.ts';
import { filled, kept } from './filled.ts';
import { idList, subnetsWith } from './in-use.ts';

const GROUPS = 'microsoft.network/networksecuritygroups';
const RULES = 'microsoft.network/networksecuritygroups/securityrules';

export const SECURITY_GROUPS: readonly Behaviour[] = [
  {
    type: GROUPS,
    refuse: (wanted) => {
      const rules = itemsAt(wanted.body, 'properties', 'securityRules').map((rule) => ({
        name: textAt(rule, 'name') ?? '',
        properties: objectAt(rule, 'properties'),
      }));
      for (const [index, rule] of rules.entries()) {
        const refused = invalidPriority(rule.properties) ?? conflict(rule, rules.slice(0, index));
        if (refused !== undefined) return refused;
      }
      return undefined;
    },
    fill: (wanted, world) =>
      filled(wanted, 'Microsoft.Network/networkSecurityGroups', {
        computed: {
          resourceGuid: kept(
            wanted,
            () => world.guid('group', wanted.id.toLowerCase()),
            'properties',
            'resourceGuid',
          ),
          defaultSecurityRules: defaultRules(wanted.id),
          subnets: undefined,
          networkInterfaces: undefined,
        },
      }),
    tell: (id, stored, world) => ({
      ...stored,
      properties: withComputed(objectAt(stored, 'properties'), {
        subnets: idList(subnetsWith('networkSecurityGroup', id, world)),
        networkInterfaces: idList(interfacesWith(id, world)),
      }),
    }),
    refuseDelete: (id, world) => {
      const users = [
        ...subnetsWith('networkSecurityGroup', id, world),
        ...interfacesWith(id, world),
      ];
      if (users.length === 0) return undefined;
      return armError(
        400,
        'InUseNetworkSecurityGroupCannotBeDeleted',
        `Network security group ${id} cannot be deleted because it is in use by the following resources: ${users.join(', ')}. In order to delete the Network security group, remove the association with the resource(s).`,
      );
    },
  },
  {
    type: RULES,
    embeddedAs: { parent: GROUPS, property: 'securityRules' },
    refuse: (wanted, world) => {
      const own = parentId(wanted.id);
      const others = world
        .list(RULES)
        .filter((rule) => sameId(parentId(textAt(rule, 'id') ?? ''), own))
        .map((rule) => ({
          name: textAt(rule, 'name') ?? '',
          properties: objectAt(rule, 'properties'),
        }));
      const properties = objectAt(wanted.body, 'properties');
      return invalidPriority(properties) ?? conflict({ name: wanted.name, properties }, others);
    },
    fill: (wanted) =>
      filled(wanted, 'Microsoft.Network/networkSecurityGroups/securityRules', {
        // Azure-networking 4: both forms are always told, the unused one empty.
        defaults: {
          sourceAddressPrefixes: [],
          destinationAddressPrefixes: [],
          sourcePortRanges: [],
          destinationPortRanges: [],
        },
      }),
  },
];

interface Rule {
  readonly name: string;
  readonly properties: JsonObject;
}

function invalidPriority(properties: JsonObject): ArmError | undefined {
  const priority = numberAt(properties, 'priority');
  if (priority === undefined || (priority >= 100 && priority <= 4096)) return undefined;
  return armError(
    400,
    'SecurityRuleInvalidPriority',
    `Security rule has invalid Priority. Value provided: ${priority} Allowed range 100-4096.`,
  );
}

function conflict(rule: Rule, others: readonly Rule[]): ArmError | undefined {
  const priority = numberAt(rule.properties, 'priority');
  const direction = textAt(rule.properties, 'direction')?.toLowerCase();
  const clash = others.find(
    (other) =>
      other.name.toLowerCase() !== rule.name.toLowerCase() &&
      priority !== undefined &&
      numberAt(other.properties, 'priority') === priority &&
      textAt(other.properties, 'direction')?.toLowerCase() === direction,
  );
  if (clash === undefined) return undefined;
  return armError(
    400,
    'SecurityRuleConflict',
    `Security rule ${rule.name} conflicts with rule ${clash.name}. Rules cannot have the same Priority and Direction.`,
  );
}

function interfacesWith(id: string, world: ProviderWorld): string[] {
  return world
    .list('microsoft.network/networkinterfaces')
    .filter((card) => sameId(textAt(card, 'properties', 'networkSecurityGroup', 'id'), id))
    .flatMap((card) => textAt(card, 'id') ?? []);
}

/** The six rules every group ends in, as the service lists them. */
function defaultRules(id: string): Json[] {
  return DEFAULT_RULES.map(
    ([name, description, direction, priority, access, source, destination]) => ({
      id: `${id}/defaultSecurityRules/${name}`,
      name,
      type: 'Microsoft.Network/networkSecurityGroups/defaultSecurityRules',
      properties: {
        provisioningState: 'Succeeded',
        description,
        protocol: '*',
        sourcePortRange: '*',
        destinationPortRange: '*',
        sourceAddressPrefix: source,
        destinationAddressPrefix: destination,
        access,
        priority,
        direction,
        sourcePortRanges: [],
        destinationPortRanges: [],
        sourceAddressPrefixes: [],
        destinationAddressPrefixes: [],
      },
    }),
  );
}

const DEFAULT_RULES = [
  [
    'AllowVnetInBound',
    'Allow inbound traffic from all VMs in VNET',
    'Inbound',
    65000,
    'Allow',
    'VirtualNetwork',
    'VirtualNetwork',
  ],
  [
    'AllowAzureLoadBalancerInBound',
    'Allow inbound traffic from azure load balancer',
    'Inbound',
    65001,
    'Allow',
    'AzureLoadBalancer',
    '*',
  ],
  ['DenyAllInBound', 'Deny all inbound traffic', 'Inbound', 65500, 'Deny', '*', '*'],
  [
    'AllowVnetOutBound',
    'Allow outbound traffic from all VMs to all VMs in VNET',
    'Outbound',
    65000,
    'Allow',
    'VirtualNetwork',
    'VirtualNetwork',
  ],
  [
    'AllowInternetOutBound',
    'Allow outbound traffic from all VMs to Internet',
    'Outbound',
    65001,
    'Allow',
    '*',
    'Internet',
  ],
  ['DenyAllOutBound', 'Deny all outbound traffic', 'Outbound', 65500, 'Deny', '*', '*'],
] as const;

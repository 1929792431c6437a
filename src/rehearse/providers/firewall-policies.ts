import { type ArmError, armError } from '../arm-error.ts';
import type { Behaviour, ProviderWorld, Wanted } from '../behaviour.ts';
import type { Json, JsonObject } from '../json.ts';
import {
  isObject,
  itemsAt,
  lastName,
  numberAt,
  objectAt,
  parentId,
  sameId,
  textAt,
  withComputed,
  withDefaults,
} from './fields.ts';
import { filled } from './filled.ts';
import { priorityOutOfRange } from './firewalls.ts';
import { danglingReference } from './references.ts';

const POLICIES = 'microsoft.network/firewallpolicies';
const GROUPS = 'microsoft.network/firewallpolicies/rulecollectiongroups';
/** Azure-firewall 7: sixty for policies made today. */
const GROUPS_MAX = 60;

export const FIREWALL_POLICIES: readonly Behaviour[] = [
  {
    type: POLICIES,
    refuse: danglingReference,
    fill: (wanted) =>
      filled(wanted, 'Microsoft.Network/firewallPolicies', {
        defaults: { threatIntelMode: 'Alert' },
        computed: {
          sku: withDefaults(objectAt(wanted.body, 'properties', 'sku'), { tier: 'Standard' }),
          firewalls: undefined,
          ruleCollectionGroups: undefined,
          childPolicies: undefined,
        },
      }),
    tell: (id, stored, world) => ({
      ...stored,
      properties: withComputed(objectAt(stored, 'properties'), {
        firewalls: references(firewallsOf(id, world)),
        ruleCollectionGroups: references(groupsOf(id, world)),
        childPolicies: references(childrenOf(id, world)),
      }),
    }),
    refuseDelete: (id, world) => {
      const users = [...firewallsOf(id, world), ...childrenOf(id, world)];
      if (users.length === 0) return undefined;
      // The rule is the service's, the code is not public: ours.
      return armError(
        409,
        'FirewallPolicyInUse',
        `Firewall policy ${lastName(id)} is in use by ${users.join(', ')} and cannot be deleted.`,
      );
    },
  },
  {
    type: GROUPS,
    refuse: refuseGroup,
    fill: (wanted) =>
      filled(wanted, 'Microsoft.Network/firewallPolicies/ruleCollectionGroups', {
        computed: {
          ruleCollections: itemsAt(wanted.body, 'properties', 'ruleCollections').map(
            filledCollection,
          ),
        },
      }),
  },
  {
    type: 'microsoft.network/ipgroups',
    fill: (wanted) =>
      filled(wanted, 'Microsoft.Network/ipGroups', {
        defaults: { ipAddresses: [] },
        computed: { firewalls: undefined, firewallPolicies: undefined },
      }),
    tell: (id, stored, world) => ({
      ...stored,
      properties: withComputed(objectAt(stored, 'properties'), {
        firewalls: references(mentioning(id, 'microsoft.network/azurefirewalls', world)),
        firewallPolicies: references([
          ...new Set(mentioning(id, GROUPS, world).map((group) => parentId(group))),
        ]),
      }),
    }),
    refuseDelete: (id, world) => {
      const users = [
        ...mentioning(id, 'microsoft.network/azurefirewalls', world),
        ...mentioning(id, GROUPS, world),
      ];
      if (users.length === 0) return undefined;
      return armError(
        409,
        'IpGroupInUse',
        `IP group ${lastName(id)} is in use by ${users.join(', ')} and cannot be deleted.`,
      );
    },
  },
];

function refuseGroup(wanted: Wanted, world: ProviderWorld): ArmError | undefined {
  const policy = parentId(wanted.id);
  if (wanted.before === undefined && groupsOf(policy, world).length >= GROUPS_MAX) {
    return armError(
      400,
      'FirewallPolicyRuleCollectionGroupLimitExceeded',
      `Firewall policy ${policy} cannot have more than ${GROUPS_MAX} rule collection groups.`,
    );
  }
  const own = priorityOutOfRange(
    numberAt(wanted.body, 'properties', 'priority'),
    'the rule collection group',
    wanted.id,
  );
  if (own !== undefined) return own;
  for (const collection of itemsAt(wanted.body, 'properties', 'ruleCollections')) {
    const what = `rule collection ${textAt(collection, 'name') ?? ''}`;
    const refused = priorityOutOfRange(numberAt(collection, 'priority'), what, wanted.id);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

const EMPTY_FIELDS: Readonly<Record<string, JsonObject>> = {
  networkrule: {
    ipProtocols: [],
    sourceAddresses: [],
    sourceIpGroups: [],
    destinationAddresses: [],
    destinationIpGroups: [],
    destinationFqdns: [],
    destinationPorts: [],
  },
  applicationrule: {
    protocols: [],
    fqdnTags: [],
    webCategories: [],
    targetFqdns: [],
    targetUrls: [],
    terminateTLS: false,
    sourceAddresses: [],
    destinationAddresses: [],
    sourceIpGroups: [],
    httpHeadersToInsert: [],
  },
  natrule: {
    ipProtocols: [],
    sourceAddresses: [],
    sourceIpGroups: [],
    destinationAddresses: [],
    destinationPorts: [],
  },
};

/** Arm-endpoint 10: what a rule does not say is told as an empty list. */
function filledCollection(collection: Json): Json {
  if (!isObject(collection)) return collection;
  return withComputed(collection, {
    rules: itemsAt(collection, 'rules').map((rule) =>
      isObject(rule)
        ? withDefaults(rule, EMPTY_FIELDS[textAt(rule, 'ruleType')?.toLowerCase() ?? ''] ?? {})
        : rule,
    ),
  });
}

function firewallsOf(policy: string, world: ProviderWorld): string[] {
  return world
    .list('microsoft.network/azurefirewalls')
    .filter((each) => sameId(textAt(each, 'properties', 'firewallPolicy', 'id'), policy))
    .flatMap((each) => textAt(each, 'id') ?? []);
}

function childrenOf(policy: string, world: ProviderWorld): string[] {
  return world
    .list(POLICIES)
    .filter((each) => sameId(textAt(each, 'properties', 'basePolicy', 'id'), policy))
    .flatMap((each) => textAt(each, 'id') ?? []);
}

function groupsOf(policy: string, world: ProviderWorld): string[] {
  return world
    .list(GROUPS)
    .flatMap((each) => textAt(each, 'id') ?? [])
    .filter((id) => sameId(parentId(id), policy));
}

/** Those of a type whose rules name an IP group. */
function mentioning(group: string, type: string, world: ProviderWorld): string[] {
  const wanted = group.toLowerCase();
  const collections = [
    'applicationRuleCollections',
    'networkRuleCollections',
    'natRuleCollections',
    'ruleCollections',
  ];
  return world
    .list(type)
    .filter((each) =>
      collections
        .flatMap((name) => itemsAt(each, 'properties', name))
        .flatMap((collection) => [
          ...itemsAt(collection, 'properties', 'rules'),
          ...itemsAt(collection, 'rules'),
        ])
        .flatMap((rule) => [
          ...itemsAt(rule, 'sourceIpGroups'),
          ...itemsAt(rule, 'destinationIpGroups'),
        ])
        .some((id) => typeof id === 'string' && id.toLowerCase() === wanted),
    )
    .flatMap((each) => textAt(each, 'id') ?? []);
}

/** Told even when there is none (arm-endpoint 10). */
function references(ids: readonly string[]): Json[] {
  return ids.map((id) => ({ id }));
}

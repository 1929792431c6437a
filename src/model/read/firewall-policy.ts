import {
  isAbsent,
  isUnknown,
  itemsOf,
  member,
  stringOf,
  type Unknown,
} from '../../values/index.ts';
import type { AddressTerm } from '../azure/common.ts';
import type { FirewallPolicy, RuleCollection, RuleCollectionGroup } from '../azure/firewall.ts';
import type { AzureResource } from '../snapshot.ts';
import { addressTerms } from './addresses.ts';
import { childrenOf, doubtOf } from './children.ts';
import { SKU_TIERS } from './firewall.ts';
import {
  checkPriorities,
  readPolicyCollections,
  readPriority,
  unknownCollection,
} from './firewall-collection.ts';
import { readPolicySettings } from './firewall-settings.ts';
import { locatedOf } from './named.ts';
import { present } from './present.ts';
import {
  inside,
  type Reading,
  report,
  reportGap,
  type Source,
  sourceOf,
  titleOf,
  valueIn,
} from './reading.ts';
import { referenceIn } from './references.ts';
import { booleanIn, choiceIn } from './scalars.ts';

/** `Microsoft.Network/firewallPolicies` with its rule collection groups (azure-firewall 1.6, 1.7). */
export function readFirewallPolicy(reading: Reading, resource: AzureResource): FirewallPolicy {
  const source = sourceOf(reading, 'firewall policy', resource);
  const intrusion = inside(source, 'intrusionDetection');
  const basePolicy = referenceIn(source, 'basePolicy');
  const explicitProxyEnabled = booleanIn(inside(source, 'explicitProxy'), 'enableExplicitProxy');
  if (explicitProxyEnabled === true || isUnknown(explicitProxyEnabled)) {
    const why = 'clients that are told to use the proxy reach the firewall without any route to it';
    reportGap(reading, 'explicitProxy', why, valueIn(source, 'explicitProxy')?.at ?? source.at);
  }
  return {
    ...locatedOf(resource),
    skuTier: choiceIn(inside(source, 'sku'), 'tier', SKU_TIERS),
    ...present({ basePolicy }),
    settings: readPolicySettings(source),
    intrusionDetectionMode: choiceIn(intrusion, 'mode', ['Off', 'Alert', 'Deny'] as const),
    intrusionDetectionPrivateRanges: readIntrusionRanges(inside(intrusion, 'configuration')),
    hasTransportSecurity: !isAbsent(
      valueIn(inside(source, 'transportSecurity'), 'certificateAuthority'),
    ),
    allowSqlRedirect: booleanIn(inside(source, 'sql'), 'allowSqlRedirect'),
    explicitProxyEnabled,
    groups: readGroups(source, resource),
  };
}

function readIntrusionRanges(configuration: Source): readonly AddressTerm[] | undefined {
  const ranges = valueIn(configuration, 'privateRanges');
  if (isAbsent(ranges)) return undefined;
  return addressTerms(configuration, 'privateRanges', itemsOf(ranges));
}

function readGroups(policy: Source, resource: AzureResource): readonly RuleCollectionGroup[] {
  const { reading } = policy;
  const children = childrenOf(reading.children, resource, 'rulecollectiongroups');
  const sources = children.map((child) => sourceOf(reading, 'rule collection group', child));
  const groups = children.map((child, index) => readGroup(sources[index]!, child, resource));
  checkPriorities(sources, groups);
  return [...groups, ...groupsElsewhere(policy, resource), ...oldGroups(policy, resource)];
}

function readGroup(
  source: Source,
  child: AzureResource,
  policy: AzureResource,
): RuleCollectionGroup {
  const policyKey = policy.key;
  const { key, name, at } = child;
  if (child.isReference === true) {
    const unknown = notWritten(`the rules of ${titleOf(source)}`, source);
    return hiddenGroup(key, name, policyKey, unknown);
  }
  const group = { key, name, at, policyKey, priority: readPriority(source) };
  const collections = readPolicyCollections(source, key);
  const exists = doubtOf(child, policy);
  if (exists === undefined) return { ...group, collections };
  // In some worlds there is no such group. Its collections then decide nothing for certain.
  return { ...group, collections: collections.map((collection) => inDoubt(collection, exists)) };
}

function inDoubt(collection: RuleCollection, exists: Unknown): RuleCollection {
  const { key, name, at, priority } = collection;
  return { kind: 'unknown', key, name, at, priority, unknown: exists };
}

/** ARM-52: an exported policy lists its groups by id. A listed group that is not in the input holds rules nobody has seen. */
function groupsElsewhere(policy: Source, resource: AzureResource): readonly RuleCollectionGroup[] {
  const { resources } = policy.reading.snapshot;
  const listed = itemsOf(valueIn(policy, 'ruleCollectionGroups'));
  return listed.flatMap((item) => {
    const id = stringOf(member(item, 'id'));
    if (id === undefined || resources.has(id.toLowerCase())) return [];
    const name = id.slice(id.lastIndexOf('/') + 1);
    // A group written inside its policy is an entry of the snapshot under its name.
    if (resources.has(`${resource.key}/rulecollectiongroups/${name.toLowerCase()}`)) return [];
    const unknown = notWritten(
      `rule collection group \`${name}\` of ${titleOf(policy)} (not in the input)`,
      { ...policy, at: item.at },
    );
    report(
      policy.reading,
      'warning',
      'firewall/group-missing',
      `${titleOf(policy)} has a rule collection group \`${name}\` that is not in the input`,
      item.at,
      'export it too: its rules may decide before or after the others',
    );
    return [hiddenGroup(id.toLowerCase(), name, resource.key, unknown)];
  });
}

/** ARM-50: policies of before May 2020. */
function oldGroups(policy: Source, resource: AzureResource): readonly RuleCollectionGroup[] {
  const inline = itemsOf(valueIn(policy, 'ruleGroups'));
  const children = policy.reading.children.of(resource.key, 'rulegroups');
  const at = children[0]?.at ?? inline[0]?.at;
  if (at === undefined || isUnknown(policy.value)) return [];
  report(
    policy.reading,
    'error',
    'firewall/old-rule-groups',
    `${titleOf(policy)} is written with \`ruleGroups\`, the form before API 2020-05-01; its rules are not read`,
    at,
    'export the policy again with a newer API version',
  );
  const unknown = notWritten(`the rules in \`ruleGroups\` of ${titleOf(policy)}`, {
    ...policy,
    at,
  });
  return [hiddenGroup(`${resource.key}/rulegroups`, 'ruleGroups', resource.key, unknown)];
}

function hiddenGroup(
  key: string,
  name: string,
  policyKey: string,
  unknown: Unknown,
): RuleCollectionGroup {
  const collections = [unknownCollection(key, 'any collection', unknown)];
  return { key, name, at: unknown.at, policyKey, priority: unknown, collections };
}

function notWritten(missing: string, { at }: { readonly at: Source['at'] }): Unknown {
  return { kind: 'unknown', reason: 'unsupported', text: '', missing, at };
}

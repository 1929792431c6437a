import { parsePrefix } from '../../net/index.ts';
import {
  itemsOf,
  member,
  type ObjectValue,
  path,
  stringOf,
  type Value,
} from '../../values/index.ts';
import { type Checking, report } from './check-shape.ts';
import { checkName } from './name-rules.ts';

/** What the types do not say about what is inside a resource (iac-formats 9.3). */
export function checkContent(checking: Checking, type: string, name: string, body: ObjectValue) {
  const properties = member(body, 'properties');
  switch (type.toLowerCase()) {
    case 'microsoft.network/virtualnetworks':
      for (const subnet of itemsOf(member(properties, 'subnets'))) {
        const inner = stringOf(member(subnet, 'name'));
        if (inner === undefined) continue;
        checkName(checking, 'Microsoft.Network/virtualNetworks/subnets', inner, subnet.at);
        checkSubnetSize(checking, inner, member(subnet, 'properties'));
      }
      uniqueNames(checking, 'subnets', itemsOf(member(properties, 'subnets')));
      return;
    case 'microsoft.network/virtualnetworks/subnets':
      checkSubnetSize(checking, name, properties);
      return;
    case 'microsoft.network/routetables':
      uniqueNames(checking, 'routes', itemsOf(member(properties, 'routes')));
      return;
    case 'microsoft.network/networksecuritygroups': {
      const rules = itemsOf(member(properties, 'securityRules'));
      uniqueNames(checking, 'security rules', rules);
      uniquePriorities(checking, 'security rules', rules, (rule) =>
        stringOf(path(rule, 'properties', 'direction')),
      );
      return;
    }
    case 'microsoft.network/firewallpolicies/rulecollectiongroups': {
      const collections = itemsOf(member(properties, 'ruleCollections'));
      uniqueNames(checking, 'rule collections', collections);
      uniquePriorities(checking, 'rule collections', collections, (each) =>
        stringOf(member(each, 'ruleCollectionType')),
      );
      for (const collection of collections) {
        uniqueNames(checking, 'rules', itemsOf(member(collection, 'rules')));
      }
      return;
    }
    case 'microsoft.network/azurefirewalls':
      for (const list of CLASSIC) {
        const collections = itemsOf(member(properties, list));
        uniqueNames(checking, list, collections);
        uniquePriorities(checking, list, collections, () => '');
      }
      return;
  }
}

const CLASSIC = ['networkRuleCollections', 'applicationRuleCollections', 'natRuleCollections'];

/** Longest prefix length a service takes for its own subnet (azure-networking 1.2). */
const LONGEST: Readonly<Record<string, number>> = {
  azurefirewallsubnet: 26,
  azurefirewallmanagementsubnet: 26,
  azurebastionsubnet: 26,
  gatewaysubnet: 29,
  routeserversubnet: 27,
};

function checkSubnetSize(checking: Checking, name: string, properties: Value | undefined): void {
  // Azure keeps five addresses of every subnet: /29 is the smallest there is.
  const longest = LONGEST[name.toLowerCase()] ?? 29;
  const written = [
    ...itemsOf(member(properties, 'addressPrefix')),
    ...itemsOf(member(properties, 'addressPrefixes')),
  ];
  for (const value of written) {
    const prefix = value.kind === 'string' ? parsePrefix(value.value) : undefined;
    const length = value.kind === 'string' ? Number(value.value.split('/')[1]) : Number.NaN;
    if (prefix === undefined || prefix.family !== 4 || !(length > longest)) continue;
    const message = `the subnet \`${name}\` has a /${length}; it needs a /${longest} or larger`;
    report(checking, 'resource/subnet-size', 'error', message, value.at);
  }
}

/** Names compare without case. */
function uniqueNames(checking: Checking, what: string, items: readonly Value[]): void {
  const seen = new Set<string>();
  for (const item of items) {
    const name = stringOf(member(item, 'name'));
    if (name === undefined) continue;
    if (seen.has(name.toLowerCase())) {
      const message = `two of its ${what} are named \`${name}\``;
      report(checking, 'resource/name-duplicate', 'error', message, item.at);
    }
    seen.add(name.toLowerCase());
  }
}

/** Items of one `group` must differ in priority; an item whose group is not known is left alone. */
function uniquePriorities(
  checking: Checking,
  what: string,
  items: readonly Value[],
  group: (item: Value) => string | undefined,
): void {
  const seen = new Map<string, string>();
  for (const item of items) {
    const written = member(item, 'priority') ?? path(item, 'properties', 'priority');
    const isScalar = written?.kind === 'number' || written?.kind === 'string';
    const kind = group(item);
    if (!isScalar || kind === undefined) continue;
    const key = `${kind.toLowerCase()}:${Number(written.value)}`;
    const name = stringOf(member(item, 'name')) ?? '?';
    const other = seen.get(key);
    if (other === undefined) seen.set(key, name);
    else {
      const message = `its ${what} \`${other}\` and \`${name}\` both have priority ${written.value}`;
      report(checking, 'resource/priority-duplicate', 'error', message, written.at);
    }
  }
}

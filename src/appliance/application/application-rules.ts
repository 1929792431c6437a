import type { Gap } from '../../diagnostics/index.ts';
import type { FqdnTags } from '../../facts/index.ts';
import type { ApplicationRule, FqdnAt } from '../../model/index.ts';
import { type AddressSet, ALL_IPV4, type Port } from '../../net/index.ts';
import { isUnknown, type Uncertain } from '../../values/index.ts';
import { gapOf } from '../network/network-regions.ts';
import type { AddressReader } from '../rules/address-reader.ts';
import { placeOf, type RuleNumbers } from '../rules/rule-numbers.ts';
import type { PlacedCollection } from '../rules/rule-order.ts';
import { type NamePattern, namePattern } from './name-pattern.ts';

/** What one application rule says about the names of one protocol. Rules are in order. */
export interface NamedRule {
  readonly number: number;
  readonly action: 'Allow' | 'Deny';
  readonly sources: AddressSet;
  readonly endpoints: readonly Endpoint[];
}
export interface Endpoint {
  readonly protocol: 'http' | 'tls';
  /** Absent: any port. */
  readonly port?: Port;
  readonly patterns: readonly NamePattern[];
}

export interface ApplicationRules {
  readonly rules: readonly NamedRule[];
  readonly gaps: readonly Gap[];
}

const EVERY_NAME: readonly NamePattern[] = [{ kind: 'any' }];

/**
 * Compiles application rules to names. What cannot be decided by a name alone (categories, paths, inspected content, members of
 * a tag that Microsoft does not publish) allows nothing and denies every name it may mean.
 * @param locations regions that `<location>` stands for in documented names
 */
export function applicationRules(
  collections: readonly PlacedCollection[],
  reader: AddressReader,
  tags: FqdnTags,
  locations: readonly string[],
  numbers: RuleNumbers,
): ApplicationRules {
  const rules: NamedRule[] = [];
  const gaps: Gap[] = [];
  for (const place of collections) {
    const { rules: collection } = place;
    if (collection?.kind !== 'application') {
      const at = { ...placeOf(place), rule: '' };
      const number = numbers.next({ kind: 'application', action: 'Deny', ...at });
      rules.push({ number, action: 'Deny', sources: ALL_IPV4, endpoints: everything() });
      continue;
    }
    const isAllow = collection.action === 'Allow';
    const action = isAllow ? 'Allow' : 'Deny';
    for (const rule of collection.rules) {
      const number = numbers.next({
        kind: 'application',
        action,
        ...placeOf(place),
        rule: rule.name,
      });
      const sources = reader.sources(rule.sources);
      const targets = targetsOf(rule, tags, locations);
      const endpoints = isAllow
        ? certainEndpoints(rule, targets)
        : possibleEndpoints(rule, targets);
      const doubts = [...sources.doubts, ...targets.doubts, ...protocolDoubts(rule)];
      if (isUnknown(collection.action)) doubts.push(collection.action.missing);
      if (doubts.length > 0) gaps.push(gapOf(place, rule, isAllow, doubts));
      if (rule.terminateTls) {
        const why = 'TLS is not inspected: the server name of the handshake decides';
        gaps.push({ what: `rule \`${place.collection}/${rule.name}\``, why, at: rule.at });
      }
      rules.push({
        number,
        action,
        sources: isAllow ? sources.certain : sources.possible,
        endpoints,
      });
    }
  }
  return { rules, gaps };
}

interface Targets {
  /** Names by what they need: documented members of a tag hold for their own ports only. */
  readonly certain: readonly { readonly pattern: NamePattern; readonly ports?: TagPorts }[];
  /** Only set where more may match than is certain; every name when that is all that can be said. */
  readonly possible?: readonly NamePattern[];
  /** Target URLs of HTTP: the host may match. */
  readonly doubts: readonly string[];
}
type TagPorts = readonly { readonly protocol: 'Http' | 'Https'; readonly port: number }[];

function targetsOf(rule: ApplicationRule, tags: FqdnTags, locations: readonly string[]): Targets {
  const certain: { pattern: NamePattern; ports?: TagPorts }[] = [];
  const possible: NamePattern[] = [];
  const doubts: string[] = [];
  const each = (list: readonly Uncertain<FqdnAt>[], read: (text: string) => void) => {
    for (const entry of list) {
      if (!isUnknown(entry)) {
        read(entry.text);
        continue;
      }
      possible.push(...EVERY_NAME);
      doubts.push(entry.missing);
    }
  };
  each(rule.targetFqdns, (text) => {
    const pattern = namePattern(text);
    if (pattern !== undefined) certain.push({ pattern });
  });
  each(rule.fqdnTags, (text) => {
    certain.push(...membersOfTag(text, tags, locations));
    // AFW-54: the list is Microsoft's own; what is documented of it is certain, absence from it is not.
    possible.push(...EVERY_NAME);
    doubts.push(`the members of FQDN tag \`${text}\` beyond those that are documented`);
  });
  each(rule.targetUrls, (text) => {
    const host = text.trim().split('/')[0] ?? '';
    const pattern = namePattern(host);
    if (pattern !== undefined) possible.push(pattern);
    doubts.push(`paths (\`${text}\`) are not looked at`);
  });
  for (const category of rule.webCategories) {
    possible.push(...EVERY_NAME);
    doubts.push(`which names belong to web category \`${category}\``);
  }
  if (rule.destinationAddresses.length > 0) {
    // AFW-50: whether they narrow the names or stand beside them is not documented.
    doubts.push('what destination addresses mean in an application rule');
    return { certain: [], possible: EVERY_NAME, doubts };
  }
  return doubts.length === 0 ? { certain, doubts } : { certain, possible, doubts };
}

function membersOfTag(
  tag: string,
  tags: FqdnTags,
  locations: readonly string[],
): readonly { readonly pattern: NamePattern; readonly ports: TagPorts }[] {
  const members = tags.tags.get(tag.toLowerCase()) ?? [];
  return members.flatMap(({ fqdn, ports, standing }) => {
    if (standing !== 'documented') return [];
    const names = fqdn.includes('<location>')
      ? locations.map((location) => fqdn.replaceAll('<location>', location))
      : [fqdn];
    return names.flatMap((name) => {
      const pattern = namePattern(name);
      return pattern === undefined ? [] : [{ pattern, ports }];
    });
  });
}

function certainEndpoints(rule: ApplicationRule, { certain }: Targets): readonly Endpoint[] {
  return rule.protocols.flatMap(({ type, port }): Endpoint[] => {
    if (isUnknown(type) || isUnknown(port) || type === 'Mssql') return [];
    const patterns = certain.flatMap(({ pattern, ports }) => {
      const isSpoken = ports?.some((entry) => entry.protocol === type && entry.port === port);
      return isSpoken === false ? [] : [pattern];
    });
    return [{ protocol: type === 'Http' ? 'http' : 'tls', port, patterns }];
  });
}

function possibleEndpoints(
  rule: ApplicationRule,
  { certain, possible }: Targets,
): readonly Endpoint[] {
  const patterns = [...certain.map(({ pattern }) => pattern), ...(possible ?? [])];
  return rule.protocols.flatMap(({ type, port }): Endpoint[] => {
    const at = isUnknown(port) ? {} : { port };
    if (isUnknown(type)) {
      return [
        { protocol: 'http', ...at, patterns },
        { protocol: 'tls', ...at, patterns },
      ];
    }
    if (type === 'Mssql') return [];
    return [{ protocol: type === 'Http' ? 'http' : 'tls', ...at, patterns }];
  });
}

function protocolDoubts({ protocols }: ApplicationRule): readonly string[] {
  return protocols.flatMap(({ type, port }) => {
    if (isUnknown(type)) return [type.missing];
    if (type === 'Mssql') return ['server names inside SQL sessions are not read'];
    return isUnknown(port) ? [port.missing] : [];
  });
}

function everything(): readonly Endpoint[] {
  return [
    { protocol: 'http', patterns: EVERY_NAME },
    { protocol: 'tls', patterns: EVERY_NAME },
  ];
}

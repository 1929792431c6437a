import type { ApplicationRule } from '../model/index.ts';
import { parseDomainName } from '../net/index.ts';
import type { Network } from '../network/index.ts';
import { matchesFqdn, parseFqdnPattern } from '../semantics/firewall/fqdn-pattern.ts';
import { isUnknown } from '../values/index.ts';
import type { LoggedFlow } from './logged-flows.ts';
import { coverNames } from './name-cover.ts';
import {
  canNarrowSources,
  isIpv4,
  type Narrowed,
  type NarrowingLimits,
  type NarrowRule,
  sourceList,
  sourceRanges,
  usedBy,
} from './narrowing.ts';
import { coverByProducts, type Product } from './product-cover.ts';

/**
 * The narrowest application rules that explain what one rule was used for.
 * @param isNeeded names that stay although nobody called them in the window: AKS does sooner or later
 */
export function narrowApplicationRule(
  rule: ApplicationRule,
  flows: readonly LoggedFlow[],
  network: Network,
  limits: NarrowingLimits,
  isNeeded: (name: string) => boolean,
): Narrowed {
  if (flows.some(({ source }) => !isIpv4(source))) {
    return { kind: 'left', why: 'it was used by addresses that are not IPv4' };
  }
  if (flows.some(({ fqdn }) => parseDomainName(fqdn) === undefined)) {
    return { kind: 'left', why: 'it was used for names that no rule can write' };
  }
  if (rule.targetFqdns.some(isUnknown)) return { kind: 'left', why: 'its names are not known' };
  const written = rule.targetFqdns.flatMap((one) => (isUnknown(one) ? [] : [one.text]));
  const kept: string[] = [];
  const hasOthers =
    rule.fqdnTags.length > 0 || rule.webCategories.length > 0 || rule.targetUrls.length > 0;
  if (hasOthers)
    kept.push(
      'its tags, categories and URLs with their ports: nobody publishes all that they hold',
    );
  const hasSources = canNarrowSources(rule.sources);
  if (!hasSources) kept.push('its sources: groups and tags stand for addresses that change');
  const patterns = written.map((text) => ({ text, pattern: parseFqdnPattern(text) }));
  const patternOf = (name: string) =>
    patterns.find(({ pattern }) => pattern !== undefined && matchesFqdn(pattern, name))?.text ?? '';
  const needed = patterns.flatMap(({ text, pattern }) =>
    pattern?.kind === 'exact' && isNeeded(pattern.name) ? [text] : [],
  );
  const used = usedBy(
    flows,
    // What came by a tag is not among the names.
    ({ fqdn }) => (patternOf(fqdn) === '' ? '' : fqdn),
    hasSources ? sourceRanges(network, rule.sources) : () => '',
    ({ protocol, port }) => `${typeOf(protocol)} ${port}`,
  );
  // Tags apply to every source of a rule, and inspection is a setting of the rule: such a rule stays one.
  const most = hasOthers || rule.terminateTls || needed.length > 0 ? 1 : limits.rules;
  const rules = coverByProducts(used, most).map((product): NarrowRule => {
    const targetFqdns = namesOf(product, patternOf, limits, needed);
    return {
      ...(hasSources ? { sourceAddresses: sourceList(product.sources, limits) } : {}),
      // What AKS needs, and what a tag holds, may come by a port that nobody used.
      ...(needed.length > 0 || hasOthers ? {} : { services: servicesOf(product.services) }),
      ...(written.length === 0 || targetFqdns.length === 0 ? {} : { targetFqdns }),
    };
  });
  if (needed.length > 0) kept.push('names that AKS needs, used or not, and its ports');
  return { kind: 'narrowed', rules, kept };
}

function namesOf(
  { targets }: Product,
  patternOf: (name: string) => string,
  limits: NarrowingLimits,
  needed: readonly string[],
): readonly string[] {
  const byPattern = new Map<string, string[]>();
  for (const name of targets) {
    if (name === '') continue;
    const pattern = patternOf(name);
    byPattern.set(pattern, [...(byPattern.get(pattern) ?? []), name]);
  }
  const names = [...byPattern].flatMap(([text, own]) => {
    if (!text.includes('*')) return [text];
    if (text === '*') return coverNames(own, '', limits.names);
    if (text.startsWith('*.')) return coverNames(own, text.slice(2).toLowerCase(), limits.names);
    return own.length <= limits.names ? own : [text];
  });
  return [...new Set([...names, ...needed])].sort();
}

const TYPES: Readonly<Record<string, string>> = { http: 'Http', https: 'Https', mssql: 'Mssql' };

function typeOf(protocol: string): string {
  return TYPES[/^[a-z]+/i.exec(protocol)?.[0]?.toLowerCase() ?? ''] ?? 'Https';
}

function servicesOf(services: ReadonlySet<string>) {
  return [...services].sort().map((service) => {
    const [protocolType = '', port = '0'] = service.split(' ');
    return { protocolType, port: Number(port) };
  });
}

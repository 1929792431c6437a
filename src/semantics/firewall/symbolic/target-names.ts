import type { FqdnTagMember } from '../../../facts/index.ts';
import {
  ANY_NAME,
  type ApplicationKind,
  type Condition,
  type FlowBox,
  type FlowRegion,
  WITHOUT_NAME,
} from '../../../flows/index.ts';
import type { ApplicationRule } from '../../../model/index.ts';
import type { Port } from '../../../net/index.ts';
import type { FirewallPlacement } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { FirewallContext } from '../context.ts';
import { effectiveSettings, tierHas } from '../effective-settings.ts';
import { type AddressLists, addressListsOf } from './address-lists.ts';
import { conditionOf } from './firewall-decider.ts';

/** Reads the names that an application rule allows or denies, whichever way it says them. */
export type TargetReader = (rule: ApplicationRule) => FlowRegion;

export function targetReader(placement: FirewallPlacement, context: FirewallContext): TargetReader {
  const { tier } = effectiveSettings(placement);
  const lists = addressListsOf(context);
  const hasUrls = tierHas(tier, 'URL filtering') === true;
  const hasCategories = tierHas(tier, 'web categories') !== false;
  const documented = new Map<string, FlowRegion>();
  const membersOf = (tag: string): FlowRegion => {
    let region = documented.get(tag);
    if (region === undefined) {
      region = documentedIn(tag, context, lists);
      documented.set(tag, region);
    }
    return region;
  };
  return (rule) => {
    const boxes: FlowBox[] = [];
    const patterns: string[] = [];
    for (const fqdn of rule.targetFqdns) {
      if (isUnknown(fqdn)) boxes.push({ needs: [conditionOf(fqdn)] });
      else {
        const pattern = patternOf(fqdn.text);
        if (pattern !== undefined) patterns.push(pattern);
      }
    }
    if (patterns.includes('*')) {
      boxes.push({ names: ANY_NAME }, { names: WITHOUT_NAME, needs: [STAR_WITHOUT_NAME] });
    } else if (patterns.length > 0) boxes.push({ names: { patterns, withoutName: false } });
    for (const url of rule.targetUrls) {
      if (isUnknown(url)) boxes.push({ needs: [conditionOf(url)] });
      else boxes.push(...belowUrl(url.text, rule.terminateTls, hasUrls));
    }
    for (const tag of rule.fqdnTags) {
      if (isUnknown(tag)) boxes.push({ needs: [conditionOf(tag)] });
      else {
        const missing = `whether FQDN tag ${tag.text} contains the name`;
        boxes.push(...membersOf(tag.text), { names: ANY_NAME, needs: [{ missing, at: tag.at }] });
      }
    }
    if (rule.webCategories.length > 0) {
      // AFW-56: only Microsoft knows the category of a name.
      const need = hasCategories ? CATEGORY_OF_NAME : CATEGORY_ON_BASIC;
      boxes.push({ names: ANY_NAME, needs: [need] });
    }
    return boxes;
  };
}

const STAR_WITHOUT_NAME: Condition = {
  missing: 'whether `*` covers a request that names no host',
};
const CATEGORY_OF_NAME: Condition = { missing: 'the web category of the name' };
const CATEGORY_ON_BASIC: Condition = {
  missing: 'whether a Basic firewall honours web categories',
};

/**
 * The names a target FQDN stands for: `*` alone, or one asterisk in front, which stands for anything, dots included.
 * `undefined` for what Azure refuses. @see AFW-51
 */
export function patternOf(text: string): string | undefined {
  const pattern = withoutDot(text.trim().toLowerCase());
  const rest = pattern.startsWith('*') ? pattern.slice(1) : pattern;
  if (pattern === '' || /[*\s]/.test(rest)) return undefined;
  return pattern;
}

function withoutDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/**
 * Flows that may ask for a URL. Their path is no header of ours, so the rule never takes one for certain.
 * @see AFW-52 how it is written. AFW-53 HTTP, or HTTPS that is inspected; Premium
 */
function belowUrl(text: string, isInspected: boolean, isHonoured: boolean): FlowRegion {
  const url = text.trim();
  if (/[:?#\s]/.test(url)) return [];
  const slash = url.indexOf('/');
  const path = slash < 0 ? '' : url.slice(slash);
  const star = path.indexOf('*');
  const pattern = patternOf(slash < 0 ? url : url.slice(0, slash));
  if (pattern === undefined || (star >= 0 && star !== path.length - 1)) return [];
  return [
    {
      applications: isInspected ? WEB : HTTP,
      names: { patterns: [pattern], withoutName: false },
      needs: [isHonoured ? PATH_OF_REQUEST : URL_WITHOUT_PREMIUM],
    },
  ];
}

/** What a request names with a host that categories, tags and the built-in collection know. */
export const WEB: readonly ApplicationKind[] = ['http', 'https'];
const HTTP: readonly ApplicationKind[] = ['http'];
const HTTPS: readonly ApplicationKind[] = ['https'];
const PATH_OF_REQUEST: Condition = { missing: 'the path of the request' };
const URL_WITHOUT_PREMIUM: Condition = {
  missing: 'whether a firewall that is not Premium honours target URLs',
};

/** AFW-55: documented members on their documented ports. Any other name may be in the tag too: Microsoft keeps the list (AFW-54). */
function documentedIn(tag: string, context: FirewallContext, lists: AddressLists): FlowRegion {
  const members = context.datasets.fqdnTags.tags.get(tag.toLowerCase()) ?? [];
  const byService = new Map<string, { readonly box: FlowBox; readonly patterns: string[] }>();
  for (const member of members) {
    const pattern = documentedName(member, context.location);
    if (pattern === undefined) continue;
    for (const { protocol, port } of member.ports) {
      const key = `${protocol} ${port}`;
      const applications = protocol === 'Http' ? HTTP : HTTPS;
      const service = byService.get(key) ?? {
        box: { applications, destinationPorts: lists.ports([port as Port, port as Port]) },
        patterns: [],
      };
      byService.set(key, service);
      service.patterns.push(pattern);
    }
  }
  return [...byService.values()].map(({ box, patterns }) => ({
    ...box,
    names: { patterns: [...new Set(patterns)], withoutName: false },
  }));
}

/** With the region unknown a regional name is no name. */
function documentedName(
  { fqdn, standing }: FqdnTagMember,
  location: string | undefined,
): string | undefined {
  if (standing !== 'documented') return undefined;
  const name = location === undefined ? fqdn : fqdn.replaceAll('<location>', location);
  return name.includes('<') ? undefined : patternOf(name);
}

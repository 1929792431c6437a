import type { Gap } from '../../../diagnostics/index.ts';
import type { ApplicationGateway, Perimeter, Reference } from '../../../model/index.ts';
import { isUnknown, type Value } from '../../../values/index.ts';
import { GENERAL_RULES, groupOfRule } from './core-rules.ts';
import { type CustomRule, readCustomRules } from './custom-rules.ts';
import { type Exclusion, readExclusions } from './waf-exclusions.ts';
import { flagAt, listAt, numberAt, textAt, unknownAt } from './written.ts';

/** One web application firewall policy as it is to be enforced: known values only, everything else is in `gaps`. */
export interface WafSettings {
  /** `disabled`: nothing inspects. */
  readonly mode: 'disabled' | 'detection' | 'prevention';
  readonly inspectsBody: boolean;
  /** How much of a body is looked at; what lies behind passes unseen (azure-networking 9.2). */
  readonly inspectedBytes: number;
  /** Larger bodies are refused; absent: the limit is not enforced. */
  readonly bodyBytesMax?: number;
  readonly uploadBytesMax?: number;
  readonly blockStatus: number;
  /** Azure enforces levels 1 and 2; Default Rule Set 2.2 ships with level 1 alone (azure-networking 9.2). */
  readonly paranoiaLevel: 1 | 2;
  /** False when the policy has no managed rule set: custom rules stand alone. */
  readonly hasManagedRules: boolean;
  readonly overrides: readonly RuleOverride[];
  readonly exclusions: readonly Exclusion[];
  readonly customRules: readonly CustomRule[];
}

/** Of a whole group (no rule) or of one rule. */
export interface RuleOverride {
  readonly group: string;
  readonly rule?: number;
  readonly effect: 'disabled' | 'block' | 'log';
}

/** The policy, and where it is attached, in the words of the firewall log. */
export interface WafInForce {
  readonly settings: WafSettings;
  /** Resource id; empty for configuration inside the gateway. */
  readonly policyId: string;
  readonly scope: 'Global' | 'Listener' | 'Location';
  readonly scopeName: string;
}

const KIB = 1024;

/** The policy a reference names. What is not known of it is said, and taken as the service would take it when left out. */
export function wafByPolicy(
  perimeter: Perimeter,
  reference: Reference,
  gaps: Gap[],
): { readonly settings: WafSettings; readonly policyId: string } | undefined {
  if (isUnknown(reference)) {
    gaps.push({
      what: `WAF policy \`${reference.text}\``,
      why: `${reference.missing} is not known: requests pass uninspected in the lab`,
      at: reference.at,
    });
    return undefined;
  }
  const resource = perimeter.snapshot.resources.get(reference.key);
  if (resource === undefined || resource.isReference === true) {
    gaps.push({
      what: `WAF policy \`${reference.id}\``,
      why: 'the policy is not in the input: requests pass uninspected in the lab',
      at: reference.at,
    });
    return undefined;
  }
  const properties = member(resource.body, 'properties');
  return { settings: readPolicy(properties, resource.name, gaps), policyId: resource.id };
}

function readPolicy(properties: Value | undefined, name: string, gaps: Gap[]): WafSettings {
  const note = noteIn(gaps, `WAF policy ${name}`);
  const settings = member(properties, 'policySettings');
  const managed = member(properties, 'managedRules');
  const sets = listAt(managed, 'managedRuleSets');
  const rules = sets.filter((set) => !isBotSet(set));
  if (rules.length < sets.length) note('bot manager rules', 'bots are not told apart in the lab');
  for (const part of ['state', 'mode'] as const) {
    const unknown = unknownAt(settings, part);
    if (unknown !== undefined) note(part, `${unknown.missing} is not known`, unknown.at);
  }
  if (listAt(managed, 'exceptions').length > 0) note('exceptions', 'they are not applied');
  if (textAt(settings, 'customBlockResponseBody') !== undefined) {
    note('customBlockResponseBody', 'the page of a blocked request is nginx’s own');
  }
  const mode = textAt(settings, 'mode')?.toLowerCase();
  if (mode === undefined && unknownAt(settings, 'mode') === undefined) {
    note('mode', 'it is not written: the lab takes Detection');
  }
  const isOff = textAt(settings, 'state')?.toLowerCase() === 'disabled';
  return {
    mode: isOff ? 'disabled' : mode === 'prevention' ? 'prevention' : 'detection',
    inspectsBody: flagAt(settings, 'requestBodyCheck') ?? true,
    inspectedBytes: (numberAt(settings, 'requestBodyInspectLimitInKB') ?? 128) * KIB,
    ...limitsOf(settings),
    blockStatus: statusOf(numberAt(settings, 'customBlockResponseStatusCode')),
    paranoiaLevel: rules.some(isLevelOne) ? 1 : 2,
    hasManagedRules: rules.length > 0,
    overrides: rules.flatMap((set) => overridesOf(set, note)),
    exclusions: readExclusions(listAt(managed, 'exclusions'), note),
    customRules: readCustomRules(listAt(properties, 'customRules'), note),
  };
}

/** `webApplicationFirewallConfiguration`, for gateways that still have it. */
export function inlineWaf(
  gateway: ApplicationGateway,
  properties: Value | undefined,
  gaps: Gap[],
): WafSettings | undefined {
  const inline = member(properties, 'webApplicationFirewallConfiguration');
  if (inline === undefined || gateway.inlineWaf === undefined) return undefined;
  const note = noteIn(gaps, `WAF of ${gateway.name}`);
  const mode = textAt(inline, 'firewallMode')?.toLowerCase();
  if (mode === undefined) note('firewallMode', 'it is not known: the lab takes Detection');
  const groups = listAt(inline, 'disabledRuleGroups');
  return {
    mode: !gateway.inlineWaf.enabled
      ? 'disabled'
      : mode === 'prevention'
        ? 'prevention'
        : 'detection',
    inspectsBody: flagAt(inline, 'requestBodyCheck') ?? true,
    inspectedBytes: 128 * KIB,
    bodyBytesMax: (numberAt(inline, 'maxRequestBodySizeInKb') ?? 128) * KIB,
    uploadBytesMax: (numberAt(inline, 'fileUploadLimitInMb') ?? 100) * KIB * KIB,
    blockStatus: 403,
    paranoiaLevel: 2,
    hasManagedRules: true,
    overrides: groups.flatMap((group) => disabledIn(group)),
    exclusions: readExclusions(listAt(inline, 'exclusions'), note),
    customRules: [],
  };
}

/** Says that a part of the policy is not, or not exactly, done. */
export type Note = (what: string, why: string, at?: Gap['at']) => void;

const noteIn =
  (gaps: Gap[], whose: string): Note =>
  (what, why, at) => {
    gaps.push({ what: `${whose}: ${what}`, why, ...(at === undefined ? {} : { at }) });
  };

function member(value: Value | undefined, name: string): Value | undefined {
  return value?.kind === 'object' ? value.members.get(name.toLowerCase())?.value : undefined;
}

/** `customBlockResponseStatusCode` may be 403, 405, 406, 429 or any other 4xx and 5xx; nothing else ends a request. */
function statusOf(status: number | undefined): number {
  return status !== undefined && Number.isInteger(status) && status >= 400 && status <= 599
    ? status
    : 403;
}

function limitsOf(
  settings: Value | undefined,
): Pick<WafSettings, 'bodyBytesMax' | 'uploadBytesMax'> {
  const body = (numberAt(settings, 'maxRequestBodySizeInKb') ?? 128) * KIB;
  const upload = (numberAt(settings, 'fileUploadLimitInMb') ?? 100) * KIB * KIB;
  return {
    ...(flagAt(settings, 'requestBodyEnforcement') === false ? {} : { bodyBytesMax: body }),
    ...(flagAt(settings, 'fileUploadEnforcement') === false ? {} : { uploadBytesMax: upload }),
  };
}

const isBotSet = (set: Value): boolean =>
  textAt(set, 'ruleSetType')?.toLowerCase() === 'microsoft_botmanagerruleset';

const isLevelOne = (set: Value): boolean =>
  textAt(set, 'ruleSetType')?.toLowerCase() === 'microsoft_defaultruleset' &&
  textAt(set, 'ruleSetVersion') === '2.2';

function overridesOf(set: Value, note: Note): readonly RuleOverride[] {
  return listAt(set, 'ruleGroupOverrides').flatMap((override) => {
    const group = textAt(override, 'ruleGroupName');
    if (group === undefined) {
      note('ruleGroupOverrides', 'the name of a group is not known');
      return [];
    }
    const rules = listAt(override, 'rules');
    // A group without rules is switched off as a whole.
    if (rules.length === 0) return [{ group, effect: 'disabled' as const }];
    return rules.flatMap((rule) => overrideOf(group, rule, note) ?? []);
  });
}

function overrideOf(group: string, rule: Value, note: Note): RuleOverride | undefined {
  const id = numberAt(rule, 'ruleId');
  if (id === undefined) {
    note(`ruleGroupOverrides of ${group}`, 'the number of a rule is not known');
    return undefined;
  }
  // An override that says nothing of its state means Disabled, the default of ManagedRuleOverride.
  const state = textAt(rule, 'state')?.toLowerCase() ?? 'disabled';
  if (id >= 1000 && groupOfRule(id) === undefined && !GENERAL_RULES.has(id)) {
    note(
      `rule ${id}`,
      'the Core Rule Set, which stands in for the managed rules, has no such rule',
    );
    return undefined;
  }
  if (state === 'disabled') return { group, rule: id, effect: 'disabled' };
  const action = textAt(rule, 'action')?.toLowerCase() ?? 'anomalyscoring';
  if (action === 'block') return { group, rule: id, effect: 'block' };
  if (action === 'log') {
    note(`rule ${id}`, 'it does not score, as meant, but its matches are not logged either');
    return { group, rule: id, effect: 'log' };
  }
  if (action !== 'anomalyscoring') note(`rule ${id}`, `its action \`${action}\` is not done`);
  return undefined;
}

function disabledIn(group: Value): readonly RuleOverride[] {
  const name = textAt(group, 'ruleGroupName');
  if (name === undefined) return [];
  const rules = listAt(group, 'rules').flatMap((rule) => numberAt(rule) ?? []);
  if (rules.length === 0) return [{ group: name, effect: 'disabled' }];
  return rules.map((rule) => ({ group: name, rule, effect: 'disabled' as const }));
}

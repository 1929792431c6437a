import type { ApplicationGateway, Setting, WafPolicy } from '../../../model/index.ts';
import {
  isSupportedRuleSet,
  type WafInForce,
  wafInForce,
} from '../../../semantics/application-gateway/waf.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Change } from '../change.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { production } from './cluster-subjects.ts';

const waf = eachSubject<ApplicationGateway>({
  id: 'gateway/waf-not-preventing',
  severity: 'warning',
  title: 'The web application firewall blocks.',
  explanation:
    'Detection mode logs an attack and lets it through; a disabled policy does not even log; a gateway without policy inspects nothing. The policy of a path rule replaces that of the listener, which replaces that of the gateway. Outside production it is a note.',
  fix: 'use the tier WAF_v2 and attach a WAF policy with state Enabled and mode Prevention',
  facts: ['AZS-69', 'AZS-68'],
  covers: ['NET-20', 'A15'],
  subjects: gatewaysOf,
  none: 'no application gateway',
  key: ({ key }) => key,
  judge: (gateway, context) => {
    const forces = forcesOf(gateway, context);
    return forces.map(({ force, where }): Judgement => {
      const whose = forces.length === 1 ? gateway.name : `${gateway.name}, ${where.join(', ')},`;
      if (force.kind === 'prevention') return HOLDS;
      if (force.kind === 'unknown')
        return {
          kind: 'undecided',
          message: `What the WAF of ${whose} does is not known.`,
          missing: force.why.map((fact) => fact.missing).join('; '),
          at: gateway.at,
        };
      const text = {
        detection: 'only logs (Detection)',
        disabled: 'is disabled',
        none: 'does not exist: nothing inspects requests',
      }[force.kind];
      return {
        kind: 'fails',
        ...(production(context) ? {} : { severity: 'note' }),
        message: `The WAF of ${whose} ${text}.`,
        places: [{ at: force.by.at ?? gateway.at, what: force.by.name }],
        evidence: [force.kind],
        ...changesOf(force, context),
      };
    });
  },
});

/** A policy has its switch; for a gateway without one there is more to decide. */
function changesOf(
  force: WafInForce,
  { perimeter }: CheckContext,
): { readonly changes?: readonly Change[] } {
  const policy = [...perimeter.wafPolicies.values()].find(({ at }) => at === force.by.at);
  if (policy === undefined || (force.kind !== 'detection' && force.kind !== 'disabled')) return {};
  const set = (name: string, to: string): Change => ({
    at: policy.at,
    path: ['properties', 'policySettings', name],
    to,
  });
  return {
    changes: [
      ...(force.kind === 'disabled' ? [set('state', 'Enabled')] : []),
      set('mode', 'Prevention'),
    ],
  };
}

interface InForce {
  readonly force: WafInForce;
  /** Listeners and path rules it is in force on. */
  readonly where: readonly string[];
}

/** What inspects requests, on each way through the gateway; a redirect passes nothing on. */
function forcesOf(gateway: ApplicationGateway, { network }: CheckContext): readonly InForce[] {
  const all: { readonly force: WafInForce; readonly where: string }[] = [];
  for (const listener of gateway.listeners) {
    const routes = gateway.routes.filter(({ listenerKey }) => listenerKey === listener.key);
    if (routes.length === 0)
      all.push({ force: wafInForce(network, gateway, listener), where: listener.name });
    for (const route of routes) {
      if (route.redirects) continue;
      const where =
        route.wafPolicy === undefined ? listener.name : `${listener.name}/${route.name}`;
      all.push({ force: wafInForce(network, gateway, listener, route), where });
    }
  }
  if (all.length === 0) return [{ force: wafInForce(network, gateway), where: [] }];
  const distinct = new Map<string, { force: WafInForce; where: Set<string> }>();
  for (const { force, where } of all) {
    const key = `${force.kind} ${force.by.name}`;
    const known = distinct.get(key);
    if (known === undefined) distinct.set(key, { force, where: new Set([where]) });
    else known.where.add(where);
  }
  return [...distinct.values()].map(({ force, where }) => ({ force, where: [...where] }));
}

/** A WAF policy, or the configuration inside a gateway that has none. */
interface WafSettings {
  readonly key: string;
  readonly label: string;
  readonly at: WafPolicy['at'];
  readonly requestBodyCheck: Setting<boolean>;
  readonly ruleSets: WafPolicy['ruleSets'];
}

const bodyCheck = eachSubject<WafSettings>({
  id: 'gateway/waf-body-not-inspected',
  severity: 'warning',
  title: 'The WAF inspects request bodies.',
  explanation: 'Without requestBodyCheck an injection in a POST body passes every managed rule.',
  fix: 'set policySettings.requestBodyCheck to true',
  facts: ['AZS-69'],
  covers: ['NET-20'],
  subjects: wafSettingsOf,
  none: 'no WAF policy',
  key: ({ key }) => key,
  judge: ({ label, requestBodyCheck: check, at }) => {
    if (check === true) return HOLDS;
    if (check === undefined || isUnknown(check))
      return {
        kind: 'undecided',
        message: `Whether ${label} inspects bodies is not known.`,
        missing: check?.missing ?? `requestBodyCheck of ${label} (not written)`,
        at: check?.at ?? at,
      };
    return {
      kind: 'fails',
      message: `${label} does not look into request bodies.`,
      places: [{ at, what: 'requestBodyCheck: false' }],
      evidence: ['requestBodyCheck: false'],
    };
  },
});

/** Newest version the reference knows: what is newer is not known to be unsupported. */
const NEWEST: Readonly<Record<string, string>> = {
  microsoft_defaultruleset: '2.2',
  owasp: '3.2',
};
const SUPPORT_ENDED = '2026-02-01';

const ruleSets = eachSubject<WafSettings>({
  id: 'gateway/waf-rule-set-unsupported',
  severity: 'warning',
  title: 'Managed rule sets are among the supported ones.',
  explanation:
    'Since February 2026 only the newest three are supported: DRS 2.2, DRS 2.1 and CRS 3.2. Older sets get no new signatures. Before that month it is a note.',
  fix: 'use Microsoft_DefaultRuleSet 2.2',
  facts: ['AZS-71'],
  covers: ['NET-19'],
  subjects: wafSettingsOf,
  none: 'no WAF policy',
  key: ({ key }) => key,
  judge: ({ label, at, ruleSets: sets }, context) =>
    sets.length === 0
      ? {
          kind: 'undecided',
          message: `Which rule sets ${label} uses is not known.`,
          missing: `managedRuleSets of ${label}`,
          at,
        }
      : sets.map((set) => judgeRuleSet(label, set, context)),
});

function judgeRuleSet(
  label: string,
  { type, version, at }: WafPolicy['ruleSets'][number],
  { asOf }: CheckContext,
): Judgement {
  const newest = NEWEST[type.toLowerCase()];
  const missing =
    type === ''
      ? `the type of a rule set of ${label}`
      : newest !== undefined && version === ''
        ? `the version of ${type} in ${label}`
        : newest !== undefined && isNewer(version, newest)
          ? `whether ${type} ${version} is supported`
          : undefined;
  if (missing !== undefined) {
    const message = `Whether ${label} uses a supported rule set is not known.`;
    return { kind: 'undecided', message, missing, at };
  }
  // Bot manager and other sets are add-ons outside the support policy.
  if (newest === undefined || isSupportedRuleSet(type, version)) return HOLDS;
  const isOver = asOf >= SUPPORT_ENDED;
  return {
    kind: 'fails',
    ...(isOver ? {} : { severity: 'note' }),
    message: `${label} uses ${type} ${version}, which is out of support ${isOver ? 'since' : 'from'} February 2026${isOver ? '' : ' on'}.`,
    places: [{ at, what: `${type} ${version}` }],
    evidence: [`${type} ${version}`],
  };
}

function isNewer(version: string, newest: string): boolean {
  const own = version.split('.').map(Number);
  for (const [index, part] of newest.split('.').map(Number).entries()) {
    const mine = own[index] ?? 0;
    if (mine !== part) return mine > part;
  }
  return own.length > newest.split('.').length;
}

export const GATEWAY_WAF_CHECKS: readonly Check[] = [waf, bodyCheck, ruleSets];

export function gatewaysOf(context: CheckContext): readonly ApplicationGateway[] {
  return [...context.perimeter.applicationGateways.values()].filter(
    (gateway) => gateway.isReference !== true,
  );
}

function wafSettingsOf(context: CheckContext): readonly WafSettings[] {
  const policies = [...context.perimeter.wafPolicies.values()]
    .filter((policy) => policy.isReference !== true)
    .map((policy) => ({ ...policy, label: `WAF policy ${policy.name}` }));
  const inline = gatewaysOf(context).flatMap(({ key, name, wafPolicy, inlineWaf }) => {
    if (wafPolicy !== undefined || inlineWaf === undefined) return [];
    const {
      at,
      requestBodyCheck,
      ruleSetType: type = '',
      ruleSetVersion: version = '',
    } = inlineWaf;
    const label = `the WAF configuration of ${name}`;
    return [{ key, label, at, requestBodyCheck, ruleSets: [{ type, version, at }] }];
  });
  return [...policies, ...inline];
}

import { GENERAL_RULES, groupOfRule, rulesOfGroup } from './core-rules.ts';
import type { Condition, CustomRule } from './custom-rules.ts';
import type { Exclusion } from './waf-exclusions.ts';
import type { RuleOverride, WafSettings } from './waf-settings.ts';
import type { WebServerPaths } from './web-server.ts';

/** Number of the first custom rule; the following ones count on in order of priority. */
export const FIRST_CUSTOM_RULE = 1_000_001;

/** Refuses a body above the limit of the policy. */
export const BODY_LIMIT_RULE = 200_010;

/**
 * One policy as ModSecurity's rules. The managed rule set of Azure is not public: the OWASP Core Rule Set stands in for it, whose rule
 * numbers and scores it shares (critical 5, error 4, warning 3, notice 2; a total of 5 blocks). It is included file by file
 * because ModSecurity 3 refuses the `IncludeOptional` of Debian's own list.
 */
export function modSecurityRules(
  settings: WafSettings,
  paths: WebServerPaths,
  auditLog: string,
): string {
  const custom = customRuleLines(settings.customRules, settings.blockStatus);
  const managed = settings.hasManagedRules ? managedLines(settings, paths) : [];
  return [
    `SecRuleEngine ${settings.mode === 'prevention' ? 'On' : 'DetectionOnly'}`,
    ...bodyLines(settings),
    'SecResponseBodyAccess Off',
    'SecPcreMatchLimit 100000',
    'SecPcreMatchLimitRecursion 100000',
    `SecUnicodeMapFile ${paths.unicodeMap} 20127`,
    'SecAuditEngine RelevantOnly',
    `SecAuditLogRelevantStatus "^${settings.blockStatus}$"`,
    'SecAuditLogFormat JSON',
    'SecAuditLogType Serial',
    `SecAuditLog ${auditLog}`,
    // B is for the Host header: the firewall log names it, and nothing else of the headers.
    'SecAuditLogParts ABHZ',
    `SecDefaultAction "phase:1,log,auditlog,pass,status:${settings.blockStatus}"`,
    `SecDefaultAction "phase:2,log,auditlog,pass,status:${settings.blockStatus}"`,
    ...custom,
    ...managed,
    'SecMarker SALLYPORT-END',
    '',
  ].join('\n');
}

/**
 * Without the body there would be no second phase, in which most rules run, so an unseen body is one of which a single byte is
 * looked at and that no parser gets.
 */
function bodyLines(settings: WafSettings): readonly string[] {
  const limit = settings.bodyBytesMax;
  return [
    'SecRequestBodyAccess On',
    `SecRequestBodyLimit ${settings.inspectsBody ? settings.inspectedBytes : 1}`,
    'SecRequestBodyLimitAction ProcessPartial',
    ...(settings.inspectsBody ? BODY_PARSERS : []),
    ...(limit === undefined
      ? []
      : [
          `SecRule REQUEST_HEADERS:Content-Length "@gt ${limit}" "id:${BODY_LIMIT_RULE},phase:1,t:none,deny,status:413,log,auditlog,msg:'Request body length exceeded the limit',chain"`,
          'SecRule REQUEST_HEADERS:Content-Type "!@rx ^multipart/form-data" "t:none,t:lowercase"',
        ]),
  ];
}

const BODY_PARSERS: readonly string[] = [
  'SecRule REQUEST_HEADERS:Content-Type "@rx ^(?:application(?:/soap\\+|/)|text/)xml" "id:200000,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"',
  'SecRule REQUEST_HEADERS:Content-Type "@rx ^application/(?:[a-z0-9.-]+\\+)?json" "id:200001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"',
];

/**
 * Custom rules come before the managed ones and in their order. They are decided in the first phase unless one needs the body: then all
 * wait for it, because a rule of low priority must not run before one of high priority.
 */
function customRuleLines(rules: readonly CustomRule[], status: number): readonly string[] {
  const phase = rules.some((rule) => rule.conditions.some((one) => one.needsBody)) ? 2 : 1;
  const lines = rules.flatMap((rule, index) => customRuleText(rule, index, phase, status));
  // An allowed request skips what is left of every phase. `allow` itself does nothing in detection mode.
  return lines.length === 0
    ? []
    : [
        ...lines,
        'SecRule TX:sallyport_allowed "@eq 1" "id:1900000,phase:2,t:none,pass,nolog,skipAfter:SALLYPORT-END"',
      ];
}

function customRuleText(
  rule: CustomRule,
  index: number,
  phase: number,
  status: number,
): readonly string[] {
  const id = FIRST_CUSTOM_RULE + index;
  const { helpers, tests } = conditionsOf(rule.conditions, id, phase);
  const disruption = {
    allow: 'pass',
    block: `deny,status:${status}`,
    log: 'pass',
  }[rule.action];
  const [first = '', ...rest] = tests;
  const after = rule.action === 'allow' ? ALLOWED : '';
  const head = `id:${id},phase:${phase},${disruption},log,auditlog,msg:'Custom rule',logdata:'%{MATCHED_VAR}'`;
  if (rest.length === 0) return [...helpers, `SecRule ${first},${head}${after}"`];
  return [
    ...helpers,
    `SecRule ${first},${head}${rule.action === 'allow' ? ',skipAfter:SALLYPORT-END' : ''},chain"`,
    ...rest.map((test, place) => {
      const isLast = place === rest.length - 1;
      const chain = isLast ? (rule.action === 'allow' ? ALLOWED_VARIABLE : '') : ',chain';
      return `SecRule ${test}${chain}"`;
    }),
  ];
}

const ALLOWED_VARIABLE = ',setvar:tx.sallyport_allowed=1';
const ALLOWED = `${ALLOWED_VARIABLE},skipAfter:SALLYPORT-END`;

/**
 * Every condition as the start of a rule. A negated one is asked the positive way round first: `!@rx` alone is false for a
 * header that is not there, and true when one of two values does not match.
 */
function conditionsOf(
  conditions: readonly Condition[],
  id: number,
  phase: number,
): { readonly helpers: readonly string[]; readonly tests: readonly string[] } {
  const helpers: string[] = [];
  const tests = conditions.map((condition, index) => {
    const transforms = ['none', ...condition.transforms].map((name) => `t:${name}`).join(',');
    const test = `${condition.variables} "${condition.test}" "${transforms}`;
    if (!condition.isNegated) return test;
    const variable = `sallyport_${id}_${index}`;
    const helperId = 1_100_000 + (id - FIRST_CUSTOM_RULE) * 100 + index;
    helpers.push(
      `SecRule ${test},id:${helperId},phase:${phase},pass,nolog,setvar:tx.${variable}=1"`,
    );
    return `&TX:${variable} "@eq 0" "t:none`;
  });
  return { helpers, tests };
}

const SCORES = "setvar:'tx.anomaly_score_pl1=+%{tx.critical_anomaly_score}'";

/** ModSecurity's own checks, which Azure lists as group `General` and lets score. */
const BODY_CHECKS: readonly string[] = [
  `SecRule REQBODY_ERROR "!@eq 0" "id:200002,phase:2,t:none,pass,log,auditlog,msg:'Failed to parse request body.',logdata:'%{reqbody_error_msg}',severity:2,${SCORES}"`,
  `SecRule MULTIPART_STRICT_ERROR "!@eq 0" "id:200003,phase:2,t:none,pass,log,auditlog,msg:'Multipart request body failed strict validation',severity:2,${SCORES}"`,
];

function managedLines(settings: WafSettings, paths: WebServerPaths): readonly string[] {
  return [
    `SecAction "id:900000,phase:1,nolog,pass,t:none,setvar:tx.paranoia_level=${settings.paranoiaLevel}"`,
    'SecAction "id:900110,phase:1,nolog,pass,t:none,setvar:tx.inbound_anomaly_score_threshold=5,setvar:tx.outbound_anomaly_score_threshold=4"',
    `SecAction "id:900200,phase:1,nolog,pass,t:none,setvar:'tx.allowed_methods=GET HEAD POST OPTIONS PUT PATCH DELETE'"`,
    'SecAction "id:900990,phase:1,nolog,pass,t:none,setvar:tx.crs_setup_version=334"',
    ...(settings.inspectsBody ? BODY_CHECKS : []),
    `Include ${paths.coreRules}/*.conf`,
    ...overrideLines(settings.overrides, settings.blockStatus),
    ...settings.exclusions.flatMap(exclusionLines),
  ];
}

function overrideLines(overrides: readonly RuleOverride[], status: number): readonly string[] {
  return overrides.flatMap(({ group, rule, effect }) => {
    const ids = rule === undefined ? (rulesOfGroup(group) ?? []) : [rule];
    return ids
      .filter((id) => GENERAL_RULES.has(id) || groupOfRule(id) !== undefined)
      .map((id) =>
        effect === 'block'
          ? `SecRuleUpdateActionById ${id} "deny,status:${status}"`
          : // A rule that only logs must not score; that its match is not logged is said.
            `SecRuleRemoveById ${id}`,
      );
  });
}

function exclusionLines({ collection, name, rules }: Exclusion): readonly string[] {
  const target = `"!${collection}${name === undefined ? '' : `:/${name}/`}"`;
  return rules === undefined
    ? [`SecRuleUpdateTargetByTag "OWASP_CRS" ${target}`]
    : [...new Set(rules)].map((id) => `SecRuleUpdateTargetById ${id} ${target}`);
}

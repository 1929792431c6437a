import type { ApplicationGateway, WafPolicy } from '../../../model/index.ts';
import {
  gatewayRequirements,
  type Requirement,
} from '../../../semantics/application-gateway/requirements.ts';
import { wafInForce } from '../../../semantics/application-gateway/waf.ts';
import { type Trace, traceTo } from '../../../trace/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { managed } from './cluster-subjects.ts';
import { undecided } from './firewall-settings.ts';
import { reachesSomebody, undecidedBy } from './walked-ingress.ts';

const requirements = eachSubject<ApplicationGateway>({
  id: 'gateway/subnet-requirements',
  severity: 'error',
  title: 'Application Gateway subnets let the gateway work.',
  explanation:
    'A classic v2 gateway needs TCP 65200-65535 from GatewayManager, health probes, outbound internet, no default route to an appliance, and a subnet of its own. Without them its backend health is unknown and updates fail.',
  fix: 'add the rule the finding names to the security group of the gateway subnet; remove the default route',
  facts: ['AZS-60', 'AZS-61', 'AZS-62', 'AZS-63', 'AZS-65'],
  covers: ['A12', 'NET-05'],
  subjects: gatewaysOf,
  none: 'no application gateway',
  key: ({ key }) => key,
  judge: (gateway, context) =>
    gatewayRequirements(context.network, gateway).map(
      (requirement): Judgement => judgeRequirement(gateway, requirement),
    ),
});

const waf = eachSubject<ApplicationGateway>({
  id: 'gateway/waf-not-preventing',
  severity: 'warning',
  title: 'The web application firewall blocks.',
  explanation:
    'Detection mode logs an attack and lets it through; a disabled policy does not even log; a WAF tier without policy inspects nothing.',
  fix: 'attach a WAF policy with state Enabled and mode Prevention',
  facts: ['AZS-69', 'AZS-68'],
  covers: ['NET-20', 'A15'],
  subjects: gatewaysOf,
  none: 'no application gateway',
  key: ({ key }) => key,
  judge: (gateway, context) => {
    const force = wafInForce(context.network, gateway);
    if (force.kind === 'prevention') return HOLDS;
    if (force.kind === 'unknown')
      return {
        kind: 'undecided',
        message: `What the WAF of ${gateway.name} does is not known.`,
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
      message: `The WAF of ${gateway.name} ${text}.`,
      places: [{ at: force.by.at ?? gateway.at, what: force.by.name }],
      evidence: [force.kind],
    };
  },
});

const bodyCheck = eachSubject<WafPolicy>({
  id: 'gateway/waf-body-not-inspected',
  severity: 'warning',
  title: 'The WAF inspects request bodies.',
  explanation: 'Without requestBodyCheck an injection in a POST body passes every managed rule.',
  fix: 'set policySettings.requestBodyCheck to true',
  facts: ['AZS-69'],
  covers: ['NET-20'],
  subjects: wafPoliciesOf,
  none: 'no WAF policy',
  key: ({ key }) => key,
  judge: (policy) => {
    if (isUnknown(policy.requestBodyCheck))
      return undecided(
        `Whether ${policy.name} inspects bodies is not known.`,
        policy.requestBodyCheck,
      );
    return policy.requestBodyCheck === false
      ? {
          kind: 'fails',
          message: `WAF policy ${policy.name} does not look into request bodies.`,
          places: [{ at: policy.at, what: 'requestBodyCheck: false' }],
          evidence: ['requestBodyCheck: false'],
        }
      : HOLDS;
  },
});

const SUPPORTED: Readonly<Record<string, readonly string[]>> = {
  microsoft_defaultruleset: ['2.1', '2.2'],
  owasp: ['3.2'],
};

const ruleSets = eachSubject<WafPolicy>({
  id: 'gateway/waf-rule-set-unsupported',
  severity: 'warning',
  title: 'Managed rule sets are among the supported ones.',
  explanation:
    'Since February 2026 only the newest three are supported: DRS 2.2, DRS 2.1 and CRS 3.2. Older sets get no new signatures.',
  fix: 'use Microsoft_DefaultRuleSet 2.2',
  facts: ['AZS-71'],
  covers: ['NET-19'],
  subjects: wafPoliciesOf,
  none: 'no WAF policy',
  key: ({ key }) => key,
  judge: (policy) => {
    const main = policy.ruleSets.filter((set) => SUPPORTED[set.type.toLowerCase()] !== undefined);
    if (policy.ruleSets.length === 0)
      return {
        kind: 'undecided',
        message: `Which rule sets ${policy.name} uses is not known.`,
        missing: `managedRuleSets of ${policy.name}`,
        at: policy.at,
      };
    const old = main.find((set) => !SUPPORTED[set.type.toLowerCase()]!.includes(set.version));
    return old === undefined
      ? HOLDS
      : {
          kind: 'fails',
          message: `WAF policy ${policy.name} uses ${old.type} ${old.version}, which is out of support.`,
          places: [{ at: old.at, what: `${old.type} ${old.version}` }],
          evidence: [`${old.type} ${old.version}`],
        };
  },
});

const gatewayOnClusterSubnet = eachSubject<
  | ApplicationGateway
  | {
      readonly addonOf: string;
      readonly key: string;
      readonly subnetKey: string;
      readonly at: ApplicationGateway['at'];
    }
>({
  id: 'gateway/on-cluster-subnet',
  severity: 'error',
  title: 'Application Gateway has a subnet of its own, apart from the nodes.',
  explanation:
    'A gateway subnet holds gateways only. An AGIC add-on that is given the node subnet cannot be created.',
  fix: 'give the gateway its own /24',
  facts: ['AZS-65'],
  covers: ['A12'],
  subjects: (context) => [
    ...gatewaysOf(context),
    ...managed(context).flatMap(({ cluster, name }) => {
      const addon = cluster!.addons.applicationGateway;
      return addon?.subnet === undefined || isUnknown(addon.subnet)
        ? []
        : [
            {
              addonOf: name,
              key: `${cluster!.key}/agic`,
              subnetKey: addon.subnet.key,
              at: addon.at,
            },
          ];
    }),
  ],
  none: 'no application gateway',
  key: ({ key }) => key,
  judge: (subject, context) => {
    const subnet =
      'addonOf' in subject
        ? subject.subnetKey
        : subject.subnet === undefined || isUnknown(subject.subnet)
          ? undefined
          : subject.subnet.key;
    const name = 'addonOf' in subject ? `the AGIC add-on of ${subject.addonOf}` : subject.name;
    if (subnet === undefined)
      return {
        kind: 'undecided',
        message: `Which subnet ${name} is in is not known.`,
        missing: `the subnet of ${name}`,
        at: subject.at,
      };
    const pool = managed(context)
      .flatMap(({ pools }) => pools)
      .find(({ nodeSubnet, podSubnet }) =>
        [nodeSubnet, podSubnet].some(
          (link) =>
            (link.kind === 'found'
              ? link.target.subnet.key
              : link.kind === 'dangling'
                ? link.id.toLowerCase()
                : '') === subnet,
        ),
      );
    return pool === undefined
      ? HOLDS
      : {
          kind: 'fails',
          message: `${name} shares the subnet of node pool ${pool.pool.name}.`,
          places: [
            { at: subject.at, what: name },
            { at: pool.pool.at, what: `pool ${pool.pool.name}` },
          ],
          evidence: [subnet.split('/').at(-1) ?? subnet],
        };
  },
});

const backendReachable = eachSubject<{
  readonly gateway: ApplicationGateway;
  readonly frontendKey: string;
  readonly port: number;
  readonly listener: string;
  readonly at: ApplicationGateway['at'];
}>({
  id: 'gateway/backend-unreachable',
  severity: 'error',
  title: 'What a gateway publishes reaches its backend, and the answer comes back.',
  explanation:
    'The gateway opens its own connection to the backend. A security group, a network policy or a route in one direction only stops it: with a route to the firewall on one side and none on the other, the firewall sees half of the connection and drops it.',
  fix: 'follow the walk; route both directions through the firewall or neither',
  facts: ['AZS-66', 'AZS-80'],
  covers: ['NET-13', 'A12'],
  subjects: (context) =>
    gatewaysOf(context).flatMap((gateway) =>
      gateway.listeners.flatMap((listener) => {
        const frontend = listener.frontend;
        return frontend === undefined ||
          isUnknown(frontend) ||
          listener.port === undefined ||
          isUnknown(listener.port)
          ? []
          : [
              {
                gateway,
                frontendKey: frontend.key,
                port: listener.port,
                listener: listener.name,
                at: listener.at,
              },
            ];
      }),
    ),
  none: 'no application gateway listener that can be placed',
  key: ({ gateway, listener }) => `${gateway.key}/${listener}`,
  judge: ({ gateway, frontendKey, port, listener, at }, context) => {
    const entry = context.network.owners.entries.find(
      ({ owner }) =>
        owner.kind === 'application-gateway-frontend' && owner.frontendKey === frontendKey,
    );
    if (entry === undefined)
      return {
        kind: 'undecided',
        message: `What ${gateway.name}/${listener} publishes cannot be walked.`,
        missing: `the front end of listener ${listener}`,
        at,
      };
    const from = entry.scope.kind === 'public' ? 'internet' : undefined;
    const trace: Trace | undefined =
      from === undefined ? undefined : traceTo(context.network, from, entry.address, port, 'tcp');
    if (trace === undefined) return HOLDS;
    const question = `Whether ${gateway.name}/${listener} reaches its backend cannot be told.`;
    if (trace.answer === 'allowed') return reachesSomebody(trace, question, at);
    if (trace.answer === 'unknown') return undecidedBy(trace, question);
    return {
      kind: 'fails',
      message: `What ${gateway.name}/${listener} publishes does not work: ${trace.summary}`,
      places: [{ at, what: `listener ${listener}` }],
      evidence: {
        trace,
        replay: `sallyport trace --from internet --to ${trace.question.to}`,
      },
    };
  },
});

export const APPLICATION_GATEWAY_CHECKS: readonly Check[] = [
  requirements,
  waf,
  bodyCheck,
  ruleSets,
  gatewayOnClusterSubnet,
  backendReachable,
];

function gatewaysOf(context: CheckContext): readonly ApplicationGateway[] {
  return [...context.perimeter.applicationGateways.values()].filter(
    (gateway) => gateway.isReference !== true,
  );
}

function wafPoliciesOf(context: CheckContext): readonly WafPolicy[] {
  return [...context.perimeter.wafPolicies.values()].filter(
    (policy) => policy.isReference !== true,
  );
}

function judgeRequirement(
  gateway: ApplicationGateway,
  { holds, text, at }: Requirement,
): Judgement {
  if (holds.kind === 'yes') return HOLDS;
  const place = at ?? gateway.at;
  if (holds.kind === 'unknown')
    return {
      kind: 'undecided',
      message: `Whether ${gateway.name} has what it needs is not known: ${text}.`,
      missing: holds.why.map((fact) => fact.missing).join('; '),
      at: place,
    };
  return {
    kind: 'fails',
    message: `${gateway.name} lacks: ${text}.`,
    places: [{ at: place, what: text }],
    evidence: [text],
  };
}

import type { DnatRule } from '../../../model/index.ts';
import { addressSetHas, formatIp } from '../../../net/index.ts';
import { PRIVATE_IPV4 } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check } from '../finding.ts';
import { eachSubject, HOLDS } from '../judge.ts';
import { isEverywhere, unknownTerm } from './firewall-rules.ts';
import { dnatRulesOf, type RuleSubject, rulePath } from './firewall-subjects.ts';

const anySource = eachSubject<RuleSubject<DnatRule>>({
  id: 'ingress/dnat-any-source',
  severity: 'warning',
  title: 'DNAT rules name their clients.',
  explanation:
    'A DNAT rule with source `*` publishes the port to the whole internet. It also makes an implicit network rule that matches traffic between virtual networks and always translates its source.',
  fix: 'list the client prefixes; publish what everybody may use through a web application firewall instead',
  facts: ['AFW-E08'],
  covers: ['FW-8', 'A11'],
  subjects: dnatRulesOf,
  none: 'no DNAT rule',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const any = subject.rule.sources.addresses.find(isEverywhere);
    if (any === undefined)
      return unknownTerm(
        subject.rule.sources.addresses,
        `The clients of ${rulePath(subject)} are not known.`,
      );
    return {
      kind: 'fails',
      message: `DNAT rule ${rulePath(subject)} is open to the whole internet.`,
      places: [{ at: any.at, what: `source ${any.text}` }],
      evidence: [`sourceAddresses: ${any.text}`],
    };
  },
});

const anyProtocol = eachSubject<RuleSubject<DnatRule>>({
  id: 'ingress/dnat-any-protocol',
  severity: 'warning',
  title: 'DNAT rules name TCP or UDP.',
  explanation:
    'Protocol Any publishes the UDP port too; nobody meant it, and nothing behind it expects it.',
  fix: 'set the protocol to TCP (or UDP)',
  facts: ['AFW-E08'],
  covers: ['A11'],
  subjects: dnatRulesOf,
  none: 'no DNAT rule',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const unknown = subject.rule.protocols.find(isUnknown);
    if (subject.rule.protocols.includes('Any')) {
      return {
        kind: 'fails',
        message: `DNAT rule ${rulePath(subject)} publishes every protocol of its port.`,
        places: [{ at: subject.rule.at, what: `DNAT rule ${subject.rule.name}` }],
        evidence: ['protocol Any'],
      };
    }
    return unknown === undefined
      ? HOLDS
      : {
          kind: 'undecided',
          message: `The protocol of ${rulePath(subject)} is not known.`,
          missing: unknown.missing,
          at: unknown.at,
        };
  },
});

const publicTarget = eachSubject<RuleSubject<DnatRule>>({
  id: 'ingress/dnat-to-public-address',
  severity: 'error',
  title: 'DNAT leads to a private address.',
  explanation:
    'Translating to a public load balancer sends the flow out and in again: the source becomes one of the firewall’s public addresses, and the answer needs a /32 route to the internet for every one of them. With a default route to the firewall and without those routes nobody gets an answer.',
  fix: 'give the Service an internal load balancer and translate to its front end',
  facts: ['AFW-E06', 'AKS-70'],
  covers: ['A11', 'FW-6'],
  subjects: dnatRulesOf,
  none: 'no DNAT rule',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const { rule } = subject;
    const target = rule.translatedAddress;
    if (target === undefined) return HOLDS;
    if (isUnknown(target)) {
      return {
        kind: 'undecided',
        message: `Where ${rulePath(subject)} leads is not known.`,
        missing: target.missing,
        at: target.at,
      };
    }
    if (addressSetHas(PRIVATE_IPV4, target)) return HOLDS;
    return {
      kind: 'fails',
      message: `DNAT rule ${rulePath(subject)} translates to ${formatIp(target)}, a public address.`,
      places: [{ at: rule.at, what: `translatedAddress ${formatIp(target)}` }],
      evidence: [`${formatIp(target)} is outside every private range`],
    };
  },
});

const nameTarget = eachSubject<RuleSubject<DnatRule>>({
  id: 'ingress/dnat-to-name',
  severity: 'note',
  title: 'DNAT by name is resolved with the DNS proxy on.',
  explanation:
    'A translated FQDN is resolved by the firewall; of several answers the first is used, a name that does not resolve drops the flow, and failures are logged only with the DNS proxy on.',
  fix: 'turn the DNS proxy on, or translate to an address',
  facts: ['AFW-E35'],
  covers: ['FW-35'],
  subjects: (context) =>
    dnatRulesOf(context).filter(({ rule }) => rule.translatedFqdn !== undefined),
  none: 'no DNAT rule translates to a name',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const proxy = subject.holder.settings.dnsProxyEnabled;
    if (isUnknown(proxy))
      return {
        kind: 'undecided',
        message: `Whether failures to resolve for ${rulePath(subject)} are logged is not known.`,
        missing: proxy.missing,
        at: proxy.at,
      };
    if (proxy === true) return HOLDS;
    if (subject.holder.isReference === true)
      return {
        kind: 'undecided',
        message: `Whether failures to resolve for ${rulePath(subject)} are logged is not known.`,
        missing: `the DNS settings of policy ${subject.holder.name}`,
        at: subject.rule.at,
      };
    return {
      kind: 'fails',
      message: `DNAT rule ${rulePath(subject)} leads to a name, and nobody would see it fail to resolve.`,
      places: [{ at: subject.rule.at, what: `translatedFqdn ${subject.rule.translatedFqdn}` }],
      evidence: ['DNS proxy off'],
    };
  },
});

const inParent = eachSubject<RuleSubject<DnatRule>>({
  id: 'firewall/dnat-in-parent-policy',
  severity: 'warning',
  title: 'DNAT rules stand in the policy of their own firewall.',
  explanation:
    'Two pages of the documentation contradict each other on whether child policies inherit DNAT collections. What the parent publishes may or may not be published by every child.',
  fix: 'move the DNAT rules to the child policy',
  facts: ['AFW-E09'],
  covers: ['FW-9'],
  subjects: (context) => {
    const parents = new Set(
      [...context.perimeter.firewallPolicies.values()].flatMap((policy) =>
        policy.basePolicy === undefined || isUnknown(policy.basePolicy)
          ? []
          : [policy.basePolicy.key],
      ),
    );
    return dnatRulesOf(context).filter(
      ({ holder }) =>
        'groups' in holder &&
        (parents.has(holder.key) ||
          (holder.basePolicy !== undefined && isUnknown(holder.basePolicy))),
    );
  },
  none: 'no base policy holds DNAT rules',
  key: ({ rule }) => rule.key,
  judge: (subject, context) => {
    const isParent = [...context.perimeter.firewallPolicies.values()].some(
      (policy) =>
        policy.basePolicy !== undefined &&
        !isUnknown(policy.basePolicy) &&
        policy.basePolicy.key === subject.holder.key,
    );
    if (!isParent)
      return {
        kind: 'undecided',
        message: `Whether ${subject.holder.name} is a base policy is not known.`,
        missing: 'the base policy of the other policies',
        at: subject.holder.at,
      };
    return {
      kind: 'fails',
      message: `DNAT rule ${rulePath(subject)} is in base policy ${subject.holder.name}: whether children inherit it is contradictory.`,
      places: [{ at: subject.rule.at, what: `DNAT rule ${subject.rule.name}` }],
      evidence: ['documentation contradicts itself on inherited DNAT'],
    };
  },
});

const webWithoutWaf = eachSubject<RuleSubject<DnatRule>>({
  id: 'ingress/web-without-waf',
  severity: 'warning',
  title: 'Published web ports pass a web application firewall.',
  explanation:
    'Azure Firewall does not inspect inbound requests: application rules never apply to them, and threat intelligence is a list of bad senders, not a WAF.',
  fix: 'publish HTTP and HTTPS through an Application Gateway with a WAF policy in prevention mode; keep DNAT for other protocols',
  facts: ['AFW-E07', 'AZS-69'],
  covers: ['A15'],
  subjects: (context) =>
    dnatRulesOf(context).filter(({ rule }) => {
      const ports = rule.destinationPorts;
      return (
        isUnknown(ports) ||
        [80, 443, 8080, 8443].some((port) =>
          ports.some(
            (low, index) => index % 2 === 0 && low <= port && port <= (ports[index + 1] ?? low),
          ),
        )
      );
    }),
  none: 'no DNAT rule publishes a web port',
  key: ({ rule }) => rule.key,
  judge: (subject, context) => {
    const { rule } = subject;
    if (isUnknown(rule.destinationPorts))
      return {
        kind: 'undecided',
        message: `What ${rulePath(subject)} publishes is not known.`,
        missing: rule.destinationPorts.missing,
        at: rule.at,
      };
    const target = rule.translatedAddress;
    if (target !== undefined && isUnknown(target))
      return {
        kind: 'undecided',
        message: `Whether ${rulePath(subject)} leads to a WAF is not known.`,
        missing: target.missing,
        at: target.at,
      };
    const gateway =
      target === undefined
        ? undefined
        : [...context.perimeter.applicationGateways.values()].find((one) =>
            one.frontends.some(
              (frontend) =>
                frontend.privateAddress !== undefined &&
                !isUnknown(frontend.privateAddress) &&
                frontend.privateAddress.family === target.family &&
                frontend.privateAddress.value === target.value,
            ),
          );
    if (
      gateway !== undefined &&
      (gateway.wafPolicy !== undefined || gateway.inlineWaf?.enabled === true)
    )
      return HOLDS;
    return {
      kind: 'fails',
      message: `DNAT rule ${rulePath(subject)} publishes a web port, and no web application firewall sees the requests.`,
      places: [{ at: rule.at, what: `DNAT rule ${rule.name}` }],
      evidence: ['application rules never apply to inbound connections'],
    };
  },
});

export const FIREWALL_DNAT_CHECKS: readonly Check[] = [
  anySource,
  anyProtocol,
  publicTarget,
  nameTarget,
  inParent,
  webWithoutWaf,
];

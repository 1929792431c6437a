import type { DnatRule } from '../../../model/index.ts';
import { addressesOfPrefixes, addressSetHas, formatIp, type Ip } from '../../../net/index.ts';
import { PRIVATE_IPV4 } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { HOLDS } from '../judge.ts';
import {
  type Condition,
  everywhereIn,
  isOutside,
  opens,
  sourcesOf,
  speaks,
  unknownIn,
  unknownOf,
  whenAll,
} from './firewall-conditions.ts';
import { dnatRulesOf, eachRule, rulePath } from './firewall-subjects.ts';

const anySource = eachRule<DnatRule>({
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
  judge: (subject, context) => {
    const sources = sourcesOf(subject.rule, context);
    const any = everywhereIn(sources);
    // On the private address of the firewall (AFW-61) the internet is not among the clients.
    const isPublic = isOutside(subject.rule.destinationAddresses) !== false;
    return whenAll(
      [any !== undefined || unknownIn(sources)],
      `The clients of ${rulePath(subject)} are not known.`,
      () => ({
        kind: 'fails',
        message: `DNAT rule ${rulePath(subject)} is open to ${isPublic ? 'the whole internet' : 'everyone who reaches the firewall'}.`,
        places: [{ at: any!.at, what: `source ${any!.text}` }],
        evidence: [`sourceAddresses: ${any!.text}`],
      }),
    );
  },
});

const anyProtocol = eachRule<DnatRule>({
  id: 'ingress/dnat-any-protocol',
  severity: 'warning',
  title: 'DNAT rules name TCP or UDP.',
  explanation:
    'Protocol Any publishes the UDP port too; nobody meant it, and nothing behind it expects it.',
  fix: 'set the protocol to TCP (or UDP)',
  facts: ['AFW-63'],
  covers: ['A11'],
  subjects: dnatRulesOf,
  none: 'no DNAT rule',
  judge: (subject) => {
    const unknown = subject.rule.protocols.find(isUnknown);
    if (subject.rule.protocols.includes('Any')) {
      return {
        kind: 'fails',
        message: `DNAT rule ${rulePath(subject)} publishes every protocol of its port.`,
        places: [{ at: subject.rule.at, what: `DNAT rule ${subject.rule.name}` }],
        evidence: ['protocol Any'],
        changes: [
          {
            at: subject.rule.at,
            path: [subject.group === undefined ? 'protocols' : 'ipProtocols'],
            to: ['TCP'],
          },
        ],
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

const publicTarget = eachRule<DnatRule>({
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
  judge: (subject, context) => {
    const { rule } = subject;
    const target = rule.translatedAddress;
    if (target === undefined) {
      return {
        kind: 'undecided',
        message: `Where ${rulePath(subject)} leads is not known.`,
        missing: `the address of ${rule.translatedFqdn}`,
        at: rule.at,
      };
    }
    if (isUnknown(target)) {
      return {
        kind: 'undecided',
        message: `Where ${rulePath(subject)} leads is not known.`,
        missing: target.missing,
        at: target.at,
      };
    }
    if (addressSetHas(PRIVATE_IPV4, target) || isInNetwork(target, context)) return HOLDS;
    return {
      kind: 'fails',
      message: `DNAT rule ${rulePath(subject)} translates to ${formatIp(target)}, a public address.`,
      places: [{ at: rule.at, what: `translatedAddress ${formatIp(target)}` }],
      evidence: [`${formatIp(target)} is outside every private range`],
    };
  },
});

const nameTarget = eachRule<DnatRule>({
  id: 'ingress/dnat-to-name',
  severity: 'note',
  title: 'DNAT by name is resolved with the DNS proxy on.',
  explanation:
    'A translated FQDN is resolved by the firewall; of several answers the first is used, a name that does not resolve drops the flow, and failures are logged only with the DNS proxy on.',
  fix: 'turn the DNS proxy on, or translate to an address',
  facts: ['AFW-64', 'AFW-E35'],
  covers: ['FW-35'],
  subjects: (context) =>
    dnatRulesOf(context).filter(({ rule }) => rule.translatedFqdn !== undefined),
  none: 'no DNAT rule translates to a name',
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
    // AFW-E09: whether a child inherits the proxy of its parent is told both ways.
    const inherits =
      proxy === undefined && 'basePolicy' in subject.holder && subject.holder.basePolicy;
    if (subject.holder.isReference === true || inherits)
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

const inParent = eachRule<DnatRule>({
  id: 'firewall/dnat-in-parent-policy',
  severity: 'warning',
  title: 'DNAT rules stand in the policy of their own firewall.',
  explanation:
    'Two pages of the documentation contradict each other on whether child policies inherit DNAT collections. What the parent publishes may or may not be published by every child.',
  fix: 'move the DNAT rules to the child policy',
  facts: ['AFW-18', 'AFW-E09'],
  covers: ['FW-9'],
  subjects: dnatRulesOf,
  none: 'no DNAT rule',
  judge: (subject, context) => {
    const { holder } = subject;
    if (!('groups' in holder)) return HOLDS;
    const parents = [...context.perimeter.firewallPolicies.values()].flatMap(
      ({ key, basePolicy }) => (key === holder.key || basePolicy === undefined ? [] : [basePolicy]),
    );
    const isParent = parents.some((parent) => !isUnknown(parent) && parent.key === holder.key);
    return whenAll(
      [isParent || unknownOf(...parents.filter(isUnknown))],
      `Whether ${holder.name} is a base policy is not known.`,
      () => ({
        kind: 'fails',
        message: `DNAT rule ${rulePath(subject)} is in base policy ${holder.name}: whether children inherit it is contradictory.`,
        places: [{ at: subject.rule.at, what: `DNAT rule ${subject.rule.name}` }],
        evidence: ['documentation contradicts itself on inherited DNAT'],
      }),
    );
  },
});

const webWithoutWaf = eachRule<DnatRule>({
  id: 'ingress/web-without-waf',
  severity: 'warning',
  title: 'Published web ports pass a web application firewall.',
  explanation:
    'Azure Firewall does not inspect inbound requests: application rules never apply to them, and threat intelligence is a list of bad senders, not a WAF.',
  fix: 'publish HTTP and HTTPS through an Application Gateway with a WAF policy in prevention mode; keep DNAT for other protocols',
  facts: ['AFW-E07', 'AZS-69'],
  covers: ['A15'],
  subjects: dnatRulesOf,
  none: 'no DNAT rule',
  judge: (subject, context) => {
    const { rule } = subject;
    const web = WEB_PORTS.map((port) => opens(rule.destinationPorts, port));
    return whenAll(
      [
        speaks(rule.protocols, 'TCP'),
        web.includes(true) || unknownOf(...web),
        isOutside(rule.destinationAddresses),
        lacksWaf(rule, context),
      ],
      `Whether ${rulePath(subject)} publishes a web port past every WAF is not known.`,
      () => ({
        kind: 'fails',
        message: `DNAT rule ${rulePath(subject)} publishes a web port, and no web application firewall sees the requests.`,
        places: [{ at: rule.at, what: `DNAT rule ${rule.name}` }],
        evidence: ['application rules never apply to inbound connections'],
      }),
    );
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

const WEB_PORTS = [80, 443, 8080, 8443];

/** Does the rule lead elsewhere than to a gateway with a WAF? Unknown while either address is. */
function lacksWaf(rule: DnatRule, context: CheckContext): Condition {
  const target = rule.translatedAddress;
  if (target === undefined) {
    const text = rule.translatedFqdn ?? '';
    return {
      kind: 'unknown',
      reason: 'run-time',
      text,
      missing: `the address of ${text}`,
      at: rule.at,
    };
  }
  if (isUnknown(target)) return target;
  const fronts = [...context.perimeter.applicationGateways.values()]
    .filter(({ wafPolicy, inlineWaf }) => wafPolicy !== undefined || inlineWaf?.enabled === true)
    .flatMap(({ frontends }) => frontends.flatMap(({ privateAddress }) => privateAddress ?? []));
  const isFront = fronts.some(
    (one) => !isUnknown(one) && one.family === target.family && one.value === target.value,
  );
  return !isFront && (fronts.find(isUnknown) ?? true);
}

/** A virtual network may use public addresses as its own. */
function isInNetwork(address: Ip, { perimeter }: CheckContext): boolean {
  return [...perimeter.virtualNetworks.values()].some(({ addressSpace }) =>
    addressSpace.some(
      (space) => !isUnknown(space) && addressSetHas(addressesOfPrefixes([space.prefix]), address),
    ),
  );
}

import type { ApplicationRule, NetworkRule } from '../../../model/index.ts';
import { portSetHas } from '../../../net/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check } from '../finding.ts';
import { HOLDS } from '../judge.ts';
import {
  broadTerms,
  destinationsOf,
  everywhereIn,
  isEveryPort,
  opens,
  sourcesOf,
  speaks,
  unknownIn,
  whenAll,
} from './firewall-conditions.ts';
import {
  type AnyRule,
  applicationRulesOf,
  eachAllowRule,
  eachRule,
  networkRulesOf,
  rulePath,
  rulesOf,
} from './firewall-subjects.ts';
import { FIREWALL_VAIN_RULE_CHECKS } from './firewall-vain-rules.ts';

/** Rules that let through more than anybody means. */

const shadowsApplicationRules = eachAllowRule<NetworkRule>({
  id: 'firewall/network-rule-shadows-application-rules',
  severity: 'error',
  title: 'No network rule takes web traffic away from the application rules.',
  explanation:
    'Network rules run before application rules. One that allows TCP 80 or 443 to `*`, to a broad range or to a service tag makes every FQDN allow-list and every application deny void for that traffic, hides it from the name log, and masks name-based threat intelligence alerts.',
  fix: 'remove 80 and 443 from the network rule, or narrow its destination to the addresses that really need it; filter web traffic by name in application rules',
  facts: ['AFW-E01', 'AFW-E23'],
  covers: ['A7', 'FW-1', 'FW-23'],
  subjects: networkRulesOf,
  none: 'no network rule allows anything',
  judge: (subject, context) => {
    const { rule } = subject;
    const path = rulePath(subject);
    const terms = destinationsOf(rule, context);
    const ports = rule.destinationPorts;
    const web = isUnknown(ports) ? [] : [80, 443].filter((port) => portSetHas(ports, port));
    const wide = broadTerms(terms);
    return whenAll(
      [
        speaks(rule.protocols, 'TCP'),
        isUnknown(ports) ? ports : web.length > 0,
        wide.length > 0 || unknownIn(terms),
      ],
      `Whether ${path} takes web traffic is not known.`,
      () => ({
        kind: 'fails',
        message: `Rule ${path} lets TCP ${web.join(' and ')} through to ${wide.map((term) => `\`${term.text}\``).join(', ')} before any application rule is asked.`,
        places: wide.map((term) => ({ at: term.at, what: term.text })),
        evidence: [
          `network rule ${path}: TCP ${web.join(', ')} → ${wide.map((term) => term.text).join(', ')}`,
          'network rules are tried before application rules',
        ],
      }),
    );
  },
});

const anyToAny = eachAllowRule<NetworkRule>({
  id: 'firewall/allow-any-to-any',
  severity: 'error',
  title: 'No network rule allows every port to everywhere.',
  explanation: 'Such a rule switches the firewall off for its sources.',
  fix: 'replace it by the flows that are needed; logs show which were used',
  facts: ['AFW-E01'],
  covers: ['A5', 'P5'],
  subjects: networkRulesOf,
  none: 'no network rule allows anything',
  judge: (subject, context) => {
    const { rule } = subject;
    const terms = destinationsOf(rule, context);
    const ports = rule.destinationPorts;
    const transports = (['TCP', 'UDP'] as const).filter(
      (one) => speaks(rule.protocols, one) === true,
    );
    const what = transports.length === 1 ? `every ${transports[0]} port` : 'everything';
    return whenAll(
      [
        transports.length > 0 || speaks(rule.protocols, 'TCP'),
        isUnknown(ports) ? ports : isEveryPort(ports),
        everywhereIn(terms) !== undefined || unknownIn(terms),
      ],
      `Whether ${rulePath(subject)} allows everything is not known.`,
      () => ({
        kind: 'fails',
        message: `Rule ${rulePath(subject)} allows ${what} to everywhere.`,
        places: [{ at: rule.at, what: `network rule ${rule.name}` }],
        evidence: ['destination *, every port'],
      }),
    );
  },
});

const everySource = eachAllowRule<NetworkRule | ApplicationRule>({
  id: 'firewall/rule-source-any',
  severity: 'note',
  title: 'Rules name their sources.',
  explanation:
    'A rule for source `*` admits every subnet that is ever routed to this firewall: a second cluster, a jump box, on-premises. AKS rules belong to the node subnets (and pod subnets, where pods have their own).',
  fix: 'use the node subnet prefixes, or an IP group of them, as the source',
  facts: ['AKS-36'],
  covers: ['P5'],
  subjects: (context) => [...networkRulesOf(context), ...applicationRulesOf(context)],
  none: 'no rule allows anything',
  judge: (subject, context) => {
    const sources = sourcesOf(subject.rule, context);
    const any = everywhereIn(sources);
    return whenAll(
      [any !== undefined || unknownIn(sources)],
      `The sources of ${rulePath(subject)} are not known.`,
      () => ({
        kind: 'fails',
        message: `Rule ${rulePath(subject)} is for every source.`,
        places: [{ at: any!.at, what: `source ${any!.text}` }],
        evidence: [`source ${any!.text}`],
      }),
    );
  },
});

const dnsToAnywhere = eachAllowRule<NetworkRule>({
  id: 'firewall/dns-to-anywhere',
  severity: 'warning',
  title: 'DNS leaves only towards the resolvers in use.',
  explanation:
    'UDP or TCP 53 to `*` is a tunnel: data leaves in queries to a name server of the attacker’s own, past every FQDN rule.',
  fix: 'let clients ask the firewall’s DNS proxy (no rule needed), or name the resolvers as destinations',
  facts: ['AFW-85'],
  covers: ['A13'],
  subjects: networkRulesOf,
  none: 'no network rule allows anything',
  judge: (subject, context) => {
    const { rule } = subject;
    const terms = destinationsOf(rule, context);
    const wide = everywhereIn(terms);
    return whenAll(
      [
        speaks(rule.protocols, 'UDP', 'TCP'),
        opens(rule.destinationPorts, 53),
        wide !== undefined || unknownIn(terms),
      ],
      `Whether ${rulePath(subject)} lets DNS out to any server is not known.`,
      () => ({
        kind: 'fails',
        message: `Rule ${rulePath(subject)} lets DNS queries out to any server.`,
        places: [{ at: wide!.at, what: `destination ${wide!.text}` }],
        evidence: ['port 53 to *'],
      }),
    );
  },
});

const quicAllowed = eachAllowRule<NetworkRule>({
  id: 'firewall/quic-allowed',
  severity: 'warning',
  title: 'UDP 443 stays closed.',
  explanation:
    'HTTP/3 runs over UDP 443 and is matched only by network rules: allowed there, it carries web traffic past every FQDN rule. Denied, clients fall back to TCP.',
  fix: 'remove UDP 443 from the rule',
  facts: ['AFW-E25'],
  covers: ['FW-25'],
  subjects: networkRulesOf,
  none: 'no network rule allows anything',
  judge: (subject, context) => {
    const { rule } = subject;
    const terms = destinationsOf(rule, context);
    const name = rule.destinationFqdns.find((one) => !isUnknown(one));
    const wide = broadTerms(terms)[0] ?? name;
    return whenAll(
      [
        speaks(rule.protocols, 'UDP'),
        opens(rule.destinationPorts, 443),
        // A name counts like an address many sites share (AFW-41), also before it is known.
        wide !== undefined || rule.destinationFqdns.find(isUnknown) || unknownIn(terms),
      ],
      `Whether ${rulePath(subject)} lets HTTP/3 out is not known.`,
      () => ({
        kind: 'fails',
        message: `Rule ${rulePath(subject)} lets HTTP/3 out to ${wide!.text}, past every rule by name.`,
        places: [{ at: wide!.at, what: `UDP 443 to ${wide!.text}` }],
        evidence: ['UDP 443 is matched only by network rules'],
      }),
    );
  },
});

const temporaryRule = eachRule<AnyRule>({
  id: 'firewall/temporary-rule',
  severity: 'warning',
  title: 'No rule calls itself temporary.',
  explanation:
    'Temporary rules are forgotten. A rule whose name or description says temp, test or todo has no owner and no end.',
  fix: 'remove the rule, or give it an owner and an expiry date in its description and suppress this finding until then',
  facts: ['AFW-15'],
  covers: ['A5'],
  subjects: rulesOf,
  none: 'no rule',
  judge: (subject) => {
    const { rule, collection } = subject;
    const text = [rule.name, rule.description ?? '', collection.name].find(isTemporary);
    if (text === undefined) return HOLDS;
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} calls itself temporary (\`${text}\`).`,
      places: [{ at: rule.at, what: `rule ${rule.name}` }],
      evidence: [`\`${text}\``],
    };
  },
});

export const FIREWALL_RULE_CHECKS: readonly Check[] = [
  shadowsApplicationRules,
  anyToAny,
  everySource,
  dnsToAnywhere,
  quicAllowed,
  temporaryRule,
  ...FIREWALL_VAIN_RULE_CHECKS,
];

const TEMPORARY = /^(te?mp|temporary|test|todo|fixme|debug|hack|workaround)$/i;

/** Is one of the words temporary? `allowTemp`, `temp-1` and `temp: until Friday` are, `attempt` is not. */
function isTemporary(text: string): boolean {
  const words = text.replace(/([a-z])([A-Z])/g, '$1 $2').split(/[^A-Za-z]+/);
  return words.some((word) => TEMPORARY.test(word));
}

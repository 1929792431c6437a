import type { AddressTerm, NetworkRule } from '../../../model/index.ts';
import {
  ALL_IPV4,
  addressSet,
  addressSetCovers,
  addressSetSize,
  intersectAddresses,
  type PortSet,
  portSetHas,
} from '../../../net/index.ts';
import { PRIVATE_IPV4, PUBLIC_IPV4 } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import {
  applicationRulesOf,
  mayAllow,
  networkRulesOf,
  type RuleSubject,
  rulePath,
  rulesOf,
} from './firewall-subjects.ts';

/** A destination this wide on a web port leaves nothing for application rules: 2^24 addresses, a /8. */
const BROAD = 1n << 24n;

const shadowsApplicationRules = eachSubject<RuleSubject<NetworkRule>>({
  id: 'firewall/network-rule-shadows-application-rules',
  severity: 'error',
  title: 'No network rule takes web traffic away from the application rules.',
  explanation:
    'Network rules run before application rules. One that allows TCP 80 or 443 to `*`, to a broad range or to a service tag makes every FQDN allow-list and every application deny void for that traffic, hides it from the name log, and masks name-based threat intelligence alerts.',
  fix: 'remove 80 and 443 from the network rule, or narrow its destination to the addresses that really need it; filter web traffic by name in application rules',
  facts: ['AFW-E01', 'AFW-E23'],
  covers: ['A7', 'FW-1', 'FW-23'],
  subjects: (context) => networkRulesOf(context).filter(({ collection }) => mayAllow(collection)),
  none: 'no network rule allows anything',
  key: ({ rule }) => rule.key,
  judge: (subject, context) => {
    const { rule } = subject;
    const path = rulePath(subject);
    const ports = rule.destinationPorts;
    const tcp = rule.protocols.some((protocol) => protocol === 'TCP' || protocol === 'Any');
    if (!tcp && !rule.protocols.some(isUnknown)) return HOLDS;
    if (isUnknown(ports)) {
      return {
        kind: 'undecided',
        message: `Whether ${path} takes web traffic is not known.`,
        missing: ports.missing,
        at: ports.at,
      };
    }
    const web = [80, 443].filter((port) => portSetHas(ports, port));
    if (web.length === 0) return HOLDS;
    const wide = rule.destinationAddresses.filter((term) =>
      isBroad(term, context.perimeter.snapshot.datasets.serviceTags.prefixes),
    );
    if (wide.length > 0) {
      return {
        kind: 'fails',
        message: `Rule ${path} lets TCP ${web.join(' and ')} through to ${wide.map((term) => `\`${term.text}\``).join(', ')} before any application rule is asked.`,
        places: wide.map((term) => ({ at: term.at, what: term.text })),
        evidence: [
          `network rule ${path}: TCP ${web.join(', ')} → ${wide.map((term) => term.text).join(', ')}`,
          'network rules are tried before application rules',
        ],
      };
    }
    const unknown = rule.destinationAddresses.find((term) => term.kind === 'unknown');
    return unknown?.kind === 'unknown'
      ? {
          kind: 'undecided',
          message: `How wide ${path} is on TCP ${web.join(' and ')} is not known.`,
          missing: unknown.unknown.missing,
          at: unknown.at,
        }
      : HOLDS;
  },
});

const anyToAny = eachSubject<RuleSubject<NetworkRule>>({
  id: 'firewall/allow-any-to-any',
  severity: 'error',
  title: 'No network rule allows every protocol and port to everywhere.',
  explanation: 'Such a rule switches the firewall off for its sources.',
  fix: 'replace it by the flows that are needed; logs show which were used',
  facts: ['AFW-E01'],
  covers: ['A5', 'P5'],
  subjects: (context) => networkRulesOf(context).filter(({ collection }) => mayAllow(collection)),
  none: 'no network rule allows anything',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const { rule } = subject;
    const everyPort = !isUnknown(rule.destinationPorts) && isEveryPort(rule.destinationPorts);
    const everywhere = rule.destinationAddresses.some(isEverywhere);
    if (!everyPort || !everywhere || !rule.protocols.some((one) => one === 'Any' || one === 'TCP'))
      return HOLDS;
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} allows everything to everywhere.`,
      places: [{ at: rule.at, what: `network rule ${rule.name}` }],
      evidence: ['destination *, every port'],
    };
  },
});

const everySource = eachSubject({
  id: 'firewall/rule-source-any',
  severity: 'note',
  title: 'Rules name their sources.',
  explanation:
    'A rule for source `*` admits every subnet that is ever routed to this firewall: a second cluster, a jump box, on-premises. AKS rules belong to the node subnets (and pod subnets, where pods have their own).',
  fix: 'use the node subnet prefixes, or an IP group of them, as the source',
  facts: ['AKS-36'],
  covers: ['FW-2'],
  subjects: (context) => [
    ...networkRulesOf(context).filter(({ collection }) => mayAllow(collection)),
    ...applicationRulesOf(context).filter(({ collection }) => mayAllow(collection)),
  ],
  none: 'no rule allows anything',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const any = subject.rule.sources.addresses.find(isEverywhere);
    if (any === undefined)
      return unknownTerm(
        subject.rule.sources.addresses,
        `The sources of ${rulePath(subject)} are not known.`,
      );
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} is for every source.`,
      places: [{ at: any.at, what: `source ${any.text}` }],
      evidence: [`source ${any.text}`],
    };
  },
});

const legacyPorts = eachSubject<RuleSubject<NetworkRule>>({
  id: 'egress/retired-ports-open',
  severity: 'note',
  title: 'Ports that current clusters no longer use are closed.',
  explanation:
    'UDP 1194 and TCP 9000 served the old node tunnel, UDP 123 to ntp.ubuntu.com nodes from before March 2021. Clusters with konnectivity (all supported ones) need none of them. Old walkthroughs still open them, to a whole region of Azure.',
  fix: 'remove the rule',
  facts: ['AKS-31'],
  covers: ['FW-27', 'P5'],
  subjects: (context) =>
    context.perimeter.clusters.size === 0
      ? []
      : networkRulesOf(context).filter(({ collection }) => mayAllow(collection)),
  none: 'no cluster, or no network rule that allows anything',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const { rule } = subject;
    const ports = rule.destinationPorts;
    if (isUnknown(ports))
      return {
        kind: 'undecided',
        message: `The ports of ${rulePath(subject)} are not known.`,
        missing: ports.missing,
        at: ports.at,
      };
    const only = (port: number) => ports.length === 2 && ports[0] === port && ports[1] === port;
    const has = (protocol: 'TCP' | 'UDP') =>
      rule.protocols.some((one) => one === protocol || one === 'Any');
    const use =
      only(1194) && has('UDP')
        ? 'the tunnel before konnectivity (UDP 1194)'
        : only(9000) && has('TCP')
          ? 'the tunnel before konnectivity (TCP 9000)'
          : only(123) &&
              has('UDP') &&
              rule.destinationFqdns.some(
                (name) => !isUnknown(name) && name.text.toLowerCase() === 'ntp.ubuntu.com',
              )
            ? 'time for nodes from before March 2021 (UDP 123)'
            : undefined;
    if (use === undefined) return HOLDS;
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} serves ${use}: nothing in the cluster uses it any more.`,
      places: [{ at: rule.at, what: `network rule ${rule.name}` }],
      evidence: [`${rule.protocols.map(String).join(',')} ${ports[0]}`],
    };
  },
});

const dnsToAnywhere = eachSubject<RuleSubject<NetworkRule>>({
  id: 'firewall/dns-to-anywhere',
  severity: 'warning',
  title: 'DNS leaves only towards the resolvers in use.',
  explanation:
    'UDP or TCP 53 to `*` is a tunnel: data leaves in queries to a name server of the attacker’s own, past every FQDN rule.',
  fix: 'let clients ask the firewall’s DNS proxy (no rule needed), or name the resolvers as destinations',
  facts: ['AFW-E04'],
  covers: ['FW-4'],
  subjects: (context) => networkRulesOf(context).filter(({ collection }) => mayAllow(collection)),
  none: 'no network rule allows anything',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const { rule } = subject;
    const wide = rule.destinationAddresses.find(isEverywhere);
    if (
      wide === undefined ||
      isUnknown(rule.destinationPorts) ||
      !portSetHas(rule.destinationPorts, 53) ||
      isEveryPort(rule.destinationPorts)
    )
      return HOLDS;
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} lets DNS queries out to any server.`,
      places: [{ at: wide.at, what: `destination ${wide.text}` }],
      evidence: ['port 53 to *'],
    };
  },
});

const quicAllowed = eachSubject<RuleSubject<NetworkRule>>({
  id: 'firewall/quic-allowed',
  severity: 'warning',
  title: 'UDP 443 stays closed.',
  explanation:
    'HTTP/3 runs over UDP 443 and is matched only by network rules: allowed there, it carries web traffic past every FQDN rule. Denied, clients fall back to TCP.',
  fix: 'remove UDP 443 from the rule',
  facts: ['AFW-E25'],
  covers: ['FW-25'],
  subjects: (context) => networkRulesOf(context).filter(({ collection }) => mayAllow(collection)),
  none: 'no network rule allows anything',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const { rule } = subject;
    const udp = rule.protocols.some((one) => one === 'UDP' || one === 'Any');
    if (!udp || isUnknown(rule.destinationPorts) || !portSetHas(rule.destinationPorts, 443))
      return HOLDS;
    const wide = rule.destinationAddresses.find(
      (term) => isEverywhere(term) || term.kind === 'service-tag',
    );
    if (wide === undefined)
      return unknownTerm(
        rule.destinationAddresses,
        `The destinations of ${rulePath(subject)} are not known.`,
      );
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} lets HTTP/3 out, past every rule by name.`,
      places: [{ at: wide.at, what: `UDP 443 to ${wide.text}` }],
      evidence: ['UDP 443 is matched only by network rules'],
    };
  },
});

const smtp = eachSubject<RuleSubject<NetworkRule>>({
  id: 'egress/smtp-blocked-by-platform',
  severity: 'note',
  title: 'No rule relies on outbound TCP 25.',
  explanation:
    'Azure blocks outbound TCP 25 on most subscriptions. The rule allows it, the platform does not; only the sender notices.',
  fix: 'use an authenticated relay on 587',
  facts: ['AFW-E30'],
  covers: ['FW-30'],
  subjects: (context) => networkRulesOf(context).filter(({ collection }) => mayAllow(collection)),
  none: 'no network rule allows anything',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const { rule } = subject;
    const ports = rule.destinationPorts;
    if (isUnknown(ports))
      return {
        kind: 'undecided',
        message: `The ports of ${rulePath(subject)} are not known.`,
        missing: ports.missing,
        at: ports.at,
      };
    if (
      !portSetHas(ports, 25) ||
      isEveryPort(ports) ||
      !rule.destinationAddresses.some(mayBePublic)
    )
      return HOLDS;
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} allows mail on port 25, which the platform blocks.`,
      places: [{ at: rule.at, what: `network rule ${rule.name}` }],
      evidence: ['TCP 25 towards the internet'],
    };
  },
});

const icmpToInternet = eachSubject<RuleSubject<NetworkRule>>({
  id: 'firewall/icmp-to-internet',
  severity: 'note',
  title: 'No rule relies on ICMP towards the internet.',
  explanation:
    'The firewall cannot translate ICMP, so it reaches only private networks, whatever the rule says. Ping is not an egress test.',
  fix: 'limit the rule to private destinations; test egress with TLS or HTTP',
  facts: ['AFW-E20'],
  covers: ['FW-20', 'FW-21'],
  subjects: (context) => networkRulesOf(context).filter(({ collection }) => mayAllow(collection)),
  none: 'no network rule allows anything',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const { rule } = subject;
    if (!rule.protocols.includes('ICMP')) return HOLDS;
    const outside = rule.destinationAddresses.find(mayBePublic);
    if (outside === undefined) return HOLDS;
    if (outside.kind === 'unknown')
      return {
        kind: 'undecided',
        message: `Where ${rulePath(subject)} leads is not known.`,
        missing: outside.unknown.missing,
        at: outside.at,
      };
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} allows ping to the internet, which never works.`,
      places: [{ at: outside.at, what: `ICMP to ${outside.text}` }],
      evidence: ['no SNAT for ICMP'],
    };
  },
});

const TEMPORARY = /(^|[^a-z])(te?mp|temporary|test|todo|fixme|debug|hack|workaround)([^a-z]|$)/i;

const temporaryRule = eachSubject({
  id: 'firewall/temporary-rule',
  severity: 'warning',
  title: 'No rule calls itself temporary.',
  explanation:
    'Temporary rules are forgotten. A rule whose name or description says temp, test or todo has no owner and no end.',
  fix: 'remove the rule, or give it an owner and an expiry date in its description and suppress this finding until then',
  facts: ['AFW-E01'],
  covers: ['A5', 'O2'],
  subjects: rulesOf,
  none: 'no rule',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const { rule, collection } = subject;
    const text = [rule.name, rule.description ?? '', collection.name].find((one) =>
      TEMPORARY.test(one),
    );
    if (text === undefined) return HOLDS;
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} calls itself temporary (\`${text}\`).`,
      places: [{ at: rule.at, what: `rule ${rule.name}` }],
      evidence: [`\`${text}\``],
    };
  },
});

const sqlRedirect = eachSubject<RuleSubject<NetworkRule>>({
  id: 'firewall/sql-redirect-ports',
  severity: 'warning',
  title:
    'Azure SQL is filtered either by name in proxy mode or by tag in redirect mode, not half of each.',
  explanation:
    'In redirect mode SQL clients go on to ports 11000-11999 of another address: Mssql application rules see nothing of it, and with `allowSqlRedirect` no rule may use those ports at all.',
  fix: 'use the proxy connection policy with Mssql application rules, or the `Sql` service tag with 1433 and 11000-11999 in network rules and no `allowSqlRedirect`',
  facts: ['AFW-E24'],
  covers: ['FW-24'],
  subjects: (context) => networkRulesOf(context),
  none: 'no network rule',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const { rule, holder } = subject;
    const ports = rule.destinationPorts;
    if (isUnknown(ports))
      return {
        kind: 'undecided',
        message: `The ports of ${rulePath(subject)} are not known.`,
        missing: ports.missing,
        at: ports.at,
      };
    const redirects = 'allowSqlRedirect' in holder && holder.allowSqlRedirect === true;
    const touches = ports.some(
      (low, index) => index % 2 === 0 && low <= 11999 && (ports[index + 1] ?? 0) >= 11000,
    );
    if (!redirects || !touches || isEveryPort(ports)) return HOLDS;
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} uses ports 11000-11999 while the policy allows SQL redirect: Azure refuses the policy.`,
      places: [{ at: rule.at, what: `network rule ${rule.name}` }],
      evidence: ['sql.allowSqlRedirect: true'],
    };
  },
});

export const FIREWALL_RULE_CHECKS: readonly Check[] = [
  shadowsApplicationRules,
  anyToAny,
  everySource,
  legacyPorts,
  dnsToAnywhere,
  quicAllowed,
  smtp,
  icmpToInternet,
  temporaryRule,
  sqlRedirect,
];

export function isEverywhere(term: AddressTerm): boolean {
  if (term.kind === 'any') return true;
  return term.kind === 'range' && addressSetCovers(addressSet([term.range]), ALL_IPV4);
}

function isEveryPort(ports: PortSet): boolean {
  return ports.length === 2 && ports[0]! <= 1 && ports[1] === 65535;
}

/** Tags whose addresses serve anybody's content: strangers' storage accounts, sites and front ends (aks.md 12). */
const TENANT_TAGS =
  /^(azurecloud|storage|azurefrontdoor|appservice|azuretrafficmanager|internet)(\.|$)/i;

/** Everything, a /8 of public space, or a service tag that tenants share. */
function isBroad(term: AddressTerm, _tags: ReadonlyMap<string, readonly string[]>): boolean {
  if (term.kind === 'service-tag') return TENANT_TAGS.test(term.tag);
  if (isEverywhere(term)) return true;
  return (
    term.kind === 'range' &&
    addressSetSize(intersectAddresses(addressSet([term.range]), PUBLIC_IPV4)) >= BROAD
  );
}

function mayBePublic(term: AddressTerm): boolean {
  if (term.kind !== 'range') return true;
  return !addressSetCovers(PRIVATE_IPV4, addressSet([term.range]));
}

export function unknownTerm(terms: readonly AddressTerm[], message: string): Judgement {
  const unknown = terms.find((term) => term.kind === 'unknown');
  return unknown?.kind === 'unknown'
    ? { kind: 'undecided', message, missing: unknown.unknown.missing, at: unknown.at }
    : HOLDS;
}

import type { NetworkRule } from '../../../model/index.ts';
import { portSetHas, portSetsOverlap } from '../../../net/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { HOLDS } from '../judge.ts';
import {
  type Condition,
  destinationsOf,
  isEveryPort,
  isOutside,
  lists,
  mayBePublic,
  nameIn,
  speaks,
  unknownOf,
  whenAll,
} from './firewall-conditions.ts';
import { eachAllowRule, eachRule, networkRulesOf, rulePath } from './firewall-subjects.ts';

/** Is one protocol and one port all there is to it? Otherwise something else may use the rule. */
function servesOnly({ protocols, destinationPorts: ports }: NetworkRule): boolean {
  return protocols.length === 1 && !isUnknown(ports) && ports.length === 2 && ports[0] === ports[1];
}

/** Rules that do not do what they were written for: the platform or the protocol does not play along. */

const legacyPorts = eachAllowRule<NetworkRule>({
  id: 'egress/retired-ports-open',
  severity: 'note',
  title: 'Ports that current clusters no longer use are closed.',
  explanation:
    'UDP 1194 and TCP 9000 served the old node tunnel, UDP 123 to ntp.ubuntu.com nodes from before March 2021. Clusters with konnectivity (all supported ones) need none of them. Old walkthroughs still open them, to a whole region of Azure.',
  fix: 'remove the rule',
  facts: ['AKS-31'],
  covers: ['P5'],
  subjects: (context) => (context.perimeter.clusters.size === 0 ? [] : networkRulesOf(context)),
  none: 'no cluster, or no network rule that allows anything',
  judge: (subject, context) => {
    const { rule } = subject;
    const terms = destinationsOf(rule, context);
    const isUbuntu = nameIn(rule, (name) => name === 'ntp.ubuntu.com');
    // Port 9000 of a server of one's own is nobody's tunnel: the tunnel led to a public address of Azure.
    const toAzure =
      isOutside(terms) === true ||
      nameIn(rule, (name) => name.endsWith('.azmk8s.io')) === true ||
      unknownOf(
        isOutside(terms),
        nameIn(rule, () => false),
      );
    const uses: readonly (readonly [string, readonly Condition[]])[] = [
      [
        'the tunnel before konnectivity (UDP 1194)',
        [speaks(rule.protocols, 'UDP'), lists(rule.destinationPorts, 1194), toAzure],
      ],
      [
        'the tunnel before konnectivity (TCP 9000)',
        [speaks(rule.protocols, 'TCP'), lists(rule.destinationPorts, 9000), toAzure],
      ],
      [
        'time for nodes from before March 2021 (UDP 123)',
        [speaks(rule.protocols, 'UDP'), lists(rule.destinationPorts, 123), isUbuntu],
      ],
    ];
    const judged = uses.map(([use, conditions]) =>
      whenAll(conditions, `Whether ${rulePath(subject)} serves ${use} is not known.`, () => ({
        kind: 'fails',
        message: `Rule ${rulePath(subject)} serves ${use}: nothing in the cluster uses it any more.`,
        places: [{ at: rule.at, what: `network rule ${rule.name}` }],
        evidence: [use],
        ...(servesOnly(rule) ? { changes: [{ at: rule.at, path: [] }] } : {}),
      })),
    );
    const failing = judged.filter(({ kind }) => kind === 'fails');
    if (failing.length > 0) return failing;
    return judged.find(({ kind }) => kind === 'undecided') ?? HOLDS;
  },
});

const smtp = eachAllowRule<NetworkRule>({
  id: 'egress/smtp-blocked-by-platform',
  severity: 'note',
  title: 'No rule relies on outbound TCP 25.',
  explanation:
    'Azure blocks outbound TCP 25 on most subscriptions. The rule allows it, the platform does not; only the sender notices.',
  fix: 'use an authenticated relay on 587',
  facts: ['AFW-E30'],
  covers: ['FW-30'],
  subjects: networkRulesOf,
  none: 'no network rule allows anything',
  judge: (subject, context) => {
    const { rule } = subject;
    const ports = rule.destinationPorts;
    return whenAll(
      [
        speaks(rule.protocols, 'TCP'),
        // A rule for every port does not rely on this one.
        isUnknown(ports) ? ports : portSetHas(ports, 25) && !isEveryPort(ports),
        leadsOutside(rule, context),
      ],
      `Whether ${rulePath(subject)} relies on outbound mail is not known.`,
      () => ({
        kind: 'fails',
        message: `Rule ${rulePath(subject)} allows mail on port 25, which the platform blocks on most subscriptions.`,
        places: [{ at: rule.at, what: `network rule ${rule.name}` }],
        evidence: ['TCP 25 towards the internet'],
      }),
    );
  },
});

const icmpToInternet = eachAllowRule<NetworkRule>({
  id: 'firewall/icmp-to-internet',
  severity: 'note',
  title: 'No rule relies on ICMP towards the internet.',
  explanation:
    'The firewall cannot translate ICMP, so it reaches only private networks, whatever the rule says. Ping is not an egress test.',
  fix: 'limit the rule to private destinations; test egress with TLS or HTTP',
  facts: ['AFW-E20'],
  covers: ['FW-20'],
  subjects: networkRulesOf,
  none: 'no network rule allows anything',
  judge: (subject, context) => {
    const { rule } = subject;
    return whenAll(
      [
        rule.protocols.includes('ICMP') || (rule.protocols.find(isUnknown) ?? false),
        leadsOutside(rule, context),
      ],
      `Whether ${rulePath(subject)} allows ping to the internet is not known.`,
      () => {
        const outside = destinationsOf(rule, context).find(mayBePublic);
        return {
          kind: 'fails',
          message: `Rule ${rulePath(subject)} allows ping to the internet, which never works.`,
          places: [{ at: outside?.at ?? rule.at, what: `ICMP to ${outside?.text ?? rule.name}` }],
          evidence: ['no SNAT for ICMP'],
        };
      },
    );
  },
});

const sqlRedirect = eachRule<NetworkRule>({
  id: 'firewall/sql-redirect-ports',
  severity: 'warning',
  title:
    'Azure SQL is filtered either by name in proxy mode or by tag in redirect mode, not half of each.',
  explanation:
    'In redirect mode SQL clients go on to ports 11000-11999 of another address: Mssql application rules see nothing of it, and with `allowSqlRedirect` no rule may use those ports at all.',
  fix: 'use the proxy connection policy with Mssql application rules, or the `Sql` service tag with 1433 and 11000-11999 in network rules and no `allowSqlRedirect`',
  facts: ['AFW-E24'],
  covers: ['FW-24'],
  subjects: networkRulesOf,
  none: 'no network rule',
  judge: (subject) => {
    const { rule, holder } = subject;
    const ports = rule.destinationPorts;
    const redirects = 'allowSqlRedirect' in holder ? (holder.allowSqlRedirect ?? false) : false;
    return whenAll(
      [
        redirects,
        // A rule for every port is no rule on these; whether Azure refuses it is not documented.
        isUnknown(ports) ? ports : portSetsOverlap(ports, [11000, 11999]) && !isEveryPort(ports),
      ],
      `Whether ${rulePath(subject)} collides with SQL redirect is not known.`,
      () => ({
        kind: 'fails',
        message: `Rule ${rulePath(subject)} uses ports 11000-11999 while the policy allows SQL redirect: Azure refuses the policy.`,
        places: [{ at: rule.at, what: `network rule ${rule.name}` }],
        evidence: ['sql.allowSqlRedirect: true'],
        fix: 'take 11000-11999 out of the rule, or set `sql.allowSqlRedirect` to false',
      }),
    );
  },
});

export const FIREWALL_VAIN_RULE_CHECKS: readonly Check[] = [
  legacyPorts,
  smtp,
  icmpToInternet,
  sqlRedirect,
];

/** Does the rule lead out of the private networks? Where a name leads is not known. */
function leadsOutside(rule: NetworkRule, context: CheckContext): Condition {
  const outside = isOutside(destinationsOf(rule, context));
  if (outside !== false) return outside;
  const [name] = rule.destinationFqdns;
  if (name === undefined) return false;
  return isUnknown(name)
    ? name
    : {
        kind: 'unknown',
        reason: 'run-time',
        text: name.text,
        missing: `the address of ${name.text}`,
        at: name.at,
      };
}

import type { AddressTerm, ApplicationRule, DnatRule, Reference } from '../../../model/index.ts';
import { addressSet, addressSetsOverlap } from '../../../net/index.ts';
import { PRIVATE_IPV4 } from '../../../network/index.ts';
import { isUnknown, publicAddressOf, type Unknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { HOLDS, type Judgement } from '../judge.ts';
import { managed } from './cluster-subjects.ts';
import {
  type AnyRule,
  applicationRulesOf,
  dnatRulesOf,
  eachRule,
  mayAllow,
  rulePath,
  rulesOf,
} from './firewall-subjects.ts';

const emptyGroup = eachRule<AnyRule>({
  id: 'firewall/empty-ip-group',
  severity: 'error',
  title: 'No rule names an IP group without addresses.',
  explanation:
    'The firewall skips a rule whose IP group is empty, and says so nowhere. An allow rule then allows nothing, and a deny rule denies nothing.',
  fix: 'fill the IP group, or take it out of the rule',
  facts: ['AFW-E31'],
  covers: ['FW-31'],
  subjects: (context) => rulesOf(context).filter(({ rule }) => groupsOf(rule).length > 0),
  none: 'no rule names an IP group',
  judge: (subject, context) => {
    const { rule } = subject;
    let gap: { readonly missing: string; readonly at: Reference['at'] } | undefined;
    for (const reference of groupsOf(rule)) {
      if (isUnknown(reference)) {
        gap ??= { missing: reference.missing, at: reference.at };
        continue;
      }
      const group = context.perimeter.ipGroups.get(reference.key);
      if (group === undefined || group.isReference === true) {
        const name = reference.id.split('/').at(-1);
        gap ??= { missing: `the addresses of IP group ${name}`, at: reference.at };
      } else if (group.addresses.length === 0) {
        return {
          kind: 'fails',
          message: `Rule ${rulePath(subject)} is skipped: IP group ${group.name} is empty.`,
          places: [
            { at: group.at, what: `IP group ${group.name}` },
            { at: rule.at, what: `rule ${rule.name}` },
          ],
          evidence: [`${group.name} has no addresses`],
        };
      }
    }
    return gap === undefined
      ? HOLDS
      : {
          kind: 'undecided',
          message: `Whether the IP groups of ${rulePath(subject)} hold addresses is not known.`,
          ...gap,
        };
  },
});

const privateDnat = eachRule<DnatRule>({
  id: 'firewall/dnat-on-private-address',
  severity: 'note',
  title: 'DNAT rules listen on public addresses.',
  explanation:
    'A stopped firewall may get another private address when it starts again, and a DNAT rule on the old one keeps it from starting. Route next hops that name the address need the same care.',
  fix: 'listen on a public address of the firewall, or take the rule out before the firewall is stopped',
  facts: ['AFW-E28'],
  covers: ['FW-28'],
  subjects: dnatRulesOf,
  none: 'no DNAT rule',
  judge: (subject) => {
    const { rule } = subject;
    const term = rule.destinationAddresses.find(
      (one) => one.kind === 'range' && addressSetsOverlap(addressSet([one.range]), PRIVATE_IPV4),
    );
    if (term !== undefined)
      return {
        kind: 'fails',
        message: `DNAT rule ${rulePath(subject)} listens on ${term.text}, a private address: the firewall may not start again once it is stopped.`,
        places: [{ at: term.at, what: `destination ${term.text}` }],
        evidence: [`destinationAddresses ${term.text}`],
      };
    // A public address that Azure picks at deployment is public all the same.
    return openTerm(
      rule.destinationAddresses.filter(
        (one) => one.kind !== 'unknown' || !isPublicAddress(one.unknown),
      ),
      `Whether DNAT rule ${rulePath(subject)} listens on a private address is not known.`,
    );
  },
});

const inspectedTunnel = eachRule<ApplicationRule>({
  id: 'firewall/tls-inspection-of-cluster-traffic',
  severity: 'error',
  title: 'TLS inspection leaves the traffic of the cluster itself alone.',
  explanation:
    'The tunnel between nodes and a public API server negotiates its protocol inside TLS (ALPN), and nodes trust only the certificates of the images’ and packages’ hosts. A rule that terminates TLS for these names breaks both: nodes go NotReady.',
  fix: 'allow *.hcp.<region>.azmk8s.io and the tag AzureKubernetesService in a rule of their own without terminateTLS, before this one',
  facts: ['AFW-E26'],
  covers: ['FW-26'],
  subjects: (context) =>
    callPublicApi(context)
      ? applicationRulesOf(context).filter(
          ({ collection, rule }) => mayAllow(collection) && rule.terminateTls,
        )
      : [],
  none: 'no rule terminates TLS, or no cluster calls a public API server',
  judge: (subject) => {
    const { rule } = subject;
    const names = [...rule.targetFqdns, ...rule.targetUrls, ...rule.fqdnTags];
    const caught = names.find((name) => !isUnknown(name) && catchesCluster(name.text));
    if (caught !== undefined && !isUnknown(caught))
      return {
        kind: 'fails',
        message: `Rule ${rulePath(subject)} terminates TLS for ${caught.text}: it breaks the connection of nodes to their API server.`,
        places: [{ at: caught.at, what: caught.text }],
        evidence: ['terminateTLS: true'],
      };
    const unknown = names.find((name): name is Unknown => isUnknown(name));
    return unknown === undefined
      ? HOLDS
      : {
          kind: 'undecided',
          message: `Whether ${rulePath(subject)} terminates TLS of the cluster itself is not known.`,
          missing: unknown.missing,
          at: unknown.at,
        };
  },
});

export const FIREWALL_SILENT_FAULT_CHECKS: readonly Check[] = [
  emptyGroup,
  privateDnat,
  inspectedTunnel,
];

function groupsOf(rule: AnyRule): readonly Reference[] {
  return [
    ...rule.sources.ipGroups,
    ...('destinationIpGroups' in rule ? rule.destinationIpGroups : []),
  ];
}

/** Nodes of a private or integrated cluster reach their API server inside the network, past every application rule. */
function callPublicApi(context: CheckContext): boolean {
  return managed(context).some(
    ({ cluster }) =>
      cluster!.apiServer.isPrivate !== true && cluster!.apiServer.vnetIntegration !== true,
  );
}

/** Does the name, or the tag, hold the API servers of a region? A URL is read up to its first slash. */
function catchesCluster(text: string): boolean {
  const name = text.toLowerCase().split('/')[0]!;
  if (name === 'azurekubernetesservice' || name === '*') return true;
  if (name.endsWith('.azmk8s.io')) return true;
  return name.startsWith('*') && '.hcp.region.azmk8s.io'.endsWith(name.slice(1));
}

function isPublicAddress({ symbol }: Unknown): boolean {
  return symbol?.startsWith(publicAddressOf('')) === true;
}

function openTerm(terms: readonly AddressTerm[], message: string): Judgement {
  const term = terms.find((one) => one.kind === 'unknown');
  return term?.kind === 'unknown'
    ? { kind: 'undecided', message, missing: term.unknown.missing, at: term.at }
    : HOLDS;
}

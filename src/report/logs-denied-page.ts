import type {
  Completeness,
  DenialClass,
  DenialGroup,
  DeniedAnswer,
  RuleToAdd,
  Scan,
} from '../logs/questions/index.ts';
import { counted, countWords, type LogsPage, type LogsTable, type Sentence } from './logs-page.ts';
import { gapRemarks, hasDecisions, noDecisions, spanText } from './logs-remarks.ts';
import { count } from './style.ts';

export const CLASS_TITLES: Readonly<Record<DenialClass, string>> = {
  needed: 'needed by AKS: a fault of the configuration',
  threat: 'threats: denied as they should be, look at who asked',
  unknown: 'not known: somebody has to say whether it is wanted',
  noise: 'noise: harmless',
};
const ORDER: readonly DenialClass[] = ['needed', 'threat', 'unknown', 'noise'];

/** What is denied, by who asked and for what, in the order in which it needs somebody. */
export function deniedPage(
  answer: DeniedAnswer,
  completeness: Completeness,
  scope: readonly string[],
  rowsMax: number,
): LogsPage {
  const tables = ORDER.flatMap((kind): readonly LogsTable[] => {
    const groups = answer.groups.filter((group) => group.class === kind);
    const table = groupsTable(kind, groups, rowsMax);
    const scans = kind === 'threat' ? scansTables(answer.scans, rowsMax) : [];
    return groups.length === 0 ? scans : [table, ...scans];
  });
  return {
    question: 'denied',
    title: `denied flows, ${spanText(completeness)}`,
    scope,
    lead: hasDecisions(completeness)
      ? deniedSentences(answer)
      : [noDecisions(completeness, 'what was denied')],
    parts: tables,
    remarks: [
      ...gapRemarks(completeness),
      ...hiddenRemarks(answer),
      ...(answer.isCut
        ? ['there are more kinds of denied flows than were read: the rarest are not shown']
        : []),
    ],
  };
}

/** @param where the rule to add is found */
export function deniedSentences(
  { groups, scans, records }: DeniedAnswer,
  where = 'the rule to add stands below',
): readonly Sentence[] {
  const total = ORDER.reduce((sum, kind) => sum + records[kind], 0);
  if (total === 0) return [{ mark: 'good', text: 'nothing was denied' }];
  const needed = groups.filter((group) => group.class === 'needed');
  const targets = [...new Set(needed.map(({ target }) => target))];
  const known = groups.filter((group) => group.class === 'threat');
  return [
    ...(needed.length === 0
      ? []
      : [
          {
            mark: 'bad' as const,
            text: `${counted(records.needed, 'denial')} of what AKS needs: ${listed(targets)}; ${where}`,
          },
        ]),
    ...scans.map((scan): Sentence => ({ mark: 'bad', text: scanText(scan) })),
    ...(known.length === 0
      ? []
      : [
          {
            mark: 'warn' as const,
            text: `flows to known threats were denied: ${listed([...new Set(known.map(({ target }) => target))])}`,
          },
        ]),
    {
      mark: 'plain',
      text: `${counted(total, 'denial')} in all: ${ORDER.map((kind) => `${countWords(records[kind])} ${WORDS[kind]}`).join(', ')}`,
    },
  ];
}
const WORDS = { needed: 'needed', threat: 'threat', unknown: 'not known', noise: 'noise' } as const;

export function scanText({ who, source, targets, addresses, ports, networks }: Scan): string {
  const name = who === source ? source : `${who} (${source})`;
  const where = networks.length === 0 ? '' : ` of ${listed(networks)}`;
  return `${name} looks for open ports: denied at ${counted(targets, 'pair')} of ${count(addresses, 'address', 'addresses')}${where} and ${count(ports, 'port')}`;
}

function groupsTable(
  kind: DenialClass,
  groups: readonly DenialGroup[],
  rowsMax: number,
): LogsTable {
  return {
    kind: 'table',
    name: kind,
    title: CLASS_TITLES[kind],
    columns: [
      { name: 'who', title: 'who', kind: 'text' },
      { name: 'target', title: 'to', kind: 'text' },
      { name: 'port', title: 'port', kind: 'text' },
      { name: 'protocol', title: '', kind: 'text' },
      { name: 'records', title: 'denied', kind: 'count' },
      { name: 'last', title: 'last', kind: 'time' },
      { name: 'why', title: 'why', kind: 'detail' },
      { name: 'by', title: 'by', kind: 'detail' },
      { name: 'sources', title: 'from', kind: 'detail' },
      { name: 'add', title: 'add', kind: 'detail' },
    ],
    rows: groups
      .slice(0, rowsMax)
      .map((group) => [
        group.who,
        group.target === '' ? '(no destination)' : group.target,
        group.port === 0 ? undefined : String(group.port),
        group.protocol,
        group.records,
        group.last,
        group.why,
        decider(group),
        group.sourceCount === 1 && group.who === group.sources[0] ? undefined : sourcesText(group),
        group.toAdd === undefined ? undefined : ruleText(group.toAdd),
      ]),
    more: Math.max(0, groups.length - rowsMax),
  };
}

function sourcesText({ sources, sourceCount }: DenialGroup): string {
  const more = sourceCount - Math.min(8, sources.length);
  return `${sources.slice(0, 8).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function decider({ rule, reason, stage }: DenialGroup): string | undefined {
  if (rule !== '') return `your rule ${rule}`;
  if (stage === 'threat') return 'threat intelligence';
  return reason === '' || reason === 'Default Action' ? undefined : reason;
}

function scansTables(scans: readonly Scan[], rowsMax: number): readonly LogsTable[] {
  if (scans.length === 0) return [];
  return [
    {
      kind: 'table',
      name: 'scans',
      title: 'scans: one source, many closed doors',
      columns: [
        { name: 'who', title: 'who', kind: 'text' },
        { name: 'source', title: 'from', kind: 'text' },
        { name: 'networks', title: 'in', kind: 'detail' },
        { name: 'addresses', title: 'addresses', kind: 'count' },
        { name: 'ports', title: 'ports', kind: 'count' },
        { name: 'records', title: 'denied', kind: 'count' },
        { name: 'first', title: 'first', kind: 'time' },
        { name: 'last', title: 'last', kind: 'time' },
      ],
      rows: scans
        .slice(0, rowsMax)
        .map(({ who, source, networks, addresses, ports, records, first, last }) => [
          ...[who === source ? undefined : who, source, listed(networks)],
          ...[addresses, ports, records, first, last],
        ]),
      more: Math.max(0, scans.length - rowsMax),
    },
  ];
}

/** In words, as the page shows it; ARM has it in JSON. */
export function ruleText(rule: RuleToAdd): string {
  const { sourceAddresses, targetFqdns, protocols, destinationAddresses, destinationFqdns } = rule;
  const from = sourceAddresses.join(', ');
  if (targetFqdns !== undefined) {
    const ports = (protocols ?? []).map(
      ({ protocolType, port }) => `${protocolType.toLowerCase()}:${port}`,
    );
    return `application rule ${rule.name}: allow ${ports.join(', ')} to ${targetFqdns.join(', ')} from ${from}`;
  }
  const to = [...(destinationAddresses ?? []), ...(destinationFqdns ?? [])].join(', ');
  const service = `${(rule.ipProtocols ?? []).join(', ')}:${(rule.destinationPorts ?? []).join(',')}`;
  return `network rule ${rule.name}: allow ${service} to ${to} from ${from}`;
}

function hiddenRemarks({ groups, scans }: DeniedAnswer): readonly string[] {
  return [...new Set([...groups, ...scans].flatMap(({ hidden }) => hidden ?? []))];
}

export function listed(names: readonly string[], most = 3): string {
  const more = names.length - most;
  return `${names.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

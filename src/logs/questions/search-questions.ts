import { LOG_COLUMNS, LOG_TABLES } from '../columns.ts';
import {
  all,
  any,
  contains,
  type Expression,
  ends,
  equal,
  from,
  lower,
  number,
  type Pipeline,
  starts,
  text,
} from '../query/index.ts';
import { column, DECISION_COLUMNS, decisions, filled, WRITTEN } from './tables.ts';
import { type Window, within } from './window.ts';

/** One condition of a search, as a person wrote it. Fields are compared without case. */
export interface SearchTerm {
  /** Absent: any text column holds it. */
  readonly field?: SearchField;
  readonly value: string;
  readonly isNot: boolean;
}

export const SEARCH_FIELDS = {
  stage: 'Stage',
  protocol: 'Protocol',
  source: 'SourceIp',
  address: 'DestinationIp',
  name: 'Fqdn',
  port: 'DestinationPort',
  action: 'Action',
  reason: 'ActionReason',
  policy: 'Policy',
  group: 'RuleCollectionGroup',
  collection: 'RuleCollection',
  rule: 'Rule',
} as const satisfies Readonly<Record<string, keyof typeof DECISION_COLUMNS>>;
export type SearchField = keyof typeof SEARCH_FIELDS;

const TEXTS = Object.values(SEARCH_FIELDS).filter((name) => name !== 'DestinationPort');

/** Decisions and DNS questions that hold all terms, the newest first. */
export function search(window: Window, terms: readonly SearchTerm[], count: number): Pipeline {
  const dns = Object.fromEntries(
    Object.entries(DECISION_COLUMNS).map(([name, kind]) => [
      name,
      DNS_AS_DECISION[name] ?? (kind === 'number' ? number(0) : text('')),
    ]),
  );
  return from(DECISION_COLUMNS, ...decisions('network', 'application', 'dnat', 'threat', 'idps'), {
    table: LOG_TABLES.dns.table,
    columns: dns,
  })
    .where((row) => within(row.TimeGenerated, window))
    .where((row) => all(...terms.map((term) => holds(row, term))))
    .order(
      '-TimeGenerated',
      'Stage',
      'SourceIp',
      'SourcePort',
      'DestinationIp',
      'Fqdn',
      'DestinationPort',
      'Rule',
    )
    .take(count).pipeline;
}

const DNS_AS_DECISION: Readonly<Record<string, Expression>> = {
  TimeGenerated: WRITTEN,
  Stage: text('dns'),
  Protocol: filled(column('dns', 'protocol') as Expression<'text'>),
  SourceIp: filled(column('dns', 'sourceIp') as Expression<'text'>),
  SourcePort: column('dns', 'sourcePort'),
  Fqdn: filled(column('dns', 'queryName') as Expression<'text'>),
  // What was answered stands where a decision would.
  Action: filled({ kind: 'text', is: 'column', name: LOG_COLUMNS.dns.responseCode.name }),
};

type Row = Readonly<Record<keyof typeof DECISION_COLUMNS, Expression>>;

function holds(row: Row, { field, value, isNot }: SearchTerm): Expression<'truth'> {
  const wanted = value.toLowerCase();
  let found: Expression<'truth'>;
  if (field === 'port') found = equal(row.DestinationPort, number(Number(value)));
  else if (field !== undefined) found = matches(row[SEARCH_FIELDS[field]] as never, wanted);
  else {
    found = any(...TEXTS.map((name) => contains(lower(row[name] as never), wanted)));
  }
  return isNot ? { kind: 'truth', is: 'not', of: found } : found;
}

/** `*` at the ends of a value stands for anything; in the middle it is a star. */
function matches(of: Expression<'text'>, value: string): Expression<'truth'> {
  const lowered = lower(of);
  const isOpenLeft = value.startsWith('*');
  const isOpenRight = value.length > 1 && value.endsWith('*');
  const part = value.slice(isOpenLeft ? 1 : 0, isOpenRight ? -1 : undefined);
  if (isOpenLeft && isOpenRight) return contains(lowered, part);
  if (isOpenLeft) return ends(lowered, part);
  if (isOpenRight) return starts(lowered, part);
  return equal(lowered, text(part));
}

/** `source=10.1.2.3`, `name=*.example`, `port=443`, `action!=Allow`, or any other word. */
export function parseSearchTerm(word: string): SearchTerm | { readonly problem: string } {
  const match = /^([a-z]+)(!?=)(.*)$/s.exec(word);
  if (match === null) return { value: word, isNot: false };
  const [, name = '', operator, value = ''] = match;
  if (!(name in SEARCH_FIELDS)) {
    return {
      problem: `\`${name}\` is no field; fields are ${Object.keys(SEARCH_FIELDS).join(', ')}`,
    };
  }
  const field = name as SearchField;
  if (field === 'port' && !/^\d{1,5}$/.test(value)) return { problem: `\`${value}\` is no port` };
  return { field, value, isNot: operator === '!=' };
}

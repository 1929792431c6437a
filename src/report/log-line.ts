import type { SearchField, SearchTerm } from '../logs/questions/index.ts';
import type { LogRecord } from '../logs/record.ts';
import { momentWords } from './logs-page.ts';
import { padded, paint, type Style, safe } from './style.ts';

/** What a record says in the words of a search, whichever log it is of. */
export type LogFields = Readonly<Record<SearchField, string>> & { readonly sourcePort: string };

export function fieldsOf(record: LogRecord): LogFields {
  const values = record as unknown as Readonly<Record<string, unknown>>;
  const read = (...names: readonly string[]): string => {
    const found = names
      .map((name) => values[name])
      .find((value) => value !== undefined && value !== '');
    return found === undefined ? '' : String(found);
  };
  return {
    stage: record.kind,
    protocol: read('protocol', 'httpMethod'),
    source: read('sourceIp', 'clientIp'),
    sourcePort: read('sourcePort', 'clientPort'),
    address: read('destinationIp', 'serverRouted'),
    name: read('fqdn', 'queryName', 'host', 'hostname', 'destinationNames'),
    port: read('destinationPort'),
    action:
      record.kind === 'dnat'
        ? 'DNAT'
        : read('action', 'verdict', 'responseCode', 'httpStatus', 'state'),
    reason: read(
      'actionReason',
      'dropReason',
      'threatDescription',
      'description',
      'message',
      'error',
    ),
    policy: read('policy'),
    group: read('ruleCollectionGroup', 'ruleGroup'),
    collection: read('ruleCollection'),
    rule: read('rule', 'ruleId', 'ruleName'),
  };
}

/** As the store answers it: fields without case, a star at an end for anything. */
export function holdsTerms(fields: LogFields, terms: readonly SearchTerm[]): boolean {
  return terms.every(({ field, value, isNot }) => {
    const wanted = value.toLowerCase();
    const found =
      field === undefined
        ? Object.values(fields).some((text) => text.toLowerCase().includes(wanted))
        : matches(fields[field].toLowerCase(), wanted);
    return found !== isNot;
  });
}

function matches(text: string, value: string): boolean {
  const isOpenLeft = value.startsWith('*');
  const isOpenRight = value.length > 1 && value.endsWith('*');
  const part = value.slice(isOpenLeft ? 1 : 0, isOpenRight ? -1 : undefined);
  if (isOpenLeft && isOpenRight) return text.includes(part);
  if (isOpenLeft) return text.endsWith(part);
  if (isOpenRight) return text.startsWith(part);
  return text === part;
}

/** Longer values are cut: one record is one line. */
const VALUE_MAX = 200;

/** `14:05:07.123  Deny   application  10.42.1.9:40001 orders/api → a.example:443 HTTPS  collection/rule`. */
export function recordLine(
  record: LogRecord,
  who: (address: string) => string,
  style: Style,
): string {
  const colours = paint(style);
  const fields = fieldsOf(record);
  const clean = (text: string) => safe(text.slice(0, VALUE_MAX));
  const action = padded(clean(fields.action), 8);
  const isBad = /^(deny|drop|dropped|denied|block)/i.test(fields.action);
  const isOdd = /^(alert|match|detect)/i.test(fields.action);
  const painted = isBad ? colours.error(action) : isOdd ? colours.warning(action) : action;
  const known = fields.source === '' ? '' : who(fields.source);
  const from = `${clean(fields.source)}${fields.sourcePort === '' ? '' : `:${fields.sourcePort}`}`;
  const to = clean(fields.name.replace(/\.$/, '') || fields.address);
  const port = fields.port === '' ? '' : `:${fields.port}`;
  const rule = [fields.collection, fields.rule].filter((part) => part !== '').join('/');
  const parts = [
    colours.dim(momentWords(record.time)),
    painted,
    padded(record.kind, 15),
    known === fields.source ? from : `${from} ${colours.note(clean(known))}`,
    `→ ${to}${port}`,
    clean(fields.protocol),
    colours.dim(clean(rule || fields.reason)),
  ];
  return parts
    .filter((part) => part !== '')
    .join('  ')
    .trimEnd();
}

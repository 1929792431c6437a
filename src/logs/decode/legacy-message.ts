import type { LogKind } from '../columns.ts';
import type { Cell } from './hot-records.ts';
import {
  ACTION,
  CLASSIFICATION,
  COLLECTION,
  DESCRIPTION,
  DESTINATION,
  ERROR_MESSAGE,
  ERROR_NUMBER,
  FQDN,
  GROUP,
  ICMP_TYPE,
  type LegacyParts,
  legacyFields,
  noParts,
  POLICY,
  PROTOCOL,
  QUERY_ID,
  QUERY_NAME,
  QUERY_TYPE,
  REASON,
  RULE,
  SEVERITY,
  SIGNATURE,
  SOURCE,
  TARGET_URL,
  THREAT,
  TRANSLATED,
  WEB_CATEGORY,
} from './legacy-parts.ts';

/** What a legacy text says, by the fields of the record it becomes. */
export interface LegacyMessage {
  readonly kind: LogKind;
  readonly fields: Readonly<Record<string, Cell>>;
}

/** `undefined`: not written as any text we know. */
export function parseLegacyMessage(
  message: string,
  isApplication: boolean,
): LegacyMessage | undefined {
  const read = readLegacyMessage(message, isApplication);
  return read === undefined ? undefined : { kind: read.kind, fields: legacyFields(read) };
}

type Fields = Cell[];

/**
 * Reads the text of an AzureDiagnostics record (azure-firewall 8.4). Names in it come from packets (host, URL) and may say anything,
 * so the text is cut from both ends: who and whom before the last `. Action: `, rule names, which only an administrator writes,
 * after it. Searches of fixed texts only: linear, a megabyte of hostile text takes a few milliseconds.
 */
export function readLegacyMessage(
  message: string,
  isApplication: boolean,
): LegacyParts | undefined {
  if (message.startsWith('DNS Request: ')) return dnsRequest(message);
  if (message.startsWith(' Error: ') || message.startsWith('Error: ')) return dnsError(message);
  const verb = message.indexOf(' request from ');
  if (verb <= 0 || verb > 40) return undefined;
  const fields: Fields = noParts();
  if (!readProtocol(message.slice(0, verb).trim(), fields)) return undefined;
  const from = verb + 14;
  const translated = message.indexOf(" was DNAT'ed to ", from);
  if (translated >= 0) return dnat(message, from, translated, fields);
  const denied = message.indexOf(' was denied. Reason: ', from);
  const action = message.lastIndexOf('. Action: ');
  if (denied >= 0 && action < denied) {
    if (!readEnd(message.slice(from, denied), fields, SOURCE)) return undefined;
    fields[ACTION] = 'Deny';
    fields[REASON] = trimDots(message.slice(denied + 21));
    return { kind: 'application', parts: fields };
  }
  if (action < from) return undefined;
  if (!readEnds(message, from, action, fields)) return undefined;
  return decided(message, action + 10, fields, isApplication);
}

function readProtocol(text: string, fields: Fields): boolean {
  const space = text.indexOf(' ');
  const protocol = space < 0 ? text : text.slice(0, space);
  if (protocol === '' || protocol.length > 20) return false;
  fields[PROTOCOL] = protocol;
  if (space < 0) return true;
  const type = text.slice(space + 1).trim();
  if (!type.startsWith('Type=') || !isDigits(type, 5)) return false;
  fields[ICMP_TYPE] = Number(type.slice(5));
  return true;
}

/** `A:P to B:P` and, of HTTP, `. Url: …`. The source is an address and holds no space; everything behind `to` may be anything. */
function readEnds(message: string, from: number, end: number, fields: Fields): boolean {
  const to = message.indexOf(' to ', from);
  if (to < 0 || to >= end) {
    const missing = message.slice(from, end);
    return !missing.includes(' ') && readEnd(missing, fields, SOURCE);
  }
  if (!readEnd(message.slice(from, to), fields, SOURCE)) return false;
  let targetEnd = end;
  const url = message.indexOf('. Url: ', to);
  if (url >= 0 && url < end) {
    fields[TARGET_URL] = message.slice(url + 7, end);
    targetEnd = url;
  }
  return readEnd(message.slice(to + 4, targetEnd), fields, DESTINATION);
}

/** `10.0.0.4:443`, `[::1]:443`, `10.0.0.4`, `name:443`. */
function readEnd(text: string, fields: Fields, side: number): boolean {
  const end = text.trim();
  if (end === '' || (side === SOURCE && end.includes(' '))) return false;
  const colon = end.lastIndexOf(':');
  const isBareIpv6 = colon >= 0 && fields[PROTOCOL] === 'ICMP' && end.indexOf(':') !== colon;
  let host = end;
  if (colon >= 0 && !isBareIpv6) {
    host = end.slice(0, colon);
    if (!isDigits(end, colon + 1) || end.length - colon > 6) return false;
    // Each address is followed by its port.
    fields[side + 1] = Number(end.slice(colon + 1));
  }
  if (host.startsWith('[') && host.endsWith(']')) host = host.slice(1, -1);
  if (host === '') return false;
  fields[side === DESTINATION && !isAddress(host) ? FQDN : side] = host;
  return true;
}

function dnat(message: string, from: number, at: number, fields: Fields): LegacyParts | undefined {
  if (!readEnds(message, from, at, fields)) return undefined;
  const start = at + 16;
  const dot = message.indexOf('. ', start);
  const end = dot < 0 ? message.length : dot;
  if (!readEnd(trimDots(message.slice(start, end)), fields, TRANSLATED)) return undefined;
  if (dot >= 0) readLabels(message, dot, fields);
  return { kind: 'dnat', parts: fields };
}

/** What follows `. Action: `. */
function decided(
  message: string,
  start: number,
  fields: Fields,
  isApplication: boolean,
): LegacyParts | undefined {
  let end = start;
  while (end < message.length && isLetter(message.charCodeAt(end))) end += 1;
  if (end === start) return undefined;
  fields[ACTION] = message.slice(start, end);
  readLabels(message, end, fields);
  if (fields[THREAT] !== undefined) return kindWith('threat', fields);
  if (fields[SIGNATURE] !== undefined) return kindWith('idps', fields);
  if (message.startsWith('. No rule matched', end)) {
    // The structured form says the same so (azure-firewall 8.2); four empty names mean that no rule decided.
    fields[POLICY] = '';
    fields[GROUP] = '';
    fields[COLLECTION] = '';
    fields[RULE] = '';
    fields[REASON] = 'Default Action';
  }
  const isName = fields[FQDN] !== undefined || fields[TARGET_URL] !== undefined;
  const isWeb = fields[PROTOCOL] === 'HTTP' || fields[PROTOCOL] === 'HTTPS';
  return kindWith(isApplication || isName || isWeb ? 'application' : 'network', fields);
}

function kindWith(kind: LogKind, fields: Fields): LegacyParts {
  // A transparent application rule logs a name; where it logs an address, the address is the name asked for.
  if (kind === 'application' && fields[DESTINATION] !== undefined) {
    fields[FQDN] = fields[DESTINATION];
    fields[DESTINATION] = undefined;
  }
  return { kind, parts: fields };
}

/** Labels of the tail. Both spellings of a rule occur. */
const LABELS = [
  ['Policy', POLICY],
  ['Rule Collection Group', GROUP],
  ['Rule Collection', COLLECTION],
  ['Rule Name', RULE],
  ['Rule', RULE],
  ['ThreatIntel', THREAT],
  ['Signature', SIGNATURE],
  ['IDS', DESCRIPTION],
  ['Priority', SEVERITY],
  ['Classification', CLASSIFICATION],
  ['Web Category', WEB_CATEGORY],
  ['Reason', REASON],
] as const;

/** By first letter, as few are alike. */
const LABELS_BY_LETTER: ReadonlyMap<number, readonly (typeof LABELS)[number][]> = new Map(
  LABELS.map(([label]) => [
    label.charCodeAt(0),
    LABELS.filter(([other]) => other.charCodeAt(0) === label.charCodeAt(0)),
  ]),
);

/** `. Label: value` up to the next label; values may hold dots, a space after the colon may be missing. The first of a label counts. */
function readLabels(message: string, start: number, fields: Fields): void {
  let field = -1;
  let value = 0;
  const close = (end: number) => {
    if (field < 0 || fields[field] !== undefined) return;
    const text = trimDots(message.slice(value, end));
    if (field !== SEVERITY) fields[field] = text;
    else if (isDigits(text, 0)) fields[field] = Number(text);
  };
  for (let at = message.indexOf('. ', start); at >= 0; at = message.indexOf('. ', at + 2)) {
    for (const [label, next] of LABELS_BY_LETTER.get(message.charCodeAt(at + 2)) ?? []) {
      const end = at + 2 + label.length;
      if (message.charCodeAt(end) !== 58 || !message.startsWith(label, at + 2)) continue;
      close(at);
      field = next;
      value = end + 1;
      break;
    }
  }
  close(message.length);
  splitTriple(fields);
}

/** `Rule Collection: policy:group:collection` (azure-firewall 8.4). */
function splitTriple(fields: Fields): void {
  const text = fields[COLLECTION];
  if (typeof text !== 'string' || fields[POLICY] !== undefined || !text.includes(':')) return;
  const parts = text.split(':');
  if (parts.length !== 3) return;
  fields[POLICY] = parts[0];
  fields[GROUP] = parts[1];
  fields[COLLECTION] = parts[2];
}

/** `DNS Request: A:P - id type class name protocol size do buffer rcode flags size 0.005s`. */
function dnsRequest(message: string): LegacyParts | undefined {
  const parts = message.slice(13).trim().split(' ', 16);
  if (parts.length !== 14 || parts[1] !== '-') return undefined;
  const [
    client,
    ,
    id,
    type,
    dnsClass,
    name,
    protocol,
    size,
    dnssec,
    buffer,
    code,
    flags,
    answer,
    took,
  ] = parts as string[];
  const fields = noParts();
  fields[PROTOCOL] = protocol;
  if (!readEnd(client!, fields, SOURCE)) return undefined;
  if (![id, size, buffer, answer].every((text) => isDigits(text!, 0))) return undefined;
  if (dnssec !== 'true' && dnssec !== 'false') return undefined;
  const duration = Number(took!.endsWith('s') ? took!.slice(0, -1) : took);
  if (!Number.isFinite(duration)) return undefined;
  const values = [
    ...[Number(id), type, dnsClass, name, Number(size), dnssec === 'true', Number(buffer)],
    ...[code, flags, Number(answer), duration],
  ];
  for (const [index, value] of values.entries()) fields[QUERY_ID + index] = value;
  return { kind: 'dns', parts: fields };
}

/** ` Error: 2 time.windows.com. A: read udp …`: the number, the name, its type, and the resolver's words. */
function dnsError(message: string): LegacyParts | undefined {
  const start = message.indexOf('Error: ') + 7;
  const first = message.indexOf(' ', start);
  const second = message.indexOf(' ', first + 1);
  const colon = message.indexOf(': ', second + 1);
  if (first < 0 || second < 0 || colon < 0) return undefined;
  const number = message.slice(start, first);
  if (!isDigits(number, 0)) return undefined;
  const fields = noParts();
  fields[ERROR_NUMBER] = Number(number);
  fields[QUERY_NAME] = message.slice(first + 1, second);
  fields[QUERY_TYPE] = message.slice(second + 1, colon);
  fields[ERROR_MESSAGE] = message.slice(colon + 2);
  return { kind: 'dns', parts: fields };
}

function isDigits(text: string, start: number): boolean {
  if (start >= text.length || text.length - start > 10) return false;
  for (let index = start; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

/** Only what could be an address: digits and dots, or colons. */
function isAddress(host: string): boolean {
  if (host.length > 45) return false;
  if (host.includes(':')) return true;
  for (let index = 0; index < host.length; index += 1) {
    const code = host.charCodeAt(index);
    if (code !== 46 && (code < 48 || code > 57)) return false;
  }
  return true;
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

/** One or two dots and spaces close a text. */
function trimDots(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) === 32) start += 1;
  while (end > start && (text.charCodeAt(end - 1) === 46 || text.charCodeAt(end - 1) === 32))
    end -= 1;
  return text.slice(start, end);
}

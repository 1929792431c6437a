import { LOG_COLUMNS, type LogKind } from '../columns.ts';
import type { Cell } from './hot-records.ts';

/** Everything that a text may say. Kept in arrays by these numbers: objects whose members differ from text to text cost four times. */
const PARTS = [
  ...['protocol', 'icmpType', 'sourceIp', 'sourcePort', 'destinationIp', 'destinationPort'],
  ...['fqdn', 'targetUrl', 'translatedIp', 'translatedPort', 'action', 'actionReason', 'policy'],
  ...['ruleCollectionGroup', 'ruleCollection', 'rule', 'threatDescription', 'signatureId'],
  ...['description', 'severity', 'signatureCategory', 'webCategory', 'queryId', 'queryType'],
  ...['queryClass', 'queryName', 'requestSize', 'dnssecOkBit', 'edns0BufferSize', 'responseCode'],
  ...['responseFlags', 'responseSize', 'requestDurationSecs', 'errorNumber', 'errorMessage'],
] as const;
const part = (name: string) => PARTS.indexOf(name as (typeof PARTS)[number]);
export const PROTOCOL = part('protocol');
export const ICMP_TYPE = part('icmpType');
export const SOURCE = part('sourceIp');
export const DESTINATION = part('destinationIp');
export const FQDN = part('fqdn');
export const TARGET_URL = part('targetUrl');
export const TRANSLATED = part('translatedIp');
export const ACTION = part('action');
export const REASON = part('actionReason');
export const POLICY = part('policy');
export const GROUP = part('ruleCollectionGroup');
export const COLLECTION = part('ruleCollection');
export const RULE = part('rule');
export const THREAT = part('threatDescription');
export const SIGNATURE = part('signatureId');
export const SEVERITY = part('severity');
export const CLASSIFICATION = part('signatureCategory');
export const WEB_CATEGORY = part('webCategory');
export const QUERY_ID = part('queryId');
export const QUERY_TYPE = part('queryType');
export const QUERY_NAME = part('queryName');
export const ERROR_MESSAGE = part('errorMessage');
export const ERROR_NUMBER = part('errorNumber');
export const DESCRIPTION = part('description');

/** A text taken apart. */
export interface LegacyParts {
  readonly kind: LogKind;
  readonly parts: readonly Cell[];
}

/** The parts as cells of a record of their kind. */
export function legacyCells({ kind, parts }: LegacyParts): readonly Cell[] {
  const from = CELLS[kind];
  const cells = new Array<Cell>(from.length);
  for (let column = 0; column < from.length; column += 1) cells[column] = parts[from[column]!];
  return cells;
}
const CELLS = Object.fromEntries(
  (Object.keys(LOG_COLUMNS) as LogKind[]).map((kind) => [
    kind,
    Object.keys(LOG_COLUMNS[kind]).map((name) => {
      const index = part(name);
      // Beyond the last part there is nothing.
      return index < 0 ? PARTS.length : index;
    }),
  ]),
) as unknown as Record<LogKind, readonly number[]>;

/** What a kind has no column for: of an ICMP message of the intrusion detection the type, of a threat the rule. */
export function legacyRest({ kind, parts }: LegacyParts): readonly (readonly [string, Cell])[] {
  let rest: [string, Cell][] = NONE;
  for (const index of BEYOND[kind]) {
    if (parts[index] !== undefined) rest = [...rest, [PARTS[index]!, parts[index]]];
  }
  return rest;
}
const NONE: [string, Cell][] = [];
const BEYOND = Object.fromEntries(
  Object.entries(CELLS).map(([kind, cells]) => [
    kind,
    PARTS.map((_, index) => index).filter((index) => !cells.includes(index)),
  ]),
) as unknown as Record<LogKind, readonly number[]>;

/** The parts by name. */
export function legacyFields({ parts }: LegacyParts): Readonly<Record<string, Cell>> {
  return Object.fromEntries(
    PARTS.flatMap((name, index) => (parts[index] === undefined ? [] : [[name, parts[index]]])),
  );
}

/** Nothing said yet. */
export function noParts(): Cell[] {
  return new Array<Cell>(PARTS.length);
}

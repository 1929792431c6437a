import type { LogKind } from '../columns.ts';
import { columnOf, headOf, kindOf } from './column-lookup.ts';
import {
  type Decoding,
  type Draft,
  draftOf,
  keep,
  keepExtra,
  passOver,
  quarantine,
  type Shown,
} from './decoding.ts';
import { finish, readTime, setColumn } from './fill-draft.ts';
import { decodeFlowLog, isFlowLog } from './flow-log.ts';
import { buildOf } from './hot-records.ts';
import { readLegacyMessage } from './legacy-message.ts';
import { legacyCells, legacyRest } from './legacy-parts.ts';
import { readCommonMessage } from './legacy-shapes.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands around a record's own columns. */
export interface Head {
  time: unknown;
  resource: unknown;
  category: string | undefined;
}

/**
 * A record as diagnostic settings stream it (azure-firewall 8.3): head beside `properties`. Gateways write `timeStamp`, and some of
 * their columns beside the head.
 */
export function decodeStreamRecord(decoding: Decoding, record: JsonObject, text: Shown): void {
  const head = headIn(record);
  if (isFlowLog(head.category)) {
    decodeFlowLog(decoding, record, text);
    return;
  }
  const kind = head.category === undefined ? undefined : kindOf(head.category);
  if (kind === undefined) {
    passOver(decoding, head.category ?? '(no category)');
    return;
  }
  const properties = record['properties'] ?? record['Properties'];
  if (!isObject(properties)) {
    quarantine(decoding, 'logs/broken-line', 'the record has no `properties`', text);
    return;
  }
  if (kind === 'legacy') {
    decodeLegacy(decoding, head, properties['msg'], text);
    return;
  }
  const draft = begin(decoding, kind, head, text);
  if (draft === undefined) return;
  for (const name in record) {
    if (name === 'properties' || name === 'Properties') continue;
    // The head is read already: `category` of the record is not the signature's.
    if (headOf(name) === undefined) setColumn(decoding, draft, name, record[name]);
  }
  for (const name in properties) {
    const value = properties[name];
    if (isObject(value) && columnOf(kind, name) === undefined) {
      for (const part in value) setColumn(decoding, draft, `${name}.${part}`, value[part]);
    } else setColumn(decoding, draft, name, value);
  }
  finish(draft);
  keep(decoding, draft);
}

/** The head of a stream record or of a row given as an object. */
export function headIn(record: JsonObject): Head {
  const head: Head = { time: undefined, resource: undefined, category: undefined };
  for (const name in record) {
    const target = headOf(name);
    const value = record[name];
    if (target === undefined) continue;
    if (target.to === 'time') head.time = value;
    else if (target.to === 'resource') head.resource = value;
    else if (target.to === 'category' && typeof value === 'string') head.category = value;
  }
  return head;
}

/** An empty record with its head, or its quarantine: without a time it cannot be placed. */
export function begin(
  decoding: Decoding,
  kind: LogKind,
  head: Head,
  text: Shown,
): Draft | undefined {
  const time = timeOf(decoding, head, text);
  if (time === undefined) return undefined;
  const draft = draftOf(decoding, kind);
  draft.time = time;
  draft.category = head.category ?? '';
  draft.resource = typeof head.resource === 'string' ? head.resource : '';
  return draft;
}

function timeOf(decoding: Decoding, head: Head, text: Shown): number | undefined {
  const time = readTime(decoding, head.time);
  if (time !== undefined) return time;
  const isAbsent = head.time === undefined || head.time === null || head.time === '';
  const reason = isAbsent ? 'the record has no time' : 'the time of the record cannot be read';
  quarantine(decoding, 'logs/broken-line', reason, text);
  return undefined;
}

/** A record whose columns are one text. `time`: of the head, where it is read already. */
export function decodeLegacy(
  decoding: Decoding,
  head: Head,
  message: unknown,
  text: Shown,
  time?: number,
): void {
  const isApplication = /application/i.test(head.category ?? '');
  const read =
    typeof message === 'string'
      ? (readCommonMessage(message, isApplication) ?? readLegacyMessage(message, isApplication))
      : undefined;
  if (read === undefined) {
    quarantine(
      decoding,
      'logs/broken-line',
      typeof message === 'string'
        ? 'the message is not written as any we know'
        : 'the record has no message',
      text,
    );
    return;
  }
  const at = time ?? timeOf(decoding, head, text);
  if (at === undefined) return;
  const category = head.category ?? '';
  const resource = typeof head.resource === 'string' ? head.resource : '';
  const draft = buildOf(read.kind)({ decoding, time: at, category, resource }, legacyCells(read));
  draft.form = 'legacy';
  for (const [name, value] of legacyRest(read)) keepExtra(decoding, draft, name, value);
  keep(decoding, draft);
}

import { coerce, columnOf, MISFIT } from './column-lookup.ts';
import { type Decoding, type Draft, keepExtra } from './decoding.ts';
import { parseTimestamp } from './timestamp.ts';

/**
 * One logged value under one logged name into the record. Names of the head are skipped, except where `isHead` says that the value
 * stands in a place where the head is read from it.
 */
export function setColumn(decoding: Decoding, draft: Draft, name: string, value: unknown): void {
  const target = columnOf(draft.kind, name);
  if (target === undefined) {
    if (value !== undefined && value !== null && value !== '') {
      keepExtra(decoding, draft, name, value);
    }
    return;
  }
  if (target.to !== 'field') return;
  const fitting = coerce(target.type, value);
  if (fitting === MISFIT) keepExtra(decoding, draft, name, value);
  else if (fitting !== undefined) draft[target.field] = fitting;
}

/** The time of a unit in microseconds, `undefined` when it has none that can be read. */
export function readTime(decoding: Decoding, value: unknown): number | undefined {
  const stamp = parseTimestamp(value);
  if (stamp === undefined) return undefined;
  if (stamp.hasZone) return stamp.micros;
  if (decoding.zoneMicros !== undefined) return stamp.micros - decoding.zoneMicros;
  decoding.zoneless += 1;
  return stamp.micros;
}

/** What no column says by itself. `ICMP Type=8` is one word in both forms (azure-firewall 8.4). */
export function finish(draft: Draft): void {
  if (draft.kind !== 'network') return;
  const protocol = draft['protocol'];
  if (typeof protocol !== 'string' || protocol.length < 6 || !protocol.startsWith('ICMP')) return;
  const match = /^ICMP Type=(\d{1,3})$/.exec(protocol);
  if (match === null) return;
  draft['protocol'] = 'ICMP';
  draft['icmpType'] = Number(match[1]);
}

import { getSystemErrorName } from 'node:util';
import type { SetChange } from './set-changes.ts';

/**
 * A transaction of nftables as the kernel takes it over netlink (linux/netfilter/nfnetlink.h, nf_tables.h): numbers of headers in
 * the order of the machine, those of attributes in that of the network.
 */

const BATCH_BEGIN = 0x10;
const BATCH_END = 0x11;
const NFTABLES = 10;
const NEW_ELEMENTS = (NFTABLES << 8) | 12;
const DELETE_ELEMENTS = (NFTABLES << 8) | 14;
const REQUEST = 0x1;
const ACKNOWLEDGE = 0x4;
const CREATE = 0x400;
const NESTED = 0x8000;
const FAMILIES: Readonly<Record<string, number>> = { inet: 1, ip: 2 };

/** nlmsghdr and nfgenmsg. */
const HEAD_BYTES = 20;
const ELEMENT_BYTES = 28;
/** An attribute has at most 64 KiB. */
const ELEMENTS_PER_MESSAGE = 1_000;
const MESSAGE_ERROR = 2;

/** @param table `inet sallyport_fw` */
export function netlinkBatch(table: string, changes: readonly SetChange[]): Buffer {
  const [family = '', name = ''] = table.split(' ');
  const parts: Buffer[] = [head(BATCH_BEGIN, REQUEST, 0, NFTABLES)];
  for (const { set, addresses, seconds, held } of changes) {
    const of = (type: number, flags: number, list: readonly string[], lives?: readonly number[]) =>
      parts.push(...elements(type, flags, FAMILIES[family] ?? 0, name, set, list, lives));
    if (held.length > 0) {
      // Added first: it may have ended since, and deleting what is not there fails.
      of(NEW_ELEMENTS, CREATE, held);
      of(DELETE_ELEMENTS, 0, held);
    }
    of(NEW_ELEMENTS, CREATE, addresses, seconds);
  }
  // The kernel answers once all of it is committed, or with an error for each message that it refuses.
  const last = parts.at(-1)!;
  putHost16(last, 6, host16(last, 6) | ACKNOWLEDGE);
  parts.push(head(BATCH_END, REQUEST, 0, NFTABLES));
  for (const [sequence, part] of parts.entries()) putHost32(part, 8, sequence + 1);
  return Buffer.concat(parts);
}

/** What the kernel said to a transaction: `undefined` when it is committed. */
export function netlinkProblem(said: Buffer): string | undefined {
  let isAcknowledged = false;
  for (let at = 0; at + 20 <= said.length; ) {
    const length = host32(said, at);
    if (host16(said, at + 4) === MESSAGE_ERROR) {
      const error = host32(said, at + 16) | 0;
      if (error !== 0) return `the kernel said ${systemError(error)}`;
      isAcknowledged = true;
    }
    at += Math.max(16, (length + 3) & ~3);
  }
  return isAcknowledged ? undefined : 'the kernel said nothing';
}

function* elements(
  type: number,
  flags: number,
  family: number,
  table: string,
  set: string,
  addresses: readonly string[],
  seconds: readonly number[] | undefined,
): Generator<Buffer> {
  const names = Buffer.concat([text(1, table), text(2, set)]);
  const size = seconds === undefined ? ELEMENT_BYTES - 12 : ELEMENT_BYTES;
  for (let from = 0; from < addresses.length; from += ELEMENTS_PER_MESSAGE) {
    const end = Math.min(addresses.length, from + ELEMENTS_PER_MESSAGE);
    const bytes = Buffer.alloc(HEAD_BYTES + names.length + 4 + (end - from) * size);
    head(type, REQUEST | flags, family, 0).copy(bytes);
    putHost32(bytes, 0, bytes.length);
    names.copy(bytes, HEAD_BYTES);
    let at = HEAD_BYTES + names.length;
    at = attribute(bytes, at, 3 | NESTED, bytes.length - at);
    for (let index = from; index < end; index += 1) {
      at = attribute(bytes, at, 1 | NESTED, size);
      at = attribute(bytes, at, 1 | NESTED, 12);
      at = attribute(bytes, at, 1, 8);
      at = putAddress(bytes, at, addresses[index]!);
      if (seconds === undefined) continue;
      at = attribute(bytes, at, 4, 12);
      const milliseconds = seconds[index]! * 1000;
      bytes.writeUInt32BE(Math.floor(milliseconds / 2 ** 32), at);
      bytes.writeUInt32BE(milliseconds % 2 ** 32, at + 4);
      at += 8;
    }
    yield bytes;
  }
}

function head(type: number, flags: number, family: number, resource: number): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES);
  putHost32(bytes, 0, HEAD_BYTES);
  putHost16(bytes, 4, type);
  putHost16(bytes, 6, flags);
  bytes[16] = family;
  bytes.writeUInt16BE(resource, 18);
  return bytes;
}

function text(type: number, value: string): Buffer {
  const length = 4 + value.length + 1;
  const bytes = Buffer.alloc((length + 3) & ~3);
  attribute(bytes, 0, type, length);
  bytes.write(value, 4, 'latin1');
  return bytes;
}

/** The head of an attribute; @returns where its value begins */
function attribute(bytes: Buffer, at: number, type: number, length: number): number {
  putHost16(bytes, at, length);
  putHost16(bytes, at + 2, type);
  return at + 4;
}

function putAddress(bytes: Buffer, at: number, address: string): number {
  let value = 0;
  let next = at;
  for (let index = 0; index < address.length; index += 1) {
    const code = address.charCodeAt(index);
    if (code === 0x2e) {
      bytes[next] = value;
      next += 1;
      value = 0;
    } else value = value * 10 + code - 0x30;
  }
  bytes[next] = value;
  return at + 4;
}

const isLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

const host16 = (bytes: Buffer, at: number): number =>
  isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
const host32 = (bytes: Buffer, at: number): number =>
  isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
const putHost16 = (bytes: Buffer, at: number, value: number): number =>
  isLittle ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
const putHost32 = (bytes: Buffer, at: number, value: number): number =>
  isLittle ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);

/** ENFILE: the set is full. ENOENT: there is no such set. */
function systemError(error: number): string {
  try {
    return getSystemErrorName(error);
  } catch {
    return `${error}`;
  }
}

/**
 * A table that sends what arrives at one interface to a queue, as the kernel takes it over netlink (linux/netfilter/nfnetlink.h,
 * nf_tables.h, nf_tables_compat.h, xt_NFQUEUE.h): numbers of headers in the order of the machine, those of attributes in that of the
 * network. `nft` writes the statement `queue` alone, and kernels without it may still have the older target of iptables, which it
 * cannot write.
 */

const BATCH_BEGIN = 0x10;
const BATCH_END = 0x11;
const NFTABLES = 10;
const NEW_TABLE = (NFTABLES << 8) | 0;
const DELETE_TABLE = (NFTABLES << 8) | 2;
const NEW_CHAIN = (NFTABLES << 8) | 3;
const NEW_RULE = (NFTABLES << 8) | 6;

const REQUEST = 0x1;
const ACKNOWLEDGE = 0x4;
const CREATE = 0x400;
const APPEND = 0x800;
const NESTED = 0x8000;

const IPV4 = 2;
const PREROUTING = 0;
/** Before losses (-450) and connection tracking (-200): nothing that waits is known to any of it. */
const PRIORITY = -460;
const ACCEPT = 1;
const REGISTER = 1;
const ARRIVED_AT_NAME = 6;
const EQUAL = 0;
/** Of xt_NFQUEUE's options: one queue, and neither flag. */
const REVISION = 3;
const INTERFACE_NAME_BYTES = 16;

export type QueueExpression = 'queue' | 'target';

/** Of the family `ip`; nothing else of the lab has this name. */
export function delayTable(number: number): string {
  return `sallyport_late_${number}`;
}

/** One transaction: the table as it stands alone, whatever was there of it before. */
export function delayRules(number: number, arrivesAt: string, expression: QueueExpression): Buffer {
  const table = attribute(1, text(delayTable(number)));
  const chain = Buffer.concat([
    table,
    attribute(3, text('late')),
    nested(4, attribute(1, network32(PREROUTING)), attribute(2, network32(PRIORITY))),
    attribute(5, network32(ACCEPT)),
    attribute(7, text('filter')),
  ]);
  const rule = Buffer.concat([
    table,
    attribute(2, text('late')),
    nested(
      4,
      part('meta', attribute(2, network32(ARRIVED_AT_NAME)), attribute(1, network32(REGISTER))),
      part(
        'cmp',
        attribute(1, network32(REGISTER)),
        attribute(2, network32(EQUAL)),
        nested(3, attribute(1, interfaceName(arrivesAt))),
      ),
      toQueue(number, expression),
    ),
  ]);
  return Buffer.concat([
    message(BATCH_BEGIN, REQUEST, 0, NFTABLES),
    // Added first: deleting what is not there fails.
    message(NEW_TABLE, REQUEST | CREATE, IPV4, 0, table),
    message(DELETE_TABLE, REQUEST, IPV4, 0, table),
    message(NEW_TABLE, REQUEST | CREATE, IPV4, 0, table),
    message(NEW_CHAIN, REQUEST | CREATE, IPV4, 0, chain),
    message(NEW_RULE, REQUEST | CREATE | APPEND | ACKNOWLEDGE, IPV4, 0, rule),
    message(BATCH_END, REQUEST, 0, NFTABLES),
  ]);
}

/** Neither lets packets pass while no program reads the queue: what is said to be late must not come in time. */
function toQueue(number: number, expression: QueueExpression): Buffer {
  switch (expression) {
    case 'queue':
      return part('queue', attribute(1, network16(number)), attribute(2, network16(1)));
    case 'target':
      return part(
        'target',
        attribute(1, text('NFQUEUE')),
        attribute(2, network32(REVISION)),
        attribute(3, padded(Buffer.concat([host16(number), host16(1)]), 8)),
      );
  }
}

function part(name: string, ...data: readonly Buffer[]): Buffer {
  return nested(1, attribute(1, text(name)), nested(2, ...data));
}

function message(
  type: number,
  flags: number,
  family: number,
  resource: number,
  body: Buffer = Buffer.alloc(0),
): Buffer {
  return Buffer.concat([
    host32(20 + body.length),
    host16(type),
    host16(flags),
    Buffer.alloc(8),
    Buffer.from([family, 0]),
    network16(resource),
    body,
  ]);
}

function nested(type: number, ...parts: readonly Buffer[]): Buffer {
  return attribute(type | NESTED, Buffer.concat(parts));
}

function attribute(type: number, value: Buffer): Buffer {
  const length = 4 + value.length;
  return Buffer.concat([host16(length), host16(type), padded(value, (value.length + 3) & ~3)]);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`, 'latin1');
}

function interfaceName(name: string): Buffer {
  return padded(Buffer.from(name, 'latin1'), INTERFACE_NAME_BYTES);
}

function padded(value: Buffer, bytes: number): Buffer {
  return Buffer.concat([value, Buffer.alloc(bytes - value.length)]);
}

function network16(value: number): Buffer {
  return Buffer.from(new Uint8Array([value >>> 8, value]));
}

function network32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const host16 = (value: number): Buffer => Buffer.from(new Uint16Array([value]).buffer);
const host32 = (value: number): Buffer => Buffer.from(new Uint32Array([value]).buffer);

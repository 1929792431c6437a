import { endianness } from 'node:os';
import { describe, expect, it } from 'vitest';
import { netlinkBatch, netlinkProblem } from './netlink-batch.ts';

/** Bytes by hand, from linux/netlink.h, netfilter/nfnetlink.h and netfilter/nf_tables.h. That the kernel takes them is in tests/lab. */

const isLittle = endianness() === 'LE';

describe.skipIf(!isLittle)('a transaction over netlink', () => {
  it('is a beginning, messages and an end; the last message asks for an answer', () => {
    const bytes = netlinkBatch('inet fw', [
      { set: 'names', addresses: ['198.18.0.7'], seconds: [915], held: [] },
    ]);
    const expected = [
      // length 20, type 16 (begin), flags request, sequence 1, no port; family 0, version 0, subsystem 10
      '14000000 1000 0100 01000000 00000000 00 00 000a',
      // length 72, type 10 << 8 | 12, flags request, create, acknowledge, sequence 2; family 1 (inet)
      '48000000 0c0a 0504 02000000 00000000 01 00 0000',
      // table: length 7, type 1, `fw\0`, padding; set: length 10, type 2, `names\0`, padding
      '0700 0100 667700 00',
      '0a00 0200 6e616d657300 0000',
      // elements: length 32 with its head, type 3, nested; one element of 28
      '2000 0380 1c00 0180',
      // its key: 12, nested; the value in it: 8, the address
      '0c00 0180 0800 0100 c6120007',
      // its life: 12, type 4, 915,000 ms in the order of the network
      '0c00 0400 00000000000df638',
      // length 20, type 17 (end)
      '14000000 1100 0100 03000000 00000000 00 00 000a',
    ];
    expect(bytes.toString('hex')).toBe(expected.join('').replaceAll(' ', ''));
  });

  it('takes what is there out and puts it in again', () => {
    const types = (bytes: Buffer) => {
      const found: number[] = [];
      for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at)) {
        found.push(bytes.readUInt16LE(at + 4) & 0xff);
      }
      return found;
    };
    const change = { set: 's', addresses: ['192.0.2.1', '192.0.2.2'], seconds: [1, 2] };
    expect(types(netlinkBatch('ip t', [{ ...change, held: [] }]))).toEqual([0x10, 12, 0x11]);
    expect(types(netlinkBatch('ip t', [{ ...change, held: ['192.0.2.1'] }]))).toEqual([
      0x10, 12, 14, 12, 0x11,
    ]);
  });

  it('is committed when the kernel answers with no error, and never without an answer', () => {
    const said = (...errors: number[]) =>
      Buffer.concat(
        errors.map((error) => {
          const bytes = Buffer.alloc(36);
          bytes.writeUInt32LE(36, 0);
          bytes.writeUInt16LE(2, 4);
          bytes.writeInt32LE(error, 16);
          return bytes;
        }),
      );
    expect(netlinkProblem(said(0))).toBeUndefined();
    // 23 is ENFILE: the set is full.
    expect(netlinkProblem(said(-23, 0))).toBe('the kernel said ENFILE');
    expect(netlinkProblem(said(0, -2))).toBe('the kernel said ENOENT');
    expect(netlinkProblem(Buffer.alloc(0))).toBe('the kernel said nothing');
    expect(netlinkProblem(Buffer.alloc(64))).toBe('the kernel said nothing');
  });
});

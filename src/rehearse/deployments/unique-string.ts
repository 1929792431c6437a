import { createHash } from 'node:crypto';

/** The namespace of `guid()`, as the documentation of Bicep's string functions gives it. */
const NAMESPACE = '11fb06fb-712d-4ddd-98c7-e71bbd588830';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';

/** `uniqueString(…)`: 64 bits of MurmurHash3 over the arguments joined by `-`, in 13 letters of base 32. Names come out as Azure makes them. */
export function uniqueString(list: readonly string[]): string {
  const [low, high] = murmur(Buffer.from(list.join('-'), 'utf8'));
  let rest = (BigInt(high) << 32n) | BigInt(low);
  let text = '';
  for (let place = 0; place < 13; place += 1) {
    text += LETTERS[Number(rest >> 59n)];
    rest = BigInt.asUintN(64, rest << 5n);
  }
  return text;
}

/** `guid(…)`: a name-based UUID, version 5 (RFC 4122 4.3), of the arguments joined by `-`. */
export function templateGuid(list: readonly string[]): string {
  const namespace = Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex');
  const hash = createHash('sha1').update(namespace).update(list.join('-'), 'utf8').digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-');
}

const C1 = 0x239b961b;
const C2 = 0xab0e9789;

/** MurmurHash3 with two lanes of 32 bits, seed 0. */
function murmur(data: Uint8Array): readonly [number, number] {
  let h1 = 0;
  let h2 = 0;
  const blocks = data.length - (data.length % 8);
  for (let at = 0; at < blocks; at += 8) {
    h1 ^= Math.imul(rotate(Math.imul(word(data, at, 4), C1), 15), C2);
    h1 = (Math.imul(rotate(h1, 19) + h2, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotate(Math.imul(word(data, at + 4, 4), C2), 17), C1);
    h2 = (Math.imul(rotate(h2, 13) + h1, 5) + 0x0bcaa747) | 0;
  }
  const tail = data.length - blocks;
  if (tail > 0) {
    h1 ^= Math.imul(rotate(Math.imul(word(data, blocks, Math.min(tail, 4)), C1), 15), C2);
  }
  if (tail > 4) {
    h2 ^= Math.imul(rotate(Math.imul(word(data, blocks + 4, tail - 4), C2), 17), C1);
  }
  h1 ^= data.length;
  h2 ^= data.length;
  h1 = (h1 + h2) | 0;
  h2 = (h2 + h1) | 0;
  h1 = finish(h1);
  h2 = finish(h2);
  h1 = (h1 + h2) | 0;
  h2 = (h2 + h1) | 0;
  return [h1 >>> 0, h2 >>> 0];
}

/** Up to four bytes, lowest first. */
function word(data: Uint8Array, start: number, length: number): number {
  let value = 0;
  for (let index = 0; index < length; index += 1) {
    value |= (data[start + index] ?? 0) << (8 * index);
  }
  return value;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function finish(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

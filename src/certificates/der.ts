/**
 * The part of DER (ITU-T X.690) that a certificate needs. Node.js reads certificates and signs, but does not write them, and two
 * fixed shapes are less than a library for all.
 */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.of(tag, ...lengthOf(content.length)), content]);
}

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return der(0x30, ...parts);
}

export function setOf(...parts: readonly Uint8Array[]): Uint8Array {
  return der(0x31, ...parts);
}

/** Of an unsigned number, as bytes. A leading 0 keeps it positive. */
export function integer(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const rest = bytes.subarray(start);
  return der(0x02, ...((rest[0] ?? 0) >= 0x80 ? [Uint8Array.of(0), rest] : [rest]));
}

export function boolean(value: boolean): Uint8Array {
  return der(0x01, Uint8Array.of(value ? 0xff : 0));
}

export function utf8(text: string): Uint8Array {
  return der(0x0c, Buffer.from(text, 'utf8'));
}

export function octets(content: Uint8Array): Uint8Array {
  return der(0x04, content);
}

/** `unused` is how many of the last byte's bits do not count. */
export function bits(content: Uint8Array, unused = 0): Uint8Array {
  return der(0x03, Uint8Array.of(unused), content);
}

/** `[number]`, constructed unless told. */
export function tagged(number: number, content: Uint8Array, isPrimitive = false): Uint8Array {
  return der((isPrimitive ? 0x80 : 0xa0) | number, content);
}

/** `1.2.840.10045.4.3.2` */
export function objectId(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Uint8Array.from([40 * first + second, ...rest.flatMap(base128)]));
}

/** Until 2049, as RFC 5280 4.1.2.5 wants it. */
export function utcTime(date: Date): Uint8Array {
  const text = `${date.toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`;
  return der(0x17, Buffer.from(text, 'ascii'));
}

function base128(number: number): readonly number[] {
  const bytes = [number & 0x7f];
  for (let rest = number >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
}

import { type AddressSet, formatIpv4 } from '../../net/index.ts';
import type { Box } from '../network/box.ts';

/** A named definition of the table: `set x { … }`, with its elements one a line. */
export function definition(
  head: string,
  properties: readonly string[],
  elements: readonly string[],
): readonly string[] {
  if (elements.length === 0)
    return [`  ${head} {`, ...properties.map((line) => `    ${line}`), '  }'];
  return [
    `  ${head} {`,
    ...properties.map((line) => `    ${line}`),
    '    elements = {',
    ...elements.map((element, at) => `      ${element}${at < elements.length - 1 ? ',' : ''}`),
    '    }',
    '  }',
  ];
}

/** IPv4 ranges of a set, as elements. */
export function addressElements({ v4 }: AddressSet): readonly string[] {
  const elements: string[] = [];
  for (let at = 0; at < v4.length; at += 2) elements.push(addressRange(v4[at]!, v4[at + 1]!));
  return elements;
}

export function addressRange(low: number, high: number): string {
  return low === high ? formatIpv4(low) : `${formatIpv4(low)}-${formatIpv4(high)}`;
}

/** Numbers, not names: `nft` needs no protocol file to read them. */
export function numberRange(low: number, high: number): string {
  return low === high ? `${low}` : `${low}-${high}`;
}

/** The key of a box in a map over source, destination, protocol and, where the protocol has any, port. */
export function boxKey(box: Box, hasPorts: boolean): string {
  const key = `${addressRange(box[0]!, box[1]!)} . ${addressRange(box[2]!, box[3]!)} . ${numberRange(box[4]!, box[5]!)}`;
  return hasPorts ? `${key} . ${numberRange(box[6]!, box[7]!)}` : key;
}

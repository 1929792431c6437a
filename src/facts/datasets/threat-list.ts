import type { ThreatList } from '../datasets.ts';
import type { ParsedDataset } from './parsed-dataset.ts';

/** Microsoft's feed is not public: without a list of one's own nothing is known to be bad (AFW-81). */
export const NO_THREAT_LIST: ThreatList = {
  info: { origin: 'none', version: '' },
  addresses: [],
  fqdns: [],
};

/**
 * Reads a list of known-bad addresses and names, one a line: an address, a CIDR, a range `low-high`, a host name, or
 * `*.name`. Empty lines and what follows `#` do not count. Lines that are none of these are problems and left out.
 */
export function parseThreatList(text: string, origin: string): ParsedDataset<ThreatList> {
  const addresses: string[] = [];
  const fqdns: string[] = [];
  const problems: string[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const entry = line.replace(/#.*$/, '').trim();
    if (entry === '') continue;
    if (ADDRESS.test(entry)) addresses.push(entry);
    else if (NAME.test(entry)) fqdns.push(entry.toLowerCase().replace(/\.$/, ''));
    else problems.push(`line ${index + 1}: \`${entry}\` is neither an address nor a host name`);
  }
  return { value: { info: { origin, version: '' }, addresses, fqdns }, problems };
}

/** Digits and dots, or hexadecimal groups with colons, with an optional prefix length or upper end. */
const ADDRESS = /^(?:[\d.]+|[\da-f]*:[\da-f:.]+)(?:\/\d{1,3}|\s*-\s*(?:[\d.]+|[\da-f:.]+))?$/i;
const NAME = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)+\.?$/i;

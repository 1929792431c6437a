import type { Brand } from './brand.ts';

/** A DNS name in lower case, without the trailing dot. No wildcard. */
export type DomainName = Brand<string, 'DomainName'>;

/**
 * Normalises a host name: lower case, no trailing dot. `undefined` when a label is empty, longer than 63
 * characters, holds a character DNS host names do not use, or the whole is longer than 253. Underscores are
 * accepted (service names). A single label is a name (`localhost`); an IPv4 literal is not.
 */
export function parseDomainName(text: string): DomainName | undefined {
  const name = text.toLowerCase().replace(/\.$/, '');
  if (name.length === 0 || name.length > 253 || /^[\d.]+$/.test(name)) return undefined;
  for (const label of name.split('.')) {
    if (!/^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)) return undefined;
  }
  return name as DomainName;
}

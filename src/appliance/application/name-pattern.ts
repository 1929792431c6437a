/** A name as application rules and threat lists write it. */
export type NamePattern =
  | { readonly kind: 'any' }
  | { readonly kind: 'exact'; readonly name: string }
  /** `*.x.com`: everything below `x.com`, at any depth, and not `x.com`. */
  | { readonly kind: 'below'; readonly parent: string }
  /** `*x.com`: everything that ends so, look-alikes included. */
  | { readonly kind: 'ending'; readonly end: string };

/**
 * Reads a pattern; `undefined` for one that no host name can match: another place of the asterisk, characters that host names
 * do not have. Case and a trailing dot do not count.
 * @see AFW-51
 */
export function namePattern(text: string): NamePattern | undefined {
  const pattern = text.trim().toLowerCase().replace(/\.$/, '');
  if (pattern === '*') return { kind: 'any' };
  if (NAME.test(pattern)) return { kind: 'exact', name: pattern };
  if (!pattern.startsWith('*')) return undefined;
  const end = pattern.slice(1);
  if (end.startsWith('.') && NAME.test(end.slice(1)))
    return { kind: 'below', parent: end.slice(1) };
  return END.test(end) ? { kind: 'ending', end } : undefined;
}

/** Up to the 253 characters of a DNS name; map files break at blanks and `#`. */
const NAME = /^[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?$/;
const END = /^[a-z0-9_.-]{0,252}[a-z0-9_]$/;

/** A target FQDN as application rules write it. */
export type FqdnPattern =
  | { readonly kind: 'any' }
  | { readonly kind: 'exact'; readonly name: string }
  /** Anything, dots included, that ends so: `.x.com` for `*.x.com`. */
  | { readonly kind: 'suffix'; readonly suffix: string };

/**
 * Reads a target FQDN: a name, `*`, or one asterisk at the very start. `undefined` for every other place of an
 * asterisk, and for nothing. Case and a trailing dot do not count.
 * @see AFW-51
 */
export function parseFqdnPattern(text: string): FqdnPattern | undefined {
  const pattern = normalised(text.trim());
  if (pattern === '*') return { kind: 'any' };
  if (!/^\*?[^*\s]+$/.test(pattern)) return undefined;
  return pattern.startsWith('*')
    ? { kind: 'suffix', suffix: pattern.slice(1) }
    : { kind: 'exact', name: pattern };
}

/** Does the pattern cover the host? `*.x.com` covers any depth below `x.com` and not `x.com`; `*x.com` also `evilx.com` (AFW-51). */
export function matchesFqdn(pattern: FqdnPattern, host: string): boolean {
  switch (pattern.kind) {
    case 'any':
      return true;
    case 'exact':
      return normalised(host) === pattern.name;
    case 'suffix':
      return normalised(host).endsWith(pattern.suffix);
  }
}

function normalised(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}

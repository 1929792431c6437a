import { type FqdnPattern, matchesFqdn, parseFqdnPattern } from './fqdn-pattern.ts';

/** A target URL as Premium application rules write it. */
export interface UrlPattern {
  readonly host: FqdnPattern;
  readonly path:
    | { readonly kind: 'none' }
    | { readonly kind: 'exact'; readonly path: string }
    /** Everything that starts so. */
    | { readonly kind: 'below'; readonly start: string };
}

/**
 * Reads a target URL: `host` or `host/path` without scheme, port and query. One asterisk at the far left is part of
 * the host, one at the far right part of the path. `undefined` when it is not written so.
 * @see AFW-52
 */
export function parseUrlPattern(text: string): UrlPattern | undefined {
  const url = text.trim();
  if (/[:?#\s]/.test(url)) return undefined;
  const slash = url.indexOf('/');
  const host = parseFqdnPattern(slash < 0 ? url : url.slice(0, slash));
  if (host === undefined) return undefined;
  if (slash < 0) return { host, path: { kind: 'none' } };
  const path = url.slice(slash);
  const star = path.indexOf('*');
  if (star >= 0 && star < path.length - 1) return undefined;
  return star >= 0
    ? { host, path: { kind: 'below', start: path.slice(0, -1) } }
    : { host, path: { kind: 'exact', path } };
}

/**
 * Does the pattern cover a request? `unknown` where the documented examples do not say: a path below one that is
 * written without asterisk, and a request whose path is not known.
 * @param path of the request, with or without query; `undefined` when not known
 * @see AFW-52
 */
export function matchUrl(
  pattern: UrlPattern,
  host: string,
  path: string | undefined,
): 'yes' | 'no' | 'unknown' {
  if (!matchesFqdn(pattern.host, host)) return 'no';
  if (path === undefined) return 'unknown';
  const asked = withoutQuery(path);
  switch (pattern.path.kind) {
    case 'none':
      return asked === '/' ? 'yes' : 'unknown';
    case 'exact': {
      const wanted = pattern.path.path;
      if (asked === wanted || asked === `${wanted}/`) return 'yes';
      return `${asked}/`.startsWith(wanted.endsWith('/') ? wanted : `${wanted}/`)
        ? 'unknown'
        : 'no';
    }
    case 'below': {
      const { start } = pattern.path;
      if (asked === start) return 'unknown';
      return asked.startsWith(start) ? 'yes' : 'no';
    }
  }
}

function withoutQuery(path: string): string {
  const bare = path.replace(/[?#].*$/, '');
  return bare.startsWith('/') ? bare : `/${bare}`;
}

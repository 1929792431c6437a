/**
 * Symbols name run-time attributes that only Azure knows, so that two mentions of one attribute unify
 * (iac-formats 2.4: a route's next hop "private address of firewall F" is a hop to F although no number is known).
 * A key is the lower-cased resource id.
 */
export const privateAddressOf = (resourceKey: string): string => `private-address:${resourceKey}`;
export const publicAddressOf = (resourceKey: string): string => `public-address:${resourceKey}`;
export const attributeOf = (resourceKey: string, attribute: string): string =>
  `attribute:${resourceKey}:${attribute.toLowerCase()}`;

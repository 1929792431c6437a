import type { Condition } from '../../flows/index.ts';
import type { RouteTable, UserRoute } from '../../model/index.ts';
import { ALL_ADDRESSES, NO_ADDRESSES, type Prefix } from '../../net/index.ts';
import { type Network, PUBLIC_IPV4, type SubnetPlacement } from '../../network/index.ts';
import { isUnknown, publicAddressOf, type Unknown } from '../../values/index.ts';
import { type Candidate, STRENGTH, type Strength } from './symbolic-candidate.ts';
import { PrefixTable, publishedPrefixes } from './symbolic-prefixes.ts';

/** A route at one of its prefixes. */
export interface Pinned {
  readonly prefix: Prefix;
  readonly route: Candidate['route'];
}

/** The routes somebody wrote for a subnet. */
export interface Written {
  readonly routes: readonly Candidate[];
  /** Each at every prefix it is known to have. */
  readonly byPrefix: PrefixTable<Pinned>;
}

/**
 * The table attached to a subnet. One that is not in the input, or is only referred to, may hold any route to anywhere.
 * @see AZN-08 prefixes, AZN-16 service tags
 */
export function writtenRoutes(network: Network, { routeTable: link }: SubnetPlacement): Written {
  switch (link.kind) {
    case 'none':
      return listed([]);
    case 'unknown':
      return listed([anyRoute(link.unknown)]);
    case 'dangling': {
      const missing = `the routes of route table ${link.id}, which is not in the input`;
      return listed([anyRoute(notSeen(link.id, missing, link.at))]);
    }
    default: {
      const table = link.target;
      const routes = table.routes.map((route) => writtenRoute(network, table, route));
      if (table.isReference !== true) return listed(routes);
      const missing = `the routes of route table ${table.name}, which is only referred to`;
      return listed([...routes, anyRoute(notSeen(table.name, missing, table.at))]);
    }
  }
}

/** What the existence of the table hangs on; empty: it is there. */
export function doubtsAboutTable(table: RouteTable): readonly Condition[] {
  return table.exists === undefined ? [] : [{ missing: table.exists.missing, at: table.exists.at }];
}

function listed(routes: readonly Candidate[]): Written {
  const byPrefix = new PrefixTable<Pinned>();
  for (const { route } of routes) {
    for (const prefix of route.prefixes) byPrefix.add(prefix, { prefix, route });
  }
  return { routes, byPrefix };
}

function writtenRoute(network: Network, table: RouteTable, route: UserRoute): Candidate {
  const { destination } = route;
  const doubts = doubtsAboutTable(table);
  const made = (
    fact: 'AZN-08' | 'AZN-09' | 'AZN-16',
    prefixes: readonly Prefix[],
    needs: readonly Condition[] = [],
  ): Candidate['route'] => ({
    name: route.name,
    prefixes,
    prefixText: route.destinationText,
    source: 'User',
    nextHopType: route.nextHopType,
    nextHops: route.nextHopAddresses,
    uncertain: [...doubts, ...needs],
    fact,
    at: route.at,
    table,
  });
  const strength = STRENGTH.written;
  if (isUnknown(destination)) {
    // A host route of a public address that Azure has yet to give takes that address and no other: none that is written.
    const symbol = ownHost(destination);
    if (symbol !== undefined) {
      return { route: made('AZN-09', []), strength, reach: NO_ADDRESSES, symbol };
    }
    const need = { missing: destination.missing, at: destination.at };
    return { route: made('AZN-09', [], [need]), strength, reach: ALL_ADDRESSES };
  }
  if (destination.kind === 'prefix')
    return { route: made('AZN-08', [destination.prefix]), strength };
  const { tag } = destination;
  const published = publishedPrefixes(network.perimeter.snapshot.datasets.serviceTags, tag);
  if (published !== undefined) {
    return { route: made('AZN-16', published), strength: strengthOfTag(tag) };
  }
  const need = { missing: `members of service tag ${tag}`, at: route.at };
  return {
    route: made('AZN-16', [], [need]),
    strength: strengthOfTag(tag),
    reach: PUBLIC_IPV4,
  };
}

/** AZN-16: a service in a region, a service, all of a region, all of Azure. */
function strengthOfTag(tag: string): Strength {
  const isRegional = tag.includes('.');
  if (!/^azurecloud(\.|$)/i.test(tag)) {
    return isRegional ? STRENGTH.regionalTag : STRENGTH.globalTag;
  }
  return isRegional ? STRENGTH.regionTag : STRENGTH.cloudTag;
}

/** Any route to anywhere, in a table that is not known. */
function anyRoute(unknown: Unknown): Candidate {
  const { missing, at, text } = unknown;
  return {
    route: {
      name: 'of a table that is not known',
      prefixes: [],
      prefixText: text,
      source: 'User',
      nextHopType: unknown,
      nextHops: [],
      uncertain: [{ missing, at }],
      fact: 'AZN-08',
      at,
    },
    strength: STRENGTH.written,
    reach: ALL_ADDRESSES,
  };
}

function notSeen(text: string, missing: string, at: Unknown['at']): Unknown {
  return { kind: 'unknown', reason: 'external-link', text, missing, at };
}

/** `<address of a public IP>/32`, by the symbol of that text: the symbol of the address. */
function ownHost({ symbol }: Unknown): string | undefined {
  const [, key] = /^text:«public-address:([^«»]+)»\/32$/.exec(symbol ?? '') ?? [];
  // Symbols inside texts write another slash.
  return key === undefined ? undefined : publicAddressOf(key.replaceAll('∕', '/'));
}

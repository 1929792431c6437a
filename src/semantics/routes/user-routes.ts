import type { UserRoute } from '../../model/index.ts';
import { ALL_ADDRESSES, NO_ADDRESSES } from '../../net/index.ts';
import { type Network, PUBLIC_IPV4, type SubnetPlacement, unseen } from '../../network/index.ts';
import { isUnknown, publicAddressOf, type Unknown } from '../../values/index.ts';
import type { MissingFact } from '../verdict.ts';
import type { DraftRoute } from './draft-route.ts';
import type { EffectiveRoute } from './effective-route.ts';
import { RANK } from './rank.ts';
import { prefixesOfTag, tagPrecedence } from './tag-prefixes.ts';

/**
 * The routes of the attached table. A table that is not in the input, or only referred to, may hold any route: it adds
 * one whose prefix and next hop are unknown.
 */
export function userRoutes(network: Network, subnet: SubnetPlacement): DraftRoute[] {
  const { routeTable } = subnet;
  switch (routeTable.kind) {
    case 'none':
      return [];
    case 'unknown':
      return [anyRoute(routeTable.unknown)];
    case 'dangling': {
      const missing = `the routes of route table ${routeTable.id}, which is not in the input`;
      return [anyRoute(unseen(routeTable.id, missing, routeTable.at))];
    }
    default: {
      const table = routeTable.target;
      const uncertain: MissingFact[] =
        table.exists === undefined ? [] : [{ missing: table.exists.missing, at: table.exists.at }];
      const routes = table.routes.map((route) => userRoute(network, route, { table, uncertain }));
      if (table.isReference !== true) return routes;
      const missing = `the routes of route table ${table.name}, which is only referred to`;
      return [...routes, anyRoute(unseen(table.name, missing, table.at))];
    }
  }
}

function anyRoute(unknown: Unknown): DraftRoute {
  const route = {
    name: 'of a table that is not known',
    prefixes: [],
    prefixText: unknown.text,
    source: 'User',
    nextHopType: unknown,
    nextHops: [],
    uncertain: [{ missing: unknown.missing, at: unknown.at }],
    fact: 'AZN-08',
    at: unknown.at,
  } as const;
  return { route, rank: RANK.userCidr, reach: ALL_ADDRESSES };
}

function userRoute(
  network: Network,
  route: UserRoute,
  from: Pick<EffectiveRoute, 'uncertain'> & {
    readonly table: NonNullable<EffectiveRoute['table']>;
  },
): DraftRoute {
  const base = {
    name: route.name,
    prefixText: route.destinationText,
    source: 'User',
    nextHopType: route.nextHopType,
    nextHops: route.nextHopAddresses,
    at: route.at,
    table: from.table,
    uncertain: from.uncertain,
  } as const;
  const { destination } = route;
  const own = isUnknown(destination) ? ownHost(destination) : undefined;
  if (own !== undefined) {
    // A host route of a public address that Azure has yet to give: it holds that address and no other, and an address
    // that somebody wrote, or that belongs to somebody else, is not it.
    return {
      route: { ...base, prefixes: [], fact: 'AZN-09' },
      rank: RANK.userCidr,
      reach: NO_ADDRESSES,
      symbol: own,
    };
  }
  if (isUnknown(destination)) {
    const uncertain = [...from.uncertain, { missing: destination.missing, at: destination.at }];
    return {
      route: { ...base, prefixes: [], uncertain, fact: 'AZN-09' },
      rank: RANK.userCidr,
      reach: ALL_ADDRESSES,
    };
  }
  if (destination.kind === 'prefix') {
    return {
      route: { ...base, prefixes: [destination.prefix], fact: 'AZN-08' },
      rank: RANK.userCidr,
    };
  }
  const { tag } = destination;
  const rank = RANK.userTag + tagPrecedence(tag);
  const prefixes = prefixesOfTag(network.perimeter.snapshot.datasets.serviceTags, tag);
  if (prefixes !== undefined) return { route: { ...base, prefixes, fact: 'AZN-16' }, rank };
  const uncertain = [...from.uncertain, { missing: `members of service tag ${tag}`, at: route.at }];
  return { route: { ...base, prefixes: [], uncertain, fact: 'AZN-16' }, rank, reach: PUBLIC_IPV4 };
}

/** `concat(reference(pip).ipAddress, '/32')`: the symbol of that public address; `undefined` for any other unknown. */
export function ownHost(destination: Unknown): string | undefined {
  const key = /^text:«public-address:([^«»]+)»\/32$/.exec(destination.symbol ?? '')?.[1];
  return key === undefined ? undefined : publicAddressOf(key.replaceAll('∕', '/'));
}

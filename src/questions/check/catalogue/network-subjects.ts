import type { NetworkSecurityGroup, SecurityRule, UserRoute } from '../../../model/index.ts';
import type { Prefix } from '../../../net/index.ts';
import type { SubnetPlacement } from '../../../network/index.ts';
import { ownHost } from '../../../semantics/routes/user-routes.ts';
import { isUnknown } from '../../../values/index.ts';
import type { CheckContext } from '../finding.ts';
import type { Judgement } from '../judge.ts';

/** What the network checks ask about: subnets, and the routes and security rules that act in them. */

export interface SubnetRoute {
  readonly subnet: SubnetPlacement;
  readonly route: UserRoute;
}

/** Without a route: the table is attached and its routes are not in the input. */
export interface PerhapsRoute {
  readonly subnet: SubnetPlacement;
  readonly route?: UserRoute;
}

export function subnetsOf(context: CheckContext): readonly SubnetPlacement[] {
  return [...context.network.subnets.values()].filter(({ subnet }) => subnet.isReference !== true);
}

export interface RuleSubject {
  readonly nsg: NetworkSecurityGroup;
  readonly rule: SecurityRule;
}

export function securityGroupsOf(context: CheckContext): readonly NetworkSecurityGroup[] {
  return [...context.perimeter.networkSecurityGroups.values()].filter(
    (nsg) => nsg.isReference !== true,
  );
}

export function securityRulesOf(context: CheckContext): readonly RuleSubject[] {
  return securityGroupsOf(context).flatMap((nsg) => nsg.rules.map((rule) => ({ nsg, rule })));
}

/** Subnets that hold nodes or pods of a cluster. */
export function nodeSubnets(context: CheckContext): readonly SubnetPlacement[] {
  const found = new Map<string, SubnetPlacement>();
  for (const cluster of context.network.clusters) {
    for (const pool of cluster.pools) {
      for (const link of [pool.nodeSubnet, pool.podSubnet])
        if (link.kind === 'found') found.set(link.target.subnet.key, link.target);
    }
  }
  return [...found.values()];
}

export function isFirewallSubnet({ subnet }: SubnetPlacement): boolean {
  return /^azurefirewall(management)?subnet$/i.test(subnet.name);
}

export function isDefault(route: UserRoute): boolean {
  if (isUnknown(route.destination) || route.destination.kind !== 'prefix') return false;
  const { prefix }: { prefix: Prefix } = route.destination;
  return prefix.family === 4 && prefix.length === 0;
}

/** A route to an appliance, or one that may be. */
export function mayLeadToAppliance({ nextHopType: type }: UserRoute): boolean {
  return isUnknown(type) || type === 'VirtualAppliance' || type === 'VirtualApplianceEcmp';
}

/** Does the subnet send its default route to an appliance? */
export function goesThroughAppliance(subnet: SubnetPlacement): UserRoute | undefined {
  return subnet.routeTable.kind === 'found'
    ? subnet.routeTable.target.routes.find(
        (route) => isDefault(route) && !isUnknown(route.nextHopType) && mayLeadToAppliance(route),
      )
    : undefined;
}

/** Routes of every known table, once per subnet it is attached to. */
export function routesOf(context: CheckContext): readonly SubnetRoute[] {
  return subnetsOf(context).flatMap((subnet) =>
    subnet.routeTable.kind === 'found'
      ? subnet.routeTable.target.routes.map((route) => ({ subnet, route }))
      : [],
  );
}

/** The default routes of a subnet, those that only may be one, and the table nobody has shown us. */
export function defaultRoutesOf(subnet: SubnetPlacement): readonly PerhapsRoute[] {
  const link = subnet.routeTable;
  if (link.kind === 'none') return [];
  if (link.kind !== 'found') return [{ subnet }];
  const routes = link.target.routes
    .filter((route) =>
      isUnknown(route.destination) ? ownHost(route.destination) === undefined : isDefault(route),
    )
    .map((route) => ({ subnet, route }));
  return link.target.isReference === true ? [...routes, { subnet }] : routes;
}

/** Is this route the default one? The judgement when that cannot be told. */
export function undecidedDefault({ subnet, route }: PerhapsRoute): Judgement | undefined {
  if (route !== undefined && !isUnknown(route.destination)) return undefined;
  const link = subnet.routeTable;
  return {
    kind: 'undecided',
    message: `Whether ${subnet.subnet.name} has a default route is not known.`,
    missing:
      route !== undefined && isUnknown(route.destination)
        ? route.destination.missing
        : link.kind === 'unknown'
          ? link.unknown.missing
          : `the routes of the route table of ${subnet.subnet.name}`,
    at: route?.at ?? subnet.subnet.at,
  };
}

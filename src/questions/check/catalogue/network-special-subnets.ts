import { ALL_IPV4 } from '../../../net/index.ts';
import { findOwner, type SubnetPlacement } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS } from '../judge.ts';
import { undecided } from './firewall-settings.ts';
import {
  defaultRoutesOf,
  type PerhapsRoute,
  subnetsOf,
  undecidedDefault,
} from './network-subjects.ts';

/** Subnets whose name is a contract: smallest prefix, and what must not be attached (azure-networking 1.2). */
const SPECIAL: Readonly<
  Record<string, { readonly longest: number; readonly nsg: boolean; readonly udr: boolean }>
> = {
  azurefirewallsubnet: { longest: 26, nsg: false, udr: true },
  azurefirewallmanagementsubnet: { longest: 26, nsg: false, udr: true },
  gatewaysubnet: { longest: 29, nsg: false, udr: true },
  azurebastionsubnet: { longest: 26, nsg: true, udr: false },
  // Older pages ask for a /27, newer ones for a /26: only what both refuse is a fault.
  routeserversubnet: { longest: 27, nsg: false, udr: false },
};

const specialSubnet = eachSubject<SubnetPlacement>({
  id: 'network/special-subnet',
  severity: 'error',
  title: 'Subnets that Azure services own have the size and the attachments these services accept.',
  explanation:
    'AzureFirewallSubnet and AzureBastionSubnet need a /26 (Bastion hosts since November 2021), RouteServerSubnet a /27, GatewaySubnet a /29 at least. Firewall, gateway and route server subnets take no security group, those of Bastion and the route server no route table.',
  fix: 'enlarge the subnet; detach the security group or route table',
  facts: ['AFW-E28', 'AZS-11'],
  covers: ['NET-04'],
  subjects: (context) =>
    subnetsOf(context).filter(({ subnet }) => SPECIAL[subnet.name.toLowerCase()] !== undefined),
  none: 'no subnet with a special name',
  key: ({ subnet }) => subnet.key,
  judge: (placement) => {
    const { subnet } = placement;
    const rule = SPECIAL[subnet.name.toLowerCase()]!;
    const unknown = subnet.prefixes.find(isUnknown);
    const lengths = subnet.prefixes.flatMap((one) =>
      !isUnknown(one) && one.prefix.family === 4 ? [one.prefix.length] : [],
    );
    const length = Math.min(...lengths);
    const nsg = rule.nsg ? 'none' : placement.networkSecurityGroup.kind;
    const udr = rule.udr ? 'none' : placement.routeTable.kind;
    const faults = [
      ...(unknown !== undefined || lengths.length === 0 || length <= rule.longest
        ? []
        : [`a /${length} where a /${rule.longest} is needed`]),
      ...(nsg === 'none' || nsg === 'unknown' ? [] : ['a network security group']),
      ...(udr === 'none' || udr === 'unknown' ? [] : ['a route table']),
    ];
    if (faults.length === 0 && unknown !== undefined)
      return undecided(`The size of ${subnet.name} is not known.`, unknown);
    if (faults.length === 0 && (lengths.length === 0 || nsg === 'unknown' || udr === 'unknown'))
      return {
        kind: 'undecided',
        message: `Whether ${subnet.name} is as its service needs it is not known.`,
        missing:
          lengths.length === 0
            ? `the prefix of ${subnet.name}`
            : `what is attached to ${subnet.name}`,
        at: subnet.at,
      };
    if (faults.length === 0) return HOLDS;
    return {
      kind: 'fails',
      message: `${subnet.name} has ${faults.join(' and ')}.`,
      places: [{ at: subnet.at, what: `subnet ${subnet.name}` }],
      evidence: faults,
    };
  },
});

const gatewayDefaultRoute = eachSubject<PerhapsRoute>({
  id: 'network/gateway-subnet-default-route',
  severity: 'error',
  title: 'Gateway subnets have no default route to an appliance.',
  explanation:
    'GatewaySubnet must not have a default route at all, and a classic Application Gateway subnet only one to the internet: otherwise the gateway loses its control plane or its clients.',
  fix: 'remove the route; use specific prefixes where traffic must be inspected',
  facts: ['AZS-63'],
  covers: ['NET-05', 'A12'],
  subjects: (context) =>
    subnetsOf(context)
      .filter(
        (subnet) =>
          subnet.subnet.name.toLowerCase() === 'gatewaysubnet' ||
          isApplicationGatewaySubnet(context, subnet),
      )
      .flatMap(defaultRoutesOf),
  none: 'no gateway subnet has a default route',
  key: keyOf,
  judge: (subject, context) => {
    const { subnet, route } = subject;
    const open = undecidedDefault(subject);
    if (open !== undefined || route === undefined) return open ?? HOLDS;
    const type = route.nextHopType;
    if (isUnknown(type))
      return undecided(
        `Where the default route of ${subnet.subnet.name} leads is not known.`,
        type,
      );
    const applicationGateway = isApplicationGatewaySubnet(context, subnet);
    if (type === 'Internet' && applicationGateway) return HOLDS;
    if (applicationGateway && isIsolated(context, subnet)) {
      return {
        kind: 'undecided',
        message: `${subnet.subnet.name} has a default route to an appliance, which network isolation may permit.`,
        missing: 'whether the subscription feature for network isolation is registered',
        at: route.at,
      };
    }
    return {
      kind: 'fails',
      message: `${subnet.subnet.name} sends everything to ${type}: its gateway breaks.`,
      places: [{ at: route.at, what: `route ${route.name} ${route.destinationText}` }],
      evidence: [`${route.destinationText} → ${type}`],
    };
  },
});

const firewallRouteToItself = eachSubject<PerhapsRoute>({
  id: 'network/firewall-subnet-default-route',
  severity: 'error',
  title: 'The firewall’s own subnet goes to the internet directly.',
  explanation:
    'A default route on AzureFirewallSubnet that leads back to the firewall is a loop; one to another appliance is forced tunnelling, which needs a management interface and ends DNAT. The firewall needs no route of its own.',
  fix: 'remove the route table from AzureFirewallSubnet, or make its default route lead to the internet',
  facts: ['AZN-18', 'AFW-E29'],
  covers: ['A4', 'NET-11', 'FW-29'],
  subjects: (context) =>
    subnetsOf(context)
      .filter((subnet) => subnet.subnet.name.toLowerCase() === 'azurefirewallsubnet')
      .flatMap(defaultRoutesOf),
  none: 'no default route on AzureFirewallSubnet',
  key: keyOf,
  judge: (subject, context) => {
    const { subnet, route } = subject;
    const open = undecidedDefault(subject);
    if (open !== undefined || route === undefined) return open ?? HOLDS;
    const type = route.nextHopType;
    if (isUnknown(type))
      return undecided('Where the firewall’s own default route leads is not known.', type);
    if (type === 'Internet') return HOLDS;
    const places = [{ at: route.at, what: `route ${route.name} ${route.destinationText}` }];
    const evidence = [`${route.destinationText} → ${type}`];
    const owners = route.nextHopAddresses.flatMap((hop) =>
      findOwner(
        context.network,
        isUnknown(hop)
          ? {
              kind: 'within',
              addresses: ALL_IPV4,
              ...(hop.symbol === undefined ? {} : { symbol: hop.symbol }),
            }
          : { kind: 'exact', ip: hop },
        { vnetKey: subnet.vnet.key },
      ),
    );
    const own = owners.filter(({ owner }) => owner.kind === 'firewall-private');
    if (own.some(({ certainty }) => certainty === 'yes'))
      return {
        kind: 'fails',
        message: 'The firewall routes to itself: every packet runs in a circle.',
        places,
        evidence,
      };
    const here = [...context.network.firewalls.values()].filter(
      (one) => one.subnet.kind === 'found' && one.subnet.target.subnet.key === subnet.subnet.key,
    );
    if (!here.some(({ firewall }) => firewall.managementIpConfiguration !== undefined))
      return {
        kind: 'fails',
        message: `The firewall’s default route leads to ${type} and it has no management interface.`,
        places,
        evidence,
      };
    const hop = route.nextHopAddresses.find(isUnknown);
    if (hop !== undefined)
      return undecided('Whether the firewall routes to itself is not known.', hop);
    const translates = here.some(({ firewall, policies }) =>
      [
        ...firewall.collections,
        ...policies.flatMap((policy) => policy.groups.flatMap((group) => group.collections)),
      ].some((collection) => collection.kind === 'dnat' && collection.rules.length > 0),
    );
    if (!translates) return HOLDS;
    return {
      kind: 'fails',
      message: 'The firewall is force-tunnelled and has DNAT rules, which then do not work.',
      places,
      evidence: ['DNAT is not available with forced tunnelling'],
    };
  },
});

export const NETWORK_SPECIAL_SUBNET_CHECKS: readonly Check[] = [
  specialSubnet,
  gatewayDefaultRoute,
  firewallRouteToItself,
];

function keyOf({ subnet, route }: PerhapsRoute): string {
  return route === undefined ? subnet.subnet.key : `${subnet.subnet.key} ${route.key}`;
}

function isApplicationGatewaySubnet(context: CheckContext, subnet: SubnetPlacement): boolean {
  return [...context.perimeter.applicationGateways.values()].some(
    (gateway) =>
      gateway.subnet !== undefined &&
      !isUnknown(gateway.subnet) &&
      gateway.subnet.key === subnet.subnet.key,
  );
}

function isIsolated(context: CheckContext, subnet: SubnetPlacement): boolean {
  return (
    subnet.subnet.delegations.includes('microsoft.network/applicationgateways') &&
    [...context.perimeter.applicationGateways.values()].some(
      (gateway) =>
        gateway.isIsolated &&
        gateway.subnet !== undefined &&
        !isUnknown(gateway.subnet) &&
        gateway.subnet.key === subnet.subnet.key,
    )
  );
}

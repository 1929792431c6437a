import { assertNever, type Place } from '../../diagnostics/index.ts';
import type { FactId } from '../../facts/index.ts';
import type { NatGateway, Reference } from '../../model/index.ts';
import { addressesOfPrefixes } from '../../net/index.ts';
import {
  addressWithin,
  type ClusterPlacement,
  type KnownAddress,
  type Link,
  type Network,
  type PoolPlacement,
  PUBLIC_IPV4,
  publicAddress,
  type SubnetPlacement,
} from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { FlowAddress } from '../flow.ts';
import type { Decider, MissingFact } from '../verdict.ts';
import { oneOf } from './flow-address.ts';

/** What the sender itself brings along. Absent means no. */
export interface OutboundHow {
  /** The sending interface has a public address of its own. */
  readonly nicHasPublicIp?: boolean | 'unknown';
  readonly nicPublicAddress?: KnownAddress;
  /** Backend of a public Standard load balancer with an outbound rule (or a rule that keeps outbound SNAT). */
  readonly behindLoadBalancerOutbound?: boolean | 'unknown';
  readonly loadBalancerAddresses?: readonly KnownAddress[];
  /** Where the sender's public address or outbound rule is written. */
  readonly at?: Place;
}

/** How a flow that was routed to `Internet` gets out, and which source address the world sees. */
export type OutboundChoice =
  | {
      readonly kind: 'nat-gateway' | 'instance-address' | 'load-balancer' | 'default-access';
      /** After translation. */
      readonly source: FlowAddress;
      readonly by: Decider;
      readonly facts: readonly FactId[];
    }
  /** No outbound method: dropped. */
  | { readonly kind: 'none'; readonly by: Decider; readonly facts: readonly FactId[] }
  | {
      readonly kind: 'unknown';
      /** Some public address, should it get out at all. */
      readonly source: FlowAddress;
      readonly by: Decider;
      readonly why: readonly MissingFact[];
      readonly facts: readonly FactId[];
    };

/**
 * The outbound method of an IPv4 flow from an interface in a subnet. Ask only when the effective route says
 * `Internet`: any other next hop means that the platform translates nothing (AZS-01).
 * @param subnetKey lower-cased id; a subnet that is not in the input gives `unknown`
 * @see AZS-02 NAT gateway first, AZS-03 then the instance's own address, AZS-04 then load balancer outbound,
 *   AZS-05 then default outbound access, AZS-07 else nothing
 */
export function internetOutbound(
  network: Network,
  subnetKey: string,
  how: OutboundHow,
): OutboundChoice {
  const subnet = network.subnets.get(subnetKey);
  if (subnet === undefined) {
    return undecided('subnet', [{ missing: `subnet \`${subnetKey}\` (not in the input)` }]);
  }
  return choose(network, subnet, how);
}

/**
 * The outbound method of a node of one pool: what AKS itself builds for its outbound type, then the subnet's own means.
 * @param subnetKey the subnet the flow leaves from, when it is not the pool's node subnet (a pod subnet)
 * @see AKS-20 what each outbound type makes. AKS-22 `block` denies all egress.
 */
export function clusterInternetOutbound(
  network: Network,
  cluster: ClusterPlacement,
  pool: PoolPlacement,
  subnetKey?: string,
): OutboundChoice {
  const written = cluster.cluster?.network.outboundType;
  const at = cluster.cluster?.network.at;
  if (isUnknown(written)) {
    return undecided('outbound type', [{ missing: written.missing, at: written.at }], ['AKS-20']);
  }
  const type = written ?? 'loadbalancer';
  const name = `${cluster.name}: outboundType ${type}`;
  if (type === 'block') {
    return {
      kind: 'none',
      by: { kind: 'platform', name, fact: 'AKS-22', ...placed(at) },
      facts: ['AKS-22'],
    };
  }
  if (type.startsWith('managednatgateway')) {
    const label = `NAT gateway of ${cluster.name}`;
    return {
      kind: 'nat-gateway',
      source: { kind: 'within', addresses: PUBLIC_IPV4, label },
      by: { kind: 'platform', name, fact: 'AKS-20', ...placed(at) },
      facts: ['AKS-20', 'AZS-02'],
    };
  }
  const nodePublic = pool.pool.enableNodePublicIp;
  const how: OutboundHow = {
    nicHasPublicIp: isUnknown(nodePublic) ? 'unknown' : (nodePublic ?? false),
    behindLoadBalancerOutbound: type === 'loadbalancer',
    loadBalancerAddresses:
      type === 'loadbalancer' ? loadBalancerOutboundAddresses(network, cluster) : [],
    ...placed(nodePublic === true ? pool.pool.at : at),
  };
  const other = subnetKey === undefined ? undefined : network.subnets.get(subnetKey);
  return other === undefined
    ? chooseOnLink(network, pool.nodeSubnet, how, cluster.name)
    : choose(network, other, how);
}

/** Addresses that the cluster's own load balancer sends from. Empty: AKS manages them and no file says which. */
export function loadBalancerOutboundAddresses(
  network: Network,
  cluster: ClusterPlacement,
): readonly KnownAddress[] {
  const written = cluster.cluster?.network;
  if (written === undefined) return [];
  return [
    ...publicAddresses(network, written.outboundIps),
    ...prefixAddresses(network, written.outboundIpPrefixes),
  ];
}

/** Every address a NAT gateway may send from. Those that only Azure knows lie somewhere in public space. */
export function natGatewayAddresses(
  network: Network,
  gateway: NatGateway,
): readonly KnownAddress[] {
  return [
    ...publicAddresses(network, gateway.publicIps),
    ...prefixAddresses(network, gateway.publicIpPrefixes),
  ];
}

function chooseOnLink(
  network: Network,
  link: Link<SubnetPlacement>,
  how: OutboundHow,
  clusterName: string,
): OutboundChoice {
  switch (link.kind) {
    case 'found':
      return choose(network, link.target, how);
    case 'none':
      return (
        withoutSubnet(how) ??
        // AKS-managed networks are private when made since 31 March 2026; nothing in the input tells their age.
        undecided(
          'subnet managed by AKS',
          [{ missing: `whether the subnet that AKS made for ${clusterName} is private` }],
          ['AZS-06'],
        )
      );
    case 'dangling':
      return undecided('node subnet', [
        { missing: `subnet \`${link.id}\` (not in the input)`, at: link.at },
      ]);
    case 'unknown':
      return undecided('node subnet', [{ missing: link.unknown.missing, at: link.unknown.at }]);
    default:
      return assertNever(link);
  }
}

function choose(network: Network, subnet: SubnetPlacement, how: OutboundHow): OutboundChoice {
  return throughNatGateway(network, subnet) ?? withoutSubnet(how) ?? throughDefaultAccess(subnet);
}

function throughNatGateway(network: Network, subnet: SubnetPlacement): OutboundChoice | undefined {
  const link = subnet.natGateway;
  const facts: FactId[] = ['AZS-02'];
  switch (link.kind) {
    case 'none':
      return undefined;
    case 'unknown':
      return undecided(
        `NAT gateway of ${subnet.subnet.name}`,
        [{ missing: link.unknown.missing, at: link.unknown.at }],
        facts,
      );
    case 'dangling': {
      const name = nameOf(link.id);
      return {
        kind: 'nat-gateway',
        source: { kind: 'within', addresses: PUBLIC_IPV4, label: `NAT gateway ${name}` },
        by: { kind: 'platform', name: `NAT gateway ${name}`, at: link.at, fact: 'AZS-02' },
        facts,
      };
    }
    case 'found': {
      const label = `NAT gateway ${link.target.name}`;
      return {
        kind: 'nat-gateway',
        source: oneOf(natGatewayAddresses(network, link.target), label, PUBLIC_IPV4),
        by: {
          kind: 'platform',
          name: `${label} on ${subnet.subnet.name}`,
          at: link.at ?? link.target.at,
          fact: 'AZS-02',
        },
        facts,
      };
    }
    default:
      return assertNever(link);
  }
}

/** Steps 3 and 4 of the order: what the sender brings, whatever the subnet. */
function withoutSubnet(how: OutboundHow): OutboundChoice | undefined {
  if (how.nicHasPublicIp === 'unknown') {
    return undecided(
      'public address of the interface',
      [{ missing: 'whether the interface has a public address', ...placed(how.at) }],
      ['AZS-03'],
    );
  }
  if (how.nicHasPublicIp === true) {
    const own = how.nicPublicAddress;
    return {
      kind: 'instance-address',
      source: oneOf(own === undefined ? [] : [own], 'public address of the interface', PUBLIC_IPV4),
      by: {
        kind: 'platform',
        name: 'instance-level public address',
        fact: 'AZS-03',
        ...placed(how.at),
      },
      facts: ['AZS-03'],
    };
  }
  if (how.behindLoadBalancerOutbound === 'unknown') {
    return undecided(
      'load balancer outbound',
      [
        {
          missing: 'whether a load balancer outbound rule serves the interface',
          ...placed(how.at),
        },
      ],
      ['AZS-04'],
    );
  }
  if (how.behindLoadBalancerOutbound === true) {
    return {
      kind: 'load-balancer',
      source: oneOf(how.loadBalancerAddresses ?? [], 'load balancer outbound address', PUBLIC_IPV4),
      by: {
        kind: 'platform',
        name: 'load balancer outbound rule',
        fact: 'AZS-04',
        ...placed(how.at),
      },
      facts: ['AZS-04'],
    };
  }
  return undefined;
}

/**
 * AZS-05, AZS-06: `false` makes the subnet private. Absent means implicit access, except that API versions released
 * after 31 March 2026 make the subnets of a *new* VNet private, and no file says whether the VNet is new.
 */
function throughDefaultAccess(subnet: SubnetPlacement): OutboundChoice {
  const { defaultOutboundAccess: written, name, at, apiVersion } = subnet.subnet;
  if (isUnknown(written)) {
    return undecided(
      `default outbound access of ${name}`,
      [{ missing: written.missing, at: written.at }],
      ['AZS-05'],
    );
  }
  if (written === false) {
    return {
      kind: 'none',
      by: { kind: 'platform', name: `private subnet ${name}`, at, fact: 'AZS-07' },
      facts: ['AZS-05', 'AZS-07'],
    };
  }
  if (name.toLowerCase() === 'gatewaysubnet') {
    // What leaves here was sent by clients behind the gateway; the page speaks of virtual machines in the subnet.
    return undecided(
      `default outbound access of ${name}`,
      [
        {
          missing: `whether the gateway in \`${name}\` hands on to the internet what its clients send`,
          at,
        },
      ],
      ['AZS-05'],
    );
  }
  if (written === undefined && apiVersion !== undefined && isAfterPrivateDefault(apiVersion)) {
    return undecided(
      `default outbound access of ${name}`,
      [
        {
          missing: `an explicit \`defaultOutboundAccess\` on subnet \`${name}\` (with API version ${apiVersion} the subnets of a new virtual network are private, those of an existing one are not)`,
          at,
        },
      ],
      ['AZS-06'],
    );
  }
  return {
    kind: 'default-access',
    source: { kind: 'within', addresses: PUBLIC_IPV4, label: 'an address Azure lends' },
    by: { kind: 'default', name: `default outbound access of ${name}`, fact: 'AZS-05', at },
    facts: ['AZS-05'],
  };
}

/** API versions begin with their date. A preview of a date counts as that date. */
function isAfterPrivateDefault(apiVersion: string): boolean {
  return apiVersion.slice(0, 10) > '2026-03-31';
}

function publicAddresses(network: Network, references: readonly Reference[]): KnownAddress[] {
  const { publicIps, publicIpPrefixes } = network.perimeter;
  return references.map((reference) => {
    const label = isUnknown(reference) ? reference.text : nameOf(reference.id);
    return publicAddress(reference, publicIps, publicIpPrefixes, `public address ${label}`).address;
  });
}

function prefixAddresses(network: Network, references: readonly Reference[]): KnownAddress[] {
  return references.map((reference) => {
    if (isUnknown(reference)) {
      return addressWithin(PUBLIC_IPV4, undefined, 'a public prefix', reference.at);
    }
    const found = network.perimeter.publicIpPrefixes.get(reference.key);
    const label = `public prefix ${nameOf(reference.id)}`;
    return found?.prefix === undefined
      ? addressWithin(PUBLIC_IPV4, undefined, label, reference.at)
      : addressWithin(addressesOfPrefixes([found.prefix]), undefined, label, found.at);
  });
}

function nameOf(id: string): string {
  return id.split('/').at(-1) ?? id;
}

function undecided(
  what: string,
  why: readonly MissingFact[],
  facts: readonly FactId[] = [],
): OutboundChoice {
  return {
    kind: 'unknown',
    source: { kind: 'within', addresses: PUBLIC_IPV4, label: 'some public address' },
    by: { kind: 'platform', name: what },
    why,
    facts,
  };
}

function placed(at: Place | undefined): { readonly at?: Place } {
  return at === undefined ? {} : { at };
}

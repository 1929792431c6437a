import type { Place } from '../../../diagnostics/index.ts';
import type { ManagedCluster } from '../../../model/index.ts';
import { ALL_IPV4, addressSet, addressSetCovers } from '../../../net/index.ts';
import {
  type ClusterPlacement,
  findOwner,
  type KnownAddress,
  type SubnetPlacement,
} from '../../../network/index.ts';
import { missingFromRanges } from '../../../semantics/api-server/concrete.ts';
import { natGatewayAddresses } from '../../../semantics/outbound/concrete.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { managed, production } from './cluster-subjects.ts';
import { type Gap, wayOut } from './cluster-ways-out.ts';
import { undecided } from './firewall-settings.ts';
import { goesThroughAppliance } from './network-subjects.ts';

const rangesMissEgress = eachSubject<ClusterPlacement>({
  id: 'api-server/authorized-ranges-miss-firewall',
  severity: 'error',
  title: 'The authorized IP ranges hold every address the cluster leaves by.',
  explanation:
    'Nodes reach the public API server through the firewall, with one of its public addresses chosen at random, or through the NAT gateway of their subnet. A range list without all of these addresses locks the nodes out: they go NotReady one by one. AKS adds only the outbound address of its own load balancer. `az aks update --api-server-authorized-ip-ranges X` replaces the list, it does not add.',
  fix: 'set the ranges to the union of the administrators’ addresses and every public address (or the prefix) of the firewall; or make the cluster private',
  facts: ['AKS-50', 'AKS-51', 'AKS-52', 'AKS-55', 'AKS-56', 'AFW-E12'],
  covers: ['A3', 'FW-12', 'AKS-API-01'],
  subjects: (context) =>
    managed(context).filter(({ cluster }) => {
      const { authorizedRanges, isPrivate, vnetIntegration, publicNetworkAccess } =
        cluster!.apiServer;
      // Ranges limit the public endpoint alone, and with VNet integration nodes do not use it.
      return (
        authorizedRanges.length > 0 &&
        isPrivate !== true &&
        vnetIntegration !== true &&
        publicNetworkAccess?.toLowerCase() !== 'disabled'
      );
    }),
  none: 'no cluster whose nodes call a public API server with authorized IP ranges',
  key: ({ cluster }) => cluster!.key,
  judge: (placement, context) => {
    const cluster = placement.cluster!;
    const { apiServer } = cluster;
    const at = apiServer.authorizedRangesAt ?? apiServer.at;
    const open = (missing: string, where: Place = at): Judgement => ({
      kind: 'undecided',
      message: `Whether the authorized ranges of ${cluster.name} hold its own egress addresses is not known.`,
      missing,
      at: where,
    });
    const mode = [apiServer.isPrivate, apiServer.vnetIntegration].find(isUnknown);
    if (mode !== undefined) return open(mode.missing, mode.at);
    const { addresses, gap } = egressAddresses(context, placement);
    const missing = missingFromRanges(context.network, cluster, addresses);
    // An address that Azure picks at deployment is in no range that names single addresses only.
    const literal = apiServer.authorizedRanges.every(
      (term) => term.kind === 'range' && term.range.low === term.range.high,
    );
    const sure = missing.filter(
      ({ address, covered }) => covered === 'no' || (literal && !address.isExact),
    );
    if (sure.length === 0) {
      if (missing.length > 0)
        return open(missing.map(({ address }) => `the ${address.label}`).join('; '));
      return gap === undefined ? HOLDS : open(gap.missing, gap.at);
    }
    const names = [...new Set(sure.map(({ address }) => address.label))];
    return {
      kind: 'fails',
      message: `Nodes of ${cluster.name} are locked out of their own API server: the authorized ranges leave out the address they leave by (${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}).`,
      places: [
        {
          at,
          what: `authorizedIPRanges ${apiServer.authorizedRanges.map((term) => term.text).join(', ')}`,
        },
      ],
      evidence: names.slice(0, 5).map((name) => `${name} is in no range`),
    };
  },
});

const publicApi = eachSubject<ManagedCluster>({
  id: 'api-server/open-to-internet',
  severity: 'warning',
  title: 'The API server is private, or limited to named ranges.',
  explanation:
    'A public API server without ranges can be tried by everybody; only credentials stand between the internet and the cluster.',
  fix: 'make the cluster private, use API Server VNet Integration with public access disabled, or set authorized IP ranges',
  facts: ['AKS-50', 'AKS-52'],
  covers: ['A1', 'AKS-API-02', 'AKS-API-03'],
  subjects: (context) =>
    production(context) ? managed(context).map(({ cluster }) => cluster!) : [],
  none: 'no managed cluster, or a profile that does not ask for it',
  key: ({ key }) => key,
  judge: ({ name, apiServer }) => {
    const { isPrivate, authorizedRanges, publicNetworkAccess } = apiServer;
    if (isPrivate === true || publicNetworkAccess?.toLowerCase() === 'disabled') return HOLDS;
    if (isUnknown(isPrivate))
      return undecided(`Whether the API server of ${name} is public is not known.`, isPrivate);
    const at = apiServer.authorizedRangesAt ?? apiServer.at;
    const ranges = authorizedRanges.flatMap((term) => (term.kind === 'range' ? [term.range] : []));
    const any = authorizedRanges.find((term) => term.kind === 'any');
    if (any !== undefined || addressSetCovers(addressSet(ranges), ALL_IPV4))
      return {
        kind: 'fails',
        severity: 'error',
        message: `The authorized ranges of ${name} hold 0.0.0.0/0: everybody.`,
        places: [{ at, what: authorizedRanges.map((term) => term.text).join(', ') }],
        evidence: authorizedRanges.map((term) => term.text),
      };
    const unread = authorizedRanges.find((term) => term.kind === 'unknown');
    if (unread?.kind === 'unknown')
      return undecided(`Whom the API server of ${name} admits is not known.`, unread.unknown);
    if (authorizedRanges.length > 0) return HOLDS;
    return {
      kind: 'fails',
      message: `The API server of ${name} is open to the whole internet.`,
      places: [{ at, what: 'apiServerAccessProfile' }],
      evidence: ['public, no authorizedIPRanges'],
    };
  },
});

const ownIdentity = eachSubject<ClusterPlacement>({
  id: 'cluster/identity-for-own-network',
  severity: 'error',
  title: 'Clusters with their own routes or DNS zone have a user-assigned identity.',
  explanation:
    'kubenet with a route table of one’s own and a private DNS zone of one’s own both need a user-assigned identity: its roles must exist before the cluster does.',
  fix: 'create a user-assigned identity, give it Network Contributor (and Private DNS Zone Contributor) and use it',
  facts: ['AKS-57'],
  covers: ['F1'],
  subjects: (context) =>
    managed(context).filter((placement) => {
      const { isPrivate, privateDnsZone } = placement.cluster!.apiServer;
      const hasOwnZone =
        isPrivate !== undefined &&
        isPrivate !== false &&
        (isUnknown(privateDnsZone) || (privateDnsZone ?? '').startsWith('/'));
      return hasOwnZone || ownTable(placement) !== false;
    }),
  none: 'no cluster uses kubenet with a route table of its own or a private DNS zone of its own',
  key: ({ cluster }) => cluster!.key,
  judge: (placement) => {
    const { name, identityType, at, apiServer } = placement.cluster!;
    if (identityType?.toLowerCase().includes('userassigned')) return HOLDS;
    const table = ownTable(placement);
    const zone = apiServer.privateDnsZone;
    const hasZone = !isUnknown(zone) && (zone ?? '').startsWith('/');
    if (isUnknown(apiServer.isPrivate) && table !== true)
      return undecided(`Whether ${name} is private is not known.`, apiServer.isPrivate);
    if (isUnknown(zone) && table !== true)
      return undecided(`Which DNS zone ${name} uses is not known.`, zone);
    if (table !== true && table !== false && !hasZone)
      return {
        kind: 'undecided',
        message: `Whether ${name} has a route table of its own is not known.`,
        missing: table.missing,
        at: table.at,
      };
    if (identityType === undefined)
      return {
        kind: 'undecided',
        message: `Which identity ${name} has is not known.`,
        missing: `identity.type of ${name}`,
        at,
      };
    return {
      kind: 'fails',
      message: `${name} cannot be created: ${table === true ? 'kubenet with a route table of its own' : 'a DNS zone of its own'} needs a user-assigned identity.`,
      places: [{ at, what: `identity ${identityType}` }],
      evidence: [`identity.type: ${identityType}`],
    };
  },
});

const sharedTable = eachSubject<ClusterPlacement>({
  id: 'cluster/kubenet-route-table-shared',
  severity: 'error',
  title: 'Each kubenet cluster has a route table of its own.',
  explanation:
    'With kubenet AKS writes a route for the pods of every node into the route table of the subnet. Two clusters in one table overwrite each other’s routes, and pods answer into the wrong cluster.',
  fix: 'give each cluster its own subnet and route table, each with 0.0.0.0/0 to the firewall; or move to overlay, which writes no routes',
  facts: ['AKS-58'],
  covers: ['F1'],
  subjects: (context) => managed(context).filter(({ addressing }) => addressing === 'kubenet'),
  none: 'no kubenet cluster',
  key: ({ name }) => name,
  judge: (placement, context) => {
    const own = new Set(tablesOf(placement).map(({ key }) => key));
    const other = managed(context).find(
      (one) => one.cluster !== placement.cluster && tablesOf(one).some(({ key }) => own.has(key)),
    );
    const table = tablesOf(placement).find(
      ({ key }) => other !== undefined && tablesOf(other).some((one) => one.key === key),
    );
    if (other !== undefined && table !== undefined)
      return {
        kind: 'fails',
        message: `${placement.name} uses kubenet and shares route table ${table.name} with ${other.name}.`,
        places: [
          { at: table.at, what: `route table ${table.name}` },
          { at: placement.cluster!.network.at, what: 'networkPlugin: kubenet' },
        ],
        evidence: [`${placement.name} and ${other.name} use ${table.name}`],
      };
    const gap = ownTable(placement);
    return typeof gap === 'boolean'
      ? HOLDS
      : {
          kind: 'undecided',
          message: `Whether ${placement.name} shares its route table is not known.`,
          missing: gap.missing,
          at: gap.at,
        };
  },
});

export const API_SERVER_CHECKS: readonly Check[] = [
  rangesMissEgress,
  publicApi,
  ownIdentity,
  sharedTable,
];

/** Does the cluster use kubenet with a route table that somebody attached? */
function ownTable({ cluster, pools }: ClusterPlacement): boolean | Gap {
  if (cluster!.network.plugin !== 'kubenet') return false;
  for (const { pool, nodeSubnet } of pools) {
    if (nodeSubnet.kind === 'none') continue;
    const link = nodeSubnet.kind === 'found' ? nodeSubnet.target.routeTable : nodeSubnet;
    if (link.kind === 'found' || (link.kind === 'dangling' && nodeSubnet.kind === 'found'))
      return true;
    if (link.kind !== 'none')
      return { missing: `the route table of pool ${pool.name}`, at: pool.at };
  }
  return false;
}

function tablesOf({ pools }: ClusterPlacement) {
  return pools.flatMap(({ nodeSubnet }) =>
    nodeSubnet.kind === 'found' && nodeSubnet.target.routeTable.kind === 'found'
      ? [nodeSubnet.target.routeTable.target]
      : [],
  );
}

interface Egress {
  /** What the internet sees the nodes come from, as far as it is not AKS's own load balancer. */
  readonly addresses: readonly KnownAddress[];
  readonly gap?: Gap;
}

/** Of every pool: the firewall its default route leads to, or the NAT gateway of its subnet. */
function egressAddresses(context: CheckContext, placement: ClusterPlacement): Egress {
  const { name, at, network } = placement.cluster!;
  const type = network.outboundType;
  const parts = placement.pools.map(({ pool, nodeSubnet }): Egress => {
    if (nodeSubnet.kind === 'found') return egressOf(context, nodeSubnet.target);
    if (nodeSubnet.kind !== 'none')
      return { addresses: [], gap: { missing: `the subnet of pool ${pool.name}`, at: pool.at } };
    if (isUnknown(type)) return { addresses: [], gap: { missing: type.missing, at: type.at } };
    return type?.startsWith('managednatgateway') === true
      ? {
          addresses: [],
          gap: { missing: `the addresses of the NAT gateway that AKS makes for ${name}`, at },
        }
      : { addresses: [] };
  });
  const gap = parts.find((part) => part.gap !== undefined)?.gap;
  return {
    addresses: parts.flatMap(({ addresses }) => addresses),
    ...(gap === undefined ? {} : { gap }),
  };
}

function egressOf(context: CheckContext, placement: SubnetPlacement): Egress {
  const { subnet, natGateway } = placement;
  const way = wayOut(context, placement);
  if (way.kind === 'unknown') return { addresses: [], gap: way };
  if (way.kind === 'appliance') return egressOfAppliance(context, placement);
  if (way.kind === 'gateway')
    return {
      addresses: [],
      gap: { missing: `the public addresses behind the gateway of ${subnet.name}`, at: subnet.at },
    };
  if (way.kind === 'dropped' || natGateway.kind === 'none') return { addresses: [] };
  if (natGateway.kind === 'found')
    return { addresses: natGatewayAddresses(context.network, natGateway.target) };
  // A NAT gateway goes before the outbound address of a load balancer, which AKS knows (AZS-02).
  return { addresses: [], gap: { missing: `the NAT gateway of ${subnet.name}`, at: subnet.at } };
}

function egressOfAppliance({ network }: CheckContext, placement: SubnetPlacement): Egress {
  const { subnet } = placement;
  const route = goesThroughAppliance(placement);
  const unseen: Egress = {
    addresses: [],
    gap: {
      missing: `the public addresses of the appliance that ${subnet.name} routes to`,
      at: route?.at ?? subnet.at,
    },
  };
  const hop = route?.nextHopAddresses[0];
  if (hop === undefined) return unseen;
  const from = { vnetKey: placement.vnet.key };
  const owners = isUnknown(hop)
    ? hop.symbol === undefined
      ? []
      : findOwner(network, { kind: 'within', addresses: ALL_IPV4, symbol: hop.symbol }, from)
    : findOwner(network, { kind: 'exact', ip: hop }, from);
  const owner = owners.find((found) => found.owner.kind === 'firewall-private')?.owner;
  if (owner?.kind !== 'firewall-private') return unseen;
  // api-server/ranges-miss-nat-gateway asks about a NAT gateway on the firewall's subnet.
  if (owner.firewall.natGateway.kind !== 'none') return { addresses: [] };
  const addresses = owner.firewall.publicAddresses.map(({ address }) => address);
  return addresses.length === 0 ? unseen : { addresses };
}

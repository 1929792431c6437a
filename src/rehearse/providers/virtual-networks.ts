import { prefixesOverlap } from '../../net/index.ts';
import { type ArmError, armError } from '../arm-error.ts';
import type { Behaviour, ProviderWorld, Wanted } from '../behaviour.ts';
import type { JsonObject } from '../json.ts';
import {
  malformedPrefix,
  misplacedSubnet,
  networkPrefixes,
  parsed,
  placedSubnet,
  SUBNETS,
  subnetPrefixes,
  subnetsOf,
} from './address-space.ts';
import {
  at,
  itemsAt,
  lastName,
  objectAt,
  parentId,
  sameId,
  textAt,
  withComputed,
} from './fields.ts';
import { filled, kept } from './filled.ts';
import { idList, usersOfSubnet } from './in-use.ts';
import { danglingReference } from './references.ts';

const NETWORKS = 'microsoft.network/virtualnetworks';
const PEERINGS = 'microsoft.network/virtualnetworks/virtualnetworkpeerings';

export const VIRTUAL_NETWORKS: readonly Behaviour[] = [
  {
    type: NETWORKS,
    refuse: refuseNetwork,
    fill: (wanted, world) =>
      filled(wanted, 'Microsoft.Network/virtualNetworks', {
        defaults: { enableDdosProtection: false },
        computed: {
          resourceGuid: kept(
            wanted,
            () => world.guid('network', wanted.id.toLowerCase()),
            'properties',
            'resourceGuid',
          ),
        },
      }),
    refuseDelete: (id, world) => {
      for (const subnet of subnetsOf(id, world)) {
        const refused = refuseInUse(textAt(subnet, 'id') ?? '', world);
        if (refused !== undefined) return refused;
      }
      return undefined;
    },
  },
  {
    type: SUBNETS,
    // Said by the service's documentation: a PUT of a network that does not name its subnets leaves them as they are.
    embeddedAs: { parent: NETWORKS, property: 'subnets', whenAbsent: 'kept' },
    refuse: refuseSubnet,
    fill: (wanted) =>
      filled(wanted, 'Microsoft.Network/virtualNetworks/subnets', {
        defaults: {
          delegations: [],
          privateEndpointNetworkPolicies: 'Disabled',
          privateLinkServiceNetworkPolicies: 'Enabled',
        },
        // Who sits in it is told at each GET.
        computed: { ipConfigurations: undefined, privateEndpoints: undefined },
      }),
    tell: (id, stored, world) => {
      const users = usersOfSubnet(id, world);
      const isEndpoint = (user: string) => /\/privateendpoints\/[^/]+$/i.test(user);
      const properties = withComputed(objectAt(stored, 'properties'), {
        ipConfigurations: idList(users.filter((user) => !isEndpoint(user))),
        privateEndpoints: idList(users.filter(isEndpoint)),
      });
      return { ...stored, properties };
    },
    refuseDelete: refuseInUse,
  },
  {
    type: PEERINGS,
    // Peerings come from either side at any time; templates of networks never name them.
    embeddedAs: { parent: NETWORKS, property: 'virtualNetworkPeerings', whenAbsent: 'kept' },
    refuse: refusePeering,
    fill: (wanted, world) =>
      filled(wanted, 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings', {
        defaults: {
          allowVirtualNetworkAccess: true,
          allowForwardedTraffic: false,
          allowGatewayTransit: false,
          useRemoteGateways: false,
          doNotVerifyRemoteGateways: false,
          peerCompleteVnets: true,
          remoteAddressSpace: remoteSpace(wanted, world),
        },
        computed: {
          peeringState: undefined,
          peeringSyncLevel: undefined,
          resourceGuid: kept(
            wanted,
            () => world.guid('peering', wanted.id.toLowerCase()),
            'properties',
            'resourceGuid',
          ),
        },
      }),
    tell: (id, stored, world) => ({
      ...stored,
      properties: withComputed(objectAt(stored, 'properties'), {
        // Azure-networking 2: connected when both halves are there.
        ...(isAnswered(id, stored, world)
          ? { peeringState: 'Connected', peeringSyncLevel: 'FullyInSync' }
          : { peeringState: 'Initiated', peeringSyncLevel: 'RemoteNotInSync' }),
        remoteVirtualNetworkAddressSpace:
          at(world.get(remoteOf(stored) ?? ''), 'properties', 'addressSpace') ??
          at(stored, 'properties', 'remoteAddressSpace'),
      }),
    }),
  },
];

function refuseNetwork(wanted: Wanted, world: ProviderWorld): ArmError | undefined {
  const prefixes = networkPrefixes(wanted.body);
  const written = itemsAt(wanted.body, 'properties', 'subnets').map(placedSubnet);
  const malformed = malformedPrefix(prefixes, wanted.id);
  if (malformed !== undefined) return malformed;
  const dangling = danglingReference(wanted, world);
  if (dangling !== undefined) return dangling;
  for (const subnet of written) {
    const refused =
      malformedPrefix(subnet.prefixes, `${wanted.id}/subnets/${subnet.name}`) ??
      misplacedSubnet(subnet, { name: wanted.name, prefixes }, written);
    if (refused !== undefined) return refused;
  }
  // Null says as little as an absent list.
  const isWritten = Array.isArray(at(wanted.body, 'properties', 'subnets'));
  for (const subnet of subnetsOf(wanted.id, world)) {
    const id = textAt(subnet, 'id') ?? '';
    const name = lastName(id).toLowerCase();
    const stays = !isWritten || written.some((other) => other.name.toLowerCase() === name);
    const refused = isWritten
      ? stays
        ? undefined
        : refuseInUse(id, world)
      : misplacedSubnet(placedSubnet(subnet), { name: wanted.name, prefixes }, []);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function refuseSubnet(wanted: Wanted, world: ProviderWorld): ArmError | undefined {
  const networkId = parentId(wanted.id);
  const network = world.get(networkId);
  const prefixes = subnetPrefixes(wanted.body);
  const refused = malformedPrefix(prefixes, wanted.id) ?? danglingReference(wanted, world);
  // Without its parent the endpoint answers before this is asked.
  if (refused !== undefined || network === undefined) return refused;
  return misplacedSubnet(
    { name: wanted.name, prefixes },
    { name: lastName(networkId), prefixes: networkPrefixes(network) },
    subnetsOf(networkId, world).map(placedSubnet),
  );
}

function refuseInUse(id: string, world: ProviderWorld): ArmError | undefined {
  const users = usersOfSubnet(id, world);
  if (users.length === 0) return undefined;
  return armError(
    400,
    'InUseSubnetCannotBeDeleted',
    `Subnet ${lastName(id)} is in use by ${users[0]} and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.`,
  );
}

function refusePeering(wanted: Wanted, world: ProviderWorld): ArmError | undefined {
  const dangling = danglingReference(wanted, world);
  if (dangling !== undefined) return dangling;
  const networkId = parentId(wanted.id);
  const remoteId = remoteOf(wanted.body);
  // Subnet peering only compares the subnets it lists (azure-networking 2).
  if (at(wanted.body, 'properties', 'peerCompleteVnets') === false) return undefined;
  const remote = remoteId === undefined ? undefined : world.get(remoteId);
  if (remote === undefined) return undefined;
  const theirs = networkPrefixes(remote);
  const shared = networkPrefixes(world.get(networkId)).filter((own) =>
    parsed([own]).some((prefix) => parsed(theirs).some((other) => prefixesOverlap(prefix, other))),
  );
  if (shared.length === 0) return undefined;
  return armError(
    400,
    'VnetAddressSpacesOverlap',
    `Cannot create or update peering ${wanted.id}. Virtual networks ${networkId} and ${remoteId} cannot be peered because their address spaces overlap. Overlapping address prefixes: ${shared.join(', ')}`,
  );
}

function remoteOf(peering: JsonObject): string | undefined {
  return textAt(peering, 'properties', 'remoteVirtualNetwork', 'id');
}

function remoteSpace(wanted: Wanted, world: ProviderWorld) {
  return at(world.get(remoteOf(wanted.body) ?? ''), 'properties', 'addressSpace');
}

/** Is there a peering of the remote network that points back? */
function isAnswered(id: string, stored: JsonObject, world: ProviderWorld): boolean {
  const remote = remoteOf(stored);
  const own = parentId(id);
  return world
    .list(PEERINGS)
    .some(
      (other) =>
        sameId(parentId(textAt(other, 'id') ?? ''), remote) && sameId(remoteOf(other), own),
    );
}

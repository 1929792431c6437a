import {
  type AddressSet,
  ALL_IPV4,
  addressSetsOverlap,
  equalAddressSets,
  formatAddressSet,
  intersectAddresses,
  isEmptyAddressSet,
  NO_ADDRESSES,
  subtractAddresses,
  unionAddresses,
} from '../../net/index.ts';
import {
  findOwner,
  type OwnedAddress,
  type Owner,
  PUBLIC_IPV4,
  vnetReaches,
} from '../../network/index.ts';
import { apiServerPrivateAddress } from '../../semantics/dns/cluster-names.ts';
import { answered } from '../answer/answer.ts';
import {
  type Branch,
  type DeliverTo,
  goesOn,
  open,
  type Place,
  provided,
  type Step,
} from '../branch.ts';
import { isOneAddress, likeEnd, sameEnd } from '../header.ts';
import { limited } from '../split.ts';
import type { World } from '../world.ts';
import { privateApiServer } from './api-server.ts';
import { applicationGateway } from './application-gateway.ts';
import { enteringPod, intoPodFromPod } from './entering-pod.ts';
import { filters } from './filter.ts';
import { firewall } from './firewall.ts';
import { interfaceFilter } from './interface-filter.ts';
import { nameOfSubnet, nsgOf } from './leaving-subnet.ts';
import { loadBalancer } from './load-balancer.ts';
import { privateEndpoint } from './private-endpoint.ts';
import { serviceFrontend } from './service-frontend.ts';

/**
 * A subnet's inbound side. Flows to an address that a box of the perimeter holds go to that box, which asks the security group
 * itself where one looks; the others pass the groups of subnet and interface and are delivered.
 */
export function enteringSubnet(world: World, subnetKey: string): Place {
  return {
    key: `entering ${subnetKey}`,
    visit: (branch) => byOwner(world, subnetKey, branch),
  };
}

/** Who receives, as far as the input tells. */
interface Receiver {
  readonly owner?: Owner;
  readonly label: string;
  /** What else may sit at the address. */
  readonly perhaps: readonly string[];
}

function byOwner(world: World, subnetKey: string, branch: Branch): readonly Step[] {
  const { destination } = branch.header;
  if (destination.kind === 'one-of') {
    const api = apiServerAt(world, destination.symbol);
    if (api !== undefined) return [goesOn(branch, privateApiServer(world, api, subnetKey))];
    const vnetKey = world.network.subnets.get(subnetKey)?.vnet.key;
    const from = vnetKey === undefined ? {} : { vnetKey };
    const owners = findOwner(world.network, likeEnd(destination), from).filter(
      ({ isGuess }) => !isGuess,
    );
    const sure = owners.filter(({ certainty }) => certainty === 'yes');
    const [owner] = sure.map((each) => each.owner).sort((a, b) => rankOf(a) - rankOf(b));
    const { label } = destination;
    if (owner !== undefined)
      return toHolder(world, subnetKey, branch, { owner, label, perhaps: [] });
    const perhaps = isOneAddress(destination) ? owners.map(({ address }) => address.label) : [];
    return toHolder(world, subnetKey, branch, { label, perhaps });
  }
  const all = holders(world, subnetKey);
  const steps: Step[] = [];
  let left = branch.bounds.destinations ?? ALL_IPV4;
  const take = (set: AddressSet, receiver: (own: AddressSet) => Receiver): void => {
    const own = intersectAddresses(left, set);
    if (isEmptyAddressSet(own)) return;
    left = subtractAddresses(left, own);
    const part = limited(branch, 'destination', own);
    if (part !== undefined) steps.push(...toHolder(world, subnetKey, part, receiver(own)));
  };
  for (const { owner, address } of all) {
    if (!address.isExact) continue;
    take(address.addresses, (own) => ({ owner, label: formatAddressSet(own), perhaps: [] }));
  }
  const label = `a machine in ${nameOfSubnet(world, subnetKey)}`;
  const rooms = all.filter(
    ({ address }) => !address.isExact && !equalAddressSets(address.addresses, PUBLIC_IPV4),
  );
  const room = unionAddresses(NO_ADDRESSES, ...rooms.map(({ address }) => address.addresses));
  take(room, (own) => ({
    label,
    perhaps: rooms
      .filter(({ address }) => addressSetsOverlap(address.addresses, own))
      .map(({ address }) => address.label),
  }));
  take(ALL_IPV4, () => ({ label, perhaps: [] }));
  return steps;
}

/** The cluster whose API server has this address inside the network. */
function apiServerAt({ network }: World, symbol: string | undefined) {
  if (symbol === undefined) return undefined;
  return network.clusters.find(
    (cluster) =>
      cluster.cluster !== undefined && apiServerPrivateAddress(network, cluster).symbol === symbol,
  );
}

/** Who holds addresses that the subnet's network sees, boxes that filter for themselves before the plain resources they consist of. */
function holders({ network }: World, subnetKey: string): readonly OwnedAddress[] {
  const subnet = network.subnets.get(subnetKey);
  if (subnet === undefined) return [];
  const isVisible = ({ scope }: OwnedAddress): boolean =>
    scope.kind === 'vnet'
      ? vnetReaches(network, subnet.vnet.key, scope.vnetKey) !== 'no'
      : scope.kind !== 'cluster';
  return network.owners.entries
    .filter(
      (entry) => isVisible(entry) && addressSetsOverlap(entry.address.addresses, subnet.addresses),
    )
    .sort((a, b) => rankOf(a.owner) - rankOf(b.owner));
}

function rankOf({ kind }: Owner): number {
  return kind === 'load-balancer-frontend' ? 1 : kind === 'network-interface' ? 2 : 0;
}

function toHolder(
  world: World,
  subnetKey: string,
  branch: Branch,
  receiver: Receiver,
): readonly Step[] {
  const { owner } = receiver;
  switch (owner?.kind) {
    case 'firewall-private':
      return [goesOn(branch, firewall(world, owner.firewall.firewall.key))];
    case 'private-endpoint':
      return [goesOn(branch, privateEndpoint(world, owner.endpoint.key))];
    case 'service-frontend':
      return [goesOn(branch, serviceFrontend(world, owner.cluster, owner.frontend))];
    case 'application-gateway-frontend':
      return [goesOn(branch, applicationGateway(world, owner.gatewayKey, owner.frontendKey))];
    case 'load-balancer-frontend':
      return [goesOn(branch, loadBalancer(world, owner.loadBalancer, owner.frontend.key))];
    default:
      return delivered(world, subnetKey, branch, receiver);
  }
}

/** AZN-42: on the way in the subnet's group comes first, the interface's second. */
function delivered(
  world: World,
  subnetKey: string,
  branch: Branch,
  { owner, label, perhaps }: Receiver,
): readonly Step[] {
  const name = nameOfSubnet(world, subnetKey);
  const interfaceKey = owner?.kind === 'network-interface' ? owner.interfaceKey : undefined;
  const own = interfaceFilter(world, interfaceKey, subnetKey, 'Inbound');
  const { passed, stopped } = filters(branch, [
    { rules: nsgOf(world, subnetKey, 'Inbound'), box: { box: 'subnet', name, stage: 'nsg' } },
    ...(own === undefined ? [] : [own]),
  ]);
  const held =
    interfaceKey === undefined
      ? label
      : `network interface ${world.network.perimeter.networkInterfaces.get(interfaceKey)?.name ?? ''}`;
  const { destination } = branch.header;
  const isNumber = destination.kind === 'as-sent' || isOneAddress(destination);
  const doubt = owner === undefined && isNumber ? strangerAt(world, subnetKey, perhaps) : undefined;
  const steps = passed.flatMap((each): readonly Step[] => {
    if (each.deliverTo !== undefined) {
      return [goesOn(each, receivingPod(world, each, each.deliverTo, subnetKey))];
    }
    const told =
      owner === undefined && isNumber
        ? { ...each, assumptions: [...each.assumptions, `something answers at ${label}`] }
        : each;
    const there = doubt === undefined ? told : provided(told, doubt);
    const arrived = { kind: 'delivered', to: held } as const;
    const steps = answered(world, there, arrived, { kind: 'leaving-subnet', subnetKey });
    return doubt === undefined ? steps : [...steps, open(each, doubt)];
  });
  return [...stopped, ...steps];
}

/** What nobody knows about a number without a certain holder: what may have been given it, or which pod has it. */
function strangerAt({ network, policies }: World, subnetKey: string, perhaps: readonly string[]) {
  const labels = [...new Set(perhaps)].slice(0, 2);
  if (labels.length > 0) return { missing: `whether it is ${labels.join(', or ')}` };
  const isPodSubnet = network.clusters.some(
    ({ pools, policyEngine }) =>
      policyEngine !== 'none' &&
      pools.some(
        ({ podSubnet }) => podSubnet.kind === 'found' && podSubnet.target.subnet.key === subnetKey,
      ),
  );
  return isPodSubnet && policies.policies.length > 0
    ? { missing: 'which pod has the address' }
    : undefined;
}

/** The receiving pod knows its sender as a pod, or as a node, only while the sender's own address is on the flow. */
function receivingPod(
  world: World,
  branch: Branch,
  { cluster, pod, from, fromNode, throughService }: DeliverTo,
  subnetKey: string,
): Place {
  const { source } = branch.header;
  if (from !== undefined && sameEnd(from.source, source)) {
    return intoPodFromPod(
      world,
      cluster,
      from.pod,
      pod,
      subnetKey,
      throughService ? { throughService } : {},
    );
  }
  const isNode = fromNode && branch.home !== undefined && sameEnd(branch.home.source, source);
  return enteringPod(world, cluster, pod, 'direct', isNode ? 'some-node' : 'told', { subnetKey });
}

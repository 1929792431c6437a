import {
  addressSetsOverlap,
  formatAddressSet,
  intersectAddresses,
  isEmptyAddressSet,
  subtractAddresses,
} from '../../net/index.ts';
import { findOwner, type OwnedAddress, type Owner } from '../../network/index.ts';
import {
  type Branch,
  type DeliverTo,
  goesOn,
  open,
  type Place,
  provided,
  type Step,
  within,
} from '../branch.ts';
import type { World } from '../world.ts';
import { answeredFrom } from './answer.ts';
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

function byOwner(world: World, subnetKey: string, branch: Branch): readonly Step[] {
  const { destination } = branch.header;
  if (destination.kind === 'one-of') {
    const found = findOwner(world.network, { ...destination, kind: 'within' }).find(
      ({ certainty }) => certainty === 'yes',
    );
    return toHolder(world, subnetKey, branch, found?.owner, destination.label, []);
  }
  const asked = branch.bounds.destinations ?? world.network.subnets.get(subnetKey)?.addresses;
  if (asked === undefined) return [open(branch, { missing: `subnet \`${subnetKey}\`` })];
  const steps: Step[] = [];
  let left = asked;
  for (const { owner, address } of holders(world, subnetKey)) {
    if (!address.isExact) continue;
    const own = intersectAddresses(left, address.addresses);
    if (isEmptyAddressSet(own)) continue;
    left = subtractAddresses(left, own);
    const part = within(branch, { destinations: own });
    if (part === undefined) continue;
    const there = { ...part, bounds: { ...part.bounds, destinations: own } };
    steps.push(...toHolder(world, subnetKey, there, owner, formatAddressSet(own), []));
  }
  const rest = isEmptyAddressSet(left) ? undefined : within(branch, { destinations: left });
  if (rest === undefined) return steps;
  const there = { ...rest, bounds: { ...rest.bounds, destinations: left } };
  const rooms = holders(world, subnetKey).filter(
    ({ address }) => !address.isExact && addressSetsOverlap(address.addresses, left),
  );
  const labels = [...new Set(rooms.map(({ address }) => address.label))].slice(0, 2);
  const name = nameOfSubnet(world, subnetKey);
  return [
    ...steps,
    ...toHolder(world, subnetKey, there, undefined, `a machine in ${name}`, labels),
  ];
}

/** Who holds addresses of the subnet's range, boxes that filter for themselves before the plain resources they consist of. */
function holders({ network }: World, subnetKey: string): readonly OwnedAddress[] {
  const subnet = network.subnets.get(subnetKey);
  if (subnet === undefined) return [];
  const rank = ({ owner }: OwnedAddress): number =>
    owner.kind === 'load-balancer-frontend' ? 1 : owner.kind === 'network-interface' ? 2 : 0;
  return network.owners.entries
    .filter(
      ({ address, scope }) =>
        scope.kind === 'vnet' &&
        scope.vnetKey === subnet.vnet.key &&
        addressSetsOverlap(address.addresses, subnet.addresses),
    )
    .sort((a, b) => rank(a) - rank(b));
}

function toHolder(
  world: World,
  subnetKey: string,
  branch: Branch,
  owner: Owner | undefined,
  label: string,
  perhaps: readonly string[],
): readonly Step[] {
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
      return delivered(world, subnetKey, branch, owner, label, perhaps);
  }
}

/** AZN-42: on the way in the subnet's group comes first, the interface's second. */
function delivered(
  world: World,
  subnetKey: string,
  branch: Branch,
  owner: Owner | undefined,
  label: string,
  perhaps: readonly string[],
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
  const steps = passed.flatMap((each) => {
    const doubt =
      perhaps.length === 0 ? undefined : { missing: `whether it is ${perhaps.join(', or ')}` };
    const told =
      owner === undefined && branch.header.destination.kind === 'as-sent'
        ? { ...each, assumptions: [...each.assumptions, `something answers at ${label}`] }
        : each;
    const there = doubt === undefined ? told : provided(told, doubt);
    const arrived =
      each.deliverTo === undefined
        ? answeredFrom(world, there, subnetKey, { kind: 'delivered', to: held })
        : [goesOn(each, receivingPod(world, each, each.deliverTo, subnetKey))];
    if (each.deliverTo !== undefined) return arrived;
    return doubt === undefined ? arrived : [...arrived, open(each, doubt)];
  });
  return [...stopped, ...steps];
}

/** The receiving pod knows its sender as a pod only while the sender's own address is on the flow. */
function receivingPod(
  world: World,
  branch: Branch,
  { cluster, pod, from, fromNode }: DeliverTo,
  subnetKey: string,
): Place {
  if (from !== undefined && from.source === branch.header.source) {
    return intoPodFromPod(world, cluster, from.pod, pod, subnetKey);
  }
  const what = fromNode && branch.sessions.length === 0 ? 'some-node' : 'told';
  return enteringPod(world, cluster, pod, 'direct', what, subnetKey);
}

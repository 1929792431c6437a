import { addressSetsOverlap } from '../../net/index.ts';
import {
  PLATFORM_ADDRESSES,
  peerTo,
  type SubnetPlacement,
  vnetReaches,
} from '../../network/index.ts';
import { type Branch, open, type Step } from '../branch.ts';
import { split } from '../split.ts';
import type { World } from '../world.ts';
import { type Answer, arrives, carry, isHome, lost } from './answer.ts';

/** An answer that leaves by a gateway: home, when the question came from there. */
export function behindGateway(world: World, branch: Branch, answer: Answer): readonly Step[] {
  if (isHome(branch, answer) && branch.home?.kind === 'on-premises') {
    return [arrives(world, branch, answer)];
  }
  return [open(branch, { missing: 'what the network behind the gateway does with the answer' })];
}

/** An answer that sets out behind a gateway: it enters by the gateway's subnet and follows its routes. */
export function fromBehindGateway(
  world: World,
  branch: Branch,
  answer: Answer,
  vnetKey: string | undefined,
): readonly Step[] {
  const turned = { ...branch, header: { ...branch.header, source: answer.to } };
  const restored = (part: Branch): Branch => ({ ...part, header: branch.header });
  const { inside, outside } = split(turned, 'source', PLATFORM_ADDRESSES);
  const steps: Step[] = [];
  if (inside !== undefined) {
    const name = 'the Azure host, which answers only its own machines';
    steps.push(lost(restored(inside), { kind: 'platform', name, fact: 'AZN-17' }));
  }
  if (outside === undefined) return steps;
  const doors = gatewaySubnets(world, vnetKey, outside, answer);
  const [door, second] = doors;
  if (door === undefined || second !== undefined) {
    const missing =
      door === undefined
        ? 'how the sender is reached from on-premises (no virtual network gateway in the input leads there)'
        : 'by which gateway the answer comes';
    return [...steps, open(restored(outside), { missing })];
  }
  const { key } = door.subnet;
  return [
    ...steps,
    ...carry(world, restored(outside), answer, { kind: 'leaving-subnet', subnetKey: key }),
  ];
}

/** The gateway subnets of the network that uses the gateway: its own, or by its peering. */
function gatewaySubnets(
  { network }: World,
  vnetKey: string | undefined,
  branch: Branch,
  { to }: Answer,
): readonly SubnetPlacement[] {
  const doors = allGatewaySubnets(network);
  if (vnetKey === undefined) {
    const set = to.kind === 'one-of' ? to.addresses : branch.bounds.sources;
    const homes = [...network.subnets.values()].filter(
      ({ addresses }) => set === undefined || addressSetsOverlap(addresses, set),
    );
    const leading = doors.filter(({ vnet }) =>
      homes.some((home) => vnetReaches(network, vnet.key, home.vnet.key) !== 'no'),
    );
    return leading.length > 0 ? leading : doors;
  }
  const own = doors.filter(({ vnet }) => vnet.key === vnetKey);
  if (own.length > 0) return own;
  return doors.filter(
    ({ vnet }) => peerTo(network, vnetKey, vnet.key)?.peering.useRemoteGateways === true,
  );
}

/** Every subnet with a virtual network gateway, once. */
export function allGatewaySubnets(network: World['network']): readonly SubnetPlacement[] {
  const all = new Map<string, SubnetPlacement>();
  for (const { subnet } of network.perimeter.virtualNetworkGateways.values()) {
    const found = subnet?.kind === 'reference' ? network.subnets.get(subnet.key) : undefined;
    if (found !== undefined) all.set(found.subnet.key, found);
  }
  return [...all.values()];
}

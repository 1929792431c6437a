import { unionAddresses } from '../../net/index.ts';
import { aroundGateway } from '../../network/index.ts';
import { isCarriedOn } from '../../semantics/routes/carried-on.ts';
import { answered } from '../answer/answer.ts';
import { open, type Step } from '../branch.ts';
import { split } from '../split.ts';
import { toldOnce } from '../world.ts';
import type { Routed } from './leaving-subnet.ts';

/** To the VPN or ExpressRoute gateway: what lies behind it is reached, what lies around it nobody tells. */
export function toGateway({ world, at, branch, route }: Routed): readonly Step[] {
  const { network } = world;
  const vnetKey = network.subnets.get(at.subnetKey)?.vnet.key;
  const near = toldOnce(world, `around the gateway of ${vnetKey}`, () =>
    vnetKey === undefined ? [] : [aroundGateway(network, vnetKey)],
  );
  // A pod of an overlay stands in no network, and behind no gateway either.
  const { inside, outside } =
    branch.deliverTo === undefined
      ? split(branch, 'destination', unionAddresses(...near))
      : { inside: branch, outside: undefined };
  const missing = 'what the gateway does with a flow to an address that is not behind it';
  const steps = inside === undefined ? [] : [open(inside, { missing })];
  if (outside === undefined) return steps;
  const taken = 'the network behind the gateway carries it on';
  const told = isCarriedOn(network, vnetKey, route)
    ? { ...outside, assumptions: [...outside.assumptions, taken] }
    : outside;
  const left = { kind: 'left', to: 'the network behind the gateway' } as const;
  const back = vnetKey === undefined ? {} : { vnetKey };
  return [...steps, ...answered(world, told, left, { kind: 'behind-gateway', way: 'in', ...back })];
}

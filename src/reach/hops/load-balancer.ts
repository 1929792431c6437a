import type { LoadBalancer } from '../../model/index.ts';
import { ALL_IPV4, singleAddress } from '../../net/index.ts';
import { findOwner, subnetOf, vnetOfFrontend } from '../../network/index.ts';
import {
  type LoadBalancerEffect,
  loadBalancerRules,
} from '../../semantics/load-balancer/symbolic.ts';
import { isUnknown } from '../../values/index.ts';
import { answered } from '../answer/answer.ts';
import { type Branch, cut, ends, open, type Place, provided, type Step } from '../branch.ts';
import { type End, likeEnd } from '../header.ts';
import { toldOnce, type World } from '../world.ts';
import { filters } from './filter.ts';
import { interfaceFilter } from './interface-filter.ts';
import { nsgOf } from './leaving-subnet.ts';

type Forwarded = Extract<LoadBalancerEffect, { kind: 'forwarded' }>;

/**
 * A load balancer that no Service of the input made: its rule, then the security group of the backend's subnet. The source stays;
 * the answer leaves the backend's subnet with the front end as its source (AZS-40, AZS-41).
 */
export function loadBalancer(world: World, balancer: LoadBalancer, frontendKey: string): Place {
  const { name } = balancer;
  return {
    key: `load balancer ${balancer.key} ${frontendKey}`,
    visit: (branch) => {
      const rules = toldOnce(world, `rules of ${balancer.key} ${frontendKey}`, () =>
        loadBalancerRules(balancer, frontendKey),
      );
      const { parts } = cut(branch, rules, { box: 'load-balancer', name, stage: 'rule' });
      return parts.flatMap(({ branch: part, effect, by, doubts }): readonly Step[] => {
        const doubted = doubts.length === 0 ? [] : [open(part, ...doubts)];
        if (effect.kind === 'no-listener') return [...doubted, ends(part, { kind: 'denied', by })];
        const own = vnetOfFrontend(world.network, balancer, frontendKey);
        return [...doubted, ...toBackends(world, { name, own }, part, effect)];
      });
    },
  };
}

function toBackends(
  world: World,
  { name, own: home }: { readonly name: string; readonly own: string | undefined },
  branch: Branch,
  { backends, isFloating, port, why }: Forwarded,
): readonly Step[] {
  if (why.length > 0) return [open(branch, ...why)];
  if (isFloating) {
    // The headers do not say which member of the pool it is.
    return [open(branch, { missing: `where the backends of ${name} are` })];
  }
  const choice = { missing: `which backend of ${name} gets it` };
  const chosen = backends.length > 1 ? provided(branch, choice) : branch;
  return backends.flatMap((backend): readonly Step[] => {
    const label = `a backend of ${name}`;
    const destination: End & { kind: 'one-of' } = isUnknown(backend)
      ? {
          kind: 'one-of',
          addresses: ALL_IPV4,
          label,
          ...(backend.symbol === undefined ? {} : { symbol: backend.symbol }),
        }
      : { kind: 'one-of', addresses: singleAddress(backend), label };
    const found = subnetOf(world.network, likeEnd(destination));
    const placed = found.find(({ subnet }) => subnet.vnet.key === home) ?? found[0];
    if (placed === undefined)
      return [open(chosen, { missing: `where the backends of ${name} are` })];
    if (home !== undefined && placed.subnet.vnet.key !== home) {
      const missing = `what ${name} does with a member outside its virtual network`;
      return [open(chosen, { missing })];
    }
    const { key, name: subnet } = placed.subnet.subnet;
    const number = port === 'same' || port === undefined || isUnknown(port) ? undefined : port;
    const isOpenPort = port !== 'same' && number === undefined;
    const seen = {
      ...chosen,
      header: {
        ...chosen.header,
        destination,
        ...(number === undefined ? {} : { destinationPort: number }),
      },
    };
    const box = { box: 'load-balancer', name, stage: `nsg of ${subnet}` };
    const interfaceKey = interfaceAt(world, placed.subnet.vnet.key, destination);
    const own = interfaceFilter(world, interfaceKey, key, 'Inbound');
    // AZN-42: on the way in the subnet's group comes first, the interface's second.
    const { passed, stopped } = filters(seen, [
      { rules: nsgOf(world, key, 'Inbound'), box },
      ...(own === undefined ? [] : [own]),
    ]);
    const arrived = { kind: 'delivered', to: `a backend of ${name} in ${subnet}` } as const;
    const steps = passed.flatMap((each) =>
      answered(world, { ...each, header: branch.header }, arrived, {
        kind: 'leaving-subnet',
        subnetKey: key,
      }),
    );
    const unseen = open(chosen, { missing: `the port of the backends of ${name}` });
    return [...stopped, ...steps, ...(isOpenPort ? [unseen] : [])];
  });
}

/** The interface of the input that the member of the pool is. */
function interfaceAt(
  { network }: World,
  vnetKey: string,
  destination: End & { kind: 'one-of' },
): string | undefined {
  const held = findOwner(network, likeEnd(destination), { vnetKey }).find(
    ({ certainty, owner }) => certainty === 'yes' && owner.kind === 'network-interface',
  )?.owner;
  return held?.kind === 'network-interface' ? held.interfaceKey : undefined;
}

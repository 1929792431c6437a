import type { PrivateEndpoint } from '../../model/index.ts';
import { endpointRules } from '../../semantics/private-endpoint/symbolic.ts';
import { isUnknown } from '../../values/index.ts';
import { answeredHome } from '../answer/answered-home.ts';
import { type Branch, cut, ends, open, type Place, type Step } from '../branch.ts';
import { toldOnce, type World } from '../world.ts';
import { filter } from './filter.ts';
import { nsgOf } from './leaving-subnet.ts';
import { unlessFailed } from './unless-failed.ts';

/**
 * A private endpoint: takes what its connection and, where its subnet says so, a security group allow, and answers straight to the
 * sender's network (AZS-30, AZS-31, AZS-32).
 */
export function privateEndpoint(world: World, key: string): Place {
  return {
    key: `private endpoint ${key}`,
    visit: (branch) => {
      const endpoint = world.network.perimeter.privateEndpoints.get(key);
      const name = endpoint?.name ?? key.split('/').at(-1) ?? key;
      if (endpoint === undefined)
        return [open(branch, { missing: `private endpoint \`${name}\`` })];
      const rules = toldOnce(world, `private endpoint ${key}`, () =>
        endpointRules(world.network, endpoint),
      );
      return unlessFailed(world, key, `private endpoint ${name}`, branch, (up) =>
        taken(world, endpoint, rules, up),
      );
    },
  };
}

function taken(
  world: World,
  endpoint: PrivateEndpoint,
  rules: ReturnType<typeof endpointRules>,
  branch: Branch,
): readonly Step[] {
  const { name } = endpoint;
  const box = { box: 'private-endpoint', name };
  const { parts, rest } = cut(branch, rules, { ...box, stage: 'connection' });
  const arrived = { kind: 'delivered', to: `private endpoint ${name}` } as const;
  const subnet =
    endpoint.subnet === undefined || isUnknown(endpoint.subnet)
      ? undefined
      : world.network.subnets.get(endpoint.subnet.key);
  const there = (each: Branch) => answeredHome(world, each, arrived, subnet?.vnet.key);
  const steps = parts.flatMap(({ branch: part, effect, by }): readonly Step[] => {
    if (effect.connection === 'refused') return [ends(part, { kind: 'denied', by })];
    if (effect.guardedBy === undefined) return there(part);
    const nsg = nsgOf(world, effect.guardedBy.subnet.key, 'Inbound');
    const { passed, stopped } = filter(part, nsg, { ...box, stage: 'nsg' });
    return [...stopped, ...passed.flatMap(there)];
  });
  return rest === undefined
    ? steps
    : [...steps, open(rest, { missing: `whether private endpoint ${name} is there` })];
}

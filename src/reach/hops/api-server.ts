import type { FlowRule } from '../../flows/index.ts';
import type { ClusterPlacement } from '../../network/index.ts';
import { apiServerNames, whetherItsName } from '../../semantics/api-server/public-names.ts';
import {
  type ApiServerRule,
  privateEndpointRules,
  publicEndpointRules,
} from '../../semantics/api-server/symbolic.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { answered } from '../answer/answer.ts';
import { answeredHome } from '../answer/answered-home.ts';
import { type Branch, cut, open, type Place, provided, type Step } from '../branch.ts';
import { isOneAddress } from '../header.ts';
import { toldOnce, type World } from '../world.ts';
import { filter, filters } from './filter.ts';
import { nsgOf } from './leaving-subnet.ts';

/** The public endpoint of an API server: the authorized ranges decide, on the source as the internet sees it (AKS-50, AKS-51). */
export function publicApiServer(world: World, cluster: ClusterPlacement): Place {
  const name = `API server of ${cluster.name}`;
  return {
    key: `public ${name}`,
    visit: (branch) => {
      const box = { box: 'api-server', name, stage: 'authorized ranges' };
      const { passed, stopped } = filter(branch, publicRules(world, cluster, branch), box);
      const arrived = { kind: 'delivered', to: name } as const;
      return [
        ...stopped,
        ...passed.flatMap((each) => answered(world, each, arrived, { kind: 'internet' })),
      ];
    },
  };
}

/**
 * Its address inside the network: with VNet integration the security group of its subnet looks (AKS-55); a private endpoint's subnet
 * keeps security groups out unless it says otherwise (AKS-52). It answers straight to the sender's network.
 */
export function privateApiServer(
  world: World,
  cluster: ClusterPlacement,
  subnetKey: string,
): Place {
  const name = `API server of ${cluster.name}`;
  return {
    key: `private ${name}`,
    visit: (branch) => {
      const box = { box: 'api-server', name };
      const isGuarded = cluster.cluster?.apiServer.vnetIntegration === true;
      const { passed, stopped } = filters(branch, [
        ...(isGuarded
          ? [{ rules: nsgOf(world, subnetKey, 'Inbound'), box: { ...box, stage: 'nsg' } }]
          : []),
        { rules: privateEndpointRules(cluster), box: { ...box, stage: 'private address' } },
      ]);
      const vnetKey = world.network.subnets.get(subnetKey)?.vnet.key;
      const arrived = { kind: 'delivered', to: name } as const;
      return [...stopped, ...passed.flatMap((each) => answeredHome(world, each, arrived, vnetKey))];
    },
  };
}

/**
 * Flows to names that Azure may have given to a cluster of the input: its API server takes only whom it admits (AKS-98).
 * @param onward where the flows go otherwise
 */
export function unlessRefused(
  world: World,
  branch: Branch,
  onward: (branch: Branch) => readonly Step[],
): readonly Step[] {
  const rules = toldOnce(world, 'generated names', () => generatedNames(world));
  if (rules.length === 0) return onward(branch);
  const { parts, rest } = cut(branch, rules, { box: 'name', name: 'DNS', stage: 'dns' });
  const steps = parts.flatMap(({ branch: named, effect: clusters }) => {
    let admitted: readonly Branch[] = [{ ...named, trail: branch.trail }];
    const refused: Step[] = [];
    for (const cluster of clusters) {
      const box = { box: 'api-server', name: cluster.name, stage: 'authorized ranges' };
      const need = whetherItsName('the name', cluster);
      admitted = admitted.flatMap((each) => {
        const { parts: asked } = cut(each, publicRules(world, cluster, each), box);
        for (const { branch: part, effect } of asked) {
          const here = { ...part, trail: each.trail };
          if (effect === 'deny') refused.push(open(here, need), ...onward(provided(here, need)));
        }
        return asked.flatMap(({ branch: part, effect }) =>
          effect === 'allow' ? [{ ...part, trail: each.trail }] : [],
        );
      });
    }
    return [...refused, ...admitted.flatMap(onward)];
  });
  return [...steps, ...(rest === undefined ? [] : onward(rest))];
}

function publicRules(
  world: World,
  cluster: ClusterPlacement,
  { header: { source } }: Branch,
): readonly ApiServerRule[] {
  const isNumber = source.kind === 'as-sent' || isOneAddress(source);
  return toldOnce(world, `authorized ranges ${cluster.name} ${isNumber}`, () =>
    publicEndpointRules(world.network, cluster, isNumber),
  );
}

/** The more specific ending first; each with all clusters whose name may end so. */
function generatedNames({
  network,
}: World): readonly FlowRule<readonly ClusterPlacement[], Decider>[] {
  const all = apiServerNames(network).filter(({ mayBePublic }) => mayBePublic);
  const suffixes = [...new Set(all.flatMap((one) => one.suffixes))];
  return suffixes
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
    .map((suffix) => ({
      region: [{ names: { patterns: [`*${suffix}`], withoutName: false } }],
      effect: all
        .filter((one) => one.suffixes.some((each) => suffix.endsWith(each)))
        .map(({ cluster }) => cluster),
      by: { kind: 'platform', name: 'names that Azure gave', fact: 'AKS-98' },
    }));
}

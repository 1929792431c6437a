import type { PodClass } from '../../model/index.ts';
import {
  type AddressSet,
  addressSetCovers,
  addressSetsOverlap,
  isEmptyAddressSet,
  unionAddresses,
} from '../../net/index.ts';
import type { ClusterPlacement, PoolPlacement } from '../../network/index.ts';
import { subnetNsgRules } from '../../semantics/nsg/symbolic.ts';
import { type Branch, goesOn, type Place, provided } from '../branch.ts';
import { fittingPools } from '../fitting-pools.ts';
import type { End } from '../header.ts';
import type { Start } from '../run.ts';
import { toldOnce, type World } from '../world.ts';
import { areOnTwoNodes, concerning, runOnOneNode, subnetKeyOf } from './between-nodes.ts';
import { endOfPod } from './leaving-node.ts';

/** Who sends: a pod of the pool or, without one, a node of it. */
export interface NearSender {
  readonly pool: PoolPlacement | undefined;
  readonly pod: PodClass | undefined;
}

/** The two ways to a pod: inside its node, or from node to node. */
export interface Ways {
  readonly inside: Place;
  readonly across: Start;
}

/** Told without names: pods that every box treats alike are told together. */
const WHICH = { missing: 'whether both run on one node' };

/**
 * A pod or a node that sends to a pod of its cluster by the network: on one node the packet stays there, and neither security groups nor
 * routes of a subnet see it (AKS-61). Nobody writes down on which node a pod runs, so that mostly both ways are followed.
 */
export function onOneNodeOrTwo(
  world: World,
  cluster: ClusterPlacement,
  sender: NearSender,
  to: PodClass,
  sent: Branch,
  { inside, across }: Ways,
): Start {
  const { pool, pod } = sender;
  const isElsewhere = cluster.addressing === 'byo' || cluster.addressing === 'unknown';
  if (pool === undefined || isElsewhere || !isGuarded(world, cluster, sent)) return across;
  if (pod !== undefined && runOnOneNode(pod, to)) return { branch: sent, place: inside };
  if (areOnTwoNodes(pod, to) || !mayShare(world, cluster, { pool, pod }, to, sent)) return across;
  const key = `one node or two ${pool.pool.key} ${pod?.kind ?? 'node'} ${pod?.namespace}/${pod?.name} ${to.kind} ${to.namespace}/${to.name}`;
  const { deliverTo } = across.branch;
  const visit: Place['visit'] = (branch) => {
    const perhaps = provided(branch, WHICH);
    return [
      goesOn(perhaps, inside),
      goesOn(deliverTo === undefined ? perhaps : { ...perhaps, deliverTo }, across.place),
    ];
  };
  return { branch: sent, place: { key, visit } };
}

/** A pool that both may run on, with the receiver at an address that is asked about. */
function mayShare(
  world: World,
  cluster: ClusterPlacement,
  { pool, pod }: NearSender & { readonly pool: PoolPlacement },
  to: PodClass,
  { header }: Branch,
): boolean {
  const home = subnetKeyOf(pool);
  const mine = pod === undefined ? [pool] : fittingPools(cluster, pod);
  const { destination } = header;
  return fittingPools(cluster, to).some((one) => {
    if (subnetKeyOf(one) !== home || !mine.includes(one)) return false;
    const there = endOfPod(world, cluster, one, to);
    return (
      destination.kind === 'as-sent' ||
      there.kind === 'as-sent' ||
      addressSetsOverlap(there.addresses, destination.addresses)
    );
  });
}

/**
 * May a group or a table keep two nodes apart? Where none may, both ways end alike. An end that is written with an address outside the subnets
 * of its cluster is none that their rules let pass for its sake. O(subnets of the cluster), once.
 */
function isGuarded(world: World, cluster: ClusterPlacement, { header }: Branch): boolean {
  const [found] = toldOnce(world, `guards inside ${cluster.name}`, () => [guards(world, cluster)]);
  const { isAny = false, isAmongOwn = false, own } = found ?? {};
  const isOwn = (end: End) =>
    end.kind === 'one-of' && own !== undefined && addressSetCovers(own, end.addresses);
  return isAmongOwn || (isAny && !(isOwn(header.source) && isOwn(header.destination)));
}

interface Guards {
  /** Is there a table, or a group that denies what is not between the subnets of the cluster? */
  readonly isAny: boolean;
  readonly isAmongOwn: boolean;
  readonly own: AddressSet;
}

function guards({ network }: World, { pools }: ClusterPlacement): Guards {
  const links = pools.flatMap(({ nodeSubnet, podSubnet }) => [nodeSubnet, podSubnet]);
  const subnets = links.flatMap((link) => (link.kind === 'found' ? [link.target] : []));
  const own = unionAddresses(...subnets.map(({ addresses }) => addresses));
  const isAny = subnets.some(
    ({ routeTable, networkSecurityGroup }) =>
      routeTable.kind !== 'none' || networkSecurityGroup.kind !== 'none',
  );
  const isAmongOwn = [...new Set(subnets)].some(
    ({ subnet, routeTable, networkSecurityGroup, addresses }) => {
      if (routeTable.kind !== 'none') return true;
      if (networkSecurityGroup.kind === 'none') return false;
      if (isEmptyAddressSet(addresses)) return true;
      const ends = { Outbound: [addresses, own], Inbound: [own, addresses] } as const;
      return (['Outbound', 'Inbound'] as const).some((direction) => {
        const rules = subnetNsgRules(network, subnet.key, direction);
        return concerning(rules, ...ends[direction]).some(({ effect }) => effect === 'deny');
      });
    },
  );
  return { isAny, isAmongOwn, own };
}

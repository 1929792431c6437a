import type { PodClass } from '../../model/index.ts';
import {
  type ClusterPlacement,
  isElsewhere,
  type ServiceFrontend,
  type SubnetPlacement,
  targetOf,
} from '../../network/index.ts';
import {
  clientFilterRules,
  type FrontEndEffect,
  serviceFrontEndRules,
} from '../../semantics/load-balancer/symbolic.ts';
import { answeredHome } from '../answer/answered-home.ts';
import {
  type Branch,
  cut,
  ends,
  goesOn,
  open,
  type Place,
  provided,
  type Step,
} from '../branch.ts';
import type { End } from '../header.ts';
import { toldOnce, type World } from '../world.ts';
import { betweenNodes, hasOverlay } from './between-nodes.ts';
import { type AnswerFrom, enteringPod } from './entering-pod.ts';
import { filters } from './filter.ts';
import { type HandedOn, handedOn } from './handed-on.ts';
import { endOfNode, endOfPod } from './leaving-node.ts';
import { nsgOf } from './leaving-subnet.ts';

type Listening = Extract<FrontEndEffect, { kind: 'listening' }>;

/**
 * The load balancer of a Service and the node behind it: the Service's own client ranges, the security group of the nodes' subnet,
 * then kube-proxy (AKS-71, AKS-72, AKS-78). The answer sets out from the node, to the client as the load balancer kept it.
 */
export function serviceFrontend(
  world: World,
  cluster: ClusterPlacement,
  frontend: ServiceFrontend,
): Place {
  const { service } = frontend;
  const name = `${service.namespace}/${service.name}`;
  return {
    key: `front end ${cluster.name} ${name}`,
    visit: (branch) => {
      if (isElsewhere(world.network, cluster)) {
        // What that cluster lets in is its own view's answer: here it stands for any machine of the network.
        const arrived = { kind: 'left', to: `service ${name} of ${cluster.name}` } as const;
        return answeredHome(world, branch, arrived, targetOf(frontend.subnet)?.vnet.key);
      }
      const rules = toldOnce(world, `front end ${cluster.name} ${name}`, () =>
        serviceFrontEndRules(cluster, frontend),
      );
      const { parts } = cut(branch, rules, { box: 'load-balancer', name, stage: 'listener' });
      return parts.flatMap(({ branch: part, effect, by }): readonly Step[] =>
        effect.kind === 'no-listener'
          ? [ends(part, { kind: 'denied', by })]
          : listening(world, cluster, frontend, part, effect),
      );
    },
  };
}

function listening(
  world: World,
  cluster: ClusterPlacement,
  frontend: ServiceFrontend,
  branch: Branch,
  effect: Listening,
): readonly Step[] {
  const { service } = frontend;
  const name = `${service.namespace}/${service.name}`;
  const nodes = nodesBehind(cluster);
  const places: readonly (SubnetPlacement | undefined)[] = nodes.length === 0 ? [undefined] : nodes;
  const clients = toldOnce(world, `clients ${cluster.name} ${name}`, () =>
    clientFilterRules(world.network, cluster, frontend),
  );
  const box = { box: 'load-balancer', name };
  return places.flatMap((subnet): readonly Step[] => {
    const either = oneOfSeveral(places.length, `which node ${name} hands it to`);
    const group = subnet?.networkSecurityGroup.kind === 'none' ? undefined : subnet;
    const isUnseen = effect.seen.kind === 'node' && effect.seen.port === undefined;
    const nsg =
      group === undefined || isUnseen
        ? []
        : [
            {
              rules: nsgOf(world, group.subnet.key, 'Inbound'),
              box: { ...box, stage: `nsg of ${group.subnet.name}` },
            },
          ];
    const seen = asSeen(branch, effect, cluster);
    const { passed, stopped } = filters(either === undefined ? seen : provided(seen, either), [
      { rules: clients, box: { ...box, stage: 'client ranges' } },
      ...nsg,
    ]);
    const unseen = group !== undefined && effect.seen.kind === 'node' ? effect.seen.why : [];
    return [
      ...stopped,
      ...passed.flatMap((each) => {
        const there = { ...each, header: branch.header };
        const steps = toBackends(
          world,
          cluster,
          frontend,
          provided(there, ...unseen),
          effect,
          subnet,
        );
        return unseen.length === 0 ? steps : [...steps, open(there, ...unseen)];
      }),
    ];
  });
}

/** What security groups of the nodes see (AKS-71): the front end, or a node at its port. */
function asSeen(branch: Branch, { seen, port }: Listening, cluster: ClusterPlacement): Branch {
  if (seen.kind === 'front-end')
    return { ...branch, header: { ...branch.header, destinationPort: port.port } };
  const destination: End = {
    kind: 'one-of',
    addresses: cluster.nodeAddresses,
    label: `a node of ${cluster.name}`,
  };
  const header = { ...branch.header, destination };
  return {
    ...branch,
    header: seen.port === undefined ? header : { ...header, destinationPort: seen.port },
  };
}

function toBackends(
  world: World,
  cluster: ClusterPlacement,
  frontend: ServiceFrontend,
  branch: Branch,
  { backends, client }: Listening,
  subnet: SubnetPlacement | undefined,
): readonly Step[] {
  const { service } = frontend;
  const name = `${service.namespace}/${service.name}`;
  if (backends.length === 0) {
    return [open(branch, { missing: `a workload that ${name} selects`, at: service.at })];
  }
  const isLocal = service.externalTrafficPolicy === 'Local';
  const either = oneOfSeveral(backends.length, `which pod behind ${name} gets it`);
  return backends.flatMap(({ pod, port }): readonly Step[] => {
    const part = either === undefined ? branch : provided(branch, either);
    if (port === undefined) return [ends(part, { kind: 'denied', by: undeclared(pod, frontend) })];
    const arrival = isLocal || client === 'kept' ? 'load-balancer-local' : 'load-balancer-cluster';
    // What comes from elsewhere is neither a pod nor a node, whatever range its address lies in.
    const isElsewhere = branch.sender !== cluster;
    const what = isElsewhere ? 'no-member' : 'told';
    const into = (answer: AnswerFrom) => enteringPod(world, cluster, pod, arrival, what, answer);
    const place = into(subnet === undefined ? 'unknown' : { subnetKey: subnet.subnet.key });
    const called = { ...part, header: { ...part.header, destinationPort: port } };
    if (isLocal) return [goesOn(called, place)];
    const { passed, lost, stopped } = toOtherNode(world, cluster, subnet, pod, called);
    return [
      ...stopped,
      ...passed.map((each) => goesOn(each, place)),
      ...lost.map((each) => goesOn(each.branch, into({ lostAt: each.by }))),
    ];
  });
}

/** Under `Cluster` a node hands on to a pod of any node, as itself (AKS-75): to one of the overlay, or of the network. */
function toOtherNode(
  world: World,
  cluster: ClusterPlacement,
  subnet: SubnetPlacement | undefined,
  pod: PodClass,
  branch: Branch,
): HandedOn {
  const pool = cluster.pools.find(({ nodeSubnet }) => targetOf(nodeSubnet) === subnet);
  const unasked = { passed: [branch], lost: [], stopped: [] };
  if (subnet === undefined || pool === undefined) return unasked;
  if (pod.hostNetwork || !hasOverlay(cluster)) {
    const { addressing } = cluster;
    const isPlaced = pod.hostNetwork || addressing === 'node-subnet' || addressing === 'pod-subnet';
    return isPlaced ? handedOn(world, cluster, pool, pod, branch) : unasked;
  }
  const source = endOfNode(world, cluster, pool);
  const destination = endOfPod(world, cluster, pool, pod);
  const seen = { ...branch, header: { ...branch.header, source, destination } };
  const sender = { pool, isAnyNode: true } as const;
  const { passed, stopped } = betweenNodes(world, cluster, sender, pod, seen);
  const restored = passed.map((each) => ({ ...each, header: branch.header }));
  return { passed: restored, lost: [], stopped };
}

function undeclared(pod: PodClass, { service }: ServiceFrontend) {
  const name = `${pod.namespace}/${pod.name} does not declare the port that ${service.name} sends to`;
  return { kind: 'default', name, at: service.at, fact: 'K8P-81' } as const;
}

/** A load balancer hands to nodes of any pool: one of each subnet. */
function nodesBehind({ pools }: ClusterPlacement): readonly SubnetPlacement[] {
  const subnets = new Set<SubnetPlacement>();
  for (const { pool, nodeSubnet } of pools) {
    if (nodeSubnet.kind === 'found' && pool.mode !== 'Gateway') subnets.add(nodeSubnet.target);
  }
  return [...subnets];
}

function oneOfSeveral(count: number, missing: string) {
  return count > 1 ? { missing } : undefined;
}

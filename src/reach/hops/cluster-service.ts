import type { FlowRule } from '../../flows/index.ts';
import type { Service, ServicePort } from '../../model/index.ts';
import { singleAddress } from '../../net/index.ts';
import type { ClusterPlacement } from '../../network/index.ts';
import { type Rewritten, serviceRules } from '../../semantics/services/symbolic.ts';
import type { Decider } from '../../semantics/verdict.ts';
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
import type { Origin } from '../origins.ts';
import { placesOfPod } from '../places-of-pod.ts';
import { towardsPod } from '../towards-pod.ts';
import { toldOnce, type World } from '../world.ts';

/**
 * A pod or a node calls a Service of its cluster, by the address of the cluster or by that of its load balancer: the node picks a
 * backend before any policy looks (K8P-19), and the call never meets the load balancer (azure-networking 7).
 * @param way a port that the Service does not have is refused at its cluster address, and led on to its load balancer
 */
export function clusterService(
  world: World,
  origin: Origin,
  cluster: ClusterPlacement,
  service: Service,
  way: 'cluster-ip' | 'load-balancer',
): Place {
  const name = `${service.namespace}/${service.name}`;
  return {
    key: `service ${name}`,
    visit: (branch) => {
      const rules = service.ports.map(
        (port): FlowRule<ServicePort, Decider> => ({
          region: [{ protocols: [port.protocol], destinationPorts: [port.port, port.port] }],
          effect: port,
          by: { kind: 'rule', name: `Service ${name}:${port.port}`, at: port.at, fact: 'K8P-19' },
        }),
      );
      const { parts, rest } = cut(branch, rules, { box: 'service', name, stage: 'service' });
      const steps = parts.flatMap(({ branch: part, effect }) =>
        toBackends(world, origin, cluster, service, effect, part),
      );
      if (rest === undefined) return steps;
      if (way === 'load-balancer') return [...steps, goesOn(rest, origin.place)];
      const text = `Service ${name} has no such port`;
      const by: Decider = { kind: 'default', name: text, at: service.at, fact: 'K8P-81' };
      return [...steps, ends(rest, { kind: 'denied', by })];
    },
  };
}

function toBackends(
  world: World,
  origin: Origin,
  cluster: ClusterPlacement,
  service: Service,
  port: ServicePort,
  branch: Branch,
): readonly Step[] {
  const name = `${service.namespace}/${service.name}`;
  const rewritten = rewrittenBy(world, cluster, service, port);
  if (rewritten === undefined) {
    return [open(branch, { missing: `what the nodes of ${cluster.name} know of ${name}` })];
  }
  const { backends, endpoints, why } = rewritten;
  const steps: Step[] = [];
  let sent = branch;
  if (service.internalTrafficPolicy === 'Local' && endpoints.length === 0) {
    // K8P-83: then only pods on the client's own node count, and no file says which those are.
    const missing = `whether the sender's node runs a pod of Service ${name}`;
    const text = `Service ${name} has no pod on the sender's node`;
    const by: Decider = { kind: 'default', name: text, at: service.at, fact: 'K8P-83' };
    sent = provided(branch, { missing, at: service.at });
    if (backends.length > 0) steps.push(ends(sent, { kind: 'denied', by }));
  }
  if (why.length > 0) return [open(branch, ...why)];
  const calls = backends.flatMap(({ pod, port: number }) =>
    placesOfPod(world, cluster, pod).map(({ end }) => ({ pod, number, end })),
  );
  const isChoice = calls.length + endpoints.length > 1;
  const chosen = isChoice ? provided(sent, { missing: `which backend of ${name} gets it` }) : sent;
  for (const { pod, number, end } of calls) {
    if (number === undefined) {
      const text = `${pod.namespace}/${pod.name} does not declare the port that ${name} sends to`;
      const by: Decider = { kind: 'default', name: text, at: port.at, fact: 'K8P-81' };
      steps.push(ends(chosen, { kind: 'denied', by }));
      continue;
    }
    const start = towardsPod(world, origin, calling(chosen, end, number), cluster, pod, true);
    steps.push(goesOn(start.branch, start.place));
  }
  for (const { address, port: number } of endpoints) {
    const end: End = {
      kind: 'one-of',
      addresses: singleAddress(address),
      label: `an endpoint of ${name}`,
    };
    steps.push(goesOn(calling(chosen, end, number), origin.place));
  }
  return steps;
}

function calling(branch: Branch, destination: End, destinationPort: ServicePort['port']): Branch {
  return {
    ...branch,
    called: destination,
    header: { ...branch.header, destination, destinationPort },
  };
}

function rewrittenBy(
  world: World,
  cluster: ClusterPlacement,
  service: Service,
  port: ServicePort,
): Rewritten | undefined {
  const rules = toldOnce(world, `services ${cluster.name}`, () =>
    serviceRules(world.network, cluster),
  );
  for (const { effect } of rules) {
    if (effect.kind === 'rewritten' && effect.service === service && effect.port === port) {
      return effect;
    }
  }
  return undefined;
}

import type { FlowPoint, NameSet } from '../flows/index.ts';
import { ANY_NAME, WITHOUT_NAME } from '../flows/index.ts';
import type { PodClass, Service } from '../model/index.ts';
import { type AddressSet, ALL_IPV4, formatIp, portSetHas } from '../net/index.ts';
import { type ClusterPlacement, PRIVATE_IPV4 } from '../network/index.ts';
import { membersOfTag } from '../semantics/match.ts';
import { privateAddressOf } from '../values/index.ts';
import { AS_SENT, type End } from './header.ts';
import { endOfNode } from './hops/leaving-node.ts';
import {
  clusterOfPods,
  type Found,
  isIpv6Only,
  noIpv6,
  podsOf,
  spelledKind,
  subnetNamed,
  unknownSubnet,
  unknownTag,
} from './origins.ts';
import { outside } from './outside.ts';
import { placesOfPod } from './places-of-pod.ts';
import { poolsNamed } from './pools-named.ts';
import type { Selector } from './selector.ts';
import type { AskedService } from './start.ts';
import type { World } from './world.ts';

/** What flows of a question are addressed to. */
export interface Target {
  /** For people: `the internet, by name`. */
  readonly label: string;
  readonly destination: End;
  /** Destinations asked about, where they are told apart. */
  readonly destinations?: AddressSet;
  readonly names?: NameSet;
  readonly service: AskedService;
  /** What the names resolve to depends on the sender. */
  readonly isByName?: true;
  /** A Service: from inside the cluster its pods, from outside its front end. */
  readonly called?: { readonly cluster: ClusterPlacement; readonly service: Service };
  /** A pod of the cluster: reached without leaving the cluster network where pods have addresses of their own. */
  readonly pod?: PodClass;
  readonly cluster?: ClusterPlacement;
  /** One flow of it as `trace --to` takes it. */
  readonly spell: (point: FlowPoint) => string;
}

/** The sets a selector names as a receiver. */
export function targetsOf(world: World, selector: Selector): Found<Target> {
  const { network } = world;
  const service: AskedService = {
    ...(selector.ports === undefined ? {} : { ports: selector.ports }),
    ...(selector.protocol === undefined ? {} : { protocol: selector.protocol }),
  };
  switch (selector.kind) {
    case 'internet':
      return found(
        byAddress('the internet, by address', outside(world), service),
        byName(world, 'the internet, by name', ANY_NAME, service),
      );
    case 'names': {
      const names: NameSet = { patterns: selector.patterns, withoutName: false };
      return found(byName(world, selector.patterns.join(', '), names, service));
    }
    case 'addresses':
      if (isIpv6Only(selector.addresses)) return noIpv6(selector.text);
      return found(byAddress(selector.text, selector.addresses, service));
    case 'subnet': {
      const subnet = subnetNamed(network, selector.name);
      return subnet === undefined
        ? unknownSubnet(network, selector.name)
        : found(byAddress(`subnet ${subnet.subnet.name}`, subnet.addresses, service));
    }
    case 'tag': {
      const set = membersOfTag(network.perimeter.snapshot.datasets.serviceTags, selector.tag);
      return set === undefined
        ? unknownTag(selector.tag)
        : found(byAddress(`service tag ${selector.tag}`, { v4: set.v4, v6: [] }, service));
    }
    case 'pods': {
      const pods = podsOf(network, selector);
      if (pods.kind === 'problem') return pods;
      return { kind: 'found', found: pods.found.flatMap((pod) => toPod(world, pod, service)) };
    }
    case 'nodes':
      return nodeTargets(world, selector, service);
    case 'private-endpoint':
      return endpointTarget(world, selector, service);
    case 'public-ip':
      return publicTarget(world, selector, service);
    case 'service':
      return serviceTargets(world, selector);
  }
}

/** Addresses that are told apart one by one. Who asks by address shows no name. */
function byAddress(label: string, destinations: AddressSet, service: AskedService): Target {
  return {
    label,
    destination: AS_SENT,
    destinations,
    names: WITHOUT_NAME,
    service,
    spell: ({ destination, ...point }) => `${bracketed(formatIp(destination))}${portOf(point)}`,
  };
}

/** Names whose addresses nobody knows: any public address that is not the perimeter's own. */
function byName(world: World, label: string, names: NameSet, service: AskedService): Target {
  return {
    label,
    destination: { kind: 'one-of', addresses: outside(world), label: 'the name' },
    names,
    isByName: true,
    service,
    spell: (point) => `${point.name ?? ''}${portOf(point)}`,
  };
}

/** One per pool it may run on where pods have addresses of the network, else one. */
function toPod(world: World, pod: PodClass, service: AskedService): readonly Target[] {
  const cluster = clusterOfPods(world.network);
  if (cluster === undefined) return [];
  const name = `${pod.namespace}/${pod.name}`;
  return placesOfPod(world, cluster, pod).map(({ end, pool, isOnly }) => ({
    label: isOnly ? name : `${name} on pool ${pool?.pool.name}`,
    destination: end,
    names: WITHOUT_NAME,
    service,
    pod,
    cluster,
    spell: (point) => `${spelledKind(pod)}:${name}${portOf(point)}`,
  }));
}

function nodeTargets(
  world: World,
  selector: Selector & { kind: 'nodes' },
  service: AskedService,
): Found<Target> {
  const pools = poolsNamed(world.network, selector);
  if (pools.kind === 'problem') return pools;
  return {
    kind: 'found',
    found: pools.found.map(
      ({ cluster, pool, label, spelling }): Target => ({
        label,
        destination: endOfNode(world, cluster, pool),
        names: WITHOUT_NAME,
        service,
        spell: (point) => `${spelling}${portOf(point)}`,
      }),
    ),
  };
}

function endpointTarget(
  { network }: World,
  selector: Selector & { kind: 'private-endpoint' },
  service: AskedService,
): Found<Target> {
  const all = [...network.perimeter.privateEndpoints.values()];
  const one = all.find(({ name }) => name.toLowerCase() === selector.name.toLowerCase());
  if (one === undefined) {
    return {
      kind: 'problem',
      message: `no private endpoint of the input is named \`${selector.name}\``,
      hint: all.map(({ name }) => `private-endpoint:${name}`).join(', ') || 'there is none',
    };
  }
  const owned = network.owners.entries.find(
    ({ owner }) => owner.kind === 'private-endpoint' && owner.endpoint === one,
  );
  const destination: End = {
    kind: 'one-of',
    addresses: owned?.address.addresses ?? PRIVATE_IPV4,
    label: `private endpoint ${one.name}`,
    symbol: owned?.address.symbol ?? privateAddressOf(one.key),
  };
  const label = `private endpoint ${one.name}`;
  const spell: Target['spell'] = (point) => `private-endpoint:${one.name}${portOf(point)}`;
  return found({ label, destination, names: WITHOUT_NAME, service, spell });
}

/** One per port of the Service. */
function serviceTargets(world: World, selector: Selector & { kind: 'service' }): Found<Target> {
  const { network } = world;
  const all = network.perimeter.kubernetes.services;
  const named = all.filter(
    ({ namespace, name }) =>
      name === selector.name &&
      (selector.namespace === undefined || namespace === selector.namespace),
  );
  const cluster = clusterOfPods(network);
  const [service, second] = named;
  const problem = (message: string, near: readonly Service[]): Found<Target> => ({
    kind: 'problem',
    message,
    hint: near.map(({ namespace, name }) => `service:${namespace}/${name}`).join(', '),
  });
  if (service === undefined || cluster === undefined) {
    return problem(`no Service of the input is \`${selector.text}\``, all.slice(0, 6));
  }
  if (second !== undefined) return problem(`\`${selector.text}\` is in several namespaces`, named);
  const title = `${service.namespace}/${service.name}`;
  const { ports: asked, protocol } = selector;
  const ports = service.ports.filter(
    (one) =>
      (asked === undefined || portSetHas(asked, one.port)) &&
      (protocol === undefined || one.protocol === protocol),
  );
  if (ports.length === 0) return problem(`Service ${title} has no such port`, [service]);
  return found(
    ...ports.map(
      (one): Target => ({
        label: `service ${title}:${one.port}`,
        destination: {
          kind: 'one-of',
          addresses: ALL_IPV4,
          label: `Service ${title}`,
          symbol: `service ${title}`,
        },
        names: WITHOUT_NAME,
        called: { cluster, service },
        service: { ports: [one.port, one.port], protocol: one.protocol },
        spell: (point) => `service:${title}${portOf(point)}`,
      }),
    ),
  );
}

function publicTarget(
  { network }: World,
  selector: Selector & { kind: 'public-ip' },
  service: AskedService,
): Found<Target> {
  const all = network.owners.entries.flatMap(({ owner, address }) =>
    owner.kind === 'public-ip' ? [{ publicIp: owner.publicIp, address }] : [],
  );
  const one = all.find(
    ({ publicIp }) => publicIp.name.toLowerCase() === selector.name.toLowerCase(),
  );
  if (one === undefined) {
    return {
      kind: 'problem',
      message: `no public IP address of the input is named \`${selector.name}\``,
      hint: all.map(({ publicIp }) => `publicip:${publicIp.name}`).join(', ') || 'there is none',
    };
  }
  const { addresses, symbol } = one.address;
  const label = `public address ${one.publicIp.name}`;
  const destination: End = {
    kind: 'one-of',
    addresses,
    label,
    ...(symbol === undefined ? {} : { symbol }),
  };
  const spell: Target['spell'] = (point) => `publicip:${one.publicIp.name}${portOf(point)}`;
  return found({ label, destination, names: WITHOUT_NAME, service, spell });
}

function portOf({
  protocol,
  destinationPort,
}: Pick<FlowPoint, 'protocol' | 'destinationPort'>): string {
  switch (protocol) {
    case 'tcp':
      return `:${destinationPort}`;
    case 'udp':
    case 'sctp':
      return `:${destinationPort}/${protocol}`;
    default:
      return '';
  }
}

function bracketed(text: string): string {
  return text.includes(':') ? `[${text}]` : text;
}

function found<T>(...list: readonly T[]): Found<T> {
  return { kind: 'found', found: list };
}

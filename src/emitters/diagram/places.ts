import type { AzureResource, Reference } from '../../model/index.ts';
import type { Network, Owner } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Sketch } from './sketch.ts';
import { compare } from './sketch.ts';

/** Ids of boxes that several parts of the picture lead to. */

export const INTERNET = 'internet';
export const ON_PREMISES = 'on-premises';

/** The internet, drawn once something leads there. */
export function internet(sketch: Sketch): string {
  sketch.put(undefined, { id: INTERNET, kind: 'internet', name: 'Internet', layer: 'network' });
  return INTERNET;
}

export function onPremises(sketch: Sketch): string {
  sketch.put(undefined, {
    id: ON_PREMISES,
    kind: 'on-premises',
    name: 'On-premises',
    layer: 'network',
  });
  return ON_PREMISES;
}

/** An address or a name without a holder; an address stands in the subnet that certainly holds it. */
export function outsideAddress(sketch: Sketch, text: string, subnetKey?: string): string {
  const home = subnetKey !== undefined && sketch.has(subnetKey) ? subnetKey : undefined;
  const id = `address/${home ?? ''}/${text}`;
  const lines = [home === undefined ? 'no holder in reach' : 'no holder in the input'];
  sketch.put(home, { id, kind: 'outside-address', name: text, lines, layer: 'network' });
  return id;
}

/** The box of a region; several subscriptions are told apart. */
export function regionOf(
  network: Network,
  key: string,
  location: string | undefined,
  sketch: Sketch,
): string {
  const resource = network.perimeter.snapshot.resources.get(key);
  const subscription = subscriptionOf(key, resource);
  const region = (location ?? '').trim() === '' ? 'region not known' : (location ?? '');
  const id = `region/${region.toLowerCase()}/${subscription.toLowerCase()}`;
  const lines = severalSubscriptions(network) ? [`subscription ${subscription}`] : [];
  sketch.put(undefined, { id, kind: 'region', name: region, lines, layer: 'network' });
  return id;
}

/** Where a thing with a subnet stands: in it when it is drawn, else in its region. */
export function standsIn(
  network: Network,
  subnet: Reference | undefined,
  thing: { readonly key: string; readonly location?: string },
  sketch: Sketch,
): string {
  if (subnet !== undefined && !isUnknown(subnet) && sketch.has(subnet.key)) return subnet.key;
  return regionOf(network, thing.key, thing.location, sketch);
}

/** The box that stands for whoever holds an address; `undefined` when it is not drawn. */
export function boxOfOwner(owner: Owner): string {
  switch (owner.kind) {
    case 'firewall-private':
    case 'firewall-public':
      return owner.firewall.firewall.key;
    case 'service-frontend':
      return frontEndId(owner.frontend.service.namespace, owner.frontend.service.name);
    case 'load-balancer-frontend':
      return owner.loadBalancer.key;
    case 'application-gateway-frontend':
      return owner.gatewayKey;
    case 'private-endpoint':
      return owner.endpoint.key;
    case 'network-interface':
      return interfaceId(owner.interfaceKey, owner.forwards);
    case 'cluster-service':
      return namespaceId(owner.service.namespace);
    case 'public-ip':
      return owner.publicIp.key;
  }
}

export function frontEndId(namespace: string, name: string): string {
  return `front-end/${namespace}/${name}`;
}

export function namespaceId(namespace: string): string {
  return `namespace/${namespace}`;
}

/** Interfaces that forward are appliances of their own; the others of a subnet stand together. */
export function interfaceId(key: string, forwards: boolean | 'unknown'): string {
  return forwards === false ? `machine/${key}` : key;
}

const subscriptions = new WeakMap<Network, boolean>();

function severalSubscriptions(network: Network): boolean {
  const known = subscriptions.get(network);
  if (known !== undefined) return known;
  const seen = new Set<string>();
  for (const key of network.perimeter.virtualNetworks.keys())
    seen.add(subscriptionOf(key, undefined));
  for (const key of network.perimeter.clusters.keys()) seen.add(subscriptionOf(key, undefined));
  subscriptions.set(network, seen.size > 1);
  return seen.size > 1;
}

function subscriptionOf(key: string, resource: AzureResource | undefined): string {
  if (resource !== undefined && resource.subscriptionId !== '')
    return resource.subscriptionId.toLowerCase();
  return /^\/subscriptions\/([^/]+)/.exec(key)?.[1] ?? 'not known';
}

/** By key: the order of files leaves no trace. */
export function byKey<T>(entries: ReadonlyMap<string, T>): readonly T[] {
  return [...entries].sort(([a], [b]) => compare(a, b)).map(([, value]) => value);
}

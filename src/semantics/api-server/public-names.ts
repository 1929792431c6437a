import type { ClusterPlacement, Network } from '../../network/index.ts';
import { attributeOf } from '../../values/index.ts';

/** The address of a cluster's public API endpoint, which only Azure knows. */
export function apiServerSymbol(clusterKey: string): string {
  return attributeOf(clusterKey, 'apiServerAddress');
}

/** Names by which the API server of a cluster is called, as far as the input tells (AKS-98). */
export interface ApiServerNames {
  readonly cluster: ClusterPlacement;
  /** The names themselves: `fqdn` and `privateFQDN`. */
  readonly known: readonly string[];
  /** Nobody wrote down what Azure generated: endings of names that may be it. */
  readonly suffixes: readonly string[];
  /** May a name lead to an address inside the network? */
  readonly mayBePrivate: boolean;
  /** May one lead to a public endpoint? */
  readonly mayBePublic: boolean;
}

const read = new WeakMap<Network, readonly ApiServerNames[]>();

/** One entry per cluster with a resource. Lower-cased. */
export function apiServerNames(network: Network): readonly ApiServerNames[] {
  const known = read.get(network);
  if (known !== undefined) return known;
  const found = network.clusters.flatMap((cluster) => namesOf(cluster) ?? []);
  read.set(network, found);
  return found;
}

/**
 * Endings of names that AKS keeps in private zones, so that no public DNS holds them (AKS-53, AKS-98). Of the regions that clusters of the
 * input are in: names of other regions are nobody's here.
 */
export function privateApiServerEndings({ clusters }: Network): readonly string[] {
  const regions = clusters.flatMap(({ cluster }) => cluster?.location ?? []);
  const endings = regions.flatMap((region) =>
    ['privatelink', 'private'].map((zone) => `.${zone}.${region}.azmk8s.io`),
  );
  return [...new Set(endings)];
}

export function isPrivateApiServerName(network: Network, name: string): boolean {
  return privateApiServerEndings(network).some((ending) => name.endsWith(ending));
}

/** The cluster whose API server certainly has this name. */
export function clusterNamed(network: Network, name: string): ClusterPlacement | undefined {
  return apiServerNames(network).find(({ known }) => known.includes(name))?.cluster;
}

/** What to ask when a name may be the one that Azure generated for the cluster. */
export function whetherItsName(name: string, { name: cluster }: ClusterPlacement) {
  return { missing: `whether ${name} is the API server of ${cluster}` };
}

function namesOf(placement: ClusterPlacement): ApiServerNames | undefined {
  const { cluster } = placement;
  if (cluster === undefined) return undefined;
  const { isPrivate = false, vnetIntegration = false, publicFqdn } = cluster.apiServer;
  const { fqdn, privateFqdn, location } = cluster;
  const ending = (zone: string) =>
    location === undefined ? '.azmk8s.io' : `.${zone}.${location}.azmk8s.io`;
  const hasPublicName = isPrivate !== true || publicFqdn !== false;
  const suffixes: string[] = [];
  if (fqdn === undefined && hasPublicName) suffixes.push(ending('hcp'));
  if (privateFqdn === undefined && isPrivate !== false) {
    if (vnetIntegration !== true) suffixes.push(ending('privatelink'));
    if (vnetIntegration !== false) suffixes.push(ending('private'));
  }
  return {
    cluster: placement,
    known: [fqdn, privateFqdn].flatMap((name) => (name === undefined ? [] : [name.toLowerCase()])),
    suffixes: [...new Set(suffixes)],
    mayBePrivate: isPrivate !== false,
    mayBePublic: isPrivate !== true,
  };
}

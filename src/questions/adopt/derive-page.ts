import type { Perimeter as Page } from '../../intent/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { deriveClusters } from './derive-clusters.ts';
import { deriveHub, deriveSpokes, hubOf } from './derive-networks.ts';
import { deriveAllows, deriveNamespaces } from './derive-policies.ts';
import { derivePrivateEndpoints } from './derive-private-endpoints.ts';
import { deriveEgress, deriveIngress } from './derive-traffic.ts';
import { type PageDraft, pageName, type Remark } from './page-draft.ts';

/**
 * The page of intent that comes nearest to a perimeter, so that an estate that exists can be adopted. What a page has no words for is
 * remarked, with its place; what it expands to is compared with `diff`. `undefined` when there is no network or no cluster to start from.
 * O(size).
 */
export function derivePage(network: Network): PageDraft | undefined {
  const remarks: Remark[] = [];
  const hub = hubOf(network);
  const { spokes, names } = deriveSpokes(network, hub, remarks);
  const clusters = deriveClusters(network, names, remarks);
  const own = hub === undefined ? undefined : deriveHub(network, hub, remarks);
  if (own === undefined || clusters.length === 0 || spokes.length === 0) return undefined;
  const { perimeter } = network;
  if (network.vnets.size === 1) {
    const why =
      'hub and spoke are one network here; a page keeps them apart: choose a range for the hub';
    remarks.push({ what: `network ${hub!.name}`, why, at: hub!.at });
  }
  const placed = [...perimeter.firewalls.values(), ...perimeter.clusters.values(), hub!];
  const location = placed
    .map((one) => one.location)
    .find((one) => /^[a-z][a-z0-9]+$/.test(one ?? ''));
  if (location === undefined) {
    remarks.push({
      what: 'the region',
      why: 'nothing in the input says it: westeurope is written',
    });
  }
  const lists = {
    namespaces: deriveNamespaces(network),
    allow: deriveAllows(network, remarks),
    ingress: deriveIngress(network, remarks),
    egress: deriveEgress(network, remarks),
    privateEndpoints: derivePrivateEndpoints(network, names, remarks),
  };
  const isLogged = [...perimeter.firewalls.keys()].some((key) =>
    perimeter.diagnosticSettings.some(
      ({ scopeKey, hasDestination }) => scopeKey === key && hasDestination,
    ),
  );
  const page: Page = {
    name: pageName(clusters[0]!.name, new Set()),
    location: location ?? 'westeurope',
    ...tagsOf(network),
    hub: own,
    spokes,
    clusters,
    ...(Object.fromEntries(
      Object.entries(lists).filter(([, list]) => list.length > 0),
    ) as Partial<Page>),
    logging: {
      enabled: isLogged,
      flowLogs: [...perimeter.flowLogs.values()].some(
        ({ enabled }) => !isUnknown(enabled) && enabled === true,
      ),
    },
  };
  for (const gateway of perimeter.applicationGateways.values()) {
    const why =
      'which pods it leads to is said under ingress (`via: waf`), and is not told from listeners';
    remarks.push({ what: `application gateway ${gateway.name}`, why, at: gateway.at });
  }
  return { page, remarks };
}

/** Tags that everything large has. */
function tagsOf({ perimeter }: Network): Pick<Page, 'tags'> {
  const all = [
    ...perimeter.firewalls.values(),
    ...perimeter.clusters.values(),
    ...perimeter.virtualNetworks.values(),
  ];
  const [first, ...rest] = all;
  if (first === undefined) return {};
  const shared = Object.entries(first.tags).filter(([name, value]) =>
    rest.every(({ tags }) => tags[name] === value),
  );
  return shared.length === 0 ? {} : { tags: Object.fromEntries(shared) };
}

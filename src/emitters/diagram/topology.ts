/**
 * A perimeter as it is drawn: boxes within boxes, and edges that each mean one thing. Says nothing about where a box
 * stands or how it looks; names are the person's own and not escaped. Made by `topologyOf` in `draw-topology.ts`.
 */
export interface Topology {
  readonly title: string;
  /** Boxes at the top: the outside, regions, services of Azure. Sorted, like all boxes and edges. */
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
  /** What a reader must know of the picture: what was merged, what is not drawn. */
  readonly notes: readonly string[];
}

export interface Box {
  /** Unique in the topology; made of resource keys. */
  readonly id: string;
  readonly kind: BoxKind;
  /** As the person wrote it, or what stands for several: `12 virtual networks alike`. */
  readonly name: string;
  /** Few short lines that belong to the picture. */
  readonly lines: readonly string[];
  /** Everything else worth knowing, a line each. */
  readonly tooltip: readonly string[];
  readonly layer: Layer;
  readonly children: readonly Box[];
  /** What adds up when boxes are merged: workloads, nodes. Not shown otherwise. */
  readonly amounts?: readonly Amount[];
  /** Set when the box stands for several. */
  readonly count?: number;
}

export interface Amount {
  readonly number: number;
  readonly one: string;
  readonly many: string;
}

/** What can be shown and hidden together. `network` is always shown. */
export const LAYERS = [
  'network',
  'egress',
  'ingress',
  'private-link',
  'management',
  'workloads',
] as const;
export type Layer = (typeof LAYERS)[number];

/** Kinds with how they are called in the picture. */
export const BOX_KINDS = {
  internet: 'Internet',
  'on-premises': 'On-premises',
  administrators: 'Administrators',
  'outside-address': 'Address',
  region: 'Region',
  'virtual-network': 'Virtual network',
  'missing-network': 'Virtual network, not in the input',
  subnet: 'Subnet',
  firewall: 'Azure Firewall',
  'application-gateway': 'Application Gateway',
  'load-balancer': 'Load balancer',
  'service-front-end': 'Service front end',
  'nat-gateway': 'NAT gateway',
  bastion: 'Bastion',
  'network-gateway': 'Network gateway',
  appliance: 'Network appliance',
  machines: 'Machines',
  'private-endpoint': 'Private endpoint',
  'platform-service': 'Azure service',
  'public-addresses': 'Public addresses',
  cluster: 'AKS cluster',
  'node-pool': 'Node pool',
  namespace: 'Namespace',
  'api-server': 'API server',
} as const;
export type BoxKind = keyof typeof BOX_KINDS;

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly meaning: EdgeMeaning;
  /** Short; may be empty. */
  readonly label: string;
  readonly tooltip: readonly string[];
  /** `unknown`: it may be there or not; `broken`: it is written and does not carry traffic. */
  readonly standing: 'certain' | 'unknown' | 'broken';
  /** Set when the edge stands for several. */
  readonly count?: number;
}

/** Meanings with the words of the legend, and the layer each belongs to. */
export const EDGE_MEANINGS = {
  peering: { words: 'peering', layer: 'network' },
  'default-route': { words: 'default route (next hop)', layer: 'egress' },
  egress: { words: 'leaves to the Internet', layer: 'egress' },
  dnat: { words: 'DNAT publication', layer: 'ingress' },
  ingress: { words: 'ingress path', layer: 'ingress' },
  'private-link': { words: 'private link', layer: 'private-link' },
  'api-access': { words: 'access to the API server', layer: 'management' },
  'site-link': { words: 'VPN or ExpressRoute', layer: 'network' },
} as const satisfies Readonly<Record<string, { readonly words: string; readonly layer: Layer }>>;
export type EdgeMeaning = keyof typeof EDGE_MEANINGS;

/** Every box, parents before their children. O(boxes). */
export function* everyBox(boxes: readonly Box[]): Generator<Box> {
  for (const box of boxes) {
    yield box;
    yield* everyBox(box.children);
  }
}

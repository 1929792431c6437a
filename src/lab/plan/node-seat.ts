import type { Gap } from '../../diagnostics/index.ts';
import type { AgentPool } from '../../model/index.ts';
import type { Ip } from '../../net/index.ts';
import type { ClusterPlacement } from '../../network/index.ts';
import type { FrontEndView } from './front-end-view.ts';
import type { LabEnd, LabHost, LabLink, LabProcess } from './lab-plan.ts';

/**
 * A place for a node in the fabric: everything the topology decides about it. The node's own inside (its pods, its Services and its
 * policies) is planned by `planNodes`, which gives back the hosts. The fabric's end of the cable is the fabric's affair.
 */
export interface NodeSeat {
  /** The namespace: at most 20 characters, unique in the lab. */
  readonly host: string;
  /** As `lab exec` takes it: `node/nodepool1-0`. */
  readonly endName: string;
  readonly cluster: ClusterPlacement;
  /** Absent for Kubernetes objects without a cluster resource. */
  readonly pool?: AgentPool;
  /** Position within its pool, from 0. */
  readonly index: number;
  readonly address: Ip;
  readonly prefixLength: number;
  /** Of the node subnet: the first usable address. The fabric answers for it. */
  readonly gateway: Ip;
  /** The node's own interface, always `eth0`. */
  readonly interfaceName: string;
  readonly fabricHost: string;
  /** The other end of the cable, in the fabric. */
  readonly fabricInterface: string;
  /** Resolvers of the node, and upstream of the cluster's DNS. Addresses as texts. */
  readonly resolvers: readonly string[];
  /** CIDR texts of the node's VNet and its peers: what ip-masq rules call near. */
  readonly nearPrefixes: readonly string[];
  /** First addresses of the pod subnet this node may give to pods (dynamic and node-subnet modes); empty in overlay modes. */
  readonly podAddresses: readonly Ip[];
}

/** What the fabric must send to a node beside the node's own address. */
export interface PodRoute {
  /** CIDR text: `10.244.0.0/24`, or a /32 where pods have VNet addresses. */
  readonly prefix: string;
  readonly node: string;
  /** True when the prefix lies in a VNet subnet (pod-subnet and node-subnet modes), whose route table and NSG then apply to its pods. */
  readonly inSubnet: boolean;
  /** Its name. Overlays of two clusters may have the same prefixes: each knows its own. */
  readonly cluster: string;
}

/** A front-end address (Service of type LoadBalancer) and the nodes that take its flows, floating IP. */
export interface FrontendRoute {
  readonly address: string;
  readonly nodes: readonly string[];
  readonly label: string;
  readonly isInternal: boolean;
  /** What its rules forward (AZS-42). Absent: everything, or its nodes tell. */
  readonly ports?: readonly { readonly protocol: 'tcp' | 'udp'; readonly port: number }[];
  /** Without floating IP: what groups of those nodes see instead. Absent: the front end. */
  readonly views?: readonly FrontEndView[];
}

export interface NodesPart {
  /** The nodes themselves and their pods. */
  readonly hosts: readonly LabHost[];
  /** Cables between nodes and pods, and each node's cable to its fabric: `[{ host: seat.host, interface: 'eth0' }, { host: seat.fabricHost, interface: seat.fabricInterface }]` is made by the topology and not repeated here. */
  readonly links: readonly LabLink[];
  readonly ends: readonly LabEnd[];
  readonly processes: readonly LabProcess[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly gaps: readonly Gap[];
  readonly simplifications: readonly string[];
  readonly podRoutes: readonly PodRoute[];
  readonly frontendRoutes: readonly FrontendRoute[];
}

/** What the topology tells `planNodes` beside the seats. */
export interface NodesContext {
  readonly lab: string;
  /** Addresses that a public name has in this lab, for policies by name; undefined: nobody answers it. */
  readonly resolve: (name: string) => readonly string[] | undefined;
  /** Every public name the lab knows by itself: patterns in policies are tried on them. */
  readonly names?: readonly string[];
  /** Addresses of a cluster's API server in this lab, by the name of the cluster. */
  readonly apiServer?: (cluster: string) => readonly string[];
  readonly podsPerWorkload: number;
  /** Host names already taken. */
  readonly taken: ReadonlySet<string>;
}

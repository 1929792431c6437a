import type { PodClass } from '../model/index.ts';
import type { ClusterPlacement, PoolPlacement, ServiceFrontend } from '../network/index.ts';
import type { Flow, FlowAddress } from '../semantics/flow.ts';
import type { PolicyEnd } from '../semantics/network-policy/index.ts';
import type { MissingFact } from '../semantics/verdict.ts';
import type { Disposition, Hop } from './trace.ts';

/** Where a flow stands: which box looks at it next. */
export type Position =
  /** Inside a pod, about to leave it. */
  | {
      readonly kind: 'leaving-pod';
      readonly cluster: ClusterPlacement;
      /** Absent when no pool is known (Kubernetes objects without a cluster resource). */
      readonly pool?: PoolPlacement;
      readonly pod: PodClass;
    }
  /** On a node, after the pod: masquerade decides the source. */
  | {
      readonly kind: 'leaving-node';
      readonly cluster: ClusterPlacement;
      readonly pool?: PoolPlacement;
      /** Absent for traffic of the node itself. */
      readonly pod?: PodClass;
    }
  /** At an interface in a subnet, about to be routed. `sender` names the interface for people. */
  | {
      readonly kind: 'leaving-subnet';
      readonly subnetKey: string;
      readonly sender: string;
      readonly pool?: { readonly cluster: ClusterPlacement; readonly placement: PoolPlacement };
      /** The sender has already put its own public address on it (a firewall): the platform translates nothing. */
      readonly translated?: boolean;
    }
  /** Routed into a subnet: its NSG looks, then whatever owns the address. */
  | { readonly kind: 'entering-subnet'; readonly subnetKey: string }
  | { readonly kind: 'firewall'; readonly firewallKey: string }
  /** On the internet, addressed to a public address of the perimeter, or (on the way back) to the client. */
  | { readonly kind: 'internet' }
  /** Behind a gateway of `vnetKey`, on the way in. */
  | { readonly kind: 'on-premises'; readonly vnetKey?: string }
  | {
      readonly kind: 'service-frontend';
      readonly cluster: ClusterPlacement;
      readonly frontend: ServiceFrontend;
    }
  | {
      readonly kind: 'application-gateway';
      readonly gatewayKey: string;
      readonly frontendKey: string;
    }
  | { readonly kind: 'private-endpoint'; readonly endpointKey: string }
  /** At a pod, after every translation. */
  | {
      readonly kind: 'entering-pod';
      readonly cluster: ClusterPlacement;
      readonly pod: PodClass;
      /** Who the pod's policies see. */
      readonly from: PolicyEnd;
      readonly arrival: 'direct' | 'load-balancer-cluster' | 'load-balancer-local';
      /** Where the answer sets out, and with which headers, when the pod accepts. */
      readonly reply: Placed;
    }
  | { readonly kind: 'api-server'; readonly cluster: ClusterPlacement };

export interface Placed {
  readonly at: Position;
  readonly flow: Flow;
  /** The pod that holds the destination address: pods share ranges, so the address alone does not say. */
  readonly deliverTo?: DeliverTo;
}

/** A pod as the end of a flow. */
export interface DeliverTo {
  readonly cluster: ClusterPlacement;
  readonly pod: PodClass;
}

/** What a stateful box remembers of one connection: headers as they came in and as they went out. */
export interface Session {
  readonly boxKey: string;
  readonly boxName: string;
  readonly arrived: Flow;
  readonly left: Flow;
  /** Where the box hands an answer after undoing its translation, when it is not routed like any other packet. */
  readonly returnTo?: Position;
}

/** What one box made of the flow. */
export interface HopResult {
  readonly hop: Hop;
  readonly next:
    | { readonly kind: 'forward'; readonly to: Placed }
    | {
        readonly kind: 'stop';
        readonly disposition: Disposition;
        /** Where the answer sets out; only for dispositions that reach somebody. */
        readonly reply?: Placed;
      };
  readonly session?: Session;
  /** The box may also have dropped it: the walk goes on, and the end is unknown unless somebody denies for certain. */
  readonly conditions?: readonly MissingFact[];
  /** Taken as true and said so, e.g. that a literal next hop is the firewall whose address no file holds. */
  readonly assumptions?: readonly string[];
}

/** What a hop may ask about the walk it is part of. */
export interface Journey {
  readonly direction: 'forward' | 'return';
  /** Sessions of the forward half, for the way back. */
  readonly sessions: readonly Session[];
  /** The address the answer must reach (the source as the first box outside the sender saw it). */
  readonly home?: FlowAddress;
  /** The subnet it left from, and that subnet's network. */
  readonly homeSubnetKey?: string;
  readonly homeVnetKey?: string;
}

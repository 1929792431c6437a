import type { LoadBalancer, PodClass } from '../model/index.ts';
import type { ClusterPlacement, PoolPlacement, ServiceFrontend } from '../network/index.ts';
import type { Flow, FlowAddress } from '../semantics/flow.ts';
import type { PolicyEnd } from '../semantics/network-policy/index.ts';
import type { OutboundHow } from '../semantics/outbound/concrete.ts';
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
      /** The interface that sends, when the input holds it: its own security group looks first (AZN-42). */
      readonly interfaceKey?: string;
      /** Its own way out to the internet, when known. */
      readonly outbound?: OutboundHow;
      /** The firewall that sends: it has put its own address on what leaves, so the platform translates nothing. */
      readonly firewallKey?: string;
    }
  /** Routed into a subnet: its NSG looks, then whatever owns the address. */
  | { readonly kind: 'entering-subnet'; readonly subnetKey: string }
  /** `isFromInternet`: addressed to one of its public addresses, from outside; else routed to it from inside. */
  | { readonly kind: 'firewall'; readonly firewallKey: string; readonly isFromInternet?: true }
  /** On the internet, addressed to a public address of the perimeter, or (on the way back) to the client. */
  | { readonly kind: 'internet' }
  /** Behind a gateway: on the way in, or out there. `vnetKey`: the network that uses the gateway, where known. */
  | { readonly kind: 'on-premises'; readonly way: 'in' | 'out'; readonly vnetKey?: string }
  | {
      readonly kind: 'service-frontend';
      readonly cluster: ClusterPlacement;
      readonly frontend: ServiceFrontend;
    }
  | {
      readonly kind: 'load-balancer';
      readonly loadBalancer: LoadBalancer;
      readonly frontendKey: string;
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
      readonly throughService?: true;
      /** Where the answer sets out, and with which headers, when the pod accepts. Absent: no box is on its way. */
      readonly reply?: Placed;
    }
  /** `subnetKey`: at its address inside the network; absent: at its public endpoint. */
  | {
      readonly kind: 'api-server';
      readonly cluster: ClusterPlacement;
      readonly subnetKey?: string;
    };

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
  /** The sender called a Service, so the pod may be the sender itself (K8P-15). */
  readonly throughService?: true;
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
        /** The answer passes no box: the host of the sender gives it, or it stays inside the cluster network. */
        readonly isAnsweredHere?: true;
      };
  readonly session?: Session;
  /** The box may also have dropped it: the walk goes on, and the end is unknown unless somebody denies for certain. */
  readonly conditions?: readonly MissingFact[];
  /** The flow may be somewhere else than where the walk goes on: what later boxes say is certain of nothing. */
  readonly doubts?: readonly MissingFact[];
  /** Taken as true and said so, e.g. that a literal next hop is the firewall whose address no file holds. */
  readonly assumptions?: readonly string[];
}

/** Takes one of several ways that the walk may go on; the others are walked in traces of their own. */
export type Choose = <T>(ways: readonly T[], nameOf: (way: T) => string) => T;

/** What a hop may ask about the walk it is part of. */
export interface Journey {
  readonly direction: 'forward' | 'return';
  readonly choose: Choose;
  /** Who sent the request. */
  readonly sender: Sender;
  /** Sessions of the forward half, for the way back. */
  readonly sessions: readonly Session[];
  /** The address the answer must reach (the source as the first box outside the sender saw it). */
  readonly home?: FlowAddress;
  /** The subnet it left from, and that subnet's network. */
  readonly homeSubnetKey?: string;
  readonly homeVnetKey?: string;
  /** The request is only followed to this gateway: what it does with it is written in Kubernetes objects. */
  readonly endsAtGateway?: { readonly key: string; readonly published: string };
}

/** The start of the walk, as later boxes need it. */
export interface Sender {
  /** As it set out. */
  readonly address: FlowAddress;
  readonly cluster?: ClusterPlacement;
  /** Absent for nodes and everything that is not in a cluster. */
  readonly pod?: PodClass;
  readonly isNode: boolean;
  readonly isOnInternet: boolean;
}

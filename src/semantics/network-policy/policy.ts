import type { Gap, Place } from '../../diagnostics/index.ts';
import type { ClusterObjects } from '../../model/index.ts';
import type { AddressSet, Port, Protocol } from '../../net/index.ts';
import type { MissingFact } from '../verdict.ts';
import type { CalicoSelector } from './selectors/calico-selector.ts';
import type { LabelSelector } from './selectors/label-selector.ts';
import type { NamePattern } from './selectors/name-pattern.ts';

/** As seen from the pod a policy covers. */
export type Direction = 'egress' | 'ingress';

/** Every policy object of one cluster, read. Immutable: evaluators keep their indexes beside it. */
export interface PolicySet {
  readonly objects: ClusterObjects;
  readonly ranges: ClusterRanges;
  readonly policies: readonly Policy[];
  /** Calico's tiers by name; the built-in ones are always there. */
  readonly tiers: ReadonlyMap<string, CalicoTier>;
  readonly networkSets: readonly CalicoNetworkSet[];
  /** Staged policies: reported by Calico, enforced by nobody (K8P-34). */
  readonly staged: readonly PolicyName[];
  readonly gaps: readonly Gap[];
}

/** Where pods, nodes and Services get addresses; a `ClusterPlacement` fits. Empty sets: not known. */
export interface ClusterRanges {
  readonly podAddresses: AddressSet;
  readonly nodeAddresses: AddressSet;
  readonly serviceAddresses: AddressSet;
}

export interface PolicyName {
  readonly kind: string;
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name: string;
  readonly at: Place;
  /** `NetworkPolicy shop/web`, `AdminNetworkPolicy base`. */
  readonly title: string;
}

export type Policy = NetworkPolicy | AdminPolicy | CalicoPolicy | CiliumPolicy;

interface PolicyBase extends PolicyName {
  readonly subject: Subject;
  /** Rules of a direction the policy governs; `undefined` when it does not govern it. */
  readonly ingress: readonly Rule[] | undefined;
  readonly egress: readonly Rule[] | undefined;
  /** Why it is not certain that the cluster has this policy as written. Empty: certain. */
  readonly doubts: readonly MissingFact[];
}

export interface NetworkPolicy extends PolicyBase {
  readonly type: 'network';
  /** Rules written under a direction that `policyTypes` leaves out (K8P-02). */
  readonly deadRules: readonly {
    readonly direction: Direction;
    readonly count: number;
    readonly at: Place;
  }[];
}

export interface AdminPolicy extends PolicyBase {
  readonly type: 'admin';
  readonly tier: 'admin' | 'baseline';
  /** 0 (first) … 1000. BANP has none and counts as 0. */
  readonly priority: number;
}

export interface CalicoPolicy extends PolicyBase {
  readonly type: 'calico';
  readonly tier: string;
  /** Absent order is `Infinity`: last, then by name. */
  readonly order: number;
}

export interface CiliumPolicy extends PolicyBase {
  readonly type: 'cilium';
  /** Does being covered deny everything else in this direction (K8P-40)? */
  readonly isolates: Readonly<Record<Direction, boolean>>;
}

export interface CalicoTier {
  readonly name: string;
  readonly order: number;
  readonly whenUnmatched: 'deny' | 'pass';
  readonly at?: Place;
}

export interface CalicoNetworkSet {
  /** Empty for a GlobalNetworkSet. */
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly addresses: AddressSet;
  /** Set when the addresses cannot be read. */
  readonly doubt?: MissingFact;
  readonly at: Place;
}

/** Which pods a policy covers. */
export type Subject =
  | {
      readonly kind: 'namespace-pods';
      readonly namespace: string;
      readonly pods: LabelSelector;
      readonly at: Place;
    }
  | {
      readonly kind: 'selected-pods';
      readonly namespaces: LabelSelector;
      readonly pods: LabelSelector;
      readonly at: Place;
    }
  | {
      readonly kind: 'calico';
      /** Absent for a global policy. */
      readonly namespace?: string;
      readonly pods: CalicoSelector;
      readonly namespaces: CalicoSelector;
      readonly serviceAccounts: CalicoSelector;
      readonly at: Place;
    }
  | {
      readonly kind: 'cilium';
      /** Absent for the clusterwide kind. */
      readonly namespace?: string;
      readonly pods: LabelSelector;
      readonly at: Place;
    }
  /** Nodes and host endpoints: covers no pod. */
  | { readonly kind: 'hosts'; readonly at: Place };

export type Action = 'allow' | 'deny' | 'pass' | 'log';

export interface Rule {
  readonly action: Action;
  /** `any`: every peer, outside addresses included. An empty list matches nobody. */
  readonly peers: readonly Peer[] | 'any';
  /** `any`: every protocol and port. An empty list matches nothing. */
  readonly ports: readonly PortTerm[] | 'any';
  /** Calico's further conditions on both ends; all must hold too. */
  readonly calico?: CalicoConditions;
  /** `ingress[0]`, as the person would find it. */
  readonly label: string;
  readonly at: Place;
  /** Something in the rule that we cannot evaluate: it matches at best perhaps. */
  readonly doubts: readonly MissingFact[];
}

export type Peer =
  | {
      readonly kind: 'pods';
      readonly namespaces:
        | { readonly kind: 'own'; readonly namespace: string }
        | { readonly kind: 'selected'; readonly selector: LabelSelector };
      readonly pods: LabelSelector;
      /** Admin peers exclude host-network pods by definition (K8P-25). */
      readonly excludesHostNetwork: boolean;
      readonly at: Place;
    }
  | BlockPeer
  | { readonly kind: 'nodes'; readonly nodes: LabelSelector; readonly at: Place }
  | { readonly kind: 'names'; readonly patterns: readonly NamePattern[]; readonly at: Place }
  | {
      readonly kind: 'cilium-endpoints';
      /** Set when the selector is limited to the policy's namespace (K8P-42). */
      readonly namespace?: string;
      readonly endpoints: LabelSelector;
      readonly at: Place;
    }
  | { readonly kind: 'entity'; readonly entity: CiliumEntity; readonly at: Place }
  | {
      readonly kind: 'service';
      readonly namespace: string;
      /** Either the name or a selector over the labels of Services. */
      readonly service: string | LabelSelector;
      readonly at: Place;
    }
  | { readonly kind: 'unreadable'; readonly why: MissingFact; readonly at: Place };

export interface BlockPeer {
  readonly kind: 'block';
  /** After `except`. */
  readonly addresses: AddressSet;
  /** As written. */
  readonly cidr: string;
  readonly excepts: readonly string[];
  /** `networks` of an admin policy match pods on every engine; an `ipBlock` or Cilium CIDR as the engine does. */
  readonly api: 'ip-block' | 'networks' | 'cilium-cidr';
  readonly at: Place;
}

export type CiliumEntity =
  | 'all'
  | 'world'
  | 'world-ipv4'
  | 'world-ipv6'
  | 'cluster'
  | 'host'
  | 'remote-node'
  | 'kube-apiserver'
  | 'ingress'
  | 'init'
  | 'health'
  | 'unmanaged'
  | 'none';

export type PortTerm =
  | {
      readonly kind: 'range';
      readonly protocol: Protocol | 'any';
      readonly low: Port;
      readonly high: Port;
      readonly request?: RequestRules;
      readonly at: Place;
    }
  | {
      readonly kind: 'named';
      readonly name: string;
      /** `any`: the protocol of the container that declares the name. */
      readonly protocol: Protocol | 'any';
      readonly request?: RequestRules;
      readonly at: Place;
    }
  /** A protocol without ports, or one whose types (ICMP) we do not model. */
  | {
      readonly kind: 'protocol';
      readonly protocol: Protocol;
      readonly isPartial: boolean;
      readonly at: Place;
    }
  | { readonly kind: 'unreadable'; readonly why: MissingFact; readonly at: Place };

/** What Cilium reads inside the connection. A request none of the rules fits is answered with a refusal. */
export type RequestRules =
  | {
      readonly kind: 'http';
      readonly rules: readonly {
        readonly method?: string;
        readonly path?: string;
        readonly host?: string;
        readonly hasHeaders: boolean;
      }[];
      readonly at: Place;
    }
  | { readonly kind: 'dns'; readonly names: readonly NamePattern[]; readonly at: Place }
  /** `kafka`, `l7proto`, or http in a clusterwide policy: seen, not evaluated. */
  | { readonly kind: 'unsupported'; readonly why: MissingFact; readonly at: Place };

/** `source` and `destination` of a Calico rule: every condition set must hold (K8P-35). */
export interface CalicoConditions {
  readonly source: CalicoEnd;
  readonly destination: CalicoEnd;
  readonly protocol?: Protocol;
  readonly notProtocol?: Protocol;
  readonly ipVersion?: 4 | 6;
  /** Namespace of a namespaced policy. */
  readonly namespace?: string;
}

export interface CalicoEnd {
  readonly nets?: AddressSet;
  readonly notNets?: AddressSet;
  readonly selector?: CalicoSelector;
  readonly notSelector?: CalicoSelector;
  readonly namespaceSelector?: CalicoSelector;
  readonly serviceAccounts?: {
    readonly names: readonly string[];
    readonly selector: CalicoSelector;
  };
  readonly service?: { readonly namespace: string; readonly name: string };
  readonly ports?: readonly CalicoPort[];
  readonly notPorts?: readonly CalicoPort[];
}

export type CalicoPort =
  | { readonly kind: 'range'; readonly low: Port; readonly high: Port }
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'unreadable'; readonly why: MissingFact };

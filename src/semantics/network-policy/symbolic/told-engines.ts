import type { PolicyEngine } from '../../../network/index.ts';
import type { Policy } from '../policy.ts';

/** Engines that enforce something. */
export type Engine = Exclude<PolicyEngine, 'none' | 'unknown'>;

export const EVERY_ENGINE: readonly Engine[] = ['generic', 'azure-npm', 'calico', 'cilium'];

/** Where engines part, as the tables of the reference say (kubernetes-policy 0 and 13). */
export interface EngineTraits {
  /** K8P-12, K8P-60 yes; K8P-43 no. */
  readonly blocksHoldPodsAndNodes: boolean;
  /** What a pod sends to its own node. K8P-16 and K8P-60 open; K8P-36 the host's setting; K8P-49 as policies say. */
  readonly toOwnNode: 'open' | 'as-the-host-is-set' | 'as-policies-say';
  /** From its own node: K8P-16 open; K8P-57 what a deny rule says holds. */
  readonly fromOwnNode: 'open' | 'denied-by-deny-rules';
  /** A Service of traffic policy Cluster in front. K8P-20, K8P-61, K8P-53. */
  readonly behindCluster: 'open' | 'node' | 'client-or-any-node' | 'client-or-other-node';
  /** K8P-71; `perhaps`: no source says. */
  readonly enforces: Readonly<Record<Policy['type'], 'yes' | 'no' | 'perhaps'>>;
  /** K8P-62. */
  readonly isBlindToIpv6: boolean;
  /** K8P-52. */
  readonly mixesUpPortNames: boolean;
  /** K8P-17. */
  readonly seesHostNetworkAs: 'pod-or-node' | 'node';
  /** K8P-18. */
  readonly leavesOtherProtocolsOpen: boolean;
}

const KUBERNETES: EngineTraits = {
  blocksHoldPodsAndNodes: true,
  toOwnNode: 'open',
  fromOwnNode: 'open',
  behindCluster: 'client-or-any-node',
  enforces: { network: 'yes', admin: 'yes', calico: 'no', cilium: 'no' },
  isBlindToIpv6: false,
  mixesUpPortNames: false,
  seesHostNetworkAs: 'pod-or-node',
  leavesOtherProtocolsOpen: true,
};

export const TRAITS: Readonly<Record<Engine, EngineTraits>> = {
  generic: KUBERNETES,
  'azure-npm': {
    ...KUBERNETES,
    behindCluster: 'open',
    enforces: { network: 'yes', admin: 'no', calico: 'no', cilium: 'no' },
    isBlindToIpv6: true,
  },
  calico: {
    ...KUBERNETES,
    toOwnNode: 'as-the-host-is-set',
    behindCluster: 'node',
    enforces: { network: 'yes', admin: 'yes', calico: 'yes', cilium: 'no' },
    leavesOtherProtocolsOpen: false,
  },
  cilium: {
    blocksHoldPodsAndNodes: false,
    toOwnNode: 'as-policies-say',
    fromOwnNode: 'denied-by-deny-rules',
    behindCluster: 'client-or-other-node',
    enforces: { network: 'yes', admin: 'perhaps', calico: 'no', cilium: 'yes' },
    isBlindToIpv6: false,
    mixesUpPortNames: true,
    seesHostNetworkAs: 'node',
    leavesOtherProtocolsOpen: false,
  },
};

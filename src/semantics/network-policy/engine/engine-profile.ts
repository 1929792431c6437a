import type { PodClass } from '../../../model/index.ts';
import type { PolicyEngine } from '../../../network/index.ts';
import type { Peer, Policy, PortTerm, Rule } from '../policy.ts';
import type { LabelSelector } from '../selectors/label-selector.ts';

/** Engines that enforce something. */
export type Engine = Exclude<PolicyEngine, 'none' | 'unknown'>;

export const ENGINES: readonly Engine[] = ['generic', 'azure-npm', 'calico', 'cilium'];

export const ENGINE_NAMES: Readonly<Record<Engine, string>> = {
  generic: 'an engine that follows the Kubernetes API',
  'azure-npm': 'Azure NPM',
  calico: 'Calico',
  cilium: 'Cilium',
};

/** What the Kubernetes API leaves to the engine (kubernetes-policy 0), one column each. */
export interface EngineProfile {
  readonly engine: Engine;
  /** K8P-12, K8P-43, K8P-60: does an `ipBlock` match pods and nodes? */
  readonly blockMatchesCluster: boolean;
  /** Egress from a pod to the node it runs on: K8P-16, K8P-36, K8P-49, K8P-60. */
  readonly ownNodeEgress: 'open' | 'host-action' | 'policy';
  /** Ingress from the node it runs on: K8P-16; K8P-57 deny rules hold against it. */
  readonly ownNodeIngress: 'open' | 'unless-denied';
  /** What decides outside traffic through a Service of policy `Cluster`: K8P-20, K8P-53, K8P-61. */
  readonly rewrittenSource: 'client-or-node' | 'not-enforced' | 'node';
  /** Which kinds it enforces (K8P-71). `unknown`: no source says. */
  readonly kinds: Readonly<Record<Policy['type'], 'yes' | 'no' | 'unknown'>>;
  readonly coversIpv6: boolean;
  /** K8P-52: one port name, several numbers. */
  readonly resolvesPortNamesPerPod: boolean;
  /** K8P-17. */
  readonly hostNetworkPeer: 'pod-or-node' | 'node';
  /** Does it say what NetworkPolicy does to ICMP (K8P-18)? */
  readonly definesOtherProtocols: boolean;
}

const NETWORK_ONLY = { network: 'yes', admin: 'no', calico: 'no', cilium: 'no' } as const;

export const ENGINE_PROFILES: Readonly<Record<Engine, EngineProfile>> = {
  generic: {
    engine: 'generic',
    blockMatchesCluster: true,
    ownNodeEgress: 'open',
    ownNodeIngress: 'open',
    rewrittenSource: 'client-or-node',
    kinds: { ...NETWORK_ONLY, admin: 'yes' },
    coversIpv6: true,
    resolvesPortNamesPerPod: true,
    hostNetworkPeer: 'pod-or-node',
    definesOtherProtocols: false,
  },
  'azure-npm': {
    engine: 'azure-npm',
    blockMatchesCluster: true,
    ownNodeEgress: 'open',
    ownNodeIngress: 'open',
    rewrittenSource: 'not-enforced',
    kinds: NETWORK_ONLY,
    coversIpv6: false,
    resolvesPortNamesPerPod: true,
    hostNetworkPeer: 'pod-or-node',
    definesOtherProtocols: false,
  },
  calico: {
    engine: 'calico',
    blockMatchesCluster: true,
    ownNodeEgress: 'host-action',
    ownNodeIngress: 'open',
    rewrittenSource: 'node',
    kinds: { network: 'yes', admin: 'yes', calico: 'yes', cilium: 'no' },
    coversIpv6: true,
    resolvesPortNamesPerPod: true,
    hostNetworkPeer: 'pod-or-node',
    definesOtherProtocols: true,
  },
  cilium: {
    engine: 'cilium',
    blockMatchesCluster: false,
    ownNodeEgress: 'policy',
    ownNodeIngress: 'unless-denied',
    rewrittenSource: 'client-or-node',
    kinds: { network: 'yes', admin: 'unknown', calico: 'no', cilium: 'yes' },
    coversIpv6: true,
    resolvesPortNamesPerPod: false,
    hostNetworkPeer: 'node',
    definesOtherProtocols: true,
  },
};

/** Does the engine leave this policy out for this pod, although it enforces the kind (K8P-63)? */
export function isIgnoredOnWindows(engine: Engine, policy: Policy, pod: PodClass): boolean {
  return engine === 'azure-npm' && pod.os === 'windows' && usesWhatWindowsLacks(policy);
}

/** Named ports, SCTP, negative selectors, `except`. */
export function usesWhatWindowsLacks(policy: Policy): boolean {
  const subject = policy.subject;
  if (subject.kind === 'namespace-pods' && hasNegative(subject.pods)) return true;
  const rules = [...(policy.ingress ?? []), ...(policy.egress ?? [])];
  return rules.some(ruleUsesWhatWindowsLacks);
}

function ruleUsesWhatWindowsLacks(rule: Rule): boolean {
  const isPortMissing = (port: PortTerm) =>
    port.kind === 'named' || (port.kind === 'range' && port.protocol === 'sctp');
  const isPeerMissing = (peer: Peer) => {
    if (peer.kind === 'block') return peer.excepts.length > 0;
    if (peer.kind !== 'pods') return false;
    if (hasNegative(peer.pods)) return true;
    return peer.namespaces.kind === 'selected' && hasNegative(peer.namespaces.selector);
  };
  return (
    (rule.ports !== 'any' && rule.ports.some(isPortMissing)) ||
    (rule.peers !== 'any' && rule.peers.some(isPeerMissing))
  );
}

function hasNegative(selector: LabelSelector): boolean {
  return selector.requirements.some(
    (one) => one.kind === 'label' && (one.operator === 'NotIn' || one.operator === 'DoesNotExist'),
  );
}

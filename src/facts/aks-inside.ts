import type { Fact } from './fact.ts';

/** Azure Kubernetes Service: what stands between the nodes and pods of one cluster. */
export const AKS_INSIDE_FACTS = {
  'AKS-59': {
    fact: 'Rules that cut traffic among nodes and pods of one cluster are unsupported; with overlay the group of the node subnet sees pod packets as they are and must allow node to node, node to pod and pod to pod.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-azure-cni-overlay.md, support-policies.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-60': {
    fact: 'Overlay: a routing domain of the platform carries traffic among the pods and nodes of a cluster; no route of the user is needed for it, and none is taken to change it.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-azure-cni-overlay.md',
    readOn: '2026-11-21',
    standing: 'inferred',
  },
  'AKS-61': {
    fact: 'From one node to another a packet among pods and nodes passes the outbound rules of the sending node’s subnet and the inbound rules of the receiving one, with its own addresses; between two on one node no group of a subnet sees it.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-azure-cni-overlay.md; Azure/AKS issue 5122',
    readOn: '2026-11-21',
    standing: 'inferred',
  },
  'AKS-62': {
    fact: 'Traffic inside an overlay passes a security group that has no rule against it, so the rules Azure appends let it; whether the tag VirtualNetwork in a written rule holds the pod range is not documented.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-azure-cni-overlay.md; MicrosoftDocs/azure-docs issue 117857',
    readOn: '2026-11-21',
    standing: 'inferred',
  },
} as const satisfies Record<string, Fact>;

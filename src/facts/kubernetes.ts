import type { Fact } from './fact.ts';

/** Pod-level policy, Services and exposure, for every policy engine AKS offers. */
export const KUBERNETES_FACTS = {
  'K8P-01': {
    fact: 'Each direction of each pod is independent: with no NetworkPolicy covering a direction everything is allowed in it.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-02': {
    fact: 'A NetworkPolicy covers the pods of its own namespace that its podSelector matches, in the directions of its effective policyTypes. Rules of another direction are dead text.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-03': {
    fact: 'Absent or empty policyTypes mean Ingress, plus Egress only when egress holds at least one rule.',
    source:
      'https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-04': {
    fact: 'For an isolated direction the allowed set is the union over all covering policies: no deny, no order, no priority.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-05': {
    fact: 'A connection is allowed when the egress of the client and the ingress of the server allow the same protocol and port; replies are always allowed.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-06': {
    fact: 'Absent or empty from, to and ports allow every peer and every port; an absent or empty rule list allows nothing; one empty rule allows everything.',
    source:
      'https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-07': {
    fact: 'A port entry without protocol is TCP; without port it is every port of its protocol; endPort makes a range.',
    source:
      'https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-08': {
    fact: 'A named port is looked up in the destination pod by name and protocol; it never matches an address that is no pod, and a name no container declares matches nothing.',
    source: 'kubernetes/api networking/v1',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-09': {
    fact: "podSelector alone means pods of the policy's own namespace; namespaceSelector alone means every pod of those namespaces and never an outside address; both together are AND; several peers are OR.",
    source:
      'https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-10': {
    fact: 'The API server labels every namespace with kubernetes.io/metadata.name.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-11': {
    fact: 'NotIn and DoesNotExist also match when the key is absent; all requirements of a selector must hold.',
    source:
      'https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-12': {
    fact: "An ipBlock that contains a pod's address matches the pod (upstream conformance); except only narrows its own entry.",
    source: 'kubernetes/kubernetes test/e2e/network/netpol/network_policy.go',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-13': {
    fact: 'A CIDR with host bits is accepted and masked.',
    source:
      'https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-14': {
    fact: 'IPv4 and IPv6 never match each other: ::/0 does not cover IPv4.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-15': {
    fact: 'A pod cannot be kept from itself over its own address. Through a Service that lands on the same pod the outcome is undefined under NetworkPolicy.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-16': {
    fact: 'Traffic between a pod and the node it runs on is always allowed by NetworkPolicy, kubelet probes included.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-17': {
    fact: 'Host-network pods are not covered as subjects; as peers an engine may select them as pods or not tell them from their node.',
    source: 'https://github.com/kubernetes/kubernetes/issues/95879',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-18': {
    fact: 'What NetworkPolicy does to protocols other than TCP, UDP and SCTP is not defined.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-19': {
    fact: 'Policy sees the chosen backend pod and its target port, never the Service address or port.',
    source:
      'https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-20': {
    fact: 'With externalTrafficPolicy Cluster the source of outside traffic is often rewritten to a node address; with Local the client address is kept.',
    source: 'https://kubernetes.io/docs/tutorials/services/source-ip/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-21': {
    fact: 'loadBalancerSourceRanges is enforced before any rewrite, on AKS as rules of the network security group.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/service/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-22': {
    fact: 'An egress-isolated pod needs a rule for UDP and TCP 53 to the cluster DNS pods (kube-system, k8s-app: kube-dns) to use names.',
    source: 'ahmetb/kubernetes-network-policy-recipes 11',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-23': {
    fact: 'Admin tier by ascending priority and rule order, then NetworkPolicy if any covers the pod, then the baseline tier, then allow. Pass leaves the tier. Each end is judged on its own.',
    source:
      'kubernetes-sigs/network-policy-api apis/v1alpha1, apis/v1alpha2, site-src/api-overview',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-24': {
    fact: 'Between admin policies of equal priority either may win.',
    source:
      'kubernetes-sigs/network-policy-api apis/v1alpha1, apis/v1alpha2, site-src/api-overview',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-25': {
    fact: 'Admin peers: namespaces and pods never match outside addresses and never host-network pods; networks is compared with every destination, pods included. Being selected isolates nothing.',
    source:
      'kubernetes-sigs/network-policy-api apis/v1alpha1, apis/v1alpha2, site-src/api-overview',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-26': {
    fact: 'An admin rule or peer with a field the engine does not know fails closed: Accept rules match nothing, Deny and Pass rules deny everything.',
    source:
      'kubernetes-sigs/network-policy-api apis/v1alpha1, apis/v1alpha2, site-src/api-overview',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-27': {
    fact: 'domainNames: a leading *. stands for one or more whole labels; the name itself is not matched.',
    source: 'kubernetes-sigs/network-policy-api npeps/npep-133',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-28': {
    fact: 'ANP ports default to TCP for numbers and ranges, a named port takes the protocol of the container; without ports every protocol is meant. CNP states the protocol.',
    source:
      'kubernetes-sigs/network-policy-api apis/v1alpha1, apis/v1alpha2, site-src/api-overview',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-29': {
    fact: "Admin policies exempt a pod's own address, not its own Service address.",
    source:
      'kubernetes-sigs/network-policy-api apis/v1alpha1, apis/v1alpha2, site-src/api-overview',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-30': {
    fact: "Calico: tiers by ascending order; a tier without an enforced policy that selects the endpoint is skipped; unmatched traffic in a selecting tier meets the tier's defaultAction, Deny unless set; after the last tier a pod is open.",
    source: 'projectcalico/calico api/pkg/apis/projectcalico/v3 tier',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-31': {
    fact: 'Calico: policies of a tier by ascending order, Kubernetes NetworkPolicies at 1000 in the default tier; rules in order; Allow and Deny are final, Pass leaves the tier, Log continues.',
    source: 'projectcalico/calico api/pkg/apis/projectcalico/v3 policy_common',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-32': {
    fact: 'Calico: absent types mean Ingress without egress rules, Egress with egress rules only, both with both.',
    source: 'projectcalico/calico api/pkg/apis/projectcalico/v3 globalnetworkpolicy',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-33': {
    fact: 'Calico selectors: != and not in are also true when the label is missing; && binds tighter than ||; an empty selector is all().',
    source: 'projectcalico/calico libcalico-go/lib/selector/parser',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-34': {
    fact: 'Staged Calico policies are never enforced.',
    source: 'https://docs.tigera.io/calico/latest/network-policy/staged-network-policies',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-35': {
    fact: "Calico rules: all fields of source and destination are ANDed; in a namespaced policy a selector without namespaceSelector is limited to the policy's namespace; nets match pods too.",
    source: 'projectcalico/calico api/pkg/apis/projectcalico/v3 policy_common',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-36': {
    fact: 'Calico: what a pod sends to its own node obeys its egress policy and then defaultEndpointToHostAction.',
    source: 'projectcalico/calico api/pkg/apis/projectcalico/v3 felixconfig',
    readOn: '2026-11-21',
    standing: 'uncertain',
  },
  'K8P-37': {
    fact: 'Calico policies with doNotTrack or preDNAT apply to host endpoints only.',
    source: 'projectcalico/calico api/pkg/apis/projectcalico/v3 globalnetworkpolicy',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-38': {
    fact: 'Calico keeps AdminNetworkPolicy and ClusterNetworkPolicy of tier Admin in a built-in tier of order 1 000, the baseline kinds in one of order 10 000 000; the default tier has 1 000 000. A tier of the cluster with an order below 1 000 is judged before the admin kinds.',
    source: 'projectcalico/calico api/pkg/apis/projectcalico/v3 tier',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-40': {
    fact: 'Cilium: a direction becomes default-deny as soon as an allow or deny section for it selects the endpoint, unless enableDefaultDeny is false for it.',
    source: 'cilium/cilium Documentation/security/policy/intro.rst',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-41': {
    fact: 'Cilium: any matching deny rule drops, whatever allows the same flow.',
    source: 'cilium/cilium Documentation/security/policy/deny.rst',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-42': {
    fact: 'Cilium endpoint selectors of a namespaced policy stay in its namespace unless they name a namespace label; an empty selector is every endpoint there.',
    source: 'cilium/cilium Documentation/security/policy/layer3.rst',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-43': {
    fact: 'Cilium: CIDR rules and ipBlock match only addresses outside the cluster, never pods and not nodes.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/azure-cni-powered-by-cilium.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-44': {
    fact: 'Cilium entities: host is the own node, remote-node the others, cluster all of them and every pod, world what lies outside, all everything.',
    source: 'cilium/cilium Documentation/security/policy/layer3.rst',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-45': {
    fact: 'Cilium ports default to every protocol; a rule without toPorts is every port, ICMP included; port 0 is any port.',
    source: 'cilium/cilium Documentation/security/policy/layer4.rst',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-46': {
    fact: 'Cilium L7 rules refuse requests and leave the connection open; a plain L4 allow for the same peer and port makes them ineffective.',
    source: 'cilium/cilium Documentation/security/policy/layer7.rst',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-47': {
    fact: 'Cilium toFQDNs matches only names that a dns rule of the same pod admits; without one it never matches, and never in-cluster endpoints.',
    source: 'cilium/cilium Documentation/security/policy/layer3.rst',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-48': {
    fact: 'Cilium matchPattern: a star stays inside one label; two leading stars and a dot stand for one or more labels; stars alone match every name; case and trailing dot are ignored.',
    source: 'cilium/cilium pkg/fqdn/matchpattern',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-49': {
    fact: 'Cilium on AKS: egress to the own node needs an entity rule; ingress from the own node is allowed by default.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/azure-cni-powered-by-cilium.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-50': {
    fact: 'AKS: L7 rules in clusterwide Cilium policies and a bare * in dns rules are not supported; FQDN and L7 rules need Advanced Container Networking Services.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/container-network-security-fqdn-filtering-concepts.md; container-network-security-l7-policy-concepts.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-51': {
    fact: 'Cilium: every endpoint has a policy map of 16384 entries; on overflow some releases start new pods with an empty map, which denies everything.',
    source:
      'https://github.com/Azure/AKS/issues/5969 ; https://github.com/cilium/cilium/issues/45788',
    readOn: '2026-11-21',
    standing: 'observed',
  },
  'K8P-52': {
    fact: 'Cilium may resolve an egress port name wrongly when pods give it different numbers.',
    source: 'https://github.com/cilium/cilium/issues/30003',
    readOn: '2026-11-21',
    standing: 'observed',
  },
  'K8P-53': {
    fact: 'Cilium on AKS: LoadBalancer traffic with policy Cluster is enforced against world or remote-node.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/migrate-from-npm-to-cilium-network-policy.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-54': {
    fact: 'Cilium toServices selects the backends of a Service; a Service without selector becomes its addresses.',
    source: 'cilium/cilium Documentation/security/policy/layer3.rst',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-55': {
    fact: 'Cilium: a rule with neither peers nor ports allows nothing; a present but empty peer list selects nothing.',
    source: 'cilium/cilium Documentation/security/policy/layer3.rst',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-56': {
    fact: 'Cilium: a CiliumNetworkPolicy always is for pods of its own namespace: the agent writes that namespace over another one that the matchLabels of endpointSelector name as k8s:io.kubernetes.pod.namespace, and says so in its log.',
    source: 'cilium/cilium pkg/k8s/apis/cilium.io/utils ParseToCiliumRule',
    readOn: '2026-11-21',
    standing: 'observed',
  },
  'K8P-57': {
    fact: 'Cilium lets the own node in by an allow entry in the policy map of the endpoint, of the priority of any other: an ingressDeny that covers the host is preferred to it and drops.',
    source: 'cilium/cilium pkg/policy determineAllowLocalhostIngress',
    readOn: '2026-11-21',
    standing: 'observed',
  },
  'K8P-60': {
    fact: 'Azure NPM: ipBlock covers pods and nodes; what a pod sends to its own node is open even under deny-all egress.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/migrate-from-npm-to-cilium-network-policy.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-61': {
    fact: 'Azure NPM does not enforce ingress isolation for LoadBalancer and NodePort traffic with policy Cluster.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/migrate-from-npm-to-cilium-network-policy.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-62': {
    fact: 'Azure NPM covers IPv4 only.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/use-network-policies.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-63': {
    fact: 'Azure NPM on Windows does not support named ports, SCTP, NotIn, DoesNotExist and except: such a policy is not enforced there.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/use-network-policies.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-64': {
    fact: 'Unrepaired Azure NPM agents compile several NotIn values of a namespaceSelector as alternatives.',
    source: 'https://github.com/Azure/azure-container-networking/pull/4866',
    readOn: '2026-11-21',
    standing: 'observed',
  },
  'K8P-65': {
    fact: 'Unrepaired Azure NPM agents let a namespaceSelector of only negative requirements match addresses outside the cluster.',
    source: 'https://github.com/Azure/azure-container-networking/pull/4868',
    readOn: '2026-11-21',
    standing: 'observed',
  },
  'K8P-66': {
    fact: 'Unrepaired Azure NPM agents drop a whole policy whose all-addresses ipBlock has host bits.',
    source: 'https://github.com/Azure/azure-container-networking/pull/4867',
    readOn: '2026-11-21',
    standing: 'observed',
  },
  'K8P-67': {
    fact: 'Azure NPM: policies with more than four ipBlocks can open connections briefly when edited.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/use-network-policies.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-68': {
    fact: 'Affected Cilium releases let a namespaceSelector of only negative requirements match world, host and ingress.',
    source: 'https://github.com/cilium/cilium/pull/46996',
    readOn: '2026-11-21',
    standing: 'observed',
  },
  'K8P-69': {
    fact: "Cilium releases with CVE-2026-56743 and an explicit cluster name let a peer of only ipBlock admit pods of the policy's namespace.",
    source: 'https://github.com/golang/vulndb/issues/6367',
    readOn: '2026-11-21',
    standing: 'observed',
  },
  'K8P-70': {
    fact: 'A cluster without a policy engine silently ignores every policy object.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/use-network-policies.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-71': {
    fact: 'Engines enforce the kinds they know: Azure NPM only NetworkPolicy, Calico its own and the admin kinds, Cilium its own.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/use-network-policies.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-72': {
    fact: 'Azure NPM expands the values of several In requirements to their product.',
    source: 'https://github.com/Azure/azure-container-networking/pull/4869',
    readOn: '2026-11-21',
    standing: 'observed',
  },
  'K8P-73': {
    fact: 'Azure NPM is supported up to 250 nodes and 20,000 pods.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/use-network-policies.md (2026-08-18)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-80': {
    fact: "A Service's backends are the pods of its namespace with every label of its selector; no selector selects nothing by itself.",
    source: 'https://kubernetes.io/docs/concepts/services-networking/service/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-81': {
    fact: 'A client uses port; the pod receives targetPort, a number or a name resolved per pod, by default the same number.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/service/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-82': {
    fact: 'ClusterIP is reachable from the cluster, NodePort on every node, LoadBalancer on its front end and on the node port unless allocateLoadBalancerNodePorts is false; externalIPs expose a Service on whoever owns the address; ExternalName exposes nothing.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/service/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-83': {
    fact: 'internalTrafficPolicy Local removes remote backends for clients in the cluster.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/service/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-84': {
    fact: 'The Azure load balancer annotations are strings; a Service is internal only when azure-load-balancer-internal is "true".',
    source: 'kubernetes-sigs/cloud-provider-azure site/content/en/topics/loadbalancer.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-85': {
    fact: 'An Ingress is effective only when a controller owns it: ingressClassName, else the legacy annotation, else the default IngressClass.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/ingress/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-86': {
    fact: 'An Ingress exposes its default backend and every path backend of its own namespace; a rule may have no paths.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/ingress/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-87': {
    fact: 'A route attaches to a Gateway that allows its namespace (Same by default) and whose listener hostnames intersect its own.',
    source: 'https://gateway-api.sigs.k8s.io/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-88': {
    fact: 'A backend in another namespace needs a ReferenceGrant there; a backend of weight 0 and a rule that only redirects expose nothing.',
    source: 'https://gateway-api.sigs.k8s.io/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-89': {
    fact: "Traffic through an Ingress or Gateway comes from the controller's data plane: pods in app-routing-system or aks-istio-ingress, or the subnet of an application gateway.",
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/app-routing.md; network-policy-best-practices.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'K8P-90': {
    fact: "hostPort and hostNetwork publish on the node's address outside any Service.",
    source: 'https://kubernetes.io/docs/concepts/services-networking/service/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
} as const satisfies Readonly<Record<string, Fact>>;

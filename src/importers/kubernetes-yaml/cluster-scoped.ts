/**
 * Kinds that lie in no namespace. Everything else does: a kind we do not know is far more often namespaced.
 * Kubernetes' own, then those of the policy engines, gateways and tools met around a perimeter.
 */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set(
  `APIService CertificateSigningRequest ClusterRole ClusterRoleBinding ClusterTrustBundle ComponentStatus
  CSIDriver CSINode CustomResourceDefinition DeviceClass FlowSchema IngressClass IPAddress
  MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace Node
  PersistentVolume PriorityClass PriorityLevelConfiguration ResourceSlice RuntimeClass SelfSubjectAccessReview
  SelfSubjectReview SelfSubjectRulesReview ServiceCIDR StorageClass StorageVersion StorageVersionMigration
  SubjectAccessReview TokenReview ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding
  ValidatingWebhookConfiguration VolumeAttachment VolumeAttributesClass
  AdminNetworkPolicy BaselineAdminNetworkPolicy ClusterNetworkPolicy GatewayClass
  BGPConfiguration BGPFilter BGPPeer BlockAffinity ClusterInformation FelixConfiguration
  GlobalNetworkPolicy GlobalNetworkSet HostEndpoint IPAMBlock IPAMConfig IPAMHandle IPPool IPReservation
  KubeControllersConfiguration StagedGlobalNetworkPolicy Tier Installation ImageSet TigeraStatus
  CiliumBGPAdvertisement CiliumBGPClusterConfig CiliumBGPNodeConfig CiliumBGPPeerConfig CiliumBGPPeeringPolicy
  CiliumCIDRGroup CiliumClusterwideEnvoyConfig CiliumClusterwideNetworkPolicy CiliumEgressGatewayPolicy
  CiliumExternalWorkload CiliumIdentity CiliumL2AnnouncementPolicy CiliumLoadBalancerIPPool CiliumNode
  CiliumPodIPPool
  ClusterIssuer ClusterSecretStore ClusterExternalSecret ClusterPolicy ConstraintTemplate
  EC2NodeClass AKSNodeClass NodePool NodeClaim`.split(/\s+/),
);

export function isClusterScoped(kind: string): boolean {
  return CLUSTER_SCOPED.has(kind);
}

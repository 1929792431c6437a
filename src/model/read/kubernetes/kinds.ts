import type { KubernetesObject } from '../../snapshot.ts';
import { type Reading, reportGap } from '../reading.ts';

/** Kinds of Kubernetes itself that cannot change which flows pass. */
const HARMLESS: ReadonlySet<string> = new Set(
  `ClusterRole Role ConfigMap ControllerRevision CSIDriver CSINode CSIStorageCapacity
  CustomResourceDefinition Event HorizontalPodAutoscaler Lease LimitRange PersistentVolume
  PersistentVolumeClaim PodDisruptionBudget PodTemplate PriorityClass ResourceQuota RuntimeClass
  Secret ServiceAccount StorageClass VerticalPodAutoscaler VolumeAttachment VolumeSnapshot
  VolumeSnapshotClass VolumeSnapshotContent APIService ComponentStatus FlowSchema
  PriorityLevelConfiguration CertificateSigningRequest ClusterTrustBundle Binding`.split(/\s+/),
);

/** Groups of Kubernetes itself that may hold such kinds; the same name elsewhere is something else. */
const OWN_GROUP = /^$|^(?:apps|autoscaling|batch|extensions|policy)$|\.k8s\.io$/;

/** Groups whose objects only watch, or hold secrets and configuration. */
const HARMLESS_GROUPS: ReadonlySet<string> = new Set([
  'monitoring.coreos.com',
  'azmonitoring.coreos.com',
  'secrets-store.csi.x-k8s.io',
  'external-secrets.io',
  'cert-manager.io',
  'acme.cert-manager.io',
  'aadpodidentity.k8s.io',
  'metrics.k8s.io',
  'wgpolicyk8s.io',
]);

const WHYS: readonly (readonly [RegExp, string])[] = [
  [
    /\.istio\.io$/,
    'a service mesh decides about requests between its pods, and may redirect or refuse them',
  ],
  [/^(?:policy\.)?linkerd\.io$/, 'a service mesh decides about requests between its pods'],
  [
    /^admissionregistration\.k8s\.io$/,
    'it may change or refuse objects when they are created, which the input does not show',
  ],
  [/gatekeeper\.sh$|^kyverno\.io$/, 'it may change or refuse objects when they are created'],
  [/^projectcalico\.org$|^crd\.projectcalico\.org$/, 'it configures the Calico engine'],
  [/^operator\.tigera\.io$/, 'it configures the Calico engine'],
  [
    /^(?:kustomize|source|helm|image|notification)\.toolkit\.fluxcd\.io$|^argoproj\.io$/,
    'it brings objects from elsewhere that the input does not show',
  ],
  [/^egressgateway\.kubernetes\.azure\.com$/, 'it gives pods other source addresses'],
  [
    /^(?:karpenter\.sh|karpenter\.azure\.com)$/,
    'it makes nodes, and may place them in other subnets',
  ],
  [/^alb\.networking\.azure\.io$/, 'it steers Application Gateway for Containers'],
  [/^keda\.sh$/, ''],
];

/** Lists a kind without reader once, with what it may change; nothing when it cannot change any answer. */
export function noteUnmodelled(reading: Reading, object: KubernetesObject): void {
  const { apiVersion, kind } = object;
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  reportGap(reading, group === '' ? kind : `${group}/${kind}`, whyOf(group, kind), object.at);
}

function whyOf(group: string, kind: string): string {
  if (OWN_GROUP.test(group) && HARMLESS.has(kind)) return '';
  if (HARMLESS_GROUPS.has(group) || group === 'cilium.io') return '';
  const known = WHYS.find(([pattern]) => pattern.test(group));
  return known?.[1] ?? 'what it does to traffic is not modelled';
}

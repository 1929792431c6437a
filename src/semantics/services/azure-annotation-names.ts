/** Every annotation of the Azure load balancer starts so. */
export const PREFIX = 'service.beta.kubernetes.io/';

const NAMES: ReadonlySet<string> = new Set([
  'azure-load-balancer-internal',
  'azure-load-balancer-internal-subnet',
  'azure-load-balancer-ipv4',
  'azure-load-balancer-ipv6',
  'azure-load-balancer-resource-group',
  'azure-load-balancer-mode',
  'azure-load-balancer-mixed-protocols',
  'azure-load-balancer-tcp-idle-timeout',
  'azure-load-balancer-disable-tcp-reset',
  'azure-load-balancer-enable-high-availability-ports',
  'azure-load-balancer-configurations',
  'azure-load-balancer-health-probe-interval',
  'azure-load-balancer-health-probe-num-of-probe',
  'azure-load-balancer-health-probe-request-path',
  'azure-load-balancer-health-probe-protocol',
  'azure-disable-load-balancer-floating-ip',
  'azure-pip-name',
  'azure-pip-name-ipv6',
  'azure-pip-prefix-id',
  'azure-pip-prefix-id-ipv6',
  'azure-pip-tags',
  'azure-pip-ip-tags',
  'azure-dns-label-name',
  'azure-allowed-ip-ranges',
  'azure-allowed-service-tags',
  'azure-deny-all-except-load-balancer-source-ranges',
  'azure-additional-public-ips',
  'azure-shared-securityrule',
  'azure-pls-create',
  'azure-pls-name',
  'azure-pls-resource-group',
  'azure-pls-ip-configuration-subnet',
  'azure-pls-ip-configuration-ip-address-count',
  'azure-pls-ip-configuration-ip-address',
  'azure-pls-fqdns',
  'azure-pls-proxy-protocol',
  'azure-pls-visibility',
  'azure-pls-auto-approval',
]);

/** Is it one of the annotations Azure's cloud provider reads? Per-port names (`port_80_…`) do not start with `azure-`. */
export function isAzureAnnotation(annotation: string): boolean {
  return annotation.startsWith(PREFIX) && NAMES.has(annotation.slice(PREFIX.length));
}

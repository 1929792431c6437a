import type { Service, ServicePort } from '../../model/index.ts';

const PREFIX = 'service.beta.kubernetes.io/';

/** The Service annotations of the Azure cloud provider that decide who gets in and what the network sees (aks.md 8.1). */
export const ANNOTATIONS = {
  internal: `${PREFIX}azure-load-balancer-internal`,
  internalSubnet: `${PREFIX}azure-load-balancer-internal-subnet`,
  ipv4: `${PREFIX}azure-load-balancer-ipv4`,
  allowedRanges: `${PREFIX}azure-allowed-ip-ranges`,
  sourceRanges: `${PREFIX}load-balancer-source-ranges`,
  allowedTags: `${PREFIX}azure-allowed-service-tags`,
  denyAllExceptRanges: `${PREFIX}azure-deny-all-except-load-balancer-source-ranges`,
  disableFloatingIp: `${PREFIX}azure-disable-load-balancer-floating-ip`,
  highAvailabilityPorts: `${PREFIX}azure-load-balancer-enable-high-availability-ports`,
  probeProtocol: `${PREFIX}azure-load-balancer-health-probe-protocol`,
  privateLinkService: `${PREFIX}azure-pls-create`,
} as const;

/** Annotation values are strings; the cloud provider compares `true` without case. */
export function isOn(service: Service, annotation: string): boolean {
  return service.annotations[annotation]?.trim().toLowerCase() === 'true';
}

/** The items of a comma list, trimmed; none when the annotation is absent. Empty items stay, they are invalid. */
export function listOf(service: Service, annotation: string): readonly string[] {
  const text = service.annotations[annotation];
  return text === undefined
    ? []
    : text
        .trim()
        .split(',')
        .map((item) => item.trim());
}

/** `port_80_no_lb_rule: "true"` keeps a port off the load balancer. */
export function hasNoRule(service: Service, port: ServicePort): boolean {
  return isOn(service, `${PREFIX}port_${port.port}_no_lb_rule`);
}

export function hasNoProbe(service: Service, port: ServicePort): boolean {
  return isOn(service, `${PREFIX}port_${port.port}_no_probe_rule`);
}

import type { Diagnostic, Parsed } from '../../diagnostics/index.ts';
import type { Service } from '../../model/index.ts';
import { type Ip, type Prefix, parseIp, parsePrefix } from '../../net/index.ts';
import type { MissingFact } from '../verdict.ts';
import { isAzureAnnotation, PREFIX } from './azure-annotation-names.ts';

/** What the annotations of a `LoadBalancer` Service ask of Azure (K8P-84). Absent settings are Azure's defaults. */
export interface AzureServiceSettings {
  /** A missing fact when the value is neither `"true"` nor `"false"`: then nobody should bet on either. */
  readonly isInternal: boolean | MissingFact;
  readonly internalSubnet?: string;
  readonly ipv4?: Ip;
  readonly ipv6?: Ip;
  readonly publicIpName?: string;
  readonly publicIpPrefixId?: string;
  readonly resourceGroup?: string;
  readonly dnsLabel?: string;
  readonly configurations: readonly string[];
  readonly allowedRanges: readonly Prefix[];
  readonly allowedServiceTags: readonly string[];
  /** Also the VNet's own sources (rule 65000) are limited to the source ranges. */
  readonly deniesAllOthers: boolean;
  /** On: the node sees the frontend address as destination. Off: node address and node port. */
  readonly hasFloatingIp: boolean;
  readonly hasHighAvailabilityPorts: boolean;
  readonly idleTimeoutMinutes?: number;
  readonly sendsTcpReset: boolean;
  readonly healthProbe: {
    readonly protocol?: string;
    readonly requestPath?: string;
    readonly intervalSeconds?: number;
    readonly probes?: number;
  };
  /** A Private Link Service on the frontend. */
  readonly privateLink?: {
    readonly name?: string;
    readonly resourceGroup?: string;
    readonly subnet?: string;
    readonly addresses?: number;
    /** `*`, or subscription ids; empty: only role-based access. */
    readonly visibility: readonly string[];
    readonly autoApproval: readonly string[];
    readonly fqdns: readonly string[];
    readonly usesProxyProtocol: boolean;
  };
}

/**
 * Reads the Azure annotations of one Service. Wrong values are reported and then not believed.
 * @see K8P-84 values are strings; K8P-21 source ranges are rules of the network security group
 */
export function parseAzureAnnotations(service: Service): Parsed<AzureServiceSettings> {
  const diagnostics: Diagnostic[] = [];
  const read = reader(service, diagnostics);
  for (const name of Object.keys(service.annotations)) {
    if (!name.startsWith(`${PREFIX}azure-`) || isAzureAnnotation(name)) continue;
    read.report(`\`${name}\` is no annotation Azure knows`, 'check the spelling');
  }
  const isInternal = read.strictBoolean('azure-load-balancer-internal');
  const internalSubnet = read.text('azure-load-balancer-internal-subnet');
  if (internalSubnet !== undefined && isInternal === false) {
    read.report(
      '`azure-load-balancer-internal-subnet` does nothing without `azure-load-balancer-internal: "true"`: the frontend is public',
    );
  }
  const allowedServiceTags = read.list('azure-allowed-service-tags');
  if (allowedServiceTags.length > 0 && service.loadBalancerSourceRanges.length > 0) {
    read.report('`azure-allowed-service-tags` and `loadBalancerSourceRanges` do not go together');
  }
  for (const text of service.loadBalancerSourceRanges) {
    if (parsePrefix(text) === undefined) {
      read.report(`\`loadBalancerSourceRanges\` has \`${text}\`, which is no CIDR`);
    }
  }
  const allowedRanges = read.prefixes('azure-allowed-ip-ranges');
  // AKS-74.
  if (allowedRanges.length > 0 && service.loadBalancerSourceRanges.length > 0) {
    read.report('`azure-allowed-ip-ranges` and `loadBalancerSourceRanges` together are refused');
  }
  const value: AzureServiceSettings = {
    isInternal,
    ...optional('internalSubnet', internalSubnet),
    ...optional('ipv4', read.address('azure-load-balancer-ipv4', 4)),
    ...optional('ipv6', read.address('azure-load-balancer-ipv6', 6)),
    ...optional('publicIpName', read.text('azure-pip-name')),
    ...optional('publicIpPrefixId', read.text('azure-pip-prefix-id')),
    ...optional('resourceGroup', read.text('azure-load-balancer-resource-group')),
    ...optional('dnsLabel', read.text('azure-dns-label-name')),
    configurations: read.list('azure-load-balancer-configurations'),
    allowedRanges,
    allowedServiceTags,
    deniesAllOthers: read.boolean('azure-deny-all-except-load-balancer-source-ranges'),
    hasFloatingIp: !read.boolean('azure-disable-load-balancer-floating-ip'),
    hasHighAvailabilityPorts: read.boolean('azure-load-balancer-enable-high-availability-ports'),
    ...optional('idleTimeoutMinutes', read.number('azure-load-balancer-tcp-idle-timeout', 4, 30)),
    sendsTcpReset: !read.boolean('azure-load-balancer-disable-tcp-reset'),
    healthProbe: {
      ...optional('protocol', read.text('azure-load-balancer-health-probe-protocol')),
      ...optional('requestPath', read.text('azure-load-balancer-health-probe-request-path')),
      ...optional(
        'intervalSeconds',
        read.number('azure-load-balancer-health-probe-interval', 5, 2_147_483_646),
      ),
      ...optional('probes', read.number('azure-load-balancer-health-probe-num-of-probe', 1, 100)),
    },
    ...(read.boolean('azure-pls-create') ? { privateLink: privateLink(read) } : {}),
  };
  return { value, diagnostics };
}

type Reader = ReturnType<typeof reader>;

function privateLink(read: Reader): NonNullable<AzureServiceSettings['privateLink']> {
  return {
    ...optional('name', read.text('azure-pls-name')),
    ...optional('resourceGroup', read.text('azure-pls-resource-group')),
    ...optional('subnet', read.text('azure-pls-ip-configuration-subnet')),
    ...optional('addresses', read.number('azure-pls-ip-configuration-ip-address-count', 1, 8)),
    visibility: read.words('azure-pls-visibility'),
    autoApproval: read.words('azure-pls-auto-approval'),
    fqdns: read.words('azure-pls-fqdns'),
    usesProxyProtocol: read.boolean('azure-pls-proxy-protocol'),
  };
}

function reader(service: Service, diagnostics: Diagnostic[]) {
  const report = (message: string, hint?: string) => {
    diagnostics.push({
      code: 'service/annotation',
      severity: 'warning',
      message: `Service ${service.namespace}/${service.name}: ${message}`,
      at: service.typeAt,
      ...(hint === undefined ? {} : { hint }),
    });
  };
  const text = (name: string): string | undefined => {
    const key = PREFIX + name;
    return Object.hasOwn(service.annotations, key) ? service.annotations[key]?.trim() : undefined;
  };
  const strictBoolean = (name: string): boolean | MissingFact => {
    const value = text(name);
    if (value === undefined || value === 'false') return false;
    if (value === 'true') return true;
    report(`\`${name}\` is \`${value}\``, 'write "true" or "false", in quotes and lower case');
    return {
      missing: `what Azure makes of \`${name}: ${value}\` on ${service.namespace}/${service.name}`,
      at: service.typeAt,
    };
  };
  const list = (name: string): readonly string[] =>
    (text(name) ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  return {
    report,
    text,
    strictBoolean,
    boolean: (name: string): boolean => strictBoolean(name) === true,
    list,
    words: (name: string): readonly string[] =>
      (text(name) ?? '').split(/[\s,]+/).filter((item) => item !== ''),
    address: (name: string, family: 4 | 6): Ip | undefined => {
      const value = text(name);
      if (value === undefined) return undefined;
      const ip = parseIp(value);
      if (ip?.family === family) return ip;
      report(`\`${name}\` is \`${value}\`, which is no IPv${family} address`);
      return undefined;
    },
    prefixes: (name: string): readonly Prefix[] =>
      list(name).flatMap((item) => {
        const prefix = parsePrefix(item);
        if (prefix === undefined) report(`\`${name}\` has \`${item}\`, which is no CIDR`);
        return prefix ?? [];
      }),
    number: (name: string, low: number, high: number): number | undefined => {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
      if (number >= low && number <= high) return number;
      report(`\`${name}\` is \`${value}\`; Azure accepts ${low} to ${high}`);
      return undefined;
    },
  };
}

function optional<Name extends string, T>(name: Name, value: T | undefined) {
  return (value === undefined ? {} : { [name]: value }) as { readonly [K in Name]?: T };
}

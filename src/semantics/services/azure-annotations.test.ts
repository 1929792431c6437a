import { describe, expect, it } from 'vitest';
import { placeless } from '../../diagnostics/index.ts';
import type { Service } from '../../model/index.ts';
import { formatIp, formatPrefix } from '../../net/index.ts';
import { parseAzureAnnotations } from './azure-annotations.ts';

function read(annotations: Readonly<Record<string, string>>, rest: Partial<Service> = {}) {
  const at = placeless('test');
  const entries = Object.entries(annotations).map(([name, value]) => [
    `service.beta.kubernetes.io/${name}`,
    value,
  ]);
  return parseAzureAnnotations({
    kind: 'Service',
    namespace: 'shop',
    name: 'web',
    at,
    type: 'LoadBalancer',
    annotations: Object.fromEntries(entries),
    ports: [],
    externalIps: [],
    loadBalancerSourceRanges: [],
    ingressAddresses: [],
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    allocateNodePorts: true,
    typeAt: at,
    ...rest,
  });
}

const messages = (result: ReturnType<typeof read>) => result.diagnostics.map((one) => one.message);

describe('Azure annotations', () => {
  it('K8P-84: an internal frontend with a subnet, an address and a private link', () => {
    const { value, diagnostics } = read({
      'azure-load-balancer-internal': 'true',
      'azure-load-balancer-internal-subnet': 'lb',
      'azure-load-balancer-ipv4': '10.0.9.4',
      'azure-pls-create': 'true',
      'azure-pls-name': 'web-pls',
      'azure-pls-ip-configuration-ip-address-count': '2',
      'azure-pls-visibility': 'sub-a sub-b',
    });
    expect(diagnostics).toEqual([]);
    expect(value).toMatchObject({
      isInternal: true,
      internalSubnet: 'lb',
      hasFloatingIp: true,
      privateLink: {
        name: 'web-pls',
        addresses: 2,
        visibility: ['sub-a', 'sub-b'],
        usesProxyProtocol: false,
      },
    });
    expect(value.ipv4 && formatIp(value.ipv4)).toBe('10.0.9.4');
  });

  it('without annotations the frontend is public and open to everybody', () => {
    expect(read({}).value).toMatchObject({
      isInternal: false,
      allowedRanges: [],
      allowedServiceTags: [],
      deniesAllOthers: false,
      sendsTcpReset: true,
    });
  });

  it('ranges and tags are comma lists; a bad entry is reported and left out', () => {
    const result = read({
      'azure-allowed-ip-ranges': '203.0.113.0/24, 300.0.0.0/8',
      'azure-allowed-service-tags': 'AzureFrontDoor.Backend,Internet',
    });
    expect(result.value.allowedRanges.map(formatPrefix)).toEqual(['203.0.113.0/24']);
    expect(result.value.allowedServiceTags).toEqual(['AzureFrontDoor.Backend', 'Internet']);
    expect(messages(result)).toEqual([expect.stringContaining('`300.0.0.0/8`, which is no CIDR')]);
  });

  it('wrong values are reported one by one', () => {
    expect(messages(read({ 'azure-load-balancer-internal': 'True' }))[0]).toContain('`True`');
    expect(messages(read({ 'azure-load-balancer-tcp-idle-timeout': '60' }))[0]).toContain(
      '4 to 30',
    );
    expect(messages(read({ 'azure-load-balancer-ipv4': 'fd00::1' }))[0]).toContain(
      'no IPv4 address',
    );
    expect(messages(read({ 'azure-load-balancer-internl': 'true' }))[0]).toContain(
      'no annotation Azure knows',
    );
    expect(messages(read({ 'azure-load-balancer-internal-subnet': 'lb' }))[0]).toContain(
      'does nothing',
    );
    const both = read(
      { 'azure-allowed-service-tags': 'Internet' },
      { loadBalancerSourceRanges: ['10.0.0.0/8'] },
    );
    expect(messages(both)[0]).toContain('do not go together');
    expect(messages(read({}, { loadBalancerSourceRanges: ['everyone'] }))[0]).toContain('no CIDR');
  });

  it('annotations of other makers and per-port ones are left alone', () => {
    expect(
      read({ port_80_no_lb_rule: 'true', 'aws-load-balancer-type': 'nlb' }).diagnostics,
    ).toEqual([]);
  });
});

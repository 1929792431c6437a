import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codesOf, only, perimeterOf, termTexts, told } from '../../../tests/support/read.ts';
import type { Json } from '../../../tests/support/snapshot-of.ts';
import { formatPrefix } from '../../net/index.ts';
import { isUnknown } from '../../values/index.ts';

const TYPE = 'Microsoft.ContainerService/managedClusters';

function cluster(properties: Json, more: Json = {}, others: Json[] = []) {
  const perimeter = perimeterOf([{ type: TYPE, name: 'aks', properties, ...more }, ...others]);
  return { cluster: only(perimeter.clusters), codes: codesOf(perimeter), perimeter };
}

describe('managed clusters', () => {
  it('reads a live cluster as Azure answers it', () => {
    const url = new URL('../../../tests/samples/azure/live/aks-nat-gateway.json', import.meta.url);
    const perimeter = perimeterOf([JSON.parse(readFileSync(url, 'utf8')) as Json]);
    const read = only(perimeter.clusters);
    expect(codesOf(perimeter)).toEqual([]);
    expect(perimeter.gaps).toEqual([]);
    expect(read).toMatchObject({
      location: 'eastus',
      kubernetesVersion: '1.25.11',
      fqdn: 'cliakstest-clitest54nvjcspo-8ecadf-ixo3jplc.hcp.eastus.azmk8s.io',
    });
    // As the file says.
    expect(read.network).toMatchObject({
      plugin: 'kubenet',
      outboundType: 'managednatgateway',
      loadBalancerSku: 'Standard',
      managedOutboundIps: 2,
    });
    // A live cluster names the addresses it uses.
    expect(read.network.outboundIps).toHaveLength(2);
    expect(read.network.podCidrs.map((each) => formatPrefix(each.prefix))).toEqual([
      '10.244.0.0/16',
    ]);
    expect(only(read.pools)).toMatchObject({
      name: 'nodepool1',
      mode: 'System',
      osType: 'Linux',
      osSku: 'Ubuntu',
      count: 1,
      maxPods: 110,
      autoscaling: false,
      enableNodePublicIp: false,
    });
  });

  it('property names differ in case between tools', () => {
    const { cluster: read } = cluster({
      privateFqdn: 'a.privatelink.eastus.azmk8s.io',
      apiServerAccessProfile: {
        authorizedIpRanges: ['203.0.113.0/24'],
        enablePrivateCluster: 'true',
        privateDnsZone: 'system',
      },
      agentPoolProfiles: [{ name: 'n', vnetSubnetId: '/Subnets/N', osSku: 'AzureLinux' }],
    });
    expect(read.privateFqdn).toBe('a.privatelink.eastus.azmk8s.io');
    expect(read.apiServer).toMatchObject({ isPrivate: true, privateDnsZone: 'system' });
    expect(termTexts(read.apiServer.authorizedRanges)).toEqual(['203.0.113.0/24']);
    expect(only(read.pools)).toMatchObject({ subnet: { key: '/subnets/n' }, osSku: 'AzureLinux' });
  });

  it('a range that is written and not known is not the default range', () => {
    const { network } = cluster({
      networkProfile: { podCidr: { $unknown: 'pods' }, serviceCidr: '10.2.0.0/16' },
    }).cluster;
    expect(network.podCidrs).toEqual([]);
    expect(isUnknown(network.unknownPodCidr)).toBe(true);
    expect(network.unknownServiceCidr).toBeUndefined();
    expect(network.serviceCidrs).toHaveLength(1);
  });

  it('what is not written is absent, not a default', () => {
    const { network, apiServer } = cluster({}).cluster;
    expect(network).toMatchObject({
      plugin: undefined,
      dataplane: undefined,
      policy: undefined,
      outboundType: undefined,
      podCidrs: [],
    });
    expect(apiServer).toMatchObject({ isPrivate: undefined, authorizedRanges: [] });
    expect(apiServer.authorizedRangesAt).toBeUndefined();
  });

  it('reads what is switched on', () => {
    const { addons, retirements, httpProxy } = cluster({
      addonProfiles: {
        azurePolicy: { enabled: true },
        omsagent: { enabled: 'true' },
        openServiceMesh: { enabled: true },
        ingressApplicationGateway: {
          enabled: true,
          config: { applicationGatewayId: '/gw', subnetCIDR: '10.1.0.0/24' },
        },
      },
      serviceMeshProfile: {
        mode: 'Istio',
        istio: { components: { ingressGateways: [{ mode: 'External', enabled: true }] } },
      },
      httpProxyConfig: { httpProxy: 'http://p', noProxy: ['10.0.0.0/8'] },
    }).cluster;
    expect(addons).toMatchObject({
      azurePolicy: true,
      containerInsights: true,
      keyVaultCsi: false,
      istio: true,
      istioIngress: [{ mode: 'External', enabled: true }],
      applicationGateway: { gateway: { key: '/gw' }, subnetCidr: '10.1.0.0/24' },
    });
    expect(retirements).toEqual({
      podIdentity: false,
      httpApplicationRouting: false,
      openServiceMesh: true,
    });
    expect(httpProxy).toMatchObject({ enabled: true, noProxy: ['10.0.0.0/8'] });
  });

  it('an add-on nobody knows is taken as on, and that is said', () => {
    const { cluster: read, codes } = cluster({
      addonProfiles: { azurepolicy: { enabled: { $unknown: 'policy' } } },
    });
    expect(read.addons.azurePolicy).toBe(true);
    expect(codes).toEqual(['model/value-unknown']);
  });

  it('ARM-12: an extension extends the cluster its id begins with', () => {
    const id = `/subscriptions/s/resourceGroups/rg/providers/${TYPE}/aks`;
    const flux = {
      id: `${id}/providers/Microsoft.KubernetesConfiguration/extensions/flux`,
      type: 'Microsoft.KubernetesConfiguration/extensions',
      name: 'flux',
      properties: { extensionType: 'microsoft.flux' },
    };
    const { cluster: read, perimeter } = cluster({}, { id }, [flux]);
    expect(read.addons.extensions).toEqual([{ type: 'microsoft.flux', hasPlan: false }]);
    expect(perimeter.gaps).toEqual([]);
  });

  it('node pools nobody knows are a pool whose subnet is unknown', () => {
    const pool = only(cluster({ agentPoolProfiles: { $unknown: 'pools' } }).cluster.pools);
    expect(isUnknown(pool.subnet)).toBe(true);
    expect(told(pool.enableNodePublicIp)).toMatch(/^\?/);
  });
});

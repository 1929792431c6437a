import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/network/index.ts';
import {
  apiServerExposure,
  mayReachApiServer,
  missingFromRanges,
  privateApiServerVerdict,
} from '../../src/semantics/api-server/concrete.ts';
import {
  address,
  cluster,
  firewall,
  networkOf,
  publicIp,
  ref,
  subnetId,
  vnet,
} from './aks-fixture.ts';

type Json = Record<string, unknown>;

const CLIENT = '198.51.100.7';

function perimeter(access: Json, properties: Json = {}, rest: Json[] = []): Network {
  return networkOf([
    vnet('spoke', '10.240.0.0/16', {
      nodes: { addressPrefix: '10.240.0.0/22' },
      api: {
        addressPrefix: '10.240.7.0/28',
        delegations: [
          { name: 'd', properties: { serviceName: 'Microsoft.ContainerService/managedClusters' } },
        ],
      },
    }),
    cluster('aks', { apiServerAccessProfile: access, ...properties }),
    ...rest,
  ]);
}

const managed = (network: Network) => network.clusters[0]!.cluster!;
const reach = (network: Network, from: string) =>
  mayReachApiServer(network, network.clusters[0]!, address(from)).kind;

describe('who may call the API server', () => {
  it('AKS-50: everybody when there are no ranges', () => {
    const network = perimeter({});
    expect(apiServerExposure(managed(network)).publicEndpoint).toBe('open');
    expect(reach(network, CLIENT)).toBe('allow');
  });

  it('AKS-50: only the ranges when there are some', () => {
    const network = perimeter({ authorizedIPRanges: ['198.51.100.0/24', '203.0.113.9'] });
    expect(apiServerExposure(managed(network)).publicEndpoint).toBe('restricted');
    expect(reach(network, CLIENT)).toBe('allow');
    expect(reach(network, '203.0.113.9')).toBe('allow');
    expect(reach(network, '203.0.113.10')).toBe('deny');
  });

  it('AKS-51: 0.0.0.0/32 admits nobody but the cluster’s own load balancer address', () => {
    const publicIPs = [ref('Microsoft.Network/publicIPAddresses', 'pip-out')];
    const profile = {
      networkProfile: {
        networkPlugin: 'azure',
        loadBalancerProfile: { outboundIPs: { publicIPs } },
      },
    };
    const network = perimeter({ authorizedIPRanges: ['0.0.0.0/32'] }, profile, [
      publicIp('pip-out', '20.9.9.9'),
    ]);
    expect(reach(network, CLIENT)).toBe('deny');
    expect(reach(network, '0.0.0.0')).toBe('deny');
    expect(reach(network, '20.9.9.9')).toBe('allow');
  });

  it('AKS-51: with user-defined routing there is no such address', () => {
    const profile = {
      networkProfile: { networkPlugin: 'azure', outboundType: 'userDefinedRouting' },
    };
    const network = perimeter({ authorizedIPRanges: ['0.0.0.0/32'] }, profile);
    expect(reach(network, '20.9.9.9')).toBe('deny');
  });

  it('AKS-52: a private cluster has no public endpoint, and its private one knows no ranges', () => {
    const network = perimeter({ enablePrivateCluster: true });
    expect(apiServerExposure(managed(network))).toMatchObject({
      publicEndpoint: 'none',
      privateEndpoint: 'private-link',
    });
    expect(reach(network, CLIENT)).toBe('deny');
    expect(privateApiServerVerdict(network.clusters[0]!).kind).toBe('allow');
    expect(privateApiServerVerdict(perimeter({}).clusters[0]!).kind).toBe('deny');
  });

  it('AKS-55: VNet integration adds a private address and leaves the public endpoint', () => {
    const access = { enableVnetIntegration: true, subnetId: subnetId('spoke', 'api') };
    expect(apiServerExposure(managed(perimeter(access)))).toMatchObject({
      publicEndpoint: 'open',
      privateEndpoint: 'vnet-integration',
    });
    const closed = perimeter({ ...access, enablePrivateCluster: true });
    expect(apiServerExposure(managed(closed))).toMatchObject({
      publicEndpoint: 'none',
      privateEndpoint: 'vnet-integration',
    });
    expect(privateApiServerVerdict(closed.clusters[0]!).by.fact).toBe('AKS-55');
  });

  it('AKS-56: firewall addresses that the ranges leave out are named', () => {
    const left = (ranges: string[]) => {
      const network = perimeter({ authorizedIPRanges: ranges }, {}, [
        vnet('hub', '10.200.0.0/24', { AzureFirewallSubnet: { addressPrefix: '10.200.0.0/26' } }),
        publicIp('pip-fw', '20.51.7.8'),
        firewall('fw', 'hub', '10.200.0.4'),
      ]);
      const addresses = [...network.firewalls.values()][0]!.publicAddresses.map(
        (each) => each.address,
      );
      return missingFromRanges(network, managed(network), addresses).map((each) => each.covered);
    };
    expect(left(['198.51.100.0/24'])).toEqual(['no']);
    expect(left(['198.51.100.0/24', '20.51.7.8'])).toEqual([]);
    expect(left([])).toEqual([]);
  });
});

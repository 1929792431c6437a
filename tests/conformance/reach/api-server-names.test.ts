import { describe, expect, it } from 'vitest';
import type { Network } from '../../../src/network/index.ts';
import { answerTrace } from '../../../src/trace/index.ts';
import { cluster, networkOf, publicIp, ref, routeTable, subnetId } from '../aks-fixture.ts';
import { firewallWith, type Json, tableOf, vnet } from '../trace/build.ts';
import { expectBoth, reachOf } from './ask-both.ts';

// Real packets found that the name of a cluster's own API server was taken for any host on the internet. Answers by aks.md 6.

const NAME = 'aks-1a2b3c4d.hcp.westeurope.azmk8s.io';
const PRIVATE = 'aks-1a2b3c4d.privatelink.westeurope.azmk8s.io';
const OTHER = 'else-5e6f7a8b.hcp.westeurope.azmk8s.io';
const ELSEWHERE = 'else-5e6f7a8b.hcp.eastus.azmk8s.io';
/** Not the firewall's. */
const OFFICE = '203.0.113.0/24';
const FIREWALL = '198.51.100.10';
const POOL = { vnetSubnetID: subnetId('net', 'nodes') };

interface Shape {
  readonly access?: Json;
  readonly names?: Json;
  readonly allows?: string;
  /** `null`: its number is not known. */
  readonly firewall?: string | null;
  readonly more?: readonly Json[];
}

/** Nodes whose default route is a firewall that lets HTTPS out. */
function perimeter({
  access = {},
  names = {},
  allows = '*',
  firewall = FIREWALL,
  more = [],
}: Shape) {
  return networkOf([
    vnet('net', '10.42.0.0/16', {
      nodes: { addressPrefix: '10.42.4.0/22', ...tableOf('rt') },
      AzureFirewallSubnet: { addressPrefix: '10.42.2.0/26' },
    }),
    routeTable('rt', { '0.0.0.0/0': '10.42.2.4' }),
    firewall === null ? publicIp('pip-fw') : publicIp('pip-fw', firewall),
    firewallWith('fw', { id: subnetId('net', 'AzureFirewallSubnet') }, '10.42.2.4', ['pip-fw'], {
      application: [['*', allows, 'Https:443']],
    }),
    aks('aks', access, names),
    ...more,
  ]);
}

function aks(name: string, access: Json, names: Json = {}): Json {
  const networkProfile = {
    networkPlugin: 'azure',
    networkPluginMode: 'overlay',
    outboundType: 'userDefinedRouting',
  };
  return cluster(name, { apiServerAccessProfile: access, networkProfile, ...names }, POOL);
}

const ranges = (...authorizedIPRanges: string[]): Json => ({ authorizedIPRanges });
const fromNodes = (network: Network, name: string, answer: Parameters<typeof expectBoth>[3]) =>
  expectBoth(network, 'node:nodes', `${name}:443`, answer);

describe('the public name of an API server', () => {
  const named = { fqdn: NAME };

  it('AKS-98, AKS-50: is the API server, which takes the ranges and nobody else', () => {
    fromNodes(perimeter({ names: named, access: ranges(OFFICE) }), NAME, 'denied');
    fromNodes(perimeter({ names: named, access: ranges(OFFICE, FIREWALL) }), NAME, 'allowed');
    fromNodes(perimeter({ names: named }), NAME, 'allowed');
  });

  it('AKS-98: is compared without regard to case, and other names stay other hosts', () => {
    const network = perimeter({ names: { fqdn: NAME.toUpperCase() }, access: ranges(OFFICE) });
    fromNodes(network, NAME, 'denied');
    for (const name of [OTHER, ELSEWHERE, 'ghcr.io']) fromNodes(network, name, 'allowed');
  });

  it('AKS-50: a firewall whose number is not known may be in the ranges', () => {
    const network = perimeter({ names: named, access: ranges(OFFICE), firewall: null });
    fromNodes(network, NAME, 'open');
  });

  it('AKS-50: callers on the internet are judged by their own address', () => {
    const network = perimeter({ names: named, access: ranges(OFFICE) });
    expectBoth(network, '203.0.113.7', `${NAME}:443`, 'allowed');
    expectBoth(network, '192.0.2.7', `${NAME}:443`, 'denied');
  });

  it('AKS-51: the ranges need not name what the load balancer of the cluster sends from', () => {
    const networkProfile = {
      networkPlugin: 'azure',
      networkPluginMode: 'overlay',
      loadBalancerProfile: {
        outboundIPs: { publicIPs: [ref('Microsoft.Network/publicIPAddresses', 'pip-out')] },
      },
    };
    const network = (out: string | undefined) =>
      networkOf([
        vnet('net', '10.42.0.0/16', { nodes: { addressPrefix: '10.42.4.0/22' } }),
        publicIp('pip-out', out),
        cluster(
          'aks',
          { apiServerAccessProfile: ranges('0.0.0.0/32'), networkProfile, ...named },
          POOL,
        ),
      ]);
    fromNodes(network('20.9.9.9'), NAME, 'allowed');
    fromNodes(network(undefined), NAME, 'allowed');
  });

  it('AKS-98: which Azure generated and no file says may be any of its region: where the API server refuses, nobody can tell', () => {
    const network = perimeter({ access: ranges(OFFICE) });
    fromNodes(network, OTHER, 'open');
    for (const name of [ELSEWHERE, 'ghcr.io', 'hcp.westeurope.azmk8s.io']) {
      fromNodes(network, name, 'allowed');
    }
    // Whichever of the two it is, it takes this caller.
    fromNodes(perimeter({ access: ranges(FIREWALL) }), OTHER, 'allowed');
    fromNodes(perimeter({}), OTHER, 'allowed');
    // And whichever it is, the firewall does not let it out.
    fromNodes(perimeter({ access: ranges(OFFICE), allows: 'ghcr.io' }), OTHER, 'denied');
  });

  it('AKS-98: of one cluster is none of another', () => {
    const more = [aks('aks2', ranges(OFFICE))];
    const network = perimeter({ names: named, more });
    expectBoth(network, 'node:aks/nodes', `${NAME}:443`, 'allowed');
    expectBoth(network, 'node:aks2/nodes', `${NAME}:443`, 'allowed');
    expectBoth(network, 'node:aks/nodes', `${OTHER}:443`, 'open');
  });
});

describe('the names of a private API server', () => {
  const access = { enablePrivateCluster: true, privateDNSZone: 'system' };

  it('AKS-52, AKS-53: lead to its address inside the network', () => {
    const names = { privateFQDN: PRIVATE, fqdn: NAME };
    const network = perimeter({
      access: { ...access, enablePrivateClusterPublicFQDN: true },
      names,
      allows: 'ghcr.io',
    });
    fromNodes(network, PRIVATE, 'allowed');
    fromNodes(network, NAME, 'allowed');
    expectBoth(network, '203.0.113.7', `${NAME}:443`, 'denied');
  });

  it('AKS-98: that no file says lead there or to another host: open where the two differ', () => {
    const network = perimeter({ access, allows: 'ghcr.io' });
    for (const name of [PRIVATE, OTHER]) {
      const { traces } = answerTrace(network, { from: 'node:nodes', to: `${name}:443` });
      const told = traces.map(({ answer, summary }) => [
        answer,
        /if it is .*\)/.exec(summary)?.[0],
      ]);
      expect(told).toEqual([
        ['denied', 'if it is another host)'],
        ['allowed', 'if it is the API server of aks)'],
      ]);
      expect(reachOf(network, 'node:nodes', `${name}:443`)).toEqual(['open']);
    }
    fromNodes(network, ELSEWHERE, 'denied');
    fromNodes(perimeter({ access }), OTHER, 'allowed');
  });

  it('AKS-53: of the private form are answered by private zones alone', () => {
    for (const network of [
      perimeter({}),
      perimeter({ access }),
      perimeter({ names: { fqdn: NAME } }),
    ]) {
      for (const name of [PRIVATE, PRIVATE.replace('privatelink', 'private')]) {
        expectBoth(network, '203.0.113.7', `${name}:443`, 'denied');
      }
      // Those of other services lead to a public address, whosever it is (azure-networking 6.3).
      expectBoth(network, '203.0.113.7', 'else.privatelink.vaultcore.azure.net:443', 'open');
    }
    const known = perimeter({ access, names: { privateFQDN: PRIVATE } });
    expectBoth(known, '203.0.113.7', `${PRIVATE}:443`, 'denied');
    // No cluster of the input is private: it is another one's, whose zone is linked elsewhere.
    fromNodes(perimeter({}), PRIVATE, 'denied');
    fromNodes(perimeter({ names: { fqdn: NAME } }), PRIVATE, 'denied');
    // The one cluster has another name.
    fromNodes(known, PRIVATE.replace('1a2b', '9a9b'), 'denied');
  });

  it('AKS-53: that no file says are answered in the network of the nodes, if anywhere', () => {
    const more = [vnet('far', '10.50.0.0/16', { machines: { addressPrefix: '10.50.0.0/24' } })];
    const network = perimeter({ access, more });
    expectBoth(network, '10.50.0.9', `${PRIVATE}:443`, 'denied');
    expect(reachOf(network, '10.42.4.9', `${PRIVATE}:443`)).toEqual(['open']);
  });

  it('AKS-97: without a public name there is none to mistake', () => {
    const closed = { ...access, enablePrivateClusterPublicFQDN: false };
    fromNodes(perimeter({ access: closed }), OTHER, 'allowed');
    fromNodes(perimeter({ access: closed, allows: 'ghcr.io' }), OTHER, 'denied');
  });
});

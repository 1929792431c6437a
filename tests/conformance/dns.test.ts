import { describe, expect, it } from 'vitest';
import { formatAddressSet } from '../../src/net/index.ts';
import type { Network } from '../../src/network/index.ts';
import {
  dnsProxyOf,
  resolveName,
  resolverOf,
  resolvesThroughFirewall,
} from '../../src/semantics/dns/concrete.ts';
import {
  cluster,
  firewall,
  firewallPolicy,
  id,
  keyOf,
  name,
  networkOf,
  privateEndpoint,
  publicIp,
  resource,
  subnetId,
  vnet,
  vnetKey,
  zone,
} from './aks-fixture.ts';

type Json = Record<string, unknown>;

const VAULT_ZONE = 'privatelink.vaultcore.azure.net';
const VAULT = { id: id('Microsoft.KeyVault/vaults', 'kv1') };
const ENDPOINTS = { id: subnetId('spoke', 'endpoints') };
const FIREWALL = keyOf('Microsoft.Network/azureFirewalls', 'fw');

interface Setup {
  readonly dns?: string[];
  readonly policy?: Json;
  readonly rest?: Json[];
}

/** Hub with firewall 10.200.0.4, spoke with nodes and endpoints, peered. */
function hubAndSpoke({ dns, policy, rest = [] }: Setup): Network {
  return networkOf([
    vnet(
      'hub',
      '10.200.0.0/24',
      { AzureFirewallSubnet: { addressPrefix: '10.200.0.0/26' } },
      { peers: ['spoke'] },
    ),
    vnet(
      'spoke',
      '10.240.0.0/16',
      {
        nodes: { addressPrefix: '10.240.0.0/22' },
        endpoints: { addressPrefix: '10.240.4.32/28' },
      },
      { peers: ['hub'], ...(dns === undefined ? {} : { dns }) },
    ),
    publicIp('pip-fw', '20.51.7.8'),
    firewall('fw', 'hub', '10.200.0.4', policy === undefined ? undefined : 'policy'),
    ...(policy === undefined ? [] : [firewallPolicy('policy', policy)]),
    ...rest,
  ]);
}

const proxyOn = { dnsSettings: { enableProxy: true } };

function answer(network: Network, asked: string) {
  return resolveName(network, vnetKey('spoke'), name(asked));
}

describe('whom a machine asks', () => {
  it('AZS-20: Azure when the network names no server, or names 168.63.129.16', () => {
    expect(resolverOf(hubAndSpoke({}), vnetKey('spoke')).kind).toBe('azure');
    expect(resolverOf(hubAndSpoke({ dns: ['168.63.129.16'] }), vnetKey('spoke')).kind).toBe(
      'azure',
    );
  });

  it('AZS-20: the firewall when the network names its private address, else somebody’s own server', () => {
    const network = hubAndSpoke({ dns: ['10.200.0.4'] });
    const resolver = resolverOf(network, vnetKey('spoke'));
    expect(resolver.kind === 'firewall' && resolver.firewall.firewall.key).toBe(FIREWALL);
    expect(resolverOf(hubAndSpoke({ dns: ['10.1.1.53'] }), vnetKey('spoke')).kind).toBe('custom');
  });

  it('two kinds of server at once are undecided', () => {
    const network = hubAndSpoke({ dns: ['10.200.0.4', '10.1.1.53'] });
    expect(resolverOf(network, vnetKey('spoke')).kind).toBe('unknown');
  });

  it('AKS-82: FQDN rules hold only where DNS is the firewall and its proxy is on', () => {
    const through = (setup: Setup) =>
      resolvesThroughFirewall(hubAndSpoke(setup), vnetKey('spoke'), FIREWALL);
    expect(through({ dns: ['10.200.0.4'], policy: proxyOn })).toBe('through-firewall');
    expect(through({ dns: ['10.200.0.4'], policy: {} })).toBe('elsewhere');
    expect(through({ policy: proxyOn })).toBe('elsewhere');
    expect(through({ dns: ['10.1.1.53'], policy: proxyOn })).toBe('elsewhere');
    expect(through({ dns: ['10.200.0.4', '10.1.1.53'], policy: proxyOn })).toBe('unknown');
  });

  it('AZS-25: a proxy that only the base policy switches on is undecided', () => {
    const network = hubAndSpoke({
      policy: { basePolicy: { id: id('Microsoft.Network/firewallPolicies', 'base') } },
      rest: [firewallPolicy('base', proxyOn)],
    });
    expect(dnsProxyOf(network.firewalls.get(FIREWALL)!).state).toBe('unknown');
    expect(dnsProxyOf(hubAndSpoke({ policy: {} }).firewalls.get(FIREWALL)!).state).toBe('off');
    expect(dnsProxyOf(hubAndSpoke({ policy: proxyOn }).firewalls.get(FIREWALL)!).state).toBe('on');
  });
});

describe('what a name resolves to', () => {
  const endpoint = privateEndpoint('pe-kv', ENDPOINTS, VAULT, 'vault', { address: '10.240.4.37' });

  it('AZS-23: the public name of a vault with an endpoint is private where the zone is linked', () => {
    const network = hubAndSpoke({
      rest: [...endpoint, ...zone(VAULT_ZONE, ['spoke'], { kv1: '10.240.4.37' })],
    });
    const resolution = answer(network, 'kv1.vault.azure.net');
    expect(resolution.kind).toBe('private');
    if (resolution.kind !== 'private') return;
    expect(formatAddressSet(resolution.address.addresses)).toBe('10.240.4.37');
    expect(resolution.endpoint?.name).toBe('pe-kv');
    expect(resolution.zone?.zone).toBe(VAULT_ZONE);
    expect(resolution.resolverVnet).toBe(vnetKey('spoke'));
  });

  it('AZS-21: without a link the name stays public', () => {
    const network = hubAndSpoke({
      rest: [...endpoint, ...zone(VAULT_ZONE, ['hub'], { kv1: '10.240.4.37' })],
    });
    expect(answer(network, 'kv1.vault.azure.net').kind).toBe('public');
    expect(answer(network, 'api.stripe.com').kind).toBe('public');
  });

  it('AZS-21: a linked zone without the record means no such name', () => {
    const network = hubAndSpoke({ rest: [...endpoint, ...zone(VAULT_ZONE, ['spoke'])] });
    expect(answer(network, 'kv1.vault.azure.net').kind).toBe('nxdomain');
    expect(answer(network, `kv1.${VAULT_ZONE}`).kind).toBe('nxdomain');
  });

  it('a vault that may have an endpoint elsewhere is undecided behind a zone that lacks it', () => {
    const network = hubAndSpoke({ rest: [...endpoint, ...zone(VAULT_ZONE, ['spoke'])] });
    expect(answer(network, 'stranger.vault.azure.net').kind).toBe('unknown');
  });

  it('AZS-22: a link with NxDomainRedirect looks on in public DNS', () => {
    const link = { resolutionPolicy: 'NxDomainRedirect' };
    const network = hubAndSpoke({ rest: [...endpoint, ...zone(VAULT_ZONE, ['spoke'], {}, link)] });
    expect(answer(network, 'kv1.vault.azure.net').kind).toBe('public');
    expect(answer(network, 'stranger.vault.azure.net').kind).toBe('public');
  });

  it('AZS-21: of two linked zones the longer name answers', () => {
    const network = hubAndSpoke({
      rest: [
        ...zone('example.internal', ['spoke'], { 'a.b': '10.0.0.1' }),
        ...zone('b.example.internal', ['spoke'], { a: '10.0.0.2' }),
      ],
    });
    const resolution = answer(network, 'a.b.example.internal');
    expect(resolution.kind === 'private' && formatAddressSet(resolution.address.addresses)).toBe(
      '10.0.0.2',
    );
  });

  it('AZS-24: behind a DNS proxy the links of the firewall’s network count, not the spoke’s', () => {
    const setup = { dns: ['10.200.0.4'], policy: proxyOn };
    const linked = (to: string) =>
      hubAndSpoke({
        ...setup,
        rest: [...endpoint, ...zone(VAULT_ZONE, [to], { kv1: '10.240.4.37' })],
      });
    expect(answer(linked('spoke'), 'kv1.vault.azure.net').kind).toBe('public');
    const resolution = answer(linked('hub'), 'kv1.vault.azure.net');
    expect(resolution.kind === 'private' && resolution.resolverVnet).toBe(vnetKey('hub'));
  });

  it('AZS-24: a firewall named as DNS server without proxy answers nobody', () => {
    expect(answer(hubAndSpoke({ dns: ['10.200.0.4'], policy: {} }), 'mcr.microsoft.com').kind).toBe(
      'unanswered',
    );
  });

  it('what a custom server or upstream answers is in no file', () => {
    expect(answer(hubAndSpoke({ dns: ['10.1.1.53'] }), 'mcr.microsoft.com').kind).toBe('unknown');
    const upstream = { dnsSettings: { enableProxy: true, servers: ['10.1.1.53'] } };
    const network = hubAndSpoke({ dns: ['10.200.0.4'], policy: upstream });
    expect(answer(network, 'mcr.microsoft.com').kind).toBe('unknown');
  });

  it('AZS-26: a zone group keeps the record, so none has to be declared', () => {
    const network = hubAndSpoke({
      rest: [
        ...privateEndpoint('pe-kv', ENDPOINTS, VAULT, 'vault', { zone: VAULT_ZONE }),
        ...zone(VAULT_ZONE, ['spoke']),
      ],
    });
    const resolution = answer(network, 'kv1.vault.azure.net');
    expect(resolution.kind).toBe('private');
    if (resolution.kind !== 'private') return;
    expect(resolution.endpoint?.name).toBe('pe-kv');
    expect(formatAddressSet(resolution.address.addresses)).toBe('10.240.4.32/28');
  });

  it('AZS-26: a registry has a record for its data endpoint too', () => {
    const registry = { id: id('Microsoft.ContainerRegistry/registries', 'reg') };
    const acr = 'privatelink.azurecr.io';
    const network = hubAndSpoke({
      rest: [
        ...privateEndpoint('pe-acr', ENDPOINTS, registry, 'registry', { zone: acr }),
        ...zone(acr, ['spoke']),
      ],
    });
    expect(answer(network, 'reg.azurecr.io').kind).toBe('private');
    expect(answer(network, 'reg.westeurope.data.azurecr.io').kind).toBe('private');
  });

  it('AZS-26: an endpoint for files keeps no record for blobs of the same account', () => {
    const account = { id: id('Microsoft.Storage/storageAccounts', 'acct') };
    const blob = 'privatelink.blob.core.windows.net';
    const network = hubAndSpoke({
      rest: [
        ...privateEndpoint('pe-file', ENDPOINTS, account, 'file', { zone: blob }),
        ...zone(blob, ['spoke']),
      ],
    });
    expect(answer(network, 'acct.blob.core.windows.net').kind).not.toBe('private');
  });

  it('a wildcard record answers for names without one, and an alias leads on', () => {
    const zoneId = id('Microsoft.Network/privateDnsZones', 'corp.test');
    const network = hubAndSpoke({
      rest: [
        ...zone('corp.test', ['spoke'], { '*': '10.9.9.9', api: '10.9.9.10' }),
        {
          id: `${zoneId}/CNAME/www`,
          type: 'Microsoft.Network/privateDnsZones/CNAME',
          name: 'corp.test/www',
          properties: { ttl: 60, cnameRecord: { cname: 'api.corp.test' } },
        },
      ],
    });
    const addressOf = (asked: string) => {
      const resolution = answer(network, asked);
      return resolution.kind === 'private'
        ? formatAddressSet(resolution.address.addresses)
        : resolution.kind;
    };
    expect(addressOf('anything.corp.test')).toBe('10.9.9.9');
    expect(addressOf('a.b.corp.test')).toBe('10.9.9.9');
    expect(addressOf('www.corp.test')).toBe('10.9.9.10');
  });

  it('a zone where machines register themselves may hold more than is written', () => {
    const network = hubAndSpoke({
      rest: zone('corp.test', ['spoke'], {}, { registrationEnabled: true }),
    });
    expect(answer(network, 'vm1.corp.test').kind).toBe('unknown');
  });
});

describe('names of API servers', () => {
  const PRIVATE = 'aks-1.guid.privatelink.westeurope.azmk8s.io';
  const PUBLIC = 'aks-1.hcp.westeurope.azmk8s.io';

  function withCluster(access: Json, rest: Json = {}): Network {
    return hubAndSpoke({
      rest: [
        cluster('aks', {
          fqdn: PUBLIC,
          privateFQDN: PRIVATE,
          apiServerAccessProfile: access,
          ...rest,
        }),
      ],
    });
  }

  it('AKS-53: the zone AKS makes is linked to the node network only', () => {
    const network = withCluster({ enablePrivateCluster: true, privateDNSZone: 'system' });
    expect(answer(network, PRIVATE).kind).toBe('private');
    expect(resolveName(network, vnetKey('hub'), name(PRIVATE)).kind).toBe('nxdomain');
  });

  it('AKS-54: without a zone public DNS carries the private address', () => {
    const network = withCluster({ enablePrivateCluster: true, privateDNSZone: 'none' });
    expect(resolveName(network, vnetKey('hub'), name(PRIVATE)).kind).toBe('private');
    const open = withCluster({ enablePrivateCluster: true, enablePrivateClusterPublicFQDN: true });
    expect(resolveName(open, vnetKey('hub'), name(PUBLIC)).kind).toBe('private');
  });

  it('the name of a public cluster is public', () => {
    expect(answer(withCluster({}), PUBLIC).kind).toBe('public');
  });

  it('a zone of one’s own answers for the private name where it is linked', () => {
    const own = 'privatelink.westeurope.azmk8s.io';
    const network = hubAndSpoke({
      rest: [
        cluster('aks', {
          privateFQDN: `aks-1.${own}`,
          apiServerAccessProfile: {
            enablePrivateCluster: true,
            privateDNSZone: id('Microsoft.Network/privateDnsZones', own),
          },
        }),
        ...zone(own, ['hub'], { 'aks-1': '10.240.0.5' }),
        resource('Microsoft.ManagedIdentity/userAssignedIdentities', 'aks-id', {}),
      ],
    });
    expect(resolveName(network, vnetKey('hub'), name(`aks-1.${own}`)).kind).toBe('private');
    expect(answer(network, `aks-1.${own}`).kind).toBe('nxdomain');
  });
});

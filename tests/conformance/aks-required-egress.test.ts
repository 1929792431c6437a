import { describe, expect, it } from 'vitest';
import { requiredEgress } from '../../src/semantics/api-server/required-egress.ts';
import {
  cluster,
  id,
  networkOf,
  privateEndpoint,
  ref,
  resource,
  routeTable,
  subnetId,
  vnet,
  zone,
} from './aks-fixture.ts';

type Json = Record<string, unknown>;

interface Setup {
  readonly properties?: Json;
  readonly pool?: Json;
  readonly dns?: string[];
  readonly rest?: Json[];
  readonly objects?: Json[];
  readonly top?: Json;
}

function answers({
  properties = {},
  pool = {},
  dns,
  rest = [],
  objects = [],
  top = {},
}: Setup = {}) {
  const network = networkOf(
    [
      vnet(
        'spoke',
        '10.240.0.0/16',
        {
          nodes: {
            addressPrefix: '10.240.0.0/22',
            routeTable: ref('Microsoft.Network/routeTables', 'rt'),
          },
          endpoints: { addressPrefix: '10.240.4.32/28' },
        },
        dns === undefined ? {} : { dns },
      ),
      routeTable('rt', { '0.0.0.0/0': '10.240.8.4' }),
      { ...cluster('aks', properties, pool), ...top },
      ...rest,
    ],
    objects,
  );
  return requiredEgress(network, network.clusters[0]!);
}

/** Whether one entry of the list applies; every copy of it must say the same. */
function applies(entry: string, setup: Setup = {}): string {
  const found = answers(setup).filter((each) => each.entry.id === entry);
  expect(found.length, entry).toBeGreaterThan(0);
  return [...new Set(found.map((each) => each.applies))].join();
}

const PRIVATE = { properties: { apiServerAccessProfile: { enablePrivateCluster: true } } };

describe('which entries of the required egress list apply', () => {
  it('AKS-30: the base list to every cluster', () => {
    for (const entry of ['app-mcr', 'app-mcr-data', 'app-arm', 'app-entra', 'app-packages-aks']) {
      expect(applies(entry)).toBe('yes');
    }
  });

  it('AKS-30: add-on entries only with the add-on', () => {
    expect(applies('pol-data')).toBe('no');
    expect(
      applies('pol-data', { properties: { addonProfiles: { azurepolicy: { enabled: true } } } }),
    ).toBe('yes');
    expect(applies('wi-entra')).toBe('no');
    const workload = { properties: { securityProfile: { workloadIdentity: { enabled: true } } } };
    expect(applies('wi-entra', workload)).toBe('yes');
    const monitor = { properties: { azureMonitorProfile: { metrics: { enabled: true } } } };
    expect(applies('mon-ods', monitor)).toBe('yes');
    expect(applies('mon-ods')).toBe('no');
    const vault = {
      properties: { addonProfiles: { azureKeyvaultSecretsProvider: { enabled: true } } },
    };
    expect(applies('kv-vaults', vault)).toBe('yes');
  });

  it('AKS-30: pool entries by operating system and machine size', () => {
    expect(applies('opt-ubuntu-security')).toBe('yes');
    expect(applies('opt-ubuntu-security', { pool: { osSKU: 'AzureLinux' } })).toBe('no');
    expect(applies('win-golink')).toBe('no');
    expect(applies('win-golink', { pool: { osType: 'Windows', osSKU: 'Windows2022' } })).toBe(
      'yes',
    );
    expect(applies('gpu-nvidia-github')).toBe('no');
    expect(applies('gpu-nvidia-github', { pool: { vmSize: 'Standard_NC4as_T4_v3' } })).toBe('yes');
    const ownDriver = { vmSize: 'Standard_NC4as_T4_v3', gpuProfile: { driver: 'None' } };
    expect(applies('gpu-nvidia-github', { pool: ownDriver })).toBe('no');
  });

  it('AKS-30: the location fills names, and without it they are unknown', () => {
    const hcp = answers().find((each) => each.entry.id === 'app-hcp')!;
    expect(hcp.entry.fqdn).toBe('*.hcp.westeurope.azmk8s.io');
    expect(hcp.applies).toBe('yes');
    const lost = answers({ top: { location: undefined } }).find(
      (each) => each.entry.id === 'app-hcp',
    )!;
    expect(lost.applies).toBe('unknown');
    expect(lost.why).toContain('location');
    expect(lost.unfilled).toEqual(['location']);
  });

  it('AKS-31: the legacy tunnel never', () => {
    expect(applies('net-tunnel-udp-1194')).toBe('no');
    expect(applies('net-tunnel-tcp-9000')).toBe('no');
    expect(applies('net-ntp')).toBe('no');
  });

  it('AKS-32: a private cluster needs neither *.hcp nor the API server’s address', () => {
    expect(applies('app-hcp', PRIVATE)).toBe('no');
    expect(applies('net-apiserver-443', PRIVATE)).toBe('no');
    // The address of a public API server is known only to Azure.
    expect(applies('net-apiserver-443')).toBe('unknown');
  });

  it('AKS-33: a network isolated cluster needs nothing of the base list', () => {
    const isolated = {
      properties: {
        networkProfile: { networkPlugin: 'azure', outboundType: 'none' },
        bootstrapProfile: { artifactSource: 'Cache' },
      },
    };
    expect(applies('app-mcr', isolated)).toBe('no');
    expect(applies('app-arm', isolated)).toBe('no');
    const direct = {
      properties: { networkProfile: { networkPlugin: 'azure', outboundType: 'none' } },
    };
    expect(applies('app-mcr', direct)).toBe('yes');
  });

  it('AKS-34: DNS servers behind the firewall, and only these', () => {
    expect(applies('net-dns-custom-udp')).toBe('no');
    const found = answers({ dns: ['10.1.1.53', '10.1.1.54'] }).filter(
      (each) => each.entry.id === 'net-dns-custom-udp',
    );
    expect(found.map((each) => [each.entry.address, each.applies])).toEqual([
      ['10.1.1.53', 'yes'],
      ['10.1.1.54', 'yes'],
    ]);
    // Inside the network the query passes no firewall.
    expect(applies('net-dns-custom-udp', { dns: ['10.240.9.53'] })).toBe('no');
  });

  it('AKS-35: a registry without private endpoint by its own name', () => {
    const type = 'Microsoft.ContainerRegistry/registries';
    const registry = resource(type, 'Reg', {});
    const login = answers({ rest: [registry] }).find((each) => each.entry.id === 'acr-login')!;
    expect([login.entry.fqdn, login.applies]).toEqual(['reg.azurecr.io', 'yes']);
    const acr = 'privatelink.azurecr.io';
    const endpoint = privateEndpoint(
      'pe-acr',
      { id: subnetId('spoke', 'endpoints') },
      { id: id(type, 'Reg') },
      'registry',
      { zone: acr },
    );
    const rest = [registry, ...endpoint, ...zone(acr, ['spoke'])];
    expect(applies('acr-login', { rest })).toBe('no');
  });

  it('AKS-35: a registry that only an image names counts too', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'shop' },
      spec: { containers: [{ name: 'c', image: 'myreg.azurecr.io/app:1' }] },
    };
    const login = answers({ objects: [pod] }).find((each) => each.entry.id === 'acr-login')!;
    expect([login.entry.fqdn, login.applies]).toEqual(['myreg.azurecr.io', 'yes']);
    const none = { ...pod, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
    expect(applies('acr-login', { objects: [none] })).toBe('no');
    expect(applies('acr-login')).toBe('unknown');
  });
});

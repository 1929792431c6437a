import { describe, expect, it } from 'vitest';
import { importPaths } from '../../importers/index.ts';
import { PERIMETER_SCHEMA } from '../../intent/index.ts';
import { loadDatasets, nodeFileSystem } from '../../io/index.ts';
import { readPerimeter } from '../../model/index.ts';
import { deriveNetwork } from '../../network/index.ts';
import { derivePage } from './index.ts';

/** What the pages say is read off the inputs by hand. */

async function draftOf(path: string) {
  const { value: datasets } = await loadDatasets({});
  const snapshot = await importPaths(nodeFileSystem(), [path], {}, datasets);
  return derivePage(deriveNetwork(readPerimeter(snapshot)));
}

describe('a page derived from what is there', () => {
  it('says again what the page said that it was expanded from', async () => {
    const { page } = (await draftOf('examples/perimeter-store'))!;
    expect(PERIMETER_SCHEMA.safeParse(page).success).toBe(true);
    expect(page).toMatchObject({
      location: 'eastus',
      hub: {
        addressSpace: '10.41.0.0/24',
        firewall: { tier: 'Standard', zones: ['1', '2', '3'], publicIps: 20, dnsProxy: true },
      },
      spokes: [{ addressSpace: '10.42.0.0/16' }],
      clusters: [
        {
          version: '1.34',
          network: { plugin: 'overlay', engine: 'cilium', outbound: 'userDefinedRouting' },
          apiServer: { access: 'private' },
          pools: [{ name: 'system', nodes: 3, maxNodes: 6 }],
        },
      ],
      logging: { enabled: true, flowLogs: true },
    });
    expect(page.namespaces).toContainEqual({ name: 'pets', defaultDeny: expect.any(Boolean) });
    expect(JSON.stringify(page.egress)).toContain('"ghcr.io:443"');
  });

  it('names what a page has no words for, with its place', async () => {
    const { page, remarks } = (await draftOf('examples/store-hardened'))!;
    expect(PERIMETER_SCHEMA.safeParse(page).success).toBe(true);
    expect(page.allow).toContainEqual({
      from: { namespace: 'pets', app: 'order-service' },
      to: { namespace: 'pets', app: 'rabbitmq' },
      ports: [5672],
    });
    const whats = remarks.map(({ what }) => what);
    expect(whats).toContain('application gateway aks-store-agw');
    // It admits the gateway's subnet by address.
    expect(whats).toContain('NetworkPolicy pets/store-front');
    expect(whats).toContain('network aks-store-vnet');
    for (const { what, at } of remarks) expect(at, what).toBeDefined();
  });

  it('what denies, and what is open to everything, is never turned into an intent', async () => {
    const { page, remarks } = (await draftOf('examples/store'))!;
    // The tag AzureKubernetesService is what every page of a cluster allows anyway.
    expect(page.egress?.map(({ name }) => name)).not.toContain('fqdn');
    expect(remarks.map(({ what }) => what)).toContain('DNAT rule inboundrule');
  });

  it('there is no page without a cluster', async () => {
    expect(await draftOf('examples/store/aks-store-quickstart.yaml')).toBeUndefined();
  });
});

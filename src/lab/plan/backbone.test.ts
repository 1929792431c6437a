import { describe, expect, it } from 'vitest';
import { type Json, snapshotOf } from '../../../tests/support/snapshot-of.ts';
import { readPerimeter } from '../../model/index.ts';
import { deriveNetwork } from '../../network/index.ts';
import { backboneOf } from './backbone.ts';
import type { Fabric } from './fabrics.ts';

const GROUP = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network';

function backbone(routes: readonly Json[]) {
  const snapshot = snapshotOf([
    {
      type: 'Microsoft.Network/virtualNetworks',
      id: `${GROUP}/virtualNetworks/v`,
      name: 'v',
      properties: {
        addressSpace: { addressPrefixes: ['10.2.0.0/16'] },
        subnets: [
          {
            name: 's',
            properties: {
              addressPrefix: '10.2.0.0/24',
              serviceEndpoints: [{ service: 'Microsoft.Storage' }],
              routeTable: { id: `${GROUP}/routeTables/t` },
            },
          },
        ],
      },
    },
    {
      type: 'Microsoft.Network/routeTables',
      id: `${GROUP}/routeTables/t`,
      name: 't',
      properties: { routes },
    },
  ]);
  const serviceTags = {
    info: { origin: 'test', version: '0' },
    isComplete: true,
    prefixes: new Map([['storage', ['20.60.0.0/16', '20.150.0.0/17']]]),
  };
  const datasets = { ...snapshot.datasets, serviceTags };
  const network = deriveNetwork(readPerimeter({ ...snapshot, datasets }));
  return backboneOf(network, { vnetKeys: [...network.vnets.keys()] } as unknown as Fabric);
}
const route = (addressPrefix: string): Json => ({
  name: addressPrefix.replace('/', '-'),
  properties: { addressPrefix, nextHopType: 'Internet' },
});

describe('what a service endpoint reaches without translation', () => {
  it('AZN-15: is the service by its published prefixes, whatever a shorter route says', () => {
    const whole = [{ sources: ['10.2.0.0/24'], to: ['20.60.0.0/16', '20.150.0.0/17'] }];
    expect(backbone([])).toEqual(whole);
    expect(backbone([route('0.0.0.0/0'), route('20.0.0.0/8')])).toEqual(whole);
  });

  // Rank of one prefix: User before Default; the longest prefix of all wins (azure-networking 3.4).
  it('is not what a route of the user takes that is as long, and not the part of a longer one', () => {
    expect(backbone([route('Storage')])).toEqual([]);
    expect(backbone([route('20.60.0.0/16')])).toEqual([
      { sources: ['10.2.0.0/24'], to: ['20.150.0.0/17'] },
    ]);
    expect(backbone([route('20.60.128.0/17'), route('20.150.0.0/17')])).toEqual([
      { sources: ['10.2.0.0/24'], to: ['20.60.0.0/17'] },
    ]);
  });
});

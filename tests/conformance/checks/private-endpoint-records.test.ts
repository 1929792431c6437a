import { describe, expect, it } from 'vitest';
import { pinCheck } from '../../support/check-cases.ts';
import { asking, resourcesOf as of, without } from '../../support/outcome-words.ts';
import {
  changed,
  net,
  type Perimeter,
  soundPerimeter,
  unknown,
} from '../../support/sound-perimeter.ts';

/** Expected values: aks.md 11.2 O5 (equal sets, no orphan), azure-networking.md 13 NET-17 (record address). */
const sound = soundPerimeter();
const ADDRESSES = 'record/properties/aRecords';
const at = (...list: readonly unknown[]): Perimeter =>
  changed(
    sound,
    ADDRESSES,
    list.map((ipv4Address) => ({ ipv4Address })),
  );
const second = (name: string, ipv4Address: string): Perimeter => ({
  ...sound,
  other: {
    id: `${net('privateDnsZones', 'privatelink.vaultcore.azure.net')}/A/${name}`,
    type: 'Microsoft.Network/privateDnsZones/A',
    name,
    properties: { ttl: 60, aRecords: [{ ipv4Address }] },
  },
});

describe('NET-17, O5: records and endpoints', () => {
  const id = 'private-endpoint/record-differs';
  const ask = asking(id);
  pinCheck('private-endpoint/record-differs', {
    pass: of(sound),
    fail: of(at('10.1.8.9'), {
      says: 'Record vault.privatelink.vaultcore.azure.net says 10.1.8.9; private endpoint pe has 10.1.8.4',
    }),
    unknown: of(at(unknown('the address')), { says: 'the address' }),
  });

  it(`${id}: an endpoint whose address nobody knows leaves it open`, () => {
    expect(ask.kind(changed(sound, 'endpoint/properties/customDnsConfigs', undefined))).toBe(
      'unknown',
    );
    expect(ask.kind(at('10.1.8.4', '10.1.8.9'))).toBe('fail');
  });

  it(`${id}: a record of no endpoint is another question`, () => {
    expect(ask.kind(without(at('10.1.8.9'), 'endpoint'))).toBe('pass');
    expect(ask.kind(without(sound, 'record'))).toBe('not-applicable');
  });
});

describe('O5: orphan records', () => {
  const id = 'private-endpoint/orphan-record';
  const ask = asking(id);
  pinCheck('private-endpoint/orphan-record', {
    pass: of(sound),
    fail: of(second('old', '10.1.8.77'), {
      says: 'Record old.privatelink.vaultcore.azure.net leads to 10.1.8.77, where no private endpoint is',
    }),
    unknown: of(second('old', '10.200.0.7'), {
      says: 'the private endpoint at 10.200.0.7, in a network not in the input',
    }),
  });

  it(`${id}: another name for an endpoint's address is no orphan`, () => {
    expect(ask.kind(second('alias', '10.1.8.4'))).toBe('pass');
  });

  it(`${id}: zones of private clusters are kept by AKS`, () => {
    const zone = 'privatelink.westeurope.azmk8s.io';
    const cluster: Perimeter = {
      zone: {
        id: net('privateDnsZones', zone),
        type: 'Microsoft.Network/privateDnsZones',
        name: zone,
        properties: {},
      },
      record: {
        id: `${net('privateDnsZones', zone)}/A/aks-1`,
        type: 'Microsoft.Network/privateDnsZones/A',
        name: 'aks-1',
        properties: { aRecords: [{ ipv4Address: '10.1.0.4' }] },
      },
    };
    expect(ask.kind({ ...sound, ...cluster })).toBe('not-applicable');
  });
});

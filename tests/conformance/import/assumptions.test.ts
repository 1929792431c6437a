import { describe, expect, it } from 'vitest';
import { settleAssumptions } from '../../../src/importers/snapshot/settle-assumptions.ts';
import { readPerimeter } from '../../../src/model/index.ts';
import { isUnknown } from '../../../src/values/index.ts';
import { type Json, snapshotOf } from '../../support/snapshot-of.ts';

const firewall = (more: Json = {}): Json => ({
  type: 'Microsoft.Network/azureFirewalls',
  name: 'fw.hub',
  properties: { ipConfigurations: [{ name: 'c', properties: { ...more } }] },
});

function addressWith(resource: Json, assumptions: Record<string, string>) {
  const snapshot = settleAssumptions(snapshotOf([resource], []), assumptions);
  const [read] = [...readPerimeter(snapshot).firewalls.values()];
  const address = read!.ipConfigurations[0]!.privateAddress;
  return {
    address: isUnknown(address) ? '?' : address.value,
    codes: snapshot.diagnostics.map(({ code }) => code),
  };
}

describe('what a person assumes', () => {
  it('settles the private address of an exported firewall, without case, dots in its name or not', () => {
    const settled = { address: 0x0a00_0004, codes: [] };
    expect(addressWith(firewall(), { 'FW.hub.privateIP': '10.0.0.4' })).toEqual(settled);
    const long = { 'fw.hub.ipConfigurations[0].properties.privateIPAddress': '10.0.0.4' };
    expect(addressWith(firewall(), long)).toEqual(settled);
    const unknown = firewall({ privateIPAddress: { $unknown: 'reference(…)' } });
    expect(addressWith(unknown, { 'fw.hub.privateIp': '10.0.0.4' })).toEqual(settled);
  });

  it('never overwrites what the input says', () => {
    const written = firewall({ privateIPAddress: '10.0.0.9' });
    expect(addressWith(written, { 'fw.hub.privateIp': '10.0.0.4' }).address).toBe(0x0a00_0009);
  });

  it('is reported when it is about nothing, or no address', () => {
    expect(addressWith(firewall(), { 'fw.hbu.privateIp': '10.0.0.4' })).toEqual({
      address: '?',
      codes: ['assumption/unused'],
    });
    expect(addressWith(firewall(), { 'fw.hub.privateIp': 'banana' })).toEqual({
      address: '?',
      codes: ['assumption/not-an-address'],
    });
  });
});

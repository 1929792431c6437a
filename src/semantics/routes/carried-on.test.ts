import { describe, expect, it } from 'vitest';
import { networkOf } from '../../../tests/conformance/aks-fixture.ts';
import { vnet, vpn } from '../../../tests/conformance/trace/build.ts';
import { parsePrefix } from '../../net/index.ts';
import { isCarriedOn } from './carried-on.ts';
import type { EffectiveRoute } from './effective-route.ts';

const network = networkOf([
  vnet('hub', '10.0.0.0/16', { GatewaySubnet: { addressPrefix: '10.0.2.0/27' } }),
  ...vpn('hub', ['192.168.0.0/16', '203.0.113.0/24']),
]);
const [vnetKey] = network.vnets.keys();
const route = (
  source: EffectiveRoute['source'],
  ...prefixes: readonly string[]
): EffectiveRoute => ({
  name: 'r',
  prefixes: prefixes.map((text) => parsePrefix(text)!),
  prefixText: prefixes.join(),
  source,
  state: 'Active',
  nextHopType: 'VirtualNetworkGateway',
  nextHops: [],
  uncertain: [],
  fact: 'AZN-08',
});
const isOn = (one: EffectiveRoute) => isCarriedOn(network, vnetKey, one);

describe('a route to a gateway', () => {
  it('asks the network behind it to send on what a default route takes, and public addresses it is not known to hold', () => {
    expect(isOn(route('User', '0.0.0.0/0'))).toBe(true);
    expect(isOn(route('VirtualNetworkGateway', '0.0.0.0/0'))).toBe(true);
    // A service tag.
    expect(isOn(route('User', '20.60.0.0/16', '20.150.0.0/17'))).toBe(true);
  });

  it('leads to what is there where its addresses are private, learned, or those of a local network gateway', () => {
    expect(isOn(route('User', '172.16.0.0/12'))).toBe(false);
    expect(isOn(route('User', '203.0.113.0/24'))).toBe(false);
    expect(isOn(route('VirtualNetworkGateway', '198.51.100.0/24'))).toBe(false);
  });
});

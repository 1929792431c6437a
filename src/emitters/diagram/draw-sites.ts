import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { byKey, onPremises, regionOf, standsIn } from './places.ts';
import type { Sketch } from './sketch.ts';

/** VPN and ExpressRoute gateways, and the sites behind them. */
export function drawSites(network: Network, sketch: Sketch): void {
  const { virtualNetworkGateways, localNetworkGateways, gatewayConnections, natGateways } =
    network.perimeter;
  for (const gateway of byKey(virtualNetworkGateways)) {
    const isExpress = gateway.gatewayType?.toLowerCase() === 'expressroute';
    const kind = gateway.gatewayType ?? 'type not known';
    sketch.put(standsIn(network, gateway.subnet, gateway, sketch), {
      id: gateway.key,
      kind: 'network-gateway',
      name: gateway.name,
      lines: [isExpress ? 'ExpressRoute' : kind.toLowerCase() === 'vpn' ? 'VPN' : kind],
      layer: 'network',
    });
    const mine = byKey(gatewayConnections).filter(
      ({ gateway: end }) => end !== undefined && !isUnknown(end) && end.key === gateway.key,
    );
    let isLinked = false;
    for (const { localGateway, name } of mine) {
      if (localGateway === undefined || isUnknown(localGateway)) continue;
      const site = localNetworkGateways.get(localGateway.key);
      if (site === undefined) continue;
      const prefixes = site.prefixes.map((each) =>
        isUnknown(each) ? 'a prefix not known' : each.text,
      );
      sketch.put(undefined, {
        id: site.key,
        kind: 'on-premises',
        name: site.name,
        lines: prefixes.slice(0, 3),
        tooltip: prefixes,
        layer: 'network',
      });
      sketch.link({
        from: site.key,
        to: gateway.key,
        meaning: 'site-link',
        label: '',
        tooltip: [name],
      });
      isLinked = true;
    }
    if (isLinked) continue;
    const label = mine.length === 0 ? 'connections not known' : '';
    const standing = mine.length === 0 ? 'unknown' : 'certain';
    sketch.link({
      from: onPremises(sketch),
      to: gateway.key,
      meaning: 'site-link',
      label,
      standing,
    });
  }
  for (const gateway of byKey(natGateways)) {
    const addresses = gateway.publicIps.length;
    const prefixes = gateway.publicIpPrefixes.length;
    const lines = [
      addresses + prefixes === 0
        ? 'no public address'
        : [
            ...(addresses > 0
              ? [addresses === 1 ? '1 public address' : `${addresses} public addresses`]
              : []),
            ...(prefixes > 0 ? [prefixes === 1 ? '1 prefix' : `${prefixes} prefixes`] : []),
          ].join(', '),
    ];
    sketch.put(regionOf(network, gateway.key, gateway.location, sketch), {
      id: gateway.key,
      kind: 'nat-gateway',
      name: gateway.name,
      lines,
      layer: 'egress',
    });
  }
}

import type { FirewallPlacement, Network, SubnetPlacement } from '../../network/index.ts';
import { targetOf } from '../../network/index.ts';
import { boxOfOwner, byKey, internet, onPremises, outsideAddress } from './places.ts';
import type { Sketch } from './sketch.ts';
import { clustersIn, type WayOut, wayOutOf } from './way-out.ts';
import { counted } from './words.ts';

/** Default routes to whom they lead, and who leaves to the Internet. */
export function drawWaysOut(network: Network, sketch: Sketch): void {
  for (const placed of byKey(network.firewalls)) drawFirewallEgress(network, placed, sketch);
  const firewallSubnets = new Set(
    [...network.firewalls.values()].map(({ subnet }) => targetOf(subnet)?.subnet.key),
  );
  for (const { vnet, subnetKeys } of byKey(network.vnets)) {
    const ways = [...subnetKeys].sort().flatMap((key) => {
      const subnet = network.subnets.get(key);
      if (subnet === undefined || firewallSubnets.has(key)) return [];
      return [{ subnet, way: wayOutOf(network, subnet) }];
    });
    for (const alike of grouped(ways)) {
      drawTogether(network, { vnetKey: vnet.key, total: subnetKeys.length, alike }, sketch);
    }
  }
  for (const gateway of byKey(network.perimeter.natGateways)) {
    if (gateway.publicIps.length + gateway.publicIpPrefixes.length === 0) continue;
    sketch.link({ from: gateway.key, to: internet(sketch), meaning: 'egress', label: 'SNAT' });
  }
}

interface SubnetWay {
  readonly subnet: SubnetPlacement;
  readonly way: WayOut;
}

/** Subnets of one network that go the same way. */
function grouped(ways: readonly SubnetWay[]): readonly (readonly SubnetWay[])[] {
  const byTarget = new Map<string, SubnetWay[]>();
  for (const each of ways) {
    const { way } = each;
    const key =
      way.kind === 'appliance'
        ? JSON.stringify([way.hop, way.holders.map(({ owner }) => boxOfOwner(owner))])
        : each.subnet.subnet.key;
    byTarget.set(key, [...(byTarget.get(key) ?? []), each]);
  }
  return [...byTarget.values()];
}

/** One arrow for several subnets, from their network; from the network of the appliance itself it would say nothing. */
function drawTogether(
  network: Network,
  {
    vnetKey,
    total,
    alike,
  }: { readonly vnetKey: string; readonly total: number; readonly alike: readonly SubnetWay[] },
  sketch: Sketch,
): void {
  const [first] = alike;
  if (first === undefined) return;
  const { way } = first;
  const isOutside =
    way.kind === 'appliance' &&
    way.holders.every(({ owner }) => !sketch.isInside(boxOfOwner(owner), vnetKey));
  if (alike.length < 2 || !isOutside) {
    for (const each of alike) drawSubnet(network, each, sketch);
    return;
  }
  const subnets = alike.map(({ subnet }) => subnet.subnet.name);
  const share = alike.length === total ? wholeText(total) : `${alike.length} of ${total} subnets`;
  drawWay(vnetKey, way, sketch, { label: `0.0.0.0/0 of ${share}`, tooltip: subnets });
}

/** A firewall leaves with its own addresses, those of a NAT gateway (AFW-73), or not at all (AFW-74: forced tunnelling). */
function drawFirewallEgress(network: Network, placed: FirewallPlacement, sketch: Sketch): void {
  const { firewall, subnet, publicAddresses } = placed;
  const home = targetOf(subnet);
  const way = home === undefined ? undefined : wayOutOf(network, home);
  const isOwn = way === undefined || way.kind === 'direct' || way.kind === 'private';
  if (!isOwn && way.kind !== 'cluster-outbound') {
    drawWay(firewall.key, way, sketch);
  } else if (publicAddresses.length > 0) {
    const label = `SNAT, ${counted(publicAddresses.length, 'address', 'addresses')}`;
    sketch.link({ from: firewall.key, to: internet(sketch), meaning: 'egress', label });
  }
}

/** From the cluster when the subnet is that of nodes: a reader looks for it there. */
function drawSubnet(network: Network, { subnet, way }: SubnetWay, sketch: Sketch): void {
  const clusters = clustersIn(network, subnet);
  const only = clusters.length === 1 ? clusters[0] : undefined;
  const key = only?.cluster?.key;
  const from = key !== undefined && sketch.has(key) ? key : subnet.subnet.key;
  // Subnets without nodes that go straight out would hide those that matter; the architecture page lists them.
  if (clusters.length === 0 && (way.kind === 'direct' || way.kind === 'private')) return;
  drawWay(from, way, sketch);
}

function drawWay(
  from: string,
  way: WayOut,
  sketch: Sketch,
  told: { readonly label: string; readonly tooltip: readonly string[] } = {
    label: '0.0.0.0/0',
    tooltip: [],
  },
): void {
  switch (way.kind) {
    case 'appliance': {
      const tooltip = [`route ${way.route.name}: 0.0.0.0/0 to ${way.hop}`, ...told.tooltip];
      const { label } = told;
      if (way.holders.length === 0) {
        const to = outsideAddress(sketch, way.hop);
        sketch.link({ from, to, meaning: 'default-route', label, tooltip, standing: 'unknown' });
      }
      for (const { owner, certainty } of way.holders) {
        const standing = certainty === 'yes' ? 'certain' : 'unknown';
        sketch.link({
          from,
          to: boxOfOwner(owner),
          meaning: 'default-route',
          label,
          tooltip,
          standing,
        });
      }
      return;
    }
    case 'network-gateway': {
      const tooltip = [`route ${way.route.name}`];
      sketch.link({
        from,
        to: onPremises(sketch),
        meaning: 'default-route',
        label: '0.0.0.0/0',
        tooltip,
      });
      return;
    }
    case 'nat-gateway':
      sketch.link({ from, to: way.gateway.key, meaning: 'egress', label: 'NAT gateway' });
      return;
    case 'cluster-outbound':
      sketch.link({ from, to: internet(sketch), meaning: 'egress', label: way.how });
      return;
    case 'direct':
      sketch.link({
        from,
        to: internet(sketch),
        meaning: 'egress',
        label: 'address lent by Azure',
      });
      return;
    case 'unknown':
      sketch.link({
        from,
        to: internet(sketch),
        meaning: 'egress',
        label: 'way out not known',
        tooltip: [way.why],
        standing: 'unknown',
      });
      return;
    case 'dropped':
    case 'private':
      return;
  }
}

function wholeText(subnets: number): string {
  return subnets === 2 ? 'both subnets' : `all ${subnets} subnets`;
}

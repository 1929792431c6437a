import type { Network, PeerLink, SubnetPlacement, VnetPlacement } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { byKey, interfaceId, regionOf } from './places.ts';
import type { Sketch } from './sketch.ts';
import { counted, nameOfId, referenceText } from './words.ts';

/** Regions, virtual networks, subnets and what merely stands in them: machines, appliances, Bastion. */
export function drawNetworks(network: Network, sketch: Sketch): void {
  for (const placed of byKey(network.vnets)) drawVnet(network, placed, sketch);
  for (const subnet of byKey(network.subnets)) drawSubnet(subnet, sketch);
  drawPeerings(network, sketch);
  drawInterfaces(network, sketch);
  for (const bastion of byKey(network.perimeter.bastionHosts)) {
    const subnet = bastion.subnet;
    const home =
      subnet !== undefined && !isUnknown(subnet) && sketch.has(subnet.key)
        ? subnet.key
        : regionOf(network, bastion.key, bastion.location, sketch);
    const isPrivate = bastion.isPrivateOnly === true;
    sketch.put(home, {
      id: bastion.key,
      kind: 'bastion',
      name: bastion.name,
      lines: isPrivate ? ['private only'] : [],
      layer: 'management',
    });
  }
}

function drawVnet(network: Network, placed: VnetPlacement, sketch: Sketch): void {
  const { vnet } = placed;
  const region = regionOf(network, vnet.key, vnet.location, sketch);
  const space = vnet.addressSpace.map((entry) =>
    isUnknown(entry) ? 'a prefix not known' : entry.text,
  );
  const dns = vnet.dnsServers.length;
  sketch.put(region, {
    id: vnet.key,
    kind: 'virtual-network',
    name: vnet.name,
    lines: [space.length === 0 ? 'address space not known' : space.slice(0, 3).join(', ')],
    tooltip: [
      ...space.map((text) => `address space ${text}`),
      dns === 0 ? 'DNS: Azure' : `DNS: ${counted(dns, 'server')} of its own`,
      ...(placed.unknownRoutesWhy === undefined
        ? []
        : [`routes not known: ${placed.unknownRoutesWhy}`]),
    ],
    layer: 'network',
  });
}

function drawSubnet({ subnet, vnet, networkSecurityGroup }: SubnetPlacement, sketch: Sketch): void {
  const prefixes = subnet.prefixes.map((entry) =>
    isUnknown(entry) ? 'a prefix not known' : entry.text,
  );
  const group = networkSecurityGroup;
  sketch.put(vnet.key, {
    id: subnet.key,
    kind: 'subnet',
    name: subnet.name,
    lines: [prefixes.length === 0 ? 'prefix not known' : prefixes.slice(0, 2).join(', ')],
    tooltip: [
      ...prefixes,
      group.kind === 'found'
        ? `security group ${group.target.name}`
        : group.kind === 'none'
          ? 'no security group'
          : 'security group not known',
      ...subnet.serviceEndpoints.map((service) => `service endpoint ${service}`),
      ...subnet.delegations.map((service) => `delegated to ${service}`),
    ],
    layer: 'network',
  });
}

/** Each pair of networks once, whichever halves are there. */
function drawPeerings(network: Network, sketch: Sketch): void {
  const done = new Set<string>();
  for (const { vnet, peers } of byKey(network.vnets)) {
    for (const peer of peers) {
      const other = remoteOf(peer, vnet.key, sketch);
      const pair = [vnet.key, other].sort().join(' ');
      if (done.has(pair)) continue;
      done.add(pair);
      sketch.link({
        from: vnet.key,
        to: other,
        meaning: 'peering',
        label:
          peer.state === 'connected' ? '' : peer.state === 'broken' ? 'broken' : 'state not known',
        standing: peer.state === 'connected' ? 'certain' : peer.state,
        tooltip: [`${peer.peering.name}: ${peer.why}`],
      });
    }
  }
}

function remoteOf({ remote, peering }: PeerLink, from: string, sketch: Sketch): string {
  if (remote.kind === 'found') return remote.target.key;
  const name = isUnknown(peering.remote)
    ? referenceText(peering.remote)
    : nameOfId(peering.remote.id);
  const id = `missing/${isUnknown(peering.remote) ? `${from}/${peering.name}` : peering.remote.key}`;
  sketch.put(undefined, { id, kind: 'missing-network', name, layer: 'network' });
  return id;
}

/** Interfaces that forward packets are drawn one by one, the rest as one box per subnet by merging. */
function drawInterfaces(network: Network, sketch: Sketch): void {
  for (const nic of byKey(network.perimeter.networkInterfaces)) {
    const first = nic.ipConfigurations[0];
    const subnet =
      nic.ipConfigurations.find((each) => each.subnet !== undefined)?.subnet ?? first?.subnet;
    const home =
      subnet !== undefined && !isUnknown(subnet) && sketch.has(subnet.key)
        ? subnet.key
        : regionOf(network, nic.key, nic.location, sketch);
    const forwards = isUnknown(nic.enableIpForwarding)
      ? 'unknown'
      : nic.enableIpForwarding === true;
    const isPublic = nic.ipConfigurations.some(({ publicIp }) => publicIp !== undefined);
    sketch.put(home, {
      id: interfaceId(nic.key, forwards),
      kind: forwards === false ? 'machines' : 'appliance',
      name: nic.name,
      lines: [
        ...(forwards === 'unknown' ? ['whether it forwards is not known'] : []),
        ...(isPublic ? ['has a public address'] : []),
      ],
      layer: forwards === false ? 'workloads' : 'network',
    });
  }
}

import type { ManagedCluster } from '../../model/index.ts';
import { formatPrefix } from '../../net/index.ts';
import { type ClusterPlacement, type Network, targetOf } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { compare } from '../diagram/sketch.ts';
import { nameOfId, settingText, termText, unknownText } from '../diagram/words.ts';
import { sallyport, shellBlock } from './command.ts';
import { nodeEnds } from './ends.ts';
import { bullets, code, facts, prose } from './markdown.ts';
import { placeText } from './place-text.ts';

/** Who may reach the API server, cluster by cluster. */
export function apiServerPage(network: Network, paths: readonly string[]): readonly string[] {
  const clusters = network.clusters.flatMap((placed) =>
    placed.cluster === undefined ? [] : [{ placed, cluster: placed.cluster }],
  );
  if (clusters.length === 0) return [];
  const [first] = nodeEnds(network);
  return [
    '## Who may reach the API server',
    '',
    ...clusters.flatMap(({ placed, cluster }) => [
      `### ${code(cluster.name)}`,
      '',
      ...bullets(lines(network, placed, cluster)),
    ]),
    ...(first === undefined
      ? []
      : shellBlock([sallyport(paths, 'trace', '--from', first, '--to', 'apiserver')])),
  ];
}

function lines(
  network: Network,
  placed: ClusterPlacement,
  cluster: ManagedCluster,
): readonly string[] {
  const { isPrivate, authorizedRanges, privateDnsZone, publicFqdn, vnetIntegration } =
    cluster.apiServer;
  const { disableRunCommand, authorizedRangesAt, publicNetworkAccess, at } = cluster.apiServer;
  const ranges = authorizedRanges.slice(0, 30).map((term) => code(termText(term)));
  const left = authorizedRanges.length - ranges.length;
  const where = placeText(authorizedRangesAt ?? at);
  const more: string[] = [];
  if (isUnknown(isPrivate)) {
    more.push(`Whether it is private is ${prose(unknownText(isPrivate.missing))}.`);
  } else if (isPrivate === true) {
    more.push(
      vnetIntegration === true
        ? `Private: no public address. ${where}`
        : `Private: reached by a private endpoint in the subnet of the first pool; authorized ranges do not apply ${facts('AKS-52')}. ${where}`,
      `Networks with a path to it: ${reachers(network, placed)}. Routes and security groups on the way still decide.`,
      `Private DNS zone: ${code(settingText(privateDnsZone, 'system'))} ${facts('AKS-53', 'AKS-54')}. Public name: ${prose(settingText(publicFqdn, 'not written'))}.`,
    );
  } else if (publicNetworkAccess?.toLowerCase() === 'disabled') {
    more.push(`Public network access is disabled. ${where}`);
  } else if (authorizedRanges.length === 0) {
    more.push(
      `Public, and every address may call it: no authorized ranges ${facts('AKS-50')}. ${where}`,
    );
  } else {
    more.push(
      `Public; only these ranges may call it ${facts('AKS-50')}: ${ranges.join(', ')}${left > 0 ? ` and ${left} more` : ''}. ${where}`,
      `With outbound type userDefinedRouting the ranges must hold every public address of the firewall ${facts('AKS-56')}.`,
    );
  }
  if (vnetIntegration === true) {
    more.push(
      `API Server VNet Integration: behind an internal load balancer in a delegated subnet ${facts('AKS-55')}.`,
    );
  }
  const runs = isUnknown(disableRunCommand)
    ? unknownText(disableRunCommand.missing)
    : disableRunCommand === true
      ? 'switched off'
      : 'not switched off: whoever has the role may run commands in the cluster without a network path';
  more.push(`\`az aks command invoke\`: ${prose(runs)}.`);
  return more.map((line) => line.trimEnd());
}

/** The network of the nodes, its working peers and the sites behind gateways it learns from. */
function reachers(network: Network, { pools }: ClusterPlacement): string {
  const [home] = pools.flatMap(({ nodeSubnet }) => targetOf(nodeSubnet)?.vnet.key ?? []);
  const vnet = home === undefined ? undefined : network.vnets.get(home);
  if (vnet === undefined) return 'not known, since the subnet of its nodes is not in the input';
  const peers = vnet.peers.flatMap(({ state, remote, peering }) => {
    if (state === 'broken') return [];
    const name =
      remote.kind === 'found'
        ? remote.target.name
        : isUnknown(peering.remote)
          ? peering.name
          : nameOfId(peering.remote.id);
    return [state === 'unknown' ? `perhaps ${code(name)}` : code(name)];
  });
  const sites = vnet.gatewayPrefixes.map(
    ({ prefix, origin }) => `${code(formatPrefix(prefix))} (${prose(origin)})`,
  );
  const unknown =
    vnet.unknownRoutesWhy === undefined
      ? []
      : [`and prefixes not known (${prose(vnet.unknownRoutesWhy)})`];
  return [
    code(vnet.vnet.name),
    ...[...new Set(peers)].sort(compare),
    ...[...new Set(sites)].sort(compare),
    ...unknown,
  ].join(', ');
}

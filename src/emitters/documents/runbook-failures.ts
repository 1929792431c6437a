import { type Network, targetOf } from '../../network/index.ts';
import { byKey } from '../diagram/places.ts';
import { compare } from '../diagram/sketch.ts';
import { wayOutOf } from '../diagram/way-out.ts';
import { counted, listed } from '../diagram/words.ts';
import { sallyport, shellBlock } from './command.ts';
import { namespaces, nodeEnds } from './ends.ts';
import { bullets, code, facts, prose } from './markdown.ts';

/** After an upgrade: what AKS needs is proven reachable, then one flow is walked. */
export function egressTest(network: Network, paths: readonly string[]): readonly string[] {
  const nodes = nodeEnds(network);
  if (nodes.length === 0) return [];
  return [
    '## Test egress after an upgrade',
    '',
    'An upgrade may need more than before. The first command proves every dependency of this cluster, the others walk one flow box by box.',
    '',
    ...shellBlock([
      sallyport(paths, 'check', '--only', 'egress/required-unreachable'),
      ...nodes
        .slice(0, 4)
        .map((end) => sallyport(paths, 'trace', '--from', end, '--to', 'mcr.microsoft.com:443')),
    ]),
    'Then on a node of the real cluster, because a proof speaks of what is written and not of what runs:',
    '',
    '```sh',
    'kubectl get nodes',
    'kubectl get events --all-namespaces --field-selector reason=Failed',
    '```',
    '',
  ];
}

/** What hangs on what, and the question that tells the flows. */
export function failover(network: Network, paths: readonly string[]): readonly string[] {
  const from = namespaces(network).length > 0 ? 'pods' : 'nodes';
  const hasSenders = from === 'pods' || nodeEnds(network).length > 0;
  const commands: string[] = [];
  const told: string[] = [];
  for (const { firewall } of byKey(network.firewalls)) {
    const behind = subnetsBehind(network, firewall.key);
    told.push(
      behind.length === 0
        ? `No subnet of the input sends its default route to firewall ${code(firewall.name)}.`
        : `Without firewall ${code(firewall.name)}, ${counted(behind.length, 'subnet')} ${behind.length === 1 ? 'loses' : 'lose'} the next hop of 0.0.0.0/0 (${listed(behind.map(code), 6)}): a route of a route table stays, whether its next hop answers or not ${facts('AZN-08', 'AZN-18')}.`,
    );
    if (firewall.zones.length < 2) {
      told.push(
        `${code(firewall.name)} ${firewall.zones.length === 1 ? `stands in zone ${prose(firewall.zones[0] ?? '')} alone` : 'names no zones'}: the zones of a firewall are chosen at its creation ${facts('AFW-08')}.`,
      );
    }
    commands.push(
      sallyport(paths, 'query', '--from', from, '--to', 'internet', '--without', firewall.name),
    );
  }
  for (const { name } of byKey(network.perimeter.natGateways)) {
    commands.push(sallyport(paths, 'query', '--from', from, '--to', 'internet', '--without', name));
  }
  for (const zone of zonesIn(network)) {
    commands.push(
      sallyport(paths, 'query', '--from', from, '--to', 'internet', '--without', `zone:${zone}`),
    );
  }
  const endpoint = byKey(network.perimeter.privateEndpoints)[0];
  if (endpoint !== undefined) {
    commands.push(
      sallyport(
        paths,
        'query',
        '--from',
        from,
        '--to',
        `private-endpoint:${endpoint.name}`,
        '--without',
        endpoint.name,
      ),
    );
  }
  if (commands.length === 0 || !hasSenders) return [];
  return [
    '## Failover: what breaks without what',
    '',
    ...bullets(told),
    'Each command tells which flows are left. Run them before a maintenance, and keep the answer beside the change.',
    '',
    ...shellBlock(commands.slice(0, COMMANDS_MAX)),
  ];
}

const COMMANDS_MAX = 12;

function subnetsBehind(network: Network, firewallKey: string): readonly string[] {
  return byKey(network.subnets)
    .filter((subnet) => {
      const way = wayOutOf(network, subnet);
      return (
        way.kind === 'appliance' &&
        way.holders.some(
          ({ owner, certainty }) =>
            certainty === 'yes' &&
            owner.kind === 'firewall-private' &&
            owner.firewall.firewall.key === firewallKey,
        )
      );
    })
    .map(({ subnet, vnet }) =>
      network.vnets.size > 1 ? `${vnet.name}/${subnet.name}` : subnet.name,
    )
    .sort(compare);
}

/** Zones that something which can fail names. */
function zonesIn(network: Network): readonly string[] {
  const zones = new Set<string>();
  for (const { firewall } of network.firewalls.values())
    for (const zone of firewall.zones) zones.add(zone);
  for (const { pools } of network.clusters) {
    for (const { pool, nodeSubnet } of pools) {
      if (targetOf(nodeSubnet) !== undefined) for (const zone of pool.zones) zones.add(zone);
    }
  }
  return [...zones].filter((zone) => /^\w+$/.test(zone)).sort(compare);
}

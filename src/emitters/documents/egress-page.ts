import type { ManagedCluster } from '../../model/index.ts';
import {
  type ClusterPlacement,
  type FirewallPlacement,
  type Network,
  type SubnetPlacement,
  targetOf,
} from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { dnsProxy, ruleCount, threatIntelMode } from '../diagram/firewall-settings.ts';
import { byKey } from '../diagram/places.ts';
import { compare } from '../diagram/sketch.ts';
import { wayOutOf } from '../diagram/way-out.ts';
import { counted, knownAddressText, settingText, unknownText } from '../diagram/words.ts';
import { wayText } from './address-plan.ts';
import { sallyport, shellBlock } from './command.ts';
import { workloadEnd } from './ends.ts';
import { bullets, code, facts, prose, shortTable } from './markdown.ts';
import { placeText } from './place-text.ts';
import { type EgressRow, egressRows, wordsOf } from './rule-rows.ts';
import { ownsObjects, policiesOf } from './workload-policies.ts';

const RULES_MAX = 60;

/** How traffic leaves, and what the firewalls let out, by sender. */
export function egressPage(network: Network, paths: readonly string[]): readonly string[] {
  return [
    '## How traffic leaves',
    '',
    ...byKey(network.firewalls).flatMap(firewallLines),
    ...network.clusters.flatMap((cluster) => clusterEgress(network, cluster, paths)),
  ];
}

function firewallLines(placed: FirewallPlacement): readonly string[] {
  const { firewall, policies, publicAddresses } = placed;
  const proxy = dnsProxy(placed);
  const told = publicAddresses.slice(0, 6).map(({ address, publicIp }) => {
    const name = publicIp === undefined ? 'an address' : code(publicIp.name);
    return address.isExact ? `${name} ${code(knownAddressText(address))}` : name;
  });
  const left = publicAddresses.length - told.length;
  return [
    `### Firewall ${code(firewall.name)}`,
    '',
    ...bullets([
      `Private address ${addressCode(placed)}; tier ${prose(settingText(firewall.skuTier, 'Standard'))}; ${firewall.zones.length === 0 ? 'no zones written' : `zones ${prose(firewall.zones.join(', '))}`} ${facts('AFW-07', 'AFW-08')}.`,
      `${counted(publicAddresses.length, 'public address', 'public addresses')}: ${told.join(', ')}${left > 0 ? ` and ${left} more` : ''}. ${sourceOutside(placed)}`,
      `${counted(ruleCount(placed), 'rule')} in ${firewall.policy === undefined ? 'classic collections' : `policy ${policies.map(({ name }) => code(name)).join(', ')}`}${placed.missingPolicy === undefined ? '' : `; ${prose(placed.missingPolicy.id)} is not in the input, so its rules are not known`}. What no rule matches does not pass ${facts('AFW-15')}.`,
      `Threat intelligence: ${prose(settingText(threatIntelMode(placed), ''))} ${facts('AFW-80')}. DNS proxy: ${isUnknown(proxy) ? prose(unknownText(proxy.missing)) : proxy ? 'on' : 'off'} ${facts('AFW-85')}.`,
    ]),
  ];
}

function addressCode({ privateAddress }: FirewallPlacement): string {
  const text = knownAddressText(privateAddress);
  return privateAddress?.isExact === true ? code(text) : text;
}

/** AFW-73: a NAT gateway on its subnet comes before the firewall's own addresses. */
function sourceOutside({ natGateway, publicAddresses }: FirewallPlacement): string {
  if (natGateway.kind === 'found') {
    return `Flows to the Internet leave with an address of NAT gateway ${code(natGateway.target.name)} ${facts('AFW-73')}.`;
  }
  if (natGateway.kind !== 'none') {
    return `Whether a NAT gateway stands before them is not known ${facts('AFW-73')}.`;
  }
  return publicAddresses.length === 0
    ? ''
    : `Destinations on the Internet see one of them, chosen at random per connection ${facts('AFW-71', 'AFW-72')}.`;
}

const OUTBOUND_TYPES: Readonly<Record<string, string>> = {
  loadbalancer: 'loadBalancer',
  userdefinedrouting: 'userDefinedRouting',
  managednatgateway: 'managedNATGateway',
  userassignednatgateway: 'userAssignedNATGateway',
};

/** AKS-20: absent means loadBalancer. */
function outboundText({ network }: ManagedCluster): string {
  const text = settingText(network.outboundType, 'loadBalancer');
  return OUTBOUND_TYPES[text] ?? text;
}

function clusterEgress(
  network: Network,
  placed: ClusterPlacement,
  paths: readonly string[],
): readonly string[] {
  const { cluster, name } = placed;
  const subnets = senders(placed);
  return [
    `### Workloads of ${code(name)}`,
    '',
    ...(cluster === undefined
      ? []
      : bullets([
          `Outbound type ${code(outboundText(cluster))} ${facts('AKS-20', 'AKS-21')}.`,
          ...sourceSentence(placed),
        ])),
    ...subnets.flatMap((subnet) => subnetRules(network, subnet)),
    ...policiesOf(network, placed),
    ...proofs(network, placed, paths),
  ];
}

/** Node subnets, and pod subnets where pods have their own. */
function senders({ pools }: ClusterPlacement): readonly SubnetPlacement[] {
  const found = new Map<string, SubnetPlacement>();
  for (const { nodeSubnet, podSubnet } of pools) {
    for (const link of [nodeSubnet, podSubnet]) {
      const subnet = targetOf(link);
      if (subnet !== undefined) found.set(subnet.subnet.key, subnet);
    }
  }
  return byKey(found);
}

/** What the firewall can tell workloads apart by. */
function sourceSentence({ addressing }: ClusterPlacement): readonly string[] {
  switch (addressing) {
    case 'overlay':
      return [
        `The firewall sees node addresses, never pods ${facts('AKS-01')}: its rules hold for every workload alike, and only network policies tell workloads apart.`,
      ];
    case 'kubenet':
      return [
        `The firewall sees node addresses, never pods ${facts('AKS-06')}: its rules hold for every workload alike, and only network policies tell workloads apart.`,
      ];
    case 'node-subnet':
      return [
        `Outside the virtual network pods appear with the address of their node ${facts('AKS-02')}: the rules of a firewall in front of the Internet hold for every workload of a node subnet alike.`,
      ];
    case 'pod-subnet':
      return [
        `Pods appear with their own addresses ${facts('AKS-03')}: rules may name the pod subnet.`,
      ];
    case 'byo':
      return [
        `The cluster brings its own network plugin: what the network sees as source is not known ${facts('AKS-07')}.`,
      ];
    case 'unknown':
      return [];
  }
}

function subnetRules(network: Network, subnet: SubnetPlacement): readonly string[] {
  const way = wayOutOf(network, subnet);
  const head = `From ${code(subnet.subnet.name)}: ${wayText(way)}.`;
  if (way.kind !== 'appliance') return [head, ''];
  const firewalls = way.holders.flatMap(({ owner }) =>
    owner.kind === 'firewall-private' || owner.kind === 'firewall-public' ? [owner.firewall] : [],
  );
  const rows = firewalls.flatMap((firewall) =>
    egressRows(firewall, subnet.addresses, network.perimeter),
  );
  if (firewalls.length === 0) return [head, ''];
  return [
    head,
    '',
    ...(rows.length === 0
      ? ['No rule takes anything from there.', '']
      : [
          `Rules that may take what it sends, in the order they are tried ${facts('AFW-10', 'AFW-12', 'AFW-13')}. An earlier rule may decide first.`,
          '',
          ...shortTable(
            ['to', 'service', 'action', 'rule', 'where'],
            rows.slice(0, RULES_MAX).map(ruleRow),
            RULES_MAX,
            'rules',
            rows.length,
          ),
        ]),
  ];
}

function ruleRow(row: EgressRow): readonly string[] {
  const { destinations, services } = wordsOf(row.rule);
  const shown = destinations.slice(0, 6).map(code);
  const left = destinations.length - shown.length;
  const to =
    destinations.length === 0
      ? 'nothing'
      : `${shown.join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
  const maybe =
    row.applies === 'maybe' ? ' (whether the sender is among the sources is not known)' : '';
  return [
    to,
    prose(services),
    `${prose(row.action)}${maybe}`,
    code(row.path),
    placeText(row.rule.at),
  ];
}

function proofs(
  network: Network,
  placed: ClusterPlacement,
  paths: readonly string[],
): readonly string[] {
  if (!ownsObjects(network, placed)) return [];
  const ends = network.perimeter.kubernetes.pods.flatMap((pod) => workloadEnd(pod) ?? []);
  const [first] = [...new Set(ends)].sort(compare);
  if (first === undefined) return [];
  return [
    'The lists above are what is written. What a workload really reaches, with the rule that decides, is proven by:',
    '',
    ...shellBlock([
      sallyport(paths, 'query', '--from', first, '--to', 'internet'),
      sallyport(paths, 'matrix'),
    ]),
  ];
}

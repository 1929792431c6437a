import type { NetworkSecurityGroup, SecurityRule } from '../../model/index.ts';
import type { Network, SubnetPlacement } from '../../network/index.ts';
import { type NsgRule, nsgRules } from '../../semantics/nsg/symbolic.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { isUnknown } from '../../values/index.ts';
import { sentFrom, sentTo } from './arriving.ts';
import type { NotAsked, PerimeterList } from './perimeter-list.ts';

const DIRECTIONS = ['Inbound', 'Outbound'] as const;
type Direction = (typeof DIRECTIONS)[number];

/**
 * The rules of each network security group, once per direction and place it is attached to: tags mean something else on every
 * subnet. A group that is attached to nothing is asked about as well, with its tags open.
 */
export function nsgLists(network: Network): {
  readonly lists: readonly PerimeterList[];
  readonly notAsked: readonly NotAsked[];
} {
  const lists: PerimeterList[] = [];
  const notAsked: NotAsked[] = [];
  for (const nsg of network.perimeter.networkSecurityGroups.values()) {
    if (nsg.isReference === true) {
      notAsked.push({
        what: `network security group ${nsg.name}`,
        why: 'its rules are not in the input',
      });
      continue;
    }
    if (nsg.rules.length === 0) continue;
    for (const at of attachmentsOf(network, nsg)) {
      for (const direction of DIRECTIONS) lists.push(...listOf(network, nsg, direction, at));
    }
  }
  return { lists, notAsked };
}

interface Attachment {
  readonly subnetKey: string;
  readonly name: string;
  /** Absent: it is attached to an interface, or to nothing. */
  readonly subnet?: SubnetPlacement;
}

function attachmentsOf(network: Network, nsg: NetworkSecurityGroup): readonly Attachment[] {
  const found = new Map<string, Attachment>();
  for (const [subnetKey, subnet] of network.subnets) {
    const link = subnet.networkSecurityGroup;
    if (link.kind !== 'found' || link.target.key !== nsg.key) continue;
    found.set(subnetKey, { subnetKey, name: `on ${subnet.subnet.name}`, subnet });
  }
  for (const {
    networkSecurityGroup,
    ipConfigurations,
    name,
  } of network.perimeter.networkInterfaces.values()) {
    if (networkSecurityGroup?.kind !== 'reference' || networkSecurityGroup.key !== nsg.key)
      continue;
    for (const { subnet } of ipConfigurations) {
      if (subnet?.kind !== 'reference' || found.has(subnet.key)) continue;
      found.set(subnet.key, { subnetKey: subnet.key, name: `on interface ${name}` });
    }
  }
  return found.size > 0 ? [...found.values()] : [{ subnetKey: '', name: 'attached to nothing' }];
}

function listOf(
  network: Network,
  nsg: NetworkSecurityGroup,
  direction: Direction,
  { subnetKey, name, subnet }: Attachment,
): readonly PerimeterList[] {
  const own = nsg.rules.filter((rule) => isUnknown(rule.direction) || rule.direction === direction);
  if (own.length === 0) return [];
  const rules = nsgRules(network, nsg, direction, subnetKey);
  const byName = new Map(own.map((rule) => [nameOf(nsg, rule), rule]));
  const told = new Set(rules.map(({ by }) => byName.get(by.name)));
  // One that holds no flow is not told; it is one to ask about all the same.
  const silent = own
    .filter((rule) => !told.has(rule))
    .map((rule): NsgRule => {
      const by: Decider = { kind: 'rule', name: nameOf(nsg, rule), at: rule.at, fact: 'AZN-30' };
      return { region: [], effect: rule.access === 'Allow' ? 'allow' : 'deny', by };
    });
  const arriving =
    subnet === undefined
      ? undefined
      : direction === 'Outbound'
        ? sentFrom(network, subnet)
        : sentTo(network, subnet);
  return [
    {
      list: {
        name: `${direction.toLowerCase()} rules of ${nsg.name} ${name}`,
        rules: [...rules, ...silent],
        ...(arriving === undefined ? {} : { arriving }),
      },
      box: `network security group ${nsg.name}`,
      writtenAs: (by) => byName.get(by.name),
      actionOf: (by) => {
        const access = byName.get(by.name)?.access;
        return access === undefined || isUnknown(access) ? undefined : access.toLowerCase();
      },
    },
  ];
}

/** As the telling names who decides. */
function nameOf(nsg: NetworkSecurityGroup, rule: SecurityRule): string {
  return `${nsg.name}: ${rule.name}${isUnknown(rule.priority) ? '' : ` ${rule.priority}`}`;
}
